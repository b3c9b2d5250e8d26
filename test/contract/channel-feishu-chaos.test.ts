import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import { ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { type TestHub, testHub } from '../hub.ts'

const modes = ['webhook', 'long-connection'] as const
const patient = { timeout: 40_000, interval: 50 }
const names = ['王芳', '李娜', '张伟', '刘洋', '陈静']

describe.each(modes)('Feishu having a bad day (%s)', (mode) => {
  let test: TestHub
  let server: Awaited<ReturnType<typeof serveHub>>
  let emulator: FeishuEmulator
  let accountId: string
  /** How far Feishu's clock was moved on for its redeliveries, ms; within the eight hours that signatures are good for. */
  let aheadMs = 0

  beforeAll(async () => {
    emulator = await new FeishuEmulator({ mode, now: () => Date.now() + aheadMs, ackMs: 2500 }).start()
    const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
    test = await testHub({ env })
    const config = readConfig({ DATA_DIR: test.dataDir, ...env })
    server = await serveHub(test.hub, ticketLinks(randomBytes(32).toString('hex')), config)
    const hubUrl = await server.listen({ port: 0, host: '127.0.0.1' })
    const { appId, appSecret, encryptKey, baseUrl } = emulator
    const settings = { mode, appId, appSecret, baseUrl, ...(mode === 'webhook' ? { encryptKey } : {}) }
    const made = await test.run('channel.create', { kind: 'feishu', name: '飞书', config: settings })
    accountId = made.id as string
    await test.hub.start(true)
    if (mode === 'webhook') {
      expect(await emulator.saveCallback(`${hubUrl}/channels/feishu/${accountId}`)).toBe(true)
    } else await vi.waitFor(() => expect(emulator.connections()).toBe(1), patient)
  })

  afterAll(async () => {
    await server.close()
    await test.close()
    await emulator.stop()
  })

  const db = () => test.fresh.database.db
  const messages = async () =>
    await db().selectFrom('message').selectAll().where('accountId', '=', accountId).execute()
  const incoming = async () => (await messages()).filter((message) => message.author === 'customer')
  const state = async () =>
    (await db().selectFrom('connection_state').select('state').executeTakeFirst())?.state

  /** Feishu delivers again until everything was taken. */
  async function redeliverAll(): Promise<void> {
    for (let due = emulator.nextDeliveryMs(); due !== null; due = emulator.nextDeliveryMs()) {
      aheadMs += Math.max(0, due - Date.now() - aheadMs)
      if (mode === 'long-connection') await vi.waitFor(() => expect(emulator.connections()).toBe(1), patient)
      await emulator.redeliver()
    }
  }

  /** Something goes wrong with every third delivery. */
  function mischief(i: number): void {
    emulator.unplugged = i % 3 === 1
    if (mode === 'webhook') return
    Object.assign(emulator.chaos, { copies: 1 + (i % 2), pieces: 1 + (i % 4), shuffled: i % 2 === 0 })
    if (i % 12 === 4) emulator.chaos.cut = 1
    if (i % 12 === 7) emulator.chaos.truncated = 1
  }

  it('stores every message once and as it was written, whatever happens on the way', async () => {
    const texts = Array.from({ length: 36 }, (_, i) => `第 ${i} 句:空调不制冷${'。'.repeat(i)}`)
    const written = texts.map((text, i) => emulator.write(names[i % names.length]!, 'text', { text }))
    for (const [i, { event }] of written.entries()) {
      mischief(i)
      await emulator.push(event)
      // Delivered although it was taken, and before an older one that was not.
      if (i % 5 === 0) await emulator.push(event)
    }
    emulator.unplugged = false
    Object.assign(emulator.chaos, { copies: 1, pieces: 1, shuffled: false, cut: 0, truncated: 0 })
    await redeliverAll()
    await vi.waitFor(async () => expect((await incoming()).length).toBe(texts.length), patient)
    expect((await incoming()).map((message) => message.text).sort()).toEqual([...texts].sort())
    expect(emulator.lost).toEqual([])
  })

  it('says every answer once, whatever Feishu says first', async () => {
    const conversations = await db()
      .selectFrom('conversation')
      .select(['id'])
      .where('accountId', '=', accountId)
      .execute()
    expect(conversations).toHaveLength(names.length)
    emulator.fault('expired', 'dropped', 'broken', 'expired-400', 'crowded')
    for (const { id } of conversations)
      await test.run('outbox.reply', { conversationId: id, text: `已收到 ${id}`, key: `answer-${id}` })
    const said = () => names.flatMap((name) => emulator.screen(name).filter((one) => one.from === 'bot'))
    const answers = () =>
      said()
        .map((one) => one.text)
        .filter((text) => text.startsWith('已收到'))
    await vi.waitFor(() => expect(new Set(answers()).size).toBe(names.length), patient)
    await vi.waitFor(async () => {
      const rows = await db().selectFrom('outbox_message').select(['state']).execute()
      expect(rows.filter((row) => row.state === 'queued' || row.state === 'sending')).toEqual([])
    }, patient)
    expect(answers().sort()).toEqual(conversations.map(({ id }) => `已收到 ${id}`).sort())
  })

  it('notes that a message was taken back, in the conversation in which it was said', async () => {
    const said = await emulator.say('王芳', '算了,自己好了')
    await redeliverAll()
    await emulator.recall(said)
    await redeliverAll()
    await vi.waitFor(async () => {
      const all = await messages()
      const original = all.find((message) => message.providerMessageId === said.id)
      const note = all.find((message) => message.text === '发送者撤回了一条消息')
      expect(note).toMatchObject({ conversationId: original?.conversationId, author: 'system' })
    }, patient)
  })

  it('opens nothing for a recall of a message that it never saw', async () => {
    const { message } = emulator.write('王芳', 'text', { text: '没有送到的话' })
    await emulator.recall(message)
    await redeliverAll()
    const rows = () => db().selectFrom('envelope').select(['dedupeKey', 'state']).execute()
    await vi.waitFor(async () => {
      expect(await rows()).toContainEqual({ dedupeKey: `recall:${message.id}`, state: 'done' })
    }, patient)
    const strays = await db()
      .selectFrom('conversation')
      .select('id')
      .where('threadKey', 'like', 'recall:%')
      .execute()
    expect(strays).toEqual([])
  })

  it('fetches the picture that somebody sent', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await emulator.sendImage('李娜', png)
    await redeliverAll()
    await vi.waitFor(async () => {
      const row = await db().selectFrom('attachment').selectAll().executeTakeFirst()
      expect(row).toMatchObject({ state: 'stored', contentType: 'image/png', size: png.length })
    }, patient)
  })

  it('answers a tap in time, and keeps it once', async () => {
    const person = emulator.world.person('张工')
    const behaviors = [{ type: 'callback', value: { cardId: 'no-such-card', key: 'accept' } }]
    const button = { tag: 'button', text: { tag: 'plain_text', content: '接单' }, behaviors }
    const card = { schema: '2.0', config: { update_multi: true }, body: { elements: [button] } }
    const content = JSON.stringify(card)
    emulator.world.create('open_id', { receive_id: person.open_id, msg_type: 'interactive', content })
    const { toast } = await emulator.press('张工', 'no-such-card', 'accept')
    // Nobody of the staff is behind this person, and the hub says so in the callback itself.
    expect(toast).toMatchObject({ type: 'error', content: expect.stringContaining('绑定员工') })
    const taps = await db().selectFrom('envelope').select('id').where('kind', '=', 'action').execute()
    expect(taps).toHaveLength(1)
  })

  it.runIf(mode === 'long-connection')(
    'shows the truth about its connection, and mends it by itself',
    async () => {
      await vi.waitFor(async () => expect(await state()).toBe('up'), patient)
      emulator.chaos.refuse = 514
      emulator.dropConnections()
      await vi.waitFor(async () => expect(await state()).toBe('config-error'), patient)
      emulator.chaos.refuse = 0
      // A mistake in the settings is tried again once a minute; a person who mends it does not wait.
      const { version } = await db()
        .selectFrom('channel_account')
        .select('version')
        .where('id', '=', accountId)
        .executeTakeFirstOrThrow()
      await test.run('channel.update', { id: accountId, version, name: '飞书 2', enabled: true })
      await vi.waitFor(async () => expect(await state()).toBe('up'), patient)
      await emulator.say('王芳', '又能收到了')
      await vi.waitFor(
        async () => expect((await incoming()).some((message) => message.text === '又能收到了')).toBe(true),
        patient,
      )
    },
  )
})
