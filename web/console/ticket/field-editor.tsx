import { Button, Input, Select } from 'antd'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { fromBox, toBox } from '../../ui/zone.ts'
import type { FormProperty } from '../data/ticket.ts'
import { commonWords } from '../words/terms.ts'
import { ticketWords } from '../words/ticket.ts'
import { choices } from './field-text.ts'

/** What an editor needs: the value now, and where the new one goes. */
export interface EditorProps {
  readonly name: string
  readonly label: string
  readonly value: unknown
  readonly property: FormProperty | undefined
  readonly save: (value: unknown) => void
  readonly cancel: () => void
}

const longFields = ['fault_description', 'summary']

function isoMoment(box: string | null | undefined): string | null {
  const ms = fromBox(box ?? '')
  return ms === null ? null : new Date(ms).toISOString()
}

function Choice({ name, label, value, property, save, cancel }: EditorProps) {
  const t = useWords(choices[name] ?? {})
  const v = useWords(ticketWords)
  const options =
    property?.type === 'boolean' || name === 'is_repeat_contact'
      ? [
          { value: 'true', label: v('yes') },
          { value: 'false', label: v('no') },
        ]
      : Object.keys(
          choices[name] ?? Object.fromEntries((property?.enum ?? []).map((each) => [each, each])),
        ).map((key) => ({ value: key, label: choices[name] ? t(key) : key }))
  return (
    <Select
      autoFocus
      defaultOpen
      showSearch={{ optionFilterProp: 'label' }}
      className="wide"
      aria-label={label}
      defaultValue={value === null || value === undefined ? undefined : String(value)}
      options={options}
      onChange={(next: string) => save(next === 'true' ? true : next === 'false' ? false : next)}
      onBlur={cancel}
      onInputKeyDown={(event) => {
        if (event.key === 'Escape') cancel()
      }}
    />
  )
}

/** Several of a list; leaving the box keeps what was picked, Escape what was there. */
function Several({ label, value, property, save, cancel }: EditorProps) {
  const before = Array.isArray(value) ? value.map(String) : []
  const [picked, setPicked] = useState<readonly string[]>(before)
  const done = () => (picked.join('\n') === before.join('\n') ? cancel() : save([...picked]))
  return (
    <Select
      mode="multiple"
      autoFocus
      defaultOpen
      className="wide"
      aria-label={label}
      value={[...picked]}
      options={(property?.items?.enum ?? []).map((each) => ({ value: each, label: each }))}
      onChange={(next: string[]) => setPicked(next)}
      onBlur={done}
      onInputKeyDown={(event) => {
        if (event.key === 'Escape') cancel()
      }}
    />
  )
}

type Parts = Record<string, string | null | undefined>

/** Several boxes for one value: the address by its levels, an appointment by its ends. */
function Compound({
  parts,
  value,
  save,
  cancel,
  type,
}: {
  parts: readonly { readonly key: string; readonly label: string; readonly wide?: boolean }[]
  value: Parts
  save: (value: Parts) => void
  cancel: () => void
  type: 'text' | 'datetime-local'
}) {
  const t = useWords(commonWords)
  const [draft, setDraft] = useState(value)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(draft)
  }
  return (
    <form className="compound" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && cancel()}>
      {parts.map((part, index) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the box below is the control
        <label key={part.key} className={part.wide ? 'wide' : undefined}>
          <span className="quiet">{part.label}</span>
          <Input
            type={type}
            autoFocus={index === 0}
            value={draft[part.key] ?? ''}
            onChange={(event) => setDraft({ ...draft, [part.key]: event.target.value || null })}
          />
        </label>
      ))}
      <div className="compound-actions">
        <Button size="small" onClick={cancel}>
          {t('cancel')}
        </Button>
        <Button size="small" type="primary" htmlType="submit">
          {t('save')}
        </Button>
      </div>
    </form>
  )
}

function AddressEditor({ value, save, cancel }: EditorProps) {
  const t = useWords(ticketWords)
  const before = (value ?? {}) as Parts
  return (
    <Compound
      type="text"
      parts={[
        { key: 'province', label: t('province') },
        { key: 'city', label: t('city') },
        { key: 'district', label: t('district') },
        { key: 'detail', label: t('detail'), wide: true },
      ]}
      value={before}
      // The division code belongs to the old words; the hub finds the new one.
      save={(next) => save({ ...next, adcode: null })}
      cancel={cancel}
    />
  )
}

function AppointmentEditor({ value, save, cancel }: EditorProps) {
  const t = useWords(ticketWords)
  const before = (value ?? {}) as Parts
  return (
    <Compound
      type="datetime-local"
      parts={[
        { key: 'start', label: t('from') },
        { key: 'end', label: t('to') },
      ]}
      value={{ start: toBox(before.start), end: toBox(before.end) }}
      save={(next) => save({ start: isoMoment(next.start), end: isoMoment(next.end) })}
      cancel={cancel}
    />
  )
}

function TextEditor({ name, label, value, property, save, cancel }: EditorProps) {
  const [text, setText] = useState(value === null || value === undefined ? '' : String(value))
  // A box that disappears may still say that it lost the focus.
  const settled = useRef(false)
  const done = () => {
    if (settled.current) return
    settled.current = true
    const trimmed = text.trim()
    if (trimmed === String(value ?? '')) cancel()
    else if (property?.type === 'number' || property?.type === 'integer')
      save(trimmed === '' ? null : Number(trimmed))
    else save(trimmed === '' ? null : trimmed)
  }
  const common = {
    autoFocus: true,
    'aria-label': label,
    value: text,
    onBlur: done,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        settled.current = true
        cancel()
      }
      if (
        event.key === 'Enter' &&
        !event.nativeEvent.isComposing &&
        (!longFields.includes(name) || event.ctrlKey)
      ) {
        event.preventDefault()
        done()
      }
    },
  }
  return longFields.includes(name) ? (
    <Input.TextArea
      {...common}
      className="growing"
      rows={2}
      onChange={(event) => setText(event.target.value)}
    />
  ) : (
    <Input {...common} onChange={(event) => setText(event.target.value)} />
  )
}

/** The right box for a field: choice, address, appointment or text. Enter saves, Escape keeps what was there. */
export function FieldEditor(props: EditorProps) {
  const { name, property } = props
  if (name === 'address') return <AddressEditor {...props} />
  if (name === 'appointment') return <AppointmentEditor {...props} />
  if (choices[name] || property?.enum || property?.type === 'boolean' || name === 'is_repeat_contact')
    return <Choice {...props} />
  if (property?.type === 'array') return <Several {...props} />
  return <TextEditor {...props} />
}
