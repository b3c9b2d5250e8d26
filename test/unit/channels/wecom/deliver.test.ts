import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WecomConfig } from '../../../../channels/wecom/config.ts'
import { deliver } from '../../../../channels/wecom/deliver.ts'
import {
  type Mood,
  startWecomEmulator,
  type WecomEmulator,
} from '../../../../channels/wecom/emulator/index.ts'
import { render } from '../../../../channels/wecom/render.ts'
import { trial } from '../../../../channels/wecom/trial.ts'
import { makeSafeFetch } from '../../../../src/app/io/safe-fetch.ts'
import { type Card, DeliveryError, type Outbound, type Receipt } from '../../../../src/contract/channel.ts'
import type { ChannelIo, FreshToken } from '../../../../src/contract/ports.ts'
import { manualClock } from '../../../../src/kernel/clock.ts'
import { silentLog } from '../../../../src/kernel/log.ts'
import { nowMs, settings } from './subject.ts'

const clock = manualClock(nowMs)
const safeFetch = makeSafeFetch({ allow: ['127.0.0.1'] })
let emulator: WecomEmulator
let media: Map<string, Uint8Array>

beforeEach(async () => {
  clock.set(nowMs)
  media = new Map()
  emulator = await startWecomEmulator({ now: () => clock.now() })
})
afterEach(() => emulator.stop())

/** The world around a delivery; tokens are kept as the hub keeps them, in memory. */
function io(config: Partial<WecomConfig> = {}): ChannelIo<WecomConfig> {
  const tokens = new Map<string, string>()
  return {
    accountId: 'a',
    config: { ...settings(emulator), ...config },
    fetch: (url, init, limits) => safeFetch.fetch(url, init, { ...limits, timeoutMs: 400 }),
    media: { get: async (hash: string) => media.get(hash)! } as unknown as ChannelIo<WecomConfig>['media'],
    lease: { acquire: async () => null },
    tokens: {
      async get(name: string, fetchToken: () => Promise<FreshToken>, refused?: string) {
        const known = tokens.get(name)
        if (known !== undefined && known !== refused) return known
        const { value } = await fetchToken()
        tokens.set(name, value)
        return value
      },
    },
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    publicUrl: 'https://hub.example',
  }
}

const job: Card = {
  id: 'offer-007',
  title: '新工单 T260302-0001',
  lines: [{ label: '客户', value: '王女士' }],
  buttons: [
    { key: 'accept', text: '接单' },
    { key: 'reject', text: '拒绝' },
  ],
}
const out = (extra: Partial<Outbound>): Outbound => ({
  reference: 'T260302-0001',
  to: 'lishifu',
  text: '',
  automatic: true,
  thread: {},
  messageId: 'm1',
  lang: 'zh',
  ...extra,
})

async function send(extra: Partial<Outbound>, world = io(), key = 'k'): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  for (const [i, call] of render(out(extra)).entries())
    receipts.push(await deliver(call, `${key}.${i}`, world))
  return receipts
}
async function failure(extra: Partial<Outbound>, world = io()): Promise<DeliveryError> {
  const error = await send(extra, world).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(DeliveryError)
  return error as DeliveryError
}
const seen = () => emulator.screen('lishifu')

describe('a job card', () => {
  it('is shown, pressed by its own id, and changed by the handle of its receipt', async () => {
    const world = io()
    const [receipt] = await send({ card: job }, world)
    expect(receipt?.handle).toMatchObject({ responseCode: expect.any(String), taskId: 'offer-007@m1' })
    const gone: Card = { ...job, buttons: [], state: { text: '已被张师傅接单', tone: 'warning' } }
    const replaces = {
      cardId: 'offer-007',
      providerMessageId: receipt!.providerMessageId,
      handle: receipt!.handle!,
    }
    const [changed] = await send({ card: gone, replaces, messageId: 'm2' }, world, 'k2')
    expect(seen()).toHaveLength(1)
    expect(seen()[0]?.card).toMatchObject({ replace_text: '已被张师傅接单', task_id: 'offer-007@m1' })
    expect(changed).toMatchObject({ providerMessageId: receipt!.providerMessageId, detail: { by: 'change' } })
  })

  it('that can no longer be changed is followed by a sentence, or by a new card when buttons are needed further', async () => {
    const world = io()
    const [receipt] = await send({ card: job }, world)
    const replaces = {
      cardId: 'offer-007',
      providerMessageId: receipt!.providerMessageId,
      handle: receipt!.handle!,
    }
    clock.advance(73 * 3_600_000)
    const over: Card = { ...job, buttons: [], state: { text: '已取消', tone: 'warning' } }
    await send({ card: over, replaces, messageId: 'm2' }, world, 'k2')
    expect(seen()[1]).toMatchObject({ kind: 'text', text: '新工单 T260302-0001\n已取消' })
    const further: Card = { ...job, buttons: [{ key: 'arrive', text: '到达' }] }
    await send({ card: further, replaces: { ...replaces, handle: null }, messageId: 'm3' }, world, 'k3')
    expect(seen()[2]?.card).toMatchObject({ task_id: 'offer-007@m3', button_list: [{ key: 'arrive' }] })
  })

  it('whose response code was used is followed by a sentence, too', async () => {
    const world = io()
    const [receipt] = await send({ card: job }, world)
    const replaces = { cardId: 'offer-007', providerMessageId: 'x', handle: receipt!.handle! }
    const over: Card = { ...job, buttons: [], state: { text: '已取消', tone: 'warning' } }
    for (const messageId of ['m2', 'm3']) await send({ card: over, replaces, messageId }, world, messageId)
    expect(seen().map(({ kind }) => kind)).toEqual(['card', 'text'])
  })

  it('is not said anew when the change failed for another reason', async () => {
    const world = io()
    const [receipt] = await send({ card: job }, world)
    const replaces = { cardId: 'offer-007', providerMessageId: 'x', handle: receipt!.handle! }
    for (const [mood, retry] of [
      ['busy', 'later'],
      ['untrusted', 'never'],
      ['done-and-cut', 'unknown'],
    ] as const) {
      emulator.mood(mood)
      expect(await failure({ card: job, replaces, messageId: 'm2' }, world)).toMatchObject({ retry })
      expect(seen()).toHaveLength(1)
    }
  })
})

