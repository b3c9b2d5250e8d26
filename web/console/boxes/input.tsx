import { Checkbox, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { useWords, type Words } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import { boxWords, unitWords } from '../words/boxes.ts'
import { type Box, type Unit, unitOf, units } from './box.ts'
import { Lists } from './lists.tsx'
import { NoticeTexts } from './notice-texts.tsx'
import { OrderList } from './order-list.tsx'

/** What every box gets: where it stands, what it holds, and what tells of it. */
export interface Bound<T = unknown> {
  readonly id: string
  readonly value: T
  readonly onChange: (value: T) => void
  readonly disabled: boolean
  readonly 'aria-describedby': string
  readonly 'aria-invalid': boolean
}

const allUnits = Object.keys(units) as Unit[]

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Choices that are known, and those of the value that are not. */
export function useChoices(words: Words, value: readonly string[]) {
  const t = useWords(words)
  const names = [...new Set([...Object.keys(words), ...value])]
  return names.map((name) => ({ value: name, label: name in words ? t(name) : name }))
}

/** A time in the unit that suits it, ms; `among` are the units to choose from. */
export function Duration({
  value,
  onChange,
  among = allUnits,
  ...bound
}: Partial<Bound> & { among?: readonly Unit[] }) {
  const t = useWords(unitWords)
  const w = useWords(boxWords)
  // The unit that was chosen holds for what was typed in it; a value from elsewhere is shown in its own.
  const [typed, setTyped] = useState<{ readonly ms: unknown; readonly unit: Unit } | null>(null)
  const unit = typed && typed.ms === value ? typed.unit : unitOf(value, among)
  const shown = typeof value === 'number' ? value / units[unit] : null
  const set = (n: number | null, next: Unit) => {
    const ms = n === null ? null : Math.round(n * units[next])
    setTyped({ ms, unit: next })
    onChange?.(ms)
  }
  return (
    <span className="box-line">
      <InputNumber
        {...bound}
        min={0}
        status={bound['aria-invalid'] ? 'error' : ''}
        value={shown}
        onChange={(n) => set(n, unit)}
      />
      <Select
        aria-label={w('unit')}
        className="box-unit"
        disabled={bound.disabled ?? false}
        value={unit}
        options={among.map((each) => ({
          value: each,
          label: t(each, { n: Number(shown) }),
        }))}
        onChange={(next: Unit) => set(shown, next)}
      />
    </span>
  )
}

function Counted({ unit, value, onChange, ...bound }: Bound & { unit: keyof typeof unitWords }) {
  const t = useWords(unitWords)
  return (
    <span className="box-line">
      <InputNumber
        {...bound}
        status={bound['aria-invalid'] ? 'error' : ''}
        value={typeof value === 'number' ? value : null}
        onChange={onChange}
      />
      <span>{t(unit, { n: Number(value) })}</span>
    </span>
  )
}

/** A number for each of several, without one where there is none. */
function Table({
  words,
  unit,
  value,
  onChange,
  id,
  ...bound
}: Bound & { words: Words; unit: keyof typeof unitWords }) {
  const t = useWords(words)
  const u = useWords(unitWords)
  const held = (value ?? {}) as Readonly<Record<string, unknown>>
  return (
    <table className="box-table" id={id}>
      <tbody>
        {Object.keys(words).map((name) => (
          <tr key={name}>
            <th scope="row">{t(name)}</th>
            <td>
              <span className="box-line">
                <InputNumber
                  {...bound}
                  aria-label={t(name)}
                  value={typeof held[name] === 'number' ? held[name] : null}
                  onChange={(n) => {
                    const { [name]: _, ...others } = held
                    onChange(n === null ? others : { ...others, [name]: n })
                  }}
                />
                <span>{u(unit, { n: Number(held[name]) })}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Choices({ words, value, onChange, ...bound }: Bound & { words: Words }) {
  const chosen = strings(value)
  const options = useChoices(words, chosen)
  return (
    <Checkbox.Group
      {...bound}
      role="group"
      aria-labelledby={`${bound.id}-name`}
      value={chosen}
      options={options}
      onChange={(next) => onChange(options.map((each) => each.value).filter((name) => next.includes(name)))}
    />
  )
}

function Accounts({ value, onChange, ...bound }: Bound) {
  const accounts = useAsk('channel.list', {}).data?.accounts ?? []
  return (
    <Select
      {...bound}
      mode="multiple"
      className="wide"
      showSearch={{ optionFilterProp: 'label' }}
      value={strings(value)}
      options={accounts.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={onChange}
    />
  )
}

const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))

/** The box itself. */
export function BoxInput({ box, ...bound }: Bound & { box: Box }) {
  const t = useWords(boxWords)
  const status = bound['aria-invalid'] ? 'error' : ''
  const text = typeof bound.value === 'string' ? bound.value : ''
  switch (box.kind) {
    case 'switch':
      return <Switch {...bound} value={bound.value === true} />
    case 'part':
      return null
    case 'text':
      return (
        <Input
          {...bound}
          status={status}
          className="box-text"
          value={text}
          onChange={(event) => bound.onChange(event.target.value)}
        />
      )
    case 'zone':
      return (
        <Select {...bound} status={status} className="box-text" showSearch value={text} options={zones} />
      )
    case 'number':
      return <Counted {...bound} unit={box.unit} />
    case 'duration':
      return <Duration {...bound} />
    case 'table':
      return <Table {...bound} words={box.words} unit={box.unit} />
    case 'choice':
      return <Choice {...bound} words={box.words} />
    case 'choices':
      return <Choices {...bound} words={box.words} />
    case 'order':
      return <OrderList {...bound} words={box.words} value={strings(bound.value)} />
    case 'tags':
      return (
        <Select
          {...bound}
          status={status}
          mode="tags"
          className="wide"
          open={false}
          suffixIcon={null}
          placeholder={t('addTag')}
          tokenSeparators={[',', '，', '、', ' ', '\n']}
          value={strings(bound.value)}
        />
      )
    case 'accounts':
      return <Accounts {...bound} />
    case 'lists':
      return <Lists {...bound} />
    case 'texts':
      return <NoticeTexts {...bound} />
  }
}

function Choice({ words, value, ...bound }: Bound & { words: Words }) {
  const options = useChoices(words, typeof value === 'string' ? [value] : [])
  return <Select {...bound} className="box-text" value={value} options={options} />
}
