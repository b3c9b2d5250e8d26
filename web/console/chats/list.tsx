import { type KeyboardEvent, useEffect, useRef } from 'react'
import { language, useWords } from '../../ui/language.ts'
import { duration, Moment, useNow } from '../../ui/time.tsx'
import type { Answer } from '../data/hub.ts'
import { EmptyState } from '../parts/broken.tsx'
import { ChannelMark } from '../parts/marks.tsx'
import { chatWords } from '../words/chats.ts'
import { moodWords } from '../words/labels.ts'

export type Chat = Answer<'desk.chats'>['chats'][number]
export type ListName = 'mine' | 'queue' | 'all'

/** Waiting longer than this is shown as urgent, ms. */
const longMs = 3 * 60_000

function Waiting({ chat }: { chat: Chat }) {
  const t = useWords(chatWords)
  const lang = language.use()
  const now = useNow()
  if (!chat.waitingSince) return <span className="quiet">{t('answered')}</span>
  const ms = now - Date.parse(chat.waitingSince)
  return (
    <span className={ms > longMs ? 'chat-waits chat-late' : 'chat-waits'}>
      {t('waits', { time: duration(ms, lang) })}
    </span>
  )
}

/** Arrow keys go from one row to the next. */
function step(event: KeyboardEvent<HTMLElement>) {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (by === 0) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('button.chat')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus()
  event.preventDefault()
}

const empty = {
  mine: ['emptyMine', 'emptyMineHint'],
  queue: ['emptyQueue', 'emptyQueueHint'],
  all: ['emptyAll', 'emptyAllHint'],
} as const

/** Chats of one list: who waits longest first. */
export function ChatList({
  list,
  chats,
  chosen,
  choose,
}: {
  list: ListName
  chats: readonly Chat[]
  chosen: string | null
  choose: (id: string) => void
}) {
  const t = useWords(chatWords)
  const m = useWords(moodWords)
  const [title, hint] = empty[list]
  const box = useRef<HTMLUListElement>(null)
  // Only another choice moves the list, not a message that puts the chat elsewhere.
  useEffect(() => {
    if (chosen) box.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  if (chats.length === 0) return <EmptyState icon="chat" title={t(title)} hint={t(hint)} />
  return (
    <ul ref={box} className="chat-list" aria-label={t(list)} onKeyDown={step}>
      {chats.map((chat) => (
        <li key={chat.id}>
          <button
            type="button"
            className="chat"
            aria-current={chat.id === chosen}
            onClick={() => choose(chat.id)}
          >
            <span className="chat-line">
              <ChannelMark channel={chat.channel} bare />
              <strong>{chat.customerName ?? t('unknownCustomer')}</strong>
              <Moment at={chat.lastMessageAt} className="quiet" />
            </span>
            <span className="chat-line">
              <span className="chat-last">{chat.last}</span>
              {chat.mood === 'angry' && <span className="chat-angry">{m('turned')}</span>}
              <Waiting chat={chat} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
