import { z } from 'zod'
import { defineQuery, type Query } from '../access/command.ts'
import { ok, refuse } from '../kernel/result.ts'
import { type RawBuilder, sql } from '../store/index.ts'
import { searchQuery } from '../tickets/index.ts'
import { readers, statuses, storedFront } from './article.ts'
import { findAnswer, rankKnowledge, threshold } from './find.ts'
import type { ReadKnowledge } from './published.ts'

const line = z.object({
  id: z.uuid(),
  slug: z.string(),
  title: z.string(),
  status: z.enum(statuses),
  products: z.array(z.string()),
  models: z.array(z.string()),
  faults: z.array(z.string()),
  lang: z.string(),
  /** Number of the newest version, and of the one that answers. */
  current: z.int(),
  published: z.int().nullable(),
  version: z.int(),
  updatedAtMs: z.int(),
})

const shownFront = z.object({
  title: z.string(),
  products: z.array(z.string()),
  models: z.array(z.string()),
  faults: z.array(z.string()),
  lang: z.string(),
  questions: z.array(z.string()),
})

const answer = z.object({
  articleId: z.uuid(),
  version: z.int(),
  title: z.string(),
  quote: z.string(),
  start: z.int(),
  end: z.int(),
  score: z.number(),
  why: z.object({
    words: z.array(z.string()),
    question: z.string().nullable(),
    category: z.string().nullable(),
    model: z.string().nullable(),
    fault: z.string().nullable(),
  }),
})

interface Filter {
  readonly q?: string | undefined
  readonly product?: string | undefined
  readonly status?: (typeof statuses)[number] | undefined
}

function narrow({ q, product, status }: Filter): RawBuilder<boolean> {
  const words = q && q.trim() !== '' ? searchQuery(q) : undefined
  const conditions: RawBuilder<boolean>[] = [
    // The archive is looked at only on purpose.
    status ? sql`"status" = ${status}` : sql`"status" <> 'archived'`,
    ...(product ? [sql<boolean>`${product} = any("categories")`] : []),
    ...(words === undefined
      ? []
      : [words === null ? sql<boolean>`false` : sql<boolean>`"search" @@ ${words}::tsquery`]),
  ]
  return sql.join(conditions, sql` and `)
}

const columns = [
  ...['id', 'slug', 'title', 'status', 'categories', 'models', 'faults'],
  ...['lang', 'current', 'published', 'version', 'updatedAt'],
] as readonly (
  | 'id'
  | 'slug'
  | 'title'
  | 'status'
  | 'categories'
  | 'models'
  | 'faults'
  | 'lang'
  | 'current'
  | 'published'
  | 'version'
  | 'updatedAt'
)[]

interface Row {
  readonly categories: string[]
  readonly status: string
  readonly updatedAt: Date
}

const shown = <R extends Row>({ categories, updatedAt, status, ...row }: R) => ({
  ...row,
  status: status as (typeof statuses)[number],
  products: categories,
  updatedAtMs: updatedAt.getTime(),
})

const list = defineQuery(
  {
    name: 'knowledge.list',
    title: 'Articles by words, product and status, the last changed first; archived ones only when asked for',
    permission: readers,
    input: z.object({
      q: z.string().max(200).optional(),
      product: z.string().max(80).optional(),
      status: z.enum(statuses).optional(),
      limit: z.int().min(1).max(100).default(50),
      offset: z.int().min(0).max(100_000).default(0),
    }),
    output: z.object({
      articles: z.array(line),
      /** How many there are in all. */
      total: z.int(),
    }),
  },
  async ({ db }, { limit, offset, ...filter }) => {
    const wanted = narrow(filter)
    const [rows, counted] = await Promise.all([
      db
        .selectFrom('article')
        .select(columns)
        .where(wanted)
        .orderBy('updatedAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute(),
      db
        .selectFrom('article')
        .select((e) => e.fn.countAll<string>().as('total'))
        .where(wanted)
        .executeTakeFirstOrThrow(),
    ])
    return ok({ articles: rows.map(shown), total: Number(counted.total) })
  },
)

const get = defineQuery(
  {
    name: 'knowledge.get',
    title: 'One article with its versions, the newest first, 200 at most',
    permission: readers,
    input: z.object({ id: z.uuid() }),
    output: z.object({
      article: line,
      versions: z.array(
        z.object({
          number: z.int(),
          front: shownFront,
          body: z.string(),
          /** Who saved it: a person's name, or what part of the hub. */
          by: z.string(),
          atMs: z.int(),
          note: z.string(),
        }),
      ),
    }),
  },
  async ({ db }, { id }) => {
    const row = await db.selectFrom('article').select(columns).where('id', '=', id).executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'article' })
    const versions = await db
      .selectFrom('article_version')
      .select(['number', 'front', 'body', 'actor', 'at', 'note'])
      .where('articleId', '=', id)
      .orderBy('number', 'desc')
      .limit(200)
      .execute()
    return ok({
      article: shown(row),
      versions: versions.map(({ front, actor, at, ...version }) => {
        const who = actor as { readonly name?: string; readonly id: string }
        return {
          ...version,
          front: storedFront(front) as z.infer<typeof shownFront>,
          by: who.name ?? who.id,
          atMs: at.getTime(),
        }
      }),
    })
  },
)

function makeFind(read: ReadKnowledge): Query {
  return defineQuery(
    {
      name: 'knowledge.find',
      title:
        'What the published articles answer to a question, with the passage and why; nothing below the threshold',
      permission: readers,
      input: z.object({
        text: z.string().min(1).max(2_000),
        category: z.string().max(80).nullable().default(null),
        model: z.string().max(80).nullable().default(null),
        fault: z.string().max(80).nullable().default(null),
        lang: z.string().max(10).nullable().default(null),
      }),
      output: z.object({
        threshold: z.number(),
        /** The nearest first, 5 at most; those below the threshold would not be sent by themselves. */
        candidates: z.array(answer),
        /** The one that answers by itself; null when a person must. */
        answer: answer.nullable(),
      }),
    },
    async ({ db }, question) => {
      const index = await read(db)
      type Answer = z.infer<typeof answer>
      return ok({
        threshold,
        candidates: rankKnowledge(index, question).slice(0, 5) as unknown as Answer[],
        answer: findAnswer(index, question) as unknown as Answer | null,
      })
    },
  )
}

/** Queries of this room. */
export function makeQueries(read: ReadKnowledge): readonly Query[] {
  return [list, get, makeFind(read)]
}
