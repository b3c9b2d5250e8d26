import { App, Button, type TableProps } from 'antd'
import { Link } from 'react-router'
import { useLabelled, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { brokenConnections } from '../data/connections.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { ConnectionTable } from '../parts/connections.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { healthWords } from '../words/health.ts'
import { ticketWords } from '../words/ticket.ts'

type Envelope = Answer<'inbox.dead'>['envelopes'][number]
type Job = Answer<'inbox.dead'>['jobs'][number]
type Unsent = Answer<'outbox.list'>['messages'][number]

function Figures({
  health,
  unsent,
  broken,
}: {
  health: Answer<'inbox.health'>
  unsent: number
  broken: number
}) {
  const t = useWords(healthWords)
  const figures = [
    { label: t('waiting'), value: health.waiting, bad: false },
    { label: t('running'), value: health.runningJobs, bad: false },
    { label: t('deadEnvelopes'), value: health.deadEnvelopes, bad: health.deadEnvelopes > 0 },
    { label: t('deadJobs'), value: health.deadJobs, bad: health.deadJobs > 0 },
    { label: t('unsent'), value: unsent, bad: unsent > 0 },
    { label: t('broken'), value: broken, bad: broken > 0 },
  ]
  return (
    <dl className="figures">
      {figures.map((figure) => (
        <div key={figure.label} className={figure.bad ? 'figure figure-bad' : 'figure'}>
          <dt>{figure.label}</dt>
          <dd>{figure.value}</dd>
        </div>
      ))}
      {health.oldestWaitingAt && (
        <div className="figure">
          <dt>{t('oldest')}</dt>
          <dd>
            <Moment at={health.oldestWaitingAt} />
          </dd>
        </div>
      )}
    </dl>
  )
}

function Raw({ text }: { text: string }) {
  const t = useWords(healthWords)
  return (
    <details>
      <summary>{t('raw')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <pre className="raw" tabIndex={0}>
        {text}
      </pre>
    </details>
  )
}

function DeadEnvelopes({ rows }: { rows: readonly Envelope[] }) {
  const t = useWords(healthWords)
  const { run, busy } = useTell()
  const rerun = (ids: string[]) => void run('inbox.rerun', { ids }, t('rerunDone', { n: ids.length }))
  const columns: TableProps<Envelope>['columns'] = [
    { title: t('received'), render: (_, row) => <Moment at={row.receivedAt} /> },
    { title: t('error'), width: 320, render: (_, row) => <p className="error-text">{row.error}</p> },
    { title: t('attempts'), dataIndex: 'attempts' },
    { title: t('what'), width: 420, render: (_, row) => <Raw text={row.preview} /> },
    {
      title: '',
      render: (_, row) => (
        <Button size="small" disabled={busy} onClick={() => rerun([row.id])}>
          {t('rerun')}
        </Button>
      ),
    },
  ]
  if (rows.length === 0) return null
  return (
    <section className="panel">
      <header className="section-head">
        <h2>{t('envelopes')}</h2>
        <Button loading={busy} onClick={() => rerun(rows.map((row) => row.id))}>
          {t('rerunAll', { n: rows.length })}
        </Button>
      </header>
      <Rows rows={rows} columns={columns} />
    </section>
  )
}

function DeadJobs({ rows }: { rows: readonly Job[] }) {
  const t = useWords(healthWords)
  const { run, busy } = useTell()
  const rerun = (ids: string[]) => void run('inbox.rerunJobs', { ids }, t('rerunDone', { n: ids.length }))
  const columns: TableProps<Job>['columns'] = [
    { title: t('what'), dataIndex: 'kind' },
    { title: t('received'), render: (_, row) => <Moment at={row.createdAt} /> },
    { title: t('error'), width: 360, render: (_, row) => <p className="error-text">{row.error}</p> },
    { title: t('attempts'), dataIndex: 'attempts' },
    { title: t('raw'), render: (_, row) => <Raw text={JSON.stringify(row.payload, null, 2)} /> },
    {
      title: '',
      render: (_, row) => (
        <Button size="small" disabled={busy} onClick={() => rerun([row.id])}>
          {t('rerun')}
        </Button>
      ),
    },
  ]
  if (rows.length === 0) return null
  return (
    <section className="panel">
      <header className="section-head">
        <h2>{t('jobs')}</h2>
        <Button loading={busy} onClick={() => rerun(rows.map((row) => row.id))}>
          {t('rerunAll', { n: rows.length })}
        </Button>
      </header>
      <Rows rows={rows} columns={columns} />
    </section>
  )
}

function UnsentMessages({ rows }: { rows: readonly Unsent[] }) {
  const t = useWords(healthWords)
  const labelled = useLabelled()
  const s = useWords(ticketWords)
  const { modal } = App.useApp()
  const { run, busy } = useTell()
  const resend = (row: Unsent) => {
    const again = () => run('outbox.retry', { id: row.id }, t('rerunDone', { n: 1 }))
    if (row.state === 'unknown') modal.confirm({ title: t('resendUnknown'), onOk: again })
    else void again()
  }
  const columns: TableProps<Unsent>['columns'] = [
    {
      title: t('what'),
      render: (_, row) =>
        row.ticketId ? <Link to={`/tickets/${row.ticketId}`}>{row.reference}</Link> : row.reference,
    },
    {
      title: t('state'),
      render: (_, row) => (
        <span className={`state state-${row.state}`}>
          {s(row.state === 'unknown' ? 'unknown' : 'failed')}
        </span>
      ),
    },
    { title: t('received'), render: (_, row) => <Moment at={row.createdAt} /> },
    {
      title: t('error'),
      width: 360,
      render: (_, row) =>
        row.parts.flatMap(({ ordinal, label, lastError }) =>
          lastError
            ? [
                <p key={ordinal} className="error-text">
                  {labelled(label, lastError)}
                </p>,
              ]
            : [],
        ),
    },
    {
      title: '',
      render: (_, row) => (
        <span className="row-actions">
          <Button size="small" disabled={busy} onClick={() => resend(row)}>
            {t('resend')}
          </Button>
          <Button size="small" disabled={busy} onClick={() => void run('outbox.cancel', { id: row.id })}>
            {t('giveUp')}
          </Button>
        </span>
      ),
    },
  ]
  if (rows.length === 0) return null
  return (
    <section className="panel">
      <header className="section-head">
        <h2>{t('outbox')}</h2>
      </header>
      <Rows rows={rows} columns={columns} />
    </section>
  )
}

function DeadWebhooks({ dead }: { dead: Answer<'webhook.list'>['endpoints'] }) {
  const t = useWords(healthWords)
  if (dead.length === 0) return null
  return (
    <section className="panel">
      <h2>{t('webhooks')}</h2>
      {dead.map((each) => (
        <p key={each.id}>
          {t('webhookDead', { name: each.name, n: each.dead })} <Link to="/webhooks">{t('see')}</Link>
        </p>
      ))}
    </section>
  )
}

/** What waits, what is dead and why, and the state of every connection. */
export default function Health() {
  const t = useWords(healthWords)
  const health = useAsk('inbox.health', {})
  const dead = useAsk('inbox.dead', { limit: 200 })
  const unsent = useAsk('outbox.list', { states: ['failed', 'unknown'], limit: 200 })
  const hooks = useAsk('webhook.list', {}, { enabled: mayDo(useSignedIn(), ['supervisor', 'auditor']) })
  const deadHooks = (hooks.data?.endpoints ?? []).filter((each) => each.dead > 0)
  const accounts = useAsk('channel.list', {})
  const broken = brokenConnections(accounts.data?.accounts ?? [])
  const messages = unsent.data?.messages ?? []
  const well =
    dead.data &&
    unsent.data &&
    accounts.data &&
    broken === 0 &&
    dead.data.envelopes.length + dead.data.jobs.length + messages.length + deadHooks.length === 0
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <Loaded query={health}>
        {(data) => <Figures health={data} unsent={messages.length} broken={broken} />}
      </Loaded>
      <section className="panel">
        <h2>{t('connections')}</h2>
        <ConnectionTable />
      </section>
      {well && <EmptyState icon="check" title={t('allWell')} hint={t('allWellHint')} />}
      <Loaded query={dead}>
        {(data) => (
          <>
            <DeadEnvelopes rows={data.envelopes} />
            <DeadJobs rows={data.jobs} />
          </>
        )}
      </Loaded>
      <UnsentMessages rows={messages} />
      <DeadWebhooks dead={deadHooks} />
    </AdminPage>
  )
}
