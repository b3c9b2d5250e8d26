import { type FeishuConfig, feishuConfigSchema } from '../../../../channels/feishu/config.ts'
import { connect } from '../../../../channels/feishu/connect.ts'
import type { FeishuEmulator } from '../../../../channels/feishu/emulator/index.ts'
import { parse } from '../../../../channels/feishu/parse.ts'
import { makeSafeFetch } from '../../../../src/app/io/safe-fetch.ts'
import type { ReceiveOutcome } from '../../../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState, ReceiveItem, TokenPort } from '../../../../src/contract/ports.ts'
import { silentLog } from '../../../../src/kernel/log.ts'

/** Settings that lead to an emulator. */
export function settingsOf(emulator: FeishuEmulator, mode: FeishuConfig['mode']): FeishuConfig {
  return feishuConfigSchema.parse({
    mode,
    appId: emulator.appId,
    appSecret: emulator.appSecret,
    ...(emulator.encryptKey ? { encryptKey: emulator.encryptKey } : {}),
    verificationToken: emulator.verificationToken,
    baseUrl: emulator.baseUrl,
  })
}

const loopback = makeSafeFetch({ allow: ['127.0.0.1'] })

/** Tokens in memory, with the port's promise: one fetch for all who were refused the same. */
function memoryTokens(): TokenPort {
  const held = new Map<string, Promise<string>>()
  return {
    async get(name, fetchToken, refused) {
      const known = await held.get(name)?.catch(() => undefined)
      if (known !== undefined && known !== refused) return known
      const fetched = fetchToken().then((token) => token.value)
      held.set(name, fetched)
      return await fetched
    },
  }
}

/** The hub around the channel, in memory. */
export function feishuIo(config: FeishuConfig, patienceMs = 2000) {
  const stored = new Map<string, ReceiveItem>()
  const states: ConnectionState[] = []
  const media = new Map<string, Uint8Array>()
  const stopping = new AbortController()
  let refuseReceive = 0
  let answer: ReceiveOutcome['answer']
  const io: ConnectIo<FeishuConfig> = {
    accountId: 'account',
    config,
    agentFor: loopback.agentFor,
    fetch: (url, init, limits) => loopback.fetch(url, init, { ...limits, timeoutMs: patienceMs }),
    media: {
      put: () => Promise.reject(new Error('nothing is stored here')),
      get: async (hash) => media.get(hash)!,
      stream: () => Promise.reject(new Error('not here')),
      has: async (hash) => media.has(hash),
      look: () => Promise.reject(new Error('nobody looks here')),
    },
    lease: { acquire: async () => null },
    tokens: memoryTokens(),
    clock: { now: () => Date.now() },
    log: silentLog,
    signal: stopping.signal,
    publicUrl: 'https://hub.example',
    async receive(items) {
      if (refuseReceive > 0) {
        refuseReceive--
        throw new Error('the database is away')
      }
      return items.map((item) => {
        const duplicate = stored.has(item.dedupeKey)
        if (!duplicate) stored.set(item.dedupeKey, item)
        const said = item.kind === 'action' && answer ? { answer } : {}
        return { envelopeId: item.dedupeKey, duplicate, ...said }
      })
    },
    cursor: async () => null,
    report: (state) => void states.push(state),
  }
  return {
    io,
    stored,
    states,
    media,
    stop: () => stopping.abort(),
    /** Lets the next receives fail as when the database is away. */
    failReceive(times: number) {
      refuseReceive = times
    },
    /** What the hub says to taps from now on. */
    answerTaps(given: ReceiveOutcome['answer']) {
      answer = given
    },
    /** Texts of the stored messages, in the order in which they came. */
    texts() {
      return [...stored.values()].flatMap((item) => {
        const envelope = parse({ request: item.request, claims: item.claims }, io.config)[item.part]!
        return envelope.kind === 'message' ? [envelope.message.text] : []
      })
    },
  }
}

export type FeishuIo = ReturnType<typeof feishuIo>

/** Connects, and after an end connects anew as the hub's supervisor does, with short pauses. */
export function keepConnected(memory: FeishuIo): { errors: string[]; stop(): Promise<void> } {
  const errors: string[] = []
  const running = (async () => {
    while (!memory.io.signal.aborted) {
      try {
        const connection = await connect(memory.io)
        memory.io.signal.addEventListener('abort', () => void connection.close(), { once: true })
        await connection.done
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error))
        memory.states.push({ state: 'down', sinceMs: 0 })
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  })()
  return {
    errors,
    async stop() {
      memory.stop()
      await running
    },
  }
}
