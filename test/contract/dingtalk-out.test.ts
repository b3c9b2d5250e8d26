import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { DingtalkConfig } from '../../channels/dingtalk/config.ts'
import dingtalk from '../../channels/dingtalk/index.ts'
import type { ActionAnswer, Card, Outbound, RawRequest, Receipt } from '../../src/contract/channel.ts'
import type { ConnectIo } from '../../src/contract/ports.ts'

import { dingtalkWorld, template } from './dingtalk-world.ts'

const world = dingtalkWorld()

const card: Card = {
  id: 'offer-0001',
  title: '新工单 T261127-0001 · 空调不制冷',
  urgency: 'high',
  lines: [{ label: '地址', value: '杭州市西湖区文三路259号' }],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝' },
    { key: 'details', text: '详情', url: 'https://hub.example/e/1' },
  ],
}
const taken: Card = {
  ...card,
  state: { text: '李强已接单', tone: 'success' },
  buttons: card.buttons.slice(2),
}

const outbound = (more: Partial<Outbound> = {}): Outbound => ({
  reference: 'T261127-0001',
  to: 'u1',
  text: '您有一张新工单',
  automatic: true,
  thread: {},
  messageId: 'm-1',
  lang: 'zh',
  ...more,
})

async function send(io: ConnectIo<DingtalkConfig>, more: Partial<Outbound> = {}): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  for (const call of dingtalk.render(outbound(more), io.config))
    receipts.push(await dingtalk.deliver(call, 'key', io))
  return receipts
}

const cardOn = (userId: string, chat = userId) => {
  const cards = world.emulator.groupScreen(chat, userId).filter((seen) => seen.kind === 'card')
  expect(cards).toHaveLength(1)
  return cards[0]!.params
}

/** A hub of which only the channel is real: every tap is answered as `answer` says. */
async function hubOverStream(config: DingtalkConfig, answer: ActionAnswer | null) {
  const heard: string[] = []
  const io = world.ioOf(config, {
    receive: async (items) => {
      heard.push(...items.map((item) => item.kind))
      return items.map(() => ({ envelopeId: 'e', duplicate: false, ...(answer ? { answer } : {}) }))
    },
  })
  const connection = await dingtalk.connect!(io)
  world.connections.push(connection)
  await vi.waitFor(() => expect(world.emulator.stream.connections()).toBe(2), { timeout: 5000 })
  return { io, heard }
}

