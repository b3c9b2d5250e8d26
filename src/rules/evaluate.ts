import { canonicalJson } from '../kernel/hash.ts'
import type { JsonValue } from '../kernel/json.ts'
import { type ComparisonName, type Condition, comparisons } from './condition.ts'

/** How each part of a condition came out; the shape follows the condition. */
export type Trace =
  | { readonly op: 'all' | 'any'; readonly result: boolean; readonly parts: readonly Trace[] }
  | { readonly op: 'not'; readonly result: boolean; readonly parts: readonly [Trace] }
  | {
      readonly op: ComparisonName
      readonly result: boolean
      readonly field: string
      readonly needed: JsonValue
      /** The value that was found; null also when the path leads nowhere. */
      readonly found: JsonValue
    }

/** The value at a dotted path, own members only; undefined when there is none. */
function valueAt(facts: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = facts
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
    value = (value as { [key: string]: JsonValue })[name]
  }
  return value
}

function same(a: JsonValue | undefined, b: JsonValue): boolean {
  return a !== undefined && (a === b || canonicalJson(a) === canonicalJson(b))
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function notBelow(a: JsonValue | undefined, b: JsonValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a >= b
  return typeof a === 'string' && typeof b === 'string' && a >= b
}

function compare(op: ComparisonName, found: JsonValue | undefined, needed: JsonValue): boolean {
  switch (op) {
    case 'eq':
      return same(found, needed)
    case 'in':
      return (needed as JsonValue[]).some((value) => same(found, value))
    case 'contains':
      if (Array.isArray(found)) return found.some((value) => same(value, needed))
      return typeof found === 'string' && typeof needed === 'string' && found.includes(needed)
    case 'gte':
      return notBelow(found, needed)
    case 'lte':
      return found !== undefined && notBelow(needed, found)
    case 'exists':
      return (found !== undefined && found !== null) === needed
    case 'startsWith':
      return typeof found === 'string' && found.startsWith(needed as string)
    case 'matches': {
      if (typeof found !== 'string') return false
      const text = fold(found)
      return (needed as string[]).some((word) => text.includes(fold(word)))
    }
  }
}

function trace(condition: Condition, facts: JsonValue): Trace {
  if ('all' in condition) {
    const parts = condition.all.map((part) => trace(part, facts))
    return { op: 'all', result: parts.every((part) => part.result), parts }
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => trace(part, facts))
    return { op: 'any', result: parts.some((part) => part.result), parts }
  }
  if ('not' in condition) {
    const part = trace(condition.not, facts)
    return { op: 'not', result: !part.result, parts: [part] }
  }
  const op = comparisons.find((name) => Object.hasOwn(condition, name))
  if (!op) throw new Error('a condition without an operator passed the schema')
  const needed = (condition as unknown as Record<ComparisonName, JsonValue>)[op]
  const found = valueAt(facts, condition.field)
  return { op, result: compare(op, found, needed), field: condition.field, needed, found: found ?? null }
}

/**
 * Evaluates a condition that the schema accepted. Every part is looked at, so that the trace can show all of them. A path
 * that leads nowhere fails every comparison but `exists: false`; an empty `all` holds, an empty `any` does not.
 */
export function evaluate(
  condition: Condition,
  facts: JsonValue,
): { readonly result: boolean; readonly trace: Trace } {
  const made = trace(condition, facts)
  return { result: made.result, trace: made }
}
