import type { NewEvent } from '../contract/events.ts'
import { type Effects, type NewJob, noEffects } from '../contract/jobs.ts'
import type { Urgency } from '../contract/ticket.ts'
import type { BusinessCalendar } from '../directory/index.ts'
import type { Reader, Tx } from '../store/index.ts'
import { lifecycle } from './lifecycle.ts'
import { appendTimeline, type Cause } from './record.ts'
import type { Ticket } from './row.ts'
import { ticketSettings } from './settings.ts'
import {
  arrivalBy,
  type ClockKind,
  clocksAfter,
  moveArrival,
  nextDue,
  renew,
  retarget,
  type SlaClock,
  type SlaEvent,
  type SlaTargets,
  slaSchema,
  startClocks,
  startMissing,
} from './sla.ts'
import { type TicketType, ticketType } from './type.ts'

const ms = (date: Date | null) => date?.getTime() ?? null
const date = (atMs: number | null) => (atMs === null ? null : new Date(atMs))

/** A ticket's promises. */
export async function readClocks(db: Reader, ticketId: string): Promise<SlaClock[]> {
  const rows = await db
    .selectFrom('sla_clock')
    .selectAll()
    .where('ticketId', '=', ticketId)
    .orderBy('kind')
    .execute()
  return rows.map((row) => ({
    kind: row.kind as ClockKind,
    state: row.state as SlaClock['state'],
    startedAtMs: row.startedAt.getTime(),
    dueAtMs: ms(row.dueAt),
    targetMs: row.targetMs,
    remainingMs: row.remainingMs,
    metAtMs: ms(row.metAt),
    breachedAtMs: ms(row.breachedAt),
  }))
}

/** What a type promises. */
export function targetsOf(type: TicketType): SlaTargets {
  const targets = slaSchema.safeParse(type.sla)
  return targets.success ? targets.data : {}
}

function rowOf(ticketId: string, clock: SlaClock) {
  const { kind, state, targetMs, remainingMs } = clock
  const times = {
    startedAt: new Date(clock.startedAtMs),
    dueAt: date(clock.dueAtMs),
    metAt: date(clock.metAtMs),
    breachedAt: date(clock.breachedAtMs),
  }
  return { ticketId, kind, state, targetMs, remainingMs, ...times }
}

function checkAt(ticketId: string, clocks: readonly SlaClock[]): NewJob[] {
  const due = nextDue(clocks)
  if (due === null) return []
  const payload = { ticketId }
  // One millisecond later: a promise is broken when its due time has passed.
  return [{ kind: 'sla.check', payload, dueAtMs: due + 1, serialKey: `ticket:${ticketId}` }]
}

/** Starts the promises of a new ticket; the job looks when the first runs out. */
export async function startTicketClocks(
  tx: Tx,
  ticketId: string,
  type: TicketType,
  urgency: Urgency,
  nowMs: number,
): Promise<NewJob[]> {
  const clocks = startClocks(targetsOf(type), urgency, type.calendar, nowMs)
  await saveClocks(tx, ticketId, [], clocks)
  return checkAt(ticketId, clocks)
}

async function saveClocks(
  tx: Tx,
  ticketId: string,
  before: readonly SlaClock[],
  after: readonly SlaClock[],
): Promise<void> {
  const gone = before.filter((clock) => !after.some((kept) => kept.kind === clock.kind))
  if (gone.length > 0) {
    await tx
      .deleteFrom('sla_clock')
      .where('ticketId', '=', ticketId)
      .where(
        'kind',
        'in',
        gone.map((clock) => clock.kind),
      )
      .execute()
  }
  const isKnown = (clock: SlaClock) => before.some(({ kind }) => kind === clock.kind)
  const begun = after.filter((clock) => !isKnown(clock))
  if (begun.length > 0) {
    await tx
      .insertInto('sla_clock')
      .values(begun.map((clock) => rowOf(ticketId, clock)))
      .execute()
  }
  for (const clock of after.filter(isKnown)) {
    if (before.includes(clock)) continue
    const { kind, ticketId: id, ...columns } = rowOf(ticketId, clock)
    await tx
      .updateTable('sla_clock')
      .set(columns)
      .where('ticketId', '=', id)
      .where('kind', '=', kind)
      .execute()
  }
}

/** Promises that were broken or kept by a change, as the timeline and the events tell it. */
function newsOf(before: readonly SlaClock[], after: readonly SlaClock[]) {
  return after.flatMap((clock) => {
    const old = before.find(({ kind }) => kind === clock.kind)
    const news: { kind: ClockKind; state: 'breached' | 'met' | 'met_late'; atMs: number }[] = []
    if (clock.breachedAtMs !== null && old?.breachedAtMs === null)
      news.push({ kind: clock.kind, state: 'breached', atMs: clock.breachedAtMs })
    if (clock.metAtMs !== null && old?.metAtMs === null)
      news.push({ kind: clock.kind, state: clock.state === 'met' ? 'met' : 'met_late', atMs: clock.metAtMs })
    return news
  })
}

/**
 * By when somebody has to come to the appointment that a person agreed; null without one. One that lies before `fromMs` is nobody's aim any
 * more: it passed while the ticket was on hold or over.
 */
async function agreedArrival(db: Reader, ticket: Ticket, fromMs: number): Promise<number | null> {
  if (ticket.fields.appointment?.method !== 'human') return null
  const { appointmentGraceMs } = await ticketSettings(db)
  const appointment = { startMs: ms(ticket.appointmentStart), endMs: ms(ticket.appointmentEnd) }
  const dueAtMs = arrivalBy(appointment, appointmentGraceMs)
  return dueAtMs !== null && dueAtMs > fromMs ? dueAtMs : null
}

