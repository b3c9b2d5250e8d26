import type { MediaStore } from '../contract/ports.ts'
import { listForeignKeys, listTables, quote, type TableInfo } from './backup/catalogue.ts'
import { type BackupSummary, checkBackupFile, type Manifest, readBackupFile } from './backup/format.ts'
import { StoreError } from './connection.ts'
import type { Database, Session } from './database.ts'
import { refuseHubs } from './hubs.ts'
import { migrate, migrationsDir, readMigrations } from './migrate.ts'
import { unopenable } from './rotate.ts'
import { openSecretBox, readKeyFile, writeKeyFile } from './secrets.ts'

export interface RestoreSettings {
  readonly file: string
  readonly dataDir: string
  readonly secretKey: string | null
  readonly media: MediaStore
  /** With rows in the database: true sets them aside in another schema, false refuses. */
  readonly force: boolean
  /** Where the migrations are; default those of this release. */
  readonly migrationsDir?: string
  readonly nowMs: number
  /** Called with a line for people now and then. */
  readonly progress: (line: string) => void
}

/** What a restore did. */
export interface Restored {
  readonly summary: BackupSummary
  /** The schema that now holds what was in the database before, or null when it was empty. */
  readonly setAside: string | null
  /** Secrets that none of the keys opens; their accounts need them entered again. */
  readonly unopenableSecrets: readonly string[]
}

async function checkMigrations(manifest: Manifest, dir: string): Promise<void> {
  const known = new Map((await readMigrations(dir)).map(({ name, checksum }) => [name, checksum]))
  const unknown = manifest.migrations.find(({ name, checksum }) => known.get(name) !== checksum)
  if (!unknown) return
  throw new StoreError(
    `The backup was made by a release with the migration "${unknown.name}", which this one does not have. Restore it with that release or a newer one.`,
  )
}

/** Leaves an empty schema: refuses rows that are there, or renames their schema. Returns the new name of what was set aside. */
async function clearSchema(
  session: Session,
  database: Database,
  settings: RestoreSettings,
): Promise<string | null> {
  const { schema } = database
  let filled: string | null = null
  for (const { name } of await listTables(session, schema)) {
    const { rowCount } = await session.query(`select 1 from ${quote(name)} limit 1`)
    if (rowCount) filled ??= name
  }
  if (filled && !settings.force) {
    throw new StoreError(
      `The database is not empty (table ${filled}). Restore into a new one, or add --force: what is there is then kept in another schema.`,
    )
  }
  await session.query('begin')
  const aside = filled ? `before_restore_${Math.floor(settings.nowMs / 1000)}` : null
  if (aside) await session.query(`alter schema ${schema} rename to ${aside}`)
  else await session.query(`drop schema if exists ${schema} cascade`)
  await session.query(`create schema ${schema}`)
  await session.query('commit')
  return aside
}

function insertStatement({ name, writable }: TableInfo): string {
  const columns = writable.map(quote).join(', ')
  return `insert into ${quote(name)} (${columns}) overriding system value select ${columns} from unnest($1::${quote(name)}[])`
}

/** Puts the rows of the file into the tables. Must run in a transaction without triggers and foreign keys. */
async function loadRows(
  session: Session,
  tables: Map<string, TableInfo>,
  settings: RestoreSettings,
): Promise<void> {
  let current: TableInfo | null = null
  let count = 0
  const report = () => {
    if (current && count > 0) settings.progress(`${current.name}: ${count} rows`)
    count = 0
  }
  for await (const { record, content } of readBackupFile(settings.file)) {
    if (record.type === 'table') {
      report()
      current = tables.get(record.table) ?? null
      if (!current || current.columns.join() !== record.columns.join()) {
        throw new StoreError(
          `The table ${record.table} of the backup does not fit the migrations that it names.`,
        )
      }
    } else if (record.type === 'rows') {
      await session.query(insertStatement(current!), [record.rows])
      count += record.rows.length
    } else if (record.type === 'sequence') {
      await session.query('select setval($1::regclass, $2, $3)', [
        quote(record.sequence),
        record.value,
        record.called,
      ])
    } else if (content) {
      for await (const chunk of content) void chunk
    }
  }
  report()
}

async function load(session: Session, schema: string, settings: RestoreSettings): Promise<void> {
  const tables = await listTables(session, schema)
  const keys = await listForeignKeys(session, schema)
  const each = async (statement: (table: string) => string) => {
    for (const { name } of tables) await session.query(statement(quote(name)))
  }
  await session.query('begin')
  for (const { table, name } of keys)
    await session.query(`alter table ${quote(table)} drop constraint ${quote(name)}`)
  await each((table) => `alter table ${table} disable trigger user`)
  // Rows that a migration brought are in the backup as they were then.
  if (tables.length > 0) await session.query(`truncate ${tables.map(({ name }) => quote(name)).join(', ')}`)
  await loadRows(session, new Map(tables.map((table) => [table.name, table])), settings)
  await each((table) => `alter table ${table} enable trigger user`)
  for (const { table, name, definition } of keys) {
    await session.query(`alter table ${quote(table)} add constraint ${quote(name)} ${definition}`)
  }
  await session.query('commit')
  await session.query('analyze')
}

async function loadMedia(settings: RestoreSettings): Promise<void> {
  let count = 0
  for await (const { record, content } of readBackupFile(settings.file)) {
    if (record.type !== 'media' || !content) continue
    const stored = await settings.media.put(content, { maxBytes: Number.MAX_SAFE_INTEGER })
    if (!stored.ok) throw new StoreError('The disk is full; free some space and restore again.')
    if (stored.value.hash !== record.hash)
      throw new StoreError(`The media file ${record.hash} is damaged in the backup.`)
    if (++count % 1_000 === 0) settings.progress(`media: ${count} files`)
  }
}

// Before the rows are visible, and without losing a key that is there already.
async function loadKey(settings: RestoreSettings): Promise<void> {
  for await (const { record, content } of readBackupFile(settings.file)) {
    if (content) for await (const chunk of content) void chunk
    if (record.type !== 'key') continue
    const present = ((await readKeyFile(settings.dataDir)) ?? []).map((key) => key.toString('hex'))
    const all = [...new Set([...record.keys, ...present])]
    await writeKeyFile(
      settings.dataDir,
      all.map((key) => Buffer.from(key, 'hex')),
    )
  }
}

/**
 * Reads a backup into an empty database, whatever PostgreSQL (15 or newer) wrote it: the tables as of the backup's
 * migrations, its rows and sequences, media and key; then the migrations that came since. The file is checked whole
 * before anything is touched; when it fails the schema is as it was. Throws StoreError.
 */
export async function restore(database: Database, settings: RestoreSettings): Promise<Restored> {
  const dir = settings.migrationsDir ?? migrationsDir
  settings.progress('checking the backup')
  const { manifest, summary } = await checkBackupFile(settings.file)
  await checkMigrations(manifest, dir)
  const setAside = await database.session(async (session) => {
    await refuseHubs(session, 'Stop it before you restore.')
    return clearSchema(session, database, settings)
  })
  try {
    await loadMedia(settings)
    await loadKey(settings)
    await migrate(database, dir, manifest.migrations.at(-1)?.name ?? '')
    await database.session((session) => load(session, database.schema, settings))
  } catch (error) {
    await database.query(`drop schema if exists ${database.schema} cascade`)
    await database.query(
      setAside ? `alter schema ${setAside} rename to ${database.schema}` : `create schema ${database.schema}`,
    )
    throw error
  }
  await migrate(database, dir)
  const box = await openSecretBox(settings)
  return { summary, setAside, unopenableSecrets: await unopenable(database, box) }
}
