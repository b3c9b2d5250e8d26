import { type Reader, sql } from '../src/store/index.ts'

/** Tables in which something still stands, in the clear or as bytes. */
export async function tablesThatHold(db: Reader, what: RegExp): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db)
  const found = new Set<string>()
  for (const { name } of tables.rows) {
    const rows = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(db)
    for (const { text } of rows.rows) {
      const bytes = [...text.matchAll(/x([0-9a-f]{20,})/g)].map((m) => Buffer.from(m[1]!, 'hex').toString())
      if (what.test(`${text} ${bytes.join(' ')}`)) found.add(name)
    }
  }
  return [...found]
}
