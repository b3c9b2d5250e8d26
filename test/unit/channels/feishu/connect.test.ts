import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../../../channels/feishu/connect.ts'
import { FeishuEmulator } from '../../../../channels/feishu/emulator/index.ts'
import { type FeishuIo, feishuIo, keepConnected, settingsOf } from './io.ts'

let nowMs: number
let emulator: FeishuEmulator
let hub: FeishuIo
let kept: ReturnType<typeof keepConnected>
beforeEach(async () => {
  nowMs = Date.now()
  emulator = await new FeishuEmulator({ mode: 'long-connection', now: () => nowMs, ackMs: 700 }).start()
  hub = feishuIo(settingsOf(emulator, 'long-connection'))
})
afterEach(async () => {
  await kept?.stop()
  await emulator.stop()
})

const patient = { timeout: 20_000, interval: 20 }
const isUp = () => expect(hub.states.at(-1)?.state).toBe('up')
async function up(): Promise<void> {
  kept = keepConnected(hub)
  await vi.waitFor(isUp, patient)
}
/** Lets Feishu deliver again until nothing waits. */
async function settle(): Promise<void> {
  for (let due = emulator.nextDeliveryMs(); due !== null; due = emulator.nextDeliveryMs()) {
    nowMs = Math.max(nowMs, due)
    await emulator.redeliver()
  }
}

