import { expect, it } from 'vitest'
import { viewOf } from '../../../src/app/customer-view.ts'
import type { TicketStatus } from '../../../src/contract/ticket.ts'
import { progressOf } from '../../../src/tickets/progress.ts'

function stepsFor(status: TicketStatus, ...to: readonly TicketStatus[]) {
  const steps = progressOf(
    0,
    to.map((each, i) => ({ to: each, atMs: i + 1 })),
  )
  const ticket = {
    ...{ number: 'T1', status, steps, createdAtMs: 0, appointmentStartMs: null, appointmentEndMs: null },
    ...{ expedited: 0, expediteAfterMs: null },
  }
  const view = viewOf({ submission: null, ticket, facts: null, hotline: null, said: null })
  return view.steps.map(({ key, at }) => (at === null ? `${key}?` : key))
}

it('shows a customer only the steps that happened and those that may come', () => {
  expect(stepsFor('open')).toEqual(['received', 'opened', 'assigned?', 'working?', 'done?'])
  expect(stepsFor('resolved', 'resolved')).toEqual(['received', 'opened', 'done'])
  expect(stepsFor('resolved', 'assigned', 'resolved')).toEqual(['received', 'opened', 'assigned', 'done'])
})
