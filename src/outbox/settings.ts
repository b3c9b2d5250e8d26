import { z } from 'zod'
import type { Reader } from '../store/index.ts'
import { builtInTexts } from './templates.ts'

/** Texts of one notice by language; `{number}` style variables (outbox/templates.ts). */
const noticeTextSchema = z.object({
  zh: z.string().min(1).max(2000),
  en: z.string().min(1).max(2000),
})

/** The setting `outbox`, as an administrator edits it. */
export const outboxSettingsSchema = z.object({
  /**
   * Automatic answers that one sender gets within an hour at most; the guard against two machines talking to each other. Two questions,
   * three notices and a few answers about a ticket fit in.
   */
  automaticPerHour: z.int().min(0).max(1000).default(10),
  /** Of a counted reply window, so many messages are kept for people. */
  reservedForPeople: z.int().min(0).max(100).default(1),
  /** Channel accounts on which the hub never speaks by itself. */
  silentAccounts: z.array(z.uuid()).default([]),
  /** Texts that replace the built-in ones, by notice. Others are refused when they come in, but read where they are stored. */
  texts: z
    .record(z.string(), noticeTextSchema)
    .meta({ propertyNames: { type: 'string', enum: Object.keys(builtInTexts) } })
    .default({}),
})

export type OutboxSettings = z.infer<typeof outboxSettingsSchema>

/** The setting `outbox`; the defaults when none is stored or it cannot be read. */
export async function outboxSettings(db: Reader): Promise<OutboxSettings> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'outbox').executeTakeFirst()
  const parsed = outboxSettingsSchema.safeParse(row?.value ?? {})
  return parsed.success ? parsed.data : outboxSettingsSchema.parse({})
}
