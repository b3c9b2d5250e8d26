import './incidents.css'
import { Alert, App, Button } from 'antd'
import { useNavigate } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import type { Ticket } from '../data/ticket.ts'
import { useSignedIn } from '../parts/session-context.ts'
import { incidentWords, likenessWords } from '../words/incidents.ts'
import { useIncidentName, useJoinReason } from './reason.ts'

type Likeness = Answer<'ticket.likeness'>['likeness'][number]

/** Why something is probably about a ticket, in words. */
function useLikenessReason(): (reason: Likeness['reason']) => string {
  const t = useWords(likenessWords)
  return (reason) => {
    const device = reason.device as { readonly kind: string; readonly value: string } | undefined
    const same = (reason.same ?? {}) as { readonly mine?: string; readonly theirs?: string }
    const kinds = { serial: 'serial', device: 'record', model: 'model', category: 'category' } as const
    const kind = reason.kind as keyof typeof likenessWords
    const why = t(kind, {
      device: device ? t(kinds[device.kind as keyof typeof kinds], { value: device.value }) : '',
      mine: same.mine ?? '',
      theirs: same.theirs ?? '',
      quote: String(reason.quote ?? ''),
      phone: String(reason.phone ?? ''),
    })
    const { unsure } = reason
    return typeof unsure === 'string' ? `${why} ${t(unsure as keyof typeof likenessWords)}` : why
  }
}

function SameCause({ ticketId }: { ticketId: string }) {
  const t = useWords(incidentWords)
  const name = useIncidentName()
  const reason = useJoinReason()
  const navigate = useNavigate()
  const session = useSignedIn()
  const { run, busy } = useTell()
  const query = useAsk('incident.ofTicket', { ticketId })
  const incident = query.data?.incident
  if (!incident) return null
  const word = incident.state === 'open' ? 'banner' : 'bannerClosed'
  const sees = mayDo(session, ['supervisor', 'dispatcher', 'agent', 'auditor'])
  const may = mayDo(session, ['supervisor', 'dispatcher', 'agent'])
  return (
    <Alert
      banner
      role="status"
      type={incident.state === 'open' ? 'warning' : 'info'}
      showIcon
      icon={<Icon name="link" />}
      title={t(word, { n: incident.others, name: `${incident.number} ${name(incident)}` })}
      description={reason(incident.reason)}
      action={
        <span className="row-actions">
          {sees && (
            <Button size="small" type="primary" onClick={() => void navigate(`/incidents/${incident.id}`)}>
              {t('bannerOpen')}
            </Button>
          )}
          {may && incident.state === 'open' && (
            <Button
              size="small"
              disabled={busy}
              onClick={() => void run('incident.takeOut', { incidentId: incident.id, ticketId })}
            >
              {t('notHere')}
            </Button>
          )}
        </span>
      }
    />
  )
}

function Alike({ ticket, like }: { ticket: Ticket; like: Likeness }) {
  const t = useWords(likenessWords)
  const reason = useLikenessReason()
  const may = mayDo(useSignedIn(), ['supervisor', 'dispatcher', 'agent'])
  const { run, busy } = useTell()
  const { ticketId: otherId, number } = like
  const merge = () =>
    like.isNewer
      ? run('ticket.merge', { ticketId: ticket.id, version: ticket.version, intoId: otherId }, t('merged'))
      : run('ticket.merge', { ticketId: otherId, version: like.version, intoId: ticket.id }, t('merged'))
  return (
    <Alert
      banner
      role="status"
      type="info"
      showIcon
      icon={<Icon name="copy" />}
      title={`${t('duplicate', { number })} · ${like.summary}`}
      description={reason(like.reason)}
      action={
        may && (
          <span className="row-actions">
            <Button size="small" type="primary" disabled={busy} onClick={() => void merge()}>
              {t(like.isNewer ? 'merge' : 'mergeOther', { number })}
            </Button>
            <Button
              size="small"
              disabled={busy}
              onClick={() => void run('ticket.unlike', { ticketId: ticket.id, otherId }, t('refused'))}
            >
              {t('no')}
            </Button>
          </span>
        )
      }
    />
  )
}

/** Above a ticket: the cause that it shares with others, and tickets that are probably the same. */
export function TicketBanners({ ticket }: { ticket: Ticket }) {
  const query = useAsk('ticket.likeness', { ticketId: ticket.id })
  return (
    <div className="ticket-banners">
      <SameCause ticketId={ticket.id} />
      {(query.data?.likeness ?? []).slice(0, 3).map((like) => (
        <Alike key={like.ticketId} ticket={ticket} like={like} />
      ))}
    </div>
  )
}

/** Above a chat without a ticket: whether it is about an open one. */
export function AboutQuestions({ conversationId }: { conversationId: string }) {
  const t = useWords(likenessWords)
  const reason = useLikenessReason()
  const { run, busy } = useTell()
  const { message } = App.useApp()
  const query = useAsk('ticket.likeness', { conversationId })
  const answer = async ({ ticketId, number }: Likeness, isAbout: boolean) => {
    const done = await run('ticket.about', { conversationId, ticketId, isAbout }, null)
    if (done) message.success(isAbout ? t('joined', { number }) : t('refused'), 2)
  }
  return (query.data?.likeness ?? []).slice(0, 3).map((like) => (
    <Alert
      key={like.ticketId}
      banner
      role="status"
      type="info"
      showIcon
      icon={<Icon name="link" />}
      title={`${t('about', { number: like.number })} ${like.summary}`}
      description={reason(like.reason)}
      action={
        <span className="row-actions">
          <Button size="small" type="primary" disabled={busy} onClick={() => void answer(like, true)}>
            {t('yes')}
          </Button>
          <Button size="small" disabled={busy} onClick={() => void answer(like, false)}>
            {t('no')}
          </Button>
        </span>
      }
    />
  ))
}
