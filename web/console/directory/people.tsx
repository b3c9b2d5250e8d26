import { Button, Form, Input, InputNumber, Select, type TableProps } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { HoursInput } from '../parts/hours-input.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSure } from '../parts/sure.ts'
import { TagsBox, useValueName } from '../parts/tags-box.tsx'
import { directoryWords, staffStatusWords } from '../words/directory.ts'
import { Identities } from './identities.tsx'

type Person = Answer<'staff.list'>['staff'][number]
type Values = CommandInput<'staff.create'>

const fresh: Values = {
  number: '',
  name: '',
  phone: null,
  email: null,
  languages: ['zh'],
  skills: [],
  certs: [],
  status: 'idle',
  maxLoad: 8,
  shift: null,
  lat: null,
  lng: null,
  maxKm: null,
  duties: ['engineer'],
  groupIds: [],
}

/** An empty box means nothing, not an empty text. */
const orNull = { normalize: (text: string) => (text === '' ? null : text) }

function Boxes() {
  const t = useWords(directoryWords)
  const status = useWords(staffStatusWords)
  const groups = useAsk('group.list', {})
  const categories = useAsk('category.list', {})
  return (
    <>
      <Form.Item name="name" label={t('personName')} rules={[{ required: true }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="number" label={t('number')} rules={[{ required: true }]}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')} {...orNull}>
        <Input inputMode="tel" maxLength={40} />
      </Form.Item>
      <Form.Item name="email" label={t('email')} {...orNull}>
        <Input inputMode="email" maxLength={254} />
      </Form.Item>
      <Form.Item name="groupIds" label={t('inGroups')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={(groups.data?.groups ?? []).map((each) => ({ value: each.id, label: each.name }))}
        />
      </Form.Item>
      <Form.Item name="skills" label={t('skills')}>
        <TagsBox values={['*', ...(categories.data?.categories ?? []).map((each) => each.name)]} />
      </Form.Item>
      <Form.Item name="certs" label={t('certs')}>
        <TagsBox values={[...new Set((categories.data?.categories ?? []).flatMap((each) => each.certs))]} />
      </Form.Item>
      <Form.Item name="status" label={t('status')}>
        <Select
          options={Object.keys(staffStatusWords).map((value) => ({
            value,
            label: status(value as keyof typeof staffStatusWords),
          }))}
        />
      </Form.Item>
      <Form.Item name="maxLoad" label={t('maxLoad')}>
        <InputNumber min={0} max={1000} />
      </Form.Item>
      <Form.Item name="shift" label={t('shift')}>
        <HoursInput optional />
      </Form.Item>
      <Form.Item label={t('place')}>
        <div className="days">
          <Form.Item name="lat" noStyle>
            <InputNumber min={-90} max={90} aria-label="lat" />
          </Form.Item>
          <Form.Item name="lng" noStyle>
            <InputNumber min={-180} max={180} aria-label="lng" />
          </Form.Item>
        </div>
      </Form.Item>
      <Form.Item name="maxKm" label={t('maxKm')}>
        <InputNumber min={0} max={20_000} />
      </Form.Item>
      <Form.Item name="languages" label={t('languages')}>
        <TagsBox values={['zh', 'en']} />
      </Form.Item>
    </>
  )
}

function PersonForm({ person, close }: { person: Person | null; close: () => void }) {
  const t = useWords(directoryWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const save = async (values: Values) => {
    const done = person
      ? await run('staff.update', { id: person.id, version: person.version, ...values })
      : await run('staff.create', { ...fresh, ...values })
    if (done) close()
  }
  const takeOut = person && (
    <Button
      danger
      onClick={() =>
        sure({
          title: t('removeGroup', { name: person.name }),
          content: t('removeHint'),
          okText: t('takeOut'),
          onOk: async () => {
            if (await run('staff.remove', { id: person.id, version: person.version }, t('removed'))) close()
          },
        })
      }
    >
      {t('takeOut')}
    </Button>
  )
  return (
    <EditDrawer<Values>
      title={person?.name ?? t('addStaff')}
      initial={person ? ({ ...fresh, ...person } as Values) : fresh}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={takeOut}
    >
      <Boxes />
      {person && <Identities staffId={person.id} />}
    </EditDrawer>
  )
}

function useColumns(): TableProps<Person>['columns'] {
  const t = useWords(directoryWords)
  const status = useWords(staffStatusWords)
  const nameOf = useValueName()
  const groups = useAsk('group.list', {})
  const names = new Map((groups.data?.groups ?? []).map((each) => [each.id, each.name]))
  return [
    { title: t('personName'), render: (_, row) => <strong>{row.name}</strong> },
    { title: t('number'), dataIndex: 'number' },
    { title: t('status'), render: (_, row) => status(row.status) },
    { title: t('load'), render: (_, row) => `${row.load} / ${row.maxLoad}` },
    {
      title: t('inGroups'),
      render: (_, row) =>
        row.groupIds
          .map((id) => names.get(id))
          .filter(Boolean)
          .join('、') || '—',
    },
    {
      title: t('skills'),
      render: (_, row) => (row.skills as readonly string[]).map(nameOf).join('、') || '—',
    },
    { title: t('certs'), render: (_, row) => (row.certs as readonly string[]).join('、') || '—' },
    { title: t('phone'), render: (_, row) => row.phone ?? '—' },
  ]
}

/** Everybody who can be given work. */
export function StaffTable() {
  const t = useWords(directoryWords)
  const staff = useAsk('staff.list', {})
  const columns = useColumns()
  const may = mayDo(useSignedIn(), [])
  const [editing, setEditing] = useState<Person | 'new' | null>(null)
  const add = may && (
    <>
      <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
        {t('addStaff')}
      </Button>
      <Link to="/import">{t('importTable')}</Link>
    </>
  )
  return (
    <Loaded query={staff}>
      {(data) => (
        <div className="stack">
          {data.staff.length > 0 && <div className="admin-actions">{add}</div>}
          <Rows
            rows={data.staff}
            columns={columns}
            {...(may ? { open: setEditing } : {})}
            empty={
              <EmptyState icon="people" title={t('noStaff')} hint={t('noStaffHint')}>
                {add}
              </EmptyState>
            }
          />
          {editing && (
            <PersonForm person={editing === 'new' ? null : editing} close={() => setEditing(null)} />
          )}
        </div>
      )}
    </Loaded>
  )
}
