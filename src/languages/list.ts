import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { both } from '../contract/faults.ts'

/** A language that the hub knows: found in messages, translated from and to. */
export const languageSchema = z.object({
  /** BCP 47. */
  code: z.string().regex(/^[a-z]{2}(?:-[A-Z]{2})?$/),
  zh: z.string(),
  en: z.string(),
  /** As its speakers call it. */
  self: z.string(),
  /** ISO 15924. */
  script: z.string().length(4),
  /** Written from right to left. */
  rtl: z.boolean(),
  /** What people say in it that is too short for statistics. */
  greetings: z.array(z.string()),
})

export type Language = z.infer<typeof languageSchema>

/** The languages; the file is the one place that names them. */
export const languages: readonly Language[] = z
  .array(languageSchema)
  .parse(JSON.parse(readFileSync(new URL('./languages.json', import.meta.url), 'utf8')))

const byCode = new Map(languages.map((language) => [language.code, language]))

/** A language by its code; undefined for one that is not in the list. */
export function languageOf(code: string): Language | undefined {
  return byCode.get(code)
}

/** A code of the list. */
export const languageCode = z
  .string()
  .refine((code) => byCode.has(code), { message: both('不认识这种语言', 'is not a known language') })

/** Both ways to write Chinese are one language to who reads, extracts and routes. */
export function primary(code: string): string {
  return code.split('-')[0]!
}
