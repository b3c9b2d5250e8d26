import { afterAll, beforeAll } from 'vitest'
import { type WecomConfig, wecomConfigSchema } from '../../channels/wecom/config.ts'
import { readReply } from '../../channels/wecom/emulator/callbacks.ts'
import {
  imageXml,
  startWecomEmulator,
  textXml,
  type WecomEmulator,
} from '../../channels/wecom/emulator/index.ts'
import { wecomChannel } from '../../channels/wecom/index.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const image = new Uint8Array(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))

/** Settings as an administrator copies them from the vendor's pages. */
function settings({ state, url }: WecomEmulator): WecomConfig {
  const { corpId, agentId, secret, token, aesKey } = state
  return wecomConfigSchema.parse({ corpId, agentId, secret, token, aesKey, baseUrl: url })
}

let emulator: WecomEmulator
let stranger: WecomEmulator
beforeAll(async () => {
  emulator = await startWecomEmulator({ now: () => startMs })
  stranger = await startWecomEmulator({ now: () => startMs })
})
afterAll(() => Promise.all([emulator.stop(), stranger.stop()]))

function signed(by: WecomEmulator, body: Uint8Array, nowMs: number): RawRequest {
  return {
    method: 'POST',
    path: '/channels/wecom/1',
    query: by.query(body, nowMs),
    headers: { 'content-type': 'text/xml' },
    body,
    remoteAddress: '127.0.0.1',
    receivedAtMs: nowMs,
  }
}

const pressXml = (cardId: string, key: string) =>
  '<MsgType>event</MsgType><Event>template_card_event</Event><CardType>button_interaction</CardType>' +
  `<EventKey>${key}</EventKey><TaskId>${cardId}@m1</TaskId><ResponseCode>code-of-the-press</ResponseCode>`
/** Taps have no id: their time tells them apart. */
const timeOf = (id: string) => startMs + Number(id.replace(/\D/g, '')) * 1000

/** The vendor's side of sending, as the suite asks for it. */
function vendor(): Vendor<WecomConfig> {
  const { state } = emulator
  state.screens.clear()
  state.repeats.clear()
  return {
    config: settings(emulator),
    waitMs: 60_000,
    mood: (mood) => {
      emulator.mood(mood)
      return undefined
    },
    received: () =>
      emulator
        .screen('lishifu')
        .map(({ text, card }) => ({ words: card ? JSON.stringify(card) : text, reference: '' })),
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: async () => {
      state.moods.length = 0
    },
  }
}

channelContract('wecom', async (): Promise<ChannelSubject<WecomConfig>> => {
  const message = (elements: string) => emulator.body(emulator.xml('lishifu', elements))
  const { files } = emulator.state
  files.set('media-1', { name: 'a.png', contentType: 'image/png', content: image, atMs: startMs })
  return {
    channel: wecomChannel,
    config: settings(emulator),
    secretMembers: ['secret', 'token', 'aesKey'],
    startMs,
    sign: (body, _id, nowMs) => signed(emulator, body, nowMs),
    text: (text, id) => message(textXml(text, id)),
    unknown: message('<MsgType><![CDATA[hologram]]></MsgType><MsgId>9</MsgId>'),
    echo: { never: 'WeCom does not send an application what the application said' },
    media: { body: message(imageXml('media-1', '7')), content: image },
    unsigned: (r) => ({ ...r, query: {} }),
    forged: (r) => signed(stranger, r.body, r.receivedAtMs),
    tampered: (r) => ({
      ...r,
      body: Buffer.from(
        Buffer.from(r.body)
          .toString()
          .replace(/(Encrypt><!\[CDATA\[)./, '$1/'),
      ),
    }),
    cards: {
      press: (cardId, key, id) => emulator.body(emulator.xml('lishifu', pressXml(cardId, key), timeOf(id))),
      handle: 'code-of-the-press',
      answered: (response) => JSON.stringify(readReply(emulator.state, String(response.body))),
    },
    ladderMs: [0, 5000, 10_000, 15_000],
    toleranceMs: 15 * 60_000,
    accepts: ({ status, body }) => status === 200 && /^(?:$|<xml>)/.test(String(body)),
    receiver: { to: 'lishifu', thread: {} },
    wordsOf: (call) => String(call.body.text ?? ''),
    vendor: async () => vendor(),
  }
})
