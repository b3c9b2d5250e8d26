import { type Reader, sql } from '../store/index.ts'
import type { JsonRow } from './batch.ts'
import type { BatchTable } from './tables.ts'

/** Whole rows of a table by the text of a column. */
export async function rowsByKey(
  db: Reader,
  table: BatchTable,
  column: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, JsonRow>> {
  if (keys.length === 0) return new Map()
  const found = await sql<{ key: string; row: JsonRow }>`
    select t.${sql.ref(column)} as key, to_jsonb(t) as row from ${sql.table(table)} t
    where t.${sql.ref(column)} = any(${[...keys]}::text[])`.execute(db)
  return new Map(found.rows.map(({ key, row }) => [key, row]))
}
