/** One line of the simple rule form: the field is one of the values. */
export interface Line {
  readonly field: string
  readonly values: readonly string[]
}

/** Fields of a ticket that rules usually ask for. */
export const ruleFields = [
  'ticket.intent',
  'ticket.urgency',
  'ticket.productCategory',
  'ticket.channel',
  'ticket.customerTier',
  'ticket.language',
  'ticket.region.province',
  'ticket.region.city',
  'ticket.region.district',
] as const
export type RuleField = (typeof ruleFields)[number]

/** The condition that all lines hold. */
export function conditionOf(lines: readonly Line[]): unknown {
  return {
    all: lines
      .filter((line) => line.values.length > 0)
      .map(({ field, values }) => ({ field, in: [...values] })),
  }
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

function lineOf(condition: unknown): Line | null {
  const { field, in: values, eq, ...rest } = (condition ?? {}) as Record<string, unknown>
  if (typeof field !== 'string' || Object.keys(rest).length > 0) return null
  if (!ruleFields.includes(field as RuleField)) return null
  if (isList(values) && eq === undefined) return { field, values }
  return typeof eq === 'string' && values === undefined ? { field, values: [eq] } : null
}

/** The lines of a condition, or null when it says more than lines can. */
export function linesOf(condition: unknown): readonly Line[] | null {
  const { all, ...rest } = (condition ?? {}) as Record<string, unknown>
  const parts = Array.isArray(all) && Object.keys(rest).length === 0 ? all : [condition]
  const lines = parts.map(lineOf)
  return lines.every((line) => line !== null) ? (lines as Line[]) : null
}
