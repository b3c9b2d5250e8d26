import type { ExtractedField, ExtractionMethod, TicketField, TicketFieldMap } from '../contract/extraction.ts'
import type { Address, FieldName, Intent, Sentiment, TicketFields, Urgency } from '../contract/ticket.ts'
import { urgencies } from '../contract/ticket.ts'
import { canonicalJson } from '../kernel/hash.ts'

/** Any fields by name: standard ones or those of a form. */
export type FieldsByName = Readonly<Record<string, TicketField>>

/** What came of reading something new into the fields of a ticket. */
export interface Merged<F> {
  readonly fields: F
  /** Names whose value or verdict is another one now. */
  readonly changed: readonly string[]
  /** Names that got a suggestion. */
  readonly suggested: readonly string[]
}

const ranks: Readonly<Record<ExtractionMethod, number>> = { human: 3, form: 2, record: 2, rules: 1, llm: 1 }

/** Whether two field values are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

const longestText = 300

/** Puts clauses of a later turn behind those that are there; both are `；`-joined lists. */
function joinClauses(before: string, after: string): string {
  const clauses = [...new Set([...before.split('；'), ...after.split('；')])].filter(
    (clause) => clause !== '',
  )
  return Array.from(clauses.join('；')).slice(0, longestText).join('')
}

/** A later turn often gives only the house number, or the city of a street that is known: it completes the address. */
function completeAddress(before: Address, after: Address): Address {
  const contradicts = (['province', 'city', 'district'] as const).some(
    (level) => before[level] !== null && after[level] !== null && before[level] !== after[level],
  )
  if (contradicts) return after
  const finer = after.adcode !== null && (before.adcode === null || before.adcode.endsWith('00'))
  return {
    province: after.province ?? before.province,
    city: after.city ?? before.city,
    district: after.district ?? before.district,
    detail: after.detail ?? before.detail,
    adcode: finer ? after.adcode : before.adcode,
  }
}

const combining: {
  readonly [K in FieldName]?: (before: TicketFields[K], after: TicketFields[K]) => TicketFields[K]
} = {
  fault_description: joinClauses,
  summary: joinClauses,
  address: completeAddress,
}

/** Later words complete some values instead of replacing them; the evidence of both then holds the new value. */
function combined(name: string, current: TicketField, next: ExtractedField): ExtractedField {
  const combine = combining[name as FieldName] as ((before: unknown, after: unknown) => unknown) | undefined
  if (!combine || current.value === null) return next
  const value = combine(current.value, next.value)
  if (sameValue(value, next.value)) return next
  return {
    ...next,
    value,
    evidence: [...current.evidence, ...next.evidence],
    confidence: Math.min(current.confidence, next.confidence),
  }
}

/** Readings that may not take a value away by themselves: danger and urgency are not talked down, a question about a repair is no inquiry. */
const weaker: Readonly<Record<string, (before: never, after: never) => boolean>> = {
  urgency: (before: Urgency, after: Urgency) => urgencies.indexOf(after) < urgencies.indexOf(before),
  intent: (before: Intent, after: Intent) => before === 'urgent_safety' || after === 'inquiry',
  is_repeat_contact: (before: boolean, after: boolean) => before && !after,
} satisfies { readonly [K in FieldName]?: (before: TicketFields[K], after: TicketFields[K]) => boolean }

type Verdict = 'keep' | 'take' | 'suggest'

function judge(name: string, current: TicketField, next: ExtractedField): Verdict {
  const [has, comes] = [ranks[current.method], ranks[next.method]]
  if (sameValue(current.value, next.value)) {
    const better = comes > has || (comes === has && current.verdict === 'confirm')
    return better && next.verdict === 'accepted' ? 'take' : 'keep'
  }
  if (current.refused?.some((value) => sameValue(value, next.value))) return 'keep'
  if (comes < has) return 'suggest'
  if (next.verdict === 'confirm' && current.verdict === 'accepted') return 'suggest'
  const weakens = weaker[name] as ((before: unknown, after: unknown) => boolean) | undefined
  return comes === has && current.value !== null && weakens?.(current.value, next.value) ? 'suggest' : 'take'
}