describe('the long connection', () => {
  it('stores what people write before it acknowledges', async () => {
    await up()
    await emulator.say('王芳', '空调不制冷')
    await emulator.say('王芳', '在吗', '售后群')
    expect(hub.texts()).toEqual(['空调不制冷', '在吗'])
    expect(emulator.nextDeliveryMs()).toBeNull()
  })

  it('does not acknowledge what could not be stored, and stores it when it comes again', async () => {
    await up()
    hub.failReceive(2)
    await emulator.say('王芳', '空调不制冷')
    expect(hub.texts()).toEqual([])
    await settle()
    expect(hub.texts()).toEqual(['空调不制冷'])
    expect(emulator.lost).toEqual([])
  })

  it('stores once what comes twice, and whole what comes in pieces in another order', async () => {
    await up()
    Object.assign(emulator.chaos, { copies: 2, pieces: 5, shuffled: true })
    await emulator.say('王芳', '很长的一句话'.repeat(200))
    expect(hub.texts()).toEqual(['很长的一句话'.repeat(200)])
  })

  it('loses nothing when frames end in the middle', async () => {
    await up()
    emulator.chaos.truncated = 2
    await emulator.say('王芳', '一')
    await emulator.say('王芳', '二')
    await settle()
    expect(hub.texts().sort()).toEqual(['一', '二'].sort())
  })

  it('comes back by itself when it was cut, says so, and loses nothing', async () => {
    await up()
    emulator.chaos.cut = 1
    await emulator.say('王芳', '断线的时候')
    await vi.waitFor(() => expect(kept.errors).toEqual(['the connection was lost']), patient)
    await vi.waitFor(isUp, patient)
    expect(hub.states.map((state) => state.state)).toEqual(['up', 'down', 'up'])
    await settle()
    expect(hub.texts()).toEqual(['断线的时候'])
    expect(emulator.connections()).toBe(1)
  })

  it('notices a peer that went silent', async () => {
    // Longer than the watchdog waits: the official client winds it up again with every ping.
    emulator.pingEvery(5)
    emulator.chaos.deaf = true
    await up()
    await vi.waitFor(() => expect(kept.errors).toContain('the connection was lost'), patient)
    emulator.chaos.deaf = false
    await vi.waitFor(isUp, patient)
  })

  it('answers a tap with what the hub says, in the same frame', async () => {
    await up()
    hub.answerTaps({
      tone: 'success',
      text: '已接单',
      card: { id: 'c1', title: '工单', lines: [], buttons: [], state: { text: '已接单', tone: 'success' } },
    })
    const person = emulator.world.person('张工')
    const behaviors = [{ type: 'callback', value: { cardId: 'c1', key: 'accept' } }]
    const button = { tag: 'button', text: { tag: 'plain_text', content: '接单' }, behaviors }
    const content = JSON.stringify({
      schema: '2.0',
      config: { update_multi: true },
      body: { elements: [button] },
    })
    emulator.world.create('open_id', { receive_id: person.open_id, msg_type: 'interactive', content })
    expect(await emulator.press('张工', 'c1', 'accept')).toEqual({
      toast: { type: 'success', content: '已接单' },
    })
    expect(emulator.screen('张工')[0]?.card).toMatchObject({ tags: ['已接单'], buttons: [] })
  })

  it('parks an event that nobody can read instead of asking for it again and again', async () => {
    await up()
    expect(await emulator.push({ schema: '2.0', header: {}, event: {} })).toBe(true)
    expect([...hub.stored.keys()]).toEqual([expect.stringMatching(/^unreadable:/)])
  })

  it.each([
    [514, 'config-error'],
    [403, 'config-error'],
    [1, undefined],
    [1000040343, undefined],
    [1000040350, undefined],
  ])('refused with %s ends at once and reports %s', async (code, state) => {
    emulator.chaos.refuse = code
    await expect(connect(hub.io)).rejects.toMatchObject({ code })
    expect(hub.states.at(-1)?.state).toBe(state)
  })

  it('says in both languages that the App Secret is wrong, and tries again when it is right', async () => {
    hub = feishuIo({ ...hub.io.config, appSecret: 'wrong' })
    await expect(connect(hub.io)).rejects.toMatchObject({ code: 514 })
    expect(hub.states.at(-1)).toMatchObject({ state: 'config-error' })
    hub = feishuIo(settingsOf(emulator, 'long-connection'))
    await up()
  })

  it('is not led to a private address or elsewhere, and says so', async () => {
    for (const address of ['ws://127.0.0.2:9/ws/v2', 'ws://10.0.0.8/ws/v2', 'wss://[::1]/ws/v2']) {
      emulator.chaos.address = address
      await expect(connect(hub.io)).rejects.toThrow('长连接的地址不能连接：不允许访问内网地址')
    }
    const elsewhere = createServer((_, response) =>
      response.writeHead(302, { location: hub.io.config.baseUrl }).end(),
    )
    elsewhere.on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\n\r\n'),
    )
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    emulator.chaos.address = `ws://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/ws/v2`
    await expect(connect(hub.io)).rejects.toThrow('does not open: refused, redirected')
    await new Promise((resolve) => elsewhere.close(resolve))
    emulator.chaos.address = null
    await up()
  })

  it('ends at once when nobody answers, without blaming the settings', async () => {
    emulator.chaos.unavailable = true
    await expect(connect(hub.io)).rejects.toMatchObject({ status: 503 })
    expect(hub.states).toEqual([])
  })

  it('is not opened in webhook mode, and ends when it is told to', async () => {
    hub = feishuIo({ ...hub.io.config, mode: 'webhook' })
    const connection = await connect(hub.io)
    expect(hub.states).toMatchObject([{ state: 'stopped' }])
    await connection.close()
    await connection.done
    expect(emulator.connections()).toBe(0)
  })

  it('stops at once when the hub stops, also before it was open', async () => {
    hub.stop()
    const connection = await connect(hub.io)
    await connection.done
    await vi.waitFor(() => expect(emulator.connections()).toBe(0), patient)
  })

  it('closes without an error, and leaves no socket behind', async () => {
    const connection = await connect(hub.io)
    await emulator.say('王芳', '你好')
    await connection.close()
    await connection.done
    await vi.waitFor(() => expect(emulator.connections()).toBe(0), patient)
    expect(hub.texts()).toEqual(['你好'])
  })
})
