import type { ConnectionState, SupervisePort } from '../../contract/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { jittered, pause } from './pause.ts'

export interface SuperviseSettings {
  readonly clock: Clock
  readonly log: Log
  /** Between 0 and 1; default the machine's. */
  readonly random?: () => number
  /** Called at each change of state, to store it for the console. */
  readonly changed?: (name: string, state: ConnectionState) => void
}

/**
 * Makes the supervise port. The pause doubles from `minDelayMs` (default 1,000) to `maxDelayMs` (default 60,000) with
 * jitter, and begins anew after something was up for `maxDelayMs`. A body that reported `config-error` and ended is
 * tried only every `maxDelayMs`, and its state stays: people have to act, and the page must say so.
 */
export function makeSupervise({
  clock,
  log,
  random = Math.random,
  changed,
}: SuperviseSettings): SupervisePort {
  return (name, start, { minDelayMs = 1_000, maxDelayMs = 60_000 } = {}) => {
    const stopping = new AbortController()
    const { signal } = stopping
    let state: ConnectionState = { state: 'connecting', sinceMs: clock.now() }
    let upSinceMs: number | null = null

    const set = (next: Omit<ConnectionState, 'sinceMs'>) => {
      const sinceMs = next.state === state.state ? state.sinceMs : clock.now()
      const lastSeenMs = next.lastSeenMs ?? state.lastSeenMs
      state = { ...next, sinceMs, ...(lastSeenMs === undefined ? {} : { lastSeenMs }) }
      if (next.state === 'up') upSinceMs ??= clock.now()
      changed?.(name, state)
    }

    async function once(): Promise<void> {
      // What one run reports after it ended is no longer true.
      let over = false
      upSinceMs = null
      if (state.state !== 'config-error') set({ state: 'connecting', detail: state.detail })
      let detail = 'it ended'
      try {
        await start(signal, (report) => {
          if (!over && !signal.aborted) set(report)
        })
      } catch (error) {
        detail = error instanceof Error ? error.message : String(error)
        if (!signal.aborted) log.warn({ name, reason: detail }, 'a supervised connection failed')
      } finally {
        over = true
      }
      if (!signal.aborted && state.state !== 'config-error') set({ state: 'down', detail })
    }

    const running = (async () => {
      for (let delayMs = minDelayMs; !signal.aborted; ) {
        await once()
        if (upSinceMs !== null && clock.now() - upSinceMs >= maxDelayMs) delayMs = minDelayMs
        const waitMs = state.state === 'config-error' ? maxDelayMs : jittered(delayMs, random)
        await pause(waitMs, signal)
        delayMs = Math.min(delayMs * 2, maxDelayMs)
      }
      set({ state: 'stopped' })
    })()

    return {
      state: () => state,
      async stop() {
        stopping.abort(new Error('stopped'))
        await running
      },
    }
  }
}
