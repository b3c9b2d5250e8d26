import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../connection.ts'

/**
 * Under whom PostgreSQL runs. It refuses to run as root, so a hub that is root puts it into a user namespace in which
 * its files still belong to root (`namespace`), or gives it another uid (`uid`).
 */
export type Identity =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'uid'; readonly uid: number; readonly gid: number }

/** A command with what `spawn` needs to run it under an identity. */
export interface Invocation {
  readonly command: string
  readonly args: readonly string[]
  readonly options: { readonly uid?: number; readonly gid?: number }
}

/** How to start a program under an identity. */
export function invocation(identity: Identity, command: string, args: readonly string[]): Invocation {
  if (identity.kind === 'self') return { command, args, options: {} }
  const { uid, gid } = identity
  if (identity.kind === 'uid') return { command, args, options: { uid, gid } }
  const mapped = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, command, ...args]
  return { command: 'unshare', args: mapped, options: {} }
}

/** The uid that owns the files of a server that runs under this identity, seen from here. */
export function ownerUid(identity: Identity): number {
  return identity.kind === 'uid' ? identity.uid : (process.getuid?.() ?? 0)
}

interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** The accounts of /etc/passwd; initdb refuses a uid that is not there. */
export function readAccounts(file = '/etc/passwd'): Account[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name!, uid: Number(uid), gid: Number(gid) }))
}

/** True when a server under this identity can run the binaries and get into `dir`. */
export function canReach(identity: Identity, binariesDir: string, dir: string): boolean {
  const works = (command: string, args: string[]) => {
    const call = invocation(identity, command, args)
    return spawnSync(call.command, call.args, { ...call.options, cwd: '/', stdio: 'ignore' }).status === 0
  }
  return works(join(binariesDir, 'bin', 'postgres'), ['--version']) && works('test', ['-x', dir])
}

/**
 * Chooses the identity for a data directory that exists. As root: the directory's owner if that is somebody else, else
 * a user namespace, else (`uid`) an unprivileged account whose files then have to lie where it can reach them.
 */
export function chooseIdentity(binariesDir: string, dir: string, namespaces = true): Identity {
  if (process.getuid?.() !== 0) return { kind: 'self' }
  const accounts = readAccounts()
  const owner = accounts.find((account) => account.uid === statSync(dir).uid && account.uid !== 0)
  if (owner) {
    const identity: Identity = { kind: 'uid', uid: owner.uid, gid: owner.gid }
    if (canReach(identity, binariesDir, dir)) return identity
  }
  const account =
    accounts.find(({ name }) => name === 'nobody') ?? accounts.find(({ uid }) => uid !== 0) ?? undefined
  if (!account) {
    throw new StoreError(
      'PostgreSQL refuses to run as root, and /etc/passwd names no other user. Start the hub as an ordinary user, or set DATABASE_URL.',
    )
  }
  const { uid, gid } = account
  const inNamespace: Identity = { kind: 'namespace', uid, gid }
  if (namespaces && canReach(inNamespace, binariesDir, dir)) return inNamespace
  return { kind: 'uid', uid, gid }
}
