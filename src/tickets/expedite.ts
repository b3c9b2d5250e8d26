import type { Reader } from '../store/index.ts'
import { ticketSettings } from './settings.ts'

const hourMs = 3_600_000

/** From when on a customer may press for a ticket again, ms; null for now. The setting `tickets` says how often in an hour. */
export async function expediteAfter(db: Reader, ticketId: string, nowMs: number): Promise<number | null> {
  const { expeditesPerHour } = await ticketSettings(db)
  const recent = await db
    .selectFrom('ticket_event')
    .select('at')
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'expedited')
    .where('at', '>', new Date(nowMs - hourMs))
    .orderBy('at', 'desc')
    .limit(expeditesPerHour)
    .execute()
  const oldest = recent[expeditesPerHour - 1]
  return oldest ? oldest.at.getTime() + hourMs : null
}
