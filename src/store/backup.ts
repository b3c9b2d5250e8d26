import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { listSequences, listTables, quote, type TableInfo } from './backup/catalogue.ts'
import { type BackupSummary, type Manifest, type Written, writeBackupFile } from './backup/format.ts'
import type { Database, Session } from './database.ts'
import { readKeyFile } from './secrets.ts'

export interface BackupSettings {
  /** The file to write; replaced when it is there. */
  readonly file: string
  readonly dataDir: string
  /** The folder of the media files. */
  readonly mediaDir: string
  /** SECRET_KEY when it is set: then the key is not ours to copy. */
  readonly secretKey: string | null
  readonly withMedia: boolean
  readonly withKey: boolean
  readonly nowMs: number
  /** Called with a line for people now and then. */
  readonly progress: (line: string) => void
}

const fetchRows = 500
const lineChars = 1_000_000

async function manifest(session: Session, nowMs: number): Promise<Manifest> {
  const { rows: migrations } = await session.query<{ name: string; checksum: string }>(
    `select migration_name as name, checksum from _prisma_migrations
     where finished_at is not null and rolled_back_at is null order by migration_name`,
  )
  const { rows } = await session.query<{ version: string }>(
    "select current_setting('server_version') as version",
  )
  const createdAt = new Date(nowMs).toISOString()
  return {
    type: 'manifest',
    format: 'yitong-backup',
    version: 1,
    createdAt,
    postgres: rows[0]!.version,
    migrations,
  }
}

/** The rows of a table in runs of about a megabyte. */
async function* rowsOf(session: Session, table: string): AsyncGenerator<readonly string[]> {
  await session.query(
    `declare backup_rows no scroll cursor for select t::text as row from only ${quote(table)} t`,
  )
  let run: string[] = []
  let chars = 0
  for (;;) {
    const { rows } = await session.query<{ row: string }>(`fetch ${fetchRows} from backup_rows`)
    for (const { row } of rows) {
      run.push(row)
      chars += row.length
      if (chars < lineChars) continue
      yield run
      run = []
      chars = 0
    }
    if (rows.length < fetchRows) break
  }
  if (run.length > 0) yield run
  await session.query('close backup_rows')
}

function nothing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

/** The media files that are there, one open at a time; one that is erased after it was opened is still read to its end. */
async function* listMedia(dir: string): AsyncGenerator<{ hash: string; file: FileHandle; bytes: number }> {
  for (const folder of ((await readdir(dir).catch(nothing)) ?? [])
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .sort()) {
    for (const hash of (await readdir(join(dir, folder)))
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .sort()) {
      // Erased since the folder was listed: it is missing.
      const file = await open(join(dir, folder, hash)).catch(nothing)
      if (!file) continue
      try {
        yield { hash, file, bytes: (await file.stat()).size }
      } finally {
        await file.close()
      }
    }
  }
}

/** Columns that name media files. */
const mediaColumns = [
  { table: 'attachment', column: 'hash' },
  { table: 'envelope', column: 'bodyMedia' },
] as const

async function namedMedia(session: Session): Promise<Set<string>> {
  const selects = mediaColumns.map(
    ({ table, column }) => `select ${quote(column)} as hash from ${table} where ${quote(column)} is not null`,
  )
  const { rows } = await session.query<{ hash: string }>(selects.join(' union '))
  return new Set(rows.map(({ hash }) => hash))
}

/** Collects what is written; the generator below fills it. */
class Tally {
  readonly rows: Record<string, number> = {}
  mediaFiles = 0
  mediaBytes = 0
  missingMedia: string[] = []
  key: BackupSummary['key'] = 'none'
}

async function* databaseRecords(
  session: Session,
  schema: string,
  tables: readonly TableInfo[],
  tally: Tally,
  progress: BackupSettings['progress'],
): AsyncGenerator<Written> {
  for (const { name, columns } of tables) {
    yield { record: { type: 'table', table: name, columns } }
    let count = 0
    for await (const rows of rowsOf(session, name)) {
      count += rows.length
      yield { record: { type: 'rows', rows } }
    }
    tally.rows[name] = count
    if (count > 0) progress(`${name}: ${count} rows`)
  }
  for (const { name, value, called } of await listSequences(session, schema)) {
    yield { record: { type: 'sequence', sequence: name, value, called } }
  }
}

async function* mediaRecords(
  named: Set<string>,
  settings: BackupSettings,
  tally: Tally,
): AsyncGenerator<Written> {
  const unseen = new Set(named)
  if (settings.withMedia) {
    for await (const { hash, file, bytes } of listMedia(settings.mediaDir)) {
      unseen.delete(hash)
      tally.mediaFiles++
      tally.mediaBytes += bytes
      yield { record: { type: 'media', hash, bytes }, content: file.createReadStream({ autoClose: false }) }
      if (tally.mediaFiles % 1_000 === 0) settings.progress(`media: ${tally.mediaFiles} files`)
    }
  }
  tally.missingMedia = [...unseen].sort()
  const why = settings.withMedia ? 'the file is not in the media folder' : 'media were left out'
  for (const hash of tally.missingMedia) yield { record: { type: 'missing', what: 'media', hash, why } }
}

async function* keyRecord(settings: BackupSettings, tally: Tally): AsyncGenerator<Written> {
  const keys = settings.secretKey ? null : await readKeyFile(settings.dataDir)
  if (keys && settings.withKey) {
    tally.key = 'included'
    yield { record: { type: 'key', keys: keys.map((key) => key.toString('hex')) } }
    return
  }
  tally.key = settings.secretKey ? 'in SECRET_KEY' : keys ? 'left out' : 'none'
  if (tally.key === 'none') return
  const why = settings.secretKey ? 'it is in SECRET_KEY, which a restore needs as well' : 'it was left out'
  yield { record: { type: 'missing', what: 'key', why } }
}

/**
 * Writes everything into one file: the rows of all tables as of one moment (the hub may run meanwhile), sequences, media
 * files and the key. What is not included is named in the file and in the summary.
 */
export async function backup(database: Database, settings: BackupSettings): Promise<BackupSummary> {
  const tally = new Tally()
  await database.session(async (session) => {
    await session.query('begin isolation level repeatable read read only')
    const tables = await listTables(session, database.schema)
    async function* records(): AsyncGenerator<Written> {
      yield { record: await manifest(session, settings.nowMs) }
      yield* databaseRecords(session, database.schema, tables, tally, settings.progress)
      const named = await namedMedia(session)
      // Media are stored before a row names them, so the files of this moment are all there now.
      yield* mediaRecords(named, settings, tally)
      yield* keyRecord(settings, tally)
      yield { record: { type: 'end', sha256: '', summary: { ...tally } } }
    }
    await writeBackupFile(settings.file, records())
    await session.query('commit')
  })
  return { ...tally }
}
