import { Modal, Select } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { useAsk, useTell } from '../data/hub.ts'
import { useSettled } from '../parts/settled.ts'
import { incidentWords } from '../words/incidents.ts'

/** Finds a ticket and puts it into an incident. */
export function PutDialog({
  incidentId,
  inside,
  close,
}: {
  incidentId: string
  inside: readonly string[]
  close: () => void
}) {
  const t = useWords(incidentWords)
  const { run, busy } = useTell()
  const [text, setText] = useState('')
  const [ticketId, setTicket] = useState<string | null>(null)
  const q = useSettled(text)
  const found = useAsk('ticket.list', { ...(q ? { q } : {}), limit: 20 })
  const others = (found.data?.tickets ?? []).filter((each) => !inside.includes(each.id))
  const submit = async () => {
    if (ticketId && (await run('incident.put', { incidentId, ticketId }))) close()
  }
  return (
    <Modal
      open
      title={t('put')}
      okText={t('put')}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: !ticketId }}
    >
      <Select
        autoFocus
        className="filter-wide"
        style={{ width: '100%' }}
        showSearch={{ filterOption: false, onSearch: setText }}
        aria-label={t('putSearch')}
        placeholder={t('putSearch')}
        loading={found.isFetching}
        notFoundContent={t('putNone')}
        value={ticketId}
        onChange={setTicket}
        options={others.map((each) => ({
          value: each.id,
          label: [each.number, each.summary, each.contactName].filter(Boolean).join(' · '),
        }))}
      />
    </Modal>
  )
}
