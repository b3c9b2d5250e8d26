import type { Issue } from '../../ui/api.ts'
import type { Words } from '../../ui/language.ts'
import type { problemWords, unitWords } from '../words/boxes.ts'

/** How one member of a value is asked for. Its name and its help stand in the dictionary of boxes, its bounds in its schema. */
export type Box = {
  /** Names of members joined by dots; empty for the whole value. */
  readonly path: string
} & (
  | { readonly kind: 'switch' | 'text' | 'zone' | 'tags' | 'accounts' | 'texts' | 'lists' }
  | { readonly kind: 'number'; readonly unit: keyof typeof unitWords }
  /** Milliseconds, shown as a number and a unit. */
  | { readonly kind: 'duration' }
  /** One of several, some of several, some of several in an order. */
  | { readonly kind: 'choice' | 'choices' | 'order'; readonly words: Words }
  /** A number for each of several. */
  | { readonly kind: 'table'; readonly words: Words; readonly unit: keyof typeof unitWords }
  /** A part that may be left out (null); the boxes below its path are shown while it is there. */
  | { readonly kind: 'part' }
)

/** The parts of JSON Schema that boxes read. */
export interface BoxSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, BoxSchema>>
  readonly additionalProperties?: BoxSchema | boolean
  readonly items?: BoxSchema
  readonly anyOf?: readonly BoxSchema[]
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** Changes that are not stored yet, by path; the empty path replaces the whole. */
export type Changes = Readonly<Record<string, unknown>>

const stepsOf = (path: string): readonly string[] => (path === '' ? [] : path.split('.'))

const memberOf = (whole: unknown, name: string): unknown =>
  typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)[name] : undefined

/** The member at a path, undefined where there is none. */
export function valueAt(whole: unknown, path: string): unknown {
  return stepsOf(path).reduce(memberOf, whole)
}

/** The same value with another member at the path; what is left out on the way becomes an object. */
export function withValue(whole: unknown, path: string, value: unknown): unknown {
  const [first, ...rest] = stepsOf(path)
  if (first === undefined) return value
  return {
    ...(whole as Record<string, unknown> | null | undefined),
    [first]: withValue(memberOf(whole, first), rest.join('.'), value),
  }
}

/** The value with the changes laid over it: what somebody else stored meanwhile in other members stays theirs. */
export function changed(value: unknown, changes: Changes): unknown {
  return Object.entries(changes).reduce<unknown>(
    (whole, [path, member]) => withValue(whole, path, member),
    value,
  )
}

/** One more change: it replaces what was changed at its path and below, so a whole replaces everything, as JSON does. */
export function change(changes: Changes, path: string, value: unknown): Changes {
  const others = Object.entries(changes).filter(([other]) => !isWithin(other, path))
  return { ...Object.fromEntries(others), [path]: value }
}

const isWithin = (path: string, whole: string) =>
  whole === '' || path === whole || path.startsWith(`${whole}.`)

/** One step down a schema: a member, an entry of a record, an item; what may be null is read as if it were there. */
function below(schema: BoxSchema | undefined, step: string): BoxSchema | undefined {
  const there = present(schema)
  const entries = there?.additionalProperties
  return there?.properties?.[step] ?? (typeof entries === 'object' ? entries : there?.items)
}

function present(schema: BoxSchema | undefined): BoxSchema | undefined {
  return schema?.anyOf?.find((each) => each.type !== 'null') ?? schema
}

/** The schema of the member at a path. */
export function schemaAt(schema: BoxSchema, path: string): BoxSchema | undefined {
  return present(stepsOf(path).reduce<BoxSchema | undefined>(below, schema))
}

/** What a member is when nobody sets it: its own default, or what the default of a whole around it says. */
export function defaultAt(schema: BoxSchema, path: string): unknown {
  let at: BoxSchema | undefined = schema
  let known = schema.default
  for (const step of stepsOf(path)) {
    at = below(at, step)
    known = at?.default ?? memberOf(known, step)
  }
  return known
}

/** Issues by the path of the box that they are about, without the prefix that the hub puts before it; under null what no box shows. */
export function issuesByBox(
  issues: readonly Issue[],
  boxes: readonly Box[],
  prefix: string,
): ReadonlyMap<string | null, readonly Issue[]> {
  const found = new Map<string | null, Issue[]>()
  for (const issue of issues) {
    const path = issue.path === prefix ? '' : issue.path.replace(new RegExp(`^${prefix}\\.`), '')
    const [box] = boxes
      .filter((each) => isWithin(path, each.path))
      .sort((a, b) => b.path.length - a.path.length)
    const at = box?.path ?? null
    found.set(at, [...(found.get(at) ?? []), { ...issue, path }])
  }
  return found
}

/** What is wrong with a member in words, as far as its schema says it; null where only the hub can say. */
export function problemOf(
  schema: BoxSchema | undefined,
  value: unknown,
): { readonly word: keyof typeof problemWords; readonly n: number } | null {
  const { type, minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity } = schema ?? {}
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number') return { word: 'noNumber', n: 0 }
    if (value < minimum) return { word: 'atLeast', n: minimum }
    if (value > maximum) return { word: 'atMost', n: maximum }
    if (type === 'integer' && !Number.isInteger(value)) return { word: 'noWhole', n: 0 }
  }
  if (type === 'string' && typeof value === 'string') {
    if (value.length < minLength) return { word: value === '' ? 'empty' : 'tooShort', n: minLength }
    if (value.length > maxLength) return { word: 'tooLong', n: maxLength }
  }
  return null
}

/** Units of time, in ms. */
export const units = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const
export type Unit = keyof typeof units

const largestFirst: readonly Unit[] = ['day', 'hour', 'minute', 'second']

/** The largest unit of `among` in which a time is a whole number, or the smallest of them; minutes for none at all. */
export function unitOf(ms: unknown, among: readonly Unit[] = largestFirst): Unit {
  if (typeof ms !== 'number' || ms === 0) return 'minute'
  const usable = largestFirst.filter((unit) => among.includes(unit))
  return usable.find((unit) => ms % units[unit] === 0) ?? usable.at(-1) ?? 'second'
}
