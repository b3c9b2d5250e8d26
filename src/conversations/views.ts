import { z } from 'zod'
import { messageLanguage } from '../languages/index.ts'
import { type Reader, sql } from '../store/index.ts'
import { readTranslations, translationSchema, writtenSchema } from './translations.ts'

const text = z.string().nullable()

/** A file of a message, as pages see it; its bytes are at `/api/attachments/:id`. */
const attachmentSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  contentType: text,
  size: z.int().nullable(),
  hash: text,
  state: z.enum(['stored', 'pending', 'refused']),
  reason: text,
  inline: z.boolean(),
})

/** A message, as pages see it. */
export const messageSchema = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  direction: z.enum(['in', 'out', 'note']),
  author: z.enum(['customer', 'agent', 'system']),
  authorName: text,
  /** What made the hub say it by itself: `question`, a notice's name, or `knowledge:` and an article's id; null for people's words. */
  rule: text,
  kind: z.string(),
  text: z.string(),
  /** The whole text with quotes, when it differs. */
  fullText: text,
  /** The sanitised HTML is at `/api/messages/:id/html`. */
  hasHtml: z.boolean(),
  subject: text,
  signature: text,
  form: z.record(z.string(), z.json()).nullable(),
  location: z.json().nullable(),
  automatic: text,
  unsupported: text,
  delivery: z.string().nullable(),
  deliveryError: text,
  at: z.string(),
  attachments: z.array(attachmentSchema),
  /** The language of `text`, a code of `translation.languages`; null where it is not sure. */
  lang: text,
  /** What a model made of it, for readers of other languages; `text` stays what was said. */
  translations: z.array(translationSchema),
  /** What the agent wrote, where `text` is a translation of it. */
  written: writtenSchema.nullable(),
})

/** A conversation, as pages see it. */
export const conversationSchema = z.object({
  id: z.uuid(),
  channel: z.string(),
  accountId: z.uuid(),
  accountName: z.string(),
  subject: text,
  state: z.enum(['open', 'closed']),
  customerName: text,
  openedAt: z.string(),
  lastMessageAt: z.string(),
  /** Since when the customer waits for an answer. */
  waitingSince: text,
  /** The vendor's reply window: until when and how many messages; null for no limit. */
  windowUntil: text,
  windowLeft: z.int().nullable(),
  canReply: z.boolean(),
  /** When its messages were erased with the customer's data; they are empty then. */
  erasedAt: text,
})

type Message = z.infer<typeof messageSchema>
type Conversation = z.infer<typeof conversationSchema>

/** Messages of conversations with their files, oldest first; the newest `limit` of them. */
export async function readMessages(
  db: Reader,
  conversationIds: readonly string[],
  limit: number,
): Promise<Message[]> {
  if (conversationIds.length === 0) return []
  const newest = await db
    .selectFrom('message')
    .selectAll()
    .where('conversationId', 'in', [...conversationIds])
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  const messages = newest.reverse()
  const ids = messages.map((m) => m.id)
  if (ids.length === 0) return []
  const attachments = await db
    .selectFrom('attachment')
    .selectAll()
    .where('messageId', 'in', ids)
    .orderBy('ordinal')
    .execute()
  const failures = await db
    .selectFrom('outbox_message as m')
    .innerJoin('outbox_part as p', 'p.outboxId', 'm.id')
    .select(['m.messageId', 'p.lastError'])
    .where('m.messageId', 'in', ids)
    .where('p.lastError', 'is not', null)
    .where('p.state', 'in', ['failed', 'unknown', 'queued'])
    .execute()
  const translations = await readTranslations(db, ids)
  return messages.map((m) => ({
    id: m.id,
    conversationId: m.conversationId,
    direction: m.direction as Message['direction'],
    author: m.author as Message['author'],
    authorName: m.authorName,
    rule: m.direction === 'out' && m.author === 'system' ? m.authorId : null,
    kind: m.kind,
    text: m.text,
    fullText: m.fullText,
    hasHtml: m.html !== null,
    subject: m.subject,
    signature: m.signature,
    form: m.form as Message['form'],
    location: m.location as Message['location'],
    automatic: m.automatic,
    unsupported: m.unsupported,
    delivery: m.delivery,
    deliveryError: failures.find((f) => f.messageId === m.id)?.lastError ?? null,
    at: m.at.toISOString(),
    attachments: attachments
      .filter((a) => a.messageId === m.id)
      .map((a) => ({
        id: a.id,
        name: a.name,
        contentType: a.contentType ?? a.declaredType,
        size: a.size,
        hash: a.hash,
        state: a.state as 'stored',
        reason: a.reason,
        inline: a.inline,
      })),
    lang: messageLanguage(m.text),
    translations: translations.filter((t) => t.messageId === m.id && t.kind === 'message').map((t) => t.view),
    written: translations.find((t) => t.messageId === m.id && t.kind === 'reply')?.written ?? null,
  }))
}

/** How the customer is called: on the card, by the channel, on the newest ticket that is sure of it, else by the channel's own id. */
const customerName = sql<string>`coalesce(p."name", i."displayName", (
  select t."contactName" from conversation_ticket ct join ticket t on t."id" = ct."ticketId"
  where ct."conversationId" = c."id" and t."fields"#>>'{contact_name,verdict}' = 'accepted'
  order by t."createdAt" desc limit 1), i."externalId")`.as('customerName')

/** Conversations by id, in the order in which they opened. */
export async function readConversations(
  db: Reader,
  ids: readonly string[],
  nowMs: number,
): Promise<Conversation[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('conversation as c')
    .innerJoin('channel_account as a', 'a.id', 'c.accountId')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .leftJoin('contact as p', 'p.id', 'i.contactId')
    .select(customerName)
    .select([
      'c.id',
      'c.channel',
      'c.accountId',
      'a.name as accountName',
      'a.enabled',
      'c.subject',
      'c.state',
      'c.openedAt',
      'c.lastMessageAt',
      'c.waitingSince',
      'c.windowUntil',
      'c.windowLeft',
      'c.erasedAt',
    ])
    .where('c.id', 'in', [...ids])
    .orderBy('c.openedAt')
    .orderBy('c.id')
    .execute()
  return rows.map((c) => ({
    id: c.id,
    channel: c.channel,
    accountId: c.accountId,
    accountName: c.accountName,
    subject: c.subject,
    state: c.state,
    customerName: c.customerName,
    openedAt: c.openedAt.toISOString(),
    lastMessageAt: c.lastMessageAt.toISOString(),
    waitingSince: c.waitingSince?.toISOString() ?? null,
    windowUntil: c.windowUntil?.toISOString() ?? null,
    windowLeft: c.windowLeft,
    erasedAt: c.erasedAt?.toISOString() ?? null,
    canReply:
      c.erasedAt === null &&
      c.enabled &&
      (c.windowUntil === null || c.windowUntil.getTime() > nowMs) &&
      c.windowLeft !== 0,
  }))
}
