import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextTry, patienceFrom } from '../../../src/conversations/patience.ts'

/** The moments of all tries, from the report on. */
function tries(firstDelayMs: number, giveUpAfterMs: number): number[] {
  const patience = patienceFrom({ firstDelayMs, giveUpAfterMs }, 1_000_000)
  const moments: number[] = []
  let now = 1_000_000 + firstDelayMs
  for (let wait: number | null = 0; wait !== null && moments.length < 5000; ) {
    moments.push(now - 1_000_000)
    wait = nextTry(patience, now)
    now += wait ?? 0
  }
  return moments
}

describe('waiting for a file that is not there yet', () => {
  it('doubles its pauses up to ten minutes', () => {
    expect(tries(5_000, 3_600_000).map((ms) => ms / 1000)).toEqual([
      5, 10, 20, 40, 80, 160, 320, 640, 1240, 1840, 2440, 3040, 3600,
    ])
  })

  it('tries for the last time when the time is over, and always ends', () => {
    fc.assert(
      fc.property(fc.nat(3_600_000), fc.integer({ min: 60_000, max: 86_400_000 }), (first, giveUp) => {
        const moments = tries(first, giveUp)
        expect(moments.length).toBeLessThan(400)
        expect(moments.at(-1)).toBe(Math.max(first, giveUp))
      }),
    )
  })
})
