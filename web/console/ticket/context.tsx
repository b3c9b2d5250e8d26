import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { language, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { businessDay } from '../../ui/zone.ts'
import { useKnownAs } from '../contact/known-as.ts'
import { type Identity, useThread } from '../data/conversation.ts'
import { mayDo } from '../data/session.ts'
import { type Kin, type Ticket, useDecision } from '../data/ticket.ts'
import { ChannelMark, StatusMark } from '../parts/marks.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { ticketWords } from '../words/ticket.ts'
import { useChange } from './change.ts'
import { valueText } from './field-text.ts'
import { useLit } from './lit.ts'
import { OffersCard } from './offers.tsx'
import { TakeBack } from './relate.tsx'

function Card({ title, lit, children }: { title: string; lit?: boolean; children: ReactNode }) {
  return (
    <section className={lit ? 'card card-lit' : 'card'} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function ContactCard({ ticket, identities }: { ticket: Ticket; identities: readonly Identity[] }) {
  const t = useWords(ticketWords)
  const knownAs = useKnownAs()
  const { lit } = useLit()
  const { contact } = ticket
  const name = contact?.name ?? valueText('contact_name', ticket.fields.contact_name?.value, '', '')
  const phone = contact?.phone ?? valueText('phone', ticket.fields.phone?.value, '', '')
  return (
    <Card title={t('customer')} lit={lit.records.has('contact')}>
      {name || phone ? (
        <p className="card-main">
          {contact ? (
            <Link to={`/contacts/${contact.id}`}>
              <strong>{name || phone}</strong>
            </Link>
          ) : (
            <strong>{name || phone}</strong>
          )}
          {contact?.tier && <span className="tier">{contact.tier.toUpperCase()}</span>}
        </p>
      ) : (
        <p className="quiet">{t('noContact')}</p>
      )}
      {contact?.company && <p>{contact.company}</p>}
      {phone && (
        <p>
          <a href={`tel:${phone}`}>{phone}</a>
        </p>
      )}
      {contact?.email && <p>{contact.email}</p>}
      {contact?.note && <p className="quiet">{contact.note}</p>}
      {identities.length > 0 && (
        <ul className="identities" aria-label={t('identities')}>
          {identities.map((each) => (
            <li key={each.channel + each.externalId}>
              <ChannelMark channel={each.channel} bare />
              {knownAs(each)}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function DeviceCard({ device }: { device: NonNullable<Ticket['device']> }) {
  const t = useWords(ticketWords)
  const { lit } = useLit()
  const until = device.warrantyUntilMs
  const date = until === null ? null : new Date(until).toISOString().slice(0, 10)
  // The last day is covered until it ends for the business.
  const over = date !== null && date < businessDay(Date.now())
  return (
    <Card title={t('device')} lit={lit.records.has('device')}>
      <p className="card-main">
        <strong>{[device.category, device.model].filter(Boolean).join(' ') || '—'}</strong>
      </p>
      <p className="number">{device.serialNumber}</p>
      {device.customerName && <p className="quiet">{device.customerName}</p>}
      {date && (
        <p className={over ? 'warranty-out' : 'warranty-in'}>
          {t(over ? 'outOfWarranty' : 'warrantyUntil', { date })}
        </p>
      )}
    </Card>
  )
}

function KinList({
  title,
  tickets,
  action,
}: {
  title: string
  tickets: readonly Kin[]
  action?: ((other: Kin) => ReactNode) | undefined
}) {
  return (
    <Card title={title}>
      <ul className="history">
        {tickets.map((each) => (
          <li key={each.id}>
            <Link to={`/tickets/${each.id}`}>{each.summary || each.number}</Link>
            <span className="sub">
              <StatusMark status={each.status} accepted={each.accepted} />
              <Moment at={each.createdAtMs} />
              {action?.(each)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Around({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const change = useChange(ticket.id)
  const may = mayDo(useSignedIn(), ['supervisor', 'agent', 'dispatcher'])
  const takeBack = (word: Parameters<typeof TakeBack>[0]['word'], take: () => Promise<boolean>) => (
    <TakeBack word={word} take={take} />
  )
  const unmerge = () => takeBack('unmerge', () => change('ticket.unmerge', { version: ticket.version }))
  const unparent = () =>
    takeBack('unparent', () => change('ticket.setParent', { version: ticket.version, parentId: null }))
  const unlink = (other: Kin) => {
    const { kind } = other as Ticket['links'][number]
    // A follow-up is a fact of how it came about, no statement that could be taken back.
    if (kind !== 'related' && kind !== 'duplicate') return null
    return takeBack('unlink', () => change('ticket.unlink', { otherId: other.id, kind }))
  }
  const groups: readonly [keyof typeof ticketWords, readonly Kin[], ((other: Kin) => ReactNode)?][] = [
    ['mergedInto', ticket.mergedInto ? [ticket.mergedInto] : [], unmerge],
    ['parent', ticket.parent ? [ticket.parent] : [], unparent],
    ['children', ticket.children],
    ['linked', ticket.links, unlink],
    ['mergedHere', ticket.merged],
    ['history', ticket.history],
  ]
  return groups.map(([word, tickets, action]) =>
    tickets.length > 0 ? (
      <KinList key={word} title={t(word)} tickets={tickets} action={may ? action : undefined} />
    ) : null,
  )
}

/** One line of the router's explanation: `✓` chosen, `·` fitted but came later, `✗` left out, else a heading. */
function explained(line: string): { mark: '✓' | '·' | '✗' | null; text: string } {
  const found = /^\s+([✓·✗]) (.*)$/.exec(line)
  return found ? { mark: found[1] as '✓', text: found[2] ?? '' } : { mark: null, text: line.trim() }
}

const markClass = {
  '✓': 'candidate candidate-chosen',
  '·': 'candidate candidate-fits',
  '✗': 'candidate candidate-out',
}

/** The outcome, and what became of each candidate. */
function explanation(said: readonly string[]) {
  const lines = said.map(explained)
  const firstCandidate = lines.findIndex((line) => line.mark !== null)
  const head = firstCandidate < 0 ? lines : lines.slice(0, Math.max(0, firstCandidate - 1))
  return { head, rest: lines.slice(head.length) }
}

function RoutingCard({ ticketId }: { ticketId: string }) {
  const t = useWords(ticketWords)
  const lang = language.use()
  const { data, isPending } = useDecision(ticketId)
  const { head, rest } = explanation(data?.holding[lang] ?? [])
  const later = data?.later ? explanation(data.later[lang]) : null
  return (
    <Card title={t('routing')}>
      {isPending ? (
        <Skeleton active title={false} paragraph={{ rows: 2 }} />
      ) : !data ? (
        <p className="quiet">{t('routingNone')}</p>
      ) : (
        <>
          {head.map((line) => (
            <p key={line.text}>{line.text}</p>
          ))}
          {later && (
            <details>
              <summary>{t('routingLater')}</summary>
              {later.head.map((line) => (
                <p key={line.text} className="quiet">
                  {line.text}
                </p>
              ))}
            </details>
          )}
          {rest.length > 0 && (
            <details>
              <summary>{t('routingAll')}</summary>
              {rest.map((line) =>
                line.mark ? (
                  <p key={line.mark + line.text} className={markClass[line.mark]}>
                    <span aria-hidden="true">{line.mark}</span>
                    <span>{line.text}</span>
                  </p>
                ) : (
                  <h3 key={line.text}>{line.text.replace(/[::]$/, '')}</h3>
                ),
              )}
            </details>
          )}
        </>
      )}
    </Card>
  )
}

/** The right column: who, which machine, why it went where it is, and what was before. */
export function ContextPane({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const thread = useThread(ticket.id)
  return (
    <aside className="pane pane-context" aria-label={t('context')}>
      <ContactCard ticket={ticket} identities={thread.data?.identities ?? []} />
      {ticket.device && <DeviceCard device={ticket.device} />}
      <OffersCard ticket={ticket} />
      <RoutingCard ticketId={ticket.id} />
      <Around ticket={ticket} />
    </aside>
  )
}
