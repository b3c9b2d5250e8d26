import { Button, Form, Input, Modal, Select, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import type { Role } from '../data/session.ts'
import { EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { Field } from '../parts/field.tsx'
import { useSure } from '../parts/sure.ts'
import { usersWords } from '../words/access.ts'
import { roleWords } from '../words/terms.ts'

type User = Answer<'user.list'>[number]
interface Values {
  login: string
  displayName: string
  roles: Role[]
  staffId: string | null
  password: string
}

function PasswordDialog({ user, close }: { user: User; close: () => void }) {
  const t = useWords(usersWords)
  const { run, busy } = useTell()
  const [password, setPassword] = useState('')
  const submit = async () => {
    if (await run('user.resetPassword', { id: user.id, password })) close()
  }
  return (
    <Modal
      open
      title={`${t('reset')} · ${user.displayName}`}
      onCancel={close}
      onOk={() => void submit()}
      confirmLoading={busy}
      okButtonProps={{ disabled: password.length < 8 }}
    >
      <Field label={t('newPassword')} hint={t('passwordHint')}>
        <Input.Password
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
    </Modal>
  )
}

function Boxes({ isNew }: { isNew: boolean }) {
  const t = useWords(usersWords)
  const role = useWords(roleWords)
  const staff = useAsk('staff.list', {})
  return (
    <>
      <Form.Item name="login" label={t('login')} rules={[{ required: true }]}>
        <Input autoComplete="off" disabled={!isNew} maxLength={64} />
      </Form.Item>
      <Form.Item name="displayName" label={t('displayName')} rules={[{ required: true }]}>
        <Input autoComplete="off" maxLength={80} />
      </Form.Item>
      <Form.Item name="roles" label={t('roles')} rules={[{ required: true }]}>
        <Select
          mode="multiple"
          options={Object.keys(roleWords).map((value) => ({ value, label: role(value as Role) }))}
        />
      </Form.Item>
      <Form.Item name="staffId" label={t('staff')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={(staff.data?.staff ?? []).map((each) => ({
            value: each.id,
            label: `${each.name} ${each.number}`,
          }))}
        />
      </Form.Item>
      {isNew && (
        <Form.Item
          name="password"
          label={t('password')}
          extra={t('passwordHint')}
          rules={[{ required: true }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      )}
    </>
  )
}

function UserForm({ user, close }: { user: User | null; close: () => void }) {
  const t = useWords(usersWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const [resetting, setResetting] = useState(false)
  const save = async ({ login, displayName, roles, staffId, password }: Values) => {
    const done = user
      ? await run('user.update', {
          id: user.id,
          version: user.version,
          displayName,
          roles,
          staffId: staffId ?? null,
        })
      : await run('user.create', { login, displayName, roles, staffId: staffId ?? null, password })
    if (done) close()
  }
  const able = async (disabled: boolean) => {
    if (user && (await run('user.disable', { id: user.id, disabled }))) close()
  }
  const extra = user && (
    <span className="row-actions">
      <Button onClick={() => setResetting(true)}>{t('reset')}</Button>
      <Button
        danger={!user.disabledAt}
        onClick={() =>
          user.disabledAt
            ? void able(false)
            : sure({
                title: t('disableAsk', { name: user.displayName }),
                content: t('disableHint'),
                okText: t('disable'),
                onOk: () => able(true),
              })
        }
      >
        {t(user.disabledAt ? 'enable' : 'disable')}
      </Button>
    </span>
  )
  return (
    <EditDrawer<Values>
      title={user?.displayName ?? t('addUser')}
      initial={{
        login: user?.login ?? '',
        displayName: user?.displayName ?? '',
        roles: user?.roles ?? ['agent'],
        staffId: user?.staffId ?? null,
        password: '',
      }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={extra}
    >
      <Boxes isNew={user === null} />
      {resetting && user && <PasswordDialog user={user} close={() => setResetting(false)} />}
    </EditDrawer>
  )
}

/** People who may sign in. */
export function UserTable() {
  const t = useWords(usersWords)
  const role = useWords(roleWords)
  const users = useAsk('user.list', {})
  const [editing, setEditing] = useState<User | 'new' | null>(null)
  const columns: TableProps<User>['columns'] = [
    { title: t('displayName'), render: (_, row) => <strong>{row.displayName}</strong> },
    { title: t('login'), dataIndex: 'login' },
    { title: t('roles'), render: (_, row) => row.roles.map((each) => role(each)).join(' / ') },
    {
      title: t('state'),
      render: (_, row) => t(row.disabledAt ? 'disabled' : row.locked ? 'locked' : 'active'),
    },
    {
      title: t('lastSeen'),
      render: (_, row) =>
        row.lastSeenAt ? <Moment at={row.lastSeenAt} /> : <span className="quiet">{t('never')}</span>,
    },
  ]
  return (
    <Loaded query={users}>
      {(data) => (
        <div className="stack">
          <div className="admin-actions">
            <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
              {t('addUser')}
            </Button>
          </div>
          <Rows rows={data} columns={columns} open={setEditing} />
          {editing && <UserForm user={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
        </div>
      )}
    </Loaded>
  )
}
