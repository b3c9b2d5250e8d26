import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DingtalkConfig, dingtalkConfigSchema } from '../../channels/dingtalk/config.ts'
import { makeConnect } from '../../channels/dingtalk/connect.ts'
import type { Chaos } from '../../channels/dingtalk/emulator/chaos.ts'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import type { Timing } from '../../channels/dingtalk/stream/timing.ts'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import { makeTokens } from '../../src/app/io/tokens.ts'
import type { Connection } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState, ReceivePort } from '../../src/contract/ports.ts'
import { makeReceiver } from '../../src/inbox/index.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { timeIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { json, secretBox } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

/** As the real timing, a hundred times less patient. */
const hasty: Timing = {
  pingMs: 100,
  missedPings: 3,
  handshakeMs: 1000,
  drainMs: 500,
  minDelayMs: 20,
  maxDelayMs: 200,
  stableMs: 50,
  reportMs: 1000,
  storeMinMs: 10,
  storeMaxMs: 50,
}

let fresh: FreshDatabase
let dir: string
beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'yitong-dingtalk-'))
})
afterAll(async () => {
  await fresh.drop()
  await rm(dir, { recursive: true, force: true })
})

let emulator: DingtalkEmulator
const nodes: Node[] = []
beforeEach(async () => {
  emulator = await startDingtalkEmulator({ silenceMs: 150, redeliverMs: 150 })
  emulator.join('u1', '王芳')
})
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.connection.close()
  await emulator.stop()
})

interface Node {
  readonly connection: Connection
  readonly states: ConnectionState[]
  state(): string
  detail(): string
  broken: Error | null
}

/** A node of the hub that is connected: the real inbox on a real database. */
async function connect(
  accountId: string,
  options: { settings?: object; receive?: (real: ReceivePort) => ReceivePort; timing?: Partial<Timing> } = {},
): Promise<Node> {
  const { database } = fresh
  const ids = timeIds(() => Date.now())
  const media = await openMediaStore({ dir })
  const { receive } = makeReceiver({ database, media, ids, stored: () => {} })
  const leases = makeLeases(database, `node-${nodes.length}`)
  const states: ConnectionState[] = []
  const io: ConnectIo<DingtalkConfig> = {
    accountId,
    config: dingtalkConfigSchema.parse({ ...emulator.settings(), ...options.settings }),
    ...makeSafeFetch({ allow: ['127.0.0.1'] }),
    media,
    lease: leases,
    tokens: makeTokens({ database, box: secretBox([randomBytes(32)]), leases, clock: systemClock })(
      accountId,
    ),
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
    publicUrl: null,
    receive: options.receive ? options.receive(receive) : receive,
    cursor: async () => null,
    report: (state) => states.push(state),
  }
  const connection = await makeConnect({ ...hasty, ...options.timing })(io)
  const node: Node = {
    connection,
    states,
    broken: null,
    state: () => states.at(-1)?.state ?? '',
    detail: () => states.at(-1)?.detail ?? '',
  }
  connection.done.catch((error: Error) => {
    node.broken = error
  })
  nodes.push(node)
  return node
}

async function account(): Promise<string> {
  const id = timeIds(() => Date.now()).next()
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id, kind: 'dingtalk', name: '钉钉', config: json({}) })
    .execute()
  return id
}

const stored = async (accountId: string) =>
  (
    await fresh.database.db
      .selectFrom('envelope')
      .select('dedupeKey')
      .where('accountId', '=', accountId)
      .execute()
  ).map((row) => row.dedupeKey)

const until = (what: () => void | Promise<void>) => vi.waitFor(what, { timeout: 10_000, interval: 20 })
const isUp = (node: Node) => until(() => expect(node.state()).toBe('up'))