describe('a job card', () => {
  it('arrives, is tapped, shows the answer at once, and is changed for everybody later', async () => {
    const answer = { tone: 'success', text: '已接单', card: taken } as const
    const { io, heard } = await hubOverStream(world.settings({ cardTemplateId: template }), answer)
    const thread = { chat: 'group', conversationId: 'cidGroup==', nick: '' }
    const [receipt] = await send(io, { card, thread })
    expect(receipt).toEqual({ providerMessageId: 'offer-0001', handle: { outTrackId: 'offer-0001' } })
    expect(cardOn('u2', 'cidGroup==')).toMatchObject({ title: card.title, b1_text: '接单', state_text: '' })
    expect(await world.emulator.press('u2', 'offer-0001', 'accept')).toEqual({
      answered: true,
      notice: '已接单',
    })
    expect(heard).toEqual(['action'])
    // DingTalk shows the answer's public data to the person who tapped only.
    expect(cardOn('u2', 'cidGroup==')).toMatchObject({ state_text: '李强已接单', b1_text: '' })
    expect(cardOn('u1', 'cidGroup==')).toMatchObject({ state_text: '', b1_text: '接单' })
    const replaces = { cardId: 'offer-0001', providerMessageId: 'offer-0001', handle: receipt!.handle! }
    await send(io, { card: taken, replaces, thread })
    expect(cardOn('u1', 'cidGroup==')).toMatchObject({
      state_text: '李强已接单',
      b1_text: '',
      link_text: '详情',
    })
    await expect(world.emulator.press('u1', 'offer-0001', 'accept')).rejects.toThrow('shows no button')
  })

  it('says that it is being worked on when no answer is there in time', async () => {
    const { io } = await hubOverStream(world.settings({ cardTemplateId: template }), null)
    await send(io, { card })
    expect(await world.emulator.press('u1', 'offer-0001', 'accept')).toEqual({
      answered: true,
      notice: '处理中…',
    })
    expect(cardOn('u1')).toMatchObject({ b1_text: '接单', notice_tone: 'info' })
  })

  it('is tapped over HTTP as well, at the address that was registered', async () => {
    const config = world.settings({ cardTemplateId: template, mode: 'http' })
    const io = world.ioOf(config)
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const raw: RawRequest = {
        method: request.method!,
        path: request.url!,
        query: {},
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
        remoteAddress: '127.0.0.1',
        receivedAtMs: Date.now(),
      }
      const verified = dingtalk.verify(raw, config, Date.now())
      if (!verified.ok) return response.writeHead(401).end()
      const outcomes = dingtalk.parse(verified.value, config).map(() => {
        return {
          envelopeId: 'e',
          duplicate: false,
          answer: { tone: 'success', text: '已接单', card: taken } as const,
        }
      })
      const answer = dingtalk.ack(verified.value, outcomes, config)
      return response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    world.connections.push(await dingtalk.connect!({ ...io, publicUrl }))
    await send(io, { card })
    expect(await world.emulator.press('u1', 'offer-0001', 'accept')).toEqual({
      answered: true,
      notice: '已接单',
    })
    expect(cardOn('u1')).toMatchObject({ state_text: '李强已接单' })
    world.emulator.robotUrl = `${publicUrl}/channels/dingtalk/x`
    expect(await world.emulator.say('u1', '你好')).toBe(true)
    await new Promise((resolve) => server.close(resolve))
  })

  it('is there once although the call that made it was not answered', async () => {
    const io = world.ioOf(world.settings({ cardTemplateId: template }))
    world.emulator.chaos.next.push('gateway-timeout-after-doing-it')
    await expect(send(io, { card })).rejects.toMatchObject({ retry: 'later', code: 'http_504' })
    expect(await send(io, { card })).toEqual([
      { providerMessageId: 'offer-0001', handle: { outTrackId: 'offer-0001' } },
    ])
    expect(cardOn('u1').title).toBe(card.title)
  })

  it('is sent anew when it replaces one that DingTalk does not know', async () => {
    const io = world.ioOf(world.settings({ cardTemplateId: template }))
    await send(io, { card: taken, replaces: { cardId: 'offer-0001', providerMessageId: 'x', handle: null } })
    expect(cardOn('u1')).toMatchObject({ state_text: '李强已接单' })
  })

  it('goes out as a message with buttons when its template is gone, and those can be pressed too', async () => {
    world.emulator.world.unpublished.add(template)
    const { io, heard } = await hubOverStream(world.settings({ cardTemplateId: template }), null)
    const [receipt] = await send(io, { card })
    expect(receipt).toMatchObject({ detail: { insteadOfCard: 'param.templateUnpublished' } })
    expect(receipt!.handle).toBeUndefined()
    expect(world.emulator.screen('u1')).toMatchObject([{ kind: 'message', msgKey: 'sampleActionCard3' }])
    expect(await world.emulator.press('u1', 'offer-0001', 'reject')).toMatchObject({ answered: true })
    expect(heard).toEqual(['action'])
  })

  it('that reached nobody is a failure, although DingTalk answered 200', async () => {
    const io = world.ioOf(world.settings({ cardTemplateId: template }))
    await expect(send(io, { card, to: 'stranger' })).rejects.toMatchObject({
      retry: 'never',
      code: 'deliver_failed',
    })
  })
})

