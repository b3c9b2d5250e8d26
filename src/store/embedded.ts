import { existsSync } from 'node:fs'
import type pg from 'pg'
import { type Log, silentLog } from '../kernel/log.ts'
import { type ConnectionSettings, StoreError } from './connection.ts'
import { findBinaries } from './embedded/binaries.ts'
import { ensureCluster } from './embedded/cluster.ts'
import { chooseIdentity } from './embedded/identity.ts'
import { ensureDataDir, findPlace } from './embedded/place.ts'
import type { Postmaster } from './embedded/postmaster.ts'
import {
  connectWhenReady,
  findServer,
  launch,
  maintenance,
  type ServerSettings,
  stopServer,
} from './embedded/server.ts'

export interface EmbeddedSettings {
  /** The hub's data directory; the cluster is its folder `postgres`. Made when missing. */
  readonly dataDir: string
  /**
   * When another process runs the server already: true uses it beside that process and leaves it running (commands),
   * false (default) refuses (a second hub).
   */
  readonly share?: boolean
  /** More server parameters, e.g. `fsync: 'off'` for a test's throw-away cluster. */
  readonly parameters?: Readonly<Record<string, string>>
  /** False keeps user namespaces out of it when the hub is root; default true. */
  readonly namespaces?: boolean
  readonly log?: Log
}

/** A running embedded PostgreSQL. */
export interface Embedded {
  readonly connection: ConnectionSettings
  readonly version: string
  /** True when the cluster was made just now. */
  readonly created: boolean
  /** True when a server was found running and taken over or shared. */
  readonly adopted: boolean
  /** Process id of the server; another one after it crashed and was started again. */
  pid(): number
  /** Stops the server, unless it belongs to another process. Call it last. */
  stop(): Promise<void>
}

// One session of the owner holds this lock in the database `postgres` as long as it lives.
const ownerLock = 7_270_736_901
const databaseName = 'yitong'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function takeOwnership(client: pg.Client, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [
      ownerLock,
    ])
    if (rows[0]!.got) return true
    if (waitedMs >= patienceMs) return false
    await pause(50)
  }
}

async function ownerOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = $1`,
    [ownerLock],
  )
  return rows[0]?.name.replace('yitong-owner-', '') ?? '?'
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName])
  if (rowCount === 0) await client.query(`create database ${databaseName}`)
}

/** A server of the right version, found or started; a found one of another release is stopped first. */
async function bringUp(settings: ServerSettings): Promise<{ server: Postmaster; adopted: boolean }> {
  const { clusterDir } = settings.place
  const found = await findServer(clusterDir)
  if (found && existsSync(found.socketDir)) {
    const client = await connectWhenReady(found, clusterDir, settings.log).catch(() => null)
    if (client) {
      const { rows } = await client.query<{ dir: string; version: string }>(
        `select current_setting('data_directory') as dir, split_part(current_setting('server_version'), ' ', 1) as version`,
      )
      await client.end()
      if (rows[0]!.dir === clusterDir && rows[0]!.version === settings.binaries.version) {
        return { server: found, adopted: true }
      }
    }
  }
  if (found) await stopServer(found, clusterDir)
  try {
    return { server: await launch(settings), adopted: false }
  } catch (error) {
    // Another process may have been faster.
    const other = await findServer(clusterDir)
    if (!other) throw error
    return { server: other, adopted: true }
  }
}

/** Keeps the server of this process running: when the owner's session breaks, it is brought up again. */
class Owner {
  server: Postmaster
  #client: pg.Client
  #stopping = false
  #recovering: Promise<void> | null = null
  readonly #settings: ServerSettings

  constructor(settings: ServerSettings, server: Postmaster, client: pg.Client) {
    this.#settings = settings
    this.server = server
    this.#client = client
    this.#watch()
  }

  #watch(): void {
    this.#client.once('end', () => {
      if (!this.#stopping) this.#recovering = this.#recover()
    })
  }

  async #recover(): Promise<void> {
    const { log, place } = this.#settings
    log.error({ pid: this.server.pid }, 'the embedded database went away; starting it again')
    for (let pauseMs = 20; !this.#stopping; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        const { server } = await bringUp(this.#settings)
        this.server = server
        this.#client = await connectWhenReady(server, place.clusterDir, log)
        if (!(await takeOwnership(this.#client, 5_000))) throw new Error('another process owns it')
        this.#watch()
        log.info({ pid: server.pid }, 'the embedded database is back')
        return
      } catch (error) {
        log.error({ reason: (error as Error).message }, 'the embedded database does not start')
        await pause(pauseMs)
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#recovering
    await this.#client.end().catch(() => {})
    await stopServer(this.server, this.#settings.place.clusterDir)
  }
}

function prepare(settings: EmbeddedSettings): { server: ServerSettings; created: boolean } {
  const log = settings.log ?? silentLog
  const binaries = findBinaries()
  const dataDir = ensureDataDir(settings.dataDir)
  const identity = chooseIdentity(binaries.dir, dataDir, settings.namespaces)
  const place = findPlace(dataDir, binaries, identity, log)
  const created = ensureCluster(place, binaries, identity, settings.parameters?.fsync !== 'off')
  return { server: { place, binaries, identity, parameters: settings.parameters, log }, created }
}

/**
 * Starts the PostgreSQL that came with `npm ci` on `<dataDir>/postgres`, or takes over one that outlived its hub.
 * Throws StoreError: the data directory cannot be used, another hub owns it, another major version wrote it, no binaries for this machine.
 */
export async function startEmbedded(settings: EmbeddedSettings): Promise<Embedded> {
  const { server: plan, created } = prepare(settings)
  const { server, adopted } = await bringUp(plan)
  const client = await connectWhenReady(server, plan.place.clusterDir, plan.log)
  const owned = await takeOwnership(client, settings.share ? 0 : 2_000)
  if (!owned && !settings.share) {
    const owner = await ownerOf(client)
    await client.end()
    throw new StoreError(
      `The data directory ${settings.dataDir} is in use by another Yitong (process ${owner}). Stop that one first, or set DATA_DIR to another folder.`,
    )
  }
  await ensureDatabase(client)
  if (!owned) await client.end()
  const owner = owned ? new Owner(plan, server, client) : null
  const { host, port, user } = maintenance(server)
  return {
    connection: { host, port, user, database: databaseName },
    version: plan.binaries.version,
    created,
    adopted,
    pid: () => owner?.server.pid ?? server.pid,
    stop: async () => owner?.stop(),
  }
}
