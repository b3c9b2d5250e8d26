import type { ActionAnswer, RawRequest, Verified } from '../contract/channel.ts'
import type { MediaStore } from '../contract/ports.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storable } from '../kernel/storable.ts'
import { CompiledQuery, type Database, type Reader, sql, type Tx } from '../store/index.ts'

/** A stored envelope, as its row holds it. */
export interface StoredEnvelope {
  readonly id: string
  readonly seq: number
  readonly accountId: string
  readonly kind: string
  readonly dedupeKey: string
  readonly senderKey: string
  readonly part: number
  readonly method: string
  readonly path: string
  readonly query: unknown
  readonly headers: unknown
  readonly claims: unknown
  readonly remoteAddress: string
  readonly body: Buffer | null
  readonly bodyMedia: string | null
  readonly receivedAt: Date
  readonly attempts: number
}

const columns = `e."id", e."seq", e."accountId", e."kind", e."dedupeKey", e."senderKey", e."part", e."method", e."path",
    e."query", e."headers", e."claims", e."remoteAddress", e."body", e."bodyMedia", e."receivedAt", e."attempts"`

const waitingText = `
  with held as materialized (
    select "accountId", "senderKey", min("seq") as "seq" from envelope
    where "state" = 'received' and "retryAt" > $1 group by 1, 2
  )
  select ${columns} from envelope e
  where e."state" = 'received' and not exists (
    select 1 from held h
    where h."accountId" = e."accountId" and h."senderKey" = e."senderKey" and h."seq" <= e."seq")
  order by e."seq" limit $2`

/**
 * The next envelopes to work on, in order. A sender's envelope waits for that sender's earlier ones unless they are done or
 * dead (parked); one that failed waits for its pause, and its successors with it.
 */
export async function waitingEnvelopes(
  database: Database,
  nowMs: number,
  limit: number,
): Promise<StoredEnvelope[]> {
  return await database.query<StoredEnvelope>(waitingText, [new Date(nowMs), limit], 'envelope-waiting')
}

const upToText = `
  select ${columns} from envelope wanted join envelope e
    on e."accountId" = wanted."accountId" and e."senderKey" = wanted."senderKey" and e."seq" <= wanted."seq"
  where wanted."id" = $1 and e."state" = 'received' order by e."seq" limit $2`

/** An envelope that waits, behind those of its sender that wait before it, in order; empty when it is worked off. */
export async function waitingUpTo(
  database: Database,
  envelopeId: string,
  limit: number,
): Promise<StoredEnvelope[]> {
  return await database.query<StoredEnvelope>(upToText, [envelopeId, limit], 'envelope-up-to')
}

/** Lets the next free worker take an envelope that was held for whoever received it. */
export async function letGo(database: Database, envelopeId: string): Promise<void> {
  await database.db
    .updateTable('envelope')
    .set({ retryAt: null })
    .where('id', '=', envelopeId)
    .where('state', '=', 'received')
    .where('attempts', '=', 0)
    .execute()
}

/** What came of an action that was worked off; undefined when it was not yet, or nothing was to be said. */
export async function answerOf(db: Reader, envelopeId: string): Promise<ActionAnswer | undefined> {
  const row = await db
    .selectFrom('envelope')
    .select('answer')
    .where('id', '=', envelopeId)
    .where('state', '=', 'done')
    .executeTakeFirst()
  return (row?.answer as ActionAnswer | null | undefined) ?? undefined
}

/** Locks the given envelopes in order and returns the ids of those that still wait. */
export async function lockWaiting(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }>`
    select "id" from envelope where "id" = any(${[...ids]}::uuid[]) and "state" = 'received'
    order by "seq" for update`.execute(tx)
  return new Set(rows.rows.map((row) => row.id))
}

/** What became of an envelope. */
export interface Appended {
  readonly id: string
  readonly conversationId?: string
  readonly messageId?: string
  readonly answer?: ActionAnswer
  readonly atMs: number
}

const doneText = `
  update envelope set "state" = 'done', "lastError" = null, "doneAt" = d."at", "conversationId" = d."conversation",
    "messageId" = d."message", "answer" = d."answer"
  from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::jsonb[])
    as d("id", "at", "conversation", "message", "answer")
  where envelope."id" = d."id"`

/** Marks envelopes as worked off. */
export async function markDone(tx: Tx, done: readonly Appended[]): Promise<void> {
  if (done.length === 0) return
  const values = [
    done.map((d) => d.id),
    done.map((d) => new Date(d.atMs).toISOString()),
    done.map((d) => d.conversationId ?? null),
    done.map((d) => d.messageId ?? null),
    done.map((d) => (d.answer ? JSON.stringify(d.answer) : null)),
  ]
  await tx.executeQuery(CompiledQuery.raw(doneText, values))
}

/** Tries before an envelope is parked, for failures that may pass. */
const maxAttempts = 6

/** Records a failure: another try after a pause, or dead (parked, visible, re-runnable), which releases its successors. */
export async function markFailed(
  tx: Tx,
  envelope: Pick<StoredEnvelope, 'id' | 'attempts'>,
  error: string,
  nowMs: number,
  final: boolean,
): Promise<'received' | 'dead'> {
  const attempts = envelope.attempts + 1
  const state = final || attempts >= maxAttempts ? ('dead' as const) : ('received' as const)
  await tx
    .updateTable('envelope')
    .set({
      state,
      attempts,
      lastError: storable(error.slice(0, 2000)),
      retryAt: state === 'dead' ? null : new Date(nowMs + 500 * 2 ** attempts),
    })
    .where('id', '=', envelope.id)
    .where('state', '=', 'received')
    .execute()
  return state
}

/** Puts dead envelopes back to work; returns how many. */
export async function rerunEnvelopes(tx: Tx, ids: readonly string[]): Promise<number> {
  const done = await tx
    .updateTable('envelope')
    .set({ state: 'received', attempts: 0, retryAt: null })
    .where('id', 'in', [...ids])
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return Number(done.numUpdatedRows)
}

/** The believed request as it was stored, for `parse`. */
export async function restoreRequest(envelope: StoredEnvelope, media: MediaStore): Promise<Verified> {
  const body = envelope.body ?? (envelope.bodyMedia ? await media.get(envelope.bodyMedia) : new Uint8Array())
  const request: RawRequest = {
    method: envelope.method,
    path: envelope.path,
    query: envelope.query as RawRequest['query'],
    headers: envelope.headers as RawRequest['headers'],
    body,
    remoteAddress: envelope.remoteAddress,
    receivedAtMs: envelope.receivedAt.getTime(),
  }
  return { request, claims: envelope.claims as JsonObject }
}

/** How much waits and since when; for the health page and the metrics. */
export async function backlog(db: Reader): Promise<{ waiting: number; oldest: Date | null; dead: number }> {
  const row = await sql<{ waiting: number; oldest: Date | null; dead: number }>`
    select (select count(*) from envelope where "state" = 'received')::int as waiting,
      (select "receivedAt" from envelope where "state" = 'received' order by "seq" limit 1) as oldest,
      (select count(*) from envelope where "state" = 'dead')::int as dead`.execute(db)
  return row.rows[0]!
}
