import { createHash } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Log } from '../../kernel/log.ts'
import { StoreError } from '../connection.ts'
import type { Binaries } from './binaries.ts'
import { canReach, type Identity, ownerUid } from './identity.ts'

const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 10)

/** Gives a folder and everything below it to a user; a no-op when the folder has that owner already. */
function give(dir: string, uid: number, gid: number): void {
  if (lstatSync(dir).uid === uid) return
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) give(path, uid, gid)
    else chownSync(path, uid, gid)
  }
  // Last, so that an interrupted walk is walked again.
  chownSync(dir, uid, gid)
}

/** A folder of mode 0700 for the socket. Short, because a socket's path may have about 100 bytes. */
export function socketDir(clusterDir: string, identity: Identity): string {
  const uid = ownerUid(identity)
  // Not $XDG_RUNTIME_DIR: it is removed when the user signs out, under a server that still runs.
  const dir = `/tmp/yt-${short(clusterDir)}`
  const chosen = isOurs(dir, uid) ? dir : mkdtempSync('/tmp/yt-')
  if (identity.kind === 'uid') chownSync(chosen, identity.uid, identity.gid)
  return chosen
}

/** Makes the folder, or says whether the one that is there is safe to use. */
function isOurs(dir: string, uid: number): boolean {
  try {
    mkdirSync(dir, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(dir)
  const self = process.getuid?.() ?? 0
  return found.isDirectory() && (found.uid === uid || found.uid === self) && (found.mode & 0o077) === 0
}

// One folder after the other: where none can be made, as below /proc, Node's own way of making all of them never ends.
function makeFolders(dir: string, mode: number): void {
  if (existsSync(dir)) return
  makeFolders(dirname(dir), mode)
  try {
    mkdirSync(dir, { mode })
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const hindrances: Readonly<Record<string, string>> = {
  ENOTDIR: 'it is not a folder, or it is below something that is none',
  EACCES: 'this user may not read and write there',
  EPERM: 'this user may not read and write there',
  EROFS: 'it is on a file system that can only be read',
  ENOENT: 'no folder can be made there',
}

/** Makes the data directory when there is none, and finds out whether it can be used; its real path. Throws StoreError. */
export function ensureDataDir(dir: string): string {
  try {
    // A database that runs as another user must get through; what is in the folder has modes of its own.
    makeFolders(dir, process.getuid?.() === 0 ? 0o711 : 0o700)
    // The slash asks for a folder.
    accessSync(`${dir}/`, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(dir)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new StoreError(
      `The data directory ${dir} cannot be used: ${hindrances[code] ?? message}. ` +
        'Set DATA_DIR to a folder that the user of the hub may read and write.',
      { cause: error },
    )
  }
}

/** Where the cluster and the binaries are that a server under an identity can reach. */
export interface Place {
  /** The real path of the cluster; need not exist yet. */
  readonly clusterDir: string
  readonly binariesDir: string
}

/**
 * Finds the place of the cluster for a hub's data directory. An unprivileged account that cannot reach it (below /root
 * where user namespaces are forbidden) gets a folder below /var/lib, and `data/postgres` becomes a link to it.
 */
export function findPlace(dataDir: string, binaries: Binaries, identity: Identity, log: Log): Place {
  const named = join(dataDir, 'postgres')
  const existing = existsSync(named) ? realpathSync(named) : null
  if (identity.kind === 'self') return { clusterDir: existing ?? named, binariesDir: binaries.dir }
  const [uid, gid] = identity.kind === 'uid' ? [identity.uid, identity.gid] : [0, 0]
  if (existing) give(existing, uid, gid)
  if (canReach(identity, binaries.dir, existing ?? dataDir)) {
    return { clusterDir: existing ?? named, binariesDir: binaries.dir }
  }
  const base = join('/var/lib', `yitong-${short(dataDir)}`)
  if (existing && dirname(existing) !== base) {
    throw new StoreError(
      `PostgreSQL refuses to run as root, and no other user can reach ${existing}. Move the data directory out of /root, or start the hub as an ordinary user.`,
    )
  }
  mkdirSync(base, { recursive: true, mode: 0o755 })
  const clusterDir = join(base, 'postgres')
  if (!existing) {
    rmSync(named, { force: true })
    symlinkSync(clusterDir, named)
    log.warn(
      { dir: clusterDir },
      'as root, PostgreSQL cannot run below the data directory; its files are there',
    )
  }
  return { clusterDir, binariesDir: reachableBinaries(binaries, base, identity) }
}

function reachableBinaries(binaries: Binaries, base: string, identity: Identity): string {
  if (canReach(identity, binaries.dir, base)) return binaries.dir
  const copy = join(base, `postgresql-${binaries.version}`)
  if (!existsSync(copy)) {
    cpSync(binaries.dir, `${copy}.part`, { recursive: true, verbatimSymlinks: true })
    renameSync(`${copy}.part`, copy)
  }
  return copy
}
