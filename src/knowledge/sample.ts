import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandContext } from '../access/command.ts'
import { createArticle } from './commands.ts'
import { readArticle } from './front.ts'

const folder = join(import.meta.dirname, 'sample')

/** The invented articles of the sample workspace by short name. */
export function sampleArticles() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const read = readArticle(readFileSync(join(folder, file), 'utf8'))
      if (!read.ok) throw new Error(`${file}: ${JSON.stringify(read.refusal)}`)
      return { slug: file.slice(0, -3), ...read.value }
    })
}

/** Publishes the sample articles whose short names are free. Answers the new rows' ids, and the names that were taken. */
export async function addSampleArticles(
  ctx: Pick<CommandContext, 'tx' | 'ids' | 'actor' | 'nowMs'>,
): Promise<{
  readonly ids: readonly string[]
  readonly taken: readonly string[]
}> {
  const present = new Set(
    (await ctx.tx.selectFrom('article').select('slug').execute()).map(({ slug }) => slug),
  )
  const ids: string[] = []
  const taken: string[] = []
  for (const article of sampleArticles()) {
    if (present.has(article.slug)) taken.push(article.slug)
    else ids.push(await createArticle(ctx, { ...article, note: '', publish: true }))
  }
  return { ids, taken }
}
