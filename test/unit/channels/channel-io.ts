import { makeSafeFetch } from '../../../src/app/io/safe-fetch.ts'
import type { ConnectIo, ReceiveItem, TokenPort } from '../../../src/contract/ports.ts'
import { manualClock } from '../../../src/kernel/clock.ts'
import { sha256 } from '../../../src/kernel/hash.ts'
import type { JsonValue } from '../../../src/kernel/json.ts'
import { silentLog } from '../../../src/kernel/log.ts'

/** Tokens in memory, as the hub's port keeps them. */
export function memoryTokens(): TokenPort {
  const held = new Map<string, string>()
  return {
    async get(name, fetchToken, refused) {
      const known = held.get(name)
      if (known && known !== refused) return known
      const { value } = await fetchToken()
      held.set(name, value)
      return value
    },
  }
}

/**
 * What a channel may use, against an emulator on loopback: stored items, cursors and reports are kept for looking at; a key that was
 * stored before is a duplicate. `files` are in the media store by their content.
 */
export function loopbackIo<C>(config: C, startMs: number, files: readonly Buffer[] = []) {
  const clock = manualClock(startMs)
  const { fetch, agentFor } = makeSafeFetch({ allow: ['127.0.0.1'] })
  const stored: ReceiveItem[] = []
  const cursors = new Map<string, JsonValue>()
  const reports: { state: string; detail?: string | undefined }[] = []
  const stop = new AbortController()
  const io: ConnectIo<C> = {
    accountId: 'a1',
    config,
    agentFor,
    fetch: (url, init, limits) => fetch(url, init, { ...limits, timeoutMs: 400 }),
    media: {
      get: async (hash: string) => files.find((file) => sha256(file) === hash)!,
    } as unknown as ConnectIo<C>['media'],
    lease: { acquire: async () => null },
    tokens: memoryTokens(),
    clock,
    log: silentLog,
    signal: stop.signal,
    publicUrl: 'https://hub.example',
    async receive(items, cursor) {
      const outcomes = items.map((item) => {
        const duplicate = stored.some((known) => known.dedupeKey === item.dedupeKey)
        if (!duplicate) stored.push(item)
        return { envelopeId: item.dedupeKey, duplicate }
      })
      if (cursor) cursors.set(cursor.name, cursor.value)
      return outcomes
    },
    cursor: async (name) => cursors.get(name) ?? null,
    report: ({ state, detail }) => void reports.push({ state, detail }),
  }
  return { io, clock, stored, cursors, reports, stop }
}
