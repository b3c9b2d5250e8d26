import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/rules/index.ts'
import { conditionOf, type Line, linesOf } from '../../../web/console/directory/condition.ts'

describe('the lines of a routing rule', () => {
  const lines: readonly Line[] = [
    { field: 'ticket.intent', values: ['repair', 'complaint'] },
    { field: 'ticket.risks', values: ['legal', 'media'] },
  ]

  it('come back from the condition as they went in, one risk or several', () => {
    expect(linesOf(conditionOf(lines))).toEqual(lines)
    const one = [{ field: 'ticket.risks', values: ['legal'] }]
    expect(linesOf(conditionOf(one))).toEqual(one)
    expect(linesOf({ field: 'ticket.risks', contains: 'legal' })).toEqual(one)
  })

  it('hold for a ticket that has any of the risks, and for none without', () => {
    const condition = conditionOf(lines) as Parameters<typeof evaluate>[0]
    const holds = (ticket: object) => evaluate(condition, { ticket } as Parameters<typeof evaluate>[1]).result
    expect(holds({ intent: 'repair', risks: ['safety', 'media'] })).toBe(true)
    expect(holds({ intent: 'repair', risks: ['safety'] })).toBe(false)
    expect(holds({ intent: 'repair' })).toBe(false)
  })

  it('leave to JSON what says more than lines can', () => {
    expect(
      linesOf({
        any: [
          { field: 'ticket.risks', contains: 'legal' },
          { field: 'ticket.intent', eq: 'repair' },
        ],
      }),
    ).toBeNull()
    expect(linesOf({ not: { field: 'ticket.risks', contains: 'legal' } })).toBeNull()
  })
})
