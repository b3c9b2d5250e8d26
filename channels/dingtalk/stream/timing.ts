/** How patient the Stream client is. Tests are less so. */
export interface Timing {
  /** Pause between our own pings, ms. */
  readonly pingMs: number
  /** Pings without any sign of life after which a connection is given up. */
  readonly missedPings: number
  /** How long opening a connection may take, ms. */
  readonly handshakeMs: number
  /** An announced end comes within this time after the announcement (DingTalk: 10 s); we close then ourselves, ms. */
  readonly drainMs: number
  /** First and longest pause after a failure, ms. */
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** A connection that lived this long starts the pauses anew, ms. */
  readonly stableMs: number
  /** How often a healthy state is reported again with the last sign of life, ms. */
  readonly reportMs: number
  /** First and longest pause before a frame that could not be stored is tried again, ms. */
  readonly storeMinMs: number
  readonly storeMaxMs: number
}

export const defaultTiming: Timing = {
  pingMs: 15_000,
  missedPings: 3,
  handshakeMs: 10_000,
  drainMs: 15_000,
  minDelayMs: 1000,
  maxDelayMs: 60_000,
  stableMs: 10_000,
  reportMs: 60_000,
  storeMinMs: 250,
  storeMaxMs: 10_000,
}

/** A pause that ends early when the signal aborts. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** The pause after so many failures in a row: doubling, with jitter, so that what fell together does not come back together. */
export function backoffMs(
  failures: number,
  { minDelayMs, maxDelayMs }: Timing,
  random = Math.random,
): number {
  const full = Math.min(maxDelayMs, minDelayMs * 2 ** Math.max(0, failures - 1))
  return Math.round(full * (0.5 + random() / 2))
}
