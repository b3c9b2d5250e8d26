import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver, idTypeOf } from '../../../../channels/feishu/deliver.ts'
import { FeishuEmulator } from '../../../../channels/feishu/emulator/index.ts'
import type { Fault } from '../../../../channels/feishu/emulator/rest.ts'
import { render } from '../../../../channels/feishu/render.ts'
import {
  type Card,
  DeliveryError,
  type Outbound,
  type ProviderCall,
} from '../../../../src/contract/channel.ts'
import type { JsonObject } from '../../../../src/kernel/json.ts'
import { type FeishuIo, feishuIo, settingsOf } from './io.ts'

const day = 24 * 3_600_000
let nowMs: number
let emulator: FeishuEmulator
let hub: FeishuIo
beforeEach(async () => {
  nowMs = Date.parse('2026-03-02T09:00:00+08:00')
  emulator = await new FeishuEmulator({ mode: 'long-connection', now: () => nowMs }).start()
  hub = feishuIo(settingsOf(emulator, 'long-connection'), 1000)
})
afterEach(() => emulator.stop())

const person = () => emulator.world.person('张工')
const card: Card = {
  id: 'card-1',
  title: '新工单 T260302-0001 · 空调不制冷',
  urgency: 'critical',
  lines: [{ label: '地址', value: '世纪大道 1 号' }],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝', style: 'danger' },
    { key: 'details', text: '详情', url: 'https://hub.example/t/1' },
  ],
}

function outbound(more: Partial<Outbound> = {}): Outbound {
  return {
    reference: 'T260302-0001',
    to: person().open_id,
    text: '您好',
    automatic: false,
    thread: {},
    messageId: 'm-1',
    lang: 'zh',
    ...more,
  }
}
async function sendAll(calls: readonly ProviderCall[], key = 'key') {
  const receipts = []
  for (const [i, call] of calls.entries()) receipts.push(await deliver(call, `${key}-${i}`, hub.io))
  return receipts
}
const send = (more: Partial<Outbound> = {}, key?: string) => sendAll(render(outbound(more)), key)
async function failureOf(run: Promise<unknown>): Promise<Pick<DeliveryError, 'retry' | 'code' | 'waitMs'>> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DeliveryError)
  const { retry, code, waitMs } = error as DeliveryError
  return { retry, code, waitMs }
}
const screen = () => emulator.screen('张工')

describe('what goes wrong on the way to Feishu', () => {
  it.each([
    ['busy', { retry: 'later', code: '99991400', waitMs: 7000 }],
    ['busy-400', { retry: 'later', code: '99991400', waitMs: 7000 }],
    ['crowded', { retry: 'later', code: '230020', waitMs: 2000 }],
    ['quota', { retry: 'never', code: '99991403' }],
    ['broken', { retry: 'later', code: 'http_502' }],
    ['silent', { retry: 'unknown', code: 'no_answer' }],
    ['dropped', { retry: 'unknown', code: 'no_answer' }],
    ['refusing', { retry: 'never', code: '230013' }],
    ['refusing-200', { retry: 'never', code: '230013' }],
  ] as const satisfies readonly (readonly [Fault, object])[])('%s is classified', async (fault, expected) => {
    person()
    emulator.fault(fault)
    expect(await failureOf(send())).toEqual({ waitMs: undefined, ...expected })
  })

  it.each(['expired', 'expired-400'] as const)(
    'a token that is refused (%s) is fetched anew once, and the call made again',
    async (fault) => {
      await send({}, 'first')
      emulator.fault(fault)
      await send({ text: '还在' }, 'second')
      expect(screen().map((message) => message.text)).toEqual(['您好', '还在'])
      expect(emulator.tokensGiven).toBe(2)
    },
  )

  it('a token that is refused again is not fetched for ever', async () => {
    emulator.fault('expired', 'expired')
    expect(await failureOf(send())).toMatchObject({ retry: 'later', code: '99991663' })
    expect(emulator.tokensGiven).toBe(2)
  })

  it('a wrong App Secret is a mistake that only a person can mend', async () => {
    hub = feishuIo({ ...hub.io.config, appSecret: 'wrong' })
    expect(await failureOf(send())).toMatchObject({ retry: 'never', code: '10014' })
  })

  it('when no token can be fetched, nothing was sent and nobody wonders', async () => {
    await emulator.stop()
    expect(await failureOf(send())).toMatchObject({ retry: 'later', code: 'no_token' })
    await emulator.start()
  })

  it.each(['silent-after', 'dropped'] as const)(
    'a message whose answer was lost (%s) is there once after the next try',
    async (fault) => {
      emulator.fault(fault)
      expect(await failureOf(send({}, 'same'))).toMatchObject({ retry: 'unknown' })
      await send({}, 'same')
      expect(screen()).toHaveLength(1)
    },
  )

  it('a key longer than Feishu takes still names one message', async () => {
    const long = 'k'.repeat(200)
    await send({}, long)
    await send({}, long)
    await send({}, `${long}2`)
    expect(screen()).toHaveLength(2)
  })
})

