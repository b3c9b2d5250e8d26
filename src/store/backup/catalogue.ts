import type { Session } from '../database.ts'

/** A table as the live catalogue describes it. */
export interface TableInfo {
  readonly name: string
  /** Columns in the order of the composite type. */
  readonly columns: readonly string[]
  /** Columns that can be written: not generated from others. */
  readonly writable: readonly string[]
}

/** The tables of a schema, without the table of migrations. */
export async function listTables(session: Session, schema: string): Promise<TableInfo[]> {
  const { rows } = await session.query<TableInfo>(
    `select c.relname as name,
       array_agg(a.attname::text order by a.attnum) as columns,
       coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = ''), '{}') as writable
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 and c.relkind = 'r' and c.relname <> '_prisma_migrations'
     group by c.relname order by c.relname`,
    [schema],
  )
  return rows
}

/** The sequences of a schema with their state; int8 as text. */
export async function listSequences(
  session: Session,
  schema: string,
): Promise<{ name: string; value: string; called: boolean }[]> {
  const { rows } = await session.query<{ name: string; value: string; called: boolean }>(
    `select sequencename as name, coalesce(last_value, start_value)::text as value, last_value is not null as called
     from pg_sequences where schemaname = $1 order by sequencename`,
    [schema],
  )
  return rows
}

/** The foreign keys of a schema with the text that makes them again. */
export async function listForeignKeys(
  session: Session,
  schema: string,
): Promise<{ table: string; name: string; definition: string }[]> {
  const { rows } = await session.query<{ table: string; name: string; definition: string }>(
    `select c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where k.contype = 'f' and n.nspname = $1 order by c.relname, k.conname`,
    [schema],
  )
  return rows
}

/** An identifier in double quotes. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
