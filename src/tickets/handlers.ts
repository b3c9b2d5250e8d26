import { systemActor } from '../contract/actor.ts'
import { type Effects, type JobKind, joinEffects, noEffects } from '../contract/jobs.ts'
import { defineHandler, type JobHandler, type StepContext } from '../queue/index.ts'
import type { Reader, Tx } from '../store/index.ts'
import { changeClocks, tellClocks } from './clocks.ts'
import type { TicketCommand } from './lifecycle.ts'
import { compareHandler } from './likeness.ts'
import { moveTicket } from './move.ts'
import type { Cause } from './record.ts'
import { lockTicket, type Ticket } from './row.ts'
import { ticketSettings } from './settings.ts'
import { checkClock } from './sla.ts'

type TimerKind = Extract<JobKind, 'sla.check' | 'ticket.resume' | 'ticket.close'>

/** A timer of a ticket: looks at the locked ticket when its time has come, and does what is due by then. */
function timer(
  kind: TimerKind,
  ring: (tx: Tx, ticket: Ticket, cause: Cause) => Promise<Effects>,
): JobHandler {
  return defineHandler<TimerKind, undefined, null>({
    kind,
    prepare: async () => null,
    async commit(tx, _prepared, job, ctx: StepContext) {
      const actor = systemActor(kind)
      const ticket = await lockTicket(tx, job.payload.ticketId, actor)
      if (!ticket.ok) return noEffects
      return await ring(tx, ticket.value, { actor, nowMs: ctx.nowMs, causeId: job.id })
    },
  })
}

async function move(tx: Tx, ticket: Ticket, command: TicketCommand, cause: Cause): Promise<Effects> {
  const moved = await moveTicket(tx, ticket, command, cause)
  return moved.ok ? moved.value.effects : noEffects
}

const slaCheck = timer('sla.check', (tx, ticket, cause) =>
  changeClocks(tx, ticket, (clocks) => clocks.map((clock) => checkClock(clock, cause.nowMs)), cause),
)

const resume = timer('ticket.resume', async (tx, ticket, cause) => {
  // A hold that was ended or prolonged meanwhile has a timer of its own.
  if (ticket.status !== 'on_hold' || !ticket.holdUntil) return noEffects
  if (ticket.holdUntil.getTime() > cause.nowMs) return noEffects
  return await move(tx, ticket, { name: 'resume' }, cause)
})

const close = timer('ticket.close', async (tx, ticket, cause) => {
  if (ticket.status !== 'resolved' || !ticket.resolvedAt) return noEffects
  const { autoCloseMs } = await ticketSettings(tx)
  const dueAtMs = ticket.resolvedAt.getTime() + autoCloseMs
  if (cause.nowMs >= dueAtMs) return await move(tx, ticket, { name: 'close' }, cause)
  // Resolved again later, or the setting was raised: look again then.
  const payload = { ticketId: ticket.id }
  return { events: [], jobs: [{ kind: 'ticket.close', payload, dueAtMs, serialKey: `ticket:${ticket.id}` }] }
})

/** Tickets of a conversation whose customer still waits for a first answer. */
async function unanswered(db: Reader, conversationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('conversation_ticket as l')
    .innerJoin('sla_clock as c', 'c.ticketId', 'l.ticketId')
    .select('l.ticketId')
    .where('l.conversationId', '=', conversationId)
    .where('c.kind', '=', 'firstResponse')
    .where('c.metAt', 'is', null)
    .orderBy('l.ticketId')
    .execute()
  return rows.map((row) => row.ticketId)
}

const responded = defineHandler<'ticket.responded', undefined, null>({
  kind: 'ticket.responded',
  prepare: async () => null,
  async commit(tx, _prepared, job, ctx) {
    const actor = systemActor('ticket.responded')
    const told: Effects[] = []
    for (const ticketId of await unanswered(tx, job.payload.conversationId)) {
      const ticket = await lockTicket(tx, ticketId, actor)
      if (!ticket.ok) continue
      told.push(await tellClocks(tx, ticket.value, 'responded', { actor, nowMs: ctx.nowMs, causeId: job.id }))
    }
    return joinEffects(...told)
  },
})

/** Handlers of tickets: promises, first answers, ends of holds, closing what stayed resolved. */
export const handlers: readonly JobHandler[] = [slaCheck, responded, resume, close, compareHandler]