describe('where a message goes', () => {
  it('tells the kind of an id by its form', () => {
    expect(['ou_1', 'oc_1', 'on_1', 'a@b.cn', 'e33ggbyz'].map(idTypeOf)).toEqual([
      'open_id',
      'chat_id',
      'union_id',
      'email',
      'user_id',
    ])
  })

  it('answers the customer’s message in a group, and the chat when that message was taken back', async () => {
    const { message } = emulator.write('王芳', 'text', { text: '在吗' }, '售后群')
    const thread = { chatId: message.chatId, chatType: 'group', messageId: message.id }
    await send({ to: message.from, thread }, 'one')
    await emulator.recall(message)
    await send({ to: message.from, thread, text: '还在吗' }, 'two')
    const [first, second] = emulator.screen('王芳')
    expect([first?.replyTo, second?.replyTo]).toEqual([message.id, undefined])
  })

  it('keeps to the topic in which it was asked', () => {
    const thread = { chatId: 'oc_1', chatType: 'topic_group', messageId: 'om_1', threadId: 'omt_1' }
    expect(render(outbound({ thread }))[0]?.body).toMatchObject({
      receiver: 'oc_1',
      replyTo: 'om_1',
      inTopic: true,
    })
  })
})

describe('what a message says', () => {
  it('calls nobody, whoever wrote it', async () => {
    await send({ text: '请 <at user_id="all">所有人</at> 看 1 < 2' })
    expect(screen()[0]?.text).not.toContain('<at')
    expect(screen()[0]?.text).toContain('1 < 2')
  })

  it('has a subject as the title of a rich text, and quick replies in words', async () => {
    await send({ subject: '回访', text: '是否修好?', quickReplies: ['是', '否'] })
    expect(screen()[0]?.text).toBe('回访\n是否修好?\n也可以直接回复编号：\n1. 是\n2. 否')
  })

  it('stays under Feishu’s limit with any characters at all', async () => {
    await send({ text: '"\\\n\u0001😀'.repeat(5000) })
    const text = screen()
      .map((message) => message.text)
      .join('')
    expect(text).toBe('"\\\n\u0001😀'.repeat(5000))
  })

  it('brings pictures as pictures, files as files, and says which it cannot bring', async () => {
    const bytes = Buffer.from('some bytes')
    hub.media.set('h1', bytes)
    const file = (name: string, contentType: string, size: number) => ({
      name,
      contentType,
      size,
      hash: 'h1',
    })
    await send({
      text: '',
      attachments: [
        file('现场.png', 'image/png', bytes.length),
        file('报告.pdf', 'application/pdf', bytes.length),
        file('录像.mp4', 'video/mp4', 31_000_000),
      ],
    })
    const seen = screen()
    expect(seen.map((message) => message.file?.name)).toEqual(['image', '报告.pdf', undefined])
    expect(Buffer.from(seen[0]!.file!.bytes)).toEqual(bytes)
    expect(seen[2]?.text).toContain('录像.mp4')
  })

  it('tries an upload that got no answer again: nobody has seen it', async () => {
    hub.media.set('h1', Buffer.from('x'))
    emulator.fault('silent')
    const attachments = [{ name: 'a.txt', contentType: 'text/plain', size: 1, hash: 'h1' }]
    expect(await failureOf(send({ text: '', attachments }))).toMatchObject({ retry: 'later' })
  })
})

