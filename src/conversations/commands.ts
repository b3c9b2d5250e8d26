import { z } from 'zod'
import { type CommandContext, defineCommand } from '../access/command.ts'
import type { Role } from '../contract/actor.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { assignJob } from './desk/assign.ts'
import { addLink, conflicting, revokeLink } from './links.ts'

const desk: readonly Role[] = ['supervisor', 'agent', 'dispatcher']
const writing = { roles: desk, scopes: ['conversations:write'] }

const contactChanged = (contactId: string) => ({
  events: [{ type: 'contact.changed' as const, subject: 'contact', subjectId: contactId, data: {} }],
})

async function setState(
  ctx: CommandContext,
  id: string,
  state: 'open' | 'closed',
): Promise<Result<{ value: Record<string, never> }>> {
  const at = new Date(ctx.nowMs)
  const changed = await ctx.tx
    .updateTable('conversation')
    .set(
      state === 'closed'
        ? { state, closedAt: at, waitingSince: null, queuedAt: null, takenAt: null }
        : { state, closedAt: null },
    )
    .where('id', '=', id)
    .where('state', '!=', state)
    .returning(['id', 'channel'])
    .executeTakeFirst()
  if (!changed) return refuse('not_found', { what: 'conversation' })
  const type = state === 'closed' ? ('conversation.closed' as const) : ('conversation.opened' as const)
  const event = { type, subject: 'conversation', subjectId: id, data: { channel: changed.channel } }
  // Whoever had it has room for another one.
  return ok({ value: {}, events: [event], jobs: state === 'closed' ? [assignJob] : [] })
}

export const commands = [
  defineCommand(
    {
      name: 'conversation.close',
      title: 'Ends a conversation; a new message opens a new one',
      permission: writing,
      input: z.object({ id: z.uuid() }),
      output: z.object({}),
    },
    (ctx, { id }) => setState(ctx, id, 'closed'),
  ),
  defineCommand(
    {
      name: 'conversation.reopen',
      title: 'Opens an ended conversation again, unless a newer one of the same thread is open',
      permission: writing,
      input: z.object({ id: z.uuid() }),
      output: z.object({}),
    },
    (ctx, { id }) => setState(ctx, id, 'open'),
  ),
  defineCommand(
    {
      name: 'contact.update',
      title: 'Changes what is known about a contact',
      permission: writing,
      input: z.object({
        id: z.uuid(),
        version: z.int(),
        name: z.string().max(200).nullable().optional(),
        phone: z.string().max(40).nullable().optional(),
        email: z.email().max(254).nullable().optional(),
        company: z.string().max(200).nullable().optional(),
        tier: z.string().max(50).nullable().optional(),
        note: z.string().max(4000).nullable().optional(),
      }),
      output: z.object({ version: z.int() }),
    },
    async (ctx, { id, version, ...changes }) => {
      const changed = await ctx.tx
        .updateTable('contact')
        .set({ ...changes, version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) return refuse('conflict.version')
      return ok({ value: { version: version + 1 }, ...contactChanged(id) })
    },
  ),
  defineCommand(
    {
      name: 'contact.link',
      title: 'Says that two identities are one person; the contacts become one',
      permission: writing,
      input: z.object({ a: z.uuid(), b: z.uuid(), reason: z.string().min(1).max(500) }),
      output: z.object({ linkId: z.uuid() }),
    },
    async (ctx, { a, b, reason }) => {
      const rows = await ctx.tx
        .selectFrom('channel_identity')
        .select(['id', 'strongIds', 'contactId'])
        .where('id', 'in', [a, b])
        .execute()
      const [first, second] = rows
      if (!first || !second) return refuse('not_found', { what: 'identity' })
      const ids = (row: typeof first) => row.strongIds as Record<string, string>
      if (conflicting(ids(first), ids(second))) return refuse('contact.conflicting_ids')
      const evidence = { commandId: ctx.commandId, reason }
      const linkId = await addLink(ctx.tx, a, b, 'manual', evidence, ctx.nowMs)
      if (linkId === null) throw new Error('a link made by hand was refused')
      return ok({ value: { linkId }, ...contactChanged(first.contactId) })
    },
  ),
  defineCommand(
    {
      name: 'contact.unlink',
      title: 'Takes back that two identities are one person; what belongs to each separates again',
      permission: writing,
      input: z.object({ linkId: z.uuid() }),
      output: z.object({}),
    },
    async (ctx, { linkId }) => {
      const revoked = await revokeLink(ctx.tx, linkId, ctx.actor, ctx.nowMs)
      if (!revoked.ok) return revoked
      return ok({ value: {}, ...contactChanged(revoked.value.contactId) })
    },
  ),
]
