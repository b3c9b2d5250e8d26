import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TicketFilter } from '../../../web/console/data/tickets.ts'
import {
  beyondView,
  filterOf,
  filterText,
  orderOf,
  presets,
  sameFilter,
} from '../../../web/console/parts/ticket-query.ts'

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

describe('the order of the list', () => {
  it('is by urgency where all tickets are work, and the newest first where some are over', () => {
    expect(presets('me').map(({ word, filter }) => [word, orderOf(filter)])).toEqual([
      ['viewActive', 'urgency'],
      ['viewRisk', 'due'],
      ['viewLate', 'due'],
      ['viewUnassigned', 'urgency'],
      ['viewMine', 'urgency'],
      ['viewAll', 'created'],
    ])
    // A saved view has no order of its own; boxes that are emptied leave the one of the view.
    expect(orderOf({ status: ['open', 'on_hold'], q: 'E4' })).toBe('urgency')
    expect(orderOf({ status: ['open', 'closed'], sort: 'urgency' })).toBe('created')
    expect(orderOf({ sort: 'urgency' })).toBe('created')
  })
})

describe('what a person looks for', () => {
  it('is what they typed and chose, without the view they are in', () => {
    expect(beyondView({ status: ['open'], assignee: ['me'], sort: 'urgency', q: 'E4' })).toEqual({ q: 'E4' })
    for (const { filter } of presets('me')) expect(beyondView(filter)).toBeNull()
  })
})

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