/**
 * Changes the promises of a locked ticket; what was broken or kept is announced, and the next look is planned. `agreedMs` is the arrival
 * that was agreed with the customer, where it lies ahead.
 */
export async function changeClocks(
  tx: Tx,
  ticket: Ticket,
  change: (
    clocks: readonly SlaClock[],
    calendar: BusinessCalendar,
    type: TicketType,
    agreedMs: number | null,
  ) => SlaClock[],
  cause: Cause,
): Promise<Effects> {
  const before = await readClocks(tx, ticket.id)
  const type = await ticketType(tx, { id: ticket.typeId })
  if (!type.ok) return noEffects
  const agreedMs = await agreedArrival(tx, ticket, cause.nowMs)
  const after = change(before, type.value.calendar, type.value, agreedMs)
  await saveClocks(tx, ticket.id, before, after)
  const news = newsOf(before, after)
  await appendTimeline(
    tx,
    ticket.id,
    news.map((payload) => ({ type: 'sla', payload })),
    cause,
  )
  const events = news.map(
    (data): NewEvent => ({ type: 'ticket.sla', subject: 'ticket', subjectId: ticket.id, data }),
  )
  return { events, jobs: nextDue(after) === nextDue(before) ? [] : checkAt(ticket.id, after) }
}

/**
 * Tells the promises of a locked ticket what happened. A reopened ticket has the promises of the type and urgency that it has by then; what
 * it lost when it ended starts now, for what was called off or needless until then cannot be late. What was kept or broken stays, and
 * an agreed appointment holds whatever happened.
 */
export async function tellClocks(tx: Tx, ticket: Ticket, event: SlaEvent, cause: Cause): Promise<Effects> {
  return await changeClocks(
    tx,
    ticket,
    (clocks, calendar, type, agreedMs) => {
      const told = clocksAfter(clocks, event, calendar, cause.nowMs)
      const after =
        event === 'reopened' ? renew(told, targetsOf(type), ticket.urgency, calendar, cause.nowMs) : told
      return moveArrival(after, ticket.urgency === 'critical' ? null : agreedMs)
    },
    cause,
  )
}

/** The clocks of a locked ticket for the urgency that it has now. */
export async function retargetClocks(tx: Tx, ticket: Ticket, cause: Cause): Promise<Effects> {
  return await changeClocks(
    tx,
    ticket,
    (clocks, calendar, type, agreedMs) => {
      const targets = targetsOf(type)
      const after = retarget(clocks, targets, ticket.urgency, calendar, cause.nowMs)
      return toArrival(
        after,
        ticket.urgency,
        agreedMs,
        startClocks(targets, ticket.urgency, calendar, cause.nowMs),
      )
    },
    cause,
  )
}

/** The clocks with the arrival where it was agreed. Danger waits for no appointment: its arrival is that of `fresh` clocks. */
function toArrival(
  clocks: readonly SlaClock[],
  urgency: Urgency,
  agreedMs: number | null,
  fresh: readonly SlaClock[],
): SlaClock[] {
  const anew = fresh.find(({ kind }) => kind === 'arrival')
  if (urgency !== 'critical' || agreedMs === null || !anew) return moveArrival(clocks, agreedMs)
  return clocks.map((clock) => {
    if (clock.kind !== 'arrival') return clock
    if (clock.state === 'paused') return { ...clock, targetMs: anew.targetMs, remainingMs: anew.targetMs }
    return clock.state === 'running' ? anew : clock
  })
}

/**
 * Makes the promises of another type on a locked ticket that has its old one still, whose calendar tells what was used up; what was kept or
 * broken stays. A hold goes on, and an agreed appointment holds. A ticket that ended is promised nothing until it is reopened.
 */
export async function renewClocks(tx: Tx, ticket: Ticket, type: TicketType, cause: Cause): Promise<Effects> {
  if (lifecycle.next(ticket.status, 'cancel') === null) return noEffects
  return await changeClocks(
    tx,
    ticket,
    (clocks, before, _old, agreedMs) => {
      const { nowMs } = cause
      const targets = targetsOf(type)
      const fresh = startClocks(targets, ticket.urgency, type.calendar, nowMs)
      const after = renew(clocks, targets, ticket.urgency, before, nowMs, type.calendar)
      const renewed = toArrival(after, ticket.urgency, agreedMs, fresh)
      return ticket.status === 'on_hold' ? clocksAfter(renewed, 'held', type.calendar, nowMs) : renewed
    },
    cause,
  )
}

/** Starts the promises that a locked ticket lost when it was merged, from its own beginning: time spent away counts, and what ran out is found by the job. */
export async function restartClocks(tx: Tx, ticket: Ticket): Promise<Effects> {
  const type = await ticketType(tx, { id: ticket.typeId })
  if (!type.ok) return noEffects
  const kept = await readClocks(tx, ticket.id)
  const sinceMs = ticket.createdAt.getTime()
  const after = moveArrival(
    startMissing(kept, targetsOf(type.value), ticket.urgency, type.value.calendar, sinceMs),
    await agreedArrival(tx, ticket, sinceMs),
  )
  await saveClocks(tx, ticket.id, kept, after)
  return { events: [], jobs: after.length > kept.length ? checkAt(ticket.id, after) : [] }
}
