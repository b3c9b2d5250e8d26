import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../../../channels/wecom-bot/connect.ts'
import { deliver, fetchAttachment } from '../../../../channels/wecom-bot/deliver.ts'
import { type BotEmulator, startBotEmulator } from '../../../../channels/wecom-bot/emulator/index.ts'
import { render } from '../../../../channels/wecom-bot/render.ts'
import { trial } from '../../../../channels/wecom-bot/trial.ts'
import { makeSupervise } from '../../../../src/app/io/supervise.ts'
import { type Card, type Connection, DeliveryError } from '../../../../src/contract/channel.ts'
import { silentLog } from '../../../../src/kernel/log.ts'
import { world } from './world.ts'

let emulator: BotEmulator
const open: Connection[] = []
beforeEach(async () => {
  emulator = await startBotEmulator({ tapMs: 600 })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
  await emulator.stop()
})

async function connected(w = world(emulator), timing = {}) {
  open.push(await w.connect(timing))
  return w
}
const job: Card = {
  id: 'offer-007',
  title: '新工单 T260302-0001',
  lines: [{ label: '客户', value: '王女士' }],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝' },
  ],
}
async function sendCard(w: ReturnType<typeof world>, card = job) {
  emulator.state.known.add('lishifu')
  const out = {
    reference: 'T1',
    to: 'lishifu',
    text: '',
    automatic: true,
    thread: {},
    messageId: 'm1',
    lang: 'zh',
  } as const
  for (const call of render({ ...out, card })) await deliver(call, 'k1', w.io)
}
const call = { name: 'text', label: 'text', body: { chatid: 'lishifu', text: '您好', reference: null } }

describe('a robot’s connection', () => {
  it('is up when the vendor took its secret, and stores what members write, in order', async () => {
    const w = await connected()
    expect(w.states.at(-1)).toMatchObject({ state: 'up' })
    for (let i = 0; i < 20; i++) emulator.say('lishifu', `第 ${i} 句`)
    await vi.waitFor(() => expect(w.texts()).toEqual(Array.from({ length: 20 }, (_, i) => `第 ${i} 句`)))
  })

  it('with a wrong secret is a matter for people', async () => {
    const w = world(emulator)
    const wrong = { ...w.io, config: { ...w.io.config, secret: 'wrong' } }
    Object.assign(w.io, wrong)
    await expect(w.connect()).rejects.toThrow('40001')
    expect(w.states).toMatchObject([{ state: 'config-error' }])
    expect((await trial({ ...w.io, signal: AbortSignal.abort() }))[0]?.zh).toContain('40001')
  })

  it('is not made to a private address, nor in the open to a public one', async () => {
    const w = world(emulator)
    for (const [wsUrl, said] of [
      ['wss://10.0.0.8', '不允许访问内网地址'],
      ['wss://169.254.169.254', 'Private network addresses are not allowed'],
      ['ws://93.184.216.34', 'the scheme ws: is for allowed inner hosts only'],
    ] as const) {
      Object.assign(w.io, { config: { ...w.io.config, wsUrl } })
      await expect(w.connect()).rejects.toThrow(said)
    }
  })

  it('that nobody answers, that is turned away, or that meets a busy vendor is tried again, and is nobody’s fault', async () => {
    const w = world(emulator)
    emulator.line.mute = true
    await expect(w.connect()).rejects.toThrow('nobody answered')
    emulator.line.mute = false
    emulator.line.refusing = true
    await expect(w.connect()).rejects.toThrow()
    emulator.line.refusing = false
    emulator.line.signInError = { errcode: 45009, errmsg: 'api freq out of limit' }
    await expect(w.connect()).rejects.toThrow('45009')
    expect(w.states).toEqual([])
  })

  it('that was cut ends, and one that is dead without a word ends when two signs of life were missed', async () => {
    const w = world(emulator)
    const first = await w.connect()
    emulator.line.cut()
    await expect(first.done).rejects.toThrow('ended')
    emulator.line.deaf = true
    const second = await w.connect({ heartbeatMs: 50 })
    await expect(second.done).rejects.toThrow('ended')
  })

  it('that another one took says so, keeps away for a while, and then ends', async () => {
    const w = world(emulator)
    const older = await w.connect({ takeoverPauseMs: 200 })
    const newer = await connected(world(emulator, 'b'))
    const begun = Date.now()
    await expect(older.done).rejects.toThrow('Another connection took this robot')
    expect(Date.now() - begun).toBeGreaterThanOrEqual(180)
    expect(w.states.at(-1)).toMatchObject({ state: 'config-error' })
    expect(newer.states.at(-1)).toMatchObject({ state: 'up' })
  })

  it('survives half a frame, no frame, and a frame that nobody can read, which is kept', async () => {
    const w = await connected()
    for (const raw of ['{"cmd":"aibot_msg_callback","hea', 'hello', '[]', '{}']) emulator.line.tellRaw(raw)
    emulator.line.tell('aibot_msg_callback', { msgtype: 'text', from: 7 })
    emulator.say('lishifu', '在吗')
    await vi.waitFor(() => expect(w.stored).toHaveLength(2))
    expect(w.stored.map(({ dedupeKey }) => dedupeKey.split(':')[0]).sort()).toEqual(['msg', 'unreadable'])
    expect(w.states.at(-1)?.state).toBe('up')
  })

  it('stores a frame once that comes twice', async () => {
    const w = await connected()
    for (let i = 0; i < 3; i++) emulator.say('lishifu', '一次', { msgid: 'same' })
    emulator.say('lishifu', '两次')
    await vi.waitFor(() => expect(w.texts()).toEqual(['一次', '两次']))
  })

  it('loses nothing while the database is away, not even when the line is cut meanwhile, and says how it is', async () => {
    const w = world(emulator)
    const connection = await w.connect()
    w.hub.away = 3
    emulator.say('lishifu', '空调不制冷')
    emulator.say('lishifu', '还在漏水')
    await vi.waitFor(() => expect(w.states.at(-1)?.state).toBe('degraded'))
    emulator.line.cut()
    await expect(connection.done).rejects.toThrow('ended')
    const reports = w.states.length
    await vi.waitFor(() => expect(w.texts()).toEqual(['空调不制冷', '还在漏水']), 5000)
    // The connection that ended has no say in the state of the next one.
    expect(w.states).toHaveLength(reports)
  })

  it('comes back by itself under the hub’s supervisor, with the true state all the time', async () => {
    const w = world(emulator)
    const changes: string[] = []
    const supervise = makeSupervise({
      clock: { now: () => Date.now() },
      log: silentLog,
      changed: (_name, { state }) => {
        if (state !== changes.at(-1)) changes.push(state)
      },
    })
    const supervised = supervise(
      'bot',
      async (signal, report) => {
        const connection = await connect({ ...w.io, signal, report })
        signal.addEventListener('abort', () => void connection.close())
        await connection.done
      },
      { minDelayMs: 20, maxDelayMs: 40 },
    )
    for (let round = 1; round <= 3; round++) {
      await vi.waitFor(() => expect(emulator.line.signIns).toBe(round))
      await vi.waitFor(() => expect(changes.at(-1)).toBe('up'))
      emulator.say('lishifu', `第 ${round} 轮`)
      await vi.waitFor(() => expect(w.stored).toHaveLength(round))
      if (round < 3) emulator.line.cut()
    }
    await supervised.stop()
    expect(emulator.line.isConnected).toBe(false)
    const broken = ['up', 'down', 'connecting']
    expect(changes).toEqual(['connecting', ...broken, ...broken, 'up', 'stopped'])
  })
})

