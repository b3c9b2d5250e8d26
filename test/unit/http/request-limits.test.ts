import { describe, expect, it } from 'vitest'
import { countRequests } from '../../../src/http/request-limits.ts'

describe('a limit of requests', () => {
  it('counts each key on its own, says how long to wait, and starts again afterwards', () => {
    const count = countRequests()
    const limit = { requests: 2, windowMs: 1000 }
    expect([0, 10, 20].map((ms) => count('a', limit, ms).ok)).toEqual([true, true, false])
    expect(count('a', limit, 400)).toMatchObject({
      refusal: { code: 'request.rate_limited', params: { waitMs: 600 } },
    })
    expect(count('b', limit, 400).ok).toBe(true)
    expect(count('a', limit, 1000).ok).toBe(true)
  })
})
