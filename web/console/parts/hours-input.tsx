import { Button, Checkbox, Input, Segmented } from 'antd'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import type { Hours } from '../data/directory.ts'
import { directoryWords } from '../words/directory.ts'
import { commonWords } from '../words/terms.ts'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const office = { days: [1, 2, 3, 4, 5, 6], open: '08:00', close: '20:00' }

type Span = Exclude<Hours, '24x7'>['spans'][number]

function SpanLine({
  span,
  change,
  remove,
}: {
  span: Span
  change: (span: Span) => void
  remove: () => void
}) {
  const t = useWords(directoryWords)
  const c = useWords(commonWords)
  return (
    <div className="span-line">
      <Checkbox.Group
        value={[...span.days]}
        options={days.map((day, index) => ({ value: index + 1, label: t(day) }))}
        onChange={(next) => change({ ...span, days: (next as number[]).sort() })}
      />
      <Input
        type="time"
        aria-label={t('open')}
        value={span.open}
        onChange={(event) => change({ ...span, open: event.target.value })}
      />
      <Input
        type="time"
        aria-label={t('close')}
        value={span.close}
        onChange={(event) => change({ ...span, close: event.target.value })}
      />
      <Button type="text" icon={<Icon name="close" />} aria-label={c('remove')} onClick={remove} />
    </div>
  )
}

/** Hours of a group, or a person's shift (`optional`: null is any time). Works as a form's box. */
export function HoursInput({
  value,
  onChange,
  optional,
}: {
  value?: Hours | null
  onChange?: (value: Hours | null) => void
  optional?: boolean
}) {
  const t = useWords(directoryWords)
  const spans = value && value !== '24x7' ? value.spans : []
  const mode = value === '24x7' ? 'always' : value ? 'spans' : 'none'
  const set = (next: readonly Span[]) => onChange?.({ spans: next })
  return (
    <div>
      <Segmented
        value={mode}
        options={[
          ...(optional ? [{ value: 'none', label: t('noShift') }] : []),
          { value: 'always', label: t('always') },
          { value: 'spans', label: t('spans') },
        ]}
        onChange={(next) =>
          onChange?.(next === 'always' ? '24x7' : next === 'spans' ? { spans: [office] } : null)
        }
      />
      {spans.map((span, index) => (
        <SpanLine
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity than their place
          key={index}
          span={span}
          change={(next) => set(spans.map((each, i) => (i === index ? next : each)))}
          remove={() => set(spans.filter((_, i) => i !== index))}
        />
      ))}
      {mode === 'spans' && (
        <Button size="small" icon={<Icon name="plus" />} onClick={() => set([...spans, office])}>
          {t('addSpan')}
        </Button>
      )}
    </div>
  )
}

/** Days of the week as people say them: three and more in a row by the first and the last. */
function daysText(days: readonly number[], names: readonly string[]): string {
  const runs: number[][] = []
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.at(-1) === day - 1) last.push(day)
    else runs.push([day])
  }
  const name = (day: number | undefined) => names[(day ?? 1) - 1] ?? ''
  return runs
    .map((run) => (run.length > 2 ? `${name(run[0])}–${name(run.at(-1))}` : run.map(name).join(' ')))
    .join(' ')
}

/** Hours in a line: 全天, or the spans. */
export function hoursText(hours: Hours | null, always: string, names: readonly string[]): string {
  if (hours === null) return '—'
  if (hours === '24x7') return always
  return hours.spans.map((span) => `${daysText(span.days, names)} ${span.open}–${span.close}`).join(' · ')
}
