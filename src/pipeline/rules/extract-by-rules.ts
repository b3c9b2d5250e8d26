import type {
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
  Labels,
} from '../../contract/extraction.ts'
import type { FieldName, TicketFields } from '../../contract/ticket.ts'
import { customerLanguage } from '../../languages/index.ts'
import { readClauses } from '../read/clauses.ts'
import { composeSummary } from '../read/summary.ts'
import { derivedFrom, type Mark, quoteOf, spanOf } from '../span.ts'
import { actionOf } from './action.ts'
import { findAddresses, toAddress } from './address.ts'
import { findAppointment } from './appointment.ts'
import { type Aside, onlyCancelling, saysMore } from './cancelling.ts'
import { findCategory } from './category.ts'
import { learnedCategory } from './category-learned.ts'
import type { Classifier } from './classifier.ts'
import { type Classes, type Classified, classify } from './classify.ts'
import { chooseCodes, findCodes } from './code.ts'
import { type Clause, findClauses } from './fault.ts'
import { formFields } from './form.ts'
import { gistOf } from './gist.ts'
import { labelsOf } from './labels.ts'
import type { Lexicon } from './lexicon.ts'
import { findNames } from './name.ts'
import { findPhones } from './phone.ts'
import { readScene, type Scene, type Utterance } from './scene.ts'
import { advertises, readSigns, type Signs } from './signs.ts'
import { chosenReply } from './talk.ts'

/** What was read of a conversation; labels only where there is a tree of tags. */
interface Told {
  readonly fields: Fields
  readonly labels?: Labels
}

type Fields = { -readonly [K in FieldName]?: ExtractedField<TicketFields[K]> }

/**
 * Extracts a ticket without a model, in milliseconds. Every value carries evidence that `verify` accepts. Pure: relative
 * times count from the turns' own times. Input beyond the limits of one extraction is not read, and `dropped` says so.
 */
export function extractByRules(input: ExtractionInput, lexicon: Lexicon): Extraction {
  const scene = readScene(input)
  const { fields, labels } = advertises(scene) ? advertisement(scene) : ticket(scene, lexicon)
  const dropped =
    scene.unread > 0 ? [{ field: 'input', value: scene.unread, reason: 'input.beyond_limit' }] : []
  // Who fills in a form says whom to call and where; the records say which machine it is.
  const all: Fields = { ...fields, ...knownFields(input), ...formFields(input) }
  const lang = input.lang ?? languageOf(scene)
  const choice = chosenReply(scene, input.dialogue)
  return {
    fields: all,
    custom: {},
    action: actionOf(all, scene, lang, choice),
    ...(labels ? { labels } : {}),
    ...(choice ? { choice } : {}),
    lang,
    engine: 'rules',
    dropped,
  }
}

function field<T>(value: T, evidence: readonly Evidence[], confidence: number): ExtractedField<T> {
  return { value, evidence, method: 'rules', confidence, verdict: confidence < 0.5 ? 'confirm' : 'accepted' }
}

const sure = (score: number) => Math.max(0.4, Math.min(0.98, 0.6 + score / 20))

function ticket(scene: Scene, lexicon: Lexicon): Told {
  const fields: Fields = {}
  const phones = findPhones(scene)
  const phone = phones[0]
  if (phone) fields.phone = field(phone.value, phone.marks.map(spanOf), sure(phone.score * 2))
  const phoneMarks = phones.flatMap((p) => p.marks)
  const addresses = findAddresses(scene, lexicon.divisions, phones)
  const places = addresses
    .flatMap(({ marks }) => [marks.province, marks.city, marks.district, ...(marks.detail ?? [])])
    .filter((m) => m !== undefined)
  const address = addresses[0]
  if (address) {
    const { value, evidence } = toAddress(address.marks, lexicon.divisions)
    fields.address = field(value, evidence, sure(address.score))
  }
  const category = findCategory(scene)
  const codes = chooseCodes(findCodes(scene, [...phoneMarks, ...places]), category?.value)
  for (const kind of ['device_model', 'serial_number', 'order_number'] as const) {
    const code = codes[kind]
    if (code) fields[kind] = field(code.value, code.marks.map(spanOf), sure(code.scores[kind]))
  }
  const name = findNames(scene, phones, places)[0]
  if (name) fields.contact_name = field(name.value, name.marks.map(spanOf), sure(name.score))
  const codeMarks = Object.values(codes).flatMap((code) => code.marks)
  const appointment = findAppointment(scene, [...phoneMarks, ...places, ...codeMarks])
  if (appointment)
    fields.appointment = field(
      appointment.value,
      [derivedFrom('appointment@1', appointment.marks)],
      sure(appointment.score),
    )
  const taken = [...phoneMarks, ...places, ...(name?.marks ?? [])]
  const clauses = findClauses(scene, taken)
  const signs = readSigns(scene, {
    ...{ category, clauses },
    booked: fields.appointment !== undefined,
    reachable: (fields.phone ?? fields.address) !== undefined,
  })
  const { tags } = scene.input.catalogue
  return {
    fields: { ...fields, ...tellings(signs, lexicon.classifier, fields, taken, appointment?.marks ?? []) },
    ...(tags ? { labels: labelsOf(signs, tags, taken) } : {}),
  }
}

