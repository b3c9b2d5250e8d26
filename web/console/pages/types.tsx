import { App, Button, Form, Input, Select, Switch, type TableProps } from 'antd'
import { type ReactNode, useId, useMemo, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useLabelled, useWords } from '../../ui/language.ts'
import { Duration } from '../boxes/input.tsx'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { FieldRows } from '../forms/field-rows.tsx'
import { type FieldRow, formOf, rowsOf } from '../forms/rows.ts'
import { AdminPage, EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { JsonEditor, useJsonRule } from '../parts/json-editor.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { TagsBox } from '../parts/tags-box.tsx'
import { boxWords } from '../words/boxes.ts'
import { typeWords } from '../words/directory.ts'
import { formWords } from '../words/forms.ts'
import { clockWords, commonWords, intentWords, urgencyWords } from '../words/terms.ts'

type TicketType = Answer<'ticketType.list'>['types'][number]
type Clock = keyof typeof clockWords
interface Values {
  key: string
  name: { zh: string; en: string }
  /** The fields of the form; empty while it is edited as JSON. */
  rows: FieldRow[]
  /** The same as JSON. */
  form: unknown
  appliesTo: Record<(typeof factNames)[number], string[]>
  /** Null: the business's default one. */
  calendarId: string | null
  /** Business time by clock, ms. */
  sla: Partial<Record<Clock, number | null>>
  isDefault: boolean
}

const factNames = ['intents', 'urgencies', 'categories'] as const
const hourMs = 3_600_000
const clocks = Object.keys(clockWords) as Clock[]
/** A business day has no length of its own. */
const businessUnits = ['minute', 'hour'] as const

function Boxes({ isNew, children }: { isNew: boolean; children: ReactNode }) {
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
            <Form.Item key={name} name={['sla', name]} label={clock(name)}>
              <Duration among={businessUnits} />
            </Form.Item>
          ))}
        </div>
      </Form.Item>
      <Calendars />
      <AppliesTo />
      {children}
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

/** What the type's form asks for: as rows, or as JSON for whoever prefers it. */
function FormOfType({
  stored,
  asJson,
  turn,
}: {
  stored: readonly FieldRow[]
  asJson: boolean
  turn: () => void
}) {
  const t = useWords(formWords)
  const b = useWords(boxWords)
  const isJson = useJsonRule()
  const id = useId()
  return (
    <section className="type-form">
      <header>
        <h3>{t('title')}</h3>
        <label className="box-json" htmlFor={id}>
          <Switch id={id} size="small" value={asJson} onChange={turn} />
          {b('asJson')}
        </label>
      </header>
      <p className="quiet">{t('hint')}</p>
      {asJson ? (
        <Form.Item name="form" rules={[isJson]} help="">
          <JsonEditor rows={18} label={t('title')} />
        </Form.Item>
      ) : (
        <FieldRows stored={stored} />
      )}
    </section>
  )
}

interface StoredForm {
  readonly appliesTo?: Values['appliesTo']
  readonly order?: unknown
  readonly properties?: object
}

/** What it applies to has boxes of its own, and the order is that of the fields. */
function fieldsOf(type: TicketType | null): Pick<Values, 'rows' | 'form' | 'appliesTo'> {
  const { appliesTo, order: _, ...form } = (type?.form ?? formOf([])) as StoredForm
  return {
    rows: rowsOf(form) ?? [],
    form,
    appliesTo: appliesTo ?? { intents: [], urgencies: [], categories: [] },
  }
}

const fieldCount = (type: TicketType) =>
  Object.keys((type.form as StoredForm | null)?.properties ?? {}).length

function initialOf(type: TicketType | null): Values {
  const sla = Object.fromEntries(clocks.map((name) => [name, type?.sla[name] ?? null]))
  return {
    key: type?.key ?? '',
    name: type?.name ?? { zh: '', en: '' },
    ...fieldsOf(type),
    calendarId: type?.calendarId ?? null,
    sla,
    isDefault: type?.isDefault ?? false,
  }
}

/** The whole form as the hub takes it. */
function joined(form: unknown, appliesTo: Values['appliesTo']): unknown {
  if (typeof form !== 'object' || form === null) return form
  const isNamed = factNames.some((name) => appliesTo[name].length > 0)
  return isNamed ? { ...form, appliesTo } : form
}

function TypeForm({ type, close }: { type: TicketType | null; close: () => void }) {
  const t = useWords(typeWords)
  const f = useWords(formWords)
  const labelled = useLabelled()
  const { message } = App.useApp()
  const { run, busy, refused } = useTell()
  const [form] = Form.useForm<Values>()
  const initial = useMemo(() => initialOf(type), [type])
  const [asJson, setAsJson] = useState(() => rowsOf(initial.form) === null)
  const turn = () => {
    const { rows, form: json } = form.getFieldsValue(true)
    const next = asJson ? rowsOf(json) : rows
    if (!next) return void message.error(f('notAsRows'))
    form.setFieldsValue(asJson ? { rows: next } : { form: formOf(next) })
    setAsJson(!asJson)
  }
  const save = async () => {
    const values: Values = form.getFieldsValue(true)
    const { key, name, isDefault, calendarId, rows, form: json, appliesTo } = values
    const sla = Object.fromEntries(Object.entries(values.sla).filter(([, ms]) => ms))
    const input = {
      ...{ name, sla, isDefault, calendarId: calendarId ?? null },
      form: joined(asJson ? json : formOf(rows), appliesTo),
    } as CommandInput<'ticketType.create'>
    if (!type) {
      if (await run('ticketType.create', { ...input, key })) close()
      return
    }
    const saved = await run('ticketType.update', { id: type.id, version: type.version, ...input })
    if (!saved) return
    const touched = saved.changes.filter((change) => change.breaking).map((change) => change.name)
    if (touched.length > 0) void message.warning(t('breaking', { names: touched.join(', ') }), 8)
    close()
  }
  return (
    <EditDrawer<Values>
      title={type?.key ?? t('add')}
      initial={initial}
      save={() => void save()}
      close={close}
      busy={busy}
      refused={refused}
      form={form}
      width={760}
    >
      <Boxes isNew={!type}>
        <FormOfType stored={type ? initial.rows : []} asJson={asJson} turn={turn} />
      </Boxes>
      {refused?.issues.map((issue) => (
        <p key={issue.path} className="step-bad">
          {labelled(issue.path, issue.message)}
        </p>
      ))}
    </EditDrawer>
  )
}

/** Ticket types: names, promises and forms. */
export default function Types() {
  const t = useWords(typeWords)
  const clock = useWords(clockWords)
  const c = useWords(commonWords)
  const lang = language.use()
  const types = useAsk('ticketType.list', {})
  const may = mayDo(useSignedIn(), [])
  const [editing, setEditing] = useState<TicketType | 'new' | null>(null)
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
    { title: t('fields'), render: (_, row) => t('fieldCount', { n: fieldCount(row) }) },
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
