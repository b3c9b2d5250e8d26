import { Button, Form, Input, InputNumber, Select, Switch, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { JsonEditor } from '../parts/json-editor.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { TagsBox } from '../parts/tags-box.tsx'
import { typeWords } from '../words/directory.ts'
import { clockWords, commonWords, intentWords, urgencyWords } from '../words/terms.ts'

type TicketType = Answer<'ticketType.list'>['types'][number]
type Clock = keyof typeof clockWords
interface Values {
  key: string
  name: { zh: string; en: string }
  form: unknown
  appliesTo: Record<(typeof factNames)[number], string[]>
  /** Null: the business's default one. */
  calendarId: string | null
  /** Hours by clock. */
  hours: Partial<Record<Clock, number | null>>
  isDefault: boolean
}

const factNames = ['intents', 'urgencies', 'categories'] as const
const hourMs = 3_600_000
const clocks = Object.keys(clockWords) as Clock[]
const example = {
  type: 'object',
  properties: {
    error_code: { type: 'string', title: { zh: '故障代码', en: 'Error code' }, maxLength: 10 },
    in_warranty: { type: 'boolean', title: { zh: '是否保内', en: 'Under warranty' } },
    floor: { type: 'integer', title: { zh: '楼层', en: 'Floor' }, minimum: -5, maximum: 150 },
  },
  required: ['error_code'],
}

function Boxes({ isNew, insertExample }: { isNew: boolean; insertExample: () => void }) {
  const t = useWords(typeWords)
  const clock = useWords(clockWords)
  return (
    <>
      <Form.Item name={['name', 'zh']} label={t('nameZh')} rules={[{ required: true }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name={['name', 'en']} label={t('nameEn')} rules={[{ required: true }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="key" label={t('key')} extra={t('keyHint')} rules={[{ required: true }]}>
        <Input maxLength={80} disabled={!isNew} />
      </Form.Item>
      <Form.Item label={t('sla')}>
        <div className="days">
          {clocks.map((name) => (
            <Form.Item key={name} name={['hours', name]} label={clock(name)}>
              <InputNumber min={0} max={10_000} step={1} />
            </Form.Item>
          ))}
        </div>
      </Form.Item>
      <Calendars />
      <AppliesTo />
      <Form.Item name="form" label={t('form')} extra={t('formHint')}>
        <JsonEditor rows={18} />
      </Form.Item>
      <Button size="small" onClick={insertExample}>
        {t('example')}
      </Button>
      <Form.Item name="isDefault" label={t('isDefault')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  )
}

/** In which time the promises count. */
function Calendars() {
  const t = useWords(typeWords)
  const calendars = useAsk('calendar.list', {}).data?.calendars ?? []
  const options = calendars.map(({ id, name, hours }) => ({
    value: id,
    label: hours === '24x7' ? `${name} · ${t('always')}` : name,
  }))
  return (
    <Form.Item name="calendarId" label={t('calendar')} extra={t('calendarHint')}>
      <Select allowClear placeholder={t('calendarDefault')} options={options} />
    </Form.Item>
  )
}

/** Which requests get this type by themselves. */
function AppliesTo() {
  const t = useWords(typeWords)
  const intent = useWords(intentWords)
  const urgency = useWords(urgencyWords)
  const products = useAsk('category.list', {})
  const named = <K extends string>(keys: Record<K, unknown>, word: (key: K) => string) =>
    (Object.keys(keys) as K[]).map((value) => ({ value, label: word(value) }))
  return (
    <Form.Item label={t('appliesTo')} extra={t('appliesToHint')}>
      <Form.Item name={['appliesTo', 'urgencies']} label={t('urgencies')}>
        <Select mode="multiple" options={named(urgencyWords, urgency)} />
      </Form.Item>
      <Form.Item name={['appliesTo', 'intents']} label={t('intents')}>
        <Select mode="multiple" options={named(intentWords, intent)} />
      </Form.Item>
      <Form.Item name={['appliesTo', 'categories']} label={t('categories')}>
        <TagsBox values={(products.data?.categories ?? []).map(({ name }) => name)} />
      </Form.Item>
    </Form.Item>
  )
}

/** The form without what it applies to, which has boxes of its own. */
function splitForm(form: unknown): Pick<Values, 'form' | 'appliesTo'> {
  const { appliesTo, ...rest } = (form ?? {}) as { appliesTo?: Values['appliesTo'] }
  return { form: rest, appliesTo: appliesTo ?? { intents: [], urgencies: [], categories: [] } }
}

function joinForm({ form, appliesTo }: Pick<Values, 'form' | 'appliesTo'>): unknown {
  if (typeof form !== 'object' || form === null) return form
  const isNamed = factNames.some((name) => appliesTo[name].length > 0)
  return isNamed ? { ...form, appliesTo } : form
}

function initialOf(type: TicketType | null): Values {
  const hours = Object.fromEntries(
    clocks.map((name) => [name, type?.sla[name] ? type.sla[name] / hourMs : null]),
  )
  return {
    key: type?.key ?? '',
    name: type?.name ?? { zh: '', en: '' },
    ...splitForm(type?.form ?? { type: 'object', properties: {}, required: [] }),
    calendarId: type?.calendarId ?? null,
    hours,
    isDefault: type?.isDefault ?? false,
  }
}

function TypeForm({ type, close }: { type: TicketType | null; close: () => void }) {
  const t = useWords(typeWords)
  const { run, busy, refused } = useTell()
  const [form] = Form.useForm<Values>()
  const save = async ({ hours, key, name, isDefault, calendarId, ...shape }: Values) => {
    const sla = Object.fromEntries(
      Object.entries(hours ?? {}).flatMap(([clock, value]) =>
        value ? [[clock, Math.round(value * hourMs)]] : [],
      ),
    )
    const input = {
      ...{ name, form: joinForm(shape), sla, isDefault, calendarId: calendarId ?? null },
    } as CommandInput<'ticketType.create'>
    const done = type
      ? await run('ticketType.update', { id: type.id, version: type.version, ...input })
      : await run('ticketType.create', { ...input, key })
    if (done) close()
  }
  return (
    <EditDrawer<Values>
      title={type?.key ?? t('add')}
      initial={initialOf(type)}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      form={form}
      width={640}
    >
      <Boxes isNew={!type} insertExample={() => form.setFieldValue('form', example)} />
      {refused?.issues.map((issue) => (
        <p key={issue.path} className="step-bad">{`${issue.path}: ${issue.message}`}</p>
      ))}
    </EditDrawer>
  )
}

/** Ticket types: names, promises, and the form as JSON. */
export default function Types() {
  const t = useWords(typeWords)
  const clock = useWords(clockWords)
  const c = useWords(commonWords)
  const lang = language.use()
  const types = useAsk('ticketType.list', {})
  const may = mayDo(useSignedIn(), [])
  const [editing, setEditing] = useState<TicketType | 'new' | null>(null)
  const fieldsOf = (type: TicketType) =>
    Object.keys((type.form as { properties?: object } | null)?.properties ?? {}).length
  // Business time: a promise of 24 hours is not a day.
  const promised = (ms: number | undefined) => {
    if (!ms) return '—'
    return ms < hourMs
      ? t('minutes', { n: Math.round(ms / 60_000) })
      : t('businessHours', { n: Math.round((ms / hourMs) * 100) / 100 })
  }
  const columns: TableProps<TicketType>['columns'] = [
    {
      title: c('name'),
      render: (_, row) => (
        <>
          <strong>{row.name[lang]}</strong> {row.isDefault && <span className="tag">{t('isDefault')}</span>}
        </>
      ),
    },
    { title: t('key'), render: (_, row) => <code>{row.key}</code> },
    { title: t('fields'), render: (_, row) => t('fieldCount', { n: fieldsOf(row) }) },
    ...clocks.map((name) => ({
      title: clock(name),
      render: (_: unknown, row: TicketType) => promised(row.sla[name]),
    })),
    { title: t('version'), dataIndex: 'formVersion' },
  ]
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('add')}
    </Button>
  )
  return (
    <AdminPage title={t('title')} hint={t('hint')} actions={add}>
      <Loaded query={types}>
        {(data) => (
          <Rows
            rows={data.types}
            columns={columns}
            {...(may ? { open: setEditing } : {})}
            empty={
              <EmptyState icon="form" title={t('empty')} hint={t('emptyHint')}>
                {add}
              </EmptyState>
            }
          />
        )}
      </Loaded>
      {editing && <TypeForm type={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </AdminPage>
  )
}
