import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Trouble } from '../../channels/dingtalk/emulator/chaos.ts'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const patient = { timeout: 50_000, interval: 50 }
const members = ['wangfang', 'lina', 'zhangwei', 'liuyang']
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

interface Line {
  readonly state: string
  readonly detail: string | null
}

describe('a hub with a DingTalk robot in Stream mode that has a bad day', () => {
  let test: TestHub
  let emulator: DingtalkEmulator
  let accountId: string

  beforeAll(async () => {
    emulator = await startDingtalkEmulator({ redeliverCallbacks: true, redeliverMs: 300, silenceMs: 100 })
    for (const member of members) emulator.join(member)
    test = await testHub({ env: { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' } })
    const config = { ...emulator.settings(), mode: 'stream' }
    const made = await test.run('channel.create', { kind: 'dingtalk', name: '钉钉', config })
    accountId = String(made.id)
    await test.hub.start(true)
    await vi.waitFor(() => expect(emulator.stream.connections()).toBe(2), patient)
  })
  afterAll(async () => {
    await test.close()
    await emulator.stop()
  })

  const db = () => test.fresh.database.db
  const heard = async () =>
    (
      await db()
        .selectFrom('message')
        .select('text')
        .where('author', '=', 'customer')
        .orderBy('seq')
        .execute()
    ).map(({ text }) => text)
  /** What the connections page is told. */
  async function line(): Promise<Line | undefined> {
    const { accounts } = (await test.ask('channel.list', {})) as {
      accounts: { id: string; connections: Line[] }[]
    }
    return accounts.find(({ id }) => id === accountId)?.connections[0]
  }

  /** Something goes wrong with every other message. */
  function mischief(i: number): void {
    Object.assign(emulator.chaos, { copies: 1 + (i % 2), reorder: i % 4 === 2 })
    if (i % 5 === 3) emulator.chaos.truncate = 1
    if (i % 6 === 4) emulator.stream.expire(1)
    if (i % 8 === 5) emulator.stream.drop(1)
    if (i === 11) emulator.stream.drop()
  }

  it('stores every message once, whatever happens on the way', async () => {
    const texts = Array.from({ length: 24 }, (_, i) => `第 ${i} 句:空调不制冷${'。'.repeat(i)}`)
    for (const [i, text] of texts.entries()) {
      const member = members[i % members.length]!
      const message = emulator.message(member, { msgtype: 'text', text: { content: text } })
      mischief(i)
      // DingTalk gives up after a while; whoever wrote sends the message on.
      await vi.waitFor(async () => expect(await emulator.send(message, 5000)).toBe(true), patient)
      // Delivered although it was taken.
      if (i % 5 === 0) await emulator.send(message, 5000)
    }
    Object.assign(emulator.chaos, { copies: 1, reorder: false, truncate: 0 })
    await vi.waitFor(async () => expect([...(await heard())].sort()).toEqual([...texts].sort()), patient)
  })

  it('says every answer once, whatever DingTalk says first', async () => {
    const conversations = await db().selectFrom('conversation').select('id').execute()
    expect(conversations).toHaveLength(members.length)
    const troubles: Trouble[] = ['qps', 'system-busy', 'token-expired', 'bad-gateway']
    emulator.chaos.next.push(...troubles)
    for (const { id } of conversations)
      await test.run('outbox.reply', { conversationId: id, text: `已收到 ${id}`, key: `answer-${id}` })
    const answers = () =>
      members
        .flatMap((member) => emulator.screen(member))
        .flatMap((seen) => (seen.kind === 'message' ? [String(seen.param.content)] : []))
        .filter((text) => text.startsWith('已收到'))
    const wanted = conversations.map(({ id }) => `已收到 ${id}`)
    await vi.waitFor(() => expect(new Set(answers()).size).toBe(wanted.length), patient)
    await vi.waitFor(async () => {
      const rows = await db().selectFrom('outbox_message').select('state').execute()
      expect(rows.filter(({ state }) => state === 'queued' || state === 'sending')).toEqual([])
    }, patient)
    expect(answers().sort()).toEqual(wanted.sort())
    expect(emulator.chaos.next).toEqual([])
  })

  it('fetches the picture that somebody sent', async () => {
    await vi.waitFor(async () => expect(await emulator.sendImage('lina', png)).toBe(true), patient)
    await vi.waitFor(async () => {
      const row = await db().selectFrom('attachment').selectAll().executeTakeFirst()
      expect(row).toMatchObject({ state: 'stored', contentType: 'image/png', size: png.length })
    }, patient)
  })

  it('says that it is cut off and why, and mends itself when DingTalk is there again', async () => {
    await vi.waitFor(async () => expect(await line()).toMatchObject({ state: 'up' }), patient)
    emulator.chaos.upgradeStatus = 503
    emulator.stream.drop()
    await vi.waitFor(async () => {
      expect(await line()).toMatchObject({ state: 'down', detail: expect.stringContaining('503') })
    }, patient)
    emulator.chaos.upgradeStatus = null
    await vi.waitFor(async () => expect(await line()).toMatchObject({ state: 'up', detail: null }), patient)
    await vi.waitFor(async () => expect(await emulator.say('lina', '又能收到了')).toBe(true), patient)
    await vi.waitFor(async () => expect(await heard()).toContain('又能收到了'), patient)
  })
})
