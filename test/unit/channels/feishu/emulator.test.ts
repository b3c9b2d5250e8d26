import * as lark from '@larksuiteoapi/node-sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from '../../../../channels/feishu/emulator/frame.ts'
import { FeishuEmulator } from '../../../../channels/feishu/emulator/index.ts'
import { ladderMs } from '../../../../channels/feishu/emulator/ladder.ts'

// The official client as it comes: its own HTTP client, its own token cache, its own dispatcher.
const logger = { error() {}, warn() {}, info() {}, debug() {}, trace() {} }

describe('the emulator held against the official client', () => {
  let emulator: FeishuEmulator
  let client: lark.Client
  beforeEach(async () => {
    emulator = await new FeishuEmulator({ mode: 'long-connection', ackMs: 1000 }).start()
    const { appId, appSecret, baseUrl } = emulator
    // Its default token cache is one for the whole process, by app id; ids here are random.
    client = new lark.Client({ appId, appSecret, domain: baseUrl, logger })
  })
  afterEach(() => emulator.stop())

  it('gives it a token, takes its messages, replies, pictures and files, and gives them back', async () => {
    const { open_id } = emulator.world.person('张工')
    const sent = await client.im.v1.message.create({
      params: { receive_id_type: 'open_id' },
      data: { receive_id: open_id, msg_type: 'text', content: '{"text":"您好"}', uuid: 'u1' },
    })
    expect(sent).toMatchObject({ code: 0, data: { message_id: expect.stringMatching(/^om_/) } })
    const id = sent.data!.message_id!
    const data = { content: '{"text":"再见"}', msg_type: 'text' }
    expect(await client.im.v1.message.reply({ path: { message_id: id }, data })).toMatchObject({ code: 0 })
    const image = await client.im.v1.image.create({
      data: { image_type: 'message', image: Buffer.from('png') },
    })
    const content = JSON.stringify({ image_key: image!.image_key })
    const picture = await client.im.v1.message.create({
      params: { receive_id_type: 'open_id' },
      data: { receive_id: open_id, msg_type: 'image', content },
    })
    const got = await client.im.v1.messageResource.get({
      path: { message_id: picture.data!.message_id!, file_key: image!.image_key! },
      params: { type: 'image' },
    })
    const chunks: Buffer[] = []
    for await (const chunk of got.getReadableStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('png')
    const read = await client.im.v1.message.get({ path: { message_id: id } })
    expect(read.data?.items?.[0]).toMatchObject({ message_id: id, body: { content: '{"text":"您好"}' } })
    expect(emulator.screen('张工').map((message) => message.text)).toEqual(['您好', '再见', ''])
    expect(emulator.tokensGiven).toBe(1)
  })

  it('refuses with codes that it passes on: 200 is returned, 400 and 429 are thrown', async () => {
    const wrong = {
      params: { receive_id_type: 'open_id' as const },
      data: { receive_id: 'ou_x', msg_type: 'text', content: '{"text":"x"}' },
    }
    await expect(client.im.v1.message.create(wrong)).rejects.toMatchObject({
      response: { data: { code: 230034 } },
    })
    emulator.fault('refusing-200', 'busy')
    expect(await client.im.v1.message.create(wrong)).toMatchObject({ code: 230013 })
    await expect(client.im.v1.message.create(wrong)).rejects.toMatchObject({
      response: { status: 429, headers: { 'x-ogw-ratelimit-reset': '7' } },
    })
  })

  it('changes its cards, and only cards of JSON 2.0 without what that dropped', async () => {
    const { open_id } = emulator.world.person('张工')
    const send = (card: object) =>
      client.im.v1.message.create({
        params: { receive_id_type: 'open_id' },
        data: { receive_id: open_id, msg_type: 'interactive', content: JSON.stringify(card) },
      })
    const config = { update_multi: true }
    const old = { schema: '2.0', config, body: { elements: [{ tag: 'action', actions: [] }] } }
    await expect(send(old)).rejects.toMatchObject({ response: { data: { code: 230099 } } })
    const card = (content: string) => ({
      schema: '2.0',
      config,
      body: { elements: [{ tag: 'markdown', content }] },
    })
    const { data } = await send(card('一'))
    const change = { path: { message_id: data!.message_id! }, data: { content: JSON.stringify(card('二')) } }
    expect(await client.im.v1.message.patch(change)).toMatchObject({ code: 0 })
    expect(emulator.screen('张工')[0]?.card?.words).toEqual(['二'])
  })

  describe('over its long connection', () => {
    let heard: string[]
    let ws: lark.WSClient
    beforeEach(async () => {
      heard = []
      const eventDispatcher = new lark.EventDispatcher({ logger }).register({
        'im.message.receive_v1': async (data) => {
          heard.push(JSON.parse(data.message.content).text)
          if (heard.length === 1 && heard[0] === 'fail') throw new Error('not now')
        },
        'card.action.trigger': async () => ({ toast: { type: 'success', content: '已接单' } }),
      })
      const { appId, appSecret, baseUrl } = emulator
      await new Promise<void>((resolve) => {
        ws = new lark.WSClient({ appId, appSecret, domain: baseUrl, logger, onReady: resolve })
        void ws.start({ eventDispatcher })
      })
    })
    afterEach(() => ws.close({ force: true }))

    it('it hears events, whole and in pieces in any order, and acknowledges them', async () => {
      await emulator.say('王芳', '一')
      Object.assign(emulator.chaos, { pieces: 4, shuffled: true })
      await emulator.say('王芳', '二')
      expect(heard).toEqual(['一', '二'])
      expect(emulator.nextDeliveryMs()).toBeNull()
    })

    it('it says 500 when its handler failed, and gets the event again', async () => {
      await emulator.say('王芳', 'fail')
      expect(emulator.nextDeliveryMs()).not.toBeNull()
    })

    it('it answers taps, and the person sees the toast', async () => {
      const { open_id } = emulator.world.person('张工')
      const behaviors = [{ type: 'callback', value: { cardId: 'c1', key: 'accept' } }]
      const button = { tag: 'button', text: { tag: 'plain_text', content: '接单' }, behaviors }
      const card = { schema: '2.0', config: { update_multi: true }, body: { elements: [button] } }
      await client.im.v1.message.create({
        params: { receive_id_type: 'open_id' },
        data: { receive_id: open_id, msg_type: 'interactive', content: JSON.stringify(card) },
      })
      expect(await emulator.press('张工', 'c1', 'accept')).toEqual({
        toast: { type: 'success', content: '已接单' },
      })
    })
  })

  it('posts what the official dispatcher believes, and challenges that it answers', async () => {
    const posting = await new FeishuEmulator({ mode: 'webhook' }).start()
    const { encryptKey, verificationToken } = posting
    const heard: string[] = []
    const dispatcher = new lark.EventDispatcher({ encryptKey, verificationToken, logger }).register({
      'im.message.receive_v1': async (data) => void heard.push(data.message.message_id),
    })
    const { message, event } = posting.write('王芳', 'text', { text: '你好' })
    const { headers, body } = posting.signed(event)
    const data = Object.assign(Object.create({ headers }), JSON.parse(Buffer.from(body).toString()))
    await dispatcher.invoke(data)
    expect(heard).toEqual([message.id])
    const challenge = JSON.parse(
      Buffer.from(posting.signed({ type: 'url_verification', challenge: 'c', token: 'v' }).body).toString(),
    )
    expect(lark.generateChallenge(challenge, { encryptKey })).toEqual({
      isChallenge: true,
      challenge: { challenge: 'c' },
    })
    await posting.stop()
  })
})

describe('the emulator’s ladder', () => {
  it('delivers again after 15 s, 5 min, 1 h and 6 h, and then gives up', async () => {
    let nowMs = Date.parse('2026-03-02T09:00:00+08:00')
    const emulator = await new FeishuEmulator({ mode: 'webhook', now: () => nowMs }).start()
    await emulator.say('王芳', '你好')
    const waits: number[] = []
    for (let due = emulator.nextDeliveryMs(); due !== null; due = emulator.nextDeliveryMs()) {
      waits.push(due - nowMs)
      nowMs = due
      await emulator.redeliver()
    }
    expect(waits).toEqual(ladderMs)
    expect(emulator.lost).toHaveLength(1)
    await emulator.stop()
  })
})

describe('a frame of the emulator', () => {
  it('is read back as it was written', () => {
    const frame = fc.record({
      seqId: fc.nat(),
      logId: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      service: fc.nat(),
      method: fc.constantFrom(0 as const, 1 as const),
      headers: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
      payload: fc.uint8Array(),
    })
    fc.assert(
      fc.property(frame, (given) => {
        const back = decodeFrame(encodeFrame(given))
        expect({ ...back, headers: { ...back.headers }, payload: [...back.payload] }).toEqual({
          ...given,
          headers: { ...given.headers },
          payload: [...given.payload],
        })
      }),
    )
  })

  it('that was cut off is refused', () => {
    const whole = encodeFrame({
      seqId: 1,
      logId: 2,
      service: 7,
      method: 1,
      headers: { type: 'event' },
      payload: Buffer.from('{}'),
    })
    expect(() => decodeFrame(whole.subarray(0, whole.length - 1))).toThrow('truncated')
  })
})
