import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseAgent, type DeskAgent } from '../../../src/conversations/desk/choose.ts'

const agent = (userId: string, more: Partial<DeskAgent> = {}): DeskAgent => ({
  userId,
  available: true,
  maxChats: 5,
  chats: 0,
  assignedAtMs: null,
  ...more,
})

describe('the agent who gets the next chat', () => {
  it('is who has the fewest chats, then who was given one longest ago', () => {
    expect(chooseAgent([agent('a', { chats: 2 }), agent('b', { chats: 1 })])?.userId).toBe('b')
    const [early, late] = [agent('a', { assignedAtMs: 2 }), agent('b', { assignedAtMs: 1 })]
    expect(chooseAgent([early, late])?.userId).toBe('b')
  })

  it('is nobody when all are away or have as many as they take', () => {
    expect(chooseAgent([])).toBeNull()
    expect(chooseAgent([agent('a', { available: false }), agent('b', { chats: 5 })])).toBeNull()
  })

  it('never changes with the order in which people are listed, and spreads chats evenly', () => {
    const some = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 25 }), (names, chats) => {
        let agents = names.map((name) => agent(name, { maxChats: 100 }))
        for (let i = 0; i < chats; i++) {
          const chosen = chooseAgent(agents)!
          expect(chooseAgent([...agents].reverse())).toEqual(chosen)
          agents = agents.map((each) =>
            each === chosen ? { ...each, chats: each.chats + 1, assignedAtMs: i + 1 } : each,
          )
        }
        const loads = agents.map((each) => each.chats)
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
