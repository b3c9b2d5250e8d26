import { z } from 'zod'
import type { Reader } from '../../store/index.ts'

/** How chats come to agents. */
export const deskSettingsSchema = z.strictObject({
  /** Chats that wait are given to agents who are online and have room. Otherwise agents take them from the queue. */
  assignByItself: z.boolean().default(true),
  /** How many chats a person has at a time who never said how many, 1 to 50. */
  maxChats: z.int().min(1).max(50).default(5),
})

export type DeskSettings = z.infer<typeof deskSettingsSchema>

/** The setting `desk`; the defaults when none is stored or it cannot be read. */
export async function deskSettings(db: Reader): Promise<DeskSettings> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'desk').executeTakeFirst()
  const parsed = deskSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : deskSettingsSchema.parse({})
}
