import { z } from 'zod'
import type { CommandContext, Done } from '../access/command.ts'
import type { Role } from '../contract/actor.ts'
import type { Effects } from '../contract/jobs.ts'
import { ticketStatuses } from '../contract/ticket.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { Changed } from './change.ts'
import type { Cause } from './record.ts'
import { lockTicket, type Ticket } from './row.ts'

const deskRoles: readonly Role[] = ['supervisor', 'dispatcher', 'agent']

/** Who works on any ticket. */
export const desk = { roles: deskRoles, scopes: ['tickets:write'] } as const
/** Who works on tickets, engineers on their own. */
export const workers = {
  roles: [...deskRoles, 'engineer'] as readonly Role[],
  scopes: ['tickets:write'],
} as const
/** Who reads tickets, engineers their own. */
export const readers = {
  roles: [...deskRoles, 'engineer', 'auditor'] as readonly Role[],
  scopes: ['tickets:read'],
} as const

/** Members that every change of one ticket takes. `version` is the one that the person saw; without it, whatever is there is changed. */
export const target = {
  ticketId: z.uuid(),
  version: z.int().min(1).optional(),
}

/** What a change of a ticket answers. */
export const changedTicket = z.object({
  ticketId: z.uuid(),
  number: z.string(),
  status: z.enum(ticketStatuses),
  version: z.int(),
})

/** On whose behalf a command acts. */
export function causeOf(ctx: CommandContext): Cause {
  return { actor: ctx.actor, nowMs: ctx.nowMs, causeId: ctx.commandId }
}

/** The answer of a command that changed one ticket. */
export function done({ ticket, effects }: Changed): Result<Done<z.infer<typeof changedTicket>>> {
  const { id: ticketId, number, status, version } = ticket
  return ok({ value: { ticketId, number, status, version }, ...effects })
}

/** Locks the ticket that a command names, runs the change on it, and answers with what it is now. */
export async function onTicket(
  ctx: CommandContext,
  input: { readonly ticketId: string; readonly version?: number },
  change: (ticket: Ticket, cause: Cause) => Promise<Result<Changed>>,
): Promise<Result<Done<z.infer<typeof changedTicket>>>> {
  const locked = await lockTicket(ctx.tx, input.ticketId, ctx.actor, input.version)
  if (!locked.ok) return locked
  const changed = await change(locked.value, causeOf(ctx))
  return changed.ok ? done(changed.value) : changed
}

/** One event about a ticket, as effects. */
export function announce(
  type: Effects['events'][number]['type'],
  ticket: Pick<Ticket, 'id' | 'number'>,
  data: Effects['events'][number]['data'] = {},
): Effects {
  return {
    events: [{ type, subject: 'ticket', subjectId: ticket.id, data: { number: ticket.number, ...data } }],
    jobs: [],
  }
}