describe('what goes out', () => {
  it('as an image or a file is uploaded and named', async () => {
    const io = world.ioOf(world.settings())
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
    const put = await world.media.put(png)
    expect(put.ok).toBe(true)
    if (!put.ok) return
    const { hash, size } = put.value
    const attachments = [
      { name: '照片.png', contentType: 'image/png', hash, size },
      { name: '报价 "A".pdf', contentType: 'application/pdf', hash, size },
    ]
    world.emulator.chaos.next.push('token-expired')
    await send(io, { text: '', attachments })
    const [image, file] = world.emulator.screen('u1')
    expect([image, file]).toMatchObject([
      { msgKey: 'sampleImageMsg', param: { photoURL: expect.stringMatching(/^@/) } },
      { msgKey: 'sampleFile', param: { fileName: '报价 "A".pdf', fileType: 'pdf' } },
    ])
    const stored = world.emulator.world.files.get(image?.kind === 'message' ? image.param.photoURL! : '')
    expect([stored?.name, Buffer.from(stored!.content)]).toEqual(['照片.png', png])
  })

  it('to somebody without a userId is refused with the reason', async () => {
    const io = world.ioOf(world.settings())
    await expect(send(io, { to: '$:LWCP_v1:$x' })).rejects.toMatchObject({
      retry: 'never',
      code: 'no_user_id',
    })
    await expect(send(io, { to: 'nobody' })).rejects.toMatchObject({
      retry: 'never',
      code: 'staffId.notExisted',
    })
  })

  it('waits when DingTalk names the receiver as one who gets too much', async () => {
    const io = world.ioOf(world.settings())
    world.emulator.chaos.next.push('flow-control')
    await expect(send(io)).rejects.toMatchObject({ retry: 'later', code: 'flow_controlled', waitMs: 60_000 })
  })

  it('asks for one token however many go out, and for another when it is refused', async () => {
    const io = world.ioOf(world.settings())
    await Promise.all([1, 2, 3].map(() => send(io)))
    const tokens = () => world.emulator.calls.filter((path) => path.endsWith('/accessToken')).length
    expect(tokens()).toBe(1)
    world.emulator.chaos.next.push('token-expired')
    await send(io)
    expect(tokens()).toBe(2)
    expect(world.emulator.screen('u1')).toHaveLength(4)
  })
})

describe('the connection test', () => {
  const steps = async (more: object = {}, io: Partial<ConnectIo<DingtalkConfig>> = {}) =>
    (await dingtalk.test!(world.ioOf(world.settings(more), io))).map(({ name, ok }) => [name, ok])

  it('says what works in Stream mode, with and without a template', async () => {
    expect(await steps()).toEqual([
      ['token', true],
      ['stream', true],
      ['sending', true],
      ['cards', true],
    ])
    expect(await steps({ cardTemplateId: template })).toEqual([
      ['token', true],
      ['stream', true],
      ['sending', true],
      ['cards', true],
    ])
    expect(world.emulator.screen('u1')).toEqual([])
  })

  it('says what works in HTTP mode, and registers for taps', async () => {
    expect(await steps({ mode: 'http' })).toContainEqual(['callback', false])
    const done = await steps({ mode: 'http', cardTemplateId: template }, { publicUrl: 'https://hub.example' })
    expect(done).toEqual([
      ['token', true],
      ['callback', true],
      ['sending', true],
      ['cards', true],
      ['card-callback', true],
    ])
    expect([...world.emulator.world.callbackUrls.values()][0]!.url).toMatch(
      /^https:\/\/hub\.example\/channels\/dingtalk\//,
    )
  })

  it('says what is wrong, in both languages', async () => {
    const [wrong] = await dingtalk.test!(world.ioOf(world.settings({ clientSecret: 'wrong' })))
    expect(wrong).toMatchObject({ name: 'token', ok: false })
    expect(wrong!.zh).toContain('Client Secret 不正确')
    expect(wrong!.en).toContain('is wrong')
    world.emulator.chaos.next.push('no-permission')
    expect(await steps()).toContainEqual(['sending', false])
    expect(await steps({ robotCode: 'another' })).toContainEqual(['sending', false])
    world.emulator.chaos.gatewayStatus = 403
    expect(await steps()).toContainEqual(['stream', false])
  })
})
