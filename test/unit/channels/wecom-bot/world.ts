import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BotConfig, botConfigSchema } from '../../../../channels/wecom-bot/config.ts'
import { connect, type Timing } from '../../../../channels/wecom-bot/connect.ts'
import type { BotEmulator } from '../../../../channels/wecom-bot/emulator/index.ts'
import { parse } from '../../../../channels/wecom-bot/parse.ts'
import { frameRequest } from '../../../../channels/wecom-bot/verify.ts'
import { makeSafeFetch } from '../../../../src/app/io/safe-fetch.ts'
import type { ActionAnswer } from '../../../../src/contract/channel.ts'
import type { Envelope } from '../../../../src/contract/message.ts'
import type { ConnectIo, ConnectionState, ReceiveItem } from '../../../../src/contract/ports.ts'
import { silentLog } from '../../../../src/kernel/log.ts'

export const config: BotConfig = botConfigSchema.parse({
  botId: 'aib1',
  secret: 's',
  wsUrl: 'ws://127.0.0.1:1',
})

/** Settings that lead to the emulator. */
export const settings = ({ botId, secret, url }: BotEmulator): BotConfig =>
  botConfigSchema.parse({ botId, secret, wsUrl: url })

/** What a frame is read as. */
export function read(frame: unknown): Envelope[] {
  return parse({
    request: frameRequest(new TextEncoder().encode(JSON.stringify(frame)), config, 0),
    claims: {},
  })
}

/** Own frames, by what they are. */
export function fixtures(): Map<string, unknown> {
  const folder = join(import.meta.dirname, '..', '..', '..', '..', 'channels', 'wecom-bot', 'fixtures')
  const lines = readFileSync(join(folder, 'frames.jsonl'), 'utf8').split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => JSON.parse(line) as { is: string; frame: unknown }).map((f) => [f.is, f.frame]),
  )
}

const quick: Timing = { heartbeatMs: 100, signInMs: 300, takeoverPauseMs: 300, processingMs: 250 }
const safeFetch = makeSafeFetch({ allow: ['127.0.0.1'] })

/** A hub around a robot's connection, in memory: what was stored, what was reported, and how taps are answered. */
export function world(emulator: BotEmulator, accountId = 'a') {
  const stored: ReceiveItem[] = []
  const states: ConnectionState[] = []
  const stopping = new AbortController()
  const hub = {
    stored,
    states,
    stopping,
    /** How often the database is away from now on. */
    away: 0,
    answer: undefined as ActionAnswer | undefined,
    /** How long the hub needs for a tap, ms. */
    slowMs: 0,
    texts: () =>
      stored.map(
        ({ request }) => JSON.parse(Buffer.from(request.body).toString()).body.text?.content as string,
      ),
  }
  const io: ConnectIo<BotConfig> = {
    accountId,
    config: settings(emulator),
    ...safeFetch,
    media: {} as ConnectIo<BotConfig>['media'],
    lease: { acquire: async () => null },
    tokens: { get: async (_name, fetchToken) => (await fetchToken()).value },
    clock: { now: () => Date.now() },
    log: silentLog,
    signal: stopping.signal,
    publicUrl: null,
    async receive(items) {
      if (hub.away > 0) {
        hub.away--
        throw new Error('the database is away')
      }
      if (items[0]?.kind === 'action') await new Promise((resolve) => setTimeout(resolve, hub.slowMs))
      return items.map((item) => {
        const duplicate = stored.some(({ dedupeKey }) => dedupeKey === item.dedupeKey)
        if (!duplicate) stored.push(item)
        return {
          envelopeId: item.dedupeKey,
          duplicate,
          ...(hub.answer && item.kind === 'action' ? { answer: hub.answer } : {}),
        }
      })
    },
    cursor: async () => null,
    report: (state) => void states.push(state),
  }
  return { ...hub, hub, io, connect: (timing: Partial<Timing> = {}) => connect(io, { ...quick, ...timing }) }
}
