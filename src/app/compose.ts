import { randomUUID } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import type { Command, Query, TicketLinks } from '../access/index.ts'
import type { TestStep } from '../contract/channel.ts'
import type { JobKind, NewJob } from '../contract/jobs.ts'
import type { KnowledgePort } from '../contract/knowledge.ts'
import type { LlmPort } from '../contract/llm.ts'
import type { MediaStore, ReceivePort } from '../contract/ports.ts'
import type { RecogniserPort } from '../contract/transcript.ts'
import type { FetchedFile } from '../conversations/index.ts'
import { reachabilityQuery } from '../http/index.ts'
import {
  healthCommands,
  healthQueries,
  makeAccountCommands,
  makeAccountQueries,
  makeReceiver,
} from '../inbox/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { timeIds } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import { ok, type Result } from '../kernel/result.ts'
import {
  bullmqDriver,
  enqueue,
  onPlaced,
  place,
  placedAtOnce,
  postgresDriver,
  type Wake,
} from '../queue/index.ts'
import type { Database, SecretBox } from '../store/index.ts'
import { anybodyListens, fanoutJob } from '../webhooks/index.ts'
import { type AppenderOptions, makeAppender } from './appender.ts'
import { actionLimitMs, answerActions } from './at-once.ts'
import { channelLoaders } from './channel-list.ts'
import { type ChannelLoaders, makeRegistry, type Registry } from './channels.ts'
import type { Config } from './config.ts'
import { channelIo, makeConnections, type SharedIo } from './connections.ts'
import { type Executor, makeExecutor } from './execute.ts'
import { type ExtractionThread, extractionThread } from './extraction-thread.ts'
import { makeLeader } from './io/leader.ts'
import { makeLeases } from './io/lease.ts'
import { makeSafeFetch } from './io/safe-fetch.ts'
import { makeSupervise } from './io/supervise.ts'
import { makeTokens } from './io/tokens.ts'
import { type Loop, startLoop } from './loop.ts'
import { makePullHandler } from './pulls.ts'
import { type RoomParts, rooms } from './rooms.ts'
import { makeRunner } from './runner.ts'
import { accountSecrets } from './secrets.ts'
import { version } from './version.ts'

/** What a hub is made of; a test or a replay brings its own clock and channels. */
export interface HubOptions {
  readonly config: Config
  readonly database: Database
  readonly media: MediaStore
  /** Seals secrets at rest. */
  readonly box: SecretBox
  /** Signs customers' links. */
  readonly links: TicketLinks
  readonly clock: Clock
  readonly log: Log
  readonly channels?: ChannelLoaders
  /** Where texts are read; a thread of its own when absent. */
  readonly extraction?: ExtractionThread
  /** The model that helps the rules engine; none when absent. */
  readonly llm?: LlmPort
  /** Who transcribes recorded calls; nobody when absent. */
  readonly recogniser?: RecogniserPort
  /** Who finds articles that answer inquiries; the knowledge room when absent. */
  readonly knowledge?: KnowledgePort
  /** What became of files then: replay asks this and fetches nothing. */
  readonly recordedFile?: (attachmentId: string) => Promise<FetchedFile | null>
  /** Kinds of job that stay off: replay does not speak to the outside. */
  readonly without?: readonly JobKind[]
}

/** A composed hub: everything that the edges (HTTP, commands of the shell, tests) use. */
export interface Hub {
  readonly database: Database
  readonly media: MediaStore
  readonly registry: Registry
  readonly receive: ReceivePort
  readonly executor: Executor
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
  readonly io: SharedIo
  readonly clock: Clock
  readonly log: Log
  /** Calls `heard` after events got their positions; returns the way to stop. */
  onEvents(heard: () => void): () => void
  /** Starts workers and connections as the role says. `alone`: no other process works on this database. */
  start(alone: boolean): Promise<void>
  /** Works off everything that is due, without loops; for tests. */
  settle(): Promise<void>
  /** Works off the envelopes that wait; for replay. */
  append(): Promise<void>
  /** Runs one named job if it is ready; for replay. */
  runJob(id: string): Promise<boolean>
  /** Ends connections, lets running jobs end, and closes; the database stays open. */
  stop(): Promise<void>
}

/** Events get their positions at most this often, ms: many in one commit. */
const placeSpacingMs = 40

/** While more comes in than can be worked off as it comes, storing it goes first; the rest takes a turn this often, ms. */
const politeMs = 500

