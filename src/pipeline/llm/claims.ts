import type {
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
  Label,
} from '../../contract/extraction.ts'
import type { FieldName, TicketFields } from '../../contract/ticket.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { readAppointment } from '../read/appointment.ts'
import { readClauses } from '../read/clauses.ts'
import { readCode } from '../read/code.ts'
import { readName } from '../read/name.ts'
import { readPhone } from '../read/phone.ts'
import { composeSummary } from '../read/summary.ts'
import { fold } from '../reading.ts'
import { toAddress } from '../rules/address.ts'
import { onlyCancelling, saysMore } from '../rules/cancelling.ts'
import { categoryWords } from '../rules/category.ts'
import { type Divisions, type Level, municipalities, unofficialDistrict } from '../rules/divisions.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { readScene } from '../rules/scene.ts'
import { derivedFrom, type Mark, quoteOf, spanOf } from '../span.ts'
import { type Instructing, instructing } from './instructs.ts'
import { type ClaimedQuote, locate, locateCode } from './locate.ts'
import { customFieldsOf } from './schema.ts'

/** One value that a model claims, with the words it says it took it from. */
export interface Claim {
  readonly value: string | boolean | number
  readonly quotes: readonly ClaimedQuote[]
}

/** A model's answer, as the schema of `answerSchema` has it. */
export interface ModelAnswer {
  readonly [name: string]:
    | Claim
    | readonly Claim[]
    | readonly ClaimedQuote[]
    | readonly string[]
    | string
    | { readonly [name: string]: Claim | null }
    | null
}

/** A conversation, and where somebody in it speaks to the machine: those words are evidence for nothing. */
type Told = ExtractionInput & { readonly instructing: Instructing }

type Fields = Record<string, ExtractedField>
type Dropped = { field: string; value: JsonValue; reason: string }

/** How sure a verified claim of a model is before it is compared with the rules. */
const claimConfidence = 0.75

/** Turns a model's claims into fields: each claim is looked up in the turns, and what is not there is dropped. */
export function groundClaims(
  answer: ModelAnswer,
  given: ExtractionInput,
  lexicon: Lexicon,
  promptVersion: string,
): Extraction {
  const input: Told = { ...given, instructing: instructing(given.turns) }
  const fields: Fields = {}
  const dropped: Dropped[] = []
  const put = (name: FieldName, value: unknown, evidence: readonly Evidence[]) => {
    fields[name] = {
      value,
      evidence,
      method: 'llm',
      confidence: claimConfidence,
      verdict: 'accepted',
      promptVersion,
    }
  }
  const claimOf = (name: string) => answer[name] as Claim | null | undefined
  for (const [name, read] of codes) {
    const claim = claimOf(name)
    if (!claim) continue
    const marks = grounded(claim, input, read, name === 'contact_name')
    if (marks) put(name, read(marks.map(quoteOf)), marks.map(spanOf))
    else dropped.push({ field: name, value: claim.value, reason: 'value.unsupported' })
  }
  address(answer, input, lexicon, put, dropped)
  category(claimOf('product_category'), input, put, dropped)
  told(answer, input, put)
  // A class is a judgement that no words spell out: where somebody tells the machine how to judge, only the rules do.
  const judges = input.instructing.size === 0
  for (const name of ['intent', 'urgency', 'sentiment', 'is_repeat_contact'] as const) {
    const claim = claimOf(name)
    const marks = claim && judges ? located(claim.quotes, input) : []
    if (claim && marks.length > 0) put(name, claim.value, marks.map(spanOf))
    else if (claim)
      dropped.push({
        field: name,
        value: claim.value,
        reason: judges ? 'evidence.missing' : 'evidence.instructs',
      })
  }
  const action = claimOf('action')
  const asks = judges && action && located(action.quotes, input).length > 0 ? action.value : 'none'
  return {
    fields: fields as { [K in FieldName]?: ExtractedField<TicketFields[K]> },
    custom: customFields(answer, input, promptVersion),
    ...(judges ? tags(answer, input) : {}),
    action: { kind: asks === 'handover' || asks === 'create' ? asks : 'none' },
    lang: input.lang ?? '',
    engine: 'llm',
    dropped,
  }
}

