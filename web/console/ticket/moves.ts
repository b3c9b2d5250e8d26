import { acceptedBy, type Ticket, type TicketCommand } from '../data/ticket.ts'
import type { Status } from '../data/tickets.ts'
import type { Change } from './change.ts'

/** Steps of the lifecycle that go through `ticket.transition`, in the order of the menu; some ask for a reason. */
export const moves = {
  start: { reason: false },
  resume: { reason: false },
  resolve: { reason: false },
  close: { reason: false },
  hold: { reason: true },
  reopen: { reason: true },
  cancel: { reason: true },
} as const satisfies Readonly<Partial<Record<TicketCommand, { reason: boolean }>>>

/** A step of the lifecycle. */
export type Move = keyof typeof moves

const usual: Readonly<Partial<Record<Status, Move>>> = {
  assigned: 'start',
  in_progress: 'resolve',
  on_hold: 'resume',
  resolved: 'close',
}

/** What one usually does next, and what else may be done; the hub said which. */
export function movesOf(ticket: Pick<Ticket, 'status' | 'commands'>): {
  readonly next: Move | null
  readonly others: readonly Move[]
} {
  const allowed = (Object.keys(moves) as Move[]).filter((move) => ticket.commands.includes(move))
  const wanted = usual[ticket.status]
  const next = wanted && allowed.includes(wanted) ? wanted : null
  return { next, others: allowed.filter((move) => move !== next) }
}

/** Whether nobody has taken the ticket on yet: neither begun nor accepted. */
export function untouched(ticket: Parameters<typeof acceptedBy>[0]): boolean {
  return ticket.status === 'open' || (ticket.status === 'assigned' && !acceptedBy(ticket))
}

/** Gives a ticket to somebody: `assign` while nobody has it, `transfer` afterwards and between groups. */
export async function dispatch(
  ticket: Pick<Ticket, 'status' | 'group' | 'version'>,
  to: { readonly groupId: string | null; readonly engineerId: string | null; readonly reason: string },
  change: Change,
): Promise<boolean> {
  const { version } = ticket
  if (ticket.status === 'open' && to.engineerId) {
    const group = to.groupId && to.groupId !== ticket.group?.id ? { groupId: to.groupId } : {}
    return change('ticket.assign', { version, engineerId: to.engineerId, ...group })
  }
  const target = to.engineerId ? { engineerId: to.engineerId } : to.groupId ? { groupId: to.groupId } : null
  if (!target) return false
  return change('ticket.transfer', { version, to: target, reason: to.reason })
}

/** Takes one step of the lifecycle. The hub refuses a step without what it asks for (a reason, an end of the hold). */
export function step(
  ticket: Pick<Ticket, 'version'>,
  command: Move,
  change: Change,
  more: { readonly reason?: string; readonly untilMs?: number } = {},
): Promise<boolean> {
  const input = { version: ticket.version, command, ...more }
  return change('ticket.transition', input as Parameters<typeof change<'ticket.transition'>>[1])
}
