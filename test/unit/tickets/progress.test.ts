import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticketStatuses } from '../../../src/contract/ticket.ts'
import { progressOf } from '../../../src/tickets/progress.ts'

const states = (changes: Parameters<typeof progressOf>[1]) => progressOf(0, changes).map(({ state }) => state)

describe('the customer’s view of a ticket', () => {
  it('begins with what was received', () => {
    expect(progressOf(5, [])[0]).toEqual({ step: 'received', state: 'current', atMs: 5 })
  })

  it('goes on step by step, and skips what was not needed', () => {
    const changes = [
      { to: 'assigned', atMs: 1 },
      { to: 'resolved', atMs: 2 },
    ] as const
    expect(states(changes)).toEqual(['done', 'done', 'done', 'current', 'waiting'])
    expect(progressOf(0, changes).map(({ atMs }) => atMs)).toEqual([0, 1, null, 2, null])
  })

  it('goes back when the ticket is reopened', () => {
    const changes = [
      { to: 'assigned', atMs: 1 },
      { to: 'resolved', atMs: 2 },
      { to: 'assigned', atMs: 3 },
    ] as const
    expect(states(changes)).toEqual(['done', 'current', 'waiting', 'waiting', 'waiting'])
    expect(progressOf(0, changes)[3]!.atMs).toBeNull()
  })

  it('stands still during a hold, and keeps what was reached when it is cancelled', () => {
    const changes = [
      { to: 'in_progress', atMs: 1 },
      { to: 'on_hold', atMs: 2 },
      { to: 'cancelled', atMs: 3 },
    ] as const
    expect(states(changes)).toEqual(['done', 'done', 'current', 'waiting', 'waiting'])
  })

  it('has one current step, done ones before it and waiting ones without a time after it', () => {
    const change = fc.record({ to: fc.constantFrom(...ticketStatuses), atMs: fc.nat() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const steps = progressOf(0, changes)
        const current = steps.findIndex(({ state }) => state === 'current')
        expect(steps.map(({ state }) => state)).toEqual(
          steps.map((_, i) => (i < current ? 'done' : i === current ? 'current' : 'waiting')),
        )
        for (const step of steps.slice(current + 1)) expect(step.atMs).toBeNull()
      }),
    )
  })
})
