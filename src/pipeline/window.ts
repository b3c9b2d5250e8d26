import type { Capabilities } from '../contract/channel.ts'
import { outboxSettings } from '../outbox/index.ts'
import { type Reader, sql } from '../store/index.ts'

/** How long after a person took a conversation or wrote in it the hub keeps quiet there, ms. */
const attendedMs = 3_600_000

/** Whether there is room for the hub's own words in a conversation. */
export interface Room {
  /** A person of the house speaks with the customer. */
  readonly attended: boolean
  /** The reply window is open, and more is left of it than is kept for people. */
  readonly open: boolean
}

/** Where nobody looked. */
export const noRoom: Room = { attended: false, open: false }

/**
 * Whether the hub may say something by itself. It counts what was said since the customer's last message, and not what vendors took
 * of it: a replay, which sends nothing, must decide the same.
 */
export async function roomToSpeak(
  db: Reader,
  conversationId: string,
  { replyWindow: window }: Pick<Capabilities, 'replyWindow'>,
  nowMs: number,
): Promise<Room> {
  const { rows } = await sql<{ takenAt: Date | null; until: Date | null; said: number }>`
    select c."takenAt", c."windowUntil" as until, (
      select count(*)::int from message m where m."conversationId" = c."id" and m."direction" = 'out' and m."seq" > (
        select coalesce(max(i."seq"), 0) from message i where i."conversationId" = c."id" and i."direction" = 'in')) as said
    from conversation c where c."id" = ${conversationId}`.execute(db)
  const row = rows[0]
  if (!row) return noRoom
  const attended = row.takenAt !== null && nowMs - row.takenAt.getTime() < attendedMs
  if (window === null) return { attended, open: true }
  const inTime = row.until !== null && row.until.getTime() > nowMs
  const { reservedForPeople } = await outboxSettings(db)
  const left = window.messages === null || window.messages - row.said > reservedForPeople
  return { attended, open: inTime && left }
}
