import { faultsOf } from '../contract/faults.ts'
import { type Refusal, type Result, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import { bodySchema, contentHash, frontSchema, slugSchema } from './article.ts'
import { type ArticleFile, readArticle } from './front.ts'

/** What an import found about a file. */
export type Imported =
  | { readonly file: string; readonly outcome: 'new' | 'changed' | 'unchanged' }
  /** The same content was there before; somebody edited the article since, and that stays. */
  | { readonly file: string; readonly outcome: 'edited' }
  | { readonly file: string; readonly outcome: 'refused'; readonly refusal: Refusal }

/** What an import does with the hub; `run` executes a command of this room. */
export interface ImportPorts {
  readonly db: Reader
  run(command: 'knowledge.save' | 'knowledge.publish', input: unknown): Promise<Result<unknown>>
}

function checked(file: ArticleFile): Result<ArticleFile> {
  const front = frontSchema.safeParse(file.front)
  const body = bodySchema.safeParse(file.body)
  if (front.success && body.success) return { ok: true, value: { front: front.data, body: body.data } }
  const faults = [
    ...(front.error ? faultsOf(front.error) : []),
    ...(body.error ? faultsOf(body.error, ['body']) : []),
  ]
  return refuse('request.invalid', {}, faults)
}

/**
 * Imports one file by its name without the ending: a new article, a new version of one whose content differs, or nothing. With
 * `publish` what it wrote answers at once; otherwise new articles are drafts and what was published stays published.
 */
export async function importArticle(
  ports: ImportPorts,
  { file, content, publish }: { readonly file: string; readonly content: string; readonly publish: boolean },
): Promise<Imported> {
  const refused = (refusal: Refusal): Imported => ({ file, outcome: 'refused', refusal })
  const slug = slugSchema.safeParse(file.replace(/\.md$/i, ''))
  if (!slug.success) {
    const why = refuse('request.invalid', {}, [
      {
        path: 'name',
        message: 'letters, digits and single - or _ make a short name',
        messageZh: '短名由字母、数字和单个 - 或 _ 组成',
      },
    ])
    return refused(why.refusal)
  }
  const read = readArticle(content)
  if (!read.ok) return refused(read.refusal)
  const article = checked(read.value)
  if (!article.ok) return refused(article.refusal)
  const known = await ports.db
    .selectFrom('article as a')
    .leftJoin('article_version as v', (join) =>
      join.onRef('v.articleId', '=', 'a.id').on('v.hash', '=', contentHash(article.value)),
    )
    .select(['a.id', 'a.current', 'a.status', 'v.number'])
    .where('a.slug', '=', slug.data)
    .orderBy('v.number', 'desc')
    .executeTakeFirst()
  if (known && known.number !== null) {
    return { file, outcome: known.number === known.current ? 'unchanged' : 'edited' }
  }
  const { front, body } = article.value
  const saved = await ports.run('knowledge.save', {
    ...(known ? { id: known.id, base: known.current } : {}),
    slug: slug.data,
    ...front,
    body,
    note: `import ${file}`,
  })
  if (!saved.ok) return refused(saved.refusal)
  if (publish && known?.status !== 'archived') {
    const { id, version } = saved.value as { id: string; version: number }
    const published = await ports.run('knowledge.publish', { id, version })
    if (!published.ok) return refused(published.refusal)
  }
  return { file, outcome: known ? 'changed' : 'new' }
}
