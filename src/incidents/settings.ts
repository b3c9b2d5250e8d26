import { z } from 'zod'
import type { Reader } from '../store/index.ts'

const minute = 60_000

/** The setting `incidents`, as an administrator edits it. */
export const incidentSettingsSchema = z.object({
  /** Tickets of one cause and place that are no further apart in time are one incident, ms. */
  windowMs: z
    .number()
    .int()
    .min(minute)
    .max(24 * 60 * minute)
    .default(30 * minute),
})

export type IncidentSettings = z.infer<typeof incidentSettingsSchema>

/** The setting `incidents`; the default when none is stored or it cannot be read. */
export async function incidentSettings(db: Reader): Promise<IncidentSettings> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'incidents')
    .executeTakeFirst()
  const parsed = incidentSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : incidentSettingsSchema.parse({})
}
