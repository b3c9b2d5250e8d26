import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Mood, startWecomEmulator, type WecomEmulator } from '../../channels/wecom/emulator/index.ts'
import { type BotEmulator, startBotEmulator } from '../../channels/wecom-bot/emulator/index.ts'
import { ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { type TestHub, testHub } from '../hub.ts'

const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
const members = ['lishifu', 'wangfang', 'zhangshifu']
const said = (member: string) => Array.from({ length: 8 }, (_, i) => `${member} 的第 ${i} 句`)

/** What members wrote, as the hub keeps it. */
async function heard({ fresh }: TestHub): Promise<{ text: string; conversationId: string }[]> {
  return await fresh.database.db
    .selectFrom('message')
    .select(['text', 'conversationId'])
    .where('direction', '=', 'in')
    .orderBy('seq')
    .execute()
}

async function outboxStates({ fresh }: TestHub): Promise<string[]> {
  const rows = await fresh.database.db.selectFrom('outbox_message').select('state').execute()
  return [...new Set(rows.map((row) => row.state))]
}

describe('a hub with a WeCom application that has a bad day', () => {
  const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
  let test: TestHub
  let server: Awaited<ReturnType<typeof serveHub>>
  let emulator: WecomEmulator

  beforeAll(async () => {
    emulator = await startWecomEmulator({ members, now: () => clock.now() })
    test = await testHub({ env, clock })
    const links = ticketLinks(randomBytes(32).toString('hex'))
    server = await serveHub(test.hub, links, readConfig({ DATA_DIR: test.dataDir, ...env }))
    const url = await server.listen({ port: 0, host: '127.0.0.1' })
    const { corpId, agentId, secret, token, aesKey } = emulator.state
    const config = { corpId, agentId, secret, token, aesKey, baseUrl: emulator.url }
    const { id } = await test.run('channel.create', { kind: 'wecom', name: '派单', config })
    await test.hub.registry.refresh()
    emulator.delivery.url = `${url}/channels/wecom/${id}`
  })
  afterAll(async () => {
    await server.close()
    await test.close()
    await emulator.stop()
  })

  it('confirms its address to WeCom', async () => {
    expect(await emulator.checkAddress()).toBe(true)
  })

  it('stores every message once, although each comes doubled and its first answers are lost', async () => {
    Object.assign(emulator.delivery, { doubles: 2, lostAnswers: 2, repeatAfterMs: 10 })
    await Promise.all(
      members.map(async (member) => {
        for (const text of said(member)) {
          const delivered = await emulator.say(member, text)
          expect(delivered).toMatchObject({ accepted: true, tries: 3, reply: null })
        }
      }),
    )
    await test.hub.settle()
    const texts = (await heard(test)).map(({ text }) => text)
    for (const member of members)
      expect(texts.filter((text) => text.startsWith(member))).toEqual(said(member))
    expect(texts).toHaveLength(24)
  })

  it('shows every answer once and in order, whatever WeCom does, without a person', async () => {
    const moods: Mood[] = [
      'busy',
      'done-and-cut',
      'broken',
      'expired',
      'half',
      'cut',
      'crowded',
      'invalid-token',
      'system-busy',
      'done-and-cut',
    ]
    const rows = await heard(test)
    for (let i = 0; i < 6; i++) {
      for (const [n, member] of members.entries()) {
        const { conversationId } = rows.find(({ text }) => text.startsWith(member))!
        await test.run('outbox.reply', { conversationId, text: `回复 ${n}.${i}`, key: `reply-${n}-${i}` })
        emulator.mood(moods[(3 * i + n) % moods.length]!)
      }
      for (let round = 0; round < 40 && (await outboxStates(test)).join() !== 'sent'; round++) {
        await test.hub.settle()
        clock.advance(15_000)
      }
      expect(await outboxStates(test)).toEqual(['sent'])
    }
    expect(emulator.state.moods).toEqual([])
    for (const [n, member] of members.entries()) {
      const shown = emulator
        .screen(member)
        .filter(({ from, text }) => from === 'application' && text.startsWith('回复'))
        .map(({ text }) => text)
      expect(shown).toEqual(Array.from({ length: 6 }, (_, i) => `回复 ${n}.${i}`))
    }
    expect(emulator.state.dropped).toBe(0)
  })
})

describe('a hub with a smart robot whose line is cut again and again', () => {
  let test: TestHub
  let emulator: BotEmulator
  // Each cut doubles the pause before the line is tried again, and what is to be said waits for it.
  const patience = { timeout: 50_000, interval: 50 }

  beforeAll(async () => {
    emulator = await startBotEmulator()
    test = await testHub({ env })
    const { botId, secret, url } = emulator
    const config = { botId, secret, wsUrl: url }
    await test.run('channel.create', { kind: 'wecom-bot', name: '机器人', config })
    await test.hub.start(true)
  })
  afterAll(async () => {
    await test.close()
    await emulator.stop()
  })

  const state = async () =>
    (await test.fresh.database.db.selectFrom('connection_state').select('state').executeTakeFirst())?.state

  it('connects by itself each time, tells its state truly, and stores every message once', async () => {
    for (let round = 1; round <= 3; round++) {
      await vi.waitFor(() => expect(emulator.line.signIns).toBe(round), patience)
      await vi.waitFor(async () => expect(await state()).toBe('up'), patience)
      for (const member of members) {
        const msgid = emulator.say(member, `第 ${round} 轮 ${member}`)!
        emulator.say(member, `第 ${round} 轮 ${member}`, { msgid })
      }
      await vi.waitFor(async () => expect(await heard(test)).toHaveLength(round * members.length), patience)
      emulator.line.cut()
    }
  })

  it('shows every answer, and one whose outcome was lost at most twice', async () => {
    const [first] = await heard(test)
    const { conversationId } = first!
    emulator.mood('system-busy', 'done-and-cut')
    for (let i = 0; i < 4; i++) {
      await test.run('outbox.reply', { conversationId, text: `回复 ${i}`, key: `reply-0000-${i}` })
    }
    await vi.waitFor(async () => expect(await outboxStates(test)).toEqual(['sent']), patience)
    const shown = emulator
      .screen('lishifu')
      .map(({ text }) => /^回复 \d/.exec(text)?.[0])
      .filter(Boolean)
    expect([...new Set(shown)]).toEqual(['回复 0', '回复 1', '回复 2', '回复 3'])
    expect(shown.length).toBeLessThanOrEqual(5)
  })
})
