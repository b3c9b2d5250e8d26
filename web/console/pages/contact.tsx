import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { JoinDialog } from '../contact/join.tsx'
import { useKnownAs } from '../contact/known-as.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, EditDrawer, Loaded } from '../parts/admin.tsx'
import { ChannelMark, StatusMark } from '../parts/marks.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { contactWords } from '../words/contacts.ts'
import { commonWords } from '../words/terms.ts'

type Contact = Answer<'contact.get'>
type ContactLink = Contact['links'][number]

const facts = ['name', 'phone', 'email', 'company', 'tier', 'note'] as const
type Facts = Pick<Contact, (typeof facts)[number]>

/** An empty box means nothing, not an empty text. */
const orNull = { normalize: (text: string) => (text === '' ? null : text) }

function FactsForm({ contact, close }: { contact: Contact; close: () => void }) {
  const t = useWords(contactWords)
  const { run, busy, refused } = useTell()
  const save = async (values: Facts) => {
    const done = await run('contact.update', { id: contact.id, version: contact.version, ...values })
    if (done) close()
  }
  return (
    <EditDrawer<Facts>
      title={contact.name ?? t('unnamed')}
      initial={contact}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
    >
      {facts.map((name) => (
        <Form.Item key={name} name={name} label={t(name)} {...orNull}>
          {name === 'note' ? (
            <Input.TextArea rows={4} maxLength={4000} />
          ) : (
            <Input maxLength={name === 'phone' ? 40 : 200} />
          )}
        </Form.Item>
      ))}
    </EditDrawer>
  )
}

function useReason(): (link: ContactLink) => string {
  const t = useWords(contactWords)
  return (link) => {
    const evidence = (link.evidence ?? {}) as { readonly value?: string; readonly reason?: string }
    if (link.kind === 'phone') return t('byPhone', { value: evidence.value ?? '' })
    if (link.kind === 'email') return t('byEmail', { value: evidence.value ?? '' })
    if (link.kind === 'unionId') return t('byUnionId')
    if (link.kind === 'manual') return t('byHand', { reason: evidence.reason ?? '' })
    return t('byOther', { kind: link.kind })
  }
}

function Links({ contact, may }: { contact: Contact; may: boolean }) {
  const t = useWords(contactWords)
  const reason = useReason()
  const knownAs = useKnownAs()
  const { run, busy } = useTell()
  const names = new Map(contact.identities.map((each) => [each.id, knownAs(each)]))
  if (contact.links.length === 0) return <p className="quiet">{t('whyNone')}</p>
  return (
    <ul className="stack">
      {contact.links.map((link) => (
        <li key={link.id} className="link-row">
          <span>
            <strong>{names.get(link.a) ?? '…'}</strong> = <strong>{names.get(link.b) ?? '…'}</strong>
            <br />
            <span className="quiet">
              {reason(link)} · <Moment at={link.createdAt} />
            </span>
          </span>
          {link.revokedAt ? (
            <span className="quiet">{t('revoked')}</span>
          ) : (
            may && (
              <Button
                size="small"
                loading={busy}
                onClick={() => void run('contact.unlink', { linkId: link.id }, t('unlinked'))}
              >
                {t('unlink')}
              </Button>
            )
          )}
        </li>
      ))}
    </ul>
  )
}

function Tickets({ contactId }: { contactId: string }) {
  const t = useWords(contactWords)
  const query = useAsk('ticket.list', { contactId, limit: 50 })
  return (
    <section className="card" aria-label={t('tickets')}>
      <h2>{t('tickets')}</h2>
      <Loaded query={query}>
        {({ tickets }) =>
          tickets.length === 0 ? (
            <p className="quiet">{t('noTickets')}</p>
          ) : (
            <ul className="history">
              {tickets.map((each) => (
                <li key={each.id}>
                  <Link to={`/tickets/${each.id}`}>{each.summary || each.number}</Link>
                  <span className="sub">
                    <StatusMark status={each.status} accepted={each.accepted} />
                    <Moment at={each.createdAtMs} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  )
}

/** What the card says, or what the newest ticket says for certain, with the way there. */
function Fact({ contact, name }: { contact: Contact; name: (typeof facts)[number] }) {
  const t = useWords(contactWords)
  const { told } = contact
  const known = name === 'name' || name === 'phone' ? told?.[name] : null
  if (contact[name] || !told || !known) return contact[name] ?? '—'
  return (
    <>
      {known}{' '}
      <Link className="quiet" to={`/tickets/${told.ticketId}`}>
        {t('fromTicket', { number: told.number })}
      </Link>
    </>
  )
}

function ContactCards({ contact, may }: { contact: Contact; may: boolean }) {
  const t = useWords(contactWords)
  const knownAs = useKnownAs()
  return (
    <div className="cards">
      <section className="card" aria-label={t('facts')}>
        <h2>{t('facts')}</h2>
        <dl className="facts">
          {facts.map((name) => (
            <div key={name}>
              <dt className="quiet">{t(name)}</dt>
              <dd>
                <Fact contact={contact} name={name} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="card" aria-label={t('knownAs')}>
        <h2>{t('knownAs')}</h2>
        {contact.identities.length === 0 && <p className="quiet">{t('none')}</p>}
        <ul className="identities">
          {contact.identities.map((each) => (
            <li key={each.id}>
              <ChannelMark channel={each.channel} />
              <span>{knownAs(each)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-label={t('why')}>
        <h2>{t('why')}</h2>
        <Links contact={contact} may={may} />
      </section>
      <Tickets contactId={contact.id} />
    </div>
  )
}

/** One customer: facts, identities and why they are one person, tickets. */
export default function ContactPage() {
  const t = useWords(contactWords)
  const c = useWords(commonWords)
  const { id = '' } = useParams()
  const navigate = useNavigate()
  const query = useAsk('contact.get', { id })
  const may = mayDo(useSignedIn(), ['supervisor', 'agent', 'dispatcher'])
  const [dialog, setDialog] = useState<'edit' | 'join' | null>(null)
  const contact = query.data
  const close = () => setDialog(null)
  const name =
    contact?.name ?? contact?.identities.find((each) => each.displayName)?.displayName ?? contact?.told?.name
  return (
    <AdminPage
      title={contact ? (name ?? t('unnamed')) : t('title')}
      actions={
        <>
          <Button icon={<Icon name="back" />} onClick={() => void navigate('/contacts')}>
            {t('back')}
          </Button>
          {may && contact && (
            <>
              <Button icon={<Icon name="link" />} onClick={() => setDialog('join')}>
                {t('link')}
              </Button>
              <Button type="primary" onClick={() => setDialog('edit')}>
                {c('edit')}
              </Button>
            </>
          )}
        </>
      }
    >
      <Loaded query={query}>{(found) => <ContactCards contact={found} may={may} />}</Loaded>
      {contact && dialog === 'edit' && <FactsForm contact={contact} close={close} />}
      {contact && dialog === 'join' && <JoinDialog contact={contact} close={close} />}
    </AdminPage>
  )
}
