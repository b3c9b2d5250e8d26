import { Segmented } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { type Chat, ChatList, type ListName } from '../chats/list.tsx'
import { useDesktopNotices } from '../chats/notices.ts'
import { ChatPane } from '../chats/pane.tsx'
import { PresenceBar } from '../chats/presence.tsx'
import { type Answer, useAsk } from '../data/hub.ts'
import { useKeys } from '../keys.ts'
import { Loaded } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { chatWords } from '../words/chats.ts'

const lists: readonly ListName[] = ['mine', 'queue', 'all']

/** The agents' workbench: lists on the left, the chat in the middle, its ticket on the right. */
export default function Chats() {
  const t = useWords(chatWords)
  const [search, setSearch] = useSearchParams()
  const [list, setList] = useState<ListName>('mine')
  const chosen = search.get('chat')
  const query = useAsk('desk.chats', { list })
  const mine = useAsk('desk.chats', { list: 'mine' })
  const choose = useCallback(
    (id: string | null) => setSearch(id ? { chat: id } : {}, { replace: true }),
    [setSearch],
  )
  useDesktopNotices(mine.data?.chats, choose)
  const chat = useChosen(chosen, [query.data, mine.data])
  const step = (by: number) => {
    const chats = query.data?.chats ?? []
    const at = chats.findIndex((each) => each.id === chosen)
    const next = chats[at === -1 ? (by > 0 ? 0 : chats.length - 1) : at + by]
    if (next) choose(next.id)
  }
  useKeys({ ']': () => step(1), '[': () => step(-1) })
  return (
    <div className="chats" data-open={chosen ? '' : undefined}>
      <h1 className="unseen">{t('title')}</h1>
      {/* Another list is another question: the frame and the open chat stay while it is answered. */}
      <Loaded query={query.data || query.error ? query : mine}>
        {(desk) => (
          <>
            <div className="chats-side">
              <PresenceBar desk={desk} />
              <Segmented
                block
                value={list}
                onChange={(next) => setList(next as ListName)}
                options={lists.map((value) => ({ value, label: `${t(value)} ${desk.counts[value]}` }))}
              />
              <Loaded query={query}>
                {({ chats }) => <ChatList list={list} chats={chats} chosen={chosen} choose={choose} />}
              </Loaded>
            </div>
            {chat ? (
              <ChatPane key={chat.id} chat={chat} desk={desk} left={() => choose(null)} />
            ) : (
              <div className="pane chats-none">
                <EmptyState icon="chat" title={t('pick')} hint={t('pickHint')} />
              </div>
            )}
          </>
        )}
      </Loaded>
    </div>
  )
}

/**
 * The open chat. It stays open when it leaves the lists in sight, because a colleague took it over or it went back to the queue:
 * what is being typed must not vanish, and who has it now stands above it.
 */
function useChosen(id: string | null, seen: readonly (Answer<'desk.chats'> | undefined)[]): Chat | undefined {
  const find = (desks: typeof seen) =>
    desks.flatMap((desk) => desk?.chats ?? []).find((each) => each.id === id)
  const found = find(seen)
  const enabled = id !== null && !found
  const all = useAsk('desk.chats', { list: 'all' }, { enabled })
  const queue = useAsk('desk.chats', { list: 'queue' }, { enabled })
  const last = useRef<Chat>(undefined)
  const elsewhere = found ?? (enabled ? find([all.data, queue.data]) : undefined)
  const asking = enabled && (all.isFetching || queue.isFetching)
  const chat = elsewhere ?? (asking && last.current?.id === id ? last.current : undefined)
  useEffect(() => {
    last.current = chat
  }, [chat])
  return chat
}