describe('a tap', () => {
  it('is stored before it is answered, and answered with the new card', async () => {
    const w = await connected()
    await sendCard(w)
    w.hub.answer = {
      tone: 'success',
      text: '已接单',
      card: { ...job, buttons: [], state: { text: '已接单', tone: 'success' } },
    }
    const shown = await emulator.press('lishifu', 'offer-007', 'accept')
    expect(w.stored).toMatchObject([{ kind: 'action' }])
    expect(shown).toMatchObject({
      task_id: 'offer-007@m1',
      main_title: { desc: '已接单' },
      button_list: [{ text: '已接单', key: '_state' }],
    })
  })

  it('is answered with 处理中 in time when the hub needs longer, and is stored all the same', async () => {
    const w = await connected()
    await sendCard(w)
    w.hub.slowMs = 500
    const shown = await emulator.press('lishifu', 'offer-007', 'accept')
    expect(shown).toMatchObject({ button_list: [{ text: '处理中…' }] })
    await vi.waitFor(() => expect(w.stored).toHaveLength(1))
  })

  it('whose answer has no card leaves the card and says the words', async () => {
    const w = await connected()
    await sendCard(w)
    w.hub.answer = { tone: 'warning', text: '已被张师傅接单' }
    expect(await emulator.press('lishifu', 'offer-007', 'accept')).toBeNull()
    expect(emulator.screen('lishifu').at(-1)).toMatchObject({ kind: 'markdown', text: '已被张师傅接单' })
    expect(emulator.screen('lishifu')[0]?.card?.button_list).toHaveLength(2)
  })

  it('does not wait behind messages that cannot be stored', async () => {
    const w = await connected()
    await sendCard(w)
    w.hub.away = 1
    emulator.say('lishifu', '等一下')
    await vi.waitFor(() => expect(w.hub.away).toBe(0))
    w.hub.answer = {
      tone: 'success',
      text: '好',
      card: { ...job, buttons: [], state: { text: '好', tone: 'success' } },
    }
    expect(await emulator.press('lishifu', 'offer-007', 'accept')).toMatchObject({
      main_title: { desc: '好' },
    })
    await vi.waitFor(() => expect(w.stored).toHaveLength(2))
  })
})

