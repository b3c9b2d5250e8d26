import { App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { acceptedBy, type Ticket } from '../data/ticket.ts'
import type { Clock } from '../data/tickets.ts'
import { useKeys } from '../keys.ts'
import { ChannelMark, StatusMark, TimeLeft, UrgencyMark } from '../parts/marks.tsx'
import { useSure } from '../parts/sure.ts'
import { intentWords } from '../words/terms.ts'
import { moveWords, relateWords, ticketWords } from '../words/ticket.ts'
import { useChange } from './change.ts'
import { AssignDialog, MoveDialog } from './dialogs.tsx'
import { dispatch, type Move, moves, movesOf, step, untouched } from './moves.ts'
import { RelateDialog } from './relate.tsx'

function Moves({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const m = useWords(moveWords)
  const r = useWords(relateWords)
  const change = useChange(ticket.id)
  const sure = useSure()
  const [asked, setAsked] = useState<Move | null>(null)
  const [assigning, setAssigning] = useState(false)
  const [relating, setRelating] = useState(false)
  const { next, others } = movesOf(ticket)
  const unaccepted = {
    title: t('resolveAsk'),
    content: t('resolveHint'),
    okText: m('resolve'),
    onOk: () => step(ticket, 'resolve', change),
  }
  const start = (move: Move) => {
    if (moves[move].reason) setAsked(move)
    else if (move === 'resolve' && untouched(ticket)) sure(unaccepted)
    else void step(ticket, move, change)
  }
  const assignable = ticket.commands.some((each) => each === 'assign' || each === 'transfer')
  const assign = (
    <Button
      type={ticket.status === 'open' ? 'primary' : 'default'}
      onClick={() => setAssigning(true)}
      icon={<Icon name="route" />}
    >
      {t('assign')}
    </Button>
  )
  return (
    <div className="moves">
      {assignable && assign}
      {next && (
        <Button type="primary" onClick={() => start(next)}>
          {m(next)}
        </Button>
      )}
      <Dropdown
        trigger={['click']}
        autoFocus
        menu={{
          items: [
            ...others.map((each) => ({
              key: each,
              danger: each === 'cancel',
              label: m(each),
              onClick: () => start(each),
            })),
            { type: 'divider' as const },
            { key: 'relate', label: r('open'), onClick: () => setRelating(true) },
            ...(ticket.cancelAskedAtMs === null
              ? []
              : [{ key: 'keep', label: t('keep'), onClick: () => void change('ticket.keep', {}) }]),
            { key: 'expedite', label: t('expedite'), onClick: () => void change('ticket.expedite', {}) },
          ],
        }}
      >
        <Button icon={<Icon name="down" />} aria-label={t('transitions')} />
      </Dropdown>
      {asked && (
        <MoveDialog
          move={asked}
          close={() => setAsked(null)}
          apply={(input) => step(ticket, asked, change, input)}
        />
      )}
      {relating && <RelateDialog ticket={ticket} close={() => setRelating(false)} change={change} />}
      {assigning && (
        <AssignDialog
          ticket={ticket}
          close={() => setAssigning(false)}
          apply={(input) => dispatch(ticket, input, change)}
        />
      )}
    </div>
  )
}

/** The promise that is broken or ends next. */
function mostUrgent(clocks: readonly Clock[]): Clock | undefined {
  return clocks
    .filter((clock) => clock.metAtMs === null && clock.dueAtMs !== null && clock.state !== 'paused')
    .sort((a, b) => a.dueAtMs! - b.dueAtMs!)[0]
}

/** The head of the ticket page: what it is, how urgent, how long left, and what to do next. */
export function TicketHead({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const intent = useWords(intentWords)
  const navigate = useNavigate()
  const { message } = App.useApp()
  const urgent = mostUrgent(ticket.clocks)
  useKeys({ u: () => void navigate('/tickets') })
  const copy = async () => {
    await navigator.clipboard?.writeText(ticket.number)
    message.success(t('copyNumber'), 1)
  }
  return (
    <header className="ticket-head">
      <Button
        type="text"
        icon={<Icon name="back" size={18} />}
        aria-label={t('backToList')}
        onClick={() => void navigate('/tickets')}
      />
      <div className="ticket-title">
        <h1>{ticket.summary || intent(ticket.intent)}</h1>
        <div className="ticket-facts">
          <button type="button" className="number" onClick={() => void copy()} title={t('copyNumber')}>
            {ticket.number}
          </button>
          <span>{intent(ticket.intent)}</span>
          <ChannelMark channel={ticket.channel} />
          <span className="quiet">
            {ticket.group?.name ?? t('nobody')}
            {ticket.assignee ? ` · ${ticket.assignee.name}` : ''}
          </span>
          <Moment at={ticket.createdAtMs} className="quiet" />
        </div>
      </div>
      <div className="ticket-state">
        {ticket.cancelAskedAtMs !== null && <span className="expedited">{t('cancelAsked')}</span>}
        <UrgencyMark urgency={ticket.urgency} />
        <StatusMark status={ticket.status} accepted={acceptedBy(ticket)} />
        {urgent && <TimeLeft clock={urgent} />}
      </div>
      <Moves ticket={ticket} />
    </header>
  )
}