describe('a text', () => {
  it('is cut at 2048 bytes, where the vendor would cut it off', async () => {
    const text = '工单已受理。'.repeat(300)
    await send({ text })
    expect(seen().length).toBeGreaterThan(2)
    expect(
      seen()
        .map((item) => item.text)
        .join(''),
    ).toBe(text)
  })

  it('is shown once however often it is sent under one key, and twice when it is said twice', async () => {
    const world = io()
    for (const key of ['a', 'a', 'b']) await send({ text: '好的' }, world, key)
    expect(seen()).toHaveLength(2)
  })

  it('that was shown although its answer was lost is not shown again by the repeat', async () => {
    for (const mood of ['done-and-cut', 'half'] satisfies Mood[]) {
      const world = io()
      emulator.mood(mood)
      const before = seen().length
      await expect(send({ text: mood }, world, mood)).rejects.toMatchObject({ retry: 'unknown' })
      await send({ text: mood }, world, mood)
      expect(seen()).toHaveLength(before + 1)
    }
  })

  it('to somebody outside the visible range fails for good, and says why in the words of both languages', async () => {
    emulator.state.hidden.add('lishifu')
    const error = await failure({ text: '您好' })
    expect(error).toMatchObject({ retry: 'never', code: 'invaliduser' })
    expect(error.message).toContain('lishifu')
    expect(await failure({ text: '您好', to: 'nobody' })).toMatchObject({ retry: 'never', code: '81013' })
  })

  it.each([
    ['busy', 'later', '45009', 60_000],
    ['crowded', 'later', '45033', 5000],
    ['system-busy', 'later', '-1', 2000],
    ['broken', 'unknown', 'http_502', undefined],
    ['untrusted', 'never', '60020', undefined],
    ['silent', 'unknown', 'no_answer', undefined],
    ['cut', 'unknown', 'no_answer', undefined],
  ] as const)('that meets the mood %s is tried again %s', async (mood, retry, code, waitMs) => {
    emulator.mood(mood)
    const { message, ...said } = await failure({ text: '您好' })
    expect({ retry: said.retry, code: said.code, waitMs: said.waitMs }).toEqual({ retry, code, waitMs })
    expect(message).not.toContain(emulator.state.secret)
  })

  it.each(['expired', 'invalid-token'] as const)('is sent with a new token after %s', async (mood) => {
    const world = io()
    await send({ text: '一' }, world, '1')
    emulator.mood(mood)
    await send({ text: '二' }, world, '2')
    expect(seen()).toHaveLength(2)
  })
})

describe('a file', () => {
  it('is uploaded and shown: pictures as pictures, the rest as files', async () => {
    media.set('h1', new TextEncoder().encode('a picture'))
    media.set('h2', new TextEncoder().encode('%PDF-1.4'))
    await send({
      text: '报告',
      attachments: [
        { name: '现场.png', contentType: 'image/png', hash: 'h1', size: 9 },
        { name: '报告 "1".pdf', contentType: 'application/pdf', hash: 'h2', size: 8 },
      ],
    })
    expect(seen().map(({ kind, text }) => [kind, text])).toEqual([
      ['text', '报告'],
      ['image', '现场.png'],
      ['file', '报告 _1_.pdf'],
    ])
    expect(Buffer.from(seen()[1]!.content!).toString()).toBe('a picture')
  })

  it('that WeCom would not take is refused before it is uploaded', async () => {
    const attachments = [{ name: 'a.zip', contentType: 'application/zip', hash: 'h', size: 30_000_000 }]
    expect(await failure({ attachments })).toMatchObject({ retry: 'never', code: 'file_size' })
    expect(emulator.state.calls).toEqual([])
  })
})

describe('the connection test', () => {
  it('says what works', async () => {
    const steps = await trial(io())
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['token', true],
      ['agent', true],
      ['callback', true],
    ])
    for (const step of steps) expect(step.zh && step.en).toBeTruthy()
  })

  it('says what is wrong: the secret, the AgentId, the trusted address, the missing public address', async () => {
    const byName = async (world: ChannelIo<WecomConfig>) =>
      Object.fromEntries((await trial(world)).map((step) => [step.name, step]))
    expect((await byName(io({ secret: 'wrong' }))).token).toMatchObject({ ok: false })
    expect((await byName(io({ agentId: '7' }))).agent).toMatchObject({ ok: false })
    emulator.mood('untrusted')
    expect((await byName(io())).agent?.zh).toContain('203.0.113.7')
    expect((await byName({ ...io(), publicUrl: null })).callback).toMatchObject({ ok: false })
  })
})
