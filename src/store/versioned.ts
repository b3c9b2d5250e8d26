import { entityOfTable } from '../kernel/entities.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Tx } from './database.ts'

/** Tables whose rows carry a version that grows with every change. */
export type VersionedTable =
  | 'staff'
  | 'skill_group'
  | 'region'
  | 'calendar'
  | 'routing_rule'
  | 'product_category'
  | 'product_model'
  | 'device'
  | 'site'
  | 'ticket_type'
  | 'article'

/**
 * Changes a row that the caller read at `version` and answers its new version. Members that are undefined stay as they are;
 * values of jsonb columns come wrapped by `json`. Refuses with `not_found` or `conflict.version`.
 */
export async function changeVersioned(
  tx: Tx,
  table: VersionedTable,
  row: { readonly id: string; readonly version: number },
  change: Readonly<Record<string, unknown>>,
): Promise<Result<number>> {
  // All of them share the two columns that the types are checked by here.
  const rows = tx.updateTable(table as 'region')
  const changed = await rows
    .set({ ...change, version: row.version + 1 })
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .returning('version')
    .executeTakeFirst()
  if (changed) return ok(changed.version)
  const there = await tx
    .selectFrom(table as 'region')
    .select('id')
    .where('id', '=', row.id)
    .executeTakeFirst()
  return there ? refuse('conflict.version') : refuse('not_found', { what: entityOfTable(table) })
}
