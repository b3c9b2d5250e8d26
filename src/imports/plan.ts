import { canonicalJson } from '../kernel/hash.ts'
import type { Ids } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import type { JsonRow, Write } from './batch.ts'
import type { Column } from './columns.ts'
import type { ImportKind, RowIssue, Values } from './kind.ts'
import type { Sheet } from './sheet.ts'

/** What an import would do with one row of a file. */
export interface PlannedRow {
  readonly line: number
  readonly cells: readonly string[]
  readonly state: 'new' | 'changed' | 'same' | 'error'
  /** What people know the row by. */
  readonly label: string
  /** Members that would change. */
  readonly changes: readonly string[]
  readonly issues: readonly RowIssue[]
  readonly writes: (ids: Ids) => readonly Write[]
}

/** What an import would do. Nothing is written. */
export interface Plan {
  readonly header: readonly string[]
  /** Headers that no column is called. */
  readonly ignored: readonly string[]
  readonly rows: readonly PlannedRow[]
}

const headerKey = (text: string) =>
  text
    .replace(/[*＊\s]/g, '')
    .replace(/[(（].*$/, '')
    .toLowerCase()

/** Finds the column of each header; null where none is called so. */
export function matchColumns(kind: ImportKind, header: readonly string[]): (Column | null)[] {
  const byName = new Map<string, Column>()
  for (const column of kind.columns) {
    for (const name of [column.zh, column.en, column.key, ...(column.aliases ?? [])]) {
      byName.set(headerKey(name), column)
    }
  }
  const taken = new Set<Column>()
  return header.map((name) => {
    const column = byName.get(headerKey(name))
    if (!column || taken.has(column)) return null
    taken.add(column)
    return column
  })
}

/** Compares a sheet with what is stored. Refuses with `import.invalid` when a required column is missing. */
export async function planImport(db: Reader, kind: ImportKind, sheet: Sheet): Promise<Result<Plan>> {
  const columns = matchColumns(kind, sheet.header)
  const missing = kind.columns.filter((column) => column.required && !columns.includes(column))
  if (missing.length > 0) {
    const reason = `columns are missing: ${missing.map((column) => column.en).join(', ')}`
    const reasonZh = `缺少列 ${missing.map((column) => column.zh).join('、')}`
    return refuse('import.invalid', { reason, reasonZh })
  }
  const read = sheet.rows.map((row) => readRow(kind, columns, sheet.header, row))
  const keys = read.flatMap(({ values }) => kind.keyOf(values) ?? [])
  const [existing, finish] = await Promise.all([kind.existing(db, [...new Set(keys)]), kind.prepare(db)])
  const firstLine = new Map<string, number>()
  const rows = read.map((row): PlannedRow => {
    const key = kind.keyOf(row.values)
    const repeated = key === null ? undefined : firstLine.get(key)
    if (key !== null && repeated === undefined) firstLine.set(key, row.line)
    const before = key === null ? null : (existing.get(key) ?? null)
    const finished = finish(row.values, before)
    const issues = [
      ...row.issues,
      ...finished.issues.map((issue) => ({ column: '', ...issue })),
      ...(repeated === undefined ? [] : [repeats(repeated)]),
    ]
    return planned(kind, row, before, finished, issues)
  })
  const ignored = sheet.header.filter((name, i) => columns[i] === null && name !== '')
  return ok({ header: sheet.header, ignored, rows })
}

const repeats = (line: number): RowIssue => ({
  column: '',
  zh: `与第 ${line} 行重复，请只保留一行。`,
  en: `The same as row ${line}. Keep one of them.`,
})

interface ReadRow {
  readonly line: number
  readonly cells: readonly string[]
  readonly values: Values
  readonly issues: readonly RowIssue[]
}

function readRow(
  kind: ImportKind,
  columns: readonly (Column | null)[],
  header: readonly string[],
  { line, cells }: Sheet['rows'][number],
): ReadRow {
  const values: Record<string, unknown> = {}
  const issues: RowIssue[] = []
  columns.forEach((column, i) => {
    const cell = cells[i] ?? ''
    if (!column) return
    if (cell === '') {
      if (column.required) issues.push(emptyIssue(column, header[i]!))
      return
    }
    const value = column.read(cell)
    const checked = kind.schema.safeParse({ [column.key]: value })
    if (value === undefined || !checked.success) issues.push(wrongIssue(column, header[i]!, cell))
    else values[column.key] = checked.data[column.key]
  })
  return { line, cells, values, issues }
}

const emptyIssue = (column: Column, header: string): RowIssue => ({
  column: header,
  zh: `“${column.zh}”必须填写。`,
  en: `"${column.en}" must be filled in.`,
})

function wrongIssue(column: Column, header: string, cell: string): RowIssue {
  const shown = [...cell].slice(0, 40).join('')
  return {
    column: header,
    zh: `“${column.zh}”不能是“${shown}”，应为${column.hint.zh}。`,
    en: `"${column.en}" cannot be "${shown}"; it must be ${column.hint.en}.`,
  }
}

function planned(
  kind: ImportKind,
  row: ReadRow,
  before: JsonRow | null,
  finished: { readonly row: JsonRow; readonly beside?: (id: string, isNew: boolean) => readonly Write[] },
  issues: readonly RowIssue[],
): PlannedRow {
  const common = { line: row.line, cells: row.cells, label: labelOf(kind, row), issues }
  const { beside = () => [] } = finished
  if (issues.length > 0) return { ...common, state: 'error', changes: [], writes: () => [] }
  if (!before) {
    const writes = (ids: Ids): Write[] => {
      const row = { id: ids.next(), ...finished.row }
      return [{ table: kind.table, row, before: null }, ...beside(row.id, true)]
    }
    return { ...common, state: 'new', changes: [], writes }
  }
  const id = String(before.id)
  const changed = Object.entries(finished.row).filter(
    ([name, value]) => canonicalJson(value) !== canonicalJson(before[name]),
  )
  const more = beside(id, false)
  if (changed.length === 0 && more.length === 0) {
    return { ...common, state: 'same', changes: [], writes: () => [] }
  }
  const update: Write[] =
    changed.length > 0 ? [{ table: kind.table, id, row: Object.fromEntries(changed), before }] : []
  const changes = [...changed.map(([name]) => name), ...(more.length > 0 ? ['groups'] : [])]
  return { ...common, state: 'changed', changes, writes: () => [...update, ...more] }
}

function labelOf(kind: ImportKind, { values, cells }: ReadRow): string {
  const [first, second] = kind.columns
  return [values[first!.key], values[second!.key]].filter(Boolean).map(String).join(' ') || (cells[0] ?? '')
}
