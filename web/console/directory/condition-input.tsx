import { Button, Select, Switch } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import { JsonEditor } from '../parts/json-editor.tsx'
import { routingWords, ruleFieldWords } from '../words/directory.ts'
import { riskWords } from '../words/labels.ts'
import { channelWords, commonWords, intentWords, urgencyWords } from '../words/terms.ts'
import { comparisonOf, conditionOf, type Line, linesOf, type RuleField, ruleFields } from './condition.ts'

const closed: Readonly<Partial<Record<string, Readonly<Record<string, readonly [string, string]>>>>> = {
  'ticket.intent': intentWords,
  'ticket.urgency': urgencyWords,
  'ticket.channel': channelWords,
  'ticket.risks': riskWords,
}

function Values({ line, change }: { line: Line; change: (values: string[]) => void }) {
  const words = closed[line.field] ?? {}
  const t = useWords(words)
  const categories = useAsk('category.list', {})
  const known =
    line.field === 'ticket.productCategory'
      ? (categories.data?.categories ?? []).map((each) => ({ value: each.name, label: each.name }))
      : Object.keys(words).map((value) => ({ value, label: t(value) }))
  return (
    <Select
      className="wide"
      mode={closed[line.field] ? 'multiple' : 'tags'}
      aria-label={line.field}
      value={[...line.values]}
      options={known}
      onChange={change}
    />
  )
}

/** The condition of a rule: lines that must all hold, or JSON for everything else. Works as a form's box. */
export function ConditionInput({
  value,
  onChange,
}: {
  value?: unknown
  onChange?: (value: unknown) => void
}) {
  const t = useWords(routingWords)
  const c = useWords(commonWords)
  const field = useWords(ruleFieldWords)
  const lines = linesOf(value)
  const [asJson, setAsJson] = useState(lines === null)
  const set = (next: readonly Line[]) => onChange?.({ all: next.map(comparisonOf) })
  const json = asJson || lines === null
  return (
    <div className="stack">
      <span className="days">
        <Switch
          size="small"
          checked={json}
          disabled={lines === null}
          onChange={setAsJson}
          aria-label="JSON"
        />{' '}
        JSON
      </span>
      {json ? (
        <>
          <JsonEditor value={value} onChange={onChange} rows={8} label={t('when')} />
          <p className="quiet">{t('whenHint')}</p>
        </>
      ) : (
        <>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity than their place
            <div key={index} className="rule-line">
              <Select
                aria-label={t('when')}
                value={line.field as RuleField}
                options={ruleFields.map((name) => ({ value: name, label: field(name) }))}
                onChange={(name: RuleField) =>
                  set(lines.map((each, i) => (i === index ? { field: name, values: [] } : each)))
                }
              />
              <Values
                line={line}
                change={(values) => set(lines.map((each, i) => (i === index ? { ...each, values } : each)))}
              />
              <Button
                type="text"
                icon={<Icon name="close" />}
                aria-label={c('remove')}
                onClick={() => set(lines.filter((_, i) => i !== index))}
              />
            </div>
          ))}
          <Button
            icon={<Icon name="plus" />}
            onClick={() => set([...lines, { field: 'ticket.intent', values: [] }])}
          >
            {t('addCondition')}
          </Button>
        </>
      )}
    </div>
  )
}

/** Drops lines without a value, which would never match. */
export function tidyCondition(condition: unknown): unknown {
  const lines = linesOf(condition)
  return lines ? conditionOf(lines) : condition
}
