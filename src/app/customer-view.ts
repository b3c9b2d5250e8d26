import type { Submission } from '../conversations/index.ts'
import { calledBy } from '../directory/index.ts'

/** Steps as the progress page names them (web/customer/README.md). */
type Step = 'received' | 'opened' | 'assigned' | 'working' | 'done' | 'cancelled'

/** What the progress page shows. */
export interface ProgressView {
  readonly number: string | null
  readonly summary: string
  readonly submittedAt: string
  readonly updatedAt: string
  readonly step: Step
  readonly steps: readonly { readonly key: Step; readonly at: string | null }[]
  readonly engineer: string | null
  readonly appointment: { readonly start: string | null; readonly end: string | null } | null
  readonly expedited: number
  readonly expediteAfter: string | null
  readonly finished: boolean
  readonly hotline: string | null
  /** Whether the customer can write here. */
  readonly canReply: boolean
  /** What was said on this page's channel after the request, oldest first. */
  readonly messages: readonly {
    readonly id: string
    readonly at: string
    readonly author: 'agent' | 'system' | 'customer'
    readonly text: string
  }[]
}

/** The part of `ticket.progress` that the page needs. */
export interface TicketProgress {
  readonly number: string
  readonly status: string
  readonly steps: readonly { readonly step: string; readonly state: string; readonly atMs: number | null }[]
  readonly createdAtMs: number
  readonly appointmentStartMs: number | null
  readonly appointmentEndMs: number | null
  readonly expedited: number
  readonly expediteAfterMs: number | null
}

interface Sources {
  /** The request that the token is the receipt of; null for a link to a ticket. */
  readonly submission: Submission | null
  readonly ticket: TicketProgress | null
  readonly facts: {
    readonly createdAt: Date
    readonly summary: string
    readonly updatedAt: Date
    readonly engineer: string | null
  } | null
  readonly hotline: string | null
  /** What was said in the page's conversation after the request; null when there is none to write in. */
  readonly said: Submission['answers'] | null
}

const authors = ['agent', 'customer'] as const
const ended = ['resolved', 'closed', 'cancelled', 'merged']
const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

/** Puts together what the page shows. Pure; no more of the engineer than the surname. */
export function viewOf({ submission, ticket, facts, hotline, said }: Sources): ProgressView {
  const submittedAt = (submission?.receivedAt ?? facts?.createdAt ?? new Date(0)).toISOString()
  const messages = (said ?? submission?.answers ?? []).map(({ id, at, author, text }) => ({
    id,
    at: at.toISOString(),
    author: authors.find((each) => each === author) ?? ('system' as const),
    text,
  }))
  const summary = submission?.said ?? facts?.summary ?? ''
  const common = { submittedAt, summary, hotline, canReply: said !== null, messages }
  if (!ticket) {
    return {
      ...common,
      number: null,
      updatedAt: submittedAt,
      step: 'received',
      steps: stepsOf(submittedAt, null),
      engineer: null,
      appointment: null,
      expedited: 0,
      expediteAfter: null,
      finished: false,
    }
  }
  const { appointmentStartMs, appointmentEndMs } = ticket
  return {
    ...common,
    number: ticket.number,
    updatedAt: facts?.updatedAt.toISOString() ?? submittedAt,
    step: stepOf(ticket),
    steps: stepsOf(submittedAt, ticket),
    engineer: facts?.engineer ? calledBy(facts.engineer) : null,
    appointment:
      appointmentStartMs === null && appointmentEndMs === null
        ? null
        : { start: isoOf(appointmentStartMs), end: isoOf(appointmentEndMs) },
    expedited: ticket.expedited,
    expediteAfter: isoOf(ticket.expediteAfterMs),
    finished: ended.includes(ticket.status),
  }
}

function stepOf({ status, steps }: TicketProgress): Step {
  if (status === 'cancelled') return 'cancelled'
  switch (steps.find((each) => each.state === 'current')?.step) {
    case 'assigned':
      return 'assigned'
    case 'in_progress':
      return 'working'
    case 'resolved':
    case 'closed':
      return 'done'
    default:
      return 'opened'
  }
}

function stepsOf(submittedAt: string, ticket: TicketProgress | null): ProgressView['steps'] {
  const at = (name: string) => isoOf(ticket?.steps.find((each) => each.step === name)?.atMs ?? null)
  const steps: ProgressView['steps'] = [
    { key: 'received', at: submittedAt },
    { key: 'opened', at: ticket ? isoOf(ticket.createdAtMs) : null },
    { key: 'assigned', at: at('assigned') },
    { key: 'working', at: at('in_progress') },
    { key: 'done', at: at('resolved') ?? at('closed') },
  ]
  // A step that the work went past without it was none: nobody was sent for what was settled on the telephone.
  const now = ticket ? steps.findIndex(({ key }) => key === stepOf(ticket)) : 0
  return steps.filter((step, i) => i >= now || step.at !== null)
}