/** Reads one new value into a field. What a person set or confirmed stays and gets a suggestion. */
function mergeField(
  name: string,
  current: TicketField | undefined,
  next: ExtractedField,
): { readonly field: TicketField; readonly verdict: Verdict } {
  if (!current) return { field: next, verdict: 'take' }
  const coming = combined(name, current, next)
  const verdict = judge(name, current, coming)
  if (verdict === 'keep') return { field: current, verdict }
  if (verdict === 'take') {
    const refused = current.refused ? { refused: current.refused } : {}
    return { field: { ...coming, ...refused }, verdict }
  }
  if (current.suggestion && sameValue(current.suggestion.value, coming.value)) {
    return { field: current, verdict: 'keep' }
  }
  return { field: { ...current, suggestion: coming }, verdict }
}

/**
 * Reads what an engine or a form found into the fields of a ticket. Order of authority: a person; a form or a record; rules
 * and models. Among equals an accepted value beats one that asks to be confirmed, then the newer one wins. What may not win
 * becomes a suggestion unless a person refused that value before.
 */
export function mergeFields<F extends FieldsByName | TicketFieldMap>(
  current: F,
  next: Readonly<Record<string, ExtractedField | undefined>>,
): Merged<F> {
  const fields: Record<string, TicketField> = { ...(current as FieldsByName) }
  const changed: string[] = []
  const suggested: string[] = []
  for (const [name, value] of Object.entries(next)) {
    if (!value) continue
    const { field, verdict } = mergeField(name, fields[name], value)
    if (verdict === 'keep') continue
    fields[name] = field
    ;(verdict === 'take' ? changed : suggested).push(name)
  }
  return { fields: fields as F, changed, suggested }
}

/** A person's word: replaces the value and settles the suggestion. */
export function setByHuman(field: TicketField | undefined, value: unknown, commandId: string): TicketField {
  return {
    value,
    evidence: [{ kind: 'human', commandId }],
    method: 'human',
    confidence: 1,
    verdict: 'accepted',
    ...(field?.refused ? { refused: field.refused.filter((old) => !sameValue(old, value)) } : {}),
  }
}

/** A person agrees with the value: it keeps its evidence and is theirs from now on. */
export function confirmedByHuman(field: TicketField, commandId: string): TicketField {
  const { suggestion: _settled, ...rest } = field
  return {
    ...rest,
    evidence: [...field.evidence, { kind: 'human', commandId }],
    method: 'human',
    confidence: 1,
    verdict: 'accepted',
  }
}

/** A person refuses the suggestion: it goes, and machines do not bring its value up again. */
export function withoutSuggestion(field: TicketField): TicketField {
  const { suggestion, ...rest } = field
  return suggestion ? { ...rest, refused: [...(field.refused ?? []), suggestion.value].slice(-20) } : field
}

/** The flat columns of a ticket; always derived from its fields. */
export interface FlatColumns {
  readonly contactName: string | null
  readonly phone: string | null
  readonly productCategory: string | null
  readonly deviceModel: string | null
  readonly serialNumber: string | null
  readonly orderNumber: string | null
  readonly intent: Intent
  readonly urgency: Urgency
  readonly sentiment: Sentiment
  readonly province: string | null
  readonly city: string | null
  readonly district: string | null
  readonly addressDetail: string | null
  readonly adcode: string | null
  readonly summary: string
  readonly appointmentStart: Date | null
  readonly appointmentEnd: Date | null
}

function dateOf(text: string | null | undefined): Date | null {
  if (!text) return null
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? null : date
}

/**
 * Columns for lists, filters and the router. A value that still asks to be confirmed counts: it is the best that is known.
 * Without one, the intent is `inquiry`, the urgency `normal`, the sentiment `neutral`; the summary falls back to the fault.
 */
export function flatColumns(fields: TicketFieldMap): FlatColumns {
  const address = fields.address?.value
  const appointment = fields.appointment?.value
  return {
    contactName: fields.contact_name?.value ?? null,
    phone: fields.phone?.value ?? null,
    productCategory: fields.product_category?.value ?? null,
    deviceModel: fields.device_model?.value ?? null,
    serialNumber: fields.serial_number?.value ?? null,
    orderNumber: fields.order_number?.value ?? null,
    intent: fields.intent?.value ?? 'inquiry',
    urgency: fields.urgency?.value ?? 'normal',
    sentiment: fields.sentiment?.value ?? 'neutral',
    province: address?.province ?? null,
    city: address?.city ?? null,
    district: address?.district ?? null,
    addressDetail: address?.detail ?? null,
    adcode: address?.adcode ?? null,
    summary: fields.summary?.value ?? fields.fault_description?.value ?? '',
    appointmentStart: dateOf(appointment?.start),
    appointmentEnd: dateOf(appointment?.end),
  }
}
