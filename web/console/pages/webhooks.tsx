import { Button, Drawer, Form, Input, Modal, Segmented, Select, Switch, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { AdminPage, Copyable, EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useSure } from '../parts/sure.ts'
import { webhookWords } from '../words/access.ts'
import { commonWords } from '../words/terms.ts'

type Endpoint = Answer<'webhook.list'>['endpoints'][number]
type Delivery = Answer<'webhook.deliveries'>['deliveries'][number]
type Values = CommandInput<'webhook.create'> & { enabled: boolean }

function Deliveries({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const t = useWords(webhookWords)
  const { run, busy } = useTell()
  const [state, setState] = useState<'all' | 'dead' | 'queued' | 'sent'>(endpoint.dead > 0 ? 'dead' : 'all')
  const deliveries = useAsk('webhook.deliveries', {
    endpointId: endpoint.id,
    ...(state === 'all' ? {} : { state }),
    limit: 100,
  })
  const columns: TableProps<Delivery>['columns'] = [
    { title: t('type'), dataIndex: 'type' },
    {
      title: t('state'),
      render: (_, row) => <span className={`state state-${row.state}`}>{t(row.state)}</span>,
    },
    { title: t('at'), render: (_, row) => <Moment at={row.sentAt ?? row.createdAt} /> },
    { title: t('attempts'), dataIndex: 'attempts' },
    { title: t('status'), render: (_, row) => row.status ?? '—' },
    { title: t('error'), width: 240, dataIndex: 'lastError' },
    {
      title: '',
      render: (_, row) => (
        <Button
          size="small"
          disabled={busy}
          onClick={() => void run('webhook.resend', { deliveryId: row.id }, t('resent'))}
        >
          {t('resend')}
        </Button>
      ),
    },
  ]
  return (
    <Drawer open title={`${endpoint.name} · ${t('deliveries')}`} size={860} onClose={close}>
      <div className="stack">
        <Segmented
          value={state}
          onChange={(next) => setState(next as typeof state)}
          options={(['all', 'dead', 'queued', 'sent'] as const).map((value) => ({ value, label: t(value) }))}
        />
        <Loaded query={deliveries}>{(data) => <Rows rows={data.deliveries} columns={columns} />}</Loaded>
      </div>
    </Drawer>
  )
}

function EndpointForm({
  endpoint,
  types,
  made,
  close,
}: {
  endpoint: Endpoint | null
  types: readonly string[]
  made: (secret: string) => void
  close: () => void
}) {
  const t = useWords(webhookWords)
  const c = useWords(commonWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const save = async ({ enabled, ...values }: Values) => {
    if (endpoint) {
      if (await run('webhook.update', { id: endpoint.id, version: endpoint.version, enabled, ...values }))
        close()
      return
    }
    const done = await run('webhook.create', values, null)
    if (!done) return
    close()
    made(done.secret)
  }
  const rotate = async () => {
    const done = endpoint && (await run('webhook.rotate', { id: endpoint.id }, null))
    if (done) made(done.secret)
  }
  const extra = endpoint && (
    <span className="row-actions">
      <Button onClick={() => void rotate()}>{t('rotate')}</Button>
      {endpoint.secrets > 1 && (
        <Button onClick={() => void run('webhook.retire', { id: endpoint.id })}>{t('retire')}</Button>
      )}
      <Button
        danger
        onClick={() =>
          sure({
            title: c('removeAsk', { name: endpoint.name }),
            content: t('removeHint'),
            okText: t('remove'),
            onOk: async () => {
              if (await run('webhook.remove', { id: endpoint.id }, t('removed'))) close()
            },
          })
        }
      >
        {t('remove')}
      </Button>
    </span>
  )
  const kinds = [...new Set(types.map((type) => `${type.split('.')[0]}.*`))]
  return (
    <EditDrawer<Values>
      title={endpoint?.name ?? t('add')}
      initial={{
        name: endpoint?.name ?? '',
        url: endpoint?.url ?? '',
        events: endpoint?.events ?? ['ticket.*'],
        enabled: endpoint?.enabled ?? true,
      }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={extra}
      width={600}
    >
      <Form.Item name="name" label={c('name')} rules={[{ required: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="url" label={t('url')} rules={[{ required: true }]}>
        <Input inputMode="url" spellCheck={false} />
      </Form.Item>
      <Form.Item name="events" label={t('events')} extra={t('eventsHint')} rules={[{ required: true }]}>
        <Select mode="tags" options={[...kinds, ...types].map((value) => ({ value, label: value }))} />
      </Form.Item>
      {endpoint && (
        <Form.Item name="enabled" label={c('enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
      {endpoint && <p className="quiet">{t('secrets', { n: endpoint.secrets })}</p>}
    </EditDrawer>
  )
}

/** Signed outgoing webhooks with their deliveries. */
export default function Webhooks() {
  const t = useWords(webhookWords)
  const c = useWords(commonWords)
  const hooks = useAsk('webhook.list', {})
  const [editing, setEditing] = useState<Endpoint | 'new' | null>(null)
  const [shown, setShown] = useState<Endpoint | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const columns: TableProps<Endpoint>['columns'] = [
    { title: c('name'), render: (_, row) => <strong>{row.name}</strong> },
    { title: t('url'), width: 320, render: (_, row) => <code>{row.url}</code> },
    { title: t('events'), render: (_, row) => row.events.join(', ') },
    { title: t('waiting'), dataIndex: 'waiting' },
    {
      title: t('dead'),
      render: (_, row) => (row.dead > 0 ? <span className="state state-dead">{row.dead}</span> : 0),
    },
    {
      title: t('lastSent'),
      render: (_, row) => (row.lastSentAt ? <Moment at={row.lastSentAt} /> : t('never')),
    },
    { title: '', render: (_, row) => c(row.enabled ? 'enabled' : 'disabled') },
    {
      title: '',
      render: (_, row) => (
        <Button
          size="small"
          onClick={(event) => {
            event.stopPropagation()
            setShown(row)
          }}
        >
          {t('deliveries')}
        </Button>
      ),
    },
  ]
  const add = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('add')}
    </Button>
  )
  return (
    <AdminPage title={t('title')} hint={t('hint')} actions={add}>
      <Loaded query={hooks}>
        {(data) => (
          <>
            <Rows
              rows={data.endpoints}
              columns={columns}
              open={setEditing}
              empty={
                <EmptyState icon="hook" title={t('empty')} hint={t('emptyHint')}>
                  {add}
                </EmptyState>
              }
            />
            {editing && (
              <EndpointForm
                endpoint={editing === 'new' ? null : editing}
                types={data.eventTypes}
                made={setSecret}
                close={() => setEditing(null)}
              />
            )}
          </>
        )}
      </Loaded>
      {shown && <Deliveries endpoint={shown} close={() => setShown(null)} />}
      <Modal open={secret !== null} title={t('secretMade')} footer={null} onCancel={() => setSecret(null)}>
        <p className="quiet">{t('secretHint')}</p>
        {secret && <Copyable text={secret} />}
      </Modal>
    </AdminPage>
  )
}
