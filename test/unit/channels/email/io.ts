import type { EmailConfig } from '../../../../channels/email/config.ts'
import { connect } from '../../../../channels/email/connect.ts'
import type { ImapEmulator } from '../../../../channels/email/emulator/imap.ts'
import { parse } from '../../../../channels/email/parse.ts'
import type { ConnectIo, ConnectionState, ReceiveItem } from '../../../../src/contract/ports.ts'
import type { JsonValue } from '../../../../src/kernel/json.ts'
import { silentLog } from '../../../../src/kernel/log.ts'
import { config } from './samples.ts'

/** An inbox in memory: what was received, by dedupe key, and the cursors. */
export function memoryIo(settings: Partial<EmailConfig> = {}) {
  const stored = new Map<string, ReceiveItem>()
  const cursors = new Map<string, JsonValue>()
  const states: ConnectionState[] = []
  const calls: { items: number; cursor: JsonValue | undefined }[] = []
  const media = new Map<string, Uint8Array>()
  const waiting = new Set<() => void>()
  const stopping = new AbortController()
  let refuseReceive = 0
  const io: ConnectIo<EmailConfig> = {
    accountId: 'account',
    config: { ...config, ...settings },
    agentFor: () => Promise.reject(new Error('no network here')),
    fetch: () => Promise.reject(new Error('no network here')),
    media: {
      put: () => Promise.reject(new Error('nothing is stored here')),
      get: async (hash) => media.get(hash)!,
      stream: () => Promise.reject(new Error('not here')),
      has: async (hash) => media.has(hash),
      look: () => Promise.reject(new Error('nobody looks here')),
    },
    lease: { acquire: async () => null },
    tokens: { get: async (_name, fetchToken) => (await fetchToken()).value },
    clock: { now: () => Date.now() },
    log: silentLog,
    signal: stopping.signal,
    publicUrl: null,
    async receive(items, cursor) {
      if (refuseReceive > 0) {
        refuseReceive--
        throw new Error('the database is away')
      }
      calls.push({ items: items.length, cursor: cursor?.value })
      const outcomes = items.map((item) => {
        const duplicate = stored.has(item.dedupeKey)
        if (!duplicate) stored.set(item.dedupeKey, item)
        return { envelopeId: item.dedupeKey, duplicate }
      })
      if (cursor) cursors.set(cursor.name, cursor.value)
      for (const wake of waiting) wake()
      return outcomes
    },
    cursor: async (name) => cursors.get(name) ?? null,
    report(state) {
      states.push(state)
      for (const wake of waiting) wake()
    },
  }
  return {
    io,
    stored,
    cursors,
    states,
    calls,
    media,
    stop: () => stopping.abort(),
    /** Lets the next receives fail as when the database is away. */
    failReceive(times: number) {
      refuseReceive = times
    },
    /** The messages in the order in which they were stored. */
    messages() {
      return [...stored.values()].flatMap((item) => {
        const envelope = parse({ request: item.request, claims: item.claims }, io.config)[item.part]!
        return envelope.kind === 'message' ? [envelope.message] : []
      })
    },
    /** Resolves when a condition holds; it is looked at after everything that is stored or reported. */
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    },
  }
}

export type MemoryIo = ReturnType<typeof memoryIo>

/** Settings that lead to an emulator. */
export function settingsOf(
  server: ImapEmulator,
  imap: Partial<EmailConfig['imap']> = {},
): Partial<EmailConfig> {
  return {
    password: server.password,
    pollMs: 1000,
    imap: { ...config.imap, host: '127.0.0.1', port: server.port, user: server.user, ...imap },
  }
}

/** Connects, and after a break connects anew as the hub's supervisor does, without its pauses. */
export function keepConnected(memory: MemoryIo): { errors: string[]; stop(): Promise<void> } {
  const errors: string[] = []
  const running = (async () => {
    while (!memory.io.signal.aborted) {
      try {
        const connection = await connect(memory.io)
        memory.io.signal.addEventListener('abort', () => void connection.close(), { once: true })
        await connection.done
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error))
        memory.io.report({ state: 'down', sinceMs: 0 })
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
