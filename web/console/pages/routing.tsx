import { Button, Form, Input, Select, Switch, type TableProps, Tabs } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useLabelled, useWords } from '../../ui/language.ts'
import type { BoxSchema } from '../boxes/box.ts'
import { BoxForm } from '../boxes/form.tsx'
import { policyBoxes } from '../boxes/policy.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { linesOf } from '../directory/condition.ts'
import { ConditionInput, tidyCondition } from '../directory/condition-input.tsx'
import { AdminPage, EditDrawer, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useJsonRule } from '../parts/json-editor.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { routingWords, ruleFieldWords } from '../words/directory.ts'
import { policyWords } from '../words/policy.ts'
import { channelWords, commonWords, intentWords, urgencyWords } from '../words/terms.ts'

type Rule = Answer<'routing.rules'>['rules'][number]
interface Values {
  name: string
  when: unknown
  groupId: string
  enabled: boolean
}

function RuleForm({ rule, close }: { rule: Rule | null; close: () => void }) {
  const t = useWords(routingWords)
  const c = useWords(commonWords)
  const isJson = useJsonRule()
  const groups = useAsk('group.list', {})
  const { run, busy, refused } = useTell()
  const save = async (values: Values) => {
    const input = { ...values, when: tidyCondition(values.when) }
    const done = rule
      ? await run('routing.updateRule', { id: rule.id, version: rule.version, ...input })
      : await run('routing.createRule', input)
    if (done) close()
  }
  const remove = rule && (
    <Button
      danger
      onClick={() =>
        void run('routing.removeRule', { id: rule.id, version: rule.version }, t('removed')).then(
          (done) => done && close(),
        )
      }
    >
      {c('remove')}
    </Button>
  )
  return (
    <EditDrawer<Values>
      title={rule?.name ?? t('addRule')}
      initial={{
        name: rule?.name ?? '',
        when: rule?.when ?? { all: [{ field: 'ticket.intent', in: [] }] },
        groupId: rule?.groupId ?? '',
        enabled: rule?.enabled ?? true,
      }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={remove}
      width={640}
    >
      <Form.Item name="name" label={t('ruleName')} rules={[{ required: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="when" label={t('conditions')} rules={[isJson]} help="">
        <ConditionInput />
      </Form.Item>
      <Form.Item name="groupId" label={t('group')} rules={[{ required: true }]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={(groups.data?.groups ?? []).map((each) => ({ value: each.id, label: each.name }))}
        />
      </Form.Item>
      <Form.Item name="enabled" label={c('enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </EditDrawer>
  )
}

/** A condition in words, as far as lines can say it. */
function useConditionText() {
  const lang = language.use()
  const labelled = useLabelled()
  const field = useWords(ruleFieldWords)
  const intent = useWords(intentWords)
  const urgency = useWords(urgencyWords)
  const channel = useWords(channelWords)
  const say = (value: string) => {
    if (value in intentWords) return intent(value as keyof typeof intentWords)
    if (value in urgencyWords) return urgency(value as keyof typeof urgencyWords)
    return value in channelWords ? channel(value as keyof typeof channelWords) : value
  }
  return (condition: unknown) => {
    const lines = linesOf(condition)
    if (!lines) return <code>{JSON.stringify(condition)}</code>
    return lines
      .map(({ field: of, values }) =>
        labelled(field(of as keyof typeof ruleFieldWords), values.map(say).join(' / ')),
      )
      .join(lang === 'zh' ? '；' : '; ')
  }
}

function useColumns(
  move: ((at: number, by: number) => void) | null,
  count: number,
  busy: boolean,
): TableProps<Rule>['columns'] {
  const t = useWords(routingWords)
  const c = useWords(commonWords)
  const groups = useAsk('group.list', {})
  const text = useConditionText()
  return [
    {
      title: t('order'),
      render: (_, row, at) => (
        <span className="row-actions">
          {move && (
            <>
              <Button
                size="small"
                type="text"
                disabled={busy || at === 0}
                icon={<Icon name="up" />}
                aria-label={`${t('up')} ${row.name}`}
                onClick={(event) => {
                  event.stopPropagation()
                  move(at, -1)
                }}
              />
              <Button
                size="small"
                type="text"
                disabled={busy || at === count - 1}
                icon={<Icon name="down" />}
                aria-label={`${t('down')} ${row.name}`}
                onClick={(event) => {
                  event.stopPropagation()
                  move(at, 1)
                }}
              />
            </>
          )}
          {at + 1}
        </span>
      ),
    },
    { title: t('ruleName'), render: (_, row) => <strong>{row.name}</strong> },
    { title: t('conditions'), width: 420, render: (_, row) => text(row.when) },
    {
      title: t('group'),
      render: (_, row) => groups.data?.groups.find((each) => each.id === row.groupId)?.name ?? '—',
    },
    { title: '', render: (_, row) => c(row.enabled ? 'enabled' : 'disabled') },
  ]
}

function Rules() {
  const t = useWords(routingWords)
  const rules = useAsk('routing.rules', {})
  const { run, busy } = useTell()
  const may = mayDo(useSignedIn(), [])
  const [editing, setEditing] = useState<Rule | 'new' | null>(null)
  const all = rules.data?.rules ?? []
  const move = (at: number, by: number) => {
    const ids = all.map((rule) => rule.id)
    const [moved] = ids.splice(at, 1)
    if (moved) ids.splice(at + by, 0, moved)
    void run('routing.orderRules', { ids }, null)
  }
  const columns = useColumns(may ? move : null, all.length, busy)
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('addRule')}
    </Button>
  )
  return (
    <Loaded query={rules}>
      {(data) => (
        <div className="stack">
          {data.rules.length > 0 && <div className="admin-actions">{add}</div>}
          <Rows
            rows={data.rules}
            columns={columns}
            {...(may ? { open: setEditing } : {})}
            empty={
              <EmptyState icon="route" title={t('noRules')} hint={t('noRulesHint')}>
                {add}
              </EmptyState>
            }
          />
          {editing && <RuleForm rule={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
        </div>
      )}
    </Loaded>
  )
}

function Policy() {
  const t = useWords(routingWords)
  const section = useWords(policyWords)
  const policy = useAsk('routing.policy', {})
  const { run, busy, refused } = useTell()
  const may = mayDo(useSignedIn(), [])
  const sections = (Object.keys(policyBoxes) as (keyof typeof policyBoxes)[]).map((name) => ({
    title: section(name),
    boxes: policyBoxes[name],
  }))
  return (
    <Loaded query={policy}>
      {(data) => (
        <BoxForm
          name="policy"
          title={section('title')}
          value={data.policy}
          stored={data.stored}
          schema={data.schema as BoxSchema}
          sections={sections}
          issuesAt=""
          save={async (next, quiet) => {
            const input = { policy: next as CommandInput<'routing.savePolicy'>['policy'] }
            return (await run('routing.savePolicy', input, quiet ? null : t('policySaved'))) !== null
          }}
          busy={busy}
          issues={refused?.issues}
          mayEdit={may}
        >
          <p className="quiet">{t('policyHint')}</p>
        </BoxForm>
      )}
    </Loaded>
  )
}

/** Routing rules and the policy. */
export default function Routing() {
  const t = useWords(routingWords)
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <Tabs
        items={[
          { key: 'rules', label: t('rules'), children: <Rules /> },
          { key: 'policy', label: t('policy'), children: <Policy /> },
        ]}
      />
    </AdminPage>
  )
}
