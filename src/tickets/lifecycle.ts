import type { Actor, Role } from '../contract/actor.ts'
import { type TicketStatus, ticketStatuses } from '../contract/ticket.ts'
import { defineMachine } from '../kernel/fsm.ts'
import { ok, type Refusal, type Result, refuse } from '../kernel/result.ts'
import { commandWords, statusWords } from './words.ts'

/** The status machine. Commands whose target depends on the ticket have a row per target. */
export const lifecycle = defineMachine({
  states: ticketStatuses,
  initial: 'open',
  transitions: {
    assign: { from: ['open'], to: 'assigned' },
    transfer_group: { from: ['open', 'assigned', 'in_progress', 'on_hold'], to: 'open' },
    transfer_engineer: { from: ['assigned', 'in_progress', 'on_hold'], to: 'assigned' },
    start: { from: ['assigned'], to: 'in_progress' },
    hold: { from: ['open', 'assigned', 'in_progress'], to: 'on_hold' },
    resume_open: { from: ['on_hold'], to: 'open' },
    resume_assigned: { from: ['on_hold'], to: 'assigned' },
    resume_in_progress: { from: ['on_hold'], to: 'in_progress' },
    resolve: { from: ['open', 'assigned', 'in_progress', 'on_hold'], to: 'resolved' },
    close: { from: ['resolved'], to: 'closed' },
    reopen_open: { from: ['resolved', 'closed', 'cancelled'], to: 'open' },
    reopen_assigned: { from: ['resolved', 'closed', 'cancelled'], to: 'assigned' },
    cancel: { from: ['open', 'assigned', 'in_progress', 'on_hold'], to: 'cancelled' },
    merge: { from: ['open', 'assigned', 'in_progress', 'on_hold'], to: 'merged' },
  },
})
export type Transition = keyof typeof lifecycle.transitions

/** What people ask for; each names one row of the machine or chooses among several. */
export type TicketCommand =
  | { readonly name: 'assign'; readonly engineerId: string; readonly groupId?: string }
  | {
      readonly name: 'transfer'
      /** Without a group it waits for a dispatcher; only the hub itself puts it there. */
      readonly to: { readonly groupId: string | null } | { readonly engineerId: string }
      readonly reason: string
    }
  | { readonly name: 'start' }
  | { readonly name: 'hold'; readonly reason: string; readonly untilMs: number }
  | { readonly name: 'resume' }
  | { readonly name: 'resolve' }
  | { readonly name: 'close' }
  | { readonly name: 'reopen'; readonly reason: string }
  | { readonly name: 'cancel'; readonly reason: string }
  | { readonly name: 'merge'; readonly into: { readonly id: string; readonly status: TicketStatus } }
export type CommandName = TicketCommand['name']

/** Rows of the machine that a command may take. */
const rowsOf: Readonly<Record<CommandName, readonly Transition[]>> = {
  assign: ['assign'],
  transfer: ['transfer_group', 'transfer_engineer'],
  start: ['start'],
  hold: ['hold'],
  resume: ['resume_open', 'resume_assigned', 'resume_in_progress'],
  resolve: ['resolve'],
  close: ['close'],
  reopen: ['reopen_open', 'reopen_assigned'],
  cancel: ['cancel'],
  merge: ['merge'],
}

interface CommandPermission {
  readonly roles: readonly Role[]
  readonly scopes?: readonly string[]
  readonly also?: readonly ('link' | 'card')[]
}

const desk: readonly Role[] = ['supervisor', 'dispatcher', 'agent']
const field: readonly Role[] = [...desk, 'engineer']
const scopes = ['tickets:write']

/** Who may give which command, for `access.can`. Engineers, by role or card, only on their own tickets. */
export const permissions: Readonly<Record<CommandName, CommandPermission>> = {
  assign: { roles: desk, scopes },
  transfer: { roles: field, scopes, also: ['card'] },
  start: { roles: field, scopes, also: ['card'] },
  hold: { roles: field, scopes, also: ['card'] },
  resume: { roles: field, scopes, also: ['card'] },
  resolve: { roles: field, scopes, also: ['card'] },
  close: { roles: desk, scopes, also: ['link'] },
  reopen: { roles: desk, scopes, also: ['link'] },
  cancel: { roles: desk, scopes, also: ['link'] },
  merge: { roles: desk },
}

