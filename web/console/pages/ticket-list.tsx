import { useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { type TicketFilter, type TicketRow, useTickets } from '../data/tickets.ts'
import { useKeys } from '../keys.ts'
import { Broken } from '../parts/broken.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { FilterBar } from '../parts/ticket-filters.tsx'
import { filterOf, filterText, orderOf, presets } from '../parts/ticket-query.ts'
import { Elsewhere, NoTickets, TicketTable } from '../parts/ticket-table.tsx'
import { ticketsWords } from '../words/tickets.ts'

/** The list keeps its filter in the address, so that a view can be shared and Back works. */
function useFilter(): [TicketFilter, (filter: TicketFilter) => void] {
  const [search, setSearch] = useSearchParams()
  const session = useSignedIn()
  const filter = useMemo(
    () => (search.size === 0 ? presets(session.user.staffId)[0]!.filter : filterOf(search)),
    [search, session.user.staffId],
  )
  return [filter, (next) => setSearch(filterText(next), { replace: true })]
}

/** Where the list was left, so that Back returns to the same row. */
let lastOpened = ''

function useRows(filter: TicketFilter) {
  const query = useTickets({ ...filter, sort: orderOf(filter) })
  const rows = useMemo<readonly TicketRow[]>(
    () => query.data?.pages.flatMap((page) => page.tickets) ?? [],
    [query.data],
  )
  return { query, rows }
}

/** The ticket list: filters, search, keyboard; live. */
export default function TicketList() {
  const t = useWords(ticketsWords)
  const navigate = useNavigate()
  const [filter, setFilter] = useFilter()
  const { query, rows } = useRows(filter)
  const [current, setCurrent] = useState(-1)
  const searchBox = useRef<HTMLInputElement>(null)

  useEffect(() => {
    const at = rows.findIndex((row) => row.id === lastOpened)
    if (at >= 0) setCurrent(at)
  }, [rows])

  const open = (row: TicketRow | undefined) => {
    if (!row) return
    lastOpened = row.id
    void navigate(`/tickets/${row.id}`)
  }
  const move = (by: number) => {
    // From here on Enter means the row, not the control that was pressed last.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    setCurrent((at) => Math.max(0, Math.min(rows.length - 1, at + by)))
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    enter: () => open(rows[current]),
    '/': () => {
      searchBox.current?.focus()
      searchBox.current?.select()
    },
  })

  return (
    <div className="list-page">
      <FilterBar
        filter={filter}
        change={(next) => {
          setCurrent(-1)
          setFilter(next)
        }}
        searchBox={searchBox}
        intoList={() => {
          move(current < 0 ? 1 : 0)
        }}
      />
      {query.error && rows.length === 0 ? (
        <Broken error={query.error} retry={() => void query.refetch()} />
      ) : !query.isPending && rows.length === 0 ? (
        <NoTickets filter={filter} change={setFilter} />
      ) : (
        <TicketTable
          rows={rows}
          pending={query.isPending}
          stale={query.isPlaceholderData}
          current={current}
          open={open}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
        />
      )}
      <footer className="list-foot quiet" aria-live="polite">
        {rows.length > 0 && t(query.hasNextPage ? 'countMore' : 'count', { n: rows.length })}
        {rows.length > 0 && !query.isPlaceholderData && (
          <Elsewhere filter={filter} found={rows.length} show={setFilter} />
        )}
      </footer>
    </div>
  )
}
