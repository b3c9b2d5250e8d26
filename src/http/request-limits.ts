import { ok, type Result, refuse } from '../kernel/result.ts'

/** So many requests of one key within a time. */
export interface RequestLimit {
  readonly requests: number
  readonly windowMs: number
}

/** Keys counted at once; the ones that were not heard of for longest are forgotten first. */
const mostKeys = 50_000

/** Counts requests by key in this process; refuses with `request.rate_limited` and how long to wait. */
export function countRequests(): (key: string, limit: RequestLimit, nowMs: number) => Result<null> {
  const seen = new Map<string, { count: number; endsMs: number }>()
  return (key, limit, nowMs) => {
    const known = seen.get(key)
    seen.delete(key)
    const current = known && known.endsMs > nowMs ? known : { count: 0, endsMs: nowMs + limit.windowMs }
    current.count++
    seen.set(key, current)
    if (seen.size > mostKeys) seen.delete(seen.keys().next().value!)
    if (current.count <= limit.requests) return ok(null)
    return refuse('request.rate_limited', { waitMs: current.endsMs - nowMs })
  }
}
