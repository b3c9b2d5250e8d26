import { Button, Form, Input, InputNumber, Select, Switch, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { HoursInput, hoursText } from '../parts/hours-input.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSure } from '../parts/sure.ts'
import { TagsBox, useValueName } from '../parts/tags-box.tsx'
import { directoryWords } from '../words/directory.ts'
import { channelWords, intentWords } from '../words/terms.ts'

type Group = Answer<'group.list'>['groups'][number]
type Values = CommandInput<'group.create'> & { readonly staffIds: string[] }

const fresh: Values = {
  name: '',
  emergency: false,
  isDefault: false,
  intents: ['*'],
  skills: ['*'],
  regions: ['CN'],
  languages: ['zh'],
  tiers: [],
  channels: [],
  hours: '24x7',
  capacity: null,
  staffIds: [],
}

/** Options of the words of a dictionary, `*` first where any is allowed. */
function useOptions<W extends Readonly<Record<string, readonly [string, string]>>>(words: W, any: boolean) {
  const t = useWords(words)
  const nameOf = useValueName()
  return [
    ...(any ? [{ value: '*', label: nameOf('*') }] : []),
    ...Object.keys(words).map((value) => ({ value, label: t(value) })),
  ]
}

function Boxes() {
  const t = useWords(directoryWords)
  const categories = useAsk('category.list', {})
  const staff = useAsk('staff.list', {})
  const intents = useOptions(intentWords, true)
  const channels = useOptions(channelWords, false)
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={[{ required: true }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="intents" label={t('intents')}>
        <Select mode="multiple" options={intents} />
      </Form.Item>
      <Form.Item name="skills" label={t('skills')}>
        <TagsBox values={['*', ...(categories.data?.categories ?? []).map(({ name }) => name)]} />
      </Form.Item>
      <Form.Item name="regions" label={t('regions')} extra={t('regionsHint')}>
        <TagsBox values={['CN']} />
      </Form.Item>
      <Form.Item name="hours" label={t('hours')}>
        <HoursInput />
      </Form.Item>
      <Form.Item name="capacity" label={t('capacity')} extra={t('capacityHint')}>
        <InputNumber min={0} />
      </Form.Item>
      <Form.Item name="languages" label={t('languages')}>
        <TagsBox values={['zh', 'en']} />
      </Form.Item>
      <Form.Item name="channels" label={t('channels')} extra={t('anyHint')}>
        <Select mode="multiple" options={channels} />
      </Form.Item>
      <Form.Item name="tiers" label={t('tiers')} extra={t('anyHint')}>
        <TagsBox values={['vip']} />
      </Form.Item>
      <Form.Item name="staffIds" label={t('members')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={(staff.data?.staff ?? []).map((each) => ({
            value: each.id,
            label: `${each.name} ${each.number}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="emergency" label={t('emergency')} extra={t('emergencyHint')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="isDefault" label={t('isDefault')} extra={t('isDefaultHint')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  )
}

function GroupForm({ group, close }: { group: Group | null; close: () => void }) {
  const t = useWords(directoryWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const save = async ({ staffIds, ...values }: Values) => {
    const done = group
      ? await run('group.update', { id: group.id, version: group.version, ...values }, null)
      : await run('group.create', values, null)
    if (!done) return
    if (await run('group.setMembers', { id: done.id, staffIds })) close()
  }
  const takeOut = group && (
    <Button
      danger
      onClick={() =>
        sure({
          title: t('removeGroup', { name: group.name }),
          content: t('removeHint'),
          okText: t('takeOut'),
          onOk: async () => {
            if (await run('group.remove', { id: group.id, version: group.version }, t('removed'))) close()
          },
        })
      }
    >
      {t('takeOut')}
    </Button>
  )
  return (
    <EditDrawer<Values>
      title={group?.name ?? t('addGroup')}
      initial={group ? ({ ...fresh, ...group } as Values) : fresh}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={takeOut}
    >
      <Boxes />
    </EditDrawer>
  )
}

function Tags({ values }: { values: readonly string[] }) {
  const nameOf = useValueName()
  const shown = values.slice(0, 4)
  return (
    <span className="tags">
      {shown.map((value) => (
        <span key={value} className="tag">
          {nameOf(value)}
        </span>
      ))}
      {values.length > shown.length && <span className="quiet">+{values.length - shown.length}</span>}
    </span>
  )
}

function useColumns(): TableProps<Group>['columns'] {
  const t = useWords(directoryWords)
  const intent = useWords(intentWords)
  const names = (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const).map((day) => t(day))
  return [
    {
      title: t('name'),
      render: (_, row) => (
        <>
          <strong>{row.name}</strong> {row.emergency && <span className="tag">{t('emergency')}</span>}{' '}
          {row.isDefault && <span className="tag">{t('isDefault')}</span>}
        </>
      ),
    },
    {
      title: t('intents'),
      render: (_, row) => (
        <Tags
          values={row.intents.map((each) =>
            each in intentWords ? intent(each as keyof typeof intentWords) : each,
          )}
        />
      ),
    },
    { title: t('skills'), render: (_, row) => <Tags values={row.skills as readonly string[]} /> },
    { title: t('regions'), render: (_, row) => <Tags values={row.regions} /> },
    { title: t('hours'), render: (_, row) => hoursText(row.hours, t('always'), names) },
    { title: t('members'), render: (_, row) => t('memberCount', { n: row.staffIds.length }) },
    {
      title: t('load'),
      render: (_, row) => `${row.load}${row.capacity === null ? '' : ` / ${row.capacity}`}`,
    },
  ]
}

/** The skill groups. */
export function GroupTable() {
  const t = useWords(directoryWords)
  const groups = useAsk('group.list', {})
  const columns = useColumns()
  const may = mayDo(useSignedIn(), [])
  const [editing, setEditing] = useState<Group | 'new' | null>(null)
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('addGroup')}
    </Button>
  )
  return (
    <Loaded query={groups}>
      {(data) => (
        <div className="stack">
          {data.groups.length > 0 && <div className="admin-actions">{add}</div>}
          <Rows
            rows={data.groups}
            columns={columns}
            {...(may ? { open: setEditing } : {})}
            empty={
              <EmptyState icon="people" title={t('noGroups')} hint={t('noGroupsHint')}>
                {add}
              </EmptyState>
            }
          />
          {editing && <GroupForm group={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
        </div>
      )}
    </Loaded>
  )
}
