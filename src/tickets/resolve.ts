import { joinEffects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import { type Changed, changeFields } from './change.ts'
import { type FieldsByName, setByHuman } from './fields.ts'
import { type Form, validate } from './form.ts'
import { moveTicket } from './move.ts'
import { appendTimeline, type Cause } from './record.ts'
import type { Ticket } from './row.ts'
import { ticketType } from './type.ts'

/** The field of a form that says what was done; words that end a ticket fill it. */
export const solution = 'solution'

/** What somebody says when they end a ticket. */
export interface Ending {
  /** What was done, in words. */
  readonly text?: string | undefined
  /** Values of the form's fields. */
  readonly values: JsonObject
}

/** Whether a form has a field for the words that say what was done. */
export function takesWords(form: Form): boolean {
  const field = Object.hasOwn(form.properties, solution) ? form.properties[solution] : undefined
  return field?.type === 'string' && !field.enum && !field.format
}

/** Fills in the form what is said at the end; words that no field takes become a note. */
async function fillIn(tx: Tx, ticket: Ticket, ending: Ending, cause: Cause): Promise<Result<Changed>> {
  const type = await ticketType(tx, { id: ticket.typeId })
  if (!type.ok) return type
  const { form } = type.value
  const { text } = ending
  const said: JsonObject = text !== undefined && takesWords(form) ? { [solution]: text } : {}
  const checked = validate(form, { ...ending.values, ...said })
  if (!checked.ok) return checked
  if (text !== undefined && !(solution in said))
    await appendTimeline(tx, ticket.id, [{ type: 'noted', payload: { text } }], cause)
  const set = Object.entries(checked.value).map(([name, value]) => [
    name,
    setByHuman(ticket.custom[name], value, cause.causeId),
  ])
  const custom: FieldsByName = { ...ticket.custom, ...Object.fromEntries(set) }
  const changed = Object.keys(checked.value)
  const change = { fields: ticket.fields, custom, changed, suggested: [] }
  return ok(await changeFields(tx, ticket, change, cause))
}

/**
 * Ends the work on a locked ticket with what was done: the words fill the form's field `solution` where it has one, and stand in
 * the timeline as a note otherwise. Refuses with `ticket.form_invalid` and with what `moveTicket` refuses, for the caller to roll back.
 */
export async function resolveTicket(
  tx: Tx,
  ticket: Ticket,
  ending: Ending,
  cause: Cause,
): Promise<Result<Changed>> {
  const filled = await fillIn(tx, ticket, ending, cause)
  if (!filled.ok) return filled
  const moved = await moveTicket(tx, filled.value.ticket, { name: 'resolve' }, cause)
  if (!moved.ok) return moved
  const { ticket: ended, effects } = moved.value
  return ok({ ticket: ended, effects: joinEffects(filled.value.effects, effects) })
}
