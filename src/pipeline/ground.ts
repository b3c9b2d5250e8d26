import type {
  Choice,
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
  Turn,
} from '../contract/extraction.ts'
import {
  type Address,
  type Appointment,
  type FieldName,
  intents,
  sentiments,
  urgencies,
} from '../contract/ticket.ts'
import { canonicalJson } from '../kernel/hash.ts'
import type { JsonValue } from '../kernel/json.ts'
import { readYesNo } from './custom.ts'
import { verifyLabels } from './ground-labels.ts'
import { customFieldsOf } from './llm/schema.ts'
import { readAddress } from './read/address.ts'
import { readAppointment } from './read/appointment.ts'
import { readChoice } from './read/choice.ts'
import { readClauses } from './read/clauses.ts'
import { readCode } from './read/code.ts'
import { readName } from './read/name.ts'
import { readPhone } from './read/phone.ts'
import { composeSummary } from './read/summary.ts'
import { sliceCodePoints } from './reading.ts'
import { categoryOf, isCategory } from './rules/category.ts'
import { categoryOfWords } from './rules/category-learned.ts'
import { readFormField } from './rules/form.ts'
import { type Lexicon, loadLexicon } from './rules/lexicon.ts'

type Span = Extract<Evidence, { kind: 'span' }>
type Derived = Extract<Evidence, { kind: 'derived' }>
type Refused = { readonly field: string; readonly value: JsonValue; readonly reason: string }

interface Ground {
  readonly input: ExtractionInput
  readonly turns: ReadonlyMap<string, Turn>
  readonly lexicon: Lexicon
}

/** How plain words of a field are read; the value must be exactly what its words read as. */
const readers: { readonly [K in FieldName]?: (quotes: readonly string[]) => string | null } = {
  phone: readPhone,
  contact_name: readName,
  device_model: readCode,
  serial_number: readCode,
  order_number: readCode,
  fault_description: readClauses,
}

const classes: { readonly [K in FieldName]?: readonly unknown[] } = {
  intent: intents,
  sentiment: sentiments,
  urgency: urgencies,
  is_repeat_contact: [true, false],
}

/**
 * Reads every value's evidence again and drops what does not hold: a span whose words are not in the turn, a value that its
 * words do not read as, a derived value that comes out differently. Parts of an address are judged one by one. Nothing is
 * ever corrected, and confidence plays no part.
 */
export function verify(
  extraction: Extraction,
  input: ExtractionInput,
  lexicon: Lexicon = loadLexicon(),
): Extraction {
  const ground = { input, turns: new Map(input.turns.map((turn) => [turn.id, turn])), lexicon }
  const fields: Record<string, ExtractedField> = {}
  const dropped: Refused[] = [...extraction.dropped]
  for (const [name, field] of Object.entries(extraction.fields) as [FieldName, ExtractedField][]) {
    const checked = check(name, field, ground)
    if (checked.kept) fields[name] = checked.kept
    dropped.push(...checked.dropped)
  }
  const custom: Record<string, ExtractedField> = {}
  for (const [name, field] of Object.entries(extraction.custom)) {
    const reason = customHolds(name, field, ground) ? null : 'value.unsupported'
    if (reason === null) custom[name] = field
    else dropped.push({ field: name, value: field.value as JsonValue, reason })
  }
  const { choice, labels, ...rest } = extraction
  const chosen = choice && choiceHolds(choice, ground) ? { choice } : {}
  const labelled = labels && verifyLabels(labels, { turns: ground.turns, tree: input.catalogue.tags ?? [] })
  if (labelled) dropped.push(...labelled.dropped)
  return {
    ...{ ...rest, ...chosen, custom, dropped },
    ...(labelled ? { labels: labelled.labels } : {}),
    fields: fields as Extraction['fields'],
  }
}

interface Checked {
  readonly kept: ExtractedField | null
  readonly dropped: readonly Refused[]
}

function check(name: FieldName, field: ExtractedField, ground: Ground): Checked {
  const refused = (reason: string): Checked => ({
    kept: null,
    dropped: [{ field: name, value: field.value as JsonValue, reason }],
  })
  if (field.evidence.length === 0) return refused('evidence.missing')
  if (!field.evidence.every((evidence) => stands(evidence, ground))) return refused('evidence.not_in_text')
  const first = field.evidence[0]!
  if (first.kind === 'form') {
    const value = ground.turns.get(first.turn)?.form?.[first.field]
    return value !== undefined && same(readFormField(name, value), field.value)
      ? keep(field)
      : refused('value.unsupported')
  }
  if (first.kind === 'record' || first.kind === 'human') {
    return same(ground.input.known.fields[name]?.value, field.value)
      ? keep(field)
      : refused('value.unsupported')
  }
  if (name === 'address') return checkAddress(field as ExtractedField<Address>, ground)
  return holds(name, field, ground) ? keep(field) : refused('value.unsupported')
}

const keep = (field: ExtractedField): Checked => ({ kept: field, dropped: [] })
const same = (a: unknown, b: unknown) =>
  a !== undefined && a !== null && canonicalJson(a) === canonicalJson(b)