/** What the machine and its guards need to know of a ticket. */
export interface TicketState {
  readonly id: string
  readonly status: TicketStatus
  readonly groupId: string | null
  readonly assigneeId: string | null
  /** Its group, or whoever has it, was taken out of dispatch while nobody worked on it. */
  readonly gone: { readonly group: boolean; readonly assignee: boolean }
  /** The status that the present hold interrupted, from the timeline; null when not on hold. */
  readonly heldFrom: TicketStatus | null
  /** When it was resolved, closed or cancelled, ms; null while it lives. */
  readonly endedAtMs: number | null
  /** Child tickets that have not ended. */
  readonly openChildren: number
  /** Required form fields without a value, with their titles. */
  readonly missing: readonly { readonly name: string; readonly zh: string; readonly en: string }[]
}

/** What a command does to the ticket's columns; absent members stay. */
export interface TicketChanges {
  readonly status: TicketStatus
  readonly groupId?: string | null
  readonly assigneeId?: string | null
  readonly holdUntilMs?: number | null
  readonly resolvedAtMs?: number | null
  readonly closedAtMs?: number | null
  readonly mergedIntoId?: string
}

export interface TransitionOutcome {
  readonly transition: Transition
  readonly from: TicketStatus
  readonly changes: TicketChanges
}

/** A hold longer than this is a cancellation that nobody dared. */
const maxHoldDays = 90
/** How long after the end a customer may reopen; later a new, linked ticket is opened. */
export const reopenWindowMs = 72 * 3_600_000

function rowFor(ticket: TicketState, command: TicketCommand): Transition {
  switch (command.name) {
    case 'transfer':
      return 'groupId' in command.to ? 'transfer_group' : 'transfer_engineer'
    case 'resume':
      if (ticket.assigneeId === null) return 'resume_open'
      return ticket.heldFrom === 'in_progress' ? 'resume_in_progress' : 'resume_assigned'
    case 'reopen':
      return ticket.assigneeId === null || ticket.gone.assignee ? 'reopen_open' : 'reopen_assigned'
    default:
      return command.name
  }
}

type Guard<N extends CommandName> = (
  ticket: TicketState,
  command: Extract<TicketCommand, { name: N }>,
  actor: Actor,
  nowMs: number,
) => Refusal | null

const refusal = (...args: Parameters<typeof refuse>) => refuse(...args).refusal
const needsReason = (reason: string) => (reason.trim() === '' ? refusal('ticket.reason_required') : null)

const guards: { readonly [N in CommandName]?: Guard<N> } = {
  transfer: (ticket, { to, reason }) => {
    const same =
      'groupId' in to
        ? to.groupId === ticket.groupId && ticket.assigneeId === null
        : to.engineerId === ticket.assigneeId
    return same ? refusal('ticket.same_target') : needsReason(reason)
  },
  hold: (_ticket, { reason, untilMs }, _actor, nowMs) => {
    const inRange = untilMs > nowMs && untilMs <= nowMs + maxHoldDays * 86_400_000
    return inRange ? needsReason(reason) : refusal('ticket.hold_until_invalid', { days: maxHoldDays })
  },
  resolve: (ticket) => {
    if (ticket.openChildren > 0) return refusal('ticket.children_open', { count: ticket.openChildren })
    if (ticket.missing.length === 0) return null
    const fieldsZh = ticket.missing.map((f) => f.zh).join('、')
    const fieldsEn = ticket.missing.map((f) => f.en).join(', ')
    const issues = ticket.missing.map((f) => ({
      path: f.name,
      message: 'must be given',
      messageZh: '必须填写',
    }))
    return refusal('ticket.form_incomplete', { fieldsZh, fieldsEn }, issues)
  },
  reopen: (ticket, { reason }, actor, nowMs) => {
    const byCustomer = actor.kind === 'link' || actor.kind === 'system'
    const late = ticket.endedAtMs !== null && nowMs - ticket.endedAtMs > reopenWindowMs
    if (byCustomer && late) return refusal('ticket.reopen_too_late', { hours: reopenWindowMs / 3_600_000 })
    return needsReason(reason)
  },
  cancel: (ticket, { reason }, actor) => {
    const started = ticket.status === 'in_progress' || ticket.heldFrom === 'in_progress'
    if (actor.kind === 'link') return started ? refusal('ticket.work_started') : null
    return needsReason(reason)
  },
  merge: (ticket, { into }) => {
    const ended = !lifecycle.from(into.status).includes('merge')
    if (into.id === ticket.id || ended) return refusal('ticket.merge_target_invalid')
    return ticket.openChildren > 0 ? refusal('ticket.children_open', { count: ticket.openChildren }) : null
  },
}

