import { Button, Skeleton, Space } from 'antd'
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Link, useNavigate } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { mayDo } from '../data/session.ts'
import { type TicketFilter, type TicketRow, useTotal } from '../data/tickets.ts'
import { intentWords } from '../words/terms.ts'
import { ticketsWords } from '../words/tickets.ts'
import { EmptyState } from './broken.tsx'
import { RiskMark, TagMark } from './label-marks.tsx'
import { ChannelMark, NextDue, StatusMark, UrgencyMark } from './marks.tsx'
import { useSignedIn } from './session-context.ts'
import { beyondView } from './ticket-query.ts'

/** Where a row is a card; the same width and height as in list.css. */
const narrow = matchMedia('(max-width: 760px)')
const useRowHeight = () =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => (narrow.matches ? 92 : 52),
  )
/** Tags of a row; the ticket page shows all of them. */
const shownTags = 3
/** Rows drawn above and below what is seen. */
const margin = 12
/** Short lists are drawn whole. */
const virtualFrom = 200

/** The part of a long list that is near the eye. */
function useWindow(
  count: number,
  rowHeight: number,
  box: React.RefObject<HTMLDivElement | null>,
): { from: number; to: number } {
  const [range, setRange] = useState({ from: 0, to: 60 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - margin)
      const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + margin
      setRange((old) => (old.from === from && old.to === to ? old : { from, to }))
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const resized = new ResizeObserver(measure)
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      resized.disconnect()
    }
  }, [box, rowHeight])
  return count < virtualFrom ? { from: 0, to: count } : { from: range.from, to: Math.min(count, range.to) }
}

/** Keeps the current row in sight, below the sticky head. */
function useInSight(current: number, rowHeight: number, box: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const element = box.current
    if (!element || current < 0) return
    const top = current * rowHeight
    const head = element.querySelector('thead')?.clientHeight ?? 0
    const below = top + rowHeight + head - (element.scrollTop + element.clientHeight)
    if (below > 0) element.scrollTop += below
    else if (top < element.scrollTop) element.scrollTop = top
  }, [current, rowHeight, box])
}

function Row({ row, current, open }: { row: TicketRow; current: boolean; open: (row: TicketRow) => void }) {
  const t = useWords(ticketsWords)
  const intent = useWords(intentWords)
  const place = [row.city, row.district].filter(Boolean).join(' ')
  const product = [row.productCategory, row.deviceModel].filter(Boolean).join(' ')
  return (
    // A pointer may open the row anywhere; keyboards and screen readers use the link in it.
    <tr
      className={current ? 'row row-current' : 'row'}
      aria-current={current}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a')) open(row)
      }}
    >
      <td className="cell-urgency">
        <UrgencyMark urgency={row.urgency} />
      </td>
      <td className="cell-subject">
        <Link to={`/tickets/${row.id}`} className="subject">
          {row.summary || product || intent(row.intent)}
        </Link>
        <span className="sub">
          <span className="number">{row.number}</span>
          <span>{intent(row.intent)}</span>
          {product && <span>{product}</span>}
          {row.risks.map((risk) => (
            <RiskMark key={risk} risk={risk} />
          ))}
          {row.tags.slice(0, shownTags).map((path) => (
            <TagMark key={path} path={path} />
          ))}
          {row.cancelAskedAtMs !== null && <span className="expedited">{t('cancelAsked')}</span>}
          {row.expedited > 0 && <span className="expedited">{t('expedited', { n: row.expedited })}</span>}
        </span>
      </td>
      <td className="cell-status">
        <StatusMark status={row.status} accepted={row.accepted} />
        {row.unserved && (
          <span className="unserved-mark">
            <Icon name="alert" size={13} />
            {t('unserved')}
          </span>
        )}
      </td>
      <td className="cell-sla">
        <NextDue row={row} />
      </td>
      <td className="cell-contact">
        <span>{row.contactName ?? row.phone ?? '—'}</span>
        <span className="sub">{place || row.phone}</span>
      </td>
      <td className="cell-group">
        <span>{row.groupName ?? <span className="quiet">{t('noGroup')}</span>}</span>
        <span className="sub">{row.assigneeName ?? t('unassigned')}</span>
      </td>
      <td className="cell-channel">
        <ChannelMark channel={row.channel} />
      </td>
      <td className="cell-created">
        <Moment at={row.createdAtMs} className="quiet" />
      </td>
    </tr>
  )
}

