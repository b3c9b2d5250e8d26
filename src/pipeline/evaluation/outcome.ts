import type { Extraction, ExtractionInput } from '../../contract/extraction.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { isRight } from '../confidence/samples.ts'
import { customFieldsOf } from '../llm/schema.ts'
import { confirmBelow } from '../reconcile.ts'
import {
  type FieldScore,
  isTrap,
  judge,
  type Labelled,
  rates,
  scoredClasses,
  scoredFields,
  valueAt,
} from '../score.ts'

/** How a field of a case came out. `unscored`: nothing was expected and nothing found, or the labels do not say. */
export type Verdict = 'right' | 'missed' | 'invented' | 'wrong' | 'unscored'

/** What was expected of a field and what was found. */
export interface FieldOutcome {
  readonly verdict: Verdict
  /** Left out where they are a customer's own data: only whether they are right is kept. */
  readonly expected?: JsonValue
  readonly found?: JsonValue
  /** A false value that stands nowhere in the conversation. */
  readonly hallucinated?: true
  /** A value that the labels name as a trap: an old address, a hotline, what a person refused. */
  readonly trap?: true
  /** The chance of being right that was said of a value that an engine read. */
  readonly chance?: number
  /** Whether that value is right; of an address, all of it. Absent where the labels do not say. */
  readonly held?: boolean
}

/** A case by field; fields that are unscored and empty are left out. */
export type CaseOutcome = { readonly [field: string]: FieldOutcome }

/** Fields that are judged, in the order of tables. */
export const judgedFields: readonly string[] = [...scoredFields, ...scoredClasses]
/** What fields of a form's own are called among the others, by their title. */
const custom = 'custom.'

/** The judged fields of outcomes: those of every ticket, then the forms' own. */
export function fieldsIn(...outcomes: readonly (object | null | undefined)[]): string[] {
  const own = outcomes.flatMap((outcome) =>
    Object.keys(outcome ?? {}).filter((name) => name.startsWith(custom)),
  )
  return [...judgedFields, ...[...new Set(own)].sort()]
}
/** Fields with a confusion matrix. */
export const confusedFields = ['intent', 'urgency', 'product_category', 'sentiment'] as const

const classes: readonly string[] = scoredClasses
/** What is no customer's own data: classes and the catalogue's words. */
const impersonal: readonly string[] = confusedFields

/** Judges what was read of a case against its labels. `fields` are plain values by name, `address` with its parts. */
export function judgeCase(
  item: Labelled,
  turns: ExtractionInput['turns'],
  fields: { readonly [field: string]: unknown },
): CaseOutcome {
  const outcome: Record<string, FieldOutcome> = {}
  const text = sameDigits(turns.map((turn) => turn.text).join('\n'))
  for (const field of judgedFields) {
    const expected = valueAt(item.expected, field) as JsonValue
    const found = valueAt(fields, field) as JsonValue
    const verdict = classes.includes(field)
      ? classVerdict(item, field, expected, found)
      : verdicts[judge(field, item, found)]
    const trap = isTrap(field, item, found)
    if (verdict === 'unscored' && !trap) continue
    const falseValue = verdict === 'invented' || verdict === 'wrong'
    outcome[field] = {
      verdict,
      expected,
      found,
      ...(falseValue && !impersonal.includes(field) && field !== 'appointment' && !stands(found, text)
        ? { hallucinated: true as const }
        : {}),
      ...(trap ? { trap: true as const } : {}),
    }
  }
  return outcome
}

/**
 * What was said of each value's chance beside the outcome. What is said of an address is said of the whole, and some fields are not
 * judged otherwise: they stand there `unscored`.
 */
export function withChances(item: Labelled, outcome: CaseOutcome, extraction: Extraction): CaseOutcome {
  const told = Object.entries(extraction.fields).flatMap(([name, { value, method, confidence }]) => {
    if (method !== 'rules' && method !== 'llm') return []
    const held = isRight(item, name, value)
    const one: FieldOutcome = outcome[name] ?? { verdict: 'unscored' }
    return held === null ? [] : [[name, { ...one, chance: confidence, held }] as const]
  })
  return { ...outcome, ...Object.fromEntries(told) }
}

/**
 * The fields of a form's own that the labels name by title. A field that the form does not have is missed where something was said
 * of it: a form that asks for it would find it.
 */
