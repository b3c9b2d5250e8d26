import type { WSClient } from '@wecom/aibot-node-sdk'
import type { ChannelIo } from '../../src/contract/ports.ts'

/** Whose connection it is: an account's, of the hub that holds its leases by this port (there is one hub in a process, in tests more). */
type Owner = Pick<ChannelIo<unknown>, 'accountId' | 'lease'>

interface Lines {
  readonly connections: Map<string, WSClient>
  readonly problems: Map<string, string>
}

/** The signed-in connections of this process: only who holds a robot's connection can speak for it. */
const hubs = new WeakMap<Owner['lease'], Lines>()

function linesOf({ lease }: Owner): Lines {
  const known = hubs.get(lease) ?? { connections: new Map(), problems: new Map() }
  hubs.set(lease, known)
  return known
}

/** The account's connection; null when another process holds it, or nobody. */
export function liveBot(owner: Owner): WSClient | null {
  return linesOf(owner).connections.get(owner.accountId) ?? null
}

/** Why this process has no connection of the account, as far as it knows. */
export function problemOf(owner: Owner): string | null {
  return linesOf(owner).problems.get(owner.accountId) ?? null
}

/** Remembers a signed-in connection until `forget`. */
export function remember(owner: Owner, client: WSClient): void {
  const { connections, problems } = linesOf(owner)
  connections.set(owner.accountId, client)
  problems.delete(owner.accountId)
}

/** Forgets a connection that ended; a newer one of the same account stays. */
export function forget(owner: Owner, client: WSClient, problem: string): void {
  const { connections, problems } = linesOf(owner)
  if (connections.get(owner.accountId) === client) connections.delete(owner.accountId)
  if (!connections.has(owner.accountId)) problems.set(owner.accountId, problem)
}
