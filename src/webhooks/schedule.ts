const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Pauses between the tries of a delivery, ms: the schedule that Standard Webhooks recommends, about three days in all. */
const pausesMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/** How long to wait after the given number of tries, ms; at least what the receiver asked for, null when it was the last. Pure. */
export function pauseAfter(attempts: number, askedMs: number | null): number | null {
  const pause = pausesMs[attempts - 1]
  return pause === undefined ? null : Math.max(pause, Math.min(askedMs ?? 0, 24 * hour))
}

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110, 10.2.3); null when absent or unreadable. Pure. */
export function askedPauseMs(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  if (/^\d{1,8}$/.test(value.trim())) return Number(value) * second
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
