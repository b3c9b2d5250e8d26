import { z } from 'zod'
import { both } from '../contract/faults.ts'
import type { JsonValue } from '../kernel/json.ts'

/** The value that a path names is compared as JSON; numbers, and texts with texts, have an order. */
export type Comparison =
  | { readonly eq: JsonValue }
  | { readonly in: readonly JsonValue[] }
  /** A list that holds the value, or a text that holds the text. */
  | { readonly contains: JsonValue }
  | { readonly gte: number | string }
  | { readonly lte: number | string }
  /** True: present and not null. */
  | { readonly exists: boolean }
  | { readonly startsWith: string }
  /** Any of the words occurs in the text; width and case do not matter. */
  | { readonly matches: readonly string[] }

/**
 * A condition on facts, as JSON: `{all: […]}`, `{any: […]}`, `{not: …}`, or one comparison of the field that a dotted path
 * names, e.g. `{field: 'ticket.intent', in: ['repair', 'maintenance']}`. Nothing in it is ever run as code.
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | ({ readonly field: string } & Comparison)

/** Names of the comparisons. */
export const comparisons = ['eq', 'in', 'contains', 'gte', 'lte', 'exists', 'startsWith', 'matches'] as const
export type ComparisonName = (typeof comparisons)[number]

// A list of conditions and the condition around it are two levels of JSON, so about twelve levels of conditions.
const maxLevels = 24
const maxValues = 10_000

const field = z
  .string()
  .max(200)
  .regex(/^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*$/u, 'a path is names joined by dots')
const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])
const bound = z.union([z.number(), z.string().max(1000)])
const leaf = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ field, ...shape })

const node: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(node).max(100) }),
    z.strictObject({ any: z.array(node).max(100) }),
    z.strictObject({ not: node }),
    leaf({ eq: z.json() }),
    leaf({ in: z.array(scalar).max(1000) }),
    leaf({ contains: scalar }),
    leaf({ gte: bound }),
    leaf({ lte: bound }),
    leaf({ exists: z.boolean() }),
    leaf({ startsWith: z.string().max(1000) }),
    leaf({ matches: z.array(z.string().min(1).max(100)).min(1).max(200) }),
  ]),
) as z.ZodType<Condition>

// Walked with a list of its own, so that a deeply nested input cannot exhaust the stack of the recursive schema.
function withinBounds(value: unknown): boolean {
  let level = [value]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (depth > maxLevels || values > maxValues) return false
    level = level.flatMap((v) => (typeof v === 'object' && v !== null ? Object.values(v) : []))
  }
  return true
}

/** Schema of a condition: exactly one operator per node, bounded in depth and size. */
export const conditionSchema: z.ZodType<Condition> = z
  .unknown()
  .refine(withinBounds, {
    message: both(
      `条件最多 ${maxLevels} 层、${maxValues} 个值`,
      `a condition has at most ${maxLevels} levels and ${maxValues} values`,
    ),
    abort: true,
  })
  .pipe(node)
