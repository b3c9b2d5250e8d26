import { z } from 'zod'
import { type TicketStatus, type Urgency, urgencies } from '../contract/ticket.ts'
import { addBusinessTime, type BusinessCalendar, businessTimeBetween } from '../directory/index.ts'

/** What is promised: a first answer, somebody on site, the end of the trouble. */
export const clockKinds = ['firstResponse', 'arrival', 'resolution'] as const
export type ClockKind = (typeof clockKinds)[number]

/** A promise with a due time. Times are ms since the epoch, durations business ms. */
export interface SlaClock {
  readonly kind: ClockKind
  /** `breached` also stays for a promise that was met late. */
  readonly state: 'running' | 'paused' | 'met' | 'breached'
  readonly startedAtMs: number
  /** Null while paused, and for ever on a calendar that never opens. */
  readonly dueAtMs: number | null
  readonly targetMs: number
  /** Business time left, while the clock stands. */
  readonly remainingMs: number | null
  readonly metAtMs: number | null
  readonly breachedAtMs: number | null
}

/** The longest promise, business ms: a year. */
export const longestPromiseMs = 366 * 86_400_000

const durationMs = z.number().int().positive().max(longestPromiseMs)
const target = z.union([
  durationMs,
  z.strictObject({ default: durationMs, byUrgency: z.partialRecord(z.enum(urgencies), durationMs) }),
])

/** Schema of a ticket type's promises: business ms by clock, one number or by urgency; an absent clock is not promised. */
export const slaSchema = z.partialRecord(z.enum(clockKinds), target)
export type SlaTargets = z.infer<typeof slaSchema>

// Waiting for the customer excuses a later visit and a later end, never a missing first answer.
const pausable: ReadonlySet<ClockKind> = new Set(['arrival', 'resolution'])

function targetOf(targets: SlaTargets, kind: ClockKind, urgency: Urgency): number | null {
  const given = targets[kind]
  if (given === undefined) return null
  return typeof given === 'number' ? given : (given.byUrgency[urgency] ?? given.default)
}

/** The clocks of a new ticket, all running. */
export function startClocks(
  targets: SlaTargets,
  urgency: Urgency,
  calendar: BusinessCalendar,
  atMs: number,
): SlaClock[] {
  return clockKinds.flatMap((kind) => {
    const targetMs = targetOf(targets, kind, urgency)
    if (targetMs === null) return []
    const fresh = { remainingMs: null, metAtMs: null, breachedAtMs: null }
    const dueAtMs = addBusinessTime(calendar, atMs, targetMs)
    return [{ kind, state: 'running' as const, startedAtMs: atMs, dueAtMs, targetMs, ...fresh }]
  })
}

/** The clocks together with those that are promised and missing, which start now. */
export function startMissing(
  clocks: readonly SlaClock[],
  targets: SlaTargets,
  urgency: Urgency,
  calendar: BusinessCalendar,
  atMs: number,
): SlaClock[] {
  const begun = startClocks(targets, urgency, calendar, atMs)
  return [...clocks, ...begun.filter(({ kind }) => !clocks.some((clock) => clock.kind === kind))]
}

/** Marks a running clock whose due time has passed as breached, at that due time. */
export function checkClock(clock: SlaClock, nowMs: number): SlaClock {
  if (clock.state !== 'running' || clock.dueAtMs === null || nowMs <= clock.dueAtMs) return clock
  return { ...clock, state: 'breached', breachedAtMs: clock.dueAtMs }
}

type Change = (clock: SlaClock, calendar: BusinessCalendar, atMs: number) => SlaClock

const pause: Change = (clock, calendar, atMs) => {
  if (clock.state !== 'running' || !pausable.has(clock.kind) || clock.dueAtMs === null) return clock
  const remainingMs = businessTimeBetween(calendar, atMs, clock.dueAtMs)
  return { ...clock, state: 'paused', remainingMs, dueAtMs: null }
}

const resume: Change = (clock, calendar, atMs) => {
  if (clock.state !== 'paused' || clock.remainingMs === null) return clock
  const dueAtMs = addBusinessTime(calendar, atMs, clock.remainingMs)
  return { ...clock, state: 'running', dueAtMs, remainingMs: null }
}

// What is left stays with a met clock, so that a reopened ticket goes on from there.
const meet: Change = (clock, calendar, atMs) => {
  if (clock.metAtMs !== null) return clock
  if (clock.state === 'breached') return { ...clock, metAtMs: atMs }
  const left = clock.dueAtMs === null ? clock.remainingMs : businessTimeBetween(calendar, atMs, clock.dueAtMs)
  return { ...clock, state: 'met', metAtMs: atMs, remainingMs: left, dueAtMs: clock.dueAtMs }
}

const reopen: Change = (clock, calendar, atMs) => {
  if (clock.metAtMs === null) return clock
  if (clock.state === 'breached') return { ...clock, metAtMs: null }
  const dueAtMs = addBusinessTime(calendar, atMs, clock.remainingMs ?? clock.targetMs)
  return { ...clock, state: 'running', metAtMs: null, remainingMs: null, dueAtMs }
}

