import { Button, Form, Input, Radio, Switch } from 'antd'
import { useMemo, useState } from 'react'
import { Refused } from '../../ui/api.ts'
import { language, useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { EditDrawer } from '../parts/admin.tsx'
import { useSure } from '../parts/sure.ts'
import { automaticHints, automaticWords, channelsWords } from '../words/channels.ts'
import { channelWords } from '../words/terms.ts'
import { Guide, type Subject } from './guide.tsx'
import { arrange, cleaned, combine, defaults, presetOf, type Schema, stepsFor } from './schema.ts'
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

function Presets({
  kind,
  chosen,
  hasOther,
  missing,
  choose,
}: {
  kind: Kind
  chosen: string | null
  /** Whether "none of them" means something. */
  hasOther: boolean
  missing: boolean
  choose: (key: string) => void
}) {
  const t = useWords(channelsWords)
  const lang = language.use()
  if (kind.presets.length === 0) return null
  const note = kind.presets.find((each) => each.key === chosen)?.note[lang]
  return (
    <Form.Item
      label={t('preset')}
      extra={note}
      {...(missing ? { validateStatus: 'error' as const, help: t('presetMissing') } : {})}
    >
      <Radio.Group
        className="presets"
        value={chosen}
        onChange={(event) => choose(event.target.value as string)}
        options={[
          ...kind.presets.map((each) => ({ value: each.key, label: each[lang] })),
          ...(hasOther ? [{ value: 'other', label: t('presetOther') }] : []),
        ]}
      />
    </Form.Item>
  )
}

/** What the hub found wrong with the settings, at the boxes of this form. */
function useRefused(refused: Refused | null): Refused | null {
  return useMemo(() => {
    if (refused?.code !== 'channel.config_invalid') return refused
    const issues = refused.issues.map(({ path, message }) => ({ path: `config.${path}`, message }))
    return new Refused(refused.status, refused.code, refused.message, refused.params, issues)
  }, [refused])
}

/** Callback address, connection test and live wait, where they are not steps. */
function Parts({ steps, subject }: { steps: Kind['guide']; subject: Subject & { accountId: string } }) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const { kind, accountId, trial, heardBeforeMs } = subject
  return (
    <div className="stack">
      {steps.some(({ part }) => part === 'callback') && (
        <section className="panel">
          <h2>{t('callback')}</h2>
          <CallbackAddress kind={kind} accountId={accountId} />
        </section>
      )}
      <div className="panel">
        <TestSteps accountId={accountId} trial={trial} />
      </div>
      <TestMessage
        accountId={accountId}
        afterMs={heardBeforeMs}
        hint={steps.find(({ part }) => part === 'wait')?.[lang] ?? t('awaitSoon')}
      />
    </div>
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

/** Guided set-up of one account: for a new one step by step with the boxes in the steps; for another one its settings, at choice. */
export function SetUp({ kind, account, close }: { kind: Kind; account: Account | null; close: () => void }) {
  const t = useWords(channelsWords)
  const word = useWords(channelWords)
  const { run, busy, refused } = useTell((refused) =>
    refused.code === 'channel.config_invalid' ? t('wrongSettings') : refused.message,
  )
  const found = useRefused(refused)
  const [form] = Form.useForm<Values>()
  const sure = useSure()
  const [savedId, setSavedId] = useState<string | null>(account?.id ?? null)
  const [version, setVersion] = useState(account?.version ?? 0)
  const [trial, setTrial] = useState(0)
  const [heardBeforeMs] = useState(() => (account?.lastReceivedAt ? Date.parse(account.lastReceivedAt) : 0))
  const [guided, setGuided] = useState(account === null && kind.guide.length > 0)
  const schema = kind.settings as Schema
  const [initial] = useState<Values>(() => ({
    name: account?.name ?? '',
    enabled: account?.enabled ?? true,
    automatic: account?.automatic ?? kind.automatic ?? silent,
    config: combine(defaults(schema), account?.config ?? {}),
  }))
  const config = Form.useWatch('config', form) ?? initial.config
  const [chosen, setChosen] = useState<string | null>(() =>
    account && kind.presets.length > 0 ? (presetOf(kind.presets, initial.config) ?? 'other') : null,
  )
  const [missing, setMissing] = useState(false)
  const stepsDependOnPreset = kind.guide.some(({ presets }) => presets.length > 0)
  // A preset that is only a shorthand for some boxes follows them.
  const preset = stepsDependOnPreset
    ? chosen
    : (presetOf(kind.presets, combine(initial.config, config)) ?? 'other')
  const undecided = stepsDependOnPreset && chosen === null
  const choose = (key: string) => {
    setChosen(key)
    setMissing(false)
    const of = kind.presets.find((each) => each.key === key)?.config ?? {}
    form.setFieldValue('config', combine(form.getFieldValue('config') ?? {}, of))
  }
  const mode = config.mode ?? initial.config.mode
  const steps = stepsFor(kind.guide, mode, preset ?? 'other')
  const { open, folded } = arrange(schema, steps, mode, guided)
  const inSteps = new Set(guided ? steps.flatMap(({ fields }) => fields) : [])
  const secretsSet = account?.secretsSet ?? []
  const save = (values: Values) => {
    if (!account?.enabled || values.enabled) return store(values)
    sure({
      title: t('switchOffAsk', { name: account.name }),
      content: t('switchOffHint'),
      okText: t('switchOff'),
      onOk: () => store(values),
    })
  }
  const store = async (values: Values) => {
    if (undecided) return setMissing(true)
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
  const subject = { kind: kind.kind, accountId: savedId, trial, heardBeforeMs }
  const foldedIsWrong = found?.issues.some(({ path }) => folded.includes(path.split('.')[1] ?? '')) ?? false
  return (
    <EditDrawer<Values>
      title={title}
      initial={initial}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={found}
      form={form}
      width={640}
      closing={savedId ? t('finished') : undefined}
      saved={trial}
      extra={
        kind.guide.length > 0 && (
          <Button size="small" onClick={() => setGuided(!guided)}>
            {t(guided ? 'onlySettings' : 'guide')}
          </Button>
        )
      }
    >
      <Form.Item name="name" label={t('name')} extra={t('nameHint')} rules={[{ required: true }]}>
        <Input maxLength={100} autoFocus={!account} />
      </Form.Item>
      <Presets
        kind={kind}
        chosen={preset}
        hasOther={stepsDependOnPreset || preset === 'other'}
        missing={missing}
        choose={choose}
      />
      {undecided ? (
        <p className="quiet">{t('choosePreset')}</p>
      ) : (
        <>
          {guided && <Guide steps={steps} schema={schema} secretsSet={secretsSet} subject={subject} />}
          <Members
            checked
            schema={schema}
            path={[]}
            secretsSet={secretsSet}
            names={open.filter((name) => !inSteps.has(name))}
          />
          {folded.length > 0 && (
            <details className="advanced" key={String(foldedIsWrong)} open={foldedIsWrong}>
              <summary>{t('advanced')}</summary>
              <Members schema={schema} path={[]} secretsSet={secretsSet} names={folded} />
            </details>
          )}
        </>
      )}
      <AutomaticTurns kind={kind} />
      {account && (
        <Form.Item name="enabled" label={t('enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
      {!guided &&
        (savedId ? (
          <Parts steps={[...steps]} subject={{ ...subject, accountId: savedId }} />
        ) : (
          <p className="quiet">{t('saveThenTest')}</p>
        ))}
    </EditDrawer>
  )
}
