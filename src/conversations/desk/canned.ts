import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import type { Role } from '../../contract/actor.ts'
import { both } from '../../contract/faults.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'

const desk: readonly Role[] = ['supervisor', 'agent', 'dispatcher']

const placeholders: readonly string[] = ['customer', 'ticket', 'agent']
/** `{word}`, whether it is known or not. */
const placeholder = /\{\s*([\p{L}_]{1,30})\s*\}/gu

const isFillable = (text: string) =>
  [...text.matchAll(placeholder)].every(
    ([whole, name]) => whole === `{${name}}` && placeholders.includes(name!),
  )

const fields = {
  /** What is typed after a slash; letters, digits and Chinese characters. */
  keyword: z.string().regex(/^[\p{L}\p{N}_-]{1,30}$/u),
  title: z.string().min(1).max(80),
  /** With `{customer}`, `{ticket}` and `{agent}`, which are filled in before a person sends it. */
  text: z
    .string()
    .min(1)
    .max(5000)
    .refine(
      isFillable,
      both(
        '占位符只能用 {customer}、{ticket}、{agent}',
        'only the placeholders {customer}, {ticket} and {agent} are known',
      ),
    ),
}

/** Shared answers are the supervisors' business, one's own are everybody's. */
function mayChange(ctx: CommandContext, ownerId: string | null): boolean {
  const { actor } = ctx
  if (actor.kind === 'system') return true
  if (actor.kind !== 'user') return false
  if (ownerId !== null) return ownerId === actor.id
  return actor.roles.some((role) => role === 'admin' || role === 'supervisor')
}

const forbidden = () => refuse('access.forbidden', { action: 'cannedReply.save' })

async function change(
  ctx: CommandContext,
  id: string,
  version: number,
  act: () => Promise<unknown>,
): Promise<Result<{ readonly value: { readonly id: string } }>> {
  const row = await ctx.tx
    .selectFrom('canned_reply')
    .select(['ownerId', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return refuse('not_found', { what: 'canned reply' })
  if (!mayChange(ctx, row.ownerId)) return forbidden()
  if (row.version !== version) return refuse('conflict.version')
  await act()
  return ok({ value: { id } })
}

const save = defineCommand(
  {
    name: 'cannedReply.save',
    title:
      'Keeps an answer that is used again: for everybody, or for the person alone; with an id it replaces that one',
    permission: { roles: desk },
    input: z.object({
      id: z.uuid().optional(),
      version: z.int().optional(),
      shared: z.boolean().default(false),
      ...fields,
    }),
    output: z.object({ id: z.uuid() }),
  },
  async (ctx, { id, version, shared, ...values }) => {
    if (id) {
      return await change(ctx, id, version ?? 0, () =>
        ctx.tx
          .updateTable('canned_reply')
          .set((e) => ({ ...values, version: e('version', '+', 1) }))
          .where('id', '=', id)
          .execute(),
      )
    }
    const ownerId = shared || ctx.actor.kind !== 'user' ? null : ctx.actor.id
    if (!mayChange(ctx, ownerId)) return forbidden()
    const fresh = ctx.ids.next()
    await ctx.tx
      .insertInto('canned_reply')
      .values({ id: fresh, ownerId, ...values })
      .execute()
    return ok({ value: { id: fresh } })
  },
)

const remove = defineCommand(
  {
    name: 'cannedReply.remove',
    title: 'Removes an answer that was kept',
    permission: { roles: desk },
    input: z.object({ id: z.uuid(), version: z.int() }),
    output: z.object({ id: z.uuid() }),
  },
  (ctx, { id, version }) =>
    change(ctx, id, version, () => ctx.tx.deleteFrom('canned_reply').where('id', '=', id).execute()),
)

export const cannedCommands = [save, remove]

export const cannedQuery = defineQuery(
  {
    name: 'cannedReply.list',
    title: 'The answers that are kept: those of everybody and the person’s own',
    permission: { roles: desk },
    input: z.object({}),
    output: z.object({
      replies: z.array(z.object({ id: z.uuid(), ...fields, shared: z.boolean(), version: z.int() })),
    }),
  },
  async ({ db, actor }) => {
    const own = actor.kind === 'user' ? actor.id : null
    const rows = await db
      .selectFrom('canned_reply')
      .selectAll()
      .where((e) => e.or([e('ownerId', 'is', null), ...(own ? [e('ownerId', '=', own)] : [])]))
      .orderBy('keyword')
      .execute()
    return ok({ replies: rows.map(({ ownerId, ...row }) => ({ ...row, shared: ownerId === null })) })
  },
)
