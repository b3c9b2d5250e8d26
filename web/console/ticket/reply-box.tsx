import { useQueryClient } from '@tanstack/react-query'
import { App, Segmented, Select } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea.js'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { tell } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { duration, exact, useNow } from '../../ui/time.tsx'
import type { ConversationView, MessageView } from '../data/conversation.ts'
import { useKeys } from '../keys.ts'
import { channelWords } from '../words/terms.ts'
import { ticketWords } from '../words/ticket.ts'
import type { Snippet } from './snippets.tsx'
import { ReplyPreview, SendIn, useCustomersLanguage, type Waiting } from './translated-reply.tsx'
import { Withdrawn, Writer } from './writer.tsx'

/** What the channel still allows: how many replies, until when. */
function ReplyWindow({ conversation }: { conversation: ConversationView }) {
  const t = useWords(ticketWords)
  const lang = language.use()
  const now = useNow()
  const until = conversation.windowUntil ? Date.parse(conversation.windowUntil) : null
  if (conversation.windowLeft === null && until === null) return null
  const closed = conversation.windowLeft === 0 || (until !== null && until <= now)
  if (closed) return <span className="window window-closed">{t('windowClosed')}</span>
  const parts = [
    conversation.windowLeft !== null && t('windowLeft', { n: conversation.windowLeft }),
    until !== null && t('windowUntil', { time: duration(until - now, lang) }),
  ].filter(Boolean)
  return (
    <span className="window" title={until ? exact(until, lang) : undefined}>
      <Icon name="clock" size={13} />
      {parts.join(' · ')}
    </span>
  )
}

function windowClosed(conversation: ConversationView): boolean {
  const until = conversation.windowUntil ? Date.parse(conversation.windowUntil) : null
  return conversation.windowLeft === 0 || (until !== null && until <= Date.now())
}

/** The conversation in which the customer waits longest, else the newest. */
function waitingOr(answerable: readonly ConversationView[]): ConversationView | undefined {
  const waiting = answerable.filter((each) => each.waitingSince !== null)
  return (
    waiting.sort((a, b) => Date.parse(a.waitingSince!) - Date.parse(b.waitingSince!))[0] ?? answerable.at(-1)
  )
}

/** Answer the customer, or leave a note where there is a ticket. */
export function ReplyBox({
  ticketId,
  conversations,
  messages,
  snippets,
}: {
  ticketId: string | null
  conversations: readonly ConversationView[]
  messages: readonly MessageView[]
  snippets?: readonly Snippet[]
}) {
  const t = useWords(ticketWords)
  const channel = useWords(channelWords)
  const client = useQueryClient()
  const { message } = App.useApp()
  const box = useRef<TextAreaRef>(null)
  const answerable = conversations.filter((each) => each.canReply)
  const [mode, setMode] = useState<'reply' | 'note'>(answerable.length > 0 || !ticketId ? 'reply' : 'note')
  const [chosen, setChosen] = useState<string | null>(null)
  const conversation =
    answerable.find((each) => each.id === chosen) ??
    waitingOr(answerable) ??
    // What was typed stays readable, and the head says why it cannot go.
    conversations.filter(windowClosed).at(-1)
  const customers = useCustomersLanguage(messages, conversation?.id)
  const [sendIn, setSendIn] = useState<{
    readonly conversationId: string
    readonly lang: string | null
  } | null>(null)
  const [waiting, setWaiting] = useState<Waiting | null>(null)
  const into = sendIn?.conversationId === conversation?.id ? (sendIn?.lang ?? null) : null
  /** The words go to a preview; they are sent, or come back, from there. */
  const preview = (reply: Waiting['reply'], lang: string) =>
    new Promise<void>((sent, left) => {
      const done = (then: () => void) => () => {
        setWaiting(null)
        then()
      }
      setWaiting({ reply, lang, sent: done(sent), left: done(() => left(new Withdrawn())) })
    })
  const focus = (next: 'reply' | 'note') => {
    // At once: the next key already belongs to the text.
    flushSync(() => setMode(next))
    box.current?.focus()
  }
  useKeys({ r: () => focus('reply'), ...(ticketId ? { m: () => focus('note') } : {}) })
  const refresh = () => {
    for (const queryKey of [
      ['ticket-conversation', ticketId],
      ['ticket', ticketId],
      ['conversation'],
      ['desk'],
    ])
      void client.invalidateQueries({ queryKey })
  }
  const label = (each: ConversationView) =>
    `${each.channel in channelWords ? channel(each.channel as keyof typeof channelWords) : each.channel} · ${each.accountName}`
  return (
    <div className={mode === 'note' ? 'reply-box reply-note' : 'reply-box'}>
      {waiting && <ReplyPreview waiting={waiting} />}
      <div className="reply-head">
        <Segmented
          size="small"
          value={mode}
          onChange={(next) => setMode(next as 'reply' | 'note')}
          options={(ticketId ? (['reply', 'note'] as const) : (['reply'] as const)).map((value) => ({
            value,
            label: t(value),
          }))}
        />
        {mode === 'reply' && conversation && (
          <>
            {answerable.length > 1 ? (
              <Select
                size="small"
                aria-label={t('replyVia')}
                value={conversation.id}
                onChange={setChosen}
                options={answerable.map((each) => ({ value: each.id, label: label(each) }))}
              />
            ) : (
              <span className="quiet">{label(conversation)}</span>
            )}
            <SendIn
              value={into}
              customers={customers}
              onChange={(lang) => setSendIn({ conversationId: conversation.id, lang })}
            />
            <ReplyWindow conversation={conversation} />
          </>
        )}
      </div>
      {mode === 'reply' && !conversation ? (
        <p className="quiet reply-off">{t('cannotReply')}</p>
      ) : mode === 'reply' && conversation ? (
        <Writer
          key={conversation.id}
          draftKey={`reply.${conversation.id}`}
          placeholder={t('writeReply')}
          button={t('send')}
          box={box}
          disabled={windowClosed(conversation)}
          withFiles
          focused={() => setChosen(conversation.id)}
          {...(snippets ? { snippets } : {})}
          send={async (text, key, attachments) => {
            const reply = { conversationId: conversation.id, text, key, attachments: [...attachments] }
            if (into && text) await preview(reply, into)
            else await tell('outbox.reply', reply)
            refresh()
          }}
        />
      ) : (
        <Writer
          key="note"
          draftKey={`note.${ticketId ?? ''}`}
          placeholder={t('writeNote')}
          button={t('addNote')}
          box={box}
          send={async (text, key) => {
            await tell('ticket.note', { ticketId, text, key })
            message.success(t('noteSent'), 1)
            refresh()
          }}
        />
      )}
    </div>
  )
}
