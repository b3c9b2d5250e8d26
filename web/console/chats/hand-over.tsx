import { Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { Field } from '../parts/field.tsx'
import { useDraft } from '../ticket/drafts.ts'
import { chatWords } from '../words/chats.ts'
import type { Chat } from './list.tsx'

type Agent = Answer<'desk.chats'>['agents'][number]

/** Back to the queue, where it is given out again. */
const queue = 'queue'

/** Who is there and has room comes first, who has most room at the top. */
function byRoom(colleagues: readonly Agent[]): readonly Agent[] {
  const room = (each: Agent) => each.maxChats - each.chats
  const free = (each: Agent) => each.status === 'online' && room(each) > 0
  return [...colleagues].sort((a, b) => Number(free(b)) - Number(free(a)) || room(b) - room(a))
}

/** Gives a chat to a colleague or back to the queue, with a word for whoever gets it. */
export function HandOverDialog({
  chat,
  colleagues,
  close,
  left,
}: {
  chat: Chat
  colleagues: readonly Agent[]
  close: () => void
  left: () => void
}) {
  const t = useWords(chatWords)
  const { run, busy } = useTell()
  const [note, setNote, clearNote] = useDraft(`handover.${chat.id}`)
  const sorted = byRoom(colleagues)
  const [chosen, setChosen] = useState(sorted[0]?.userId ?? queue)
  const to = sorted.find((each) => each.userId === chosen)
  const submit = async () => {
    if (busy) return
    const said = to ? t('handed', { name: to.name }) : t('queued')
    if (!(await run('conversation.handOver', { id: chat.id, to: to?.userId ?? null, note }, said))) return
    clearNote()
    close()
    left()
  }
  return (
    <Modal
      open
      title={t('handOver')}
      okText={t('handOver')}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      afterOpenChange={(open) => {
        const form = document.querySelector('.hand-over')
        // Whoever types already is not interrupted.
        if (!open || form?.contains(document.activeElement)) return
        form?.querySelector<HTMLElement>('input:checked')?.focus()
      }}
    >
      <div className="stack hand-over">
        <Field label={t('handTo')}>
          <Radio.Group
            aria-label={t('handTo')}
            className="hand-to"
            value={to?.userId ?? queue}
            onChange={(event) => setChosen(String(event.target.value))}
          >
            {sorted.map((each) => (
              <Radio key={each.userId} value={each.userId} className={`presence-${each.status}`}>
                <span className="presence-dot" aria-hidden="true" /> {each.name} · {t(each.status)} ·{' '}
                {t('load', { chats: each.chats, max: each.maxChats })}
              </Radio>
            ))}
            <Radio value={queue}>{t('toQueue')}</Radio>
          </Radio.Group>
        </Field>
        <Field label={t('handNote')}>
          <Input.TextArea
            className="growing"
            rows={2}
            maxLength={2000}
            placeholder={t('handNoteHint')}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
              event.preventDefault()
              void submit()
            }}
          />
        </Field>
      </div>
    </Modal>
  )
}
