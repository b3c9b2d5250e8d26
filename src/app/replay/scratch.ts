import { type Database, migrate, openDatabase, sql, type Tx } from '../../store/index.ts'

/** Configuration tables whose history the triggers keep; in an order that satisfies their references. */
const configTables = [
  'setting',
  'staff',
  'skill_group',
  'staff_group',
  'staff_identity',
  'region',
  'calendar',
  'routing_rule',
  'product_category',
  'product_model',
  'device',
  'site',
  'ticket_type',
  'channel_account',
  'article',
  'article_version',
] as const

/** A change of the configuration as the history holds it. */
export interface ConfigChange {
  readonly at: Date
  readonly id: number
  readonly table: string
  readonly rowId: string
  readonly body: unknown
}

/** A schema of its own in the same database, migrated and empty. */
export interface Scratch {
  readonly database: Database
  /** Removes the schema and closes. */
  drop(): Promise<void>
}

/** Makes the scratch schema beside the live one. */
export async function makeScratch(live: Database, name: string): Promise<Scratch> {
  await live.query(`create schema "${name}"`)
  const database = await openDatabase({ ...live.settings, schema: name, poolSize: 8 })
  await migrate(database)
  return {
    database,
    async drop() {
      await database.close()
      await live.query(`drop schema "${name}" cascade`)
    },
  }
}

/** Every change of the configuration up to a moment, in order. */
export async function configChanges(live: Database, untilMs: number): Promise<ConfigChange[]> {
  const rows = await live.db
    .selectFrom('config_history')
    .selectAll()
    .where('at', '<=', new Date(untilMs))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ at: row.at, id: row.id, table: row.table, rowId: row.rowId, body: row.body }))
}

/** The configuration of a moment: the newest state of each row that was not deleted. */
export function configAt(changes: readonly ConfigChange[], atMs: number): ConfigChange[] {
  const newest = new Map<string, ConfigChange>()
  for (const change of changes) {
    if (change.at.getTime() <= atMs) newest.set(`${change.table} ${change.rowId}`, change)
  }
  const alive = [...newest.values()].filter((change) => change.body !== null)
  const place = (table: string) => configTables.indexOf(table as (typeof configTables)[number])
  return alive.sort((a, b) => place(a.table) - place(b.table) || a.id - b.id)
}

/** Brings one configuration row of the scratch schema to a state of its history. What hangs on the row stays. */
export async function applyConfig(tx: Tx, change: ConfigChange): Promise<void> {
  if (!configTables.includes(change.table as (typeof configTables)[number])) return
  const table = sql.table(change.table)
  const keys = keyOf(change.table)
  if (change.body === null) {
    const key = sql.join(
      keys.map((name) => sql`${sql.ref(name)}::text`),
      sql` || '/' || `,
    )
    await sql`delete from ${table} where ${key} = ${change.rowId}`.execute(tx)
    return
  }
  const columns = Object.keys(change.body as object).filter((name) => !keys.includes(name))
  const conflict =
    columns.length === 0
      ? sql`do nothing`
      : sql`do update set ${sql.join(columns.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}`
  await sql`
    insert into ${table} select * from jsonb_populate_record(null::${table}, ${JSON.stringify(change.body)}::jsonb)
    on conflict (${sql.join(keys.map((name) => sql.ref(name)))}) ${conflict}`.execute(tx)
}

function keyOf(table: string): readonly string[] {
  if (table === 'staff_group') return ['staffId', 'groupId']
  return [table === 'setting' ? 'name' : 'id']
}
