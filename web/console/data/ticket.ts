import { useQuery } from '@tanstack/react-query'
import { ask, Refused } from '../../ui/api.ts'
import type { Clock, Intent, Risk, Sentiment, Status, Urgency } from './tickets.ts'

/** Why a value may be believed (the hub's contract of the same name). */
export type Evidence =
  | {
      readonly kind: 'span'
      readonly turn: string
      readonly start: number
      readonly end: number
      readonly quote: string
      /** In the recording of a call, ms. */
      readonly startMs?: number
    }
  | { readonly kind: 'form'; readonly turn: string; readonly field: string }
  | {
      readonly kind: 'record'
      readonly table: 'device' | 'site' | 'contact'
      readonly id: string
      readonly version: number
      readonly field: string
    }
  | { readonly kind: 'human'; readonly commandId: string }
  | { readonly kind: 'derived'; readonly fn: string; readonly from: readonly Evidence[] }

/** A value that was read, with its evidence. */
export interface ReadValue {
  readonly value: unknown
  readonly evidence: readonly Evidence[]
  readonly method: 'rules' | 'llm' | 'form' | 'record' | 'human'
  readonly confidence: number
  readonly verdict: 'accepted' | 'confirm'
}

/** A field of a ticket; a suggestion waits for a person. */
export interface TicketField extends ReadValue {
  readonly suggestion?: ReadValue
}

/** A tag or a risk with the words that decided it. */
export interface TicketLabel<V extends string = string> {
  readonly value: V
  readonly evidence: readonly Evidence[]
  readonly method: 'rules' | 'llm' | 'human'
}

/** How the customer felt in one turn. */
export interface MoodStep {
  readonly turn: string
  readonly atMs: number
  readonly sentiment: Sentiment
  readonly evidence: readonly Evidence[]
}

/** Who did something. */
export interface ActorView {
  readonly kind: 'user' | 'token' | 'link' | 'card' | 'system'
  readonly id: string
  readonly name?: string
  /** Of an engineer who pressed a card. */
  readonly staffId?: string | null
}

/** An engineer who was asked whether they take the ticket. */
export interface OfferView {
  readonly id: string
  readonly staffId: string
  readonly engineer: string
  readonly status: 'pending' | 'accepted' | 'rejected' | 'timed_out' | 'rescinded' | 'cancelled'
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly endedAtMs: number | null
  readonly reason: string | null
}

/** A property of a ticket type's form (JSON Schema). */
export interface FormProperty {
  readonly items?: { readonly enum?: readonly string[] }
  readonly type?: string
  readonly title?: { readonly zh: string; readonly en: string }
  readonly enum?: readonly string[]
  readonly format?: string
}

/** Another ticket beside this one. */
export interface Kin {
  readonly id: string
  readonly number: string
  readonly status: Status
  readonly accepted: boolean
  readonly intent: Intent
  readonly summary: string
  readonly createdAtMs: number
}

/** One entry of the timeline; the payload is null after erasure. */
export interface TimelineEntry {
  readonly seq: number
  readonly type: string
  readonly atMs: number
  readonly actor: ActorView
  readonly payload: Readonly<Record<string, unknown>> | null
}

/** A command of the lifecycle. */
export type TicketCommand =
  | 'assign'
  | 'transfer'
  | 'start'
  | 'hold'
  | 'resume'
  | 'resolve'
  | 'close'
  | 'reopen'
  | 'cancel'
  | 'merge'

interface Named {
  readonly id: string
  readonly name: string
}

/** Everything about one ticket (`ticket.get`) but its messages. */
export interface Ticket {
  readonly id: string
  readonly number: string
  readonly status: Status
  readonly version: number
  readonly type: {
    readonly key: string
    readonly name: { readonly zh: string; readonly en: string }
    readonly form: {
      readonly properties?: Readonly<Record<string, FormProperty>>
      readonly required?: readonly string[]
    }
  }
  readonly fields: Readonly<Record<string, TicketField | undefined>>
  readonly custom: Readonly<Record<string, TicketField | undefined>>
  readonly intent: Intent
  readonly urgency: Urgency
  readonly sentiment: Sentiment
  readonly summary: string
  readonly channel: string
  readonly contact: {
    readonly id: string
    readonly name: string | null
    readonly phone: string | null
    readonly email: string | null
    readonly company: string | null
    readonly tier: string | null
    readonly note: string | null
  } | null
  readonly device: {
    readonly id: string
    readonly serialNumber: string
    readonly model: string | null
    readonly category: string | null
    readonly customerName: string | null
    readonly warrantyUntilMs: number | null
  } | null
  readonly group: Named | null
  readonly assignee: Named | null
  readonly tags: readonly TicketLabel[]
  readonly risks: readonly TicketLabel<Risk>[]
  readonly moods: { readonly steps: readonly MoodStep[]; readonly trend: 'better' | 'worse' | 'steady' }
  readonly expedited: number
  readonly cancelAskedAtMs: number | null
  readonly createdAtMs: number
  readonly holdUntilMs: number | null
  readonly clocks: readonly Clock[]
  readonly timeline: readonly TimelineEntry[]
  readonly links: readonly (Kin & { readonly kind: 'related' | 'duplicate' | 'follow-up' | 'followed-by' })[]
  readonly parent: Kin | null
  readonly children: readonly Kin[]
  readonly mergedInto: Kin | null
  readonly merged: readonly Kin[]
  readonly history: readonly Kin[]
  /** Newest first. */
  readonly offers: readonly OfferView[]
  /** What this person may do with it now. */
  readonly commands: readonly TicketCommand[]
  /** Fields without which it cannot be resolved. */
  readonly missing: readonly { readonly name: string; readonly zh: string; readonly en: string }[]
}

/** Whether the engineer who has the ticket took it from an offer and has not begun. */
export function acceptedBy({
  status,
  assignee,
  offers,
}: Pick<Ticket, 'status' | 'assignee' | 'offers'>): boolean {
  return (
    status === 'assigned' &&
    offers.some((offer) => offer.status === 'accepted' && offer.staffId === assignee?.id)
  )
}

/** A ticket by id or number. */
export function useTicket(ticketId: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ['ticket', ticketId, 'get'],
    queryFn: ({ signal }) => ask<Ticket>('ticket.get', { ticketId }, signal),
  })
}

/** Why the router decided as it did. */
export interface Decision {
  readonly id: string
  readonly at: string
  /** One line for the outcome, then one for each candidate. */
  readonly zh: readonly string[]
  readonly en: readonly string[]
  /** Deciding again from the stored input gives the same answer. */
  readonly recomputed: boolean
  /** The newest that was acted on. */
  readonly holds: boolean
}

/** The decision by which a ticket is where it is, and a later one that left it there. */
export interface Decisions {
  readonly holding: Decision
  readonly later: Decision | null
}

/** The routing decisions of a ticket that count, or null before it was routed. */
export function useDecision(id: string) {
  return useQuery({
    queryKey: ['ticket', id, 'decision'],
    queryFn: async ({ signal }): Promise<Decisions | null> => {
      try {
        const found = await ask<{ readonly decisions: readonly Decision[] }>(
          'router.explain',
          { ticketId: id },
          signal,
        )
        const [newest] = found.decisions
        if (!newest) return null
        const holding = found.decisions.find(({ holds }) => holds) ?? newest
        return { holding, later: newest === holding ? null : newest }
      } catch (error) {
        if (error instanceof Refused && error.status === 404) return null
        throw error
      }
    },
  })
}
