import { z } from 'zod'
import { type Command, type CommandContext, defineCommand } from '../access/command.ts'
import { recordChange } from '../audit/index.ts'
import type { Actor } from '../contract/actor.ts'
import { optionalText } from '../contract/text.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { json, type Tx } from '../store/index.ts'
import {
  type ArticleStatus,
  bodySchema,
  contentHash,
  currentColumns,
  frontMembers,
  slugSchema,
  writers,
} from './article.ts'
import type { ArticleFile } from './front.ts'

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'knowledge.changed', subject: 'article', id })

const target = { id: z.uuid(), version: z.int().min(1) }
const changed = z.object({ id: z.uuid(), version: z.int() })

/** Writes a version of an article; versions never change afterwards. */
async function addVersion(
  { tx, ids, actor, nowMs }: Pick<CommandContext, 'tx' | 'ids' | 'actor' | 'nowMs'>,
  articleId: string,
  number: number,
  file: ArticleFile,
  note: string,
): Promise<void> {
  await tx
    .insertInto('article_version')
    .values({
      id: ids.next(),
      articleId,
      number,
      front: json(file.front),
      body: file.body,
      hash: contentHash(file),
      actor: json(actor),
      at: new Date(nowMs),
      note,
    })
    .execute()
}

/** A new article with its first version; answers its id. */
export async function createArticle(
  ctx: Pick<CommandContext, 'tx' | 'ids' | 'actor' | 'nowMs'>,
  article: ArticleFile & { readonly slug: string | null; readonly note: string; readonly publish: boolean },
): Promise<string> {
  const id = ctx.ids.next()
  await ctx.tx
    .insertInto('article')
    .values({
      id,
      slug: article.slug ?? `article-${id.replaceAll('-', '').slice(-12)}`,
      ...currentColumns(article),
      status: article.publish ? 'published' : 'draft',
      published: article.publish ? 1 : null,
      updatedAt: new Date(ctx.nowMs),
    })
    .execute()
  await addVersion(ctx, id, 1, article, article.note)
  return id
}

const lockArticle = (tx: Tx, id: string) =>
  tx.selectFrom('article').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

const nobodyElse = async (tx: Tx, slug: string, id: string | null) => {
  const other = await tx.selectFrom('article').select('id').where('slug', '=', slug).executeTakeFirst()
  return !other || other.id === id
}

const nameOf = (actor: unknown) => {
  const who = actor as Actor
  return 'name' in who ? who.name : who.id
}

/** The refusal that says who saved since. */
async function savedMeanwhile(tx: Tx, id: string, number: number) {
  const newest = await tx
    .selectFrom('article_version')
    .select('actor')
    .where('articleId', '=', id)
    .where('number', '=', number)
    .executeTakeFirstOrThrow()
  return refuse('knowledge.saved_meanwhile', { who: nameOf(newest.actor), number })
}

export const saveCommand = defineCommand(
  {
    name: 'knowledge.save',
    title: 'Saves an article as a new version: a new article, or the next version of the one that was read',
    permission: writers,
    input: z.object({
      /** Absent: a new article. */
      id: z.uuid().optional(),
      /** Number of the version that was edited; with an id. */
      base: z.int().min(1).optional(),
      /** Absent: a new article gets one, another keeps its own. */
      slug: slugSchema.optional(),
      ...frontMembers,
      body: bodySchema,
      /** What was changed and why, for those who read the versions. */
      note: optionalText(300).default(null),
    }),
    output: z.object({
      id: z.uuid(),
      version: z.int(),
      /** Number of the newest version; that of before when nothing changed. */
      number: z.int(),
    }),
  },
  async (ctx, { id, base, slug, body, note, ...front }) => {
    const file = { front, body }
    if (slug !== undefined && !(await nobodyElse(ctx.tx, slug, id ?? null)))
      return refuse('knowledge.slug_taken', { slug })
    if (!id) {
      const made = await createArticle(ctx, { ...file, slug: slug ?? null, note: note ?? '', publish: false })
      const value = { id: made, version: 1, number: 1 }
      return ok({ value, events: await told(ctx, 'knowledge.save', made) })
    }
    const row = await lockArticle(ctx.tx, id)
    if (!row) return refuse('not_found', { what: 'article' })
    if (base !== row.current) return await savedMeanwhile(ctx.tx, id, row.current)
    const newest = await ctx.tx
      .selectFrom('article_version')
      .select('hash')
      .where('articleId', '=', id)
      .where('number', '=', row.current)
      .executeTakeFirstOrThrow()
    const same = newest.hash === contentHash(file)
    if (same && (slug === undefined || slug === row.slug)) {
      return ok({ value: { id, version: row.version, number: row.current } })
    }
    const number = same ? row.current : row.current + 1
    if (!same) await addVersion(ctx, id, number, file, note ?? '')
    const version = row.version + 1
    await ctx.tx
      .updateTable('article')
      .set({
        ...currentColumns(file),
        slug: slug ?? row.slug,
        current: number,
        version,
        updatedAt: new Date(ctx.nowMs),
      })
      .where('id', '=', id)
      .execute()
    return ok({ value: { id, version, number }, events: await told(ctx, 'knowledge.save', id) })
  },
)

interface State {
  readonly status: ArticleStatus
  readonly published: number | null
  readonly current: number
}

/** A command that only changes which version answers, if any. `next` answers null when the state does not allow it. */
function stateCommand<M extends z.ZodRawShape>(
  name: string,
  title: string,
  more: M,
  next: (now: State, input: { readonly number?: number | undefined }) => Partial<State> | null,
): Command {
  return defineCommand(
    {
      name,
      title,
      permission: writers,
      input: z.object({ ...target, ...more }) as unknown as z.ZodType<{
        id: string
        version: number
        number?: number
      }>,
      output: changed,
    },
    async (
      ctx,
      input,
    ): Promise<
      Result<{ value: { id: string; version: number }; events: never[] | Awaited<ReturnType<typeof told>> }>
    > => {
      const { id } = input
      const row = await lockArticle(ctx.tx, id)
      if (!row) return refuse('not_found', { what: 'article' })
      if (row.version !== input.version) return refuse('conflict.version')
      const change = next(row as typeof row & State, input)
      if (!change) return refuse('knowledge.state', { status: row.status })
      const version = row.version + 1
      await ctx.tx
        .updateTable('article')
        .set({ ...change, version, updatedAt: new Date(ctx.nowMs) })
        .where('id', '=', id)
        .execute()
      return ok({ value: { id, version }, events: await told(ctx, name, id) })
    },
  )
}

/** Commands of this room. */
export const commands: readonly Command[] = [
  saveCommand,
  stateCommand(
    'knowledge.publish',
    'Lets a version of an article answer: the newest, or an earlier one',
    { number: z.int().min(1).optional() },
    ({ status, current }, { number = current }) =>
      status === 'archived' || number > current ? null : { status: 'published', published: number },
  ),
  stateCommand(
    'knowledge.withdraw',
    'Makes a published article a draft again: it no longer answers',
    {},
    ({ status }) => (status === 'published' ? { status: 'draft', published: null } : null),
  ),
  stateCommand(
    'knowledge.archive',
    'Puts an article away: it no longer answers and leaves the list',
    {},
    ({ status }) => (status === 'archived' ? null : { status: 'archived' }),
  ),
  stateCommand(
    'knowledge.unarchive',
    'Takes an article out of the archive, to what it was before',
    {},
    ({ status, published }) =>
      status === 'archived' ? { status: published === null ? 'draft' : 'published' } : null,
  ),
]
