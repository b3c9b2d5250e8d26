import { useQueryClient } from '@tanstack/react-query'
import { Alert, Segmented, Skeleton } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useLocation, useNavigate, useParams } from 'react-router'
import { language, useWords } from '../../ui/language.ts'
import { exact } from '../../ui/time.tsx'
import { useThread } from '../data/conversation.ts'
import { type Ticket, useTicket } from '../data/ticket.ts'
import { TicketBanners } from '../incidents/banner.tsx'
import { Broken } from '../parts/broken.tsx'
import { TimeLeft } from '../parts/marks.tsx'
import { ContextPane } from '../ticket/context.tsx'
import { ConversationPane } from '../ticket/conversation.tsx'
import { Fields } from '../ticket/fields.tsx'
import { TicketHead } from '../ticket/head.tsx'
import { Labels } from '../ticket/labels.tsx'
import { arriveAt, dark, type Lit, LitContext } from '../ticket/lit.ts'
import { Moods } from '../ticket/moods.tsx'
import { Timeline } from '../ticket/timeline.tsx'
import { ticketWords } from '../words/ticket.ts'

type Pane = 'conversation' | 'structured' | 'context'

const order = ['firstResponse', 'arrival', 'resolution']
const inOrder = (clocks: Ticket['clocks']) =>
  [...clocks].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))

function Promises({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  if (ticket.clocks.length === 0) return null
  return (
    <section className="promises" aria-label={t('promises')}>
      {inOrder(ticket.clocks).map((clock) => (
        <TimeLeft key={clock.kind} clock={clock} />
      ))}
    </section>
  )
}

/** That the person behind the ticket was erased, here or with another ticket of theirs. */
function ErasedNote({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const lang = language.use()
  const { data } = useThread(ticket.id)
  const conversation = data?.conversations.find((each) => each.erasedAt)?.erasedAt
  const atMs =
    ticket.timeline.findLast((entry) => entry.type === 'erased')?.atMs ??
    (conversation ? Date.parse(conversation) : null)
  if (atMs === null) return null
  return <Alert className="erased" banner type="info" title={t('erased', { date: exact(atMs, lang) })} />
}

function Loading() {
  return (
    <div className="ticket-page" aria-busy="true">
      <div className="ticket-head">
        <Skeleton active title={{ width: 320 }} paragraph={{ rows: 1, width: 240 }} />
      </div>
      <div className="columns">
        {(['conversation', 'structured', 'context'] as const).map((pane) => (
          <div key={pane} className={`pane pane-${pane} pane-pad`}>
            <Skeleton active paragraph={{ rows: 8 }} />
          </div>
        ))}
      </div>
    </div>
  )
}

function Columns({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const [lit, light] = useState<Lit>(dark)
  const [pane, setPane] = useState<Pane>('structured')
  const shared = useMemo(() => {
    const goTo = (turn: string) => {
      setPane('conversation')
      // Where only one pane is seen, it must be there before it can be scrolled.
      requestAnimationFrame(() => arriveAt(turn))
    }
    return { lit, light, goTo }
  }, [lit])
  return (
    <LitContext value={shared}>
      <div className="ticket-page">
        <TicketHead ticket={ticket} />
        <TicketBanners ticket={ticket} />
        <ErasedNote ticket={ticket} />
        <Segmented
          className="pane-switch"
          block
          value={pane}
          onChange={(next) => setPane(next as Pane)}
          options={(['conversation', 'structured', 'context'] as const).map((each) => ({
            value: each,
            label: t(each),
          }))}
        />
        <div className="columns" data-pane={pane}>
          <ConversationPane ticket={ticket} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
          <section className="pane pane-structured" tabIndex={0} aria-label={t('structured')}>
            <Promises ticket={ticket} />
            <Labels ticket={ticket} />
            <Moods moods={ticket.moods} />
            <Fields ticket={ticket} />
            <Timeline ticket={ticket} />
          </section>
          <ContextPane ticket={ticket} />
        </div>
      </div>
    </LitContext>
  )
}

/** The ticket page: conversation, structured ticket, context. */
export default function TicketPage() {
  const { id = '' } = useParams()
  const query = useTicket(id)
  const client = useQueryClient()
  const { search, hash } = useLocation()
  const navigate = useNavigate()
  // Links in messages name its number. What changes is told by its id, so the page stands under that.
  const ticketId = query.data?.id
  useEffect(() => {
    if (!ticketId || ticketId === id) return
    client.setQueryData(['ticket', ticketId, 'get'], query.data)
    void navigate(`/tickets/${ticketId}${search}${hash}`, { replace: true })
  }, [ticketId, id, query.data, client, navigate, search, hash])
  useEffect(() => {
    if (query.data) document.title = `${query.data.number} ${query.data.summary}`
  }, [query.data])
  if (query.isPending) return <Loading />
  if (!query.data) return <Broken error={query.error} retry={() => void query.refetch()} />
  return <Columns key={query.data.id} ticket={query.data} />
}
