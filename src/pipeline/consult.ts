import type { Extraction, ExtractionAction } from '../contract/extraction.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import type { KnowledgeAnswer, KnowledgePort } from '../contract/knowledge.ts'
import { houseLanguage } from '../languages/index.ts'
import { enqueueMessage, noticeText, outboxSettings } from '../outbox/index.ts'
import { json, type Reader, sql, type Tx } from '../store/index.ts'
import { appendTimeline, type Cause } from '../tickets/index.ts'
import { articleAuthor } from './dialogue.ts'
import { asksSomething } from './rules/talk.ts'

/** What an inquiry led to: an article's passage, or null for a person. */
export interface Consulted {
  readonly action: Extract<ExtractionAction, { kind: 'answer' | 'handover' }>
  readonly found: KnowledgeAnswer | null
}

/**
 * Looks for an article that answers what was asked. Null when nothing was asked, or a person is waited for already: then nothing
 * is looked up. What no article answers is a person's, and so is what the same article was quoted for before.
 */
export async function consult(
  db: Reader,
  knowledge: KnowledgePort,
  { conversationId, news, said }: { conversationId: string; news: Extraction; said: readonly string[] },
): Promise<Consulted | null> {
  const text = said.join('\n')
  if (news.action.kind !== 'none' || !asksSomething(text)) return null
  if (await isHandedOver(db, conversationId)) return null
  const { fields, lang } = news
  const found = await knowledge.find({
    text,
    category: fields.product_category?.value ?? null,
    model: fields.device_model?.value ?? null,
    fault: fields.fault_description?.value ?? null,
    lang: houseLanguage(lang),
  })
  if (!found || (await wasQuoted(db, conversationId, found.articleId)))
    return { action: { kind: 'handover' }, found: null }
  return { action: { kind: 'answer', articleId: found.articleId }, found }
}

/**
 * Quotes an article in a conversation: its own words, its title, and how to reach a person. The conversation leaves the queue of
 * chats unless somebody has it; what is said next brings it back.
 */
export async function quoteArticle(
  tx: Tx,
  of: {
    readonly conversationId: string
    readonly extractionId: string
    readonly found: KnowledgeAnswer
    readonly lang: 'zh' | 'en'
    /** The ticket that the conversation is about. */
    readonly ticketId: string | null
  },
  cause: Cause,
): Promise<Effects> {
  const { conversationId, extractionId, found, lang, ticketId } = of
  const { articleId, title, quote: passage } = found
  const said = await enqueueMessage(
    tx,
    {
      idempotencyKey: `knowledge:${extractionId}`,
      conversationId,
      text: noticeText('knowledge.answer', lang, { passage, title }, await outboxSettings(tx)),
      automatic: true,
      author: { kind: 'system', id: `${articleAuthor}${articleId}` },
      lang,
    },
    cause.nowMs,
  )
  if (!said.ok) return noEffects
  await leaveQueue(tx, conversationId)
  if (ticketId) {
    const state = `${articleId} ${found.version}`
    await appendTimeline(
      tx,
      ticketId,
      [{ type: 'answered', payload: { kind: 'knowledge', state, title } }],
      cause,
    )
  }
  return said.value.effects
}

async function leaveQueue(tx: Tx, conversationId: string): Promise<void> {
  await tx
    .updateTable('conversation')
    .set({ waitingSince: null, queuedAt: null })
    .where('id', '=', conversationId)
    .where('agentId', 'is', null)
    .execute()
}

async function wasQuoted(db: Reader, conversationId: string, articleId: string): Promise<boolean> {
  const row = await db
    .selectFrom('message')
    .select('id')
    .where('conversationId', '=', conversationId)
    .where('authorId', '=', `${articleAuthor}${articleId}`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether the customer was handed to a person, and none has spoken since. */
async function isHandedOver(db: Reader, conversationId: string): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (
      select 1 from extraction x where x."conversationId" = ${conversationId}
        and x."action" @> ${json({ kind: 'handover' })}
        and x."at" > coalesce((select max(m."at") from message m
          where m."conversationId" = ${conversationId} and m."direction" = 'out' and m."author" = 'agent'), '-infinity')
    ) as waits`.execute(db)
  return rows[0]!.waits
}