const codes = [
  ['contact_name', readName],
  ['phone', readPhone],
  ['device_model', readCode],
  ['serial_number', readCode],
  ['order_number', readCode],
] as const

function located(quotes: readonly ClaimedQuote[], input: Told): Mark[] {
  return quotes
    .map((quote) => locate(input.turns, quote))
    .filter((mark) => mark !== null && !instructs(mark, input)) as Mark[]
}

function instructs({ turn, start, end }: Mark, input: Told): boolean {
  return input.instructing.get(turn)?.some(([from, to]) => from < end && start < to) ?? false
}

const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/** The words that read as the claimed value: the quotes themselves, or the value's place inside one of them. */
function grounded(
  claim: Claim,
  input: Told,
  read: (quotes: readonly string[]) => string | null,
  isName: boolean,
): Mark[] | null {
  const value = String(claim.value)
  const marks = located(claim.quotes, input)
  const whole = read(marks.map(quoteOf))
  if (whole !== null && plain(whole) === plain(value)) return marks
  for (const mark of marks) {
    const inner = isName ? inside(mark, value) : locateCode(mark.turn, value)
    const again = inner && read([quoteOf(inner)])
    if (inner && within(inner, mark) && again && plain(again) === plain(value)) return [inner]
  }
  return null
}

/** Whether a value stands in the quote: elsewhere in the turn may be what was said first and then corrected. */
const within = (inner: Mark, mark: Mark) => mark.start <= inner.start && inner.end <= mark.end

function inside(mark: Mark, value: string): Mark | null {
  const at = quoteOf(mark).indexOf(value)
  return at < 0 ? null : { turn: mark.turn, start: mark.start + at, end: mark.start + at + value.length }
}

type Put = (name: FieldName, value: unknown, evidence: readonly Evidence[]) => void

function address(answer: ModelAnswer, input: Told, lexicon: Lexicon, put: Put, dropped: Dropped[]): void {
  const part = (name: 'province' | 'city' | 'district') => {
    const claim = answer[name] as Claim | null
    if (!claim) return undefined
    const marks = located(claim.quotes, input)
    const exact = marks
      .map((mark) => inside(mark, String(claim.value)) ?? mark)
      .find((mark) => namesPlace(lexicon.divisions, name, quoteOf(mark), String(claim.value)))
    if (!exact) dropped.push({ field: `address.${name}`, value: claim.value, reason: 'value.unsupported' })
    return exact
  }
  const detail = answer.detail as Claim | null
  const pieces = detail ? located(detail.quotes, input) : []
  const marks = {
    province: part('province'),
    city: part('city'),
    district: part('district'),
    detail: pieces.length > 0 ? pieces : undefined,
  }
  if (!marks.province && !marks.city && !marks.district && !marks.detail) return
  const { value, evidence } = toAddress(marks, lexicon.divisions)
  if (detail && (value.detail === null || plain(value.detail) !== plain(String(detail.value)))) {
    const kept = { ...marks, detail: undefined }
    dropped.push({ field: 'address.detail', value: detail.value, reason: 'value.unsupported' })
    if (!kept.province && !kept.city && !kept.district) return
    const rest = toAddress(kept, lexicon.divisions)
    put('address', rest.value, rest.evidence)
    return
  }
  put('address', value, evidence)
}

/** Latin names of cities stand in no list of the house; one or two words that begin with a capital may be one. */
const latinPlace = /^[A-Z][a-z']{1,20}(?: [A-Z][a-z']{1,20}){0,2}$/

/** Whether words name a place of this level, and the one that is claimed: 绍兴 is 绍兴市. */
function namesPlace(divisions: Divisions, level: Level, words: string, claimed: string): boolean {
  const text = fold(words).text.trim()
  if (latinPlace.test(text) || (level === 'district' && unofficialDistrict.test(text)))
    return text === claimed
  return divisions
    .named(text)
    .filter((d) => d.level === level || (level === 'city' && municipalities.has(d.code.slice(0, 2))))
    .some((d) => text === claimed || d.name === claimed)
}

