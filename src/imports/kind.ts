import type { z } from 'zod'
import type { Reader } from '../store/index.ts'
import type { JsonRow, Write } from './batch.ts'
import type { Column } from './columns.ts'
import type { BatchTable } from './tables.ts'

/** Something wrong with a row, in the column that it is about. */
export interface RowIssue {
  /** The column's header in the file; empty for the row as a whole. */
  readonly column: string
  readonly zh: string
  readonly en: string
}

/** Values of a row by member; only cells that hold something. */
export type Values = Readonly<Record<string, unknown>>

/** What finishing a row gave: columns of its table and rows besides, or what is wrong. */
export interface Finished {
  readonly row: JsonRow
  readonly beside?: (id: string, isNew: boolean) => readonly Write[]
  readonly issues: readonly Omit<RowIssue, 'column'>[]
}

/** A list that can be imported. */
export interface ImportKind {
  readonly kind: string
  readonly zh: string
  readonly en: string
  readonly table: BatchTable
  readonly event: 'directory.changed' | 'catalogue.changed' | 'contact.changed'
  readonly columns: readonly Column[]
  /** What each member accepts: the same as the commands. */
  readonly schema: z.ZodObject
  /** What names a row: the same twice in a file is an error, the same in the database is a change. */
  readonly keyOf: (values: Values) => string | null
  /** Rows of the database by key, whole. */
  existing(db: Reader, keys: readonly string[]): Promise<ReadonlyMap<string, JsonRow>>
  /** Reads once what rows refer to; answers how a row is finished. `before` is null for a new row. */
  prepare(db: Reader): Promise<(values: Values, before: JsonRow | null) => Finished>
}
