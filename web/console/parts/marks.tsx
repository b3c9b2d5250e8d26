import { Icon, type IconName } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { duration, exact, useNow } from '../../ui/time.tsx'
import type { ChannelName, Clock, ClockKind, Status, TicketRow, Urgency } from '../data/tickets.ts'
import { acceptedWords, channelWords, clockWords, statusWords, urgencyWords } from '../words/terms.ts'
import { ticketsWords } from '../words/tickets.ts'

const urgencyIcons: Readonly<Record<Urgency, IconName>> = {
  critical: 'fire',
  high: 'up',
  normal: 'dash',
  low: 'down',
}

/** Urgency: colour, icon and word together, readable without any one of them. */
export function UrgencyMark({ urgency }: { urgency: Urgency }) {
  const t = useWords(urgencyWords)
  return (
    <span className={`urgency urgency-${urgency}`}>
      <Icon name={urgencyIcons[urgency]} size={14} />
      {t(urgency)}
    </span>
  )
}

/** Where a ticket stands; one that is assigned may have been accepted. */
export function StatusMark({ status, accepted }: { status: Status; accepted: boolean }) {
  const t = useWords(statusWords)
  const a = useWords(acceptedWords)
  return (
    <span className={`status status-${status}`}>
      {status === 'assigned' && accepted ? a('accepted') : t(status)}
    </span>
  )
}

const channelIcons: Readonly<Record<string, IconName>> = {
  email: 'mail',
  qr: 'qr',
  api: 'code',
  phone: 'phone',
  'phone-webhook': 'phone',
  manual: 'user',
}

/** The channel a thing came by. */
export function ChannelMark({ channel, bare }: { channel: string; bare?: boolean }) {
  const t = useWords(channelWords)
  const word = channel in channelWords ? t(channel as ChannelName) : channel
  return (
    <span className="channel" title={word}>
      <Icon name={channelIcons[channel] ?? 'chat'} size={14} />
      <span className={bare ? 'sr-only' : undefined}>{word}</span>
    </span>
  )
}

const soonMs = 3_600_000

type Severity = 'calm' | 'soon' | 'late'

function Left({ kind, dueAtMs, named }: { kind: ClockKind; dueAtMs: number; named?: boolean }) {
  const t = useWords(ticketsWords)
  const word = useWords(clockWords)
  const lang = language.use()
  const left = dueAtMs - useNow()
  const severity: Severity = left <= 0 ? 'late' : left < soonMs ? 'soon' : 'calm'
  return (
    <span className={`sla sla-${severity}`} title={`${word(kind)} · ${exact(dueAtMs, lang)}`}>
      <Icon name={left <= 0 ? 'alert' : 'clock'} size={13} />
      {named && `${word(kind)} `}
      {t(left <= 0 ? 'late' : 'left', { time: duration(left, lang) })}
    </span>
  )
}

/** What a row of the list promises next: time left, or which promise is broken. */
export function NextDue({ row }: { row: Pick<TicketRow, 'nextDue' | 'late' | 'status'> }) {
  const t = useWords(ticketsWords)
  const kind = useWords(clockWords)
  const broken = row.late[0]
  if (broken)
    return (
      <span className="sla sla-late">
        <Icon name="alert" size={13} />
        {t('lateNamed', { kind: kind(broken) })}
      </span>
    )
  if (row.nextDue) return <Left {...row.nextDue} />
  if (row.status === 'on_hold')
    return (
      <span className="sla sla-paused">
        <Icon name="pause" size={13} />
        {t('paused')}
      </span>
    )
  return <span className="quiet">—</span>
}

/** A promise by name: time left, paused, met, or how late. */
export function TimeLeft({ clock }: { clock: Clock }) {
  const t = useWords(ticketsWords)
  const kind = useWords(clockWords)
  if (clock.state === 'met' || clock.metAtMs !== null)
    return (
      <span className="sla sla-met">{`${kind(clock.kind)} ${t(clock.state === 'met' ? 'met' : 'metLate')}`}</span>
    )
  if (clock.state === 'paused' || clock.dueAtMs === null)
    return (
      <span className="sla sla-paused">
        <Icon name="pause" size={13} />
        {`${kind(clock.kind)} ${t('paused')}`}
      </span>
    )
  return <Left kind={clock.kind} dueAtMs={clock.dueAtMs} named />
}
