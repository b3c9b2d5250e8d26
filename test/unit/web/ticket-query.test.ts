import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TicketFilter } from '../../../web/console/data/tickets.ts'
import { filterOf, filterText, sameFilter } from '../../../web/console/parts/ticket-query.ts'

const filter: fc.Arbitrary<TicketFilter> = fc.record(
  {
    q: fc.string({ minLength: 1 }),
    status: fc.subarray(['open', 'assigned', 'closed'], { minLength: 1 }),
    urgency: fc.subarray(['low', 'critical'], { minLength: 1 }),
    group: fc.tuple(fc.uuid()),
    tag: fc.subarray(['故障/漏水', '费用'], { minLength: 1 }),
    risk: fc.subarray(['legal', 'media'], { minLength: 1 }),
    sort: fc.constantFrom('created' as const, 'due' as const),
  },
  { requiredKeys: [] },
)

describe('the filter in the address', () => {
  it('comes back from the address as it went in', () => {
    fc.assert(
      fc.property(filter, (each) => {
        expect(filterOf(new URLSearchParams(filterText(each).toString()))).toEqual(each)
      }),
    )
  })

  it('tells two filters apart by what they ask for, not by the order of members', () => {
    expect(sameFilter({ q: 'E4', sort: 'due' }, { sort: 'due', q: 'E4' })).toBe(true)
    expect(sameFilter({ q: 'E4' }, { q: 'E5' })).toBe(false)
  })
})
