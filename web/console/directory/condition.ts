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
  'ticket.risks',
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
    all: lines.filter((line) => line.values.length > 0).map(comparisonOf),
  }
}

/** Fields that are lists: a line of one holds when the list has any of the values. */
const listFields: readonly string[] = ['ticket.risks']

/** What a line asks for. */
export function comparisonOf({ field, values }: Line): unknown {
  if (!listFields.includes(field)) return { field, in: [...values] }
  return values.length === 1
    ? { field, contains: values[0] }
    : { any: values.map((value) => ({ field, contains: value })) }
}

/** The line of a list's comparison, or null. */
function listLine(condition: unknown): Line | null {
  const { any, ...rest } = (condition ?? {}) as Record<string, unknown>
  const parts = Array.isArray(any) && Object.keys(rest).length === 0 ? any : [condition]
  const read = parts.map((part) => (part ?? {}) as Record<string, unknown>)
  const field = String(read[0]?.field ?? listFields[0])
  const alike = read.every(
    (part) => Object.keys(part).length === 2 && part.field === field && typeof part.contains === 'string',
  )
  return alike && listFields.includes(field)
    ? { field, values: read.map(({ contains }) => String(contains)) }
    : null
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

function lineOf(condition: unknown): Line | null {
  const ofList = listLine(condition)
  if (ofList) return ofList
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
