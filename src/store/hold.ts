import { sql } from 'kysely'
import type { Tx } from './database.ts'

/**
 * Waits until nobody else holds one of these names, and holds them until the transaction ends. They are taken in one order, so that
 * two who hold several do not wait for each other. What was written under a name is seen by the statements that follow.
 */
export async function holdNames(tx: Tx, names: readonly string[]): Promise<void> {
  const sorted = [...new Set(names)].sort()
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || n, 0)) from unnest(${sorted}::text[]) n`.execute(
    tx,
  )
}
