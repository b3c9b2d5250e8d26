import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Input, Modal, Select } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea.js'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { ask, Refused, tell } from '../../ui/api.ts'
import { language, useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import type { ReadValue } from '../data/ticket.ts'
import type { Status } from '../data/tickets.ts'
import { useDraft } from '../ticket/drafts.ts'
import { valueText } from '../ticket/field-text.ts'
import { commonWords, fieldWords } from '../words/terms.ts'
import { ticketWords } from '../words/ticket.ts'
import { ticketsWords } from '../words/tickets.ts'
import { Field, Key } from './field.tsx'
import { StatusMark } from './marks.tsx'

interface Prefill {
  readonly fields: Readonly<Record<string, ReadValue | undefined>>
  /** The caller's newest tickets: maybe this call is about one of them. */
  readonly recent: readonly {
    readonly id: string
    readonly number: string
    readonly status: Status
    readonly accepted: boolean
    readonly summary: string
    readonly createdAtMs: number
  }[]
}

const shown = [
  'contact_name',
  'address',
  'product_category',
  'device_model',
  'fault_description',
  'appointment',
  'intent',
  'urgency',
] as const
const pauseMs = 350

/** The value, once it has stood still for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function usePrefill(phone: string, sentence: string) {
  const settledPhone = useSettled(phone.trim())
  const settledSentence = useSettled(sentence.trim())
  return useQuery({
    queryKey: ['prefill', settledPhone, settledSentence],
    enabled: settledPhone.length >= 5 || settledSentence.length >= 4,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask<Prefill>('ticket.prefill', { phone: settledPhone, said: settledSentence }, signal),
  })
}

function Found({ prefill }: { prefill: Prefill }) {
  const t = useWords(ticketsWords)
  const field = useWords(fieldWords)
  const v = useWords(ticketWords)
  const rows = shown.flatMap((name) => {
    const found = prefill.fields[name]
    const text = found ? valueText(name, found.value, v('yes'), v('no')) : ''
    return found && text ? [{ name, text, sure: found.verdict === 'accepted' }] : []
  })
  return (
    <>
      {prefill.recent.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('createRecent', { n: prefill.recent.length })}
          description={prefill.recent.map((row) => (
            <p key={row.id} className="recent">
              <Link to={`/tickets/${row.id}`}>{row.number}</Link>{' '}
              <StatusMark status={row.status} accepted={row.accepted} /> {row.summary}
            </p>
          ))}
        />
      )}
      <dl className="form-table">
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{field(row.name)}</dt>
            <dd className={row.sure ? undefined : 'unsure'}>{row.text}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** What is typed, what was read from it, and the way to make a ticket of it. */
function useNewTicket(close: () => void) {
  const t = useWords(ticketsWords)
  const navigate = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [phone, setPhone, clearPhone] = useDraft('new.phone')
  const [sentence, setSentence, clearSentence] = useDraft('new.sentence')
  const [typeKey, setTypeKey] = useState('')
  const [busy, setBusy] = useState(false)
  const prefill = usePrefill(phone, sentence)
  const ready = phone.trim() !== '' && sentence.trim() !== ''

  const submit = async () => {
    if (!ready || busy) return
    setBusy(true)
    try {
      const made = await tell<{ ticketId: string; number: string }>('ticket.create', {
        fields: { phone: phone.trim() },
        readings: prefill.data?.fields ?? {},
        said: sentence.trim(),
        ...(typeKey ? { typeKey } : {}),
      })
      clearPhone()
      clearSentence()
      message.success(t('created2', { number: made.number }))
      void client.invalidateQueries({ queryKey: ['tickets'] })
      close()
      void navigate(`/tickets/${made.ticketId}`)
    } catch (error) {
      message.error(error instanceof Refused ? error.message : String(error), 6)
      setBusy(false)
    }
  }
  return { phone, setPhone, sentence, setSentence, typeKey, setTypeKey, prefill, ready, busy, submit }
}

/** The type, where there is more than one; mostly the hub chooses it by what the ticket is about. */
function TypeBox({ value, choose }: { value: string; choose: (key: string) => void }) {
  const t = useWords(ticketsWords)
  const lang = language.use()
  const types = useAsk('ticketType.list', {}).data?.types ?? []
  if (types.length < 2) return null
  const options = [
    { value: '', label: t('createTypeAuto') },
    ...types.map(({ key, name }) => ({ value: key, label: name[lang] })),
  ]
  return (
    <Field label={t('createType')}>
      <Select aria-label={t('createType')} value={value} options={options} onChange={choose} />
    </Field>
  )
}

/** A ticket in half a minute by keyboard alone: phone, one sentence, Ctrl+Enter. */
export default function QuickTicket({ close }: { close: () => void }) {
  const t = useWords(ticketsWords)
  const c = useWords(commonWords)
  const made = useNewTicket(close)
  const { phone, setPhone, sentence, setSentence, prefill, ready, busy, submit } = made
  const sentenceBox = useRef<TextAreaRef>(null)
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (event.ctrlKey || event.metaKey) void submit()
    else sentenceBox.current?.focus()
  }

  return (
    <Modal
      open
      title={t('createTitle')}
      onCancel={close}
      width={640}
      footer={
        <>
          <Button onClick={close}>{c('cancel')}</Button>
          <Button type="primary" loading={busy} disabled={!ready} onClick={() => void submit()}>
            {t('createSubmit')} <Key>Ctrl ↵</Key>
          </Button>
        </>
      }
    >
      <div className="form-stack">
        <p className="quiet">{t('createHint')}</p>
        <Field label={t('createPhone')}>
          <Input
            // With the dialog, not after its animation: the digits follow the key that opened it.
            autoFocus
            size="large"
            inputMode="tel"
            autoComplete="off"
            maxLength={40}
            value={phone}
            onChange={(event) => setPhone(event.target.value)}
            onKeyDown={onKey}
          />
        </Field>
        <Field label={t('createSentence')}>
          <Input.TextArea
            ref={sentenceBox}
            size="large"
            className="growing"
            rows={2}
            maxLength={4000}
            placeholder={t('createSentenceHint')}
            value={sentence}
            onChange={(event) => setSentence(event.target.value)}
            onKeyDown={(event) => (event.ctrlKey || event.metaKey) && onKey(event)}
          />
        </Field>
        <TypeBox value={made.typeKey} choose={made.setTypeKey} />
        <section className="prefill" aria-live="polite" aria-label={t('createPrefill')}>
          {prefill.isFetching && !prefill.data ? <p className="quiet">{t('createReading')}</p> : null}
          {prefill.data && <Found prefill={prefill.data} />}
        </section>
      </div>
    </Modal>
  )
}
