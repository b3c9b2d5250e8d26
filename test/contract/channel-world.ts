import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeAppender } from '../../src/app/appender.ts'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import { makeTokens } from '../../src/app/io/tokens.ts'
import type { RawRequest, RawResponse, Verified } from '../../src/contract/channel.ts'
import { noEffects } from '../../src/contract/jobs.ts'
import type { ChannelIo, ConnectIo, MediaStore, ReceiveItem, ReceivePort } from '../../src/contract/ports.ts'
import { makeReceiver } from '../../src/inbox/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { timeIds } from '../../src/kernel/ids.ts'
import type { JsonValue } from '../../src/kernel/json.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { type Database, json, type SecretBox, secretBox } from '../../src/store/index.ts'
import { freshDatabase } from '../fresh-database.ts'
import type { ChannelSubject, Vendor } from './channel-subject.ts'

/** How long a silent vendor is waited for, ms: the channel's own limit would hold up the suite. */
const patienceMs = 300

/** The hub around a channel: the real inbox and conversations on a real database. */
export interface World {
  readonly database: Database
  readonly media: MediaStore
  readonly box: SecretBox
  close(): Promise<void>
}

export async function openWorld(): Promise<World> {
  const fresh = await freshDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'yitong-channel-'))
  return {
    database: fresh.database,
    media: await openMediaStore({ dir }),
    box: secretBox([randomBytes(32)]),
    async close() {
      await fresh.drop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Where a check runs: a channel account of its own, at the subject's own time. */
export async function openAccount(world: World, subject: ChannelSubject) {
  const { database, media } = world
  const clock = manualClock(subject.startMs)
  const ids = timeIds(() => clock.now())
  const accountId = ids.next()
  const { channel, config } = subject
  const leases = makeLeases(database, 'contract')
  await database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: channel.kind, name: 'contract', config: json({}) })
    .execute()
  const account = {
    id: accountId,
    name: 'contract',
    kind: channel.kind,
    enabled: true,
    audience: 'both' as const,
    automatic: { question: false, state: false, knowledge: false },
    channel,
    config,
    version: 1,
  }
  const receiver = makeReceiver({ database, media, ids, stored: () => {} })
  const appender = makeAppender({
    database,
    registry: { byId: (id) => (id === accountId ? account : undefined) },
    media,
    clock,
    log: silentLog,
    isUrgent: () => false,
    recordOf: async () => null,
    actions: {},
    followUp: async () => noEffects,
    staffMessage: async () => null,
    applyReceipt: async () => noEffects,
    reportCall: async () => noEffects,
    wrote: () => {},
  })

  /** The outside world under some settings. */
  function ioOf<C>(config: C): ChannelIo<C> {
    return {
      accountId,
      config,
      fetch: (url, init, limits) => loopback.fetch(url, init, { ...limits, timeoutMs: patienceMs }),
      media,
      lease: leases,
      tokens: makeTokens({ database, box: world.box, leases, clock })(accountId),
      clock,
      log: silentLog,
      signal: AbortSignal.timeout(30_000),
      publicUrl: 'https://hub.example',
    }
  }

  async function cursor(name: string): Promise<JsonValue | null> {
    const row = await database.db
      .selectFrom('channel_cursor')
      .select('value')
      .where('accountId', '=', accountId)
      .where('name', '=', name)
      .executeTakeFirst()
    return (row?.value as JsonValue | undefined) ?? null
  }

  /** What a pull may use. */
  const pulling = (receive: ReceivePort = receiver.receive): ConnectIo<unknown> => ({
    ...ioOf(subject.pulled!.config),
    agentFor: loopback.agentFor,
    receive,
    cursor,
    report: () => {},
  })

  /** Pulls what a believed request announces, as the hub's job does after the request was answered. */
  async function pull(verified: Verified, receive: ReceivePort): Promise<void> {
    for (const envelope of channel.parse(verified, config)) {
      if (envelope.kind === 'pull-hint') await channel.pull!(envelope.pull, pulling(receive))
    }
  }

  /** What the hub does with a request: nothing is acknowledged before it is stored. Null when it is refused. `receive` may fail. */
  async function hear(
    request: RawRequest,
    receive: ReceivePort = receiver.receive,
  ): Promise<RawResponse | null> {
    const verified = channel.verify(request, config, clock.now())
    if (!verified.ok) return null
    const items = channel.parse(verified.value, config).map((envelope, part) => ({
      accountId,
      request: verified.value.request,
      claims: verified.value.claims,
      part,
      kind: envelope.kind,
      dedupeKey: envelope.dedupeKey,
      senderKey: envelope.senderKey,
    }))
    const store = subject.pulled ? receiver.receive : receive
    const outcomes = items.length > 0 ? await store(items) : []
    const answer = channel.ack(verified.value, outcomes, config)
    if (subject.pulled) await pull(verified.value, receive)
    return answer
  }

  /** What the channel would store for a believed request: the request itself, or what it pulls; nothing is stored. */
  async function contents(verified: Verified): Promise<readonly Verified[]> {
    if (!subject.pulled) return [verified]
    const found: ReceiveItem[] = []
    await pull(verified, async (items) => {
      found.push(...items)
      return items.map((_, i) => ({ envelopeId: `e-${i}`, duplicate: false }))
    })
    return found.map(({ request, claims }) => ({ request, claims }))
  }

  return {
    accountId,
    clock,
    hear,
    contents,
    pulling,
    /** Lets the inbox work, then returns the customer's messages. */
    async messages() {
      while ((await appender.turn()).more);
      return await database.db.selectFrom('message').selectAll().where('accountId', '=', accountId).execute()
    },
    /** What is stored of customers; announcements have no content. */
    async envelopes() {
      return await database.db
        .selectFrom('envelope')
        .selectAll()
        .where('accountId', '=', accountId)
        .where('kind', '!=', 'pull-hint')
        .execute()
    },
    /** The outside world for a delivery to the emulated vendor. */
    io: <C>(vendor: Vendor<C>): ChannelIo<C> => ioOf(vendor.config),
  }
}

const loopback = makeSafeFetch({ allow: ['127.0.0.1'] })
