import { z } from 'zod'
import type { Reader } from '../../store/index.ts'

const minute = 60_000

/** The setting `offers`, as an administrator edits it. */
export const offerSettingsSchema = z.object({
  /** Engineers who can be reached are asked before a ticket is theirs; otherwise it is assigned to them right away. */
  enabled: z.boolean().default(true),
  /** How long an engineer may take to answer, ms. */
  expiryMs: z
    .int()
    .min(minute)
    .max(24 * 60 * minute)
    .default(10 * minute),
  /** How many engineers are asked at the same time; the first to accept gets the ticket. */
  atOnce: z.int().min(1).max(5).default(1),
  /** Kinds of channel in the order in which they are tried for a person with several; others come after these. */
  channels: z.array(z.string().max(40)).max(20).default([]),
})

export type OfferSettings = z.infer<typeof offerSettingsSchema>

/** The setting `offers`; the defaults when none is stored or it cannot be read. */
export async function offerSettings(db: Reader): Promise<OfferSettings> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'offers').executeTakeFirst()
  const parsed = offerSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : offerSettingsSchema.parse({})
}
