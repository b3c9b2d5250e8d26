import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../../src/contract/channel.ts'
import { derivedId } from '../../../src/kernel/ids.ts'
import { decide, maxAttempts } from '../../../src/outbox/decide.ts'

function capabilities(
  idempotentSend: Capabilities['idempotentSend'],
  idempotencyWindowMs?: number,
): Capabilities {
  return {
    maxTextLength: 100,
    cards: 'text',
    attachments: false,
    ackBudgetMs: null,
    redeliveryHorizonMs: 0,
    replyWindow: null,
    idempotentSend,
    settleMs: 0,
    ...(idempotencyWindowMs === undefined ? {} : { idempotencyWindowMs }),
  }
}

const id = derivedId('part')

describe('what follows a failed try', () => {
  it('without any promise of the vendor, an unknown outcome is repeated at most once, whatever comes between', () => {
    const retries = fc.array(fc.constantFrom('later', 'unknown'), { maxLength: 40 })
    fc.assert(
      fc.property(retries, (failures) => {
        let part = { id, attempts: 0, unknownRetries: 0, firstTriedAtMs: 0 }
        let unknown = 0
        for (const retry of failures) {
          part = { ...part, attempts: part.attempts + 1 }
          if (retry === 'unknown') unknown++
          const verdict = decide(part, { retry }, capabilities('none'), 0)
          if (verdict.state !== 'queued') return
          part = { ...part, unknownRetries: verdict.unknownRetries }
          expect(unknown).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('always ends, for every promise and every order of failures', () => {
    for (const promise of ['key', 'window', 'none'] as const) {
      for (const retry of ['later', 'unknown'] as const) {
        let part = { id, attempts: 1, unknownRetries: 0, firstTriedAtMs: 0 }
        let verdict = decide(part, { retry }, capabilities(promise, 1e12), 0)
        while (verdict.state === 'queued') {
          part = { ...part, attempts: part.attempts + 1, unknownRetries: verdict.unknownRetries }
          verdict = decide(part, { retry }, capabilities(promise, 1e12), 0)
        }
        expect(part.attempts).toBeLessThanOrEqual(maxAttempts)
        expect(verdict.state).toBe(retry === 'later' ? 'failed' : 'unknown')
      }
    }
  })

  it('counts the window until the repeat goes out, not until the failure', () => {
    const part = { id, attempts: 1, unknownRetries: 1, firstTriedAtMs: 0 }
    const failure = { retry: 'unknown', waitMs: 5000 } as const
    expect(decide(part, failure, capabilities('window', 10_000), 4000).state).toBe('queued')
    expect(decide(part, failure, capabilities('window', 10_000), 5000).state).toBe('unknown')
    expect(decide(part, failure, capabilities('window'), 0).state).toBe('unknown')
  })

  it('pauses longer each time and never shorter than the vendor asked', () => {
    const waits = [1, 2, 3, 4, 5].map((attempts) => {
      const verdict = decide(
        { id, attempts, unknownRetries: 0, firstTriedAtMs: 0 },
        { retry: 'later' },
        capabilities('key'),
        0,
      )
      return verdict.state === 'queued' ? verdict.waitMs : -1
    })
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    const asked = { retry: 'later', waitMs: 77_000 } as const
    expect(
      decide({ id, attempts: 1, unknownRetries: 0, firstTriedAtMs: 0 }, asked, capabilities('key'), 0),
    ).toEqual({
      state: 'queued',
      waitMs: 77_000,
      unknownRetries: 0,
    })
  })
})