/** What happens to a ticket, as far as promises care. */
export type SlaEvent = 'responded' | 'arrived' | 'resolved' | 'held' | 'resumed' | 'reopened' | 'ended'

/** What a change of status means for the promises; null when they go on as they are. */
export function slaEventOf(from: TicketStatus, to: TicketStatus): SlaEvent | null {
  if (to === 'resolved') return 'resolved'
  if (to === 'cancelled' || to === 'merged') return 'ended'
  if (to === 'on_hold') return 'held'
  if (to === 'closed') return null
  if (from === 'on_hold') return 'resumed'
  return from === 'resolved' || from === 'closed' || from === 'cancelled' ? 'reopened' : null
}

const isOpen = (clock: SlaClock) => clock.state === 'running' || clock.state === 'paused'

/**
 * The clocks after something happened at `atMs`; passed due times are marked first. An answer meets the first response, a
 * check-in the arrival too; a resolution is also an answer, and an arrival that was not needed is dropped with it. A hold
 * stops arrival and resolution. `ended` (cancelled, merged) drops what is still open and keeps what was met or breached.
 */
export function clocksAfter(
  clocks: readonly SlaClock[],
  event: SlaEvent,
  calendar: BusinessCalendar,
  atMs: number,
): SlaClock[] {
  const checked = clocks.map((clock) => checkClock(clock, atMs))
  const change = (kinds: readonly ClockKind[], how: Change) =>
    checked.map((clock) => (kinds.includes(clock.kind) ? how(clock, calendar, atMs) : clock))
  switch (event) {
    case 'responded':
      return change(['firstResponse'], meet)
    case 'arrived':
      return change(['firstResponse', 'arrival'], meet)
    case 'resolved':
      return change(['firstResponse', 'resolution'], meet).filter((c) => c.kind !== 'arrival' || !isOpen(c))
    case 'held':
      return change(clockKinds, pause)
    case 'resumed':
      return change(clockKinds, resume)
    case 'reopened':
      return change(['resolution'], reopen)
    case 'ended':
      return checked.filter((clock) => !isOpen(clock))
  }
}

/**
 * The clocks after the urgency changed: what was used up stays used. A promise that got shorter than what was used is due
 * at once; clocks that were met or breached stay as they are. `next` is the calendar in which what is left counts from now
 * on, where that is another one.
 */
export function retarget(
  clocks: readonly SlaClock[],
  targets: SlaTargets,
  urgency: Urgency,
  calendar: BusinessCalendar,
  atMs: number,
  next: BusinessCalendar = calendar,
): SlaClock[] {
  return clocks.map((given) => {
    const clock = checkClock(given, atMs)
    const targetMs = targetOf(targets, clock.kind, urgency)
    if (targetMs === null || !isOpen(clock)) return clock
    const gained = targetMs - clock.targetMs
    if (clock.remainingMs !== null) {
      return { ...clock, targetMs, remainingMs: Math.max(0, clock.remainingMs + gained) }
    }
    // Nothing was used up on a calendar that never opens.
    const left =
      clock.dueAtMs === null ? targetMs : businessTimeBetween(calendar, atMs, clock.dueAtMs) + gained
    return { ...clock, targetMs, dueAtMs: addBusinessTime(next, atMs, Math.max(0, left)) }
  })
}

/**
 * The clocks for the promises of another type: those that both make are retargeted, open ones that it does not make are
 * dropped, and those that it makes besides start now.
 */
export function renew(
  clocks: readonly SlaClock[],
  targets: SlaTargets,
  urgency: Urgency,
  calendar: BusinessCalendar,
  atMs: number,
  next: BusinessCalendar = calendar,
): SlaClock[] {
  const kept = retarget(clocks, targets, urgency, calendar, atMs, next).filter(
    (clock) => !isOpen(clock) || targets[clock.kind] !== undefined,
  )
  return startMissing(kept, targets, urgency, next, atMs)
}

/** By when somebody has to come to an appointment: its end, or `graceMs` of real time after its start where it has no end. */
export function arrivalBy(
  { startMs, endMs }: { readonly startMs: number | null; readonly endMs: number | null },
  graceMs: number,
): number | null {
  return endMs ?? (startMs === null ? null : startMs + graceMs)
}

/** Moves the promised arrival to a moment that was agreed, if any was. A clock that does not run stays as it is. */
export function moveArrival(clocks: readonly SlaClock[], dueAtMs: number | null): SlaClock[] {
  return clocks.map((clock) =>
    clock.kind === 'arrival' && clock.state === 'running' && dueAtMs !== null ? { ...clock, dueAtMs } : clock,
  )
}

/** Moves the promised arrival to an agreed appointment. */
export function agreeArrival(
  clocks: readonly SlaClock[],
  appointment: Parameters<typeof arrivalBy>[0],
  graceMs: number,
): SlaClock[] {
  return moveArrival(clocks, arrivalBy(appointment, graceMs))
}

/** The next moment at which a clock runs out; null when none can. */
export function nextDue(clocks: readonly SlaClock[]): number | null {
  const due = clocks.flatMap((c) => (c.state === 'running' && c.dueAtMs !== null ? [c.dueAtMs] : []))
  return due.length ? Math.min(...due) : null
}
