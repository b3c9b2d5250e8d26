import { z } from 'zod'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { json } from '../../store/index.ts'
import { readers } from '../access.ts'
import { filterSchema } from '../filter.ts'
import { text } from '../values.ts'

/** Saved filters are a person's; what has no sign-in has none. */
function owner(ctx: CommandContext): string | null {
  return ctx.actor.kind === 'user' ? ctx.actor.id : null
}

/** Whether the actor may change a stored filter: their own, or as admin or supervisor a shared one. */
async function mayChange(ctx: CommandContext, id: string): Promise<Result<null>> {
  const row = await ctx.tx
    .selectFrom('saved_filter')
    .select(['userId', 'shared'])
    .where('id', '=', id)
    .executeTakeFirst()
  const manages =
    ctx.actor.kind === 'user' && ctx.actor.roles.some((role) => role === 'admin' || role === 'supervisor')
  if (row && (row.userId === owner(ctx) || (row.shared && manages))) return ok(null)
  return refuse('not_found', { what: 'filter' })
}

const permission = { roles: readers.roles }

const saveFilter = defineCommand(
  {
    name: 'ticket.saveFilter',
    title: 'Keeps a filter of the ticket list under a name; with an id it replaces that one',
    permission,
    input: z.object({
      id: z.uuid().optional(),
      name: text(60),
      query: filterSchema,
      /** Everybody sees it. */
      shared: z.boolean().default(false),
    }),
    output: z.object({ id: z.uuid() }),
  },
  async (ctx, { id, name, query, shared }) => {
    const userId = owner(ctx)
    if (userId === null) return refuse('access.forbidden', { action: 'ticket.saveFilter' })
    if (id === undefined) {
      const made = ctx.ids.next()
      await ctx.tx
        .insertInto('saved_filter')
        .values({ id: made, userId, name, query: json(query), shared })
        .execute()
      return ok({ value: { id: made } })
    }
    const may = await mayChange(ctx, id)
    if (!may.ok) return may
    await ctx.tx
      .updateTable('saved_filter')
      .set({ name, query: json(query), shared })
      .where('id', '=', id)
      .execute()
    return ok({ value: { id } })
  },
)

const deleteFilter = defineCommand(
  {
    name: 'ticket.deleteFilter',
    title: 'Removes a saved filter',
    permission,
    input: z.object({ id: z.uuid() }),
    output: z.object({ id: z.uuid() }),
  },
  async (ctx, { id }) => {
    const may = await mayChange(ctx, id)
    if (!may.ok) return may
    await ctx.tx.deleteFrom('saved_filter').where('id', '=', id).execute()
    return ok({ value: { id } })
  },
)

export const filterCommands = [saveFilter, deleteFilter]
