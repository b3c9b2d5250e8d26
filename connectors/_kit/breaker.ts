/** Stops asking a server that keeps failing, and tries again with one request after a pause. */
export interface Breaker {
  /** Whether a request may be made now. */
  allows(): boolean
  succeeded(): void
  failed(): void
  /** The request was given up by the one who made it, which says nothing about the server. */
  leftOff(): void
}

/** A breaker that opens after `after` failures in a row for `pauseMs`. */
export function breaker(after: number, pauseMs: number, now: () => number): Breaker {
  let failures = 0
  let openUntil = 0
  let trying = false
  return {
    allows() {
      if (failures < after) return true
      if (now() < openUntil || trying) return false
      trying = true
      return true
    },
    succeeded() {
      failures = 0
      trying = false
    },
    failed() {
      failures++
      trying = false
      if (failures >= after) openUntil = now() + pauseMs
    },
    leftOff() {
      trying = false
    },
  }
}
