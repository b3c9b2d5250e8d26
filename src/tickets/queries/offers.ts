import { z } from 'zod'
import { type RawBuilder, type Reader, sql } from '../../store/index.ts'

/** An engineer who was asked whether they take the ticket, as its page shows it. */
export const offerView = z.object({
  id: z.uuid(),
  staffId: z.uuid(),
  engineer: z.string(),
  status: z.enum(['pending', 'accepted', 'rejected', 'timed_out', 'rescinded', 'cancelled']),
  createdAtMs: z.int(),
  expiresAtMs: z.int(),
  endedAtMs: z.int().nullable(),
  reason: z.string().nullable(),
})

/** Whether the engineer who has the ticket of alias `table` took it from an offer and has not begun. */
export function isAccepted(table: 't' | 'o'): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${table}.${name}`)
  return sql`(${column('status')} = 'assigned' and exists (select 1 from offer f
    where f."ticketId" = ${column('id')} and f."staffId" = ${column('assigneeId')} and f."status" = 'accepted'))`
}

/** The offers of a ticket, newest first. */
export async function offersOf(db: Reader, ticketId: string): Promise<z.infer<typeof offerView>[]> {
  const rows = await db
    .selectFrom('offer as o')
    .innerJoin('staff as s', 's.id', 'o.staffId')
    .select(['o.id', 'o.staffId', 's.name as engineer', 'o.status', 'o.reason'])
    .select(['o.createdAt', 'o.expiresAt', 'o.endedAt'])
    .where('o.ticketId', '=', ticketId)
    .orderBy('o.createdAt', 'desc')
    .orderBy('o.id')
    .execute()
  return rows.map(({ createdAt, expiresAt, endedAt, ...row }) => ({
    ...row,
    createdAtMs: createdAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
    endedAtMs: endedAt?.getTime() ?? null,
  }))
}
