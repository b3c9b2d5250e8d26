import { z } from 'zod'
import { names, text } from '../contract/text.ts'
import { hashOf } from '../kernel/hash.ts'
import { sql } from '../store/index.ts'
import { searchTokens } from '../tickets/index.ts'
import type { ArticleFile, Front } from './front.ts'

/** Who writes articles, and who reads them. */
export const writers = { roles: ['supervisor'] } as const
export const readers = { roles: ['supervisor', 'agent', 'dispatcher', 'auditor'] } as const

export const statuses = ['draft', 'published', 'archived'] as const
export type ArticleStatus = (typeof statuses)[number]

/** The short name of an article: that of its file. */
export const slugSchema = z
  .string()
  .regex(/^[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)*$/u)
  .max(80)

/** Front matter as people fill it in. */
export const frontMembers = {
  title: text(120),
  products: names(30, 80),
  models: names(100, 80),
  faults: names(50, 80),
  lang: z.string().regex(/^[a-z]{2}$/),
  questions: names(60, 200),
}
export const frontSchema = z.object(frontMembers)

/** Line ends become \n; a body has something to cite. */
export const bodySchema = z
  .string()
  .transform((typed) => typed.replaceAll('\u0000', '').toWellFormed().replace(/\r\n?/g, '\n').trim())
  .pipe(z.string().min(1).max(50_000))

/** What an article is known by: equal content has an equal hash. */
export const contentHash = ({ front, body }: ArticleFile) => hashOf({ front, body })

/** The search tokens of an article: the same kind that tickets are found by. */
export function articleTokens({ front, body }: ArticleFile): string[] {
  return searchTokens({
    codes: front.models,
    texts: [front.title, ...front.questions, ...front.products, ...front.faults, body],
  })
}

/** Columns of an article that follow from its current version. */
export function currentColumns(file: ArticleFile) {
  const { title, products, models, faults, lang } = file.front
  const search = sql`array_to_tsvector(${articleTokens(file)}::text[])` as unknown as never
  const columns = { title, categories: [...products], models: [...models], faults: [...faults], lang }
  return { ...columns, search } as typeof columns
}

/** A version's front matter as it is stored. */
export const storedFront = (front: unknown): Front => front as Front
