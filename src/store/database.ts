import { type IsolationLevel, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { type Log, silentLog } from '../kernel/log.ts'
import { addressOf, type ConnectionSettings, driverConfig, StoreError, schemaOf } from './connection.ts'
import { isRetryable, isUnavailable } from './failures.ts'
import type { DB } from './generated/tables.ts'
import { type Heard, makeListener } from './listen.ts'
import { preparingPool } from './statements.ts'

/** An open transaction. Rooms pass it on; only `store` and `app` open one. */
export type Tx = Transaction<DB>

/** Where queries read: the pool or an open transaction. */
export type Reader = Kysely<DB>

/** One connection held for the length of a call: for advisory locks, COPY and scripts of several statements. */
export type Session = pg.PoolClient

export interface OpenSettings extends ConnectionSettings {
  /** Connections at most; default 10. */
  readonly poolSize?: number
  /** How long to wait at the start for a server that cannot be reached yet, ms; default 0. */
  readonly waitMs?: number
  readonly log?: Log
}

export interface TransactionOptions {
  /** How often it is run again after a serialization failure or a deadlock; default 3. `fn` must stand being run again. */
  readonly retries?: number
  /** Default `read committed`. */
  readonly isolation?: IsolationLevel
}

/**
 * The database of the hub. Times are `Date` (milliseconds), int8 is a `number` (a value beyond 2^53 throws), numeric is a
 * string, bytea a Buffer. Every connection runs in UTC with `schema` as its only search path.
 */
export interface Database {
  /** Typed queries outside a transaction. */
  readonly db: Kysely<DB>
  readonly schema: string
  readonly settings: ConnectionSettings
  /** One raw statement, its rows; with `name` it is prepared once per connection. The hot paths use it. */
  query<Row extends object>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>
  /** Runs `fn` in one transaction: committed when it resolves, rolled back when it throws. */
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Lends one connection to `fn`; it is closed instead of given back when `fn` throws. */
  session<T>(fn: (session: Session) => Promise<T>): Promise<T>
  /** Hears NOTIFY on a channel until the returned function is called; survives a lost connection (then `heard(null)`). */
  listen(channel: string, heard: Heard): Promise<() => void>
  /** Ends all connections when the statements that run have ended. */
  close(): Promise<void>
}

/** How long a connection that nobody uses is kept, ms: a new one knows neither catalogue nor plans, so whoever comes first waits for them. */
const keptIdleMs = 5 * 60_000

/** Who waits longer than this for the database at the start is told, ms. */
const quietMs = 1500

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface ServerFacts {
  encoding: string
  version: number
  zone: string
}

async function askServer(pool: pg.Pool, settings: OpenSettings): Promise<ServerFacts> {
  const end = Date.now() + (settings.waitMs ?? 0)
  for (;;) {
    try {
      const { rows } = await pool.query<ServerFacts>(`select current_setting('server_encoding') as encoding,
        current_setting('server_version_num')::int as version, current_setting('TimeZone') as zone`)
      return rows[0]!
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (!isUnavailable(error)) {
        throw new StoreError(`The database at ${addressOf(settings)} refused the connection: ${why}`, {
          cause: error,
        })
      }
      if (Date.now() >= end) {
        throw new StoreError(
          `The database at ${addressOf(settings)} cannot be reached: ${why}. Check DATABASE_URL and that the server runs.`,
          { cause: error },
        )
      }
      await pause(200)
    }
  }
}

/** Throws a StoreError with a sentence for people when this server cannot hold our data. */
function check(facts: ServerFacts, settings: ConnectionSettings): void {
  const where = addressOf(settings)
  if (facts.version < 150_000) {
    throw new StoreError(
      `The server at ${where} is PostgreSQL ${Math.floor(facts.version / 10_000)}; version 15 or newer is needed.`,
    )
  }
  if (facts.encoding !== 'UTF8') {
    throw new StoreError(
      `The database at ${where} is encoded as ${facts.encoding}, which cannot hold Chinese text. ` +
        `Create one with: CREATE DATABASE yitong ENCODING 'UTF8' TEMPLATE template0`,
    )
  }
  if (facts.zone !== 'UTC') {
    throw new StoreError(
      `The connection to ${where} runs in the time zone ${facts.zone} instead of UTC. ` +
        `If a connection pooler stands between, let it pass the start-up parameter "options".`,
    )
  }
}

async function inTransaction<T>(
  db: Kysely<DB>,
  fn: (tx: Tx) => Promise<T>,
  { retries = 3, isolation = 'read committed' }: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.transaction().setIsolationLevel(isolation).execute(fn)
    } catch (error) {
      if (attempt >= retries || !isRetryable(error)) throw error
      await pause(2 ** attempt * 5 * (0.5 + Math.random()))
    }
  }
}

async function lend<T>(pool: pg.Pool, fn: (session: Session) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    return await fn(client)
  } catch (error) {
    // The state of the session is unknown: settings, locks and temporary tables must not reach the next user.
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.release(broken)
  }
}

/** Connects, and checks that the server is fit for us: version, encoding, time zone. Throws StoreError. */
export async function openDatabase(settings: OpenSettings): Promise<Database> {
  const log = settings.log ?? silentLog
  const schema = schemaOf(settings)
  const pool = new pg.Pool({
    ...driverConfig(settings),
    max: settings.poolSize ?? 10,
    idleTimeoutMillis: keptIdleMs,
    pipeline: true,
  })
  let closing: Promise<void> | null = null
  // The pool listens only to connections that nobody uses, and an error that nobody hears ends the process. What runs on a lost
  // connection fails by itself, and the pool drops it.
  pool.on('connect', (client) => {
    client.once('error', (error) => {
      if (!closing) log.warn({ reason: error.message }, 'a database connection was lost')
    })
    client.on('error', () => {})
  })
  pool.on('error', () => {})
  const waiting = setTimeout(() => {
    log.warn({}, `waiting for the database at ${addressOf(settings)} …`)
  }, quietMs)
  try {
    check(await askServer(pool, settings), settings)
  } catch (error) {
    await pool.end()
    throw error
  } finally {
    clearTimeout(waiting)
  }
  const listener = makeListener(settings, log)
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: preparingPool(pool) }) })
  return {
    db,
    schema,
    settings,
    async query<Row extends object>(text: string, values: readonly unknown[] = [], name?: string) {
      const { rows } = await pool.query<Row>({ text, values: values as unknown[], name })
      return rows
    },
    transaction: (fn, options) => inTransaction(db, fn, options),
    session: (fn) => lend(pool, fn),
    listen: (channel, heard) => listener.listen(channel, heard),
    close: () => {
      closing ??= listener.close().then(() => pool.end())
      return closing
    },
  }
}
