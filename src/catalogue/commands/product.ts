import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { names, text } from '../../contract/text.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { changeVersioned, type Tx } from '../../store/index.ts'
import { everybody, saved, target, writers } from './permissions.ts'

const categoryMembers = {
  name: text(80),
  /** What people call it besides. */
  aliases: names(),
  /** Certificates that work on it needs. */
  certs: names(50),
}
const modelMembers = {
  model: text(80),
  name: z.string().trim().max(120),
  category: text(80),
  aliases: names(),
}

const told = (ctx: CommandContext, action: string, subject: 'category' | 'model', id: string) =>
  recordChange(ctx, { action, event: 'catalogue.changed', subject, id })

const knownCategory = async (tx: Tx, name: string) =>
  (await tx.selectFrom('product_category').select('id').where('name', '=', name).executeTakeFirst()) !==
  undefined

const createCategory = defineCommand(
  {
    name: 'category.create',
    title: 'Adds a product category',
    permission: writers,
    input: z.object({
      ...categoryMembers,
      aliases: categoryMembers.aliases.default([]),
      certs: categoryMembers.certs.default([]),
    }),
    output: saved,
  },
  async (ctx, input) => {
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('product_category')
      .values({ id, ...input })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'category.create', 'category', id) })
  },
)

const updateCategory = defineCommand(
  {
    name: 'category.update',
    title: 'Changes a product category; models and devices follow a new name',
    permission: writers,
    input: z.object({ ...target, ...z.object(categoryMembers).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, ...change }) => {
    const before = await ctx.tx
      .selectFrom('product_category')
      .select('name')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    const changed = await changeVersioned(ctx.tx, 'product_category', { id, version }, change)
    if (!changed.ok) return changed
    if (before && change.name && change.name !== before.name) await rename(ctx.tx, before.name, change.name)
    const events = await told(ctx, 'category.update', 'category', id)
    return ok({ value: { id, version: changed.value }, events })
  },
)

async function rename(tx: Tx, before: string, after: string): Promise<void> {
  for (const table of ['product_model', 'device'] as const) {
    await tx
      .updateTable(table)
      .set((e) => ({ category: after, version: e('version', '+', 1) }))
      .where('category', '=', before)
      .execute()
  }
}

const removeCategory = defineCommand(
  {
    name: 'category.remove',
    title: 'Removes a product category that no model and no device belongs to',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const row = await ctx.tx
      .selectFrom('product_category')
      .select(['name', 'version'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'product category' })
    if (row.version !== version) return refuse('conflict.version')
    for (const table of ['product_model', 'device'] as const) {
      const user = await ctx.tx
        .selectFrom(table)
        .select('id')
        .where('category', '=', row.name)
        .limit(1)
        .executeTakeFirst()
      if (user) return refuse('conflict.in_use', { what: 'product category' })
    }
    await ctx.tx.deleteFrom('product_category').where('id', '=', id).execute()
    return ok({ value: {}, events: await told(ctx, 'category.remove', 'category', id) })
  },
)

const createModel = defineCommand(
  {
    name: 'model.create',
    title: 'Adds a product model',
    permission: writers,
    input: z.object({
      ...modelMembers,
      name: modelMembers.name.default(''),
      aliases: modelMembers.aliases.default([]),
    }),
    output: saved,
  },
  async (ctx, input) => {
    if (!(await knownCategory(ctx.tx, input.category)))
      return refuse('not_found', { what: 'product category' })
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('product_model')
      .values({ id, ...input })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'model.create', 'model', id) })
  },
)

const updateModel = defineCommand(
  {
    name: 'model.update',
    title: 'Changes a product model',
    permission: writers,
    input: z.object({ ...target, ...z.object(modelMembers).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, ...change }) => {
    if (change.category && !(await knownCategory(ctx.tx, change.category))) {
      return refuse('not_found', { what: 'product category' })
    }
    const changed = await changeVersioned(ctx.tx, 'product_model', { id, version }, change)
    if (!changed.ok) return changed
    return ok({
      value: { id, version: changed.value },
      events: await told(ctx, 'model.update', 'model', id),
    })
  },
)

const removeModel = defineCommand(
  {
    name: 'model.remove',
    title: 'Removes a product model; devices keep its name',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const gone = await ctx.tx
      .deleteFrom('product_model')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'model.remove', 'model', id) })
  },
)

const listCategories = defineQuery(
  {
    name: 'category.list',
    title: 'Product categories with the number of their models',
    permission: everybody,
    input: z.object({}),
    output: z.object({
      categories: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          aliases: z.array(z.string()),
          certs: z.array(z.string()),
          models: z.int(),
          version: z.int(),
        }),
      ),
    }),
  },
  async ({ db }) => {
    const [rows, counts] = await Promise.all([
      db.selectFrom('product_category').selectAll().orderBy('name').execute(),
      db
        .selectFrom('product_model')
        .select((e) => ['category', e.fn.countAll<number>().as('models')])
        .groupBy('category')
        .execute(),
    ])
    const models = new Map(counts.map((c) => [c.category, Number(c.models)]))
    return ok({ categories: rows.map((row) => ({ ...row, models: models.get(row.name) ?? 0 })) })
  },
)

const listModels = defineQuery(
  {
    name: 'model.list',
    title: 'Product models, of one category or all',
    permission: everybody,
    input: z.object({ category: z.string().max(80).optional() }),
    output: z.object({
      models: z.array(
        z.object({
          id: z.string(),
          model: z.string(),
          name: z.string(),
          category: z.string(),
          aliases: z.array(z.string()),
          version: z.int(),
        }),
      ),
    }),
  },
  async ({ db }, { category }) => {
    const models = await db
      .selectFrom('product_model')
      .selectAll()
      .$if(category !== undefined, (q) => q.where('category', '=', category!))
      .orderBy('model')
      .limit(5000)
      .execute()
    return ok({ models })
  },
)

export const productCommands = [
  createCategory,
  updateCategory,
  removeCategory,
  createModel,
  updateModel,
  removeModel,
]
export const productQueries = [listCategories, listModels]
