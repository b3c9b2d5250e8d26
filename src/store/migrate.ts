import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StoreError } from './connection.ts'
import type { Database, Session } from './database.ts'

/** The migrations of this release. */
export const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** One folder of prisma/migrations. */
export interface Migration {
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, lower-case hex, as Prisma stores it. */
  readonly checksum: string
}

/** Reads the migrations of a folder in the order in which they are applied. */
export async function readMigrations(dir = migrationsDir): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(dir, name, 'migration.sql'))
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
}

// The table of Prisma's own `migrate deploy`, column by column, so that either may go on where the other stopped.
const table = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`

// The key that Prisma's `migrate deploy` takes, so that the two exclude each other.
const lockKey = 72707369

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

/** The migrations still to be applied. Throws StoreError when what was applied is not what this release carries. */
function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const row of applied) {
    const name = row.migration_name
    const migration = known.get(name)
    if (!migration) {
      throw new StoreError(
        `The database has the migration "${name}", which this release does not know: a newer release wrote it. Start that release, or restore a backup of this one.`,
      )
    }
    if (!row.finished_at) {
      throw new StoreError(
        `The migration "${name}" was begun by another tool and did not end. Mend the database and remove its row from _prisma_migrations, or restore a backup.`,
      )
    }
    if (migration.checksum !== row.checksum) {
      throw new StoreError(
        `The migration "${name}" was edited after it had been applied. Put the old text back and write a new migration.`,
      )
    }
  }
  const done = new Set(applied.map((row) => row.migration_name))
  return migrations.filter((migration) => !done.has(migration.name))
}

async function apply(session: Session, migration: Migration): Promise<void> {
  const began = new Date()
  await session.query('begin')
  try {
    await session.query(migration.sql)
    await session.query(
      `insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       values ($1, $2, now(), $3, $4, 1)`,
      [randomUUID(), migration.checksum, migration.name, began],
    )
    await session.query('commit')
  } catch (error) {
    await session.query('rollback')
    const why = error instanceof Error ? error.message : String(error)
    throw new StoreError(`The migration "${migration.name}" failed and left nothing behind: ${why}`, {
      cause: error,
    })
  }
}

// Not `if not exists`: that asks for the right to create schemas even when there is nothing to create.
async function ensureSchema(session: Session, schema: string): Promise<void> {
  const { rowCount } = await session.query('select 1 from pg_namespace where nspname = $1', [schema])
  if (rowCount === 0) await session.query(`create schema ${schema}`)
}

/**
 * Brings the schema of the database up to this release: each missing migration in one transaction, one process at a
 * time. Returns the names of what was applied. With `last` it stops after the migration of that name (restore needs the
 * schema of then). Throws StoreError; a migration that fails leaves nothing behind.
 */
export function migrate(database: Database, dir = migrationsDir, last?: string): Promise<string[]> {
  return database.session(async (session) => {
    const migrations = await readMigrations(dir)
    await session.query('select pg_advisory_lock($1)', [lockKey])
    try {
      await ensureSchema(session, database.schema)
      await session.query(table)
      const { rows } = await session.query<Applied>(
        'select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null',
      )
      const pending = pendingMigrations(migrations, rows).filter(
        ({ name }) => last === undefined || name <= last,
      )
      for (const migration of pending) await apply(session, migration)
      return pending.map((migration) => migration.name)
    } finally {
      await session.query('select pg_advisory_unlock($1)', [lockKey])
    }
  })
}