describe('a job card', () => {
  it('shows title, urgency, lines and buttons, and its text inside', async () => {
    const [receipt] = await send({ text: '请尽快处理', card })
    const [seen] = screen()
    expect(receipt).toMatchObject({ providerMessageId: seen?.id, handle: { messageId: seen?.id } })
    expect(seen?.card).toMatchObject({
      title: card.title,
      template: 'red',
      tags: ['紧急'],
      words: ['请尽快处理', '地址', '世纪大道 1 号'],
      buttons: [
        { text: '接单', type: 'primary_filled', value: { cardId: 'card-1', key: 'accept' } },
        { text: '拒绝', type: 'danger', value: { cardId: 'card-1', key: 'reject' } },
        { text: '详情', type: 'default', url: 'https://hub.example/t/1' },
      ],
    })
  })

  const taken: Card = { ...card, state: { text: '已被李师傅接单', tone: 'success' }, buttons: [] }
  const replaces = (messageId: string) => ({
    cardId: 'card-1',
    providerMessageId: messageId,
    handle: { messageId } as JsonObject,
  })

  it('is changed in place, also twice with the same key', async () => {
    const [receipt] = await send({ text: '', card })
    const change = { text: '', card: taken, replaces: replaces(receipt!.providerMessageId) }
    await send(change, 'change')
    const [again] = await send(change, 'change')
    expect(screen()).toHaveLength(1)
    expect(screen()[0]?.card).toMatchObject({
      template: 'green',
      tags: ['紧急', '已被李师傅接单'],
      buttons: [],
    })
    expect(again?.providerMessageId).toBe(receipt?.providerMessageId)
  })

  it('that is older than 14 days, or was taken back, is sent anew, once', async () => {
    const [receipt] = await send({ text: '', card }, 'card')
    nowMs += 15 * day
    const change = { text: '', card: taken, replaces: replaces(receipt!.providerMessageId) }
    emulator.fault('expired')
    const [fresh] = await send(change, 'change')
    const [again] = await send(change, 'change')
    expect(fresh?.providerMessageId).not.toBe(receipt?.providerMessageId)
    expect(again?.providerMessageId).toBe(fresh?.providerMessageId)
    expect(screen()).toHaveLength(2)
  })

  it('that was no card, or that nobody knows, is sent anew', async () => {
    const [text] = await send({ text: '只是文字' }, 'text')
    for (const id of [text!.providerMessageId, 'om_unknown'])
      await send({ text: '', card: taken, replaces: { ...replaces(id), handle: null } }, id)
    expect(screen().map((message) => message.card?.tags)).toEqual([
      undefined,
      ...[1, 2].map(() => ['紧急', '已被李师傅接单']),
    ])
  })

  it('is changed more slowly when Feishu says so', async () => {
    const [receipt] = await send({ text: '', card }, 'card')
    const change = { text: '', card: taken, replaces: replaces(receipt!.providerMessageId) }
    for (let i = 0; i < 5; i++) await send(change, `change-${i}`)
    expect(await failureOf(send(change, 'one too many'))).toMatchObject({ retry: 'later', code: '230020' })
  })

  it('too large for Feishu is shortened, and said in whole besides', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => ({
      label: `第 ${i} 项`,
      value: `值${i} `.repeat(200),
    }))
    await send({ text: '开头', card: { ...card, lines } })
    const seen = screen()
    expect(seen.at(-1)?.card?.buttons).toHaveLength(3)
    const words = seen
      .slice(0, -1)
      .map((message) => message.text)
      .join('')
    expect(words).toContain('开头')
    expect(words).toContain(`值39 `.repeat(200).trim())
  })
})