// Somebody who is nothing but an engineer works on what was given to him; `assign` is not his to give.
function worksOnAnothers(ticket: TicketState, actor: Actor): boolean {
  if (actor.kind === 'card') return ticket.assigneeId !== actor.staffId
  if (actor.kind !== 'user' || actor.roles.length === 0) return false
  return actor.roles.every((role) => role === 'engineer') && ticket.assigneeId !== actor.staffId
}

// An engineer who accepts what was offered takes a ticket that is nobody's; `ticket.assign` itself is not theirs to give.
function takes(command: TicketCommand, actor: Actor): boolean {
  return command.name === 'assign' && 'staffId' in actor && actor.staffId === command.engineerId
}

const lives = { holdUntilMs: null, resolvedAtMs: null, closedAtMs: null } as const

function changesOf(
  to: TicketStatus,
  command: TicketCommand,
  { gone }: TicketState,
  nowMs: number,
): TicketChanges {
  switch (command.name) {
    case 'assign': {
      const groupId = command.groupId === undefined ? {} : { groupId: command.groupId }
      return { status: to, assigneeId: command.engineerId, ...groupId }
    }
    case 'transfer':
      return 'groupId' in command.to
        ? { status: to, groupId: command.to.groupId, assigneeId: null, holdUntilMs: null }
        : { status: to, assigneeId: command.to.engineerId, holdUntilMs: null }
    case 'hold':
      return { status: to, holdUntilMs: command.untilMs }
    case 'resume':
      return { status: to, holdUntilMs: null }
    case 'resolve':
      return { status: to, holdUntilMs: null, resolvedAtMs: nowMs }
    case 'close':
      return { status: to, closedAtMs: nowMs }
    case 'cancel':
      return { status: to, holdUntilMs: null, closedAtMs: nowMs }
    case 'reopen':
      return {
        status: to,
        ...lives,
        ...(gone.group ? { groupId: null } : {}),
        ...(gone.assignee ? { assigneeId: null } : {}),
      }
    case 'merge':
      return { status: to, holdUntilMs: null, closedAtMs: nowMs, mergedIntoId: command.into.id }
    case 'start':
      return { status: to }
  }
}

/** The commands that the machine has a row for from a status, whoever gives them. */
export function commandsFrom(status: TicketStatus): CommandName[] {
  const rows = lifecycle.from(status)
  return (Object.keys(rowsOf) as CommandName[]).filter((name) =>
    rowsOf[name].some((row) => rows.includes(row)),
  )
}

/**
 * The commands that somebody may give on a ticket now: the machine has a row, `may` (from `access.can`) allows it, and an
 * engineer is the assignee. What a command's arguments get wrong is only known when it is given.
 */
export function commandsFor(
  ticket: TicketState,
  actor: Actor,
  may: (permission: CommandPermission) => boolean,
): CommandName[] {
  if (worksOnAnothers(ticket, actor)) return []
  return commandsFrom(ticket.status).filter((name) => may(permissions[name]))
}

function notNow(status: TicketStatus, command: CommandName): Result<never> {
  const allowed = commandsFrom(status)
  const list = (lang: 'zh' | 'en', joint: string, none: string) =>
    allowed.map((name) => commandWords[name][lang]).join(joint) || none
  return refuse('ticket.transition_refused', {
    fromZh: statusWords[status].zh,
    fromEn: statusWords[status].en,
    commandZh: commandWords[command].zh,
    commandEn: commandWords[command].en,
    allowedZh: list('zh', '、', '无'),
    allowedEn: list('en', ', ', 'nothing'),
  })
}

/**
 * What a command does to a ticket, or why it is refused. Pure; whether the actor's role allows the command is asked before,
 * with `permissions`. Refuses with the `ticket.*` codes, in the order: not yours, not from this status, the command's own
 * guard.
 */
export function transition(
  ticket: TicketState,
  command: TicketCommand,
  actor: Actor,
  nowMs: number,
): Result<TransitionOutcome> {
  if (worksOnAnothers(ticket, actor) && !takes(command, actor)) return refuse('ticket.not_yours')
  const row = rowFor(ticket, command)
  const to = lifecycle.next(ticket.status, row)
  if (to === null) return notNow(ticket.status, command.name)
  const guard = guards[command.name] as Guard<CommandName> | undefined
  const refused = guard?.(ticket, command, actor, nowMs) ?? null
  if (refused) return { ok: false, refusal: refused }
  return ok({ transition: row, from: ticket.status, changes: changesOf(to, command, ticket, nowMs) })
}