const nothingAside: Aside = new Map()

/** Category, fault, classes and summary. */
function tellings(
  signs: Signs,
  classifier: Classifier,
  known: Fields,
  taken: readonly Mark[],
  times: readonly Mark[],
): Fields {
  const { scene } = signs
  const { category, clauses } = signs.around
  const fields: Fields = {}
  if (category)
    fields.product_category = field(
      category.value,
      [derivedFrom('category@1', [category.mark])],
      sure(category.score),
    )
  // Where nothing is wrong there is nothing to tell a product from.
  const told = category === null && clauses.some(({ kind }) => kind === 'fault')
  const learned = told ? learnedCategory(signs.said, taken, scene.input.catalogue, classifier.category) : null
  if (learned)
    fields.product_category = field(
      learned.value,
      [derivedFrom('category.learned@1', learned.marks)],
      Math.round(Math.min(0.95, learned.chance) * 100) / 100,
    )
  const classes = classify(signs, classifier, taken)
  const faults = chosen(clauses.filter((c) => c.kind === 'fault'))
  const fault = readClauses(faults.map((c) => quoteOf(c.mark)))
  if (fault && classes.intent.value !== 'inquiry')
    fields.fault_description = field(
      fault,
      faults.map((c) => spanOf(c.mark)),
      0.8,
    )
  Object.assign(fields, classFields(scene, classes))
  // Of what is waited for; elsewhere such words may be all that is wanted.
  const { tickets = [], asked = null } = scene.input.dialogue ?? {}
  const aside = tickets.length > 0 || asked ? onlyCancelling(scene.customer) : nothingAside
  const summary = summaryOf(gistOf(scene, clauses, times, taken, aside), known, scene, aside)
  return summary ? { ...fields, summary } : fields
}

/** The most telling clauses, in the order in which they were said. */
function chosen(clauses: readonly Clause[]): Clause[] {
  const best = [...clauses].sort((a, b) => b.score - a.score).slice(0, 4)
  return clauses.filter((clause) => best.includes(clause))
}

function summaryOf(
  told: readonly Mark[],
  known: Fields,
  scene: Scene,
  aside: Aside = nothingAside,
): ExtractedField<string> | null {
  const allOf = ({ turn }: Utterance) => ({ turn, start: 0, end: turn.text.length })
  const first = scene.customer.find((u) => u.turn.text.trim() !== '' && saysMore(allOf(u), aside))
  const whole =
    first && told.length === 0 ? [{ turn: first.turn, start: 0, end: headOf(first.turn.text) }] : []
  const marks = told.length > 0 ? told : whole
  const appointment = known.appointment
  const value = composeSummary(marks.map(quoteOf), appointment?.value ?? null)
  if (!value) return null
  const evidence = [
    {
      kind: 'derived' as const,
      fn: 'summary@1',
      from: [...marks.map(spanOf), ...(appointment?.evidence ?? [])],
    },
  ]
  return field(value, evidence, 0.8)
}

/** The end of the first 80 units, never between the halves of a character. */
function headOf(text: string): number {
  const end = Math.min(80, text.length)
  return end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff ? end - 1 : end
}

function classFields(scene: Scene, classes: Classes): Fields {
  const spoke = (u: Utterance) => u.turn.text !== ''
  const whole = scene.customer.find(spoke) ?? scene.utterances.find(spoke)
  if (!whole) return {}
  const make = <T>(name: string, { value, marks, confidence }: Classified<T>): ExtractedField<T> => {
    const words = marks.length > 0 ? marks : [{ turn: whole.turn, start: 0, end: whole.turn.text.length }]
    return field(value, [{ ...derivedFrom(`${name}@1`, words), args: { cue: marks.length > 0 } }], confidence)
  }
  return {
    intent: make('intent', classes.intent),
    urgency: make('urgency', classes.urgency),
    sentiment: make('sentiment', classes.sentiment),
    is_repeat_contact: make('repeat', classes.repeat),
  }
}

/** An advertisement asks for nothing. */
function advertisement(scene: Scene): Told {
  const none = { marks: [], confidence: 0.9 }
  const fields = classFields(scene, {
    intent: { value: 'inquiry', ...none },
    urgency: { value: 'low', ...none },
    sentiment: { value: 'neutral', ...none },
    repeat: { value: false, ...none },
  })
  const summary = summaryOf([], {}, scene)
  return { fields: summary ? { ...fields, summary } : fields }
}

/** What records and links already say. */
function knownFields(input: ExtractionInput): Fields {
  const fields: Record<string, ExtractedField> = {}
  for (const [name, fact] of Object.entries(input.known.fields)) {
    if (fact)
      fields[name] = {
        value: fact.value,
        evidence: [fact.evidence],
        method: 'record',
        confidence: 1,
        verdict: 'accepted',
      }
  }
  return fields as Fields
}

function languageOf(scene: Scene): string {
  return customerLanguage(scene.customer.map((u) => u.plain.text).join(' '))
}
