import { afterAll, beforeAll } from 'vitest'
import { type BotConfig, botConfigSchema } from '../../channels/wecom-bot/config.ts'
import { type BotEmulator, startBotEmulator } from '../../channels/wecom-bot/emulator/index.ts'
import { wecomBotChannel } from '../../channels/wecom-bot/index.ts'
import { frameRequest } from '../../channels/wecom-bot/verify.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import type { Channel, Connection } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const content = new TextEncoder().encode('%PDF-1.4 a file')
const frame = (body: object, cmd = 'aibot_msg_callback') =>
  new TextEncoder().encode(JSON.stringify({ cmd, headers: { req_id: 'r-1' }, body }))

const loopback = makeSafeFetch({ allow: ['127.0.0.1'] })
let emulator: BotEmulator
beforeAll(async () => {
  emulator = await startBotEmulator()
})
afterAll(() => emulator.stop())

const settings = ({ botId, secret, url }: BotEmulator): BotConfig =>
  botConfigSchema.parse({ botId, secret, wsUrl: url })

/** The channel as the hub runs it: whoever delivers holds the connection. */
function connected(connections: Connection[]): Channel<BotConfig> {
  return {
    ...wecomBotChannel,
    async deliver(call, key, io: ChannelIo<BotConfig>) {
      if (connections.length === 0) {
        const { agentFor } = loopback
        const nothing = { agentFor, receive: async () => [], cursor: async () => null, report: () => {} }
        connections.push(await wecomBotChannel.connect!({ ...io, ...nothing }))
      }
      return await wecomBotChannel.deliver(call, key, io)
    },
  }
}

function vendor(connections: Connection[]): Vendor<BotConfig> {
  emulator.state.screens.clear()
  return {
    config: settings(emulator),
    waitMs: 60_000,
    mood: (mood) => {
      if (mood === 'expired') return { never: 'a connection is signed in once; there is no token' }
      emulator.mood(mood === 'broken' ? 'system-busy' : mood)
      return undefined
    },
    received: () =>
      emulator.screen('lishifu').map(({ text }) => {
        const [, words = text, reference = ''] =
          /^(.*)\n<font color="comment">(.*)<\/font>$/s.exec(text) ?? []
        return { words, reference }
      }),
    refusedByWindow: () => 0,
    customerWrote: () => void emulator.state.known.add('lishifu'),
    async close() {
      emulator.state.moods.length = 0
      await Promise.all(connections.splice(0).map((connection) => connection.close()))
    },
  }
}

channelContract('wecom-bot', async (): Promise<ChannelSubject<BotConfig>> => {
  const config = settings(emulator)
  const connections: Connection[] = []
  const about = { aibotid: config.botId, chattype: 'single', from: { userid: 'lishifu' } }
  return {
    channel: connected(connections),
    config,
    secretMembers: ['secret'],
    startMs,
    sign: (body, _id, nowMs) => frameRequest(body, config, nowMs),
    text: (text, id) => frame(emulator.textBody('lishifu', text, id)),
    unknown: frame({ ...about, msgid: 'm-9', msgtype: 'hologram' }),
    echo: { never: 'WeCom does not send a robot what the robot said' },
    media: {
      body: frame({ ...about, msgid: 'm-7', msgtype: 'file', file: emulator.offer('报告.pdf', content) }),
      content,
    },
    unsigned: (r) => ({ ...r, headers: {} }),
    forged: (r) => frameRequest(r.body, { ...config, secret: 'another' }, r.receivedAtMs),
    tampered: (r) => ({
      ...r,
      body: Buffer.from(Buffer.from(r.body).toString().replace('lishifu', 'zhangsan')),
    }),
    cards: {
      press: (cardId, key, id) => {
        const tap = { card_type: 'button_interaction', event_key: key, task_id: `${cardId}@m1` }
        const event = { eventtype: 'template_card_event', template_card_event: tap }
        return frame({ ...about, msgid: id, msgtype: 'event', event }, 'aibot_event_callback')
      },
      answered: { never: 'a tap is answered by a frame of its own, which the connection sends' },
      change: { never: 'a robot’s card can be changed only in answer to a tap' },
    },
    ladderMs: [0],
    toleranceMs: { never: 'a frame is proved by our own connection, which nobody can replay' },
    accepts: (response) => response.status === 204,
    receiver: { to: 'lishifu', thread: {} },
    wordsOf: (call) => String(call.body.text ?? ''),
    vendor: async () => vendor(connections),
  }
})
