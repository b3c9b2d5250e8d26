import { Alert, Input, Modal } from 'antd'
import { useState } from 'react'
import { useLabelled, useWords } from '../../ui/language.ts'
import { randomKey } from '../../ui/random.ts'
import { useAsk, useTell } from '../data/hub.ts'
import { Loaded } from '../parts/admin.tsx'
import { Field } from '../parts/field.tsx'
import { incidentWords } from '../words/incidents.ts'

/** One sentence to all customers of an incident; says before how many hear it, and who does not. */
export function AnswerDialog({ incidentId, close }: { incidentId: string; close: () => void }) {
  const t = useWords(incidentWords)
  const labelled = useLabelled()
  const { run, busy } = useTell()
  const audience = useAsk('incident.audience', { incidentId })
  const [text, setText] = useState('')
  // Pressed twice, or sent again after a broken connection, everybody is told once.
  const [key] = useState(() => randomKey())
  const conversationIds = audience.data?.conversationIds ?? []
  const n = conversationIds.length
  const submit = async () => {
    const input = { incidentId, text: text.trim(), conversationIds: [...conversationIds], key }
    if (await run('incident.answer', input, t('answerDone', { n }))) close()
  }
  return (
    <Modal
      open
      title={t('answerTitle')}
      okText={t('answerOk', { n })}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: n === 0 || text.trim() === '' }}
    >
      <div className="form-stack">
        <Field label={t('answerLabel')}>
          <Input.TextArea
            autoFocus
            rows={3}
            maxLength={2_000}
            aria-label={t('answerLabel')}
            placeholder={t('answerPlaceholder')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <Loaded query={audience}>
          {({ silent }) => (
            <>
              <Alert
                type={n === 0 ? 'warning' : 'info'}
                showIcon
                title={n === 0 ? t('answerNobody') : t('answerWho', { n })}
              />
              {silent.length > 0 && (
                <div>
                  <p className="quiet">{t('silentTitle', { n: silent.length })}</p>
                  <ul className="quiet">
                    {silent.map((each) => (
                      <li key={each.ticketId}>{labelled(each.number, t(each.silence))}</li>
                    ))}
                  </ul>
                </div>
              )}
            </>
          )}
        </Loaded>
      </div>
    </Modal>
  )
}