describe('what the robot sends', () => {
  const failure = async (w: ReturnType<typeof world>, key = 'k') => {
    const error = await deliver(call, key, w.io).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DeliveryError)
    const { retry, code, waitMs } = error as DeliveryError
    return { retry, code, waitMs }
  }

  it('waits for the process that holds the connection', async () => {
    expect(await failure(world(emulator))).toEqual({ retry: 'later', code: 'not_connected', waitMs: 2000 })
    const w = world(emulator)
    const connection = await w.connect()
    await connection.close()
    expect(await failure(w)).toMatchObject({ code: 'not_connected' })
  })

  it('is classified by the vendor’s code, and unknown when the line was cut before the answer', async () => {
    const w = await connected()
    expect(await failure(w)).toMatchObject({ retry: 'never', code: '93006' })
    emulator.state.known.add('lishifu')
    emulator.mood('busy', 'refusing', 'done-and-cut')
    expect(await failure(w)).toEqual({ retry: 'later', code: '846607', waitMs: 60_000 })
    expect(await failure(w)).toMatchObject({ retry: 'never', code: '40058' })
    expect(await failure(w)).toMatchObject({ retry: 'unknown', code: 'no_answer' })
    expect(emulator.screen('lishifu')).toHaveLength(1)
  })

  it('is stopped by the vendor at thirty a minute, and waits', async () => {
    const w = await connected()
    emulator.state.known.add('lishifu')
    for (let i = 0; i < 30; i++) await deliver(call, `k${i}`, w.io)
    expect(await failure(w, 'one more')).toMatchObject({ retry: 'later', waitMs: 60_000 })
    expect(emulator.screen('lishifu')).toHaveLength(30)
  })

  it('may be a file of several pieces', async () => {
    const w = await connected()
    emulator.state.known.add('lishifu')
    const content = new Uint8Array(1_300_000).map((_, i) => i % 251)
    w.io.media.get = async () => content
    const body = {
      chatid: 'lishifu',
      name: '报告.pdf',
      contentType: 'application/pdf',
      hash: 'h',
      size: content.length,
    }
    await deliver({ name: 'file', label: '报告.pdf', body }, 'k', w.io)
    const [item] = emulator.screen('lishifu')
    expect(item).toMatchObject({ kind: 'file', text: '报告.pdf' })
    expect(Buffer.compare(Buffer.from(item!.content!), Buffer.from(content))).toBe(0)
  })
})

describe('a file that came with a message', () => {
  it.each([0, 1, 31, 32, 33, 1000])(
    'of %i bytes is fetched and decrypted with its own key, under its own name',
    async (size) => {
      const w = world(emulator)
      const content = new Uint8Array(size).fill(7)
      const { url, aeskey } = emulator.offer('外机 照片.jpg', content)
      const fetched = await fetchAttachment({ url, aesKey: aeskey }, w.io)
      const chunks: Uint8Array[] = []
      for await (const chunk of fetched.content) chunks.push(chunk)
      expect(Buffer.concat(chunks)).toEqual(Buffer.from(content))
      expect(fetched.name).toBe('外机 照片.jpg')
    },
  )

  it('whose address is too old, or whose key is another one, is refused', async () => {
    const w = world(emulator)
    const { url } = emulator.offer('a', new Uint8Array(100))
    await expect(fetchAttachment({ url: `${url}x` }, w.io)).rejects.toThrow('404')
    // What a wrong key makes of a file ends like one by chance, once in some 250 times.
    const others = [7, 8, 9].map((n) => Buffer.alloc(32, n).toString('base64'))
    const tried = await Promise.allSettled(others.map((aesKey) => fetchAttachment({ url, aesKey }, w.io)))
    const said = tried.map((each) => (each.status === 'rejected' ? String(each.reason) : 'read'))
    expect(said).toContainEqual(expect.stringContaining('decrypt'))
  })
})

describe('the connection test', () => {
  it('looks at the connection and opens none: the working one would be closed for it', async () => {
    const w = await connected()
    expect(await trial(w.io)).toMatchObject([{ name: 'connection', ok: true }])
    expect(emulator.line.signIns).toBe(1)
  })

  it('says that another node may hold it when this one knows nothing', async () => {
    const [step] = await trial({ ...world(emulator, 'unknown').io, signal: AbortSignal.abort() })
    expect(step).toMatchObject({ ok: false })
  })
})
