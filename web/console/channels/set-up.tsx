import { Form, Input, Radio, Switch } from 'antd'
import { useState } from 'react'
import { language, useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { EditDrawer } from '../parts/admin.tsx'
import { automaticHints, automaticWords, channelsWords, settingWords } from '../words/channels.ts'
import { channelWords } from '../words/terms.ts'
import { cleaned, combine, defaults, type Schema } from './schema.ts'
import { Members } from './schema-form.tsx'
import { CallbackAddress, TestMessage, TestSteps } from './trial.tsx'

/** A kind of channel with its settings. */
export type Kind = Answer<'channel.kinds'>['kinds'][number]
/** A configured account. */
export type Account = Answer<'channel.list'>['accounts'][number]

interface Values {
  name: string
  enabled: boolean
  automatic: Account['automatic']
  config: Record<string, unknown>
}

/** Kinds that poll or connect by themselves, and the modes of others in which they do: nothing is posted to them. */
const outgoing = ['email', 'wecom-bot']
const outgoingModes: readonly unknown[] = ['long-connection', 'stream']

function Presets({ kind, choose }: { kind: Kind; choose: (config: Record<string, unknown>) => void }) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const [chosen, setChosen] = useState<string | null>(null)
  if (kind.presets.length === 0) return null
  const preset = kind.presets.find((each) => each.key === chosen)
  return (
    <Form.Item label={t('preset')} extra={preset?.note[lang]}>
      <Radio.Group
        optionType="button"
        value={chosen}
        onChange={(event) => {
          const key = event.target.value as string
          setChosen(key)
          choose(kind.presets.find((each) => each.key === key)?.config ?? {})
        }}
        options={[
          ...kind.presets.map((each) => ({ value: each.key, label: each[lang] })),
          { value: 'other', label: t('presetOther') },
        ]}
      />
    </Form.Item>
  )
}

/** What to do on the other side's pages, in order; the boxes below have the names that stand beside each step. */
function Guide({ kind, mode, isNew }: { kind: Kind; mode: unknown; isNew: boolean }) {
  const t = useWords(channelsWords)
  const label = useWords(settingWords)
  const lang = language.use()
  const steps = kind.guide.filter(({ modes }) => modes.length === 0 || modes.some((each) => each === mode))
  if (steps.length === 0) return null
  const named = (field: string) => (field in settingWords ? label(field as keyof typeof settingWords) : field)
  return (
    <details className="guide" open={isNew}>
      <summary>{t('guide')}</summary>
      <ol>
        {steps.map((step) => (
          <li key={step.en}>
            {step[lang]}
            {step.fields.length > 0 && (
              <span className="quiet">
                {' '}
                {t('guideFields')}
                {step.fields.map(named).join(lang === 'zh' ? '、' : ', ')}
              </span>
            )}
          </li>
        ))}
      </ol>
    </details>
  )
}

function Settings({ schema, secretsSet }: { schema: Schema; secretsSet: readonly string[] }) {
  const t = useWords(channelsWords)
  return (
    <>
      <Members schema={schema} path={[]} secretsSet={secretsSet} only="essential" />
      <details className="advanced">
        <summary>{t('advanced')}</summary>
        <Members schema={schema} path={[]} secretsSet={secretsSet} only="rest" />
      </details>
    </>
  )
}

const turns = ['question', 'state', 'knowledge'] as const

/** What the hub says there by itself, each switched by itself; nothing to choose where nobody can answer. */
function AutomaticTurns({ kind }: { kind: Kind }) {
  const t = useWords(channelsWords)
  const label = useWords(automaticWords)
  const hint = useWords(automaticHints)
  if (kind.automatic === null) return <p className="quiet">{t('noAutomatic')}</p>
  return (
    <fieldset className="switches">
      <legend>{t('automatic')}</legend>
      {turns.map((turn) => (
        <Form.Item
          key={turn}
          name={['automatic', turn]}
          label={label(turn)}
          extra={hint(turn)}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
      ))}
    </fieldset>
  )
}

const silent = { question: false, state: false, knowledge: false }

/** Guided set-up of one account: settings, then the connection test, then the callback address where there is one. */
export function SetUp({ kind, account, close }: { kind: Kind; account: Account | null; close: () => void }) {
  const t = useWords(channelsWords)
  const word = useWords(channelWords)
  const { run, busy, refused } = useTell()
  const [form] = Form.useForm<Values>()
  const [savedId, setSavedId] = useState<string | null>(account?.id ?? null)
  const [version, setVersion] = useState(account?.version ?? 0)
  const [trial, setTrial] = useState(0)
  const mode = Form.useWatch(['config', 'mode'], form)
  const connects = outgoingModes.includes(mode)
  const schema = kind.settings as Schema
  const initial: Values = {
    name: account?.name ?? '',
    enabled: account?.enabled ?? true,
    automatic: account?.automatic ?? kind.automatic ?? silent,
    config: combine(defaults(schema), account?.config ?? {}),
  }
  const save = async (values: Values) => {
    const config = cleaned(combine(initial.config, values.config ?? {}))
    const { name, enabled } = values
    const automatic = kind.automatic === null ? {} : { automatic: values.automatic }
    if (savedId) {
      const done = await run('channel.update', { id: savedId, version, name, enabled, config, ...automatic })
      if (!done) return
      setVersion(done.version)
    } else {
      const made = await run('channel.create', { kind: kind.kind, name, config, ...automatic })
      if (!made) return
      setSavedId(made.id)
      setVersion(1)
    }
    setTrial((n) => n + 1)
  }
  const title = kind.kind in channelWords ? word(kind.kind as keyof typeof channelWords) : kind.kind
  return (
    <EditDrawer<Values>
      title={title}
      initial={initial}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      form={form}
      width={600}
    >
      <Guide kind={kind} mode={mode} isNew={!account} />
      <Presets
        kind={kind}
        choose={(config) => form.setFieldValue('config', combine(form.getFieldValue('config') ?? {}, config))}
      />
      <Form.Item name="name" label={t('name')} extra={t('nameHint')} rules={[{ required: true }]}>
        <Input maxLength={100} autoFocus={!account} />
      </Form.Item>
      <Settings schema={schema} secretsSet={account?.secretsSet ?? []} />
      <AutomaticTurns kind={kind} />
      {savedId && (
        <Form.Item name="enabled" label={t('enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
      {savedId && !outgoing.includes(kind.kind) && !connects && (
        <CallbackAddress kind={kind.kind} accountId={savedId} />
      )}
      {savedId ? (
        <div className="stack">
          <TestSteps accountId={savedId} trial={trial} />
          <TestMessage accountId={savedId} />
        </div>
      ) : (
        <p className="quiet">{t('saveThenTest')}</p>
      )}
    </EditDrawer>
  )
}