export function judgeCustom(
  item: Labelled,
  form: JsonValue | undefined,
  extraction: Extraction,
): CaseOutcome {
  const labels = Object.entries((item.expected.custom ?? {}) as { readonly [title: string]: JsonValue })
  const fields = [...customFieldsOf(form, true)]
  const outcome = labels.flatMap(([title, expected]) => {
    const name = fields.find(
      ([key, { title: own }]) => key === title || own.split(' / ').includes(title),
    )?.[0]
    const found = (name === undefined ? null : (extraction.custom[name]?.value ?? null)) as JsonValue
    if (expected === null && found === null) return []
    const verdict: Verdict =
      expected === null ? 'invented' : found === null ? 'missed' : found === expected ? 'right' : 'wrong'
    return [[`${custom}${title}`, { verdict, expected, found }] as const]
  })
  return Object.fromEntries(outcome)
}

const verdicts = { tp: 'right', fp: 'invented', fn: 'missed', both: 'wrong', neutral: 'unscored' } as const

function classVerdict(item: Labelled, field: string, expected: JsonValue, found: JsonValue): Verdict {
  if (expected === null || (item.accept?.[field] ?? []).includes('*')) return 'unscored'
  if (found === null) return 'missed'
  return found === expected ? 'right' : 'wrong'
}

const digits: Readonly<Record<string, string>> = {
  ...{ 〇: '0', 零: '0', 洞: '0', 一: '1', 幺: '1', 二: '2', 两: '2', 三: '3', 四: '4', 五: '5' },
  ...{ 六: '6', 七: '7', 拐: '7', 八: '8', 九: '9', 勾: '9' },
}

/** Letters and digits of a text, spoken digits as written ones. */
function sameDigits(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[〇零洞一幺二两三四五六七拐八九勾]/g, (digit) => digits[digit] ?? digit)
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** Whether every run of letters or of digits of a value stands in the text. */
function stands(value: JsonValue, text: string): boolean {
  const runs = sameDigits(String(value)).match(/\p{Script=Han}+|\p{N}+|[^\p{Script=Han}\p{N}]+/gu) ?? []
  return runs.every((run) => text.includes(run))
}

/** An outcome as it may be stored of a customer's own conversation: no value but classes and categories. */
export function withoutPersonalValues(outcome: CaseOutcome): CaseOutcome {
  return Object.fromEntries(
    Object.entries(outcome).map(([field, { expected, found, ...rest }]) => [
      field,
      impersonal.includes(field)
        ? {
            ...rest,
            ...(expected === undefined ? {} : { expected }),
            ...(found === undefined ? {} : { found }),
          }
        : rest,
    ]),
  )
}

/** Counts of one field. */
export interface FieldCounts {
  readonly right: number
  readonly missed: number
  readonly invented: number
  readonly wrong: number
  readonly hallucinated: number
}

/** Counts of a set of cases; counts of parts add up (`addFigures`). */
export interface Figures {
  readonly cases: number
  /** Cases that the engine could not answer, e.g. because no recorded answer fits. */
  readonly unanswered: number
  readonly traps: number
  readonly fields: { readonly [field: string]: FieldCounts }
  /** By field, expected class and found class; '' is none. */
  /** What was said of values, by the tenth of its chance: how many, the sum of what was said, and how many were right. */
  readonly chances?: {
    readonly [tenth: string]: { readonly n: number; readonly told: number; readonly right: number }
  }
  readonly confusion: {
    readonly [field: string]: { readonly [expected: string]: { readonly [found: string]: number } }
  }
}

/** Nothing counted yet. */
export const noFigures: Figures = {
  ...{ cases: 0, unanswered: 0, traps: 0, fields: {}, chances: {}, confusion: {} },
}

/** The counts of one case. Null: the engine gave no answer. */
export function figuresOf(outcome: CaseOutcome | null): Figures {
  if (!outcome) return { ...noFigures, cases: 1, unanswered: 1 }
  const fields: Record<string, FieldCounts> = {}
  const confusion: Record<string, Record<string, Record<string, number>>> = {}
  let traps = 0
  const chances = Object.values(outcome).flatMap(({ chance, held }) =>
    chance === undefined || held === undefined
      ? []
      : [{ [tenthOf(chance)]: { n: 1, told: chance, right: Number(held) } }],
  )
  for (const [field, one] of Object.entries(outcome)) {
    if (one.trap) traps++
    if (one.verdict === 'unscored') continue
    const count = (verdict: Verdict) => (one.verdict === verdict ? 1 : 0)
    fields[field] = {
      right: count('right'),
      missed: count('missed'),
      invented: count('invented'),
      wrong: count('wrong'),
      hallucinated: one.hallucinated ? 1 : 0,
    }
    if (impersonal.includes(field))
      confusion[field] = { [String(one.expected ?? '')]: { [String(one.found ?? '')]: 1 } }
  }
  return { cases: 1, unanswered: 0, traps, fields, chances: chances.reduce(addChances, {}), confusion }
}

