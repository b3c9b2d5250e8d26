import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Input, Modal, Select, Skeleton } from 'antd'
import { useCallback, useEffect, useState } from 'react'
import { ask, Refused, tell } from '../../ui/api.ts'
import { language, useWords } from '../../ui/language.ts'
import type { MessageView } from '../data/conversation.ts'
import type { Answer, Input as Given } from '../data/hub.ts'
import { isForeign, languageBy, readersCode, useLanguages, written } from '../data/translation.ts'
import { translationWords } from '../words/translation.ts'

/** The language in which a customer last wrote, where that is not the reader's. */
export function useCustomersLanguage(messages: readonly MessageView[], conversationId: string | undefined) {
  const reader = readersCode(language.use())
  const last = messages.findLast(
    (each) => each.conversationId === conversationId && each.direction === 'in' && each.lang !== null,
  )
  return last && isForeign(last.lang, reader) ? last.lang : null
}

const none = 'none'

/** In which language a reply goes out: as it is written, the customer's, or another one. */
export function SendIn({
  value,
  customers,
  onChange,
}: {
  value: string | null
  customers: string | null
  onChange: (code: string | null) => void
}) {
  const t = useWords(translationWords)
  const lang = language.use()
  const known = useLanguages()
  if (!known) return null
  const first = languageBy(known, customers)
  const others = known.languages.filter(({ code }) => code !== customers)
  return (
    <Select
      size="small"
      className="send-in"
      aria-label={t('sendIn')}
      value={value ?? none}
      onChange={(code) => onChange(code === none ? null : code)}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      options={[
        { value: none, label: t('asWritten') },
        ...(first ? [{ value: first.code, label: t('customersLanguage', { name: first[lang] }) }] : []),
        ...others.map((each) => ({ value: each.code, label: t('translateInto', { name: each[lang] }) })),
      ]}
    />
  )
}

/** A reply that waits for its translation. */
export interface Waiting {
  readonly reply: Given<'outbox.reply'> & { readonly text: string }
  readonly lang: string
  /** Sent, and in which words. */
  readonly sent: () => void
  /** Not sent: the text goes back to where it was written. */
  readonly left: () => void
}

type Draft = Answer<'translation.get'>

/** Has a text translated, and follows what becomes of it. */
function useDraftTranslation({ reply, lang }: Waiting) {
  const [id, setId] = useState<string | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const { conversationId, text } = reply
  const start = useCallback(async () => {
    setId(null)
    setFailed(null)
    try {
      const made = await tell<{ translationId: string }>('translation.draft', { conversationId, text, lang })
      setId(made.translationId)
    } catch (error) {
      setFailed(error instanceof Refused ? error.message : String(error))
    }
  }, [conversationId, text, lang])
  useEffect(() => void start(), [start])
  const query = useQuery({
    queryKey: ['translation', 'translation.get', id],
    queryFn: ({ signal }) => ask<Draft>('translation.get', { id }, signal),
    enabled: id !== null,
    refetchInterval: (each) => (each.state.data && each.state.data.state !== 'pending' ? false : 1_500),
  })
  return { start, failed: failed ?? query.error?.message ?? null, draft: query.data }
}

/** Shows a reply as the customer will read it, beside what was written, before it is sent. */
export function ReplyPreview({ waiting }: { waiting: Waiting }) {
  const t = useWords(translationWords)
  const lang = language.use()
  const known = useLanguages()
  const { start, failed, draft } = useDraftTranslation(waiting)
  const [changed, setChanged] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [unsent, setUnsent] = useState<string | null>(null)
  const text = changed ?? draft?.text ?? ''
  const problem = failed ?? (draft?.state === 'refused' ? (draft.problem?.[lang] ?? '') : null)
  const send = async (reply: Given<'outbox.reply'>) => {
    setBusy(true)
    setUnsent(null)
    try {
      await tell('outbox.reply', reply)
      waiting.sent()
    } catch (error) {
      setUnsent(error instanceof Refused ? error.message : String(error))
      setBusy(false)
    }
  }
  const ready = draft?.state === 'done' && text.trim() !== ''
  return (
    <Modal
      open
      title={t('previewTitle', { name: languageBy(known, waiting.lang)?.[lang] ?? waiting.lang })}
      onCancel={waiting.left}
      width={720}
      footer={[
        <Button key="back" onClick={waiting.left}>
          {t('back')}
        </Button>,
        ...(problem !== null
          ? [
              <Button key="written" loading={busy} onClick={() => void send(waiting.reply)}>
                {t('sendWritten')}
              </Button>,
              <Button key="again" type="primary" onClick={() => void start()}>
                {t('again')}
              </Button>,
            ]
          : [
              <Button
                key="send"
                type="primary"
                loading={busy}
                disabled={!ready}
                onClick={() =>
                  draft && void send({ ...waiting.reply, text: text.trim(), translationId: draft.id })
                }
              >
                {t('send')}
              </Button>,
            ]),
      ]}
    >
      <div className="reply-preview">
        <div>
          <span className="quiet">{t('youWrote')}</span>
          <p className="message-text" dir="auto">
            {waiting.reply.text}
          </p>
        </div>
        <div>
          <span className="quiet">{t('willBeSent')}</span>
          {problem !== null ? (
            <Alert type="warning" showIcon title={problem} />
          ) : ready || changed !== null ? (
            <Input.TextArea
              aria-label={t('willBeSent')}
              {...written(known, waiting.lang)}
              className="growing"
              rows={4}
              maxLength={20_000}
              value={text}
              onChange={(event) => setChanged(event.target.value)}
            />
          ) : (
            <div role="status" aria-busy="true" aria-label={t('translating')}>
              <Skeleton active title={false} paragraph={{ rows: 3 }} />
            </div>
          )}
        </div>
        {unsent && <Alert type="error" showIcon title={unsent} />}
      </div>
    </Modal>
  )
}
