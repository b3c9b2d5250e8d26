import '../incidents/incidents.css'
import { App, Button, Input, Modal, type TableProps } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AnswerDialog } from '../incidents/answer.tsx'
import { PutDialog } from '../incidents/put.tsx'
import { useIncidentName, useJoinReason } from '../incidents/reason.ts'
import { IncidentTimeline } from '../incidents/timeline.tsx'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { StatusMark } from '../parts/marks.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { incidentWords } from '../words/incidents.ts'
import { commonWords } from '../words/terms.ts'

type Incident = Answer<'incident.get'>
type Member = Incident['members'][number] & { readonly id: string }

function useColumns(incident: Incident, may: boolean): TableProps<Member>['columns'] {
  const t = useWords(incidentWords)
  const reason = useJoinReason()
  const { run, busy } = useTell()
  const { modal } = App.useApp()
  const takeOut = ({ ticketId, number }: Member) =>
    void modal.confirm({
      title: t('takeOutAsk', { number }),
      content: t('takeOutHint'),
      okText: t('takeOut'),
      onOk: async () => void (await run('incident.takeOut', { incidentId: incident.id, ticketId })),
    })
  return [
    {
      title: t('tickets'),
      render: (_, row) => (
        <div className="incident-member">
          <Link to={`/tickets/${row.ticketId}`} className="number">
            {row.number}
          </Link>{' '}
          {row.summary}
          <p className="quiet">{reason(row.reason)}</p>
        </div>
      ),
    },
    { title: t('customer'), render: (_, row) => row.contactName ?? '—' },
    {
      title: t('area'),
      render: (_, row) => <div className="incident-place">{row.place || '—'}</div>,
    },
    { title: t('status'), render: (_, row) => <StatusMark status={row.status} accepted={row.accepted} /> },
    { title: t('first'), render: (_, row) => <Moment at={row.createdAtMs} /> },
    {
      title: '',
      render: (_, row) =>
        row.leftAtMs === null ? (
          may && (
            <Button size="small" disabled={busy} onClick={() => takeOut(row)}>
              {t('takeOut')}
            </Button>
          )
        ) : (
          <span className="row-actions">
            <span className="quiet">{t('left')}</span>
            {may && (
              <Button
                size="small"
                disabled={busy}
                onClick={() => void run('incident.put', { incidentId: incident.id, ticketId: row.ticketId })}
              >
                {t('putBack')}
              </Button>
            )}
          </span>
        ),
    },
  ]
}

function RenameDialog({ incident, close }: { incident: Incident; close: () => void }) {
  const t = useWords(incidentWords)
  const { run, busy } = useTell()
  const [title, setTitle] = useState(incident.title ?? '')
  const submit = async () => {
    const input = { incidentId: incident.id, version: incident.version, title: title.trim() || null }
    if (await run('incident.rename', input)) close()
  }
  return (
    <Modal open title={t('rename')} onOk={() => void submit()} onCancel={close} confirmLoading={busy}>
      <Input
        autoFocus
        aria-label={t('rename')}
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onPressEnter={() => void submit()}
      />
      <p className="quiet">{t('renameHint')}</p>
    </Modal>
  )
}

function Actions({ incident }: { incident: Incident }) {
  const t = useWords(incidentWords)
  const { run, busy } = useTell()
  const { modal } = App.useApp()
  const [dialog, setDialog] = useState<'answer' | 'put' | 'rename' | null>(null)
  const close = () => setDialog(null)
  const { id: incidentId, state } = incident
  const shut = () =>
    void modal.confirm({
      title: t('closeAsk'),
      content: t('closeHint'),
      okText: t('close'),
      onOk: async () => void (await run('incident.close', { incidentId })),
    })
  return (
    <>
      <Button onClick={() => setDialog('rename')}>{t('rename')}</Button>
      <Button icon={<Icon name="plus" />} onClick={() => setDialog('put')}>
        {t('put')}
      </Button>
      {state === 'open' ? (
        <Button disabled={busy} onClick={shut}>
          {t('close')}
        </Button>
      ) : (
        <Button disabled={busy} onClick={() => void run('incident.reopen', { incidentId })}>
          {t('reopen')}
        </Button>
      )}
      <Button type="primary" icon={<Icon name="send" />} onClick={() => setDialog('answer')}>
        {t('answer')}
      </Button>
      {dialog === 'answer' && <AnswerDialog incidentId={incidentId} close={close} />}
      {dialog === 'put' && (
        <PutDialog
          incidentId={incidentId}
          inside={incident.members.filter((each) => each.leftAtMs === null).map((each) => each.ticketId)}
          close={close}
        />
      )}
      {dialog === 'rename' && <RenameDialog incident={incident} close={close} />}
    </>
  )
}

function Whole({ incident }: { incident: Incident }) {
  const t = useWords(incidentWords)
  const name = useIncidentName()
  const may = mayDo(useSignedIn(), ['supervisor', 'dispatcher', 'agent'])
  const columns = useColumns(incident, may)
  const { area, members, tickets: n, atWork } = incident
  const place = [area.city, area.district, area.name]
    .filter((each, i, all) => each && all.indexOf(each) === i)
    .join(' ')
  return (
    <AdminPage
      title={`${incident.number} ${name(incident)}`}
      hint={
        <>
          <span className={`state state-${incident.state === 'open' ? 'degraded' : 'done'}`}>
            {t(incident.state)}
          </span>{' '}
          {place} · {t('ticketCount', { n, atWork })} · {t('first')} <Moment at={incident.firstAtMs} /> ·{' '}
          {t('last')} <Moment at={incident.lastAtMs} />
        </>
      }
      actions={may && <Actions incident={incident} />}
    >
      <div className="stack">
        <Rows
          rows={members.map((each) => ({ ...each, id: each.ticketId }))}
          columns={columns}
          empty={<EmptyState icon="ticket" title={t('empty_tickets')} />}
        />
        <IncidentTimeline timeline={incident.timeline} />
      </div>
    </AdminPage>
  )
}

/** One incident: where it is, its tickets and why each is in it, and what happened. */
export default function IncidentPage() {
  const { id = '' } = useParams()
  const t = useWords(incidentWords)
  const c = useWords(commonWords)
  const navigate = useNavigate()
  const query = useAsk('incident.get', { incidentId: id })
  return (
    <>
      <Button
        type="text"
        className="incident-back"
        icon={<Icon name="back" />}
        aria-label={t('back')}
        onClick={() => void navigate('/incidents')}
      >
        {c('back')}
      </Button>
      <Loaded query={query}>{(incident) => <Whole incident={incident} />}</Loaded>
    </>
  )
}
