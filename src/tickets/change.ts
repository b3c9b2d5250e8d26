import type { TicketFieldMap } from '../contract/extraction.ts'
import { type Effects, joinEffects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Tx } from '../store/index.ts'
import { renewClocks, retargetClocks } from './clocks.ts'
import type { FieldsByName } from './fields.ts'
import { grouping } from './grouping.ts'
import type { LabelChange } from './labels.ts'
import { appendTimeline, type Cause } from './record.ts'
import { saveTicket, type Ticket } from './row.ts'
import { typeFor } from './type.ts'

/** Fields after a change, and which of them it concerns. */
export interface FieldChange {
  readonly fields: TicketFieldMap
  readonly custom: FieldsByName
  /** Names whose value or verdict changed. */
  readonly changed: readonly string[]
  /** Names that got a suggestion, or lost one. */
  readonly suggested: readonly string[]
  /** Tags and risks that come or go with it. */
  readonly labelled?: LabelChange | null
}

/** A ticket after a change, and what follows. */
export interface Changed {
  readonly ticket: Ticket
  readonly effects: Effects
}

/** Values before and after, for the timeline. */
function difference(ticket: Ticket, change: FieldChange): JsonObject {
  const before = { ...ticket.custom, ...(ticket.fields as FieldsByName) }
  const after = { ...change.custom, ...(change.fields as FieldsByName) }
  const changed = change.changed.map((name) => {
    const { value, method, verdict } = after[name] ?? { value: null, method: 'human', verdict: 'accepted' }
    return { name, from: before[name]?.value ?? null, to: value, method, verdict }
  })
  const suggested = change.suggested.map((name) => ({ name, value: after[name]?.suggestion?.value ?? null }))
  return { changed, suggested } as unknown as JsonObject
}

/** Fields by which a ticket is found to be one with others. */
const groupingFields: readonly string[] = [
  'address',
  'product_category',
  'device_model',
  'serial_number',
  'fault_description',
  'summary',
]

/** The kinds of labels that a change concerns, as events name them. */
function labelNames({ added, removed }: LabelChange): ('tags' | 'risks')[] {
  return (['tags', 'risks'] as const).filter((kind) => added[kind].length + removed[kind].length > 0)
}

/** Labels that came and went, for the timeline; they name nobody. */
function labelPayload({ added, removed }: LabelChange): JsonObject {
  return { added, removed } as unknown as JsonObject
}

/** Facts that decide which type a ticket gets. */
const typeFacts: readonly string[] = ['intent', 'urgency', 'product_category']

/** Whether a person chose the ticket's type when they opened it. */
async function wasTypeChosen(tx: Tx, ticketId: string): Promise<boolean> {
  const opened = await tx
    .selectFrom('ticket_event')
    .select('payload')
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'opened')
    .executeTakeFirst()
  return (opened?.payload as { typeChosen?: boolean } | null)?.typeChosen === true
}

/**
 * Gives a ticket the type that is made for what it is now, with that type's promises. It goes to a type that names such a request,
 * never back to the default one: a promise that was made is not loosened. Null when the type stays.
 */
async function retype(
  tx: Tx,
  ticket: Ticket,
  changed: readonly string[],
  cause: Cause,
): Promise<Changed | null> {
  if (!changed.some((name) => typeFacts.includes(name))) return null
  const type = await typeFor(tx, ticket)
  if (!type || type.id === ticket.typeId || (await wasTypeChosen(tx, ticket.id))) return null
  const { id: typeId, formVersion, name } = type
  const saved = await saveTicket(tx, ticket, { typeId, formVersion }, cause.nowMs)
  await appendTimeline(tx, ticket.id, [{ type: 'retyped', payload: { typeKey: type.key, name } }], cause)
  return { ticket: saved, effects: await renewClocks(tx, ticket, type, cause) }
}

/** Writes changed fields of a locked ticket: columns, search, timeline, and promises where the urgency is another one. */
export async function changeFields(
  tx: Tx,
  ticket: Ticket,
  change: FieldChange,
  cause: Cause,
): Promise<Changed> {
  const { fields, custom, suggested, labelled } = change
  const told = labelled ? labelNames(labelled) : []
  const changed = [...change.changed, ...told]
  if (changed.length + suggested.length === 0) return { ticket, effects: { events: [], jobs: [] } }
  const labels = labelled ? { labels: labelled.labels } : {}
  const read = change.changed.length + suggested.length > 0
  const saved = await saveTicket(tx, ticket, { ...(read ? { fields, custom } : {}), ...labels }, cause.nowMs)
  const entries = [
    ...(read ? [{ type: 'fields' as const, payload: difference(ticket, change) }] : []),
    ...(labelled ? [{ type: 'labelled' as const, payload: labelPayload(labelled) }] : []),
  ]
  await appendTimeline(tx, ticket.id, entries, cause)
  const alike = changed.some((name) => groupingFields.includes(name)) ? grouping(saved.fields, saved) : {}
  // The words that told of a shared cause are not here; a place that came later may bring it together with others.
  const placed: JsonObject = change.changed.includes('address') ? { shared: true } : {}
  const data = { number: ticket.number, changed, suggested: [...suggested], ...alike, ...placed }
  const announced: Effects = {
    events: [{ type: 'ticket.changed', subject: 'ticket', subjectId: ticket.id, data }],
    jobs: [],
  }
  const retyped = await retype(tx, saved, change.changed, cause)
  if (retyped) return { ticket: retyped.ticket, effects: joinEffects(announced, retyped.effects) }
  if (saved.urgency === ticket.urgency) return { ticket: saved, effects: announced }
  const clocks = await retargetClocks(tx, saved, cause)
  return { ticket: saved, effects: joinEffects(announced, clocks) }
}