/** Puts the hub together. Nothing runs before `start`. */
export async function composeHub(options: HubOptions): Promise<Hub> {
  const { config, database, media, links, clock, log } = options
  const secrets = accountSecrets(options.box)
  const worker = `${process.pid}-${randomUUID().slice(0, 8)}`
  const ids = timeIds(() => clock.now())
  const safe = makeSafeFetch({ allow: config.allowPrivateHosts })
  const leases = makeLeases(database, worker)
  const vendorTokens = makeTokens({ database, box: options.box, leases, clock })
  const io: SharedIo = {
    ...{ fetch: safe.fetch, media, lease: leases, clock, log },
    publicUrl: config.publicUrl,
    tokensOf: vendorTokens,
  }
  const heard = new Set<() => void>()
  const loops: Loop[] = []

  const wrote = (wakes: readonly Wake[], events: number) => {
    if (wakes.length > 0) {
      runner.wake()
      driver.announce(wakes)
    }
    if (events > 0) placing?.wake()
  }
  const stored = () => {
    appending?.wake()
    // On a node that only serves, somebody else works: it must hear of what waits.
    if (config.role === 'web') driver.announce([])
  }
  const driver = config.redisUrl
    ? bullmqDriver({ url: config.redisUrl, prefix: await wakePrefix(database), now: () => clock.now(), log })
    : postgresDriver(database, log)

  const registry = makeRegistry({
    database,
    loaders: options.channels ?? channelLoaders,
    openSecrets: async (id, sealed) => secrets.open(id, sealed),
    unusable: (account, reason) =>
      log.error(
        { account: account.id, channel: account.kind, reason },
        'the stored settings of a channel account cannot be used',
      ),
    now: () => clock.now(),
    extra: (accountId, kind) => tokensOf(database, accountId, kind),
  })
  const parts: RoomParts = {
    config,
    database,
    media,
    registry,
    io,
    isBarred: safe.isBarred,
    leases: () => connections.leases(),
    box: options.box,
    links,
    log,
    extraction: options.extraction ?? extractionThread(log),
    llm: options.llm,
    recogniser: options.recogniser ?? null,
    recordedFile: options.recordedFile,
    knowledge: options.knowledge,
  }
  const built = rooms(parts)
  const receiver = makeReceiver({
    ...{ database, media, ids, stored },
    heldMs: ({ kind, accountId }) => (kind === 'action' ? actionLimitMs(registry, accountId) : 0),
  })
  const executor = makeExecutor({
    ...{ database, clock, ids, wrote },
    // What a command of this process changed is known at once; connections follow in their own time.
    accountsChanged: () => registry.refresh(),
  })
  const appender = makeAppender({
    database,
    registry,
    media,
    clock,
    log,
    wrote,
    ...built.inbox,
  } satisfies AppenderOptions)
  const receive = answerActions(receiver.receive, {
    ...{ database, registry, log, act: appender.actAtOnce, released: stored },
  })
  const handlers = [
    ...built.handlers,
    makePullHandler({ database, registry, io, agentFor: safe.agentFor, receive }),
  ]
  const runner = makeRunner({
    database,
    handlers: handlers.filter((handler) => !options.without?.includes(handler.kind)),
    worker,
    concurrency: config.concurrency,
    leases: () => connections.leases(),
    // A ticket reaches its engineer before anybody is told about others.
    first: ['conversation.extract', 'ticket.route'],
    // What waits is read first: then each conversation is worked on once for all that was said in it.
    yielding: () => receiver.busy() || appender.behind(),
    spacingMs: () => (appender.behind() ? politeMs : polite()),
    clock,
    log,
    wrote,
  })
  const connections = makeConnections({
    database,
    registry,
    io,
    agentFor: safe.agentFor,
    receive,
    supervise: (changed) => makeSupervise({ clock, log, changed }),
    leader: makeLeader({ leases, log }),
    elected: () => runner.wake(),
    node: `${hostname()} ${worker}`,
    clock,
    log,
    changed: (accountId, state) =>
      log.info({ account: accountId, state: state.state }, 'a connection changed'),
  })
  const accountPorts = {
    channel: (kind: string) => registry.channel(kind),
    kinds: () => registry.kinds(),
    seal: secrets.seal,
    open: secrets.open,
    fault: (accountId: string) => registry.fault(accountId),
    isBarred: safe.isBarred,
    test: (accountId: string) => testAccount(registry, io, accountId),
  }

  const reachability = reachabilityQuery({ ...config, version, interfaces: networkInterfaces })

  let appending: Loop | null = null
  let placing: Loop | null = null
  let aligned = 0
  let aligning: Promise<void> | null = null
  let deaf: (() => void) | null = null

  /** Gives positions to new events; every node hears of them, this one too. */
  async function placeTurn(): Promise<{ more: boolean }> {
    const placed = await place(database)
    if (placed > 0 && (await anybodyListens(database.db))) await plant(fanoutJob)
    if (aligning === null && clock.now() - aligned > 5000) aligning = alignAside()
    return { more: placed === placedAtOnce }
  }

  /** Beside the loop: what waits for a vendor or for an account's settings must not hold up what everybody is told. */
  async function alignAside(): Promise<void> {
    try {
      await align()
    } catch (error) {
      log.error({ err: error }, 'the connections could not follow the channel accounts; they try again')
    }
    aligning = null
    // Something changed while they followed.
    if (aligned === 0) placing?.wake()
  }

  /** Follows changes of channel accounts. */
  async function align(): Promise<void> {
    aligned = clock.now()
    await registry.refresh()
    if (config.role !== 'web' && loops.length > 0) await connections.align()
  }

  function onEvents(types: ReadonlySet<string> | null): void {
    for (const tell of heard) tell()
    if (types !== null && !types.has('channel.changed')) return
    aligned = 0
    placing?.wake()
  }

  /** Writes a job that follows from no command, envelope or other job. */
  async function plant(job: NewJob): Promise<void> {
    const cause = { id: ids.next(), nowMs: clock.now() }
    wrote(await database.transaction((tx) => enqueue(tx, [job], cause)), 0)
  }

  const polite = () => (receiver.busy() ? politeMs : 0)
  const loopOf = (name: string, turn: Parameters<typeof startLoop>[0]['turn']) => ({
    ...{ name, idleMs: 1000, now: () => clock.now(), log, turn },
  })

  return {
    database,
    media,
    registry,
    receive,
    executor,
    commands: [...built.commands, ...healthCommands, ...makeAccountCommands(accountPorts)],
    queries: [...built.queries, ...healthQueries, ...makeAccountQueries(accountPorts), reachability],
    io,
    clock,
    log,
    onEvents(tell) {
      heard.add(tell)
      return () => heard.delete(tell)
    },
    async start(alone) {
      await registry.refresh()
      placing = startLoop({
        ...loopOf('events', placeTurn),
        spacingMs: () => (receiver.busy() ? politeMs : placeSpacingMs),
      })
      loops.push(placing)
      deaf = await onPlaced(database, onEvents)
      if (config.role === 'web') return
      await driver.start(() => {
        runner.wake()
        appending?.wake()
      })
      appending = startLoop({ ...loopOf('inbox', appender.turn), spacingMs: polite })
      loops.push(appending)
      const nowMs = clock.now()
      await database.transaction((tx) => enqueue(tx, built.standing(nowMs), { id: ids.next(), nowMs }))
      await runner.start(alone)
      await connections.align()
    },
    async settle() {
      await registry.refresh()
      for (;;) {
        while ((await appender.turn()).more);
        if ((await runner.drain()) === 0) break
      }
      await place(database)
    },
    async append() {
      while ((await appender.turn()).more);
    },
    runJob: runner.runJob,
    async stop() {
      await connections.stop()
      await receiver.drain()
      await Promise.all(loops.splice(0).map((loop) => loop.stop()))
      await aligning
      await runner.stop(10_000)
      await driver.stop()
      deaf?.()
      await built.stop()
      await safe.close()
    },
  }
}

/** Names this hub's keys in a Redis: hubs on another server, in another database or in another schema may share it. */
async function wakePrefix(database: Database): Promise<string> {
  const [row] = await database.query<{ place: string }>(
    `select "system_identifier"::text || '-' || current_database() as place from pg_control_system()`,
  )
  return `yitong-${row!.place}-${database.schema}`
}

async function tokensOf(
  database: Database,
  accountId: string,
  kind: string,
): Promise<Record<string, unknown>> {
  if (kind !== 'api') return {}
  const tokens = await database.db
    .selectFrom('api_token')
    .select(['id', 'hash', 'scopes'])
    .where('accountId', '=', accountId)
    .where('revokedAt', 'is', null)
    .execute()
  return { tokens }
}

async function testAccount(
  registry: Registry,
  io: SharedIo,
  accountId: string,
): Promise<Result<readonly TestStep[]>> {
  await registry.refresh()
  const fault = registry.fault(accountId)
  if (fault) return ok([{ name: 'settings', ok: false, zh: fault.zh, en: fault.en }])
  const found = registry.get(accountId)
  if (!found.ok) return found
  const { value: account } = found
  return ok((await account.channel.test?.(channelIo(account, io, AbortSignal.timeout(60_000)))) ?? [])
}
