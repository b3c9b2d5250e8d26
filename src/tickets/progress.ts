import type { TicketStatus } from '../contract/ticket.ts'

/** What a customer sees of the work, in order. */
export const progressSteps = ['received', 'assigned', 'in_progress', 'resolved', 'closed'] as const
export type ProgressStep = (typeof progressSteps)[number]

/** One step: when it was reached, and where the work stands. */
export interface Progress {
  readonly step: ProgressStep
  readonly state: 'done' | 'current' | 'waiting'
  readonly atMs: number | null
}

/** A change of status, oldest first. */
export interface StatusChange {
  readonly to: TicketStatus
  readonly atMs: number
}

const stepOf: Readonly<Partial<Record<TicketStatus, ProgressStep>>> = {
  open: 'received',
  assigned: 'assigned',
  in_progress: 'in_progress',
  resolved: 'resolved',
  closed: 'closed',
}

/**
 * The steps of a ticket from its changes of status. A reopened or transferred ticket goes back: later steps wait again. A hold
 * stands at the step that it interrupted; a cancelled or merged ticket keeps what was reached.
 */
export function progressOf(createdAtMs: number, changes: readonly StatusChange[]): Progress[] {
  const reached: (number | null)[] = progressSteps.map((_, i) => (i === 0 ? createdAtMs : null))
  let current = 0
  for (const { to, atMs } of changes) {
    const step = stepOf[to]
    if (!step) continue
    current = progressSteps.indexOf(step)
    reached.fill(null, current + 1)
    if (current > 0) reached[current] = atMs
  }
  return progressSteps.map((step, i) => ({
    step,
    state: i < current ? 'done' : i === current ? 'current' : 'waiting',
    atMs: reached[i]!,
  }))
}
