import { z } from 'zod'
import { can, forbid } from '../../access/can.ts'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changedTicket, onTicket, target } from '../access.ts'
import { type CommandName, permissions, type TicketCommand } from '../lifecycle.ts'
import { moveTicket } from '../move.ts'
import { resolveTicket } from '../resolve.ts'
import { text } from '../values.ts'

const reason = text(500)

/** Commands of the lifecycle that need nothing but the ticket and a word. */
const step = z.discriminatedUnion('command', [
  z.object({ ...target, command: z.literal('start') }),
  z.object({ ...target, command: z.literal('hold'), reason, untilMs: z.int().min(0) }),
  z.object({ ...target, command: z.literal('resume') }),
  // What was done, and fields of the form that are still empty; nothing is kept unless the ticket is resolved.
  z.object({
    ...target,
    command: z.literal('resolve'),
    text: text(4_000).optional(),
    values: z.record(z.string().max(40), z.json()).default({}),
  }),
  z.object({ ...target, command: z.literal('close') }),
  z.object({ ...target, command: z.literal('reopen'), reason }),
  z.object({ ...target, command: z.literal('cancel'), reason }),
])

function allowed(ctx: CommandContext, name: CommandName): Result<null> {
  return can(ctx.actor, permissions[name]) ? ok(null) : forbid(`ticket.${name}`)
}

function commandOf(given: z.infer<typeof step>): TicketCommand {
  switch (given.command) {
    case 'hold':
      return { name: 'hold', reason: given.reason, untilMs: given.untilMs }
    case 'reopen':
    case 'cancel':
      return { name: given.command, reason: given.reason }
    default:
      return { name: given.command }
  }
}

const transitionTicket = defineCommand(
  {
    name: 'ticket.transition',
    title: 'Starts, holds, resumes, resolves, closes, reopens or cancels a ticket',
    // The widest of the steps; each step asks for its own below.
    permission: { ...permissions.start, also: ['card', 'link'] },
    input: step,
    output: changedTicket,
  },
  async (ctx, input) => {
    const command = commandOf(input)
    const may = allowed(ctx, command.name)
    if (!may.ok) return may
    return await onTicket(ctx, input, (ticket, cause) =>
      input.command === 'resolve'
        ? resolveTicket(ctx.tx, ticket, input, cause)
        : moveTicket(ctx.tx, ticket, command, cause),
    )
  },
)

async function known(ctx: CommandContext, groupId?: string, engineerId?: string): Promise<Result<null>> {
  if (groupId) {
    const group = await ctx.tx
      .selectFrom('skill_group')
      .select('id')
      .where('id', '=', groupId)
      .where('active', '=', true)
      .executeTakeFirst()
    if (!group) return refuse('not_found', { what: 'skill group' })
  }
  if (engineerId) {
    const person = await ctx.tx
      .selectFrom('staff')
      .select('id')
      .where('id', '=', engineerId)
      .where('active', '=', true)
      .executeTakeFirst()
    if (!person) return refuse('not_found', { what: 'engineer' })
  }
  return ok(null)
}

const assign = defineCommand(
  {
    name: 'ticket.assign',
    title: 'Gives an unassigned ticket to an engineer',
    permission: permissions.assign,
    input: z.object({ ...target, engineerId: z.uuid(), groupId: z.uuid().optional() }),
    output: changedTicket,
  },
  async (ctx, input) => {
    const { engineerId, groupId } = input
    const there = await known(ctx, groupId, engineerId)
    if (!there.ok) return there
    const command: TicketCommand = { name: 'assign', engineerId, ...(groupId ? { groupId } : {}) }
    return await onTicket(ctx, input, (ticket, cause) => moveTicket(ctx.tx, ticket, command, cause))
  },
)

const transfer = defineCommand(
  {
    name: 'ticket.transfer',
    title: 'Hands a ticket to another group or another engineer, with the reason',
    permission: permissions.transfer,
    input: z.object({
      ...target,
      to: z.union([z.strictObject({ groupId: z.uuid() }), z.strictObject({ engineerId: z.uuid() })]),
      reason,
    }),
    output: changedTicket,
  },
  async (ctx, input) => {
    const { to } = input
    const there = 'groupId' in to ? await known(ctx, to.groupId) : await known(ctx, undefined, to.engineerId)
    if (!there.ok) return there
    const command: TicketCommand = { name: 'transfer', to, reason: input.reason }
    return await onTicket(ctx, input, (ticket, cause) => moveTicket(ctx.tx, ticket, command, cause))
  },
)

export const lifecycleCommands = [transitionTicket, assign, transfer]
