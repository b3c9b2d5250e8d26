import type { FetchPatience } from '../contract/message.ts'

/** How long a file is waited for, as it is stored: from when, and until when. */
export interface Patience {
  readonly firstDelayMs: number
  readonly sinceMs: number
  readonly untilMs: number
}

/** Longest pause between two tries, ms. */
const longestPauseMs = 600_000

/** The patience that begins now. */
export function patienceFrom({ firstDelayMs, giveUpAfterMs }: FetchPatience, nowMs: number): Patience {
  return { firstDelayMs, sinceMs: nowMs, untilMs: nowMs + giveUpAfterMs }
}

/**
 * How long to wait for the next try, ms: as long as was waited so far, so that the pauses double, at most ten minutes. Null when the
 * time is over. Pure.
 */
export function nextTry({ firstDelayMs, sinceMs, untilMs }: Patience, nowMs: number): number | null {
  if (nowMs >= untilMs) return null
  const waited = Math.max(1_000, firstDelayMs, nowMs - sinceMs)
  return Math.min(waited, longestPauseMs, untilMs - nowMs)
}
