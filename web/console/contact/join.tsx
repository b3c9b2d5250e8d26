import { Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { Field } from '../parts/field.tsx'
import { useSettled } from '../parts/settled.ts'
import { contactWords } from '../words/contacts.ts'

type Row = Answer<'contact.list'>['contacts'][number]

/** Says that another customer is the same person, and why. */
export function JoinDialog({ contact, close }: { contact: Answer<'contact.get'>; close: () => void }) {
  const t = useWords(contactWords)
  const { run, busy } = useTell()
  const [text, setText] = useState('')
  const [other, setOther] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const q = useSettled(text)
  const found = useAsk('contact.list', q ? { q } : {})
  // Only those that a channel knows can be joined: a link stands between two identities.
  const others = (found.data?.contacts ?? []).filter(
    (each) => each.id !== contact.id && each.identities.length > 0,
  )
  const label = (row: Row) =>
    [row.name ?? row.identities[0]?.displayName ?? row.identities[0]?.externalId, row.phone, row.company]
      .filter(Boolean)
      .join(' · ')
  const mine = contact.identities[0]
  const theirs = others.find((each) => each.id === other)?.identities[0]
  const submit = async () => {
    if (!mine || !theirs) return
    const done = await run('contact.link', { a: mine.id, b: theirs.id, reason: reason.trim() }, t('linked'))
    if (done) close()
  }
  return (
    <Modal
      open
      title={t('link')}
      okText={t('link')}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: !mine || !theirs || !reason.trim() }}
    >
      <div className="form-stack">
        <p className="quiet">{mine ? t('linkHint') : t('none')}</p>
        <Field label={t('find')}>
          <Select
            autoFocus
            showSearch={{ filterOption: false, onSearch: setText }}
            aria-label={t('find')}
            placeholder={t('search')}
            loading={found.isFetching}
            notFoundContent={t('noMatch')}
            value={other}
            onChange={setOther}
            options={others.map((each) => ({ value: each.id, label: label(each) }))}
          />
        </Field>
        <Field label={t('reason')}>
          <Input
            value={reason}
            maxLength={500}
            placeholder={t('reasonHint')}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
