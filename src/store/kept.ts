import { sql } from 'kysely'
import type { Reader } from './database.ts'

/** How far a change may commit behind later ones and still be seen, in rows of the history. */
const window = 200

/**
 * Keeps what `read` makes of the configuration in memory and reads it again when any configuration row changed: the history that
 * triggers write grows with each change, also with those of other processes. Two changes may commit in the other order than their
 * rows are numbered, so the newest rows are counted as well.
 */
export function keptWithConfig<T>(read: (db: Reader) => Promise<T>): (db: Reader) => Promise<T> {
  let known: { readonly at: string; readonly value: T } | null = null
  return async (db) => {
    // Without parameters it is planned once.
    const { rows } = await sql<{
      at: string
    }>`select newest || '/' || (select count(*) from config_history where "id" > newest - ${sql.lit(window)}) as at
      from (select coalesce(max("id"), 0) as newest from config_history) h`.execute(db)
    const { at } = rows[0]!
    if (known?.at !== at) known = { at, value: await read(db) }
    return known.value
  }
}
