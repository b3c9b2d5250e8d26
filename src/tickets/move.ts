import type { NewEvent } from '../contract/events.ts'
import { type Effects, joinEffects, type NewJob, noEffects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import type { Changed } from './change.ts'
import { tellClocks } from './clocks.ts'
import {
  lifecycle,
  type TicketChanges,
  type TicketCommand,
  type Transition,
  transition,
} from './lifecycle.ts'
import { appendTimeline, type Cause } from './record.ts'
import { saveTicket, type Ticket, type TicketChange } from './row.ts'
import { ticketSettings } from './settings.ts'
import type { SlaEvent } from './sla.ts'
import { stateOf } from './state.ts'

/** What each transition means for the promises; an engineer who starts is there. */
const slaEvents: Readonly<Record<Transition, SlaEvent | null>> = {
  assign: null,
  transfer_group: 'resumed',
  transfer_engineer: 'resumed',
  start: 'arrived',
  hold: 'held',
  resume_open: 'resumed',
  resume_assigned: 'resumed',
  resume_in_progress: 'resumed',
  resolve: 'resolved',
  close: null,
  reopen_open: 'reopened',
  reopen_assigned: 'reopened',
  cancel: 'ended',
  merge: 'ended',
}

function columnsOf({ holdUntilMs, resolvedAtMs, closedAtMs, ...same }: TicketChanges): TicketChange {
  const date = (atMs: number | null) => (atMs === null ? null : new Date(atMs))
  return {
    ...same,
    ...(holdUntilMs === undefined ? {} : { holdUntil: date(holdUntilMs) }),
    ...(resolvedAtMs === undefined ? {} : { resolvedAt: date(resolvedAtMs) }),
    ...(closedAtMs === undefined ? {} : { closedAt: date(closedAtMs) }),
  }
}

async function timersOf(tx: Tx, ticket: Ticket, command: TicketCommand, nowMs: number): Promise<NewJob[]> {
  const job = { payload: { ticketId: ticket.id }, serialKey: `ticket:${ticket.id}` }
  if (command.name === 'hold') return [{ kind: 'ticket.resume', ...job, dueAtMs: command.untilMs }]
  if (command.name !== 'resolve') return []
  const { autoCloseMs } = await ticketSettings(tx)
  return [{ kind: 'ticket.close', ...job, dueAtMs: nowMs + autoCloseMs }]
}

function eventsOf(before: Ticket, after: Ticket, command: TicketCommand, by: Cause['actor']): NewEvent[] {
  const about = { subject: 'ticket', subjectId: after.id }
  const moved = { number: after.number, command: command.name, from: before.status, to: after.status }
  const { groupId, assigneeId } = after
  const reassigned = groupId !== before.groupId || assigneeId !== before.assigneeId
  return [
    { type: 'ticket.transitioned', ...about, data: moved },
    ...(reassigned
      ? [
          {
            type: 'ticket.assigned' as const,
            ...about,
            data: {
              number: after.number,
              groupId,
              assigneeId,
              fromAssigneeId: before.assigneeId,
              by: by.kind,
            },
          },
        ]
      : []),
  ]
}

/**
 * Takes a locked ticket through one transition of the lifecycle: columns, timeline, promises, timers and events. Whether the
 * actor's role allows the command was asked before. Refuses with the lifecycle's `ticket.*` codes; nothing is written then.
 */
export async function moveTicket(
  tx: Tx,
  ticket: Ticket,
  command: TicketCommand,
  cause: Cause,
): Promise<Result<Changed>> {
  const outcome = transition(await stateOf(tx, ticket), command, cause.actor, cause.nowMs)
  if (!outcome.ok) return outcome
  const { from, changes } = outcome.value
  // What ended is not to be cancelled any more.
  const decided = ticket.cancelAskedAt !== null && lifecycle.next(changes.status, 'cancel') === null
  const columns = { ...columnsOf(changes), ...(decided ? { cancelAskedAt: null } : {}) }
  const saved = await saveTicket(tx, ticket, columns, cause.nowMs)
  const { name, ...args } = command
  // Nobody has it, and the place that it had is none any more: what was chosen before does not count.
  const gone =
    name === 'reopen' &&
    saved.status === 'open' &&
    (saved.groupId !== ticket.groupId || saved.assigneeId !== ticket.assigneeId)
  const said = { command: name, from, to: saved.status, ...args, ...(gone ? { gone } : {}) }
  const payload = said as unknown as JsonObject
  await appendTimeline(tx, ticket.id, [{ type: 'transition', payload }], cause)
  const told = slaEvents[outcome.value.transition]
  const promises: Effects = told ? await tellClocks(tx, saved, told, cause) : noEffects
  const jobs = await timersOf(tx, saved, command, cause.nowMs)
  const effects = joinEffects({ events: eventsOf(ticket, saved, command, cause.actor), jobs }, promises)
  return ok({ ticket: saved, effects })
}