describe('the Stream client', () => {
  it('keeps two connections, stores what comes and answers it', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    expect(emulator.stream.connections()).toBe(2)
    expect(await emulator.say('u1', '空调不制冷', { msgId: 'm1' })).toBe(true)
    expect(await stored(id)).toEqual(['msg:m1'])
    expect(node.states.map((s) => s.state)).toEqual(['connecting', 'up'])
  })

  it('answers only what is stored', async () => {
    const id = await account()
    const released = Promise.withResolvers<void>()
    const node = await connect(id, {
      receive: (real) => async (items) => {
        await released.promise
        return await real(items)
      },
    })
    await isUp(node)
    let isAnswered = false
    const said = emulator.say('u1', '在吗', { msgId: 'm1' }).then((taken) => {
      isAnswered = taken
    })
    await wait(150)
    expect({ isAnswered, stored: await stored(id) }).toEqual({ isAnswered: false, stored: [] })
    released.resolve()
    await said
    expect({ isAnswered, stored: await stored(id) }).toEqual({ isAnswered: true, stored: ['msg:m1'] })
  })

  it('keeps what the database cannot take, says so, and stores it when it can', async () => {
    const id = await account()
    let isAway = true
    const node = await connect(id, {
      receive: (real) => (items) =>
        isAway ? Promise.reject(new Error('the database is away')) : real(items),
    })
    await isUp(node)
    const said = [1, 2, 3].map((n) => emulator.say('u1', `第 ${n} 句`, { msgId: `m${n}` }))
    await until(() => expect(node.state()).toBe('degraded'))
    expect(node.detail()).toContain('the database is away')
    isAway = false
    expect(await Promise.all(said)).toEqual([true, true, true])
    await isUp(node)
    expect((await stored(id)).sort()).toEqual(['msg:m1', 'msg:m2', 'msg:m3'])
  })

  it('loses nothing while DingTalk renews connections one after the other', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    const keys: string[] = []
    for (let round = 0; round < 5; round++) {
      emulator.stream.expire(1)
      for (let n = 0; n < 5; n++) {
        const msgId = `r${round}-${n}`
        keys.push(`msg:${msgId}`)
        expect(await emulator.say('u1', msgId, { msgId })).toBe(true)
        await wait(20)
      }
    }
    expect(emulator.stream.lost).toBe(0)
    expect((await stored(id)).sort()).toEqual(keys.sort())
    expect(node.states.map((s) => s.state)).not.toContain('down')
  })

  it('has the new connection up before the announced end of the old one', async () => {
    emulator.chaos.silenceMs = 400
    const node = await connect(await account(), { settings: { connections: 1 } })
    await isUp(node)
    await wait(100)
    emulator.stream.expire(1)
    await until(() => expect(emulator.stream.connections()).toBe(2))
    await until(() => expect(emulator.stream.connections()).toBe(1))
    expect(node.states.every((s) => s.state !== 'down')).toBe(true)
    expect(node.state()).toBe('up')
  })

  it('comes back after its connections were cut, and says meanwhile that it is down or has one of two', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    emulator.chaos.upgradeStatus = 503
    emulator.stream.drop(1)
    await until(() => expect(node.state()).toBe('degraded'))
    expect(node.detail()).toMatch(/^1\/2: /)
    emulator.stream.drop()
    await until(() => expect(node.state()).toBe('down'))
    expect(node.detail()).toContain('503')
    emulator.chaos.upgradeStatus = null
    await isUp(node)
    expect(await emulator.say('u1', '又好了', { msgId: 'after' })).toBe(true)
    expect(emulator.stream.connections()).toBe(2)
  })

  it('does not storm a gateway that gives tickets for connections that are refused', async () => {
    emulator.chaos.upgradeStatus = 503
    await connect(await account(), {
      settings: { connections: 1 },
      timing: { minDelayMs: 50, maxDelayMs: 400 },
    })
    await wait(1500)
    const tries = emulator.calls.filter((path) => path.endsWith('/open')).length
    expect(tries).toBeGreaterThan(2)
    expect(tries).toBeLessThan(15)
  })

  it('is not led to a private address or elsewhere by the gateway, and says so', async () => {
    const states = []
    for (const endpoint of ['ws://127.0.0.2:9/connect', 'ws://10.0.0.8/connect', 'wss://[::1]/connect']) {
      emulator.chaos.endpoint = endpoint
      const node = await connect(await account(), { settings: { connections: 1 } })
      await until(() => expect(node.state()).toBe('down'))
      states.push(node.detail())
    }
    for (const said of states) {
      expect(said).toContain('长连接的地址不能连接：不允许访问内网地址')
      expect(said).toContain('Private network addresses are not allowed')
    }
    emulator.chaos.endpoint = 'ws://93.184.216.34/connect'
    const open = await connect(await account(), { settings: { connections: 1 } })
    await until(() => expect(open.detail()).toContain('the scheme ws: is for allowed inner hosts only'))
    emulator.chaos.endpoint = null
    emulator.chaos.upgradeStatus = 302
    const redirected = await connect(await account(), { settings: { connections: 1 } })
    await until(() => expect(redirected.detail()).toContain('redirects elsewhere (302)'))
    expect(emulator.stream.connections()).toBe(0)
    emulator.chaos.upgradeStatus = null
    await isUp(redirected)
  })

  it('gives a connection up that says nothing any more', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    const before = emulator.stream.opened.length
    emulator.chaos.deaf = true
    await until(() => expect(emulator.stream.opened.length).toBeGreaterThan(before))
    emulator.chaos.deaf = false
    await isUp(node)
    expect(await emulator.say('u1', '听得到吗', { msgId: 'm1' })).toBe(true)
  })

  it('reports wrong settings as such and ends, so that people act', async () => {
    const wrong = await connect(await account(), { settings: { clientSecret: 'wrong' } })
    await until(() => expect(wrong.broken).not.toBeNull())
    expect(wrong.state()).toBe('config-error')
    expect(wrong.detail()).toContain('authFailed')
    emulator.chaos.gatewayStatus = 403
    const stopped = await connect(await account())
    await until(() => expect(stopped.state()).toBe('config-error'))
    emulator.chaos.gatewayStatus = 503
    const busy = await connect(await account())
    await until(() => expect(busy.state()).toBe('down'))
    expect(busy.broken).toBeNull()
    emulator.chaos.gatewayStatus = null
    await isUp(busy)
  })

  it('goes on with what is left when new connections are refused for the settings', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    emulator.chaos.gatewayStatus = 403
    emulator.stream.drop(1)
    await until(() => expect(node.state()).toBe('degraded'))
    expect(await emulator.say('u1', '还在', { msgId: 'm1' })).toBe(true)
    expect(node.broken).toBeNull()
  })

  it('stores one of what is pushed twice, out of order, or again by other nodes', async () => {
    const id = await account()
    const both = [await connect(id), await connect(id)]
    for (const node of both) await isUp(node)
    expect(emulator.stream.connections()).toBe(4)
    Object.assign(emulator.chaos, { copies: 2, reorder: true } satisfies Partial<Chaos>)
    const keys = Array.from({ length: 40 }, (_, n) => `m${n}`)
    await Promise.all(keys.map((msgId) => emulator.say('u1', msgId, { msgId })))
    emulator.chaos.reorder = false
    await Promise.all(keys.slice(0, 10).map((msgId) => emulator.say('u1', msgId, { msgId })))
    expect((await stored(id)).sort()).toEqual(keys.map((key) => `msg:${key}`).sort())
  })

  it('gets events again until they are stored, and stores them once', async () => {
    const id = await account()
    let refusals = 3
    const node = await connect(id, {
      settings: { events: true },
      receive: (real) => async (items) => {
        // Slower than DingTalk waits, so that it pushes again meanwhile.
        if (refusals-- > 0) await wait(200)
        return await real(items)
      },
    })
    await isUp(node)
    const ack = await emulator.pushEvent('user_leave_org', { userId: ['u9'] })
    expect(JSON.parse(ack!.data).status).toBe('SUCCESS')
    await until(async () => expect(await stored(id)).toHaveLength(1))
  })

  it('parks a frame that was cut off, as it came, and goes on', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    emulator.chaos.truncate = 1
    const cut = emulator.send(emulator.message('u1', { msgtype: 'text', text: { content: '断了' } }), 300)
    expect(await cut).toBe(false)
    expect(await emulator.say('u1', '接着说', { msgId: 'm2' })).toBe(true)
    const keys = await stored(id)
    expect(keys).toHaveLength(2)
    expect(keys.filter((key) => key.startsWith('unreadable:'))).toHaveLength(1)
  })

  it('answers the protocol’s ping, refuses topics that it did not ask for, and is not upset by nonsense', async () => {
    const id = await account()
    const node = await connect(id, { settings: { connections: 1 } })
    await isUp(node)
    emulator.stream.ping('123-dsfs')
    emulator.stream.raw('{"type":"SYSTEM","headers":{"topic":"CONNECTED"}}')
    emulator.stream.raw('{"type":"CALLBACK","headers":{"topic":"/v1.0/other","messageId":"o1"},"data":"{}"}')
    await until(() => expect(emulator.stream.acks).toHaveLength(2))
    expect(emulator.stream.acks).toMatchObject([
      { code: 200, headers: { messageId: 'ping-123-dsfs' }, data: '{"opaque":"123-dsfs"}' },
      { code: 404, headers: { messageId: 'o1' } },
    ])
    expect(await stored(id)).toEqual([])
    expect(node.state()).toBe('up')
  })

  it('stops reading when too much waits to be stored, and loses nothing of it', async () => {
    const taken = new Set<string>()
    const released = Promise.withResolvers<void>()
    let calls = 0
    const node = await connect(await account(), {
      receive: () => async (items) => {
        calls++
        await released.promise
        for (const item of items) taken.add(item.dedupeKey)
        return items.map((_, i) => ({ envelopeId: `e${i}`, duplicate: false }))
      },
      // The emulator’s answers to our pings wait behind what is not read.
      timing: { pingMs: 5000 },
    })
    await isUp(node)
    const said = Array.from({ length: 6000 }, (_, n) => emulator.say('u1', `第 ${n} 句`, { msgId: `m${n}` }))
    await until(() => expect(calls).toBeGreaterThan(1000))
    await wait(300)
    expect(calls).toBeLessThan(3000)
    released.resolve()
    expect((await Promise.all(said)).every(Boolean)).toBe(true)
    expect(taken.size).toBe(6000)
  })

  it('keeps no connection in HTTP mode, and says so', async () => {
    const node = await connect(await account(), { settings: { mode: 'http' } })
    expect(node.state()).toBe('stopped')
    expect(node.detail()).toContain('HTTP')
    expect(emulator.calls).toEqual([])
  })

  it('closes without leaving anything unanswered or open', async () => {
    const id = await account()
    const node = await connect(id)
    await isUp(node)
    await emulator.say('u1', '最后一句', { msgId: 'm1' })
    await node.connection.close()
    await node.connection.done
    await until(() => expect(emulator.stream.connections()).toBe(0))
    expect(await stored(id)).toEqual(['msg:m1'])
  })
})
