import { Button } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords, type Words } from '../../ui/language.ts'
import { boxWords } from '../words/boxes.ts'
import { type Bound, useChoices } from './input.tsx'

/** Some of several in an order: moved up and down, taken out and put in again at the end. */
export function OrderList({
  words,
  value,
  onChange,
  id,
  disabled,
  'aria-describedby': describedBy,
}: Omit<Bound, 'value'> & { words: Words; value: readonly string[] }) {
  const t = useWords(boxWords)
  const choices = useChoices(words, value)
  const [moved, setMoved] = useState<{ readonly name: string; readonly n: number } | null>(null)
  const nameOf = (each: string) => choices.find((choice) => choice.value === each)?.label ?? each
  const move = (at: number, to: number) => {
    const each = value[at]
    // At the end of the list the button stays where the focus is and does nothing.
    if (each === undefined || to < 0 || to >= value.length) return
    onChange(value.toSpliced(at, 1).toSpliced(to, 0, each))
    setMoved({ name: nameOf(each), n: to + 1 })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line with its name
    <div role="group" id={id} aria-labelledby={`${id}-name`} aria-describedby={describedBy}>
      {value.length === 0 && <p className="quiet">{t('noOrder')}</p>}
      <ol className="order-list">
        {value.map((each, at) => (
          <li key={each}>
            <span>{nameOf(each)}</span>
            {!disabled && (
              <span className="row-actions">
                <Button
                  size="small"
                  type="text"
                  icon={<Icon name="up" />}
                  aria-label={t('up', { name: nameOf(each) })}
                  aria-disabled={at === 0}
                  onClick={() => move(at, at - 1)}
                />
                <Button
                  size="small"
                  type="text"
                  icon={<Icon name="down" />}
                  aria-label={t('down', { name: nameOf(each) })}
                  aria-disabled={at === value.length - 1}
                  onClick={() => move(at, at + 1)}
                />
                <Button
                  size="small"
                  type="text"
                  icon={<Icon name="close" />}
                  aria-label={t('takeOut', { name: nameOf(each) })}
                  onClick={() => onChange(value.toSpliced(at, 1))}
                />
              </span>
            )}
          </li>
        ))}
      </ol>
      {!disabled && (
        <span className="tags">
          {choices
            .filter((each) => !value.includes(each.value))
            .map((each) => (
              <Button
                key={each.value}
                size="small"
                icon={<Icon name="plus" />}
                aria-label={t('addOne', { name: each.label })}
                onClick={() => onChange([...value, each.value])}
              >
                {each.label}
              </Button>
            ))}
        </span>
      )}
      <span role="status" className="sr-only">
        {moved && t('nowAt', moved)}
      </span>
    </div>
  )
}
