import type { CommandContext } from '../access/command.ts'
import type { Effects } from '../contract/jobs.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
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

type Undone = {
  readonly removed: number
  readonly restored: number
  readonly kept: readonly Kept[]
  /** Tickets that somebody worked on who is not there any more; they wait for a dispatcher again. */
  readonly returned: number
}

/** Gives the tickets of people who were taken away back to whoever dispatches. */
export type ReturnTickets = (ctx: CommandContext, staffIds: readonly string[]) => Promise<Effects>

/** What taking a batch back does to one table. */
interface TablePlan {
  readonly table: BatchTable
  readonly remove: readonly string[]
  readonly restore: readonly Remembered[]
  readonly kept: readonly Kept[]
}

/** Takes a batch back, last rows first. Rows that were changed since or are in use stay and are named. */
export async function undoBatch(
  ctx: CommandContext,
  batchId: string,
  returnTickets: ReturnTickets,
): Promise<Result<{ readonly undone: Undone; readonly effects: Effects }>> {
  const { tx, nowMs } = ctx
  const batch = await tx
    .selectFrom('import_batch')
    .selectAll()
    .where('id', '=', batchId)
    .forUpdate()
    .executeTakeFirst()
  if (!batch) return refuse('not_found', { what: 'import' })
  if (batch.undoneAt) return refuse('import.undone')
  const plans = await planUndo(tx, batchId)
  const leaving = leavingStaff(plans)
  const undone = { ...summaryOf(plans), returned: await liveTickets(tx, leaving) }
  const effects = await returnTickets(ctx, leaving)
  for (const plan of plans) await carryOut(tx, plan)
  await tx
    .updateTable('import_batch')
    .set({ undoneAt: new Date(nowMs) })
    .where('id', '=', batchId)
    .execute()
  return ok({ undone, effects })
}

/** What taking a batch back would do now, by table; changes nothing. */
export async function previewUndo(
  db: Reader,
  batchId: string,
): Promise<{
  readonly goes: Readonly<Record<string, number>>
  readonly stays: Readonly<Record<string, number>>
  readonly returned: number
}> {
  const plans = await planUndo(db, batchId)
  const count = (of: (plan: TablePlan) => number) =>
    Object.fromEntries(plans.map((plan) => [plan.table, of(plan)] as const).filter(([, n]) => n > 0))
  return {
    goes: count(({ table, remove }) => (table === 'staff_group' ? 0 : remove.length)),
    stays: count(({ kept, restore }) => kept.length + restore.length),
    returned: await liveTickets(db, leavingStaff(plans)),
  }
}

function summaryOf(plans: readonly TablePlan[]) {
  const sum = (of: (plan: TablePlan) => number) => plans.reduce((n, plan) => n + of(plan), 0)
  return {
    removed: sum(({ remove }) => remove.length),
    restored: sum(({ restore }) => restore.length),
    kept: plans.flatMap(({ kept }) => kept),
  }
}

/** People who are removed or switched off. */
function leavingStaff(plans: readonly TablePlan[]): string[] {
  return plans
    .filter(({ table }) => table === 'staff')
    .flatMap(({ remove, restore, kept }) => [
      ...remove,
      ...restore.filter(({ before }) => before?.active === false).map(({ rowId }) => rowId),
      ...kept.filter(({ switchedOff }) => switchedOff).map(({ rowId }) => rowId),
    ])
}

async function liveTickets(db: Reader, staffIds: readonly string[]): Promise<number> {
  const found = await sql<{ n: number }>`select count(*)::int as n from ticket
    where "assigneeId" = any(${[...staffIds]}::uuid[])
      and "status" in ('assigned', 'in_progress', 'on_hold')`.execute(db)
  return found.rows[0]!.n
}

async function planUndo(db: Reader, batchId: string): Promise<TablePlan[]> {
  const rows = (await db
    .selectFrom('import_row')
    .select(['table', 'rowId', 'before'])
    .where('batchId', '=', batchId)
    .orderBy('ordinal', 'desc')
    .execute()) as unknown as Remembered[]
  const plans: TablePlan[] = []
  for (const [table, part] of Map.groupBy(rows, (row) => row.table))
    plans.push(await planTable(db, table, part, plans))
  return plans
}

