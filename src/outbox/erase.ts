import { json, sql, type Tx } from '../store/index.ts'
import { lockLane } from './lane.ts'

/** What came of erasing outgoing messages. */
export interface OutboxErased {
  readonly erased: number
  /** Messages that are being sent at this moment; ask again when they ended. */
  readonly waiting: number
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
  for (const lane of new Set(found.rows.map((row) => row.lane))) await lockLane(tx, lane)
  const ids = found.rows.map((row) => row.id)
  const busy = await sql<{ id: string }>`
    select distinct "outboxId" as id from outbox_part
    where "outboxId" = any(${ids}::uuid[]) and "state" = 'sending'`.execute(tx)
  const waiting = new Set(busy.rows.map((row) => row.id))
  const ended = ids.filter((id) => !waiting.has(id))
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
  return { erased: ended.length, waiting: waiting.size }
}
