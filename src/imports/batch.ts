import type { CommandContext } from '../access/command.ts'
import { json, sql, type Tx } from '../store/index.ts'
import { type BatchTable, tables } from './tables.ts'

/** A row as JSON: what `to_jsonb` gives and `jsonb_populate_record` takes. */
export type JsonRow = Readonly<Record<string, unknown>>

/** Something that an import does to one row. */
export type Write =
  | { readonly table: BatchTable; readonly row: JsonRow; readonly before: null }
  | {
      readonly table: BatchTable
      readonly id: string
      readonly row: JsonRow
      /** The whole row as it was. */
      readonly before: JsonRow
    }

/** Rows of one statement. */
const chunk = 500

/** Makes the changes of an import in order and remembers each, so that they can leave together; a batch that is there grows from its first free ordinal. Answers the batch's id. */
export async function writeBatch(
  { tx, ids, actor, nowMs }: Pick<CommandContext, 'tx' | 'ids' | 'actor' | 'nowMs'>,
  batch: { readonly kind: string; readonly name: string } | { readonly id: string; readonly from: number },
  writes: readonly Write[],
): Promise<string> {
  const { id, from } = 'id' in batch ? batch : { id: ids.next(), from: 0 }
  if (!('id' in batch))
    await tx
      .insertInto('import_batch')
      .values({ id, ...batch, actor: json(actor), createdAt: new Date(nowMs) })
      .execute()
  for (const part of partsOf(writes)) {
    if (part[0]!.before === null)
      await insertRows(
        tx,
        part[0]!.table,
        part.map(({ table, row }) => (tables[table].dated ? { ...row, createdAt: new Date(nowMs) } : row)),
      )
    else for (const write of part) await updateRow(tx, write as Extract<Write, { id: string }>)
  }
  const remembered = writes.map((write, ordinal) => ({
    batchId: id,
    ordinal: from + ordinal,
    table: write.table,
    rowId: tables[write.table].idOf(write.before === null ? write.row : { id: write.id }),
    before: write.before,
  }))
  for (let i = 0; i < remembered.length; i += chunk) {
    await insertRows(tx, 'import_row', remembered.slice(i, i + chunk))
  }
  return id
}

/** Adds rows to a batch that another room has written, so that they leave with it; `from` is the first free ordinal. */
export async function rememberRows(
  tx: Tx,
  batchId: string,
  table: BatchTable,
  ids: readonly string[],
  from: number,
): Promise<void> {
  if (ids.length === 0) return
  const rows = ids.map((rowId, i) => ({ batchId, ordinal: from + i, table, rowId, before: null }))
  await tx.insertInto('import_row').values(rows).execute()
}

/** Neighbours that one statement can write: inserts into the same table with the same columns. */
function* partsOf(writes: readonly Write[]): Generator<Write[]> {
  let part: Write[] = []
  const shape = (w: Write) => `${w.table} ${w.before === null} ${Object.keys(w.row)}`
  for (const write of writes) {
    if (part.length > 0 && (part.length >= chunk || shape(part[0]!) !== shape(write))) {
      yield part
      part = []
    }
    part.push(write)
  }
  if (part.length > 0) yield part
}

const columnList = (row: JsonRow) => sql.join(Object.keys(row).map((name) => sql.ref(name)))

async function insertRows(tx: Tx, table: string, rows: readonly JsonRow[]): Promise<void> {
  const columns = columnList(rows[0]!)
  await sql`insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${json(rows)})`.execute(tx)
}

/** Sets columns of a row from JSON; its version grows. */
export async function updateRow(
  tx: Tx,
  { table, id, row }: { readonly table: BatchTable; readonly id: string; readonly row: JsonRow },
): Promise<void> {
  const columns = columnList(row)
  await sql`update ${sql.table(table)} set (${columns}) =
      (select ${columns} from jsonb_populate_record(null::${sql.table(table)}, ${json(row)})),
      "version" = ${sql.table(table)}."version" + 1 where "id" = ${id}::uuid`.execute(tx)
}
