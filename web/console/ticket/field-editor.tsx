import { Input, Select } from 'antd'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { fromBox, toBox } from '../../ui/zone.ts'
import type { FormProperty } from '../data/ticket.ts'
import { ticketWords } from '../words/ticket.ts'
import { AddressEditor } from './address-editor.tsx'
import { Compound, type Parts } from './compound.tsx'
import type { Edit } from './editing.ts'
import { choices } from './field-text.ts'

/** What an editor needs: the value it began with, what was typed of late, and where the new one goes. */
export interface EditorProps {
  readonly name: string
  readonly label: string
  readonly value: unknown
  /** What was typed before and not taken. */
  readonly edit: Edit
  readonly property: FormProperty | undefined
  /** True when it was stored; else the editor stays with what was typed. */
  readonly save: (value: unknown) => Promise<boolean>
  readonly cancel: () => void
}

const longFields = ['fault_description', 'summary']

function isoMoment(box: string | null | undefined): string | null {
  const ms = fromBox(box ?? '')
  return ms === null ? null : new Date(ms).toISOString()
}

function Choice({ name, label, value, edit, property, save, cancel }: EditorProps) {
  const t = useWords(choices[name] ?? {})
  const v = useWords(ticketWords)
  const start = edit.refused ? edit.typed : value
  const picked = useRef(false)
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
      defaultOpen={!edit.refused}
      showSearch={{ optionFilterProp: 'label' }}
      className="wide"
      aria-label={label}
      defaultValue={start === null || start === undefined ? undefined : String(start)}
      options={options}
      onSelect={(next: string) => {
        picked.current = true
        void save(next === 'true' ? true : next === 'false' ? false : next)
      }}
      onBlur={() => {
        // What was picked is on its way, or was refused and waits.
        if (!picked.current && !edit.refused) cancel()
      }}
      onInputKeyDown={(event) => {
        if (event.key === 'Escape') cancel()
      }}
    />
  )
}

/** Several of a list; leaving the box keeps what was picked, Escape what was there. */
function Several({ label, value, edit, property, save, cancel }: EditorProps) {
  const before = Array.isArray(value) ? value.map(String) : []
  const [picked, setPicked] = useState<readonly string[]>(
    edit.refused && Array.isArray(edit.typed) ? edit.typed.map(String) : before,
  )
  const done = () => {
    if (picked.join('\n') === before.join('\n')) cancel()
    else void save([...picked])
  }
  return (
    <Select
      mode="multiple"
      autoFocus
      defaultOpen={!edit.refused}
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

function AppointmentEditor({ value, edit, save, cancel }: EditorProps) {
  const t = useWords(ticketWords)
  const before = ((edit.refused ? edit.typed : value) ?? {}) as Parts
  const [draft, setDraft] = useState<Parts>({ start: toBox(before.start), end: toBox(before.end) })
  return (
    <Compound
      type="datetime-local"
      parts={[
        { key: 'start', label: t('from') },
        { key: 'end', label: t('to') },
      ]}
      value={draft}
      change={(key, text) => setDraft({ ...draft, [key]: text })}
      submit={() => save({ start: isoMoment(draft.start), end: isoMoment(draft.end) })}
      cancel={cancel}
    />
  )
}

/** What a text stands for in a field; the hub says what is wrong with a number that is none. */
function typedValue(text: string, property: FormProperty | undefined): string | number | null {
  if (text === '') return null
  const number = property?.type === 'number' || property?.type === 'integer'
  return number && !Number.isNaN(Number(text)) ? Number(text) : text
}

function TextEditor({ name, label, value, edit, property, save, cancel }: EditorProps) {
  const [text, setText] = useState(String((edit.refused ? edit.typed : value) ?? ''))
  const [busy, setBusy] = useState(false)
  // A box that disappears may still say that it lost the focus.
  const settled = useRef(false)
  const done = async () => {
    if (settled.current) return
    settled.current = true
    const trimmed = text.trim()
    if (trimmed === String(value ?? '')) return cancel()
    setBusy(true)
    settled.current = await save(typedValue(trimmed, property))
    setBusy(false)
  }
  const common = {
    autoFocus: true,
    readOnly: busy,
    'aria-label': label,
    value: text,
    onBlur: () => void done(),
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
        void done()
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

/** Why the value was not taken. */
function Problem({ refused }: { refused: Refused }) {
  const t = useWords(ticketWords)
  const reason = refused.issues[0]?.message ?? refused.message
  return (
    <p className="field-problem" role="alert">
      <Icon name="alert" size={13} />
      {t('saveFailed', { reason })}
    </p>
  )
}

/** The right box for a field: choice, address, appointment or text. Enter saves, Escape keeps what was there. */
export function FieldEditor(props: EditorProps) {
  return (
    <>
      <Box {...props} />
      {props.edit.refused && <Problem refused={props.edit.refused} />}
    </>
  )
}

function Box(props: EditorProps) {
  const { name, property } = props
  if (name === 'address') return <AddressEditor {...props} />
  if (name === 'appointment') return <AppointmentEditor {...props} />
  if (choices[name] || property?.enum || property?.type === 'boolean' || name === 'is_repeat_contact')
    return <Choice {...props} />
  if (property?.type === 'array') return <Several {...props} />
  return <TextEditor {...props} />
}
