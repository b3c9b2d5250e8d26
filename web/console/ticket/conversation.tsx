import { Skeleton } from 'antd'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { useWords } from '../../ui/language.ts'
import { type MessageView, type Thread, useThread } from '../data/conversation.ts'
import type { Ticket } from '../data/ticket.ts'
import { useAutomaticTranslation } from '../data/translation.ts'
import { Broken, EmptyState } from '../parts/broken.tsx'
import { ticketWords } from '../words/ticket.ts'
import { Call } from './call.tsx'
import { useLit } from './lit.ts'
import { Message } from './message.tsx'
import { ReplyBox } from './reply-box.tsx'

/** New messages pull the view down only while the reader is at the end; otherwise the place is kept. */
function useStayAtEnd(count: number) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useLayoutEffect(() => {
    const element = box.current
    if (element && count > 0 && atEnd.current) element.scrollTop = element.scrollHeight
  }, [count])
  return {
    box,
    onScroll: () => {
      const element = box.current
      if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40
    },
  }
}

/** Brings the first lit message into view when it is not there yet. */
function useLitInView(box: React.RefObject<HTMLDivElement | null>) {
  const { lit } = useLit()
  useEffect(() => {
    const first = [...lit.spans.keys(), ...lit.forms.keys()][0]
    const element = first && box.current?.querySelector(`[id="m-${first}"] mark, [id="m-${first}"] .lit`)
    if (element) element.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [lit, box])
}

/** Messages of conversations, the newest at the end. */
export function Messages({ thread, messages }: { thread: Thread; messages: readonly MessageView[] }) {
  const t = useWords(ticketWords)
  const { lit } = useLit()
  const { box, onScroll } = useStayAtEnd(messages.length)
  useLitInView(box)
  useAutomaticTranslation(messages)
  const channels = new Map(thread.conversations.map((each) => [each.id, each.channel]))
  return (
    <div
      className="thread"
      ref={box}
      onScroll={onScroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-label={t('conversation')}
    >
      <ol>
        {messages.map((message) => {
          const channel = channels.get(message.conversationId) ?? ''
          return message.kind === 'call' ? (
            <Call key={message.id} message={message} channel={channel} />
          ) : (
            <Message
              key={message.id}
              message={message}
              channel={channel}
              spans={lit.spans.get(message.id)}
              forms={lit.forms.get(message.id)}
            />
          )
        })}
      </ol>
    </div>
  )
}

const noAttachment = {
  kind: 'text',
  fullText: null,
  hasHtml: false,
  subject: null,
  form: null,
  location: null,
  automatic: null,
  rule: null,
  unsupported: null,
  delivery: null,
  deliveryError: null,
  attachments: [],
  lang: null,
  translations: [],
  written: null,
} as const

/** Notes stand on the timeline; people read them where they were written: between the messages. */
export function withNotes(
  messages: readonly MessageView[],
  ticket: Pick<Ticket, 'timeline'>,
): readonly MessageView[] {
  const notes = ticket.timeline
    .filter((entry) => entry.type === 'noted' && typeof entry.payload?.text === 'string')
    .map(
      (entry): MessageView => ({
        ...noAttachment,
        id: `note-${entry.seq}`,
        conversationId: '',
        direction: 'note',
        author: 'agent',
        authorName: entry.actor.name ?? null,
        text: String(entry.payload?.text),
        at: new Date(entry.atMs).toISOString(),
      }),
    )
  return [...messages, ...notes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** The left column: every channel's messages as one thread, and the reply box below. */
export function ConversationPane({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const query = useThread(ticket.id)
  const messages = useMemo(() => withNotes(query.data?.messages ?? [], ticket), [query.data, ticket])
  return (
    <section className="pane pane-conversation" aria-label={t('conversation')}>
      {query.isPending ? (
        <div className="pane-pad" aria-busy="true">
          <Skeleton active avatar paragraph={{ rows: 3 }} />
          <Skeleton active avatar paragraph={{ rows: 2 }} />
        </div>
      ) : query.error && !query.data ? (
        <Broken error={query.error} retry={() => void query.refetch()} />
      ) : query.data && messages.length > 0 ? (
        <Messages thread={query.data} messages={messages} />
      ) : (
        <div className="thread">
          <EmptyState icon="chat" title={t('noConversation')} hint={t('noConversationHint')} />
        </div>
      )}
      {query.data && (
        <ReplyBox
          ticketId={ticket.id}
          conversations={query.data.conversations}
          messages={query.data.messages}
        />
      )}
    </section>
  )
}
