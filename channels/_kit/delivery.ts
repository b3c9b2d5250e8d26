import { DeliveryError } from '../../src/contract/channel.ts'
import { FetchError, type SafeResponse } from '../../src/contract/ports.ts'

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110, 10.2.3); undefined when absent or unreadable. */
export function retryAfterMs(response: SafeResponse, nowMs: number): number | undefined {
  const value = response.headers['retry-after']?.trim()
  if (!value) return undefined
  if (/^\d{1,8}$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

/**
 * Whether a status says that the call was not done: refused before it began, or put off with a time to come again. Any other 5xx may
 * come from a gateway whose server behind it did the call and answered too late or not at all.
 */
export function isPutOff(status: number, waitMs: number | undefined): boolean {
  return status === 408 || status === 425 || status === 429 || (status === 503 && waitMs !== undefined)
}

/**
 * The failure that an HTTP status means where the vendor has no finer table; null for a 2xx. `repeatable`: doing the call twice is doing
 * it once, so that an unknown outcome is simply tried again.
 */
export function failureOf(response: SafeResponse, nowMs: number, repeatable: boolean): DeliveryError | null {
  const { status } = response
  if (status >= 200 && status < 300) return null
  const code = `http_${status}`
  const words = `the receiver answered ${status}`
  const waitMs = retryAfterMs(response, nowMs)
  if (isPutOff(status, waitMs)) return new DeliveryError('later', code, words, waitMs)
  if (status >= 500) return new DeliveryError(repeatable ? 'later' : 'unknown', code, words, waitMs)
  return new DeliveryError('never', code, words)
}

/**
 * What a request that got no answer means. A refused address will be refused again; for everything else nobody knows whether
 * the receiver saw it.
 */
export function unanswered(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof FetchError && error.refusal.code === 'fetch.private_address') {
    return new DeliveryError('never', error.refusal.code, text)
  }
  return new DeliveryError('unknown', 'no_answer', text)
}
