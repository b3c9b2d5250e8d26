import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Log } from '../../kernel/log.ts'
import { StoreError } from '../connection.ts'
import { isUnavailable } from '../failures.ts'
import type { Binaries } from './binaries.ts'
import { embeddedUser } from './cluster.ts'
import { type Identity, invocation } from './identity.ts'
import { type Place, socketDir } from './place.ts'
import {
  isPostmasterOf,
  isTaken,
  type Postmaster,
  parsePidFile,
  readPidFile,
  strayProcesses,
} from './postmaster.ts'

/** Small, since it shares a machine with the hub; every commit stays durable. */
const parameters: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  port: '5432',
  max_connections: '60',
  shared_buffers: '64MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_wal_size: '512MB',
  min_wal_size: '80MB',
  io_method: 'sync',
  jit: 'off',
  random_page_cost: '1.1',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const largestLogBytes = 8 * 1024 * 1024

/** What is needed to run the server of one cluster. */
export interface ServerSettings {
  readonly place: Place
  readonly binaries: Binaries
  readonly identity: Identity
  /** More server parameters, e.g. `fsync: 'off'` for a test's throw-away cluster. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly log: Log
}

/** Connection settings of a server's maintenance database. */
export function maintenance(server: Postmaster): pg.ClientConfig {
  return { host: server.socketDir, port: server.port, user: embeddedUser, database: 'postgres' }
}

/** The postmaster of the cluster that is alive, or null. Clears what a dead one left behind, so that a start can succeed. */
export async function findServer(clusterDir: string): Promise<Postmaster | null> {
  const text = readPidFile(clusterDir)
  if (text === null) return null
  const postmaster = parsePidFile(text)
  const pid = postmaster?.pid ?? Number.parseInt(text, 10)
  if (isPostmasterOf(pid, clusterDir)) {
    if (postmaster) return postmaster
    await pause(50)
    return findServer(clusterDir)
  }
  await endStrays(clusterDir)
  if (isTaken(pid)) {
    // PostgreSQL takes any process with that number for a running server; we know that it is a stranger or has ended.
    rmSync(join(clusterDir, 'postmaster.pid'), { force: true })
    if (postmaster) rmSync(join(postmaster.socketDir, `.s.PGSQL.${postmaster.port}.lock`), { force: true })
  }
  return null
}

// Processes that lost their postmaster end on their own unless they are busy; a new server must not start beside them.
async function endStrays(clusterDir: string): Promise<void> {
  for (let waitedMs = 0; strayProcesses(clusterDir).length > 0; waitedMs += 50) {
    if (waitedMs === 5_000) for (const pid of strayProcesses(clusterDir)) process.kill(pid, 'SIGQUIT')
    if (waitedMs > 15_000) {
      throw new StoreError(
        `Processes of a PostgreSQL that crashed still work in ${clusterDir}: ${strayProcesses(clusterDir).join(', ')}. End them and start again.`,
      )
    }
    await pause(50)
  }
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-6).join('\n')
  } catch {
    return ''
  }
}

/** Starts the server in a session of its own: Ctrl-C reaches the hub's process group, and the database must end last. */
export async function launch(settings: ServerSettings): Promise<Postmaster> {
  const { place, identity } = settings
  const logFile = join(dirname(place.clusterDir), 'postgres.log')
  const tooLong = (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes
  const output = openSync(logFile, tooLong ? 'w' : 'a', 0o600)
  const all = {
    ...parameters,
    ...settings.parameters,
    unix_socket_directories: socketDir(place.clusterDir, identity),
  }
  const args = [
    '-D',
    place.clusterDir,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const call = invocation(identity, join(place.binariesDir, 'bin', 'postgres'), args)
  const child = spawn(call.command, call.args, {
    ...call.options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', PGOPTIONS: undefined },
  })
  closeSync(output)
  let failure: string | null = null
  child.once('error', (error) => {
    failure = error.message
  })
  child.once('exit', (code, signal) => {
    failure ??= `it ended with ${signal ?? code}`
  })
  child.unref()
  for (;;) {
    await pause(10)
    if (failure !== null) {
      throw new StoreError(`The embedded PostgreSQL did not start: ${failure}\n${lastLines(logFile)}`)
    }
    const postmaster = parsePidFile(readPidFile(place.clusterDir) ?? '')
    if (postmaster && postmaster.pid === child.pid) return postmaster
  }
}

/** Connects to the maintenance database as soon as the server accepts connections; crash recovery may take a while. */
export async function connectWhenReady(server: Postmaster, clusterDir: string, log: Log): Promise<pg.Client> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ ...maintenance(server), application_name: `yitong-owner-${process.pid}` })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      if (!isUnavailable(error) || !isPostmasterOf(server.pid, clusterDir)) throw error
    }
    if (attempt === 200) log.info({}, 'the database is recovering; waiting until it is ready')
    await pause(attempt < 50 ? 10 : 50)
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir)
  } catch {
    // Somebody's file is still in it, or it is gone: neither matters.
  }
}

/** Stops a server: lets statements end at once (fast shutdown); after `patienceMs` without it, by force. */
export async function stopServer(server: Postmaster, clusterDir: string, patienceMs = 30_000): Promise<void> {
  const gone = async (limitMs: number) => {
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 10) {
      if (!isPostmasterOf(server.pid, clusterDir)) return true
      await pause(10)
    }
    return false
  }
  const send = (signal: NodeJS.Signals) => {
    if (isPostmasterOf(server.pid, clusterDir)) process.kill(server.pid, signal)
  }
  send('SIGINT')
  if (!(await gone(patienceMs))) send('SIGQUIT')
  if (await gone(10_000)) return removeIfEmpty(server.socketDir)
  throw new StoreError(`The embedded PostgreSQL (process ${server.pid}) does not stop. End it by hand.`)
}
