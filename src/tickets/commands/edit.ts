import { z } from 'zod'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import type { TicketField, TicketFieldMap } from '../../contract/extraction.ts'
import { faultsOf } from '../../contract/faults.ts'
import { joinEffects } from '../../contract/jobs.ts'
import type { Appointment } from '../../contract/ticket.ts'
import { canonicalJson } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changedTicket, onTicket, target, workers } from '../access.ts'
import { checkAppointment, withinReach } from '../appointment.ts'
import { type Changed, changeFields } from '../change.ts'
import { changeClocks } from '../clocks.ts'
import { confirmedByHuman, type FieldsByName, setByHuman, withoutSuggestion } from '../fields.ts'
import { validate } from '../form.ts'
import type { Cause } from '../record.ts'
import type { Ticket } from '../row.ts'
import { ticketSettings } from '../settings.ts'
import { agreeArrival } from '../sla.ts'
import { ticketType } from '../type.ts'
import { fieldSchemas, isFieldName } from '../values.ts'

const name = z.string().min(1).max(80)
const named = z.object({ ...target, name })

/** Reads a value for a field: a standard one by its schema, another by the form of the ticket's type. Null empties it. */
async function readValue(
  ctx: CommandContext,
  ticket: Ticket,
  field: string,
  value: JsonValue,
): Promise<Result<JsonValue>> {
  if (isFieldName(field)) {
    if (value === null) return ok(null)
    const parsed = fieldSchemas[field].safeParse(value)
    if (parsed.success) return await sensible(ctx, ticket, field, parsed.data as JsonValue)
    return refuse('request.invalid', {}, faultsOf(parsed.error, [field]))
  }
  const type = await ticketType(ctx.tx, { id: ticket.typeId })
  if (!type.ok) return type
  const checked = validate(type.value.form, { [field]: value })
  return checked.ok ? ok(checked.value[field] ?? null) : checked
}

/** An appointment has to be one that can be kept; every other value is fine as it is. */
async function sensible(
  ctx: CommandContext,
  ticket: Ticket,
  field: string,
  value: JsonValue,
): Promise<Result<JsonValue>> {
  if (field !== 'appointment') return ok(value)
  const type = await ticketType(ctx.tx, { id: ticket.typeId })
  if (!type.ok) return type
  const { timeZone } = type.value.calendar
  const checked = checkAppointment(
    value as { start: string | null; end: string | null },
    ticket.createdAt.getTime(),
    timeZone,
  )
  return checked.ok ? ok(value) : checked
}

function fieldOf(ticket: Ticket, field: string): TicketField | undefined {
  return isFieldName(field) ? ticket.fields[field] : ticket.custom[field]
}

/** Writes one field; an appointment that a person set is agreed, and the promised arrival moves to it. */
async function writeField(
  ctx: CommandContext,
  ticket: Ticket,
  cause: Cause,
  [field, value, what]: readonly [string, TicketField, 'changed' | 'suggested'],
): Promise<Result<Changed>> {
  const standard = isFieldName(field)
  const agrees = field === 'appointment' && what === 'changed'
  if (agrees) {
    const reached = withinReach(value.value as Appointment | null, cause.nowMs)
    if (!reached.ok) return reached
  }
  const change = {
    fields: (standard ? { ...ticket.fields, [field]: value } : ticket.fields) as TicketFieldMap,
    custom: (standard ? ticket.custom : { ...ticket.custom, [field]: value }) as FieldsByName,
    changed: what === 'changed' ? [field] : [],
    suggested: what === 'suggested' ? [field] : [],
  }
  const changed = await changeFields(ctx.tx, ticket, change, cause)
  if (!agrees) return ok(changed)
  const { appointmentGraceMs } = await ticketSettings(ctx.tx)
  const { appointmentStart, appointmentEnd } = changed.ticket
  const agreed = {
    startMs: appointmentStart?.getTime() ?? null,
    endMs: appointmentEnd?.getTime() ?? null,
  }
  const clocks = await changeClocks(
    ctx.tx,
    ticket,
    (before) => agreeArrival(before, agreed, appointmentGraceMs),
    cause,
  )
  return ok({ ticket: changed.ticket, effects: joinEffects(changed.effects, clocks) })
}

function isSame(value: JsonValue, field: TicketField | undefined): boolean {
  return canonicalJson(value) === canonicalJson(field?.value ?? null)
}

const missing = (name: string) => refuse('not_found', { what: 'field', name })

const setField = defineCommand(
  {
    name: 'ticket.setField',
    title: 'Sets a field of a ticket; null empties it. No machine changes it afterwards',
    permission: workers,
    input: z.object({
      ...target,
      name,
      value: z.json(),
      /** The value that the person saw and changed; refused with `conflict.version` when the field has got a third one meanwhile. */
      from: z.json().optional(),
    }),
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const value = await readValue(ctx, ticket, input.name, input.value)
      if (!value.ok) return value
      const before = fieldOf(ticket, input.name)
      const known = input.from === undefined || [input.from, value.value].some((each) => isSame(each, before))
      if (!known) return refuse('conflict.version')
      const field = setByHuman(before, value.value, ctx.commandId)
      return await writeField(ctx, ticket, cause, [input.name, field, 'changed'])
    }),
)

const confirmField = defineCommand(
  {
    name: 'ticket.confirmField',
    title:
      'Confirms the value that a machine read; it keeps its evidence and no machine changes it afterwards',
    permission: workers,
    input: named,
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const field = fieldOf(ticket, input.name)
      if (!field) return missing(input.name)
      return await writeField(ctx, ticket, cause, [
        input.name,
        confirmedByHuman(field, ctx.commandId),
        'changed',
      ])
    }),
)

const acceptSuggestion = defineCommand(
  {
    name: 'ticket.acceptSuggestion',
    title: 'Takes over the value that a machine suggests for a field, with its evidence',
    permission: workers,
    input: named,
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const field = fieldOf(ticket, input.name)
      if (!field?.suggestion) return missing(input.name)
      const refused = field.refused ? { refused: field.refused } : {}
      const taken = confirmedByHuman({ ...field.suggestion, ...refused }, ctx.commandId)
      return await writeField(ctx, ticket, cause, [input.name, taken, 'changed'])
    }),
)

const rejectSuggestion = defineCommand(
  {
    name: 'ticket.rejectSuggestion',
    title: 'Refuses the value that a machine suggests for a field; it is not suggested again',
    permission: workers,
    input: named,
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const field = fieldOf(ticket, input.name)
      if (!field?.suggestion) return missing(input.name)
      return await writeField(ctx, ticket, cause, [input.name, withoutSuggestion(field), 'suggested'])
    }),
)

export const editCommands = [setField, confirmField, acceptSuggestion, rejectSuggestion]
