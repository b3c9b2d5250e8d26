import { z } from 'zod'
import type { Reader } from '../store/index.ts'

const hour = 3_600_000
const day = 24 * hour

/** The setting `tickets`, as an administrator edits it. */
export const ticketSettingsSchema = z.object({
  /** A resolved ticket closes by itself after this time, ms. */
  autoCloseMs: z
    .number()
    .int()
    .min(60_000)
    .default(3 * day),
  /** How long after the start of an appointment without an end the engineer must have arrived, ms. */
  appointmentGraceMs: z.number().int().min(0).default(hour),
  /** How often a customer may expedite one ticket within an hour; once in each of so many parts of it. */
  expeditesPerHour: z.number().int().min(1).max(60).default(2),
  /** How long a ticket waits for the answer to the hub's question before it opens without it, ms. */
  questionWaitMs: z.number().int().min(10_000).max(day).default(600_000),
  /** How soon a customer may be told again by itself how far a ticket is, when that changed, ms. */
  answerEveryMs: z.number().int().min(0).max(day).default(600_000),
})

export type TicketSettings = z.infer<typeof ticketSettingsSchema>

/** The setting `tickets`; the defaults when none is stored or it cannot be read. */
export async function ticketSettings(db: Reader): Promise<TicketSettings> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'tickets').executeTakeFirst()
  const parsed = ticketSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : ticketSettingsSchema.parse({})
}
