import { z } from 'zod'
import { defineQuery, type Query } from '../access/index.ts'
import { ok, type Refusal, refuse } from '../kernel/result.ts'
import { inBothLanguages } from '../kernel/sentence.ts'
import { languageSchema, languages } from '../languages/index.ts'
import { translationSettings } from './settings.ts'
import { longest } from './translate.ts'

/** A reply as it is translated, before it is sent. */
const draft = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  lang: z.string(),
  sourceLang: z.string().nullable(),
  source: z.string().nullable(),
  state: z.enum(['pending', 'done', 'refused']),
  text: z.string().nullable(),
  /** Why there is none, in both languages. */
  problem: z.object({ code: z.string(), zh: z.string(), en: z.string() }).nullable(),
  model: z.string().nullable(),
  prompt: z.string().nullable(),
})

/** What can be asked about translations. */
export function makeQueries(available: boolean): readonly Query[] {
  return [
    defineQuery(
      {
        name: 'translation.languages',
        title: 'The languages that messages are translated from and to, and whether they can be',
        permission: {
          roles: ['supervisor', 'agent', 'dispatcher', 'auditor', 'engineer'],
          scopes: ['conversations:read'],
        },
        input: z.object({}),
        output: z.object({
          /** A model is configured. */
          available: z.boolean(),
          /** Messages in another language than the reader's are translated when they are opened. */
          automatic: z.boolean(),
          /** Longest text that is translated, characters. */
          longest: z.int(),
          languages: z.array(languageSchema.omit({ greetings: true })),
        }),
      },
      async ({ db }) => {
        const { automatic } = await translationSettings(db)
        const named = languages.map(({ greetings: _, ...language }) => language)
        return ok({ available, automatic: automatic && available, longest, languages: named })
      },
    ),
    defineQuery(
      {
        name: 'translation.get',
        title: 'A translation: whether it is there, and if not, why',
        permission: {
          roles: ['supervisor', 'agent', 'dispatcher', 'auditor'],
          scopes: ['conversations:read'],
        },
        input: z.object({ id: z.uuid() }),
        output: draft,
        audit: ({ id }) => `translation:${id}`,
      },
      async ({ db }, { id }) => {
        const row = await db.selectFrom('translation').selectAll().where('id', '=', id).executeTakeFirst()
        if (!row) return refuse('not_found', { what: 'translation' })
        const { conversationId, lang, sourceLang, source, text, model, prompt } = row
        return ok({
          ...{ id, conversationId, lang, sourceLang, source, text, model, prompt },
          state: row.state as 'done',
          problem: row.refusal === null ? null : inBothLanguages(row.refusal as unknown as Refusal),
        })
      },
    ),
  ]
}
