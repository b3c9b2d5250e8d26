import { Button } from 'antd'
import { type RefObject, useRef } from 'react'
import type { Commands } from '../../ui/generated/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import type { FormProperty, Ticket, TicketField } from '../data/ticket.ts'
import { useKeys } from '../keys.ts'
import { fieldWords } from '../words/terms.ts'
import { ticketWords } from '../words/ticket.ts'
import { useAttempt, useChange } from './change.ts'
import { useEdits } from './editing.ts'
import { FieldRow, type RowState } from './field-row.tsx'

/** Standard fields in the order in which an agent asks for them. */
const order = [
  'fault_description',
  'contact_name',
  'phone',
  'address',
  'appointment',
  'product_category',
  'device_model',
  'serial_number',
  'order_number',
  'intent',
  'urgency',
  'sentiment',
  'is_repeat_contact',
  'summary',
] as const

/** Without these nobody can be sent: shown as missing although no form demands them. */
const usuallyNeeded = ['contact_name', 'phone', 'address', 'fault_description']

type Json = Commands['ticket.setField']['input']['value']

interface Entry {
  readonly name: string
  readonly label: string
  readonly field: TicketField | undefined
  readonly property: FormProperty | undefined
  readonly state: RowState
}

function stateOf(field: TicketField | undefined, required: boolean): RowState {
  const empty = !field || field.value === null || field.value === ''
  if (empty) return required ? 'missing' : 'empty'
  return field.verdict === 'confirm' ? 'confirm' : 'sure'
}

function useEntries(ticket: Ticket): readonly Entry[] {
  const t = useWords(fieldWords)
  const lang = language.use()
  const wanted = new Set([
    ...usuallyNeeded,
    ...(ticket.type.form.required ?? []),
    ...ticket.missing.map((each) => each.name),
  ])
  const standard = order.map((name): Entry => {
    const field = ticket.fields[name]
    return {
      name,
      label: t(name),
      field,
      property: undefined,
      state: stateOf(field, wanted.has(name)),
    }
  })
  const custom = Object.entries(ticket.type.form.properties ?? {})
    .filter(([name]) => !(name in fieldWords))
    .map(([name, property]): Entry => {
      const field = ticket.custom[name]
      return {
        name,
        label: property.title?.[lang] ?? name,
        field,
        property,
        state: stateOf(field, wanted.has(name)),
      }
    })
  return [...standard, ...custom]
}

function buttonsOf(list: RefObject<HTMLUListElement | null>): HTMLElement[] {
  return [...(list.current?.querySelectorAll<HTMLElement>('.field-value') ?? [])]
}

function moveFocus(list: RefObject<HTMLUListElement | null>, by: number) {
  const buttons = buttonsOf(list)
  const at = buttons.indexOf(document.activeElement as HTMLElement)
  buttons[Math.max(0, Math.min(buttons.length - 1, at < 0 ? 0 : at + by))]?.focus()
}

/** The next field that needs a person, after the one in focus; around the end to the first. */
function nextOpen(list: RefObject<HTMLUListElement | null>) {
  const buttons = buttonsOf(list)
  const open = buttons.filter((each) => each.closest('.row-missing, .row-confirm, .row-suggested'))
  const at = buttons.indexOf(document.activeElement as HTMLElement)
  const next = open.find((each) => buttons.indexOf(each) > at) ?? open[0]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

function Progress({
  entries,
  confirmAll,
}: {
  entries: readonly Entry[]
  confirmAll: (names: string[]) => void
}) {
  const t = useWords(ticketWords)
  const missing = entries.filter((each) => each.state === 'missing').length
  const confirm = entries.filter((each) => each.state === 'confirm')
  if (missing === 0 && confirm.length === 0)
    return (
      <span className="all-set">
        <Icon name="check" size={14} /> {t('allSet')}
      </span>
    )
  return (
    <span className="quiet fields-progress">
      {t('summaryOpen', { missing, confirm: confirm.length })}
      {confirm.length > 1 && (
        <Button type="link" size="small" onClick={() => confirmAll(confirm.map((each) => each.name))}>
          {t('confirmAll')}
        </Button>
      )}
    </span>
  )
}

/** The structured ticket: every field with where it came from, and what still needs a person. */
export function Fields({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const entries = useEntries(ticket)
  const change = useChange(ticket.id)
  const list = useRef<HTMLUListElement>(null)
  const attempt = useAttempt(ticket.id)
  const { edits, open, close, refuse } = useEdits(ticket.id)
  const confirmAll = async (names: readonly string[]) => {
    for (const name of names) if (!(await change('ticket.confirmField', { name }))) return
  }
  const back = (name: string) =>
    setTimeout(() => {
      // Whoever went on to another box stays there.
      if (document.activeElement === document.body)
        list.current?.querySelector<HTMLElement>(`[data-field="${name}"]`)?.focus()
    })
  const save = async (name: string, value: unknown, from: unknown) => {
    const input = { name, value: value as Json, from: (from ?? null) as Json }
    const refused = await attempt('ticket.setField', input)
    if (refused) refuse(name, { from, typed: value, refused })
    else {
      close(name)
      back(name)
    }
    return refused === null
  }
  useKeys({ j: () => moveFocus(list, 1), k: () => moveFocus(list, -1), f: () => nextOpen(list) })
  return (
    <section className="fields" aria-label={t('structured')}>
      <header className="section-head">
        <h2>{t('structured')}</h2>
        <Progress entries={entries} confirmAll={(names) => void confirmAll(names)} />
      </header>
      <ul ref={list}>
        {entries.map((entry) => (
          <FieldRow
            key={entry.name}
            {...entry}
            editing={edits[entry.name]}
            edit={() => open(entry.name, entry.field?.value)}
            cancel={() => {
              close(entry.name)
              back(entry.name)
            }}
            save={(value, from) => save(entry.name, value, from)}
            confirm={() => void change('ticket.confirmField', { name: entry.name })}
            settle={(accept) =>
              void change(accept ? 'ticket.acceptSuggestion' : 'ticket.rejectSuggestion', {
                name: entry.name,
              })
            }
          />
        ))}
      </ul>
    </section>
  )
}
