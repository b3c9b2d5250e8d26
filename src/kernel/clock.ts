/** Time is an argument: pure code takes `nowMs`, rooms take a clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** The machine's clock. Only `app` and the edges of I/O use it. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that a test or a replay moves by hand. */
export function manualClock(startMs: number): Clock & { set(ms: number): void; advance(ms: number): void } {
  let at = startMs
  return {
    now: () => at,
    set(ms) {
      at = ms
    },
    advance(ms) {
      at += ms
    },
  }
}
