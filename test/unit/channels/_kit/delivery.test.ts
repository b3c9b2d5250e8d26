import { describe, expect, it } from 'vitest'
import { failureOf, retryAfterMs, unanswered } from '../../../../channels/_kit/delivery.ts'
import { DeliveryError } from '../../../../src/contract/channel.ts'
import { FetchError, type SafeResponse } from '../../../../src/contract/ports.ts'

function response(status: number, headers: Record<string, string> = {}): SafeResponse {
  const nothing = async () => {
    throw new Error('not read')
  }
  return { status, headers, url: 'https://x.example/', bytes: nothing, text: nothing, json: nothing }
}

describe('what an answer means for the delivery', () => {
  it('takes any 2xx as received', () => {
    expect(failureOf(response(200), 0, false)).toBeNull()
    expect(failureOf(response(204), 0, false)).toBeNull()
  })

  it('tries again later after 408, 425, 429 and, where it may be repeated, every 5xx; never after another 4xx or a redirect', () => {
    for (const status of [408, 425, 429, 500, 503])
      expect(failureOf(response(status), 0, true)?.retry).toBe('later')
    for (const status of [301, 400, 401, 403, 404, 410, 422]) {
      expect(failureOf(response(status), 0, false)?.retry).toBe('never')
    }
  })

  it('does not know what became of a call that may not be repeated when only a gateway answered', () => {
    for (const status of [500, 502, 503, 504]) {
      expect(failureOf(response(status), 0, false)).toMatchObject({
        retry: 'unknown',
        code: `http_${status}`,
      })
    }
    for (const status of [429, 503]) {
      const putOff = response(status, { 'retry-after': '7' })
      expect(failureOf(putOff, 0, false)).toMatchObject({ retry: 'later', waitMs: 7000 })
    }
  })

  it('waits as long as the receiver asks, in seconds or until a date', () => {
    expect(failureOf(response(429, { 'retry-after': '7' }), 0, true)?.waitMs).toBe(7000)
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    const now = Date.parse(date) - 4000
    expect(retryAfterMs(response(503, { 'retry-after': date }), now)).toBe(4000)
    expect(retryAfterMs(response(503, { 'retry-after': date }), now + 60_000)).toBe(0)
    expect(retryAfterMs(response(503, { 'retry-after': 'soon' }), now)).toBeUndefined()
  })

  it('does not claim to know whether an unanswered request arrived, but a refused address never did', () => {
    expect(unanswered(new Error('socket hang up')).retry).toBe('unknown')
    const refused = new FetchError({ code: 'fetch.private_address', params: { host: '10.0.0.1' } })
    expect(unanswered(refused).retry).toBe('never')
    const own = new DeliveryError('later', 'x', 'x')
    expect(unanswered(own)).toBe(own)
  })
})