const skeletonRows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']

function Body({
  rows,
  current,
  open,
  from,
  to,
  rowHeight,
}: {
  rows: readonly TicketRow[]
  current: number
  open: (row: TicketRow) => void
  from: number
  to: number
  rowHeight: number
}) {
  return (
    <tbody>
      {from > 0 && (
        <tr>
          <td className="spacer" style={{ height: from * rowHeight, padding: 0 }} />
        </tr>
      )}
      {rows.slice(from, to).map((row, index) => (
        <Row key={row.id} row={row} current={from + index === current} open={open} />
      ))}
      {to < rows.length && (
        <tr>
          <td className="spacer" style={{ height: (rows.length - to) * rowHeight, padding: 0 }} />
        </tr>
      )}
    </tbody>
  )
}

/** The rows; from 200 on only those near the eye are drawn. */
export function TicketTable({
  rows,
  pending,
  stale,
  current,
  open,
  more,
}: {
  rows: readonly TicketRow[]
  pending: boolean
  stale: boolean
  current: number
  open: (row: TicketRow) => void
  more: (() => void) | undefined
}) {
  const t = useWords(ticketsWords)
  const box = useRef<HTMLDivElement>(null)
  const rowHeight = useRowHeight()
  const { from, to } = useWindow(rows.length, rowHeight, box)
  useInSight(current, rowHeight, box)
  useEffect(() => {
    if (more && to >= rows.length - 20 && rows.length > 0) more()
  }, [more, to, rows.length])
  const heads = ['urgency', 'summary', 'status', 'sla', 'contact', 'group', 'channel', 'created'] as const
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section ref={box} className={stale ? 'rows rows-stale' : 'rows'} aria-label={t('title')} tabIndex={0}>
      <table aria-rowcount={rows.length} aria-busy={pending}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className={`cell-${head === 'summary' ? 'subject' : head}`}>
                {t(head)}
              </th>
            ))}
          </tr>
        </thead>
        {pending ? (
          <tbody>
            {skeletonRows.map((key) => (
              <tr key={key} className="row">
                <td className="cell-urgency" />
                <td>
                  <Skeleton active title={{ width: '60%' }} paragraph={false} />
                </td>
              </tr>
            ))}
          </tbody>
        ) : (
          <Body rows={rows} current={current} open={open} from={from} to={to} rowHeight={rowHeight} />
        )}
      </table>
    </section>
  )
}

/** Fewer rows than these may not be all that somebody looks for. */
const few = 10

/** How many more there are of what somebody looks for when the view leaves most of them out, and the way to them. */
export function Elsewhere({
  filter,
  found,
  show,
}: {
  filter: TicketFilter
  found: number
  show: (filter: TicketFilter) => void
}) {
  const t = useWords(ticketsWords)
  const own = beyondView(filter)
  const total = useTotal(own ?? {}, own !== null && found < few).data ?? 0
  if (own === null || found >= few || total <= found) return null
  return (
    <Button type="link" size="small" onClick={() => show({ ...own, sort: 'created' })}>
      {t('elsewhere', { n: total })}
    </Button>
  )
}

/** Nothing to show: says what would be here and how to get it. */
export function NoTickets({
  filter,
  change,
}: {
  filter: TicketFilter
  change: (filter: TicketFilter) => void
}) {
  const t = useWords(ticketsWords)
  const navigate = useNavigate()
  const setsUp = mayDo(useSignedIn(), [])
  const narrowed = Object.entries(filter).some(
    ([key, value]) => !['sort', 'status'].includes(key) && value !== undefined,
  )
  if (narrowed)
    return (
      <EmptyState icon="search" title={t('emptyFilter')} hint={t('emptyFilterHint')}>
        <Elsewhere filter={filter} found={0} show={change} />
        <Button onClick={() => change({ sort: 'created' })}>{t('clear')}</Button>
      </EmptyState>
    )
  return (
    <EmptyState icon="ticket" title={t('emptyTitle')} hint={t('emptyHint')}>
      {setsUp && (
        <Space>
          <Button type="primary" onClick={() => void navigate('/accounts')}>
            {t('connectChannel')}
          </Button>
          <Button onClick={() => void navigate('/start')}>{t('firstDay')}</Button>
        </Space>
      )}
    </EmptyState>
  )
}
