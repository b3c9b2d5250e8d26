import type { NewJob } from '../contract/jobs.ts'
import { json, sql, type Tx } from '../store/index.ts'
import { headOf, lockLane, nextJobs } from './lane.ts'

/** What came of erasing outgoing messages. */
export interface OutboxErased {
  readonly erased: number
  /** Messages that are being sent at this moment; ask again when they ended. */
  readonly waiting: number
  /** Hand on the lanes in which it was the turn of what was erased. */
  readonly jobs: readonly NewJob[]
}

/**
 * Empties outgoing messages of conversations, and those of a ticket that belong to no conversation: content, receiver, calls
 * and receipts. What is not sent yet is cancelled. A message that is being sent right now is left for the next time.
 */
export async function eraseOutbox(
  tx: Tx,
  { ticketId, conversationIds }: { readonly ticketId: string; readonly conversationIds: readonly string[] },
  nowMs: number,
): Promise<OutboxErased> {
  const found = await sql<{ id: string; lane: string }>`
    select "id", "lane" from outbox_message
    where ("conversationId" = any(${[...conversationIds]}::uuid[])
      or "conversationId" is null and "ticketId" = ${ticketId}) and "toExternalId" <> ''
    order by "lane", "seq"`.execute(tx)
  const lanes = new Set(found.rows.map((row) => row.lane))
  for (const lane of lanes) await lockLane(tx, lane)
  const ids = found.rows.map((row) => row.id)
  const busy = await sql<{ id: string }>`
    select distinct "outboxId" as id from outbox_part
    where "outboxId" = any(${ids}::uuid[]) and "state" = 'sending'`.execute(tx)
  const waiting = new Set(busy.rows.map((row) => row.id))
  const ended = ids.filter((id) => !waiting.has(id))
  const stopped = await headedBy(tx, lanes, ended)
  const cancelled = sql`case when "state" in ('sent', 'cancelled') then "state" else 'cancelled' end`
  await sql`
    update outbox_part set "state" = ${cancelled}, "call" = '{}', "receipt" = null, "lastError" = null,
      "providerMessageId" = null
    where "outboxId" = any(${ended}::uuid[])`.execute(tx)
  await sql`
    update outbox_message set "state" = ${cancelled}, "content" = ${json({})}, "toExternalId" = '',
      "lane" = case when "conversationId" is null then 'erased:' || "id" else "lane" end,
      "doneAt" = coalesce("doneAt", ${new Date(nowMs)})
    where "id" = any(${ended}::uuid[])`.execute(tx)
  const jobs: NewJob[] = []
  for (const lane of stopped) jobs.push(...(await nextJobs(tx, lane)))
  return { erased: ended.length, waiting: waiting.size, jobs }
}

/** Lanes in which it is the turn of one of these messages. In others the head may be in a pause, which must not be cut short. */
async function headedBy(tx: Tx, lanes: Iterable<string>, ids: readonly string[]): Promise<string[]> {
  const headed: string[] = []
  for (const lane of lanes) {
    const head = await headOf(tx, lane)
    if (head && ids.includes(head.outboxId)) headed.push(lane)
  }
  return headed
}
