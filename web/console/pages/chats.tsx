import { Segmented } from 'antd'
import { useCallback, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { ChatList, type ListName } from '../chats/list.tsx'
import { useDesktopNotices } from '../chats/notices.ts'
import { ChatPane } from '../chats/pane.tsx'
import { PresenceBar } from '../chats/presence.tsx'
import { useAsk } from '../data/hub.ts'
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
  return (
    <div className="chats" data-open={chosen ? '' : undefined}>
      <h1 className="unseen">{t('title')}</h1>
      <Loaded query={query}>
        {(desk) => {
          const all = [...desk.chats, ...(mine.data?.chats ?? [])]
          const chat = all.find((each) => each.id === chosen)
          return (
            <>
              <div className="chats-side">
                <PresenceBar desk={desk} />
                <Segmented
                  block
                  value={list}
                  onChange={(next) => setList(next as ListName)}
                  options={lists.map((value) => ({ value, label: `${t(value)} ${desk.counts[value]}` }))}
                />
                <ChatList list={list} chats={desk.chats} chosen={chosen} choose={choose} />
              </div>
              {chat ? (
                <ChatPane key={chat.id} chat={chat} desk={desk} left={() => choose(null)} />
              ) : (
                <div className="pane chats-none">
                  <EmptyState icon="chat" title={t('pick')} hint={t('pickHint')} />
                </div>
              )}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}
