import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ask } from '../../ui/api.ts'
import type { riskWords } from '../words/labels.ts'
import type {
  channelWords,
  clockWords,
  intentWords,
  sentimentWords,
  statusWords,
  urgencyWords,
} from '../words/terms.ts'

export type Status = keyof typeof statusWords
export type Urgency = keyof typeof urgencyWords
export type Intent = keyof typeof intentWords
export type Sentiment = keyof typeof sentimentWords
export type ChannelName = keyof typeof channelWords
export type Risk = keyof typeof riskWords
export type ClockKind = keyof typeof clockWords

/** A promise: running until `dueAtMs`, paused, met, or broken. */
export interface Clock {
  readonly kind: ClockKind
  readonly state: 'running' | 'paused' | 'met' | 'breached'
  readonly startedAtMs: number
  readonly dueAtMs: number | null
  readonly targetMs: number
  readonly remainingMs: number | null
  readonly metAtMs: number | null
}

/** One row of the list (`ticket.list`). */
export interface TicketRow {
  readonly id: string
  readonly number: string
  readonly status: Status
  /** Assigned, and its engineer took the offer. */
  readonly accepted: boolean
  readonly urgency: Urgency
  readonly intent: Intent
  readonly summary: string
  readonly contactName: string | null
  readonly phone: string | null
  readonly productCategory: string | null
  readonly deviceModel: string | null
  readonly city: string | null
  readonly district: string | null
  readonly channel: string
  readonly groupName: string | null
  readonly assigneeName: string | null
  /** Paths of tags, the finest of each branch. */
  readonly tags: readonly string[]
  readonly risks: readonly Risk[]
  readonly expedited: number
  readonly cancelAskedAtMs: number | null
  readonly createdAtMs: number
  /** The promise that runs out next. */
  readonly nextDue: { readonly kind: ClockKind; readonly dueAtMs: number } | null
  /** Promises that are broken and not kept yet. */
  readonly late: readonly ClockKind[]
  /** Critical, and nobody has it or is being asked. */
  readonly unserved: boolean
}

/** What the list is narrowed to and how it is sorted; the query string of the page holds it. */
export interface TicketFilter {
  readonly q?: string
  readonly status?: readonly string[]
  readonly urgency?: readonly string[]
  readonly channel?: readonly string[]
  /** Group ids, or `none`. */
  readonly group?: readonly string[]
  /** Staff ids, `me`, or `none`. */
  readonly assignee?: readonly string[]
  /** Paths of tags; finer ones are meant too. */
  readonly tag?: readonly string[]
  readonly risk?: readonly string[]
  readonly sla?: 'soon' | 'late'
  readonly sort?: 'created' | 'updated' | 'urgency' | 'due'
}

interface TicketPage {
  readonly tickets: readonly TicketRow[]
  readonly next: string | null
}

/** Pages of the list; follows the live stream through the key `tickets`. */
export function useTickets(filter: TicketFilter) {
  return useInfiniteQuery({
    queryKey: ['tickets', 'list', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask<TicketPage>('ticket.list', { ...filter, cursor: pageParam, limit: 100 }, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (previous) => previous,
  })
}

/** How many tickets a filter finds, whatever their status. */
export function useTotal(filter: Omit<TicketFilter, 'status' | 'sort'>, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ['tickets', 'counts', filter],
    queryFn: async ({ signal }) =>
      (await ask<{ readonly total: number }>('ticket.counts', filter, signal)).total,
  })
}

/** A named set of filters of this person, or one shared with everybody. */
export interface SavedFilter {
  readonly id: string
  readonly name: string
  readonly query: TicketFilter
  readonly shared: boolean
  readonly mine: boolean
}

/** The saved filters. */
export function useSavedFilters() {
  return useQuery({
    queryKey: ['saved-filters'],
    queryFn: async ({ signal }) =>
      (await ask<{ readonly filters: readonly SavedFilter[] }>('ticket.filters', {}, signal)).filters,
  })
}

/** Critical tickets that nobody has and nobody is being asked about, oldest first. */
export function useUnserved(enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ['tickets', 'unserved'],
    queryFn: async ({ signal }) => {
      const filter = {
        status: ['open'],
        urgency: ['critical'],
        assignee: ['none'],
        sort: 'urgency',
        limit: 200,
      }
      const { tickets } = await ask<TicketPage>('ticket.list', filter, signal)
      return tickets.filter(({ unserved }) => unserved)
    },
  })
}
