import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { boxWords } from '../words/boxes.ts'
import type { Bound } from './input.tsx'

type Line = readonly [name: string, entries: readonly string[]]

const linesOf = (value: unknown): Line[] =>
  Object.entries((value ?? {}) as Readonly<Record<string, readonly string[]>>)

/** What is handed over: lines without a name say nothing, and of two with one name the later holds. */
const recordOf = (lines: readonly Line[]) => Object.fromEntries(lines.filter(([name]) => name.trim() !== ''))

/** A list for each of several names: a line each. */
export function Lists({ value, onChange, id, disabled, 'aria-describedby': describedBy }: Bound) {
  const t = useWords(boxWords)
  // A name that is being typed may be empty or another line's for a moment: the lines are kept as they are typed.
  const [typed, setTyped] = useState<{ readonly lines: readonly Line[]; readonly of: string } | null>(null)
  const shown = JSON.stringify(value)
  const lines = typed && typed.of === shown ? typed.lines : linesOf(value)
  const set = (next: readonly Line[]) => {
    const record = recordOf(next)
    setTyped({ lines: next, of: JSON.stringify(record) })
    onChange(record)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line with its name
    <div role="group" id={id} className="stack" aria-labelledby={`${id}-name`} aria-describedby={describedBy}>
      {lines.map(([name, entries], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
        <div key={at} className="rule-line">
          <Input
            aria-labelledby={`${id}-name`}
            disabled={disabled}
            maxLength={100}
            value={name}
            onChange={(event) => set(lines.with(at, [event.target.value, entries]))}
          />
          <Select
            mode="tags"
            className="wide"
            open={false}
            suffixIcon={null}
            disabled={disabled}
            aria-label={name || t('addTag')}
            placeholder={t('addTag')}
            tokenSeparators={[',', '，', '、', ' ', '\n']}
            value={[...entries]}
            onChange={(next: string[]) => set(lines.with(at, [name, next]))}
          />
          <Button
            type="text"
            disabled={disabled}
            icon={<Icon name="close" />}
            aria-label={t('removeLine', { name })}
            onClick={() => set(lines.toSpliced(at, 1))}
          />
        </div>
      ))}
      {!disabled && (
        <span>
          <Button size="small" icon={<Icon name="plus" />} onClick={() => set([...lines, ['', []]])}>
            {t('addLine')}
          </Button>
        </span>
      )}
    </div>
  )
}