async function planTable(
  db: Reader,
  table: BatchTable,
  rows: readonly Remembered[],
  before: readonly TablePlan[],
): Promise<TablePlan> {
  if (table === 'staff_group') return { table, remove: await members(db, rows), restore: [], kept: [] }
  const now = await currentRows(db, table, rows)
  const there = rows.filter((row) => now.has(row.rowId))
  const changed = new Set(there.filter((row) => isChanged(row, now.get(row.rowId)!)).map((row) => row.rowId))
  const made = there.filter((row) => row.before === null && !changed.has(row.rowId)).map((row) => row.rowId)
  const used = await usedRows(db, table, made, before)
  const { label: column, switch: off }: TableRule = tables[table]
  const kept = [...changed, ...used].map((id) => ({
    table,
    rowId: id,
    label: String(now.get(id)?.[column ?? 'id'] ?? id),
    reason: changed.has(id) ? ('changed' as const) : ('in_use' as const),
    switchedOff: off !== undefined && used.has(id),
  }))
  const restore = there.filter((row) => row.before !== null && !changed.has(row.rowId))
  return { table, remove: made.filter((id) => !used.has(id)), restore, kept }
}

async function carryOut(tx: Tx, { table, remove, restore, kept }: TablePlan): Promise<void> {
  if (table === 'staff_group') return await removeMembers(tx, remove)
  if (remove.length > 0) {
    await sql`delete from ${sql.table(table)} where "id" = any(${[...remove]}::uuid[])`.execute(tx)
  }
  for (const { rowId, before } of restore) {
    const { id: _, version: __, ...row } = before!
    await updateRow(tx, { table, id: rowId, row })
  }
  const off = kept.filter(({ switchedOff }) => switchedOff).map(({ rowId }) => rowId)
  const { switch: column }: TableRule = tables[table]
  if (column && off.length > 0) {
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = false, "version" = "version" + 1
      where "id" = any(${off}::uuid[])`.execute(tx)
  }
}

async function currentRows(
  db: Reader,
  table: BatchTable,
  rows: readonly Remembered[],
): Promise<Map<string, JsonRow>> {
  const ids = rows.map((row) => row.rowId)
  const found = await sql<{ id: string; row: JsonRow }>`
    select t."id", to_jsonb(t) as row from ${sql.table(table)} t where t."id" = any(${ids}::uuid[]) for update`.execute(
    db,
  )
  return new Map(found.rows.map(({ id, row }) => [id, row]))
}

function isChanged({ table, before }: Remembered, now: JsonRow): boolean {
  if (!tables[table].versioned) return false
  return Number(now.version) !== (before === null ? 1 : Number(before.version) + 1)
}

async function usedRows(
  db: Reader,
  table: BatchTable,
  ids: readonly string[],
  before: readonly TablePlan[],
): Promise<Set<string>> {
  const used = new Set<string>()
  if (ids.length === 0) return used
  const { usedBy, namedBy }: TableRule = tables[table]
  for (const [other, column] of usedBy) {
    const gone = before.find((plan) => plan.table === other)?.remove ?? []
    const found = await sql<{ id: string }>`
      select distinct ${sql.ref(column)}::text as id from ${sql.table(other)}
      where ${sql.ref(column)} = any(${ids}::uuid[])
        ${gone.length > 0 ? sql`and "id" <> all(${[...gone]}::uuid[])` : sql``}`.execute(db)
    for (const { id } of found.rows) used.add(id)
  }
  if (!namedBy) return used
  const named = await sql<{ id: string }>`
    select distinct n."id" from (${namedBy}) n where n."id" = any(${ids})`.execute(db)
  for (const { id } of named.rows) used.add(id)
  return used
}

const asPairs = (rowIds: readonly string[]) => {
  const pairs = rowIds.map((rowId) => rowId.split('/'))
  return sql`unnest(${pairs.map((p) => p[0]!)}::uuid[], ${pairs.map((p) => p[1]!)}::uuid[]) as p(s, g)`
}

/** Memberships of a batch that are still there. */
async function members(db: Reader, rows: readonly Remembered[]): Promise<string[]> {
  const found = await sql<{ id: string }>`select concat_ws('/', p.s, p.g) as id
    from ${asPairs(rows.map((row) => row.rowId))} join staff_group g on g."staffId" = p.s and g."groupId" = p.g`.execute(
    db,
  )
  return found.rows.map(({ id }) => id)
}

async function removeMembers(tx: Tx, rowIds: readonly string[]): Promise<void> {
  await sql`delete from staff_group g using ${asPairs(rowIds)}
    where g."staffId" = p.s and g."groupId" = p.g`.execute(tx)
}
