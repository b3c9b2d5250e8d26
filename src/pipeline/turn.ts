import type { Extraction, ExtractionAction } from '../contract/extraction.ts'
import type { FieldName, TicketStatus } from '../contract/ticket.ts'

/** What is known when the hub decides whether a request waits for an answer. */
export interface TurnFacts {
  readonly action: ExtractionAction
  /** Danger, or words that call for haste. */
  readonly urgent: boolean
  /** A ticket of the conversation lives already. */
  readonly feeds: boolean
  /** The field of the question that waits. */
  readonly waiting: FieldName | null
  /** The account asks by itself, and the customer can be told and can answer now. */
  readonly mayAsk: boolean
  /** A person of the house speaks with the customer. */
  readonly attended: boolean
}

/** `ask`: says the question of the action; `wait`: goes on waiting; `take`: gives what was read to the tickets. */
export type NextTurn = 'ask' | 'wait' | 'take'

/**
 * Whether a request waits for the answer to a question. Pure. Nothing waits where a person speaks or haste is called for, nor where
 * a ticket lives that takes up what is said later.
 */
export function decideTurn(facts: TurnFacts): NextTurn {
  const { action, waiting } = facts
  if (facts.feeds || facts.urgent || facts.attended) return 'take'
  if (action.kind === 'ask') {
    if (action.field === waiting) return 'wait'
    return facts.mayAsk ? 'ask' : 'take'
  }
  return waiting !== null && action.kind === 'none' ? 'wait' : 'take'
}

/** Whether what was read calls for haste: such a request opens its ticket at once. Pure. */
export function isUrgent({ fields }: Pick<Extraction, 'fields'>): boolean {
  const urgency = fields.urgency?.value
  return urgency === 'high' || urgency === 'critical' || fields.intent?.value === 'urgent_safety'
}

/** What became of a question when its waiting ends. Pure. `why` when it was not answered. */
export function endOf(
  field: FieldName,
  { fields, choice }: Pick<Extraction, 'fields' | 'choice'>,
  why: 'expired' | 'dropped',
): 'answered' | 'chosen' | 'expired' | 'dropped' {
  const filled = field === 'address' ? fields.address?.value.detail : fields[field]?.value
  if (filled !== undefined && filled !== null) return 'answered'
  return choice?.field === field ? 'chosen' : why
}

/** What is told of a ticket: another value is another state. */
export interface TicketFacts {
  readonly status: TicketStatus
  readonly assigneeId: string | null
  readonly appointmentStart: Date | null
}

/** Names a ticket's state as a customer sees it. Pure. */
export function stateKey({ status, assigneeId, appointmentStart }: TicketFacts): string {
  return [status, assigneeId ?? '', appointmentStart?.toISOString() ?? ''].join(' ')
}

/** An automatic answer about a ticket, as its timeline says. */
export interface Answered {
  readonly kind: string
  readonly state: string
  readonly atMs: number
}

/** Whether a ticket's state is told again: each state once, and not twice within `everyMs`. Pure. */
export function mayTell(
  answer: Pick<Answered, 'kind' | 'state'>,
  before: readonly Answered[],
  { nowMs, everyMs }: { readonly nowMs: number; readonly everyMs: number },
): boolean {
  const same = before.filter(({ kind }) => kind === answer.kind)
  return same.every(({ state, atMs }) => state !== answer.state && nowMs - atMs >= everyMs)
}
