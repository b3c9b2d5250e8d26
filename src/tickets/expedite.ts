import type { Effects } from '../contract/jobs.ts'
import type { Reader, Tx } from '../store/index.ts'
import { announce } from './access.ts'
import { appendTimeline, type Cause } from './record.ts'
import { saveTicket, type Ticket } from './row.ts'
import { ticketSettings } from './settings.ts'

const hourMs = 3_600_000

/** Statuses in which somebody still waits for the work. */
export const waitingStatuses = ['open', 'assigned', 'in_progress', 'on_hold'] as const

/** Of a ticket that is pressed for without end so many times are looked at. */
const mostPressed = 100

/** How long pressing counts once, ms. */
async function windowOf(db: Reader): Promise<number> {
  const { expeditesPerHour } = await ticketSettings(db)
  return Math.ceil(hourMs / expeditesPerHour)
}

/**
 * From when on a customer may press for a ticket again, ms; null for now. The setting `tickets` says how often in an hour: an hour has
 * so many windows, and pressing counts once in each, so that a second tap on the same button is none.
 */
export async function expediteAfter(db: Reader, ticketId: string, nowMs: number): Promise<number | null> {
  const windowMs = await windowOf(db)
  const last = await db
    .selectFrom('ticket_event')
    .select('at')
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'expedited')
    .where('at', '>', new Date(nowMs - windowMs))
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ? last.at.getTime() + windowMs : null
}

/** The last time that a customer pressed for a ticket. */
export interface Pressed {
  readonly count: number
  readonly reason: string | null
  /** The earlier counts in the time in which pressing counts once; a person of the house may count more often. */
  readonly before: readonly number[]
}

/** Reads the last time that a customer pressed for a ticket; null for never. */
export async function lastPressed(db: Reader, ticketId: string): Promise<Pressed | null> {
  const windowMs = await windowOf(db)
  const rows = await db
    .selectFrom('ticket_event')
    .select(['payload', 'at'])
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'expedited')
    .orderBy('seq', 'desc')
    .limit(mostPressed)
    .execute()
  const [last, ...earlier] = rows.map(({ payload, at }) => ({
    ...(payload as { count: number; reason?: string | null }),
    atMs: at.getTime(),
  }))
  if (!last) return null
  const before = earlier.filter(({ atMs }) => atMs > last.atMs - windowMs).map(({ count }) => count)
  return { count: last.count, reason: last.reason ?? null, before }
}

/** Counts that the customer presses for a locked ticket, on its timeline too, and announces it. */
export async function countExpedite(
  tx: Tx,
  ticket: Ticket,
  reason: string | null,
  cause: Cause,
): Promise<{ readonly ticket: Ticket; readonly count: number; readonly effects: Effects }> {
  const count = ticket.expedited + 1
  await appendTimeline(tx, ticket.id, [{ type: 'expedited', payload: { count, reason } }], cause)
  const saved = await saveTicket(tx, ticket, { expedited: count }, cause.nowMs)
  const { groupId, assigneeId } = saved
  return {
    ticket: saved,
    count,
    effects: announce('ticket.expedited', saved, { count, groupId, assigneeId }),
  }
}
