import { App, Button, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import type { Ticket } from '../data/ticket.ts'
import { Field } from '../parts/field.tsx'
import { useSettled } from '../parts/settled.ts'
import { relateWords } from '../words/ticket.ts'
import type { Change } from './change.ts'

const ways = ['related', 'duplicate', 'parent', 'merge'] as const
type Way = (typeof ways)[number]

function give(way: Way, ticket: Ticket, otherId: string, change: Change): Promise<boolean> {
  const { version } = ticket
  if (way === 'merge') return change('ticket.merge', { version, intoId: otherId })
  if (way === 'parent') return change('ticket.setParent', { version, parentId: otherId })
  return change('ticket.link', { otherId, kind: way })
}

/** Finds another ticket and says how the two belong together. All of it can be taken back. */
export function RelateDialog({
  ticket,
  close,
  change,
}: {
  ticket: Ticket
  close: () => void
  change: Change
}) {
  const t = useWords(relateWords)
  const { message } = App.useApp()
  const [way, setWay] = useState<Way>('related')
  const [text, setText] = useState('')
  const [other, setOther] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const q = useSettled(text)
  // Without a word: what the same customer has.
  const scope = q ? { q } : ticket.contact ? { contactId: ticket.contact.id } : {}
  const found = useAsk('ticket.list', { ...scope, limit: 20 })
  const others = (found.data?.tickets ?? []).filter((each) => each.id !== ticket.id)
  const allowed = ways.filter((each) => each !== 'merge' || ticket.commands.includes('merge'))
  const submit = async () => {
    if (!other) return
    setBusy(true)
    const done = await give(way, ticket, other, change)
    setBusy(false)
    if (!done) return
    message.success(t('done'), 2)
    close()
  }
  return (
    <Modal
      open
      title={t('title')}
      okText={t(way)}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: !other }}
    >
      <div className="form-stack">
        <Field label={t('other')}>
          <Select
            autoFocus
            showSearch={{ filterOption: false, onSearch: (typed) => setText(typed.slice(0, 200)) }}
            aria-label={t('other')}
            placeholder={t('search')}
            loading={found.isFetching}
            notFoundContent={t('noMatch')}
            value={other}
            onChange={setOther}
            options={others.map((each) => ({
              value: each.id,
              label: [each.number, each.summary, each.contactName].filter(Boolean).join(' · '),
            }))}
          />
        </Field>
        <Radio.Group
          value={way}
          onChange={(event) => setWay(event.target.value as Way)}
          options={allowed.map((each) => ({ value: each, label: t(each) }))}
        />
        <p className="quiet">{t(`${way}Hint`)}</p>
      </div>
    </Modal>
  )
}

/** Takes a relation back: the merge of this ticket, its parent, or a link. */
export function TakeBack({
  word,
  take,
}: {
  word: 'unmerge' | 'unparent' | 'unlink'
  take: () => Promise<boolean>
}) {
  const t = useWords(relateWords)
  const [busy, setBusy] = useState(false)
  return (
    <Button
      size="small"
      type="text"
      loading={busy}
      onClick={() => {
        setBusy(true)
        void take().finally(() => setBusy(false))
      }}
    >
      {t(word)}
    </Button>
  )
}
