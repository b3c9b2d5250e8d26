import type { NewEvent } from '../contract/events.ts'
import type { Evidence, KnownFacts } from '../contract/extraction.ts'
import { noEffects } from '../contract/jobs.ts'
import type { ErrorCode } from '../kernel/errors.ts'
import { sha256 } from '../kernel/hash.ts'
import { messageLanguage } from '../languages/index.ts'
import { defineHandler, type JobHandler, type StepContext } from '../queue/index.ts'
import { json, type Reader, sql } from '../store/index.ts'
import { forgetAnswers } from './commands.ts'
import { longest, promptVersion, type Translated, type TranslatePorts, translateText } from './translate.ts'

/** What the translation of messages needs from app; null where no model is configured. */
export type TranslationPorts = TranslatePorts | null

interface Prepared {
  readonly id: string
  readonly attempts: number
  readonly sourceHash: string
  readonly conversationId: string
  readonly lang: string
  readonly from: string | null
  readonly came: Translated
}

/** Has a model translate what is asked for and keeps the answer beside the message: `message.translate`. */
export function makeTranslateHandler(ports: TranslationPorts): JobHandler {
  return defineHandler<'message.translate', undefined, Prepared | null>({
    kind: 'message.translate',
    prepare: (job, ctx) => prepare(ports, job.payload.translationId, ctx),
    async commit(tx, prepared, _job, ctx) {
      if (!prepared) return noEffects
      const { id, attempts, came, conversationId, lang, from } = prepared
      const result = came.ok
        ? { state: 'done', text: came.text, model: came.model, cautious: came.cautious, refusal: null }
        : { state: 'refused', text: null, model: null, cautious: false, refusal: json(refusalOf(came.code)) }
      const stored = await tx
        .updateTable('translation')
        .set({
          ...result,
          ...{ prompt: promptVersion, sourceLang: from, doneAt: new Date(ctx.nowMs) },
          calls: sql<string[]>`coalesce("calls", '{}') || ${[...came.calls]}::text[]`,
        })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .where('attempts', '=', attempts)
        .executeTakeFirst()
      if (stored.numUpdatedRows === 0n) {
        // Erased or thrown away meanwhile: the answer must not outlive what it was an answer to.
        if (!(await isThere(tx, id))) await forgetAnswers(tx, came.calls)
        return noEffects
      }
      const data = { conversationId, lang, state: result.state }
      const event: NewEvent = { type: 'message.translated', subject: 'translation', subjectId: id, data }
      return { events: [event], jobs: [] }
    },
  })
}

const refusalOf = (code: ErrorCode) => ({
  code,
  params: code === 'translation.too_long' ? { limit: longest } : {},
})

async function isThere(db: Reader, id: string): Promise<boolean> {
  return (
    (await db.selectFrom('translation').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
  )
}

async function prepare(ports: TranslationPorts, id: string, ctx: StepContext): Promise<Prepared | null> {
  const row = await ctx.db
    .selectFrom('translation as t')
    .leftJoin('message as m', 'm.id', 't.messageId')
    .select(['t.conversationId', 't.kind', 't.lang', 't.source', 't.sourceHash', 't.attempts', 'm.text'])
    .where('t.id', '=', id)
    .where('t.state', '=', 'pending')
    .executeTakeFirst()
  if (!row) return null
  const text = row.kind === 'reply' ? (row.source ?? '') : (row.text ?? '')
  const from = messageLanguage(text)
  const { conversationId, lang, attempts, sourceHash } = row
  const came: Translated =
    sha256(text) !== sourceHash
      ? { ok: false, code: 'translation.nothing', calls: [] }
      : ports
        ? await translateText(
            {
              ...{ text, from, to: lang, attempt: attempts, conversationId, signal: ctx.signal },
              known: await knownOf(ctx.db, conversationId),
            },
            ports,
          )
        : { ok: false, code: 'translation.no_model', calls: [] }
  return { id, attempts, sourceHash, conversationId, lang, from, came }
}

/** Who the other side is, as far as the hub knows: their name and number are taken out wherever they stand. */
async function knownOf(db: Reader, conversationId: string): Promise<KnownFacts> {
  const row = await db
    .selectFrom('conversation as c')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .innerJoin('contact as p', 'p.id', 'i.contactId')
    .select(['p.id', 'p.version', 'p.name', 'p.phone', 'i.displayName'])
    .where('c.id', '=', conversationId)
    .executeTakeFirst()
  if (!row) return { fields: {} }
  const fact = (field: string, value: string | null) => {
    const evidence: Evidence = { kind: 'record', table: 'contact', id: row.id, version: row.version, field }
    return value ? { [field]: { value, evidence } } : {}
  }
  return { fields: { ...fact('contact_name', row.name ?? row.displayName), ...fact('phone', row.phone) } }
}
