import { Button, Form, Input, Modal, Select, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { Copyable, EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useSure } from '../parts/sure.ts'
import { usersWords } from '../words/access.ts'

type Token = Answer<'token.list'>[number]
type Values = CommandInput<'token.create'>

const scopes = [
  'intake',
  'tickets:read',
  'tickets:write',
  'conversations:read',
  'conversations:write',
  'directory:read',
  'directory:write',
  'catalogue:read',
  'catalogue:write',
  'events:read',
  'metrics:read',
] as const satisfies Values['scopes']

function TokenForm({ made, close }: { made: (token: string) => void; close: () => void }) {
  const t = useWords(usersWords)
  const accounts = useAsk('channel.list', {})
  const { run, busy, refused } = useTell()
  const save = async (values: Values) => {
    const done = await run('token.create', { ...values, accountId: values.accountId ?? null }, null)
    if (!done) return
    close()
    made(done.token)
  }
  return (
    <EditDrawer<Values>
      title={t('addToken')}
      initial={{ name: '', scopes: ['intake'], accountId: null }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
    >
      <Form.Item name="name" label={t('displayName')} rules={[{ required: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="scopes" label={t('scopes')} rules={[{ required: true }]}>
        <Select mode="multiple" options={scopes.map((value) => ({ value, label: value }))} />
      </Form.Item>
      <Form.Item name="accountId" label={t('account')} extra={t('accountHint')}>
        <Select
          allowClear
          options={(accounts.data?.accounts ?? [])
            .filter((each) => each.kind === 'api')
            .map((each) => ({ value: each.id, label: each.name }))}
        />
      </Form.Item>
    </EditDrawer>
  )
}

/** Tokens of the open API. */
export function TokenTable() {
  const t = useWords(usersWords)
  const tokens = useAsk('token.list', {})
  const { run } = useTell()
  const sure = useSure()
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const columns: TableProps<Token>['columns'] = [
    { title: t('displayName'), render: (_, row) => <strong>{row.name}</strong> },
    { title: t('scopes'), render: (_, row) => row.scopes.join(', ') },
    { title: t('created'), render: (_, row) => <Moment at={row.createdAt} /> },
    {
      title: t('lastSeen'),
      render: (_, row) =>
        row.lastUsedAt ? <Moment at={row.lastUsedAt} /> : <span className="quiet">{t('never')}</span>,
    },
    {
      title: '',
      render: (_, row) =>
        row.revokedAt ? (
          <span className="quiet">{t('revoked')}</span>
        ) : (
          <Button
            size="small"
            danger
            onClick={() =>
              sure({
                title: t('revokeConfirm', { name: row.name }),
                okText: t('revoke'),
                onOk: () => run('token.revoke', { id: row.id }, t('revoked')),
              })
            }
          >
            {t('revoke')}
          </Button>
        ),
    },
  ]
  const add = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setMaking(true)}>
      {t('addToken')}
    </Button>
  )
  return (
    <Loaded query={tokens}>
      {(data) => (
        <div className="stack">
          {data.length > 0 && <div className="admin-actions">{add}</div>}
          <Rows
            rows={data}
            columns={columns}
            empty={
              <EmptyState icon="key" title={t('noTokens')} hint={t('noTokensHint')}>
                {add}
              </EmptyState>
            }
          />
          {making && <TokenForm made={setMade} close={() => setMaking(false)} />}
          <Modal open={made !== null} title={t('tokenMade')} footer={null} onCancel={() => setMade(null)}>
            <p className="quiet">{t('tokenMadeHint')}</p>
            {made && <Copyable text={made} />}
          </Modal>
        </div>
      )}
    </Loaded>
  )
}
