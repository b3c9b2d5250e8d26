import { z } from 'zod'
import type { Refusal } from '../kernel/result.ts'
import { inBothLanguages } from '../kernel/sentence.ts'
import type { Reader } from '../store/index.ts'

const text = z.string().nullable()

/** A translation of a message, as pages see it. */
export const translationSchema = z.object({
  id: z.uuid(),
  /** Into this language. */
  lang: z.string(),
  state: z.enum(['pending', 'done', 'refused']),
  text,
  /** The message speaks to a machine: compare with the original. */
  cautious: z.boolean(),
  /** Why there is none, in both languages. */
  problem: z.object({ code: z.string(), zh: z.string(), en: z.string() }).nullable(),
  model: text,
  prompt: text,
  at: text,
})

/** What an agent wrote before it was translated and sent. */
export const writtenSchema = z.object({
  text: z.string(),
  lang: text,
  /** Whether the agent changed the translation before sending it. */
  changed: z.boolean(),
  model: text,
  prompt: text,
})

/** The translations of messages. */
export async function readTranslations(db: Reader, messageIds: readonly string[]) {
  const rows = await db
    .selectFrom('translation as t')
    .innerJoin('message as m', 'm.id', 't.messageId')
    .selectAll('t')
    .select('m.text as sent')
    .where('t.messageId', 'in', [...messageIds])
    .orderBy('t.requestedAt')
    .execute()
  return rows.map((t) => ({
    messageId: t.messageId!,
    kind: t.kind,
    view: {
      ...{ id: t.id, lang: t.lang, text: t.text, cautious: t.cautious, model: t.model, prompt: t.prompt },
      state: t.state as 'done',
      problem: t.refusal === null ? null : inBothLanguages(t.refusal as unknown as Refusal),
      at: t.doneAt?.toISOString() ?? null,
    },
    written: {
      ...{
        text: t.source ?? '',
        lang: t.sourceLang,
        changed: t.text !== t.sent,
        model: t.model,
        prompt: t.prompt,
      },
    },
  }))
}
