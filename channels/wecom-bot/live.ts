import type { WSClient } from '@wecom/aibot-node-sdk'

/** The signed-in connections of this process, by account: only who holds a robot's connection can speak for it. */
const connections = new Map<string, WSClient>()
const problems = new Map<string, string>()

/** The account's connection; null when another process holds it, or nobody. */
export function liveBot(accountId: string): WSClient | null {
  return connections.get(accountId) ?? null
}

/** Why this process has no connection of the account, as far as it knows. */
export function problemOf(accountId: string): string | null {
  return problems.get(accountId) ?? null
}

/** Remembers a signed-in connection until `forget`. */
export function remember(accountId: string, client: WSClient): void {
  connections.set(accountId, client)
  problems.delete(accountId)
}

/** Forgets a connection that ended; a newer one of the same account stays. */
export function forget(accountId: string, client: WSClient, problem: string): void {
  if (connections.get(accountId) === client) connections.delete(accountId)
  if (!connections.has(accountId)) problems.set(accountId, problem)
}
