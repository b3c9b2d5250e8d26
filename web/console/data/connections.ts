/** An account with its long connections, as `channel.list` answers it. */
interface Connected {
  readonly enabled: boolean
  readonly connections: readonly { readonly state: string }[]
}

/** How many connections of accounts that are switched on do not stand. */
export function brokenConnections(accounts: readonly Connected[]): number {
  return accounts
    .filter((account) => account.enabled)
    .flatMap((account) => account.connections)
    .filter((connection) => connection.state !== 'up').length
}
