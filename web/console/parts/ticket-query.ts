import type { TicketFilter } from '../data/tickets.ts'
import type { ticketsWords } from '../words/tickets.ts'

/** Statuses of tickets that still need somebody. */
export const activeStatuses = ['open', 'assigned', 'in_progress', 'on_hold'] as const

/** The views that everybody has. */
export function presets(
  staffId: string | null,
): readonly { readonly word: keyof typeof ticketsWords; readonly filter: TicketFilter }[] {
  return [
    { word: 'viewActive', filter: { status: activeStatuses, sort: 'created' } },
    { word: 'viewRisk', filter: { status: activeStatuses, sort: 'due' } },
    { word: 'viewLate', filter: { sla: 'late', sort: 'due' } },
    { word: 'viewUnassigned', filter: { status: ['open'], sort: 'created' } },
    ...(staffId
      ? [
          {
            word: 'viewMine' as const,
            filter: { status: activeStatuses, assignee: ['me'], sort: 'created' as const },
          },
        ]
      : []),
    { word: 'viewAll', filter: { sort: 'created' } },
  ]
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
