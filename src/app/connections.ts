import type {
  ChannelIo,
  ConnectIo,
  ConnectionState,
  LeaderPort,
  ReceivePort,
  SafeAgent,
  SupervisePort,
  TokenPort,
} from '../contract/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Log } from '../kernel/log.ts'
import { type Database, sql } from '../store/index.ts'
import type { Account, Registry } from './channels.ts'
import { pause } from './io/pause.ts'

/** Everything of ChannelIo that is the same for all accounts, and how to make the tokens of one. */
export type SharedIo = Omit<ChannelIo<unknown>, 'accountId' | 'config' | 'signal' | 'tokens'> & {
  readonly tokensOf: (accountId: string) => TokenPort
}

export interface ConnectionsOptions {
  readonly database: Database
  readonly registry: Registry
  readonly io: SharedIo
  readonly agentFor: SafeAgent
  readonly receive: ReceivePort
  /** Makes the supervise port; `changed` hears of each state, those too that a channel does not report itself. */
  readonly supervise: (changed: (name: string, state: ConnectionState) => void) => SupervisePort
  readonly leader: LeaderPort
  /** Called when this process was elected for a connection: jobs may wait for it. */
  readonly elected: () => void
  /** This process, as people are shown it. */
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  /** How long a connection may take to end once it should, ms; then it is left to itself. Default 10,000. */
  readonly endMs?: number
  /** Called when a state was written, so that the pages hear of it. */
  readonly changed: (accountId: string, state: ConnectionState) => void
}

/** The io of one account. */
export function channelIo(
  account: Pick<Account, 'id' | 'kind' | 'config'>,
  { tokensOf, ...shared }: SharedIo,
  signal: AbortSignal,
): ChannelIo<unknown> {
  return {
    ...shared,
    tokens: tokensOf(account.id),
    accountId: account.id,
    config: account.config,
    signal,
    log: shared.log.child({ account: account.id, channel: account.kind }),
  }
}

/** The io of one account for what brings messages in: a long connection, a poller, a pull. */
export function connectIo(
  account: Pick<Account, 'id' | 'kind' | 'config'>,
  { database, io, agentFor, receive }: Pick<ConnectionsOptions, 'database' | 'io' | 'agentFor' | 'receive'>,
  signal: AbortSignal,
  report: (state: ConnectionState) => void,
): ConnectIo<unknown> {
  return {
    ...channelIo(account, io, signal),
    agentFor,
    receive,
    cursor: (name) => readCursor(database, account.id, name),
    report,
  }
}

/** The lease of the connection of an account that may have one only. */
export const connectionLease = (accountId: string) => `channel:${accountId}`

/** A node that said nothing for so long is gone, s: it says so with every alignment, each five seconds. */
const goneAfterSeconds = 60

