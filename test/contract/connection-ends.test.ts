import { randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Account } from '../../src/app/channels.ts'
import { makeConnections } from '../../src/app/connections.ts'
import { makeLeader } from '../../src/app/io/leader.ts'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeSupervise } from '../../src/app/io/supervise.ts'
import type { Channel } from '../../src/contract/channel.ts'
import type { ConnectIo, SupervisePort } from '../../src/contract/ports.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { json, sql } from '../../src/store/index.ts'
import { toyChannel } from '../fixtures/toy-channel.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { testHub } from '../hub.ts'

const patient = { timeout: 20_000, interval: 20 }

/** A vendor that answers the opening of a connection when it is told to. */
function slowVendor() {
  const opened = Promise.withResolvers<void>()
  const vendor = {
    openings: 0,
    closings: 0,
    signals: [] as AbortSignal[],
    answer: () => opened.resolve(),
    async connect(io: ConnectIo<unknown>) {
      vendor.openings++
      vendor.signals.push(io.signal)
      await opened.promise
      const ended = Promise.withResolvers<void>()
      const close = async () => {
        vendor.closings++
        ended.resolve()
      }
      return { done: ended.promise, close }
    },
  }
  return vendor
}

const slowChannel = (connect: ReturnType<typeof slowVendor>['connect']) =>
  ({ ...toyChannel(), kind: 'slow', configSchema: z.object({}), connect }) as unknown as Channel

describe('the connection of an account', () => {
  let fresh: FreshDatabase
  beforeAll(async () => {
    fresh = await freshDatabase()
  })
  afterAll(() => fresh.drop())

  async function connections(
    connect: ReturnType<typeof slowVendor>['connect'],
    more: { supervise?: SupervisePort; endMs?: number; singleConnection?: boolean } = {},
  ) {
    const channel = { ...slowChannel(connect), singleConnection: more.singleConnection ?? false }
    const account = {
      ...{ id: derivedId('account', Math.random()), kind: 'slow', name: 'slow', enabled: true, version: 1 },
      ...{ channel, config: {} },
    } as unknown as Account
    const { id, kind, name } = account
    await fresh.database.db
      .insertInto('channel_account')
      .values({ id, kind, name, config: json({}) })
      .execute()
    const accounts = [account]
    const [clock, log] = [systemClock, silentLog]
    const made = makeConnections({
      ...{ database: fresh.database, node: 'n', clock, log },
      registry: { all: () => accounts } as never,
      io: { tokensOf: () => ({}), log, clock } as never,
      agentFor: null as never,
      receive: null as never,
      supervise: (changed) => more.supervise ?? makeSupervise({ clock, log, changed }),
      leader: makeLeader({ leases: makeLeases(fresh.database, 'w'), log }),
      elected: () => {},
      changed: () => {},
      ...(more.endMs ? { endMs: more.endMs } : {}),
    })
    const change = (to: object) => accounts.splice(0, 1, { ...accounts[0]!, ...to })
    return { made, id, change }
  }
  const stateOf = async (accountId: string) =>
    (
      await fresh.database.db
        .selectFrom('connection_state')
        .select('state')
        .where('accountId', '=', accountId)
        .executeTakeFirst()
    )?.state

  it('that is switched off while its connection is being opened ends as soon as that is open', async () => {
    for (const singleConnection of [false, true]) {
      const vendor = slowVendor()
      const { made, id, change } = await connections(vendor.connect, { singleConnection })
      await made.align()
      await vi.waitFor(() => expect(vendor.openings).toBe(1), patient)
      change({ enabled: false, version: 2 })
      await made.align()
      expect(vendor.closings).toBe(0)
      vendor.answer()
      await vi.waitFor(async () => expect(await stateOf(id)).toBe('stopped'), patient)
      expect(vendor).toMatchObject({ openings: 1, closings: 1 })
      await made.stop()
    }
  })

  it('whose settings changed is opened anew when the old one has ended, and not beside it', async () => {
    const vendor = slowVendor()
    const { made, change } = await connections(vendor.connect)
    await made.align()
    await vi.waitFor(() => expect(vendor.openings).toBe(1), patient)
    change({ version: 2 })
    await made.align()
    await made.align()
    expect(vendor.openings).toBe(1)
    vendor.answer()
    await vi.waitFor(() => expect(vendor).toMatchObject({ openings: 2, closings: 1 }), patient)
    await made.stop()
    expect(vendor).toMatchObject({ openings: 2, closings: 2 })
  })

  it('that neither opens nor ends does not keep the hub from stopping, and starts nothing afterwards', async () => {
    const vendor = slowVendor()
    const { made, change } = await connections(vendor.connect, { endMs: 200 })
    await made.align()
    await vi.waitFor(() => expect(vendor.openings).toBe(1), patient)
    await made.stop()
    change({ version: 2 })
    await made.align()
    vendor.answer()
    await vi.waitFor(() => expect(vendor.closings).toBe(1), patient)
    expect(vendor.openings).toBe(1)
  })

  it('leaves nothing hanging on the hub’s signal however often it breaks, and its own signal ends with it', async () => {
    const [runs, hubs] = [[] as AbortSignal[], new AbortController()]
    const breaking = async (io: ConnectIo<unknown>) => {
      runs.push(io.signal)
      return { done: Promise.reject(new Error('cut')), close: async () => {} }
    }
    const many = Promise.withResolvers<void>()
    const supervise: SupervisePort = (_name, start) => {
      void (async () => {
        for (let i = 0; i < 20; i++) await start(hubs.signal, () => {}).catch(() => {})
        many.resolve()
      })()
      return { stop: async () => {}, state: () => ({ state: 'down', sinceMs: 0 }) }
    }
    const { made } = await connections(breaking, { supervise })
    await made.align()
    await many.promise
    expect(runs).toHaveLength(20)
    expect(getEventListeners(hubs.signal, 'abort')).toHaveLength(0)
    expect(runs.every((signal) => signal.aborted)).toBe(true)
    await made.stop()
  })

  it('that cannot be closed ends the connection and not the process', async () => {
    const vendor = slowVendor()
    const close = async () => {
      throw new Error('it is gone already')
    }
    const connect = async (io: ConnectIo<unknown>) => ({ ...(await vendor.connect(io)), close })
    const { made } = await connections(connect, { endMs: 200 })
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    vendor.answer()
    await made.align()
    await vi.waitFor(() => expect(vendor.openings).toBe(1), patient)
    await made.stop()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

it('events are placed and the hub stops while a vendor does not answer the connection of an account that was switched off', async () => {
  const vendor = slowVendor()
  const test = await testHub({
    env: { SECRET_KEY: randomBytes(32).toString('base64') },
    channels: { slow: async () => slowChannel(vendor.connect) },
  })
  const { id } = await test.run('channel.create', { kind: 'slow', name: 'slow', config: {} })
  await test.hub.start(true)
  await vi.waitFor(() => expect(vendor.openings).toBe(1), patient)
  await test.run('channel.update', { id, version: 1, enabled: false })
  await vi.waitFor(() => expect(vendor.signals[0]!.aborted).toBe(true), patient)
  await test.run('setting.set', { name: 'company.hotlines', value: ['4008001234'] })
  const unplaced = async () => {
    const { rows } = await sql`select from event where "position" is null`.execute(test.fresh.database.db)
    return rows.length
  }
  await vi.waitFor(async () => expect(await unplaced()).toBe(0), { timeout: 3000, interval: 20 })
  await test.close()
  vendor.answer()
})
