import { type RawBuilder, sql } from 'kysely'

/** A value for a jsonb column. Needed for arrays and strings, which the driver would send as a PostgreSQL array or as bare text. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`
}
