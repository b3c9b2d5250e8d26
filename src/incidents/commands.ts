import { z } from 'zod'
import { type Command, type CommandContext, type Done, defineCommand } from '../access/command.ts'
import { type Effects, joinEffects } from '../contract/jobs.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { json } from '../store/index.ts'
import { type Cause, desk, readTicket } from '../tickets/index.ts'
import { answerIncident } from './answer.ts'
import { span } from './gather.ts'
import {
  addMember,
  announceIncident,
  type Incident,
  incidentNumber,
  lockIncident,
  note,
  saveIncident,
  tell,
} from './record.ts'
import { closeIncident } from './settle.ts'

const target = { incidentId: z.uuid(), version: z.int().min(1).optional() }
const changed = z.object({
  incidentId: z.uuid(),
  number: z.string(),
  state: z.enum(['open', 'closed']),
  version: z.int(),
})

interface Change {
  readonly incident: Incident
  readonly effects: Effects
}

/** Locks the incident that a command names, runs the change on it, and answers with what it is now. */
async function onIncident(
  ctx: CommandContext,
  input: { readonly incidentId: string; readonly version?: number | undefined },
  change: (incident: Incident, cause: Cause) => Promise<Result<Change>>,
): Promise<Result<Done<z.infer<typeof changed>>>> {
  const locked = await lockIncident(ctx.tx, input.incidentId, input.version)
  if (!locked.ok) return locked
  const done = await change(locked.value, { actor: ctx.actor, nowMs: ctx.nowMs, causeId: ctx.commandId })
  if (!done.ok) return done
  const { id: incidentId, state, version, number } = done.value.incident
  return ok({ value: { incidentId, number: incidentNumber(number), state, version }, ...done.value.effects })
}

const put = defineCommand(
  {
    name: 'incident.put',
    title: 'Puts a ticket into an incident by hand',
    permission: desk,
    input: z.object({ ...target, ticketId: z.uuid() }),
    output: changed,
  },
  async (ctx, input) =>
    await onIncident(ctx, input, async (incident, cause) => {
      const { tx } = ctx
      const ticket = await readTicket(tx, input.ticketId, ctx.actor)
      if (!ticket.ok) return ticket
      const elsewhere = await tx
        .selectFrom('incident_ticket as m')
        .innerJoin('incident as i', 'i.id', 'm.incidentId')
        .select(['i.id', 'i.number'])
        .where('m.ticketId', '=', input.ticketId)
        .where('m.leftAt', 'is', null)
        .executeTakeFirst()
      if (elsewhere)
        return refuse('conflict.duplicate', { what: 'incident', name: incidentNumber(elsewhere.number) })
      const atMs = ticket.value.createdAt.getTime()
      const saved = await saveIncident(tx, incident, span(incident, atMs))
      await addMember(tx, saved, { ticketId: input.ticketId, atMs, reason: { kind: 'by_hand' } }, cause)
      const effects = announceIncident('incident.changed', saved, { ticketId: input.ticketId })
      return ok({ incident: saved, effects })
    }),
)

const takeOut = defineCommand(
  {
    name: 'incident.takeOut',
    title: 'Takes a ticket out of an incident; only a person puts it back',
    permission: desk,
    input: z.object({ ...target, ticketId: z.uuid() }),
    output: changed,
  },
  async (ctx, input) =>
    await onIncident(ctx, input, async (incident, cause) => {
      const { tx, nowMs } = ctx
      const gone = await tx
        .updateTable('incident_ticket')
        .set({ leftAt: new Date(nowMs), leftBy: json(ctx.actor) })
        .where('incidentId', '=', incident.id)
        .where('ticketId', '=', input.ticketId)
        .where('leftAt', 'is', null)
        .executeTakeFirst()
      if (gone.numUpdatedRows === 0n) return refuse('not_found', { what: 'ticket' })
      await note(tx, incident.id, 'left', { ticketId: input.ticketId }, cause)
      await tell(tx, incident, input.ticketId, { what: 'left' }, cause)
      const saved = await saveIncident(tx, incident, {})
      const effects = announceIncident('incident.changed', saved, { ticketId: input.ticketId })
      return ok({ incident: saved, effects })
    }),
)

const rename = defineCommand(
  {
    name: 'incident.rename',
    title: 'Gives an incident a name of its own, or takes it away',
    permission: desk,
    input: z.object({ ...target, title: z.string().trim().min(1).max(120).nullable() }),
    output: changed,
  },
  async (ctx, input) =>
    await onIncident(ctx, input, async (incident, cause) => {
      const saved = await saveIncident(ctx.tx, incident, { title: input.title })
      await note(ctx.tx, incident.id, 'renamed', { from: incident.title, to: input.title }, cause)
      return ok({ incident: saved, effects: announceIncident('incident.changed', saved) })
    }),
)

const close = defineCommand(
  {
    name: 'incident.close',
    title: 'Closes an incident; its tickets stay as they are',
    permission: desk,
    input: z.object(target),
    output: changed,
  },
  async (ctx, input) =>
    await onIncident(ctx, input, async (incident, cause) => {
      if (incident.state === 'closed') return ok({ incident, effects: joinEffects() })
      return ok(await closeIncident(ctx.tx, incident, 'person', cause))
    }),
)

const reopen = defineCommand(
  {
    name: 'incident.reopen',
    title: 'Opens a closed incident again: tickets join it again',
    permission: desk,
    input: z.object(target),
    output: changed,
  },
  async (ctx, input) =>
    await onIncident(ctx, input, async (incident, cause) => {
      if (incident.state === 'open') return ok({ incident, effects: joinEffects() })
      const saved = await saveIncident(ctx.tx, incident, { state: 'open', closedAt: null, closedBy: null })
      await note(ctx.tx, incident.id, 'reopened', {}, cause)
      return ok({ incident: saved, effects: announceIncident('incident.changed', saved) })
    }),
)

/** Everything that can be told to incidents. */
export const commands: readonly Command[] = [put, takeOut, rename, close, reopen, answerIncident]
