import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { RoutingDecision } from '../contract/routing.ts'
import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import type { Changed } from './change.ts'
import type { TicketCommand } from './lifecycle.ts'
import { moveTicket } from './move.ts'
import { appendTimeline, type Cause } from './record.ts'
import { saveTicket, type Ticket } from './row.ts'

/** Why a ticket is routed: it is new, it came back, or what it says changed. */
export interface RoutingReason {
  readonly kind: 'opened' | 'reopened' | 'changed'
  /** Names of the fields that changed since the last decision. */
  readonly changed: readonly string[]
}

/** Where the router sends a ticket. */
export interface Placement {
  readonly decisionId: string
  readonly groupId: string | null
  readonly engineerId: string | null
  /** Why a dispatcher must look, if one must. */
  readonly dispatcher: string | null
  readonly reason: RoutingReason
  /** Whose choice the present place is, and whether it stays; absent when it was never routed. */
  readonly present: RoutingDecision['present']
}

/** Statuses in which a ticket may be given to somebody. */
const movable: readonly Ticket['status'][] = ['open', 'assigned']

/** Why a ticket stays where it is although the decision says otherwise; null when it may go. */
function keeper(ticket: Ticket, { present, groupId, reason }: Placement): string | null {
  if (present?.kept) return present.kept
  // Whoever is in danger waits for nothing.
  const held = ticket.status === 'on_hold' && present?.danger === true
  if (!held && !movable.includes(ticket.status)) return 'status'
  // Nobody fits any more: a place that fitted before is better than none, and a dispatcher is told.
  return groupId === null && reason.kind !== 'opened' ? 'nobody_fits' : null
}

async function give(tx: Tx, held: Ticket, placement: Placement, cause: Cause): Promise<Result<Changed>> {
  if (held.status !== 'on_hold') return await giveFree(tx, held, placement, cause)
  const resumed = await moveTicket(tx, held, { name: 'resume' }, cause)
  if (!resumed.ok) return resumed
  const given = await giveFree(tx, resumed.value.ticket, placement, cause)
  if (!given.ok) return given
  const { ticket, effects } = given.value
  return ok({ ticket, effects: joinEffects(resumed.value.effects, effects) })
}

async function giveFree(
  tx: Tx,
  ticket: Ticket,
  placement: Placement,
  cause: Cause,
): Promise<Result<Changed>> {
  const { groupId, engineerId } = placement
  const leaves = ticket.assigneeId !== null
  const sameGroup = groupId === ticket.groupId
  const step = (command: TicketCommand, from: Ticket) => moveTicket(tx, from, command, cause)
  // A word of the pages; the `routed` entry of the timeline says why.
  const reason = 'rerouted'
  if (leaves && sameGroup && engineerId)
    return await step({ name: 'transfer', to: { engineerId }, reason }, ticket)
  let now: Changed = { ticket, effects: noEffects }
  if (leaves && groupId) {
    const left = await step({ name: 'transfer', to: { groupId }, reason }, ticket)
    if (!left.ok) return left
    now = left.value
  }
  if (engineerId) {
    const given = await step({ name: 'assign', engineerId, ...(groupId ? { groupId } : {}) }, now.ticket)
    if (!given.ok) return given
    return ok({ ticket: given.value.ticket, effects: joinEffects(now.effects, given.value.effects) })
  }
  if (now.ticket.groupId === groupId) return ok(now)
  return ok({ ticket: await saveTicket(tx, now.ticket, { groupId }, cause.nowMs), effects: now.effects })
}

/**
 * Puts a locked ticket where a decision sends it: into the pool of a group, and to an engineer where one was found. What a
 * person chose, and a ticket that somebody works on, stays; only the decision is noted, with the reason. A decision that
 * says what is already so changes nothing and tells nobody.
 */
export async function placeTicket(
  tx: Tx,
  ticket: Ticket,
  placement: Placement,
  cause: Cause,
): Promise<Result<Changed>> {
  const { groupId, engineerId, reason } = placement
  const same = groupId === ticket.groupId && engineerId === ticket.assigneeId
  const { decisionId, dispatcher, present } = placement
  // When engineers declined, it is news that nobody is left; and when a ticket came back that nobody has.
  const unserved = reason.kind === 'reopened' && dispatcher !== null && ticket.assigneeId === null
  const news = reason.kind === 'opened' || reason.changed.includes('offer') || unserved
  if (same && !news) return ok({ ticket, effects: noEffects })
  const kept = same ? null : keeper(ticket, placement)
  // Whose yes did not count, because people are in danger.
  const over: JsonObject = present?.by === 'accepted' && !kept ? { over: present.by } : {}
  const said = { decisionId, groupId, engineerId, dispatcher, why: reason.kind, changed: [...reason.changed] }
  const payload: JsonObject = {
    ...said,
    ...(kept ? { kept } : over),
    ...(present?.danger ? { danger: true } : {}),
    ...(reason.kind === 'opened' ? {} : { from: { groupId: ticket.groupId, engineerId: ticket.assigneeId } }),
  }
  await appendTimeline(tx, ticket.id, [{ type: 'routed', payload }], cause)
  const routed: Effects = {
    events: [
      {
        type: 'ticket.routed',
        subject: 'ticket',
        subjectId: ticket.id,
        data: { number: ticket.number, ...payload },
      },
    ],
    jobs: [],
  }
  if (kept || same) return ok({ ticket, effects: routed })
  const given = await give(tx, ticket, placement, cause)
  if (!given.ok) return given
  return ok({ ticket: given.value.ticket, effects: joinEffects(routed, given.value.effects) })
}