function category(claim: Claim | null | undefined, input: Told, put: Put, dropped: Dropped[]): void {
  if (!claim) return
  for (const mark of located(claim.quotes, input)) {
    const quote = quoteOf(mark).toLowerCase()
    const word = categoryWords(String(claim.value), input.catalogue).find((w) =>
      quote.includes(w.toLowerCase()),
    )
    if (word === undefined) continue
    const at = mark.start + quote.indexOf(word.toLowerCase())
    put('product_category', claim.value, [
      derivedFrom('category@1', [{ turn: mark.turn, start: at, end: at + word.length }]),
    ])
    return
  }
  dropped.push({ field: 'product_category', value: claim.value, reason: 'value.unsupported' })
}

/** Appointment, fault and summary are only words; what they mean is read by the house. */
function told(answer: ModelAnswer, input: Told, put: Put): void {
  const times = located((answer.appointment as readonly ClaimedQuote[] | null) ?? [], input)
  const appointment = readAppointment(
    times.map((mark) => ({ text: quoteOf(mark), atMs: mark.turn.atMs })),
    input.timeZone,
  )
  const when = derivedFrom('appointment@1', times)
  if (appointment) put('appointment', appointment, [when])
  const faults = located(answer.fault as readonly ClaimedQuote[], input)
  const fault = readClauses(faults.map(quoteOf))
  if (fault) put('fault_description', fault, faults.map(spanOf))
  const aside = input.dialogue?.tickets.length ? onlyCancelling(readScene(input).customer) : null
  const clauses = located(answer.summary as readonly ClaimedQuote[], input).filter(
    (mark) => !aside || saysMore(mark, aside),
  )
  const summary = clauses.length > 0 ? composeSummary(clauses.map(quoteOf), appointment) : null
  if (summary) {
    const from = [...clauses.map(spanOf), ...(appointment ? [when] : [])]
    put('summary', summary, [{ kind: 'derived', fn: 'summary@1', from }])
  }
}

/** Branches of the tree that the customer's own words are claimed to name. */
function tags(answer: ModelAnswer, input: Told): Pick<Extraction, 'labels'> {
  const known = new Set(input.catalogue.tags?.map((branch) => branch.path))
  const claims = (answer.tags ?? []) as readonly Claim[]
  const labels = new Map<string, Label>()
  for (const { value, quotes } of claims.slice(0, mostTags)) {
    const path = String(value)
    const marks = located(quotes, input).filter(({ turn }) => turn.speaker === 'customer')
    if (known.has(path) && marks.length > 0)
      labels.set(path, { value: path, evidence: marks.slice(0, 3).map(spanOf), method: 'llm' })
  }
  return known.size > 0 ? { labels: { tags: [...labels.values()], risks: [], moods: [] } } : {}
}
const mostTags = 20

/** Values of the form's own fields, each as it was said; a choice must be one of the form's, a number a number. */
function customFields(
  answer: ModelAnswer,
  input: Told,
  promptVersion: string,
): Record<string, ExtractedField> {
  const custom: Record<string, ExtractedField> = {}
  const claims = (answer.custom ?? {}) as Record<string, Claim | null>
  for (const [name, field] of customFieldsOf(input.customForm)) {
    const claim = claims[name]
    const mark = claim ? located(claim.quotes, input).map((m) => inside(m, String(claim.value)))[0] : null
    const text = mark ? quoteOf(mark).trim() : ''
    const value = field.type === 'string' ? text : Number(text)
    const fits = field.choices === null || field.choices.includes(text)
    if (!mark || text === '' || !fits || (field.type === 'integer' && !Number.isInteger(value))) continue
    custom[name] = {
      value,
      evidence: [spanOf(mark)],
      method: 'llm',
      confidence: claimConfidence,
      verdict: 'confirm',
      promptVersion,
    }
  }
  return custom
}
