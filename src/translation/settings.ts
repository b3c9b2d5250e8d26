import { z } from 'zod'
import type { Reader } from '../store/index.ts'

/** The setting `translation`, as an administrator edits it. */
export const translationSettingsSchema = z.strictObject({
  /** Messages in another language than the reader's are translated when somebody opens them, without a press of the button. */
  automatic: z.boolean().default(false),
})

export type TranslationSettings = z.infer<typeof translationSettingsSchema>

/** The setting `translation`; the defaults when none is stored or it cannot be read. */
export async function translationSettings(db: Reader): Promise<TranslationSettings> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'translation')
    .executeTakeFirst()
  const parsed = translationSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : translationSettingsSchema.parse({})
}
