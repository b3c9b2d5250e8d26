import pino from 'pino'

/** Members in which PostgreSQL, its driver and Prisma quote the row, the key or the values that were refused. */
const quoting: ReadonlySet<string> = new Set([
  'detail',
  'hint',
  'internalQuery',
  'originalMessage',
  'parameters',
  'params',
  'query',
  'sql',
  'values',
  'where',
])

/** An error, what caused it and what it gathers. */
function family(error: unknown, seen = new Set<Error>()): ReadonlySet<Error> {
  if (!(error instanceof Error) || seen.has(error)) return seen
  seen.add(error)
  family(error.cause, seen)
  if (error instanceof AggregateError) for (const each of error.errors) family(each, seen)
  return seen
}

// SQLSTATE class 22, "data exception": the message itself quotes the value, as in `invalid input syntax for type date: "…"`.
const quotesInMessage = (error: Error) =>
  'severity' in error && /^22/.test(String((error as { code?: unknown }).code))

/**
 * An error as a plain object for the log: its kind, message, stack and members, with those of its causes. What a database quotes
 * of its rows is left out, wherever it stands.
 */
export function writtenError(error: Error, hidden: string): unknown {
  const told = [...family(error)]
    .filter(quotesInMessage)
    .map(({ message }) => ({ message, kept: message.replace(/".*"/s, `"${hidden}"`) }))
  const text = (value: string) =>
    told.reduce((line, { message, kept }) => line.replaceAll(message, () => kept), value)
  const clean = (value: unknown, seen: readonly object[]): unknown => {
    if (typeof value === 'string') return text(value)
    if (value === null || typeof value !== 'object' || seen.includes(value)) return value
    const inside = [...seen, value]
    if (Array.isArray(value)) return value.map((item) => clean(item, inside))
    const members = Object.entries(value instanceof Error ? pino.stdSerializers.err(value) : value)
    return Object.fromEntries(
      members.filter(([key]) => !quoting.has(key)).map(([key, inner]) => [key, clean(inner, inside)]),
    )
  }
  return clean(error, [])
}