const tenthOf = (chance: number) => Math.min(9, Math.floor(chance * 10))
type Chances = NonNullable<Figures['chances']>
const addChances = (a: Chances, b: Chances): Chances =>
  joined(a, b, (x, y) => joined(x, y, plus) as unknown as Chances[string])

/** How true what was said of values came; `asked` are those that a person is asked to confirm, `silent` those filled in silently. */
export interface Told {
  readonly n: number
  /** Expected calibration error: distance of chance and share right over tenths, weighted by their values. */
  readonly error: number
  readonly asked: { readonly n: number; readonly right: number }
  readonly silent: { readonly n: number; readonly right: number }
  /** Mean chance that was said and share that was right, by tenth. */
  readonly tenths: readonly {
    readonly from: number
    readonly n: number
    readonly told: number
    readonly right: number
  }[]
}

/** Sums up what was said of a set's values; null when nothing was. */
export function toldOf({ chances = {} }: Figures): Told | null {
  const all = Object.entries(chances).sort(([a], [b]) => Number(a) - Number(b))
  const count = (of: typeof all) => ({
    n: of.reduce((sum, [, { n }]) => sum + n, 0),
    right: of.reduce((sum, [, { right }]) => sum + right, 0),
  })
  const { n } = count(all)
  if (n === 0) return null
  const isAsked = ([tenth]: (typeof all)[number]) => Number(tenth) / 10 < confirmBelow
  return {
    n,
    error: all.reduce((sum, [, one]) => sum + Math.abs(one.told - one.right) / n, 0),
    asked: count(all.filter(isAsked)),
    silent: count(all.filter((one) => !isAsked(one))),
    tenths: all.map(([tenth, one]) => ({
      ...{ from: Number(tenth) / 10, n: one.n },
      ...{ told: one.told / one.n, right: one.right / one.n },
    })),
  }
}

/** The counts of two sets together. */
export function addFigures(a: Figures, b: Figures): Figures {
  return {
    cases: a.cases + b.cases,
    unanswered: a.unanswered + b.unanswered,
    traps: a.traps + b.traps,
    fields: joined(a.fields, b.fields, (x, y) => joined(x, y, plus) as unknown as FieldCounts),
    chances: addChances(a.chances ?? {}, b.chances ?? {}),
    confusion: joined(a.confusion, b.confusion, (x, y) => joined(x, y, (p, q) => joined(p, q, plus))),
  }
}

const plus = (a: number, b: number) => a + b

function joined<T>(a: object, b: object, join: (x: T, y: T) => T): Record<string, T> {
  const all: Record<string, T> = { ...(a as Record<string, T>) }
  for (const [key, value] of Object.entries(b as Record<string, T>))
    all[key] = Object.hasOwn(all, key) ? join(all[key]!, value) : value
  return all
}

/** A field's figures as tables show them. */
export interface FieldFigures extends FieldScore {
  readonly field: string
  readonly hallucinated: number
}

/** Precision, recall and F1 by field in the order of tables, then all fields together as `all`. Classes count once each. */
export function tableOf(figures: Figures): FieldFigures[] {
  const row = (field: string, c: FieldCounts): FieldFigures => ({
    field,
    ...rates(c.right, c.invented + c.wrong, c.missed + c.wrong),
    hallucinated: c.hallucinated,
  })
  const known = fieldsIn(figures.fields).filter((field) => figures.fields[field])
  const whole = known
    .map((field) => figures.fields[field]!)
    .reduce((a, b) => joined(a, b, plus) as unknown as FieldCounts, {
      ...{ right: 0, missed: 0, invented: 0, wrong: 0, hallucinated: 0 },
    })
  return [...known.map((field) => row(field, figures.fields[field]!)), row('all', whole)]
}
