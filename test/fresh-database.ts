import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../src/store/index.ts'
import { withDatabase } from './database.ts'

/** A migrated database for one test file. */
export interface FreshDatabase {
  readonly database: Database
  /** For a process of its own: `DATABASE_URL`. */
  readonly url: string
  /** Closes `database`: from then on only others are connected. */
  leave(): Promise<void>
  /** Closes `database` and drops it, also while others are connected. */
  drop(): Promise<void>
}

async function onServer(statement: string): Promise<void> {
  const server = await openDatabase({ url: inject('testServerUrl'), poolSize: 1 })
  try {
    await server.query(statement)
  } finally {
    await server.close()
  }
}

/**
 * Makes a migrated, otherwise empty database on the server of this run. `empty` leaves out the migrations. Four connections unless
 * told otherwise: each learns catalogue and plans anew, which with ten is a sixth of a short test.
 */
export async function freshDatabase(
  options: { empty?: boolean; poolSize?: number } = {},
): Promise<FreshDatabase> {
  const name = `yt_${randomBytes(6).toString('hex')}`
  const template = options.empty ? 'template0' : inject('testTemplate')
  await onServer(`create database ${name} encoding 'UTF8' template ${template}`)
  const url = withDatabase(inject('testServerUrl'), name)
  const database = await openDatabase({ url, poolSize: options.poolSize ?? 4 })
  let closing: Promise<void> | null = null
  const leave = () => (closing ??= database.close())
  return {
    database,
    url,
    leave,
    async drop() {
      await leave()
      await onServer(`drop database if exists ${name} with (force)`)
    },
  }
}
