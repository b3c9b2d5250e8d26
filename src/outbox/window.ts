import type { Capabilities } from '../contract/channel.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'

/**
 * Takes one message out of a conversation's reply window: one compare-and-set, so that two senders never share the last one.
 * `reserved` are left for others. False when the window is closed or has no more than that. Channels without a window always may.
 */
export async function spend(
  tx: Tx,
  conversationId: string,
  window: Capabilities['replyWindow'],
  nowMs: number,
  reserved = 0,
): Promise<boolean> {
  if (window === null) return true
  const taken = await tx
    .updateTable('conversation')
    .set({ windowLeft: sql<number | null>`"windowLeft" - 1` })
    .where('id', '=', conversationId)
    .where('windowUntil', '>', new Date(nowMs))
    .where((e) => e.or([e('windowLeft', 'is', null), e('windowLeft', '>', reserved)]))
    .executeTakeFirst()
  return taken.numUpdatedRows === 1n
}

/** How many messages the reply window still takes behind those that wait to be sent; null where they are not counted. */
export async function windowRoom(db: Reader, conversationId: string): Promise<number | null> {
  const { rows } = await sql<{ left: number | null; waiting: number }>`
    select c."windowLeft" as left, (
      select coalesce(sum(case when p."n" = 0 then 1 else p."unpaid" end), 0)::int
      from outbox_message m cross join lateral (
        select count(*) as n, count(*) filter (where "state" = 'queued' and "windowCost" = 0) as unpaid
        from outbox_part where "outboxId" = m."id") p
      where m."conversationId" = c."id" and m."state" in ('queued', 'sending')) as waiting
    from conversation c where c."id" = ${conversationId}`.execute(db)
  const row = rows[0]
  return row && row.left !== null ? Math.max(0, row.left - row.waiting) : null
}

/** Whether a message could be sent now; for saying so before somebody writes one. A conversation without a ledger is open. */
export async function windowOpen(db: Reader, conversationId: string, nowMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('conversation')
    .select(['windowUntil', 'windowLeft'])
    .where('id', '=', conversationId)
    .executeTakeFirst()
  if (!row || (row.windowUntil === null && row.windowLeft === null)) return true
  if (row.windowUntil !== null && row.windowUntil.getTime() <= nowMs) return false
  return row.windowLeft === null || row.windowLeft > 0
}
