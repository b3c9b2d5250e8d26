import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StoreError } from '../connection.ts'
import type { Binaries } from './binaries.ts'
import { type Identity, invocation } from './identity.ts'
import type { Place } from './place.ts'
import { isAlive } from './postmaster.ts'

/** The one role of the embedded server; its socket lies in a folder that only this user can enter. */
export const embeddedUser = 'yitong'

// Another locale gave SQL_ASCII, in which a Chinese character counts as three. The builtin provider sorts the same
// on every machine and does not depend on the C library.
const initArgs = [
  `--username=${embeddedUser}`,
  '--auth=trust',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
]

/** Throws StoreError when another major version wrote the cluster. */
export function checkVersion(clusterDir: string, binaries: Pick<Binaries, 'major'>): void {
  const wrote = Number(readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim())
  if (wrote === binaries.major) return
  throw new StoreError(
    `The data in ${clusterDir} was written by PostgreSQL ${wrote}, and this release carries PostgreSQL ${binaries.major}. ` +
      `With the release that wrote it, run "npm run backup -- --out FILE"; then move ${clusterDir} away and, with this release, run "npm run restore -- --in FILE".`,
  )
}

// What an initdb left that was interrupted.
function clearLeftovers(clusterDir: string): void {
  const prefix = `${basename(clusterDir)}.new-`
  for (const name of readdirSync(dirname(clusterDir))) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue
    rmSync(join(dirname(clusterDir), name), { recursive: true, force: true })
  }
}

/**
 * Makes the cluster when there is none; true when it did. Interrupted anywhere, the next call begins anew. `durable`
 * false leaves out the sync of a throw-away cluster.
 */
export function ensureCluster(
  place: Place,
  binaries: Binaries,
  identity: Identity,
  durable: boolean,
): boolean {
  if (existsSync(join(place.clusterDir, 'PG_VERSION'))) {
    checkVersion(place.clusterDir, binaries)
    return false
  }
  clearLeftovers(place.clusterDir)
  const fresh = `${place.clusterDir}.new-${process.pid}`
  mkdirSync(fresh, { recursive: true, mode: 0o700 })
  if (identity.kind === 'uid') chownSync(fresh, identity.uid, identity.gid)
  const call = invocation(identity, join(place.binariesDir, 'bin', 'initdb'), [
    '-D',
    fresh,
    ...initArgs,
    ...(durable ? [] : ['--no-sync']),
  ])
  const done = spawnSync(call.command, call.args, {
    ...call.options,
    cwd: '/',
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  })
  if (done.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new StoreError(
      `The embedded database could not be created in ${dirname(place.clusterDir)}: ${(done.stderr || String(done.error ?? '')).trim()}`,
    )
  }
  try {
    renameSync(fresh, place.clusterDir)
  } catch (error) {
    // Another process was faster; its cluster is the one.
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(join(place.clusterDir, 'PG_VERSION'))) throw error
    return false
  }
  return true
}
