import { Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { TagsBox } from '../parts/tags-box.tsx'
import { boxWords } from '../words/boxes.ts'
import { fieldKindWords, formWords } from '../words/forms.ts'
import { choosing, type FieldKind, type FieldRow, fieldKinds, freshRow, hasLimits } from './rows.ts'

const keyPattern = /^[a-z][a-z0-9_]{0,39}$/

/** What the limits of a kind are called; numbers have none of their own words. */
const limitWords: Partial<Record<FieldKind, readonly [keyof typeof formWords, keyof typeof formWords]>> = {
  text: ['leastText', 'mostText'],
  choices: ['leastChoices', 'mostChoices'],
}

/** The boxes of one kind: its choices, its limits. */
function OfKind({ at, kind }: { at: number; kind: FieldKind }) {
  const t = useWords(formWords)
  const [least, most] = limitWords[kind] ?? ['least', 'most']
  return (
    <>
      {choosing.includes(kind) && (
        <Form.Item
          className="wide"
          name={[at, 'choices']}
          label={t('choices')}
          extra={t('choicesHint')}
          rules={[{ required: true, message: t('noChoices') }]}
        >
          <TagsBox />
        </Form.Item>
      )}
      {hasLimits(kind) && (
        <>
          <Form.Item name={[at, 'least']} label={t(least)}>
            <InputNumber />
          </Form.Item>
          <Form.Item name={[at, 'most']} label={t(most)}>
            <InputNumber />
          </Form.Item>
        </>
      )}
    </>
  )
}

/** What is seldom wanted: the key, an explanation, a pattern. */
function More({ at, kind, isNew }: { at: number; kind: FieldKind; isNew: boolean }) {
  const t = useWords(formWords)
  const form = Form.useFormInstance()
  const isOwn = (name: string) =>
    ((form.getFieldValue('rows') ?? []) as FieldRow[]).filter((row) => row.name === name).length < 2
  return (
    <>
      <Form.Item
        name={[at, 'name']}
        label={t('key')}
        extra={isNew ? t('keyHint') : t('keyStays')}
        rules={[
          { pattern: keyPattern, message: t('keyForm') },
          {
            validator: async (_, name: string | undefined) => {
              if (name && !isOwn(name)) throw new Error(t('keyTwice'))
            },
          },
        ]}
      >
        <Input maxLength={40} disabled={!isNew} spellCheck={false} />
      </Form.Item>
      {kind === 'text' && (
        <Form.Item name={[at, 'pattern']} label={t('pattern')} extra={t('patternHint')}>
          <Input spellCheck={false} />
        </Form.Item>
      )}
      <Form.Item name={[at, 'aboutZh']} label={t('aboutZh')}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name={[at, 'aboutEn']} label={t('aboutEn')}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  )
}

interface RowProps {
  readonly at: number
  readonly last: boolean
  /** It is not stored yet: its key may be chosen. */
  readonly isNew: boolean
  readonly move: (from: number, to: number) => void
  readonly remove: (at: number) => void
}

function Row({ at, last, isNew, move, remove }: RowProps) {
  const t = useWords(formWords)
  const b = useWords(boxWords)
  const kindWord = useWords(fieldKindWords)
  const [more, setMore] = useState(false)
  const row = (Form.useWatch(['rows', at]) ?? freshRow) as FieldRow
  const name = row.zh || t('unnamed', { n: at + 1 })
  return (
    <li className="form-field" aria-label={name}>
      <div className="form-field-boxes">
        <Form.Item name={[at, 'zh']} label={t('zh')} rules={[{ required: true, message: t('noName') }]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name={[at, 'en']} label={t('en')}>
          <Input maxLength={200} placeholder={t('enHint')} />
        </Form.Item>
        <Form.Item name={[at, 'kind']} label={t('kind')}>
          <Select options={fieldKinds.map((value) => ({ value, label: kindWord(value) }))} />
        </Form.Item>
        <Form.Item name={[at, 'required']} label={t('required')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <OfKind at={at} kind={row.kind} />
        {/* Always there, so that a wrong key is found; seen when it is asked for. */}
        <div className="form-field-more" hidden={!more}>
          <More at={at} kind={row.kind} isNew={isNew} />
        </div>
      </div>
      <div className="row-actions">
        <Button
          size="small"
          type="text"
          icon={<Icon name="up" />}
          aria-label={b('up', { name })}
          aria-disabled={at === 0}
          onClick={() => at > 0 && move(at, at - 1)}
        />
        <Button
          size="small"
          type="text"
          icon={<Icon name="down" />}
          aria-label={b('down', { name })}
          aria-disabled={last}
          onClick={() => !last && move(at, at + 1)}
        />
        <Button size="small" type="text" aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? t('less') : t('more')}
        </Button>
        <Button
          size="small"
          type="text"
          icon={<Icon name="close" />}
          aria-label={b('takeOut', { name })}
          onClick={() => remove(at)}
        />
      </div>
    </li>
  )
}

/** The fields of a ticket type's form, one below the other: the box `rows` of the form around it. */
export function FieldRows({ stored }: { stored: readonly FieldRow[] }) {
  const t = useWords(formWords)
  const list = useRef<HTMLOListElement>(null)
  const [added, setAdded] = useState(0)
  const known = new Set(stored.map(({ name }) => name))
  const rows = (Form.useWatch('rows') ?? []) as FieldRow[]
  useEffect(() => {
    if (added > 0) list.current?.querySelector<HTMLElement>('li:last-child input')?.focus()
  }, [added])
  return (
    <Form.List name="rows">
      {(entries, { add, remove, move }) => (
        <>
          {entries.length === 0 && <p className="quiet">{t('noFields')}</p>}
          <ol className="form-fields" ref={list}>
            {entries.map(({ key, name: at }) => (
              <Row
                key={key}
                at={at}
                last={at === entries.length - 1}
                isNew={!known.has(rows[at]?.name)}
                move={move}
                remove={remove}
              />
            ))}
          </ol>
          <Button
            icon={<Icon name="plus" />}
            onClick={() => {
              add(freshRow)
              setAdded(added + 1)
            }}
          >
            {t('add')}
          </Button>
        </>
      )}
    </Form.List>
  )
}