/** Whether the words that the evidence names are there. */
function stands(evidence: Evidence, ground: Ground): boolean {
  if (evidence.kind === 'derived')
    return evidence.from.length > 0 && evidence.from.every((from) => stands(from, ground))
  if (evidence.kind === 'form') return ground.turns.get(evidence.turn)?.form?.[evidence.field] !== undefined
  if (evidence.kind !== 'span') return true
  const turn = ground.turns.get(evidence.turn)
  return (
    turn !== undefined &&
    evidence.end > evidence.start &&
    sliceCodePoints(turn.text, evidence.start, evidence.end) === evidence.quote
  )
}

const spans = (evidence: readonly Evidence[]): Span[] =>
  evidence.flatMap((e) => (e.kind === 'span' ? [e] : e.kind === 'derived' ? spans(e.from) : []))
const quotes = (evidence: readonly Evidence[]) => spans(evidence).map((span) => span.quote)

function holds(name: FieldName, field: ExtractedField, ground: Ground): boolean {
  const allowed = classes[name]
  if (allowed) return allowed.includes(field.value)
  const derived = field.evidence.find((e): e is Derived => e.kind === 'derived')
  if (derived) return same(derive(derived, ground), field.value)
  const read = readers[name]
  return read !== undefined && read(quotes(field.evidence)) === field.value
}

/** The functions that derived evidence may name, each at its version. */
const functions: Readonly<Record<string, (from: readonly Evidence[], ground: Ground) => unknown>> = {
  'appointment@1': (from, ground) => appointmentOf(from, ground),
  'category@1': (from, ground) => categoryOf(quotes(from).join(''), ground.input.catalogue),
  'category.learned@1': (from, ground) => {
    const value = categoryOfWords(ground.lexicon.classifier.category, quotes(from))
    return value !== null && isCategory(value, ground.input.catalogue) ? value : null
  },
  'summary@1': (from, ground) => {
    const told = from.filter((e) => e.kind === 'span')
    const times = from.filter((e): e is Derived => e.kind === 'derived')
    return composeSummary(quotes(told), times.length > 0 ? appointmentOf(times, ground) : null)
  },
}

function derive(evidence: Derived, ground: Ground): unknown {
  return functions[evidence.fn]?.(evidence.from, ground) ?? null
}

function appointmentOf(from: readonly Evidence[], ground: Ground): Appointment | null {
  const said = spans(from).map((span) => ({
    text: span.quote,
    atMs: ground.turns.get(span.turn)?.atMs ?? ground.input.receivedAtMs,
  }))
  return readAppointment(said, ground.input.timeZone)
}

const parts = ['province', 'city', 'district', 'detail'] as const

/** Each part must be named by its own words or follow from the others; the code must be that of the finest part. */
function checkAddress(field: ExtractedField<Address>, ground: Ground): Checked {
  const wordsOf = (part: string) => {
    const evidence = field.evidence.find(
      (e): e is Derived => e.kind === 'derived' && e.fn === `address.${part}@1`,
    )
    return evidence ? quotes(evidence.from) : undefined
  }
  const detail = wordsOf('detail')
  const read = readAddress(
    {
      province: wordsOf('province')?.join(''),
      city: wordsOf('city')?.join(''),
      district: wordsOf('district')?.join(''),
      detail,
    },
    ground.lexicon.divisions,
  )
  const dropped: Refused[] = []
  const value: Record<string, string | null> = {
    province: null,
    city: null,
    district: null,
    detail: null,
    adcode: null,
  }
  for (const part of [...parts, 'adcode'] as const) {
    const claimed = field.value[part]
    if (claimed === null) continue
    if (claimed === read[part]) value[part] = claimed
    else dropped.push({ field: `address.${part}`, value: claimed, reason: 'value.unsupported' })
  }
  if (parts.every((part) => value[part] === null)) return { kept: null, dropped }
  return { kept: { ...field, value: value as unknown as Address }, dropped }
}

/** A chosen reply stands in the customer's own words, and they read as it. */
function choiceHolds({ evidence, reply, field }: Choice, ground: Ground): boolean {
  const asked = ground.input.dialogue?.asked
  return (
    asked?.field === field &&
    stands(evidence, ground) &&
    ground.turns.get(evidence.turn)?.speaker === 'customer' &&
    readChoice(evidence.quote, asked.quickReplies) === reply
  )
}

/** A custom field is a form's value or the very words of its spans. */
function customHolds(name: string, field: ExtractedField, ground: Ground): boolean {
  if (field.evidence.length === 0 || !field.evidence.every((evidence) => stands(evidence, ground)))
    return false
  const first = field.evidence[0]!
  if (first.kind === 'form') return same(ground.turns.get(first.turn)?.form?.[name], field.value)
  const words = quotes(field.evidence).join('')
  if (first.kind === 'derived' && first.fn === 'yesno@1') {
    const titles = customFieldsOf(ground.input.customForm, true).get(name)?.title.split(' / ')
    return titles !== undefined && field.value !== null && readYesNo(words, titles) === field.value
  }
  return first.kind === 'span' && String(field.value) === words.trim()
}
