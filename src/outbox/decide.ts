import type { Capabilities } from '../contract/channel.ts'
import { backoffMs } from '../queue/index.ts'

/** Tries of one part at most; with the growing pauses that is about three quarters of an hour. */
export const maxAttempts = 12

/** What is known of a part when a try has failed. */
export interface TriedPart {
  readonly id: string
  /** Tries so far, this one included. */
  readonly attempts: number
  /** Repeats after an unknown outcome so far. */
  readonly unknownRetries: number
  readonly firstTriedAtMs: number
}

/** How a try failed; `unknown`: it may have been sent, or the hub stopped in the middle of it. */
export interface Failure {
  readonly retry: 'never' | 'later' | 'unknown'
  /** What the vendor asked us to wait. */
  readonly waitMs?: number | undefined
}

export type Verdict =
  | { readonly state: 'queued'; readonly waitMs: number; readonly unknownRetries: number }
  | { readonly state: 'failed' | 'unknown' }

/**
 * What happens to a part after a failed try. Pure. A refusal that cannot pass fails it; one that can is tried again after the
 * vendor's wait or a growing pause. After an unknown outcome it is repeated while the vendor drops repeats by our key,
 * and otherwise at most once.
 */
export function decide(
  part: TriedPart,
  failure: Failure,
  capabilities: Capabilities,
  nowMs: number,
): Verdict {
  if (failure.retry === 'never') return { state: 'failed' }
  const waitMs = Math.max(failure.waitMs ?? 0, backoffMs(part.attempts, part.id))
  if (failure.retry === 'later') {
    if (part.attempts >= maxAttempts) return { state: 'failed' }
    return { state: 'queued', waitMs, unknownRetries: part.unknownRetries }
  }
  if (part.attempts >= maxAttempts) return { state: 'unknown' }
  if (dropsRepeat(part, capabilities, nowMs + waitMs)) {
    return { state: 'queued', waitMs, unknownRetries: part.unknownRetries }
  }
  if (part.unknownRetries > 0) return { state: 'unknown' }
  return { state: 'queued', waitMs, unknownRetries: part.unknownRetries + 1 }
}

function dropsRepeat(part: TriedPart, capabilities: Capabilities, atMs: number): boolean {
  if (capabilities.idempotentSend === 'key') return true
  if (capabilities.idempotentSend === 'none') return false
  return atMs - part.firstTriedAtMs < (capabilities.idempotencyWindowMs ?? 0)
}
