import { z } from 'zod'

/** A text as people type it: trimmed, and without what a database cannot hold. 1 to `max` characters. */
export const text = (max: number) =>
  z
    .string()
    .transform((typed) => typed.replaceAll('\u0000', '').toWellFormed().trim())
    .pipe(z.string().min(1).max(max))

/** A text that may be left empty: null then. */
export const optionalText = (max: number) =>
  z
    .string()
    .nullable()
    .transform((typed) => typed?.replaceAll('\u0000', '').toWellFormed().trim() || null)
    .pipe(z.string().max(max).nullable())

/** A list of short names, each once. */
export const names = (most = 200, longest = 100) =>
  z
    .array(text(longest))
    .max(most)
    .transform((list) => [...new Set(list)])
