import { afterAll, beforeAll } from 'vitest'
import { cardSecretOf, type DingtalkConfig, dingtalkConfigSchema } from '../../channels/dingtalk/config.ts'
import type { Trouble } from '../../channels/dingtalk/emulator/chaos.ts'
import {
  type DingtalkEmulator,
  type SignedRequest,
  startDingtalkEmulator,
} from '../../channels/dingtalk/emulator/index.ts'
import dingtalk from '../../channels/dingtalk/index.ts'
import { frameRequest } from '../../channels/dingtalk/stream/request.ts'
import type { ProviderCall, RawRequest, RawResponse } from '../../src/contract/channel.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const userId = '012345678901234567'
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const cardTemplateId = 'b4fdsu21-0000.schema'
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4])

let emulator: DingtalkEmulator
beforeAll(async () => {
  emulator = await startDingtalkEmulator()
  emulator.join(userId, '王芳')
})
afterAll(() => emulator.stop())

const troubles: Readonly<Record<Mood, Trouble>> = {
  busy: 'qps',
  broken: 'system-busy',
  silent: 'hang',
  refusing: 'unknown-receiver',
  expired: 'token-expired',
}

async function vendor(mode: DingtalkConfig['mode'], downloadCode: string): Promise<Vendor<DingtalkConfig>> {
  const started = await startDingtalkEmulator()
  started.join(userId, '王芳')
  started.world.files.set(downloadCode, { name: 'picture', content: picture })
  started.world.templates.add(cardTemplateId)
  return {
    config: dingtalkConfigSchema.parse({ ...started.settings(), mode, cardTemplateId }),
    waitMs: 1000,
    mood(mood) {
      started.chaos.next.push(troubles[mood])
      return undefined
    },
    received: () =>
      started.screen(userId).flatMap((seen) => {
        if (seen.kind === 'said') return []
        if (seen.kind === 'card') return [{ words: JSON.stringify(seen.params), reference: seen.outTrackId }]
        const words = seen.param.content ?? JSON.stringify(seen.param)
        // Robot messages have no room for a reference besides their words: a repeat is known by its being word for word the same.
        return [{ words, reference: words }]
      }),
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: () => started.stop(),
  }
}

const wordsOf = ({ body }: ProviderCall) => {
  const { content, message, native } = body as { content?: string; message?: object; native?: object }
  return content ?? JSON.stringify(native ?? message)
}

interface CardAnswer {
  readonly userPrivateData?: { readonly cardParamMap: { readonly notice?: string } }
}
/** What the person who tapped reads of the answer. */
const noticeOf = (answer: CardAnswer | null) => answer?.userPrivateData?.cardParamMap.notice ?? ''
const jsonOf = ({ body }: RawResponse) => JSON.parse(String(body))
/** In every handle: the card's own name. */
const handle = 'outTrackId'

/** What does not depend on how DingTalk reaches the hub; `wrap` makes a delivery of a message. */
function common(mode: DingtalkConfig['mode'], wrap: (message: { msgId: string } & object) => Uint8Array) {
  const config = dingtalkConfigSchema.parse({ ...emulator.settings(), mode, cardTemplateId })
  const message = (content: object, msgId: string) =>
    wrap(emulator.message(userId, content, { msgId, atMs: startMs }))
  const downloadCode = emulator.world.keep('code', 'picture', picture)
  return {
    channel: dingtalk,
    config,
    secretMembers: ['clientSecret', 'eventToken', 'eventAesKey'],
    startMs,
    text: (text: string, id: string) => message({ msgtype: 'text', text: { content: text } }, id),
    unknown: message({ msgtype: 'hologram', content: {} }, 'm-9'),
    echo: message({ msgtype: 'text', text: { content: '您好' }, senderId: '$:LWCP_v1:$robot' }, 'm-8'),
    // Without its robot's code: the vendor of each check is an emulator, and a robot, of its own.
    media: {
      body: message({ msgtype: 'picture', content: { downloadCode }, robotCode: undefined }, 'm-7'),
      content: picture,
    },
    receiver: { to: userId, thread: { chat: 'person' } },
    wordsOf,
    vendor: () => vendor(mode, downloadCode),
  }
}

const received = (request: SignedRequest, body: Uint8Array, atMs: number): RawRequest => ({
  method: 'POST',
  path: '/channels/dingtalk/1',
  query: request.query,
  headers: request.headers,
  body,
  remoteAddress: '203.0.113.7',
  receivedAtMs: atMs,
})

channelContract('dingtalk (HTTP)', async (): Promise<ChannelSubject<DingtalkConfig>> => {
  const other = await startDingtalkEmulator()
  await other.stop()
  const subject = common('http', bytes)
  return {
    ...subject,
    sign(body, id, nowMs) {
      const text = Buffer.from(body).toString()
      if (!text.includes('"outTrackId"'))
        return received(emulator.signedRobotRequest(text, nowMs), body, nowMs)
      // A tap has no id over HTTP: another tap is one at another time.
      const atMs = nowMs + Number(/\d+$/.exec(id)?.[0] ?? 0)
      return received(emulator.signedCardRequest(text, atMs, cardSecretOf(subject.config)), body, nowMs)
    },
    unsigned: (r) => ({ ...r, headers: { 'content-type': 'application/json' } }),
    forged: (r) => received(other.signedRobotRequest('', r.receivedAtMs), r.body, r.receivedAtMs),
    tampered: () => ({
      never: 'DingTalk signs the time, not the body; TLS protects that, and Stream mode does without',
    }),
    toleranceMs: 3_600_000,
    accepts: (response) => response.status === 200 && typeof jsonOf(response) === 'object',
    cards: {
      press: (cardId, key) => bytes(emulator.pressData(userId, cardId, key)),
      handle,
      answered: (response) => noticeOf(jsonOf(response)),
    },
  }
})

const framed = (text: string) => new TextEncoder().encode(text)
const frame = (message: { msgId: string }) => framed(emulator.frame(message))

channelContract('dingtalk (Stream)', async (): Promise<ChannelSubject<DingtalkConfig>> => {
  const subject = common('stream', frame)
  const { config } = subject
  const by = (secret: string, body: Uint8Array, atMs: number) =>
    frameRequest(body, 'wss-open-connection.dingtalk.com', atMs, { ...config, clientSecret: secret })
  return {
    ...subject,
    sign: (body, _id, nowMs) => by(config.clientSecret, body, nowMs),
    unsigned: (r) => ({ ...r, headers: {} }),
    forged: (r) => by(cardSecretOf(config), r.body, r.receivedAtMs),
    tampered: (r) => ({ ...r, body: Buffer.from(Buffer.from(r.body).toString().replace('王芳', '李强')) }),
    toleranceMs: {
      never: 'a frame is pushed over our own connection; its proof has no time, its id makes it once',
    },
    accepts: (response) => response.status === 200,
    cards: {
      press: (cardId, key, id) => framed(emulator.pressFrame(id, emulator.pressData(userId, cardId, key))),
      handle,
      answered: (response) => noticeOf(jsonOf(response).response),
    },
  }
})
