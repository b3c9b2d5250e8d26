import { ok, type Result, refuse } from '../kernel/result.ts'
import { sql, type Tx } from '../store/index.ts'
import { type JsonRow, updateRow } from './batch.ts'
import { type BatchTable, type TableRule, tables } from './tables.ts'

/** A row that stays, and why: somebody changed it since, or something refers to it. */
export interface Kept {
  readonly table: string
  readonly rowId: string
  readonly label: string
  readonly reason: 'changed' | 'in_use'
  /** It was switched off instead. */
  readonly switchedOff: boolean
}

interface Remembered {
  readonly table: BatchTable
  readonly rowId: string
  readonly before: JsonRow | null
}

type Undone = { readonly removed: number; readonly restored: number; readonly kept: readonly Kept[] }

/** Takes a batch back, last rows first. Rows that were changed since or are in use stay and are named. */
export async function undoBatch(tx: Tx, batchId: string, nowMs: number): Promise<Result<Undone>> {
  const batch = await tx
    .selectFrom('import_batch')
    .selectAll()
    .where('id', '=', batchId)
    .forUpdate()
    .executeTakeFirst()
  if (!batch) return refuse('not_found', { what: 'import' })
  if (batch.undoneAt) return refuse('import.undone')
  const rows = (await tx
    .selectFrom('import_row')
    .select(['table', 'rowId', 'before'])
    .where('batchId', '=', batchId)
    .orderBy('ordinal', 'desc')
    .execute()) as unknown as Remembered[]
  const undone = { removed: 0, restored: 0, kept: [] as Kept[] }
  for (const [table, part] of Map.groupBy(rows, (row) => row.table)) {
    const done = await undoTable(tx, table, part)
    undone.removed += done.removed
    undone.restored += done.restored
    undone.kept.push(...done.kept)
  }
  await tx
    .updateTable('import_batch')
    .set({ undoneAt: new Date(nowMs) })
    .where('id', '=', batchId)
    .execute()
  return ok(undone)
}

async function undoTable(tx: Tx, table: BatchTable, rows: readonly Remembered[]): Promise<Undone> {
  if (table === 'staff_group') return { removed: await removeMembers(tx, rows), restored: 0, kept: [] }
  const now = await currentRows(tx, table, rows)
  const there = rows.filter((row) => now.has(row.rowId))
  const changed = new Set(there.filter((row) => isChanged(row, now.get(row.rowId)!)).map((row) => row.rowId))
  const made = there.filter((row) => row.before === null && !changed.has(row.rowId)).map((row) => row.rowId)
  const used = await usedRows(tx, table, made)
  const removed = made.filter((id) => !used.has(id))
  if (removed.length > 0) {
    await sql`delete from ${sql.table(table)} where "id" = any(${removed}::uuid[])`.execute(tx)
  }
  const restored = there.filter((row) => row.before !== null && !changed.has(row.rowId))
  for (const { rowId, before } of restored) {
    const { id: _, version: __, ...row } = before!
    await updateRow(tx, { table, id: rowId, row })
  }
  const switchedOff = await switchOff(tx, table, [...used])
  const { label: column }: TableRule = tables[table]
  const label = (id: string) => String(now.get(id)?.[column ?? 'id'] ?? id)
  const kept = [...changed, ...used].map((id) => ({
    table,
    rowId: id,
    label: label(id),
    reason: changed.has(id) ? ('changed' as const) : ('in_use' as const),
    switchedOff: switchedOff && used.has(id),
  }))
  return { removed: removed.length, restored: restored.length, kept }
}

async function currentRows(
  tx: Tx,
  table: BatchTable,
  rows: readonly Remembered[],
): Promise<Map<string, JsonRow>> {
  const ids = rows.map((row) => row.rowId)
  const found = await sql<{ id: string; row: JsonRow }>`
    select t."id", to_jsonb(t) as row from ${sql.table(table)} t where t."id" = any(${ids}::uuid[]) for update`.execute(
    tx,
  )
  return new Map(found.rows.map(({ id, row }) => [id, row]))
}

function isChanged({ table, before }: Remembered, now: JsonRow): boolean {
  if (!tables[table].versioned) return false
  return Number(now.version) !== (before === null ? 1 : Number(before.version) + 1)
}

async function usedRows(tx: Tx, table: BatchTable, ids: readonly string[]): Promise<Set<string>> {
  const used = new Set<string>()
  if (ids.length === 0) return used
  for (const [other, column] of tables[table].usedBy) {
    const found = await sql<{ id: string }>`
      select distinct ${sql.ref(column)}::text as id from ${sql.table(other)}
      where ${sql.ref(column)} = any(${ids}::uuid[])`.execute(tx)
    for (const { id } of found.rows) used.add(id)
  }
  return used
}

async function switchOff(tx: Tx, table: BatchTable, ids: readonly string[]): Promise<boolean> {
  const rule: TableRule = tables[table]
  if (!rule.switch) return false
  if (ids.length > 0) {
    await sql`update ${sql.table(table)} set ${sql.ref(rule.switch)} = false, "version" = "version" + 1
      where "id" = any(${[...ids]}::uuid[])`.execute(tx)
  }
  return true
}

async function removeMembers(tx: Tx, rows: readonly Remembered[]): Promise<number> {
  const pairs = rows.map((row) => row.rowId.split('/'))
  const gone = await sql`delete from staff_group g using
    unnest(${pairs.map((p) => p[0]!)}::uuid[], ${pairs.map((p) => p[1]!)}::uuid[]) as p(s, g)
    where g."staffId" = p.s and g."groupId" = p.g`.execute(tx)
  return Number(gone.numAffectedRows ?? 0)
}