/** Keeps the long connections and pollers of all enabled accounts running, and restarts one when its account changed. */
export function makeConnections(options: ConnectionsOptions) {
  const { node, database } = options
  const running = new Map<string, Running>()
  /** Connections that should end and have not yet; what follows one waits for it. */
  const ending = new Map<string, Promise<void>>()
  let stopped = false
  /** Accounts whose connection is this process's to keep. */
  const leading = new Set<string>()
  const supervise = options.supervise(
    (name, state) => void save(name.slice(connectionLease('').length), state),
  )
  /** One write after the other: the last state that is stored is the last that was. */
  let writing: Promise<unknown> = Promise.resolve()

  function write(accountId: string, statement: () => Promise<unknown>): Promise<unknown> {
    writing = writing.then(statement).catch((error) => {
      options.log.warn({ err: error, account: accountId }, 'the state of a connection could not be stored')
    })
    return writing
  }

  async function save(accountId: string, state: ConnectionState): Promise<void> {
    const row = {
      state: state.state,
      detail: state.detail ?? null,
      since: new Date(state.sinceMs),
      lastSeenAt: state.lastSeenMs ? new Date(state.lastSeenMs) : null,
      aliveAt: sql<Date>`clock_timestamp()`,
    }
    await write(accountId, async () => {
      await database.db
        .insertInto('connection_state')
        .values({ accountId, name: 'main', node, ...row })
        .onConflict((c) => c.columns(['accountId', 'name', 'node']).doUpdateSet(row))
        .execute()
      options.changed(accountId, state)
    })
  }

  /** Takes back what this node said about an account, or about all. */
  async function forget(accountId?: string): Promise<void> {
    await write(accountId ?? 'all', () =>
      database.db
        .deleteFrom('connection_state')
        .where('node', '=', node)
        .$if(accountId !== undefined, (q) => q.where('accountId', '=', accountId!))
        .execute(),
    )
  }

  /** Says that this node is there, and drops what nodes that are gone left behind. */
  async function sweep(): Promise<void> {
    await write('all', async () => {
      await database.db
        .updateTable('connection_state')
        .set({ aliveAt: sql<Date>`clock_timestamp()` })
        .where('node', '=', node)
        .execute()
      await database.db
        .deleteFrom('connection_state')
        .where('aliveAt', '<', sql<Date>`clock_timestamp() - ${goneAfterSeconds}::int * interval '1 second'`)
        .execute()
    })
  }

  /** Opens the connection and waits for its end; one that should end while it is still being opened ends when it is open. */
  async function hold(
    account: Account,
    signal: AbortSignal,
    report: (state: ConnectionState) => void,
  ): Promise<void> {
    const connection = await account.channel.connect!(connectIo(account, options, signal, report))
    const close = () => {
      connection.close().catch((error: unknown) => {
        options.log.warn({ err: error, account: account.id }, 'a connection could not be closed')
      })
    }
    if (signal.aborted) close()
    signal.addEventListener('abort', close, { once: true })
    try {
      await connection.done
    } finally {
      signal.removeEventListener('abort', close)
    }
  }

  /** One run of a connection. What does not end when it should is left to itself: nobody may wait for a vendor for ever. */
  async function run(
    account: Account,
    signals: readonly AbortSignal[],
    report: (state: ConnectionState) => void,
  ): Promise<void> {
    // A signal of its own, and aborted at its end: what a channel hung on it goes with the run instead of piling up.
    const over = new AbortController()
    const signal = AbortSignal.any([...signals, over.signal])
    const held = hold(account, signal, report)
    const late = tooLate(signal, options.endMs ?? 10_000, over.signal)
    try {
      if (await Promise.race([held.then(() => false), late])) {
        options.log.error({ account: account.id }, 'a connection did not end; it is left to itself')
        held.catch(() => {})
      }
    } finally {
      over.abort()
    }
  }

  function start(account: Account): Running {
    const { channel } = account
    const supervised = (outer?: AbortSignal) =>
      supervise(connectionLease(account.id), (signal, report) =>
        run(account, outer ? [signal, outer] : [signal], report),
      )
    if (!channel.singleConnection) {
      const one = supervised()
      return { version: account.version, stop: () => one.stop() }
    }
    const elected = options.leader(connectionLease(account.id), async (signal) => {
      leading.add(account.id)
      signal.addEventListener('abort', () => leading.delete(account.id), { once: true })
      const one = supervised(signal)
      options.elected()
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await one.stop()
      // Whoever leads now tells how it is.
      await forget(account.id)
    })
    return { version: account.version, stop: () => elected.stop() }
  }

  const wanted = () =>
    new Map(
      options.registry
        .all()
        .filter((account) => account.enabled && account.channel.connect)
        .map((account) => [account.id, account]),
    )

  function startMissing(): void {
    if (stopped) return
    for (const [id, account] of wanted()) {
      if (!running.has(id) && !ending.has(id)) running.set(id, start(account))
    }
  }

  async function end(id: string, connection: Running): Promise<void> {
    try {
      await connection.stop()
      if (!wanted().has(id)) await save(id, { state: 'stopped', sinceMs: options.clock.now() })
    } catch (error) {
      options.log.error({ err: error, account: id }, 'a connection could not be ended')
    } finally {
      ending.delete(id)
      startMissing()
    }
  }

  return {
    /**
     * Starts, stops and restarts connections so that they match the accounts in memory. Does not wait for a connection that has to
     * end; what takes its place starts when it has.
     */
    async align(): Promise<void> {
      const accounts = wanted()
      for (const [id, connection] of running) {
        if (accounts.get(id)?.version === connection.version) continue
        running.delete(id)
        ending.set(id, end(id, connection))
      }
      startMissing()
      await sweep()
    },
    /** The leases of connections that this process holds. */
    leases: (): readonly string[] => [...leading].map(connectionLease),
    /** Ends all connections, or leaves to themselves what does not end; none is started any more. */
    async stop(): Promise<void> {
      stopped = true
      const all = [...running.values()].map((connection) => connection.stop())
      running.clear()
      await Promise.allSettled([...all, ...ending.values()])
      await forget()
    },
  }
}

/** A connection that is kept, for one version of its account. */
interface Running {
  readonly version: number
  stop(): Promise<void>
}

/** Resolves true so long after the first signal, unless the second one came before. */
function tooLate(signal: AbortSignal, ms: number, over: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    const wait = () => void pause(ms, over).then(() => resolve(true))
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true, signal: over })
  })
}

async function readCursor(database: Database, accountId: string, name: string): Promise<JsonValue | null> {
  const row = await database.db
    .selectFrom('channel_cursor')
    .select('value')
    .where('accountId', '=', accountId)
    .where('name', '=', name)
    .executeTakeFirst()
  return (row?.value as JsonValue | undefined) ?? null
}
