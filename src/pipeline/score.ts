import { readDetail } from './read/address.ts'
import { readPhone } from './read/phone.ts'
import { shortName } from './rules/divisions.ts'

/** Fields whose exact value is scored. */
export const scoredFields = [
  'contact_name',
  'phone',
  'address.province',
  'address.city',
  'address.district',
  'address.detail',
  'device_model',
  'serial_number',
  'order_number',
  'product_category',
  'appointment',
] as const
/** Fields that are classes. */
export const scoredClasses = ['intent', 'urgency', 'sentiment'] as const

/** What a labelled case expects: `accept` is right too or harmless (null: silence, "*": not scored), `forbid` are traps. */
export interface Labelled {
  readonly id: string
  readonly expected: { readonly [field: string]: unknown }
  readonly accept?: { readonly [field: string]: readonly unknown[] }
  readonly forbid?: { readonly [field: string]: readonly unknown[] }
}

/** Counts of one field over a set of cases. */
export interface FieldScore {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** How a set of predictions does against its labels. */
export interface Score {
  readonly fields: { readonly [field: string]: FieldScore }
  /** Share that is strictly right, 0 to 1. */
  readonly classes: { readonly [name: string]: number }
  readonly traps: readonly string[]
  /** One line per deviation, for people. */
  readonly errors: readonly string[]
}

type Bag = { readonly [field: string]: unknown }

/** The value at a dotted path of a bag of fields; null where there is none or only an empty string. */
export function valueAt(bag: Bag, path: string): unknown {
  let value: unknown = bag
  for (const key of path.split('.')) value = (value as Bag | null | undefined)?.[key]
  return value === '' ? null : (value ?? null)
}

const title = /(?:先生|女士|小姐|太太|老师|阿姨|大爷|师傅|经理|店长|主管|班长|总|工|姐|哥)$/
const letters = (value: unknown) =>
  String(value)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
const words = (value: unknown) =>
  String(value)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

function name(value: unknown): string {
  const whole = words(value)
  return whole.replace(title, '') || whole
}

function region(value: unknown): string {
  const text = String(value).trim()
  return words(shortName(text) ?? text.replace(/ (?:district|new area)$/i, ''))
}

function detail(value: unknown): string {
  const read = readDetail([String(value)]) ?? ''
  return words(read)
    .replace(/幢|号楼|栋楼/g, '栋')
    .replace(/室/g, '')
}

/** Longest common subsequence. */
function common(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (let i = 1; i <= a.length; i++) {
    const next = [0]
    for (let j = 1; j <= b.length; j++) {
      next.push(a[i - 1] === b[j - 1] ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!))
    }
    row = next
  }
  return row[b.length]!
}

function sameDetail(a: unknown, b: unknown): boolean {
  const [x, y] = [detail(a), detail(b)]
  const numbers = (s: string) => (s.match(/\d+|[A-Z]\d*/g) ?? []).join()
  return x === y || (numbers(x) === numbers(y) && (2 * common(x, y)) / (x.length + y.length) >= 0.75)
}

interface Times {
  readonly start: string | null
  readonly end: string | null
  readonly vague?: boolean
}

function sameTime(expected: Times, found: Times): boolean {
  const slackMs = expected.vague ? 7_200_000 : 0
  const near = (a: string | null, b: string | null) =>
    a === null || (b !== null && Math.abs(Date.parse(a) - Date.parse(b)) <= slackMs)
  if (expected.vague && expected.start && found.start && found.end === null)
    return near(expected.start, found.start)
  return near(expected.start, found.start) && near(expected.end, found.end)
}

function same(field: string, expected: unknown, found: unknown): boolean {
  switch (field) {
    case 'contact_name':
      return name(expected) === name(found)
    case 'phone':
      return letters(readPhone([String(expected)]) ?? expected) === letters(found)
    case 'device_model':
    case 'serial_number':
    case 'order_number':
      return letters(expected) === letters(found)
    case 'product_category':
      return expected === found
    case 'address.detail':
      return sameDetail(expected, found)
    case 'appointment':
      return sameTime(expected as Times, found as Times)
    default:
      return region(expected) === region(found)
  }
}

/** `both`: something was expected and something else was found, which is a false value and a miss. */
type Verdict = 'tp' | 'fp' | 'fn' | 'both' | 'neutral'

/** Judges what was found for one of `scoredFields`. */
export function judge(field: string, item: Labelled, found: unknown): Verdict {
  const expected = valueAt(item.expected, field)
  const accept = item.accept?.[field] ?? []
  const any =
    accept.includes('*') || (field.startsWith('address.') && (item.accept?.address ?? []).includes('*'))
  const accepted = found !== null && accept.some((a) => a !== null && a !== '*' && same(field, a, found))
  if (expected === null) return found === null || any || accepted ? 'neutral' : 'fp'
  if (found === null) return any || accept.includes(null) ? 'neutral' : 'fn'
  if (same(field, expected, found) || accepted) return 'tp'
  return any ? 'neutral' : 'both'
}

/** Whether a value is one of a field's traps. */
export function isTrap(field: string, item: Labelled, found: unknown): boolean {
  const hit = (bad: unknown) =>
    field === 'address.detail' ? detail(found).includes(detail(bad)) : same(field, bad, found)
  return found !== null && (item.forbid?.[field] ?? []).some((bad) => bad !== null && hit(bad))
}

/** Precision, recall and F1 of counts; 1 where there was nothing to find and nothing was found. */
export function rates(tp: number, fp: number, fn: number): FieldScore {
  const precision = tp + fp === 0 ? 1 : tp / (tp + fp)
  const recall = tp + fn === 0 ? 1 : tp / (tp + fn)
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { tp, fp, fn, precision, recall, f1 }
}

/** Scores predictions (fields by case id) against labels, strictly: only `expected` and `accept` count as right. */
export function score(cases: readonly Labelled[], predictions: ReadonlyMap<string, Bag>): Score {
  const errors: string[] = []
  const traps: string[] = []
  const fields: Record<string, FieldScore> = {}
  for (const field of scoredFields) {
    const counts = { tp: 0, fp: 0, fn: 0 }
    for (const item of cases) {
      const found = valueAt(predictions.get(item.id) ?? {}, field)
      const verdict = judge(field, item, found)
      if (verdict === 'tp' || verdict === 'neutral') counts.tp += verdict === 'tp' ? 1 : 0
      else {
        counts.fp += verdict === 'fn' ? 0 : 1
        counts.fn += verdict === 'fp' ? 0 : 1
        errors.push(
          `${item.id} ${field}: ${JSON.stringify(found)}, expected ${JSON.stringify(valueAt(item.expected, field))}`,
        )
      }
      if (isTrap(field, item, found)) traps.push(`${item.id} ${field}: ${JSON.stringify(found)}`)
    }
    fields[field] = rates(counts.tp, counts.fp, counts.fn)
  }
  const classes: Record<string, number> = {}
  for (const field of scoredClasses) {
    const right = cases.filter(
      (item) => valueAt(predictions.get(item.id) ?? {}, field) === item.expected[field],
    )
    classes[field] = cases.length === 0 ? 1 : right.length / cases.length
    for (const item of cases) {
      if (right.includes(item)) continue
      errors.push(
        `${item.id} ${field}: ${String(valueAt(predictions.get(item.id) ?? {}, field))}, expected ${String(item.expected[field])}`,
      )
    }
  }
  return { fields, classes, traps, errors }
}
