import type { TicketFilter } from '../data/tickets.ts'
import type { ticketsWords } from '../words/tickets.ts'

/** Statuses of tickets that still need somebody. */
export const activeStatuses = ['open', 'assigned', 'in_progress', 'on_hold'] as const

/** The views that everybody has. */
export function presets(
  staffId: string | null,
): readonly { readonly word: keyof typeof ticketsWords; readonly filter: TicketFilter }[] {
  return [
    { word: 'viewActive', filter: { status: activeStatuses, sort: 'urgency' } },
    { word: 'viewRisk', filter: { status: activeStatuses, sort: 'due' } },
    { word: 'viewLate', filter: { sla: 'late', sort: 'due' } },
    { word: 'viewUnassigned', filter: { status: ['open'], sort: 'urgency' } },
    ...(staffId
      ? [
          {
            word: 'viewMine' as const,
            filter: { status: activeStatuses, assignee: ['me'], sort: 'urgency' as const },
          },
        ]
      : []),
    { word: 'viewAll', filter: { sort: 'created' } },
  ]
}

/**
 * The order in which the tickets of a filter are shown. Work goes by urgency, and what waits longest is next; where tickets that are
 * over are among them, the newest come first.
 */
export function orderOf({ sort, status }: TicketFilter): NonNullable<TicketFilter['sort']> {
  if (sort && sort !== 'urgency') return sort
  const works = status?.every((each) => activeStatuses.some((active) => active === each))
  return works ? 'urgency' : 'created'
}

/** What a person looks for, without the view in which they look; null where they look for nothing of their own. */
export function beyondView({ status: _s, assignee: _a, sla: _l, sort: _o, ...own }: TicketFilter) {
  return Object.values(own).some((value) => value !== undefined) ? own : null
}

const lists = ['status', 'urgency', 'channel', 'group', 'assignee', 'tag', 'risk'] as const
const singles = ['q', 'sla', 'sort'] as const

/** The filter that an address holds. */
export function filterOf(search: URLSearchParams): TicketFilter {
  const filter: Record<string, unknown> = {}
  for (const key of lists) {
    const value = search.get(key)
    if (value) filter[key] = value.split(',')
  }
  for (const key of singles) {
    const value = search.get(key)
    if (value) filter[key] = value
  }
  return filter
}

/** The address of a filter; the inverse of `filterOf`. */
export function filterText(filter: TicketFilter): URLSearchParams {
  const search = new URLSearchParams()
  for (const key of singles) if (filter[key]) search.set(key, filter[key])
  for (const key of lists) if (filter[key]?.length) search.set(key, filter[key].join(','))
  return search
}

/** Whether two filters ask for the same. */
export function sameFilter(a: TicketFilter, b: TicketFilter): boolean {
  return filterText(a).toString() === filterText(b).toString()
}
