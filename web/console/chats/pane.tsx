import { Button, Skeleton } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { useConversation } from '../data/conversation.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { acceptedBy, useTicket } from '../data/ticket.ts'
import { AboutQuestions, TicketBanners } from '../incidents/banner.tsx'
import { useKeys } from '../keys.ts'
import { Broken, EmptyState } from '../parts/broken.tsx'
import { Key } from '../parts/field.tsx'
import { StatusMark, UrgencyMark } from '../parts/marks.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { Messages, withNotes } from '../ticket/conversation.tsx'
import { Fields } from '../ticket/fields.tsx'
import { Labels } from '../ticket/labels.tsx'
import { arriveAt, dark, type Lit, LitContext } from '../ticket/lit.ts'
import { Moods } from '../ticket/moods.tsx'
import { ReplyBox } from '../ticket/reply-box.tsx'
import { fill } from '../ticket/snippets.tsx'
import { chatWords, placeholderWords } from '../words/chats.ts'
import { HandOverDialog } from './hand-over.tsx'
import type { Chat } from './list.tsx'
import { RepliesDrawer } from './replies.tsx'

type Desk = Answer<'desk.chats'>

/** Who has the chat, and what can be done about it. */
function Actions({ chat, desk, left }: { chat: Chat; desk: Desk; left: () => void }) {
  const t = useWords(chatWords)
  const { run, busy } = useTell()
  const [handing, setHanding] = useState(false)
  const me = useSignedIn().user.id
  const mine = chat.agentId === me
  const holder = desk.agents.find((each) => each.userId === chat.agentId)
  const take = () => run('conversation.take', { id: chat.id, from: chat.agentId }, t('taken'))
  const end = () => run('conversation.close', { id: chat.id }, t('ended')).then((done) => done && left())
  useKeys(mine ? { h: () => setHanding(true) } : { t: () => void take() })
  return (
    <div className="moves">
      {!mine && (
        <Button type="primary" loading={busy} onClick={() => void take()}>
          {holder ? t('takeOver', { name: holder.name }) : t('take')}
          <Key>t</Key>
        </Button>
      )}
      {mine && (
        <Button onClick={() => setHanding(true)}>
          {t('handOver')}
          <Key>h</Key>
        </Button>
      )}
      {mine && (
        <Button loading={busy} onClick={() => void end()}>
          {t('end')}
        </Button>
      )}
      {handing && (
        <HandOverDialog
          chat={chat}
          colleagues={desk.agents.filter((each) => each.userId !== me)}
          close={() => setHanding(false)}
          left={left}
        />
      )}
    </div>
  )
}

function useSnippets(chat: Chat, number: string | undefined) {
  const session = useSignedIn()
  const replies = useAsk('cannedReply.list', {})
  const p = useWords(placeholderWords)
  return useMemo(
    () =>
      (replies.data?.replies ?? []).map(({ keyword, title, text }) => ({
        keyword,
        title,
        text: fill(text, { customer: chat.customerName, ticket: number, agent: session.user.name }, p),
      })),
    [replies.data, chat.customerName, number, session.user.name, p],
  )
}

/** The ticket that came of the chat. */
function TicketBeside({ ticketId }: { ticketId: string | undefined }) {
  const t = useWords(chatWords)
  if (!ticketId)
    return (
      <aside className="pane pane-structured">
        <EmptyState icon="ticket" title={t('noTicket')} hint={t('noTicketHint')} />
      </aside>
    )
  return <TicketPane ticketId={ticketId} />
}

function TicketPane({ ticketId }: { ticketId: string }) {
  const t = useWords(chatWords)
  const query = useTicket(ticketId)
  const ticket = query.data
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <aside className="pane pane-structured" tabIndex={0} aria-label={t('openTicket')}>
      {!ticket && query.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {!ticket && query.error && <Broken error={query.error} retry={() => void query.refetch()} />}
      {ticket && (
        <>
          <p className="chat-ticket">
            <Link to={`/tickets/${ticket.id}`}>{ticket.number}</Link>
            <UrgencyMark urgency={ticket.urgency} />
            <StatusMark status={ticket.status} accepted={acceptedBy(ticket)} />
            <span className="quiet">
              {[ticket.group?.name, ticket.assignee?.name].filter(Boolean).join(' · ')}
            </span>
          </p>
          <TicketBanners ticket={ticket} />
          <Labels ticket={ticket} />
          <Moods moods={ticket.moods} />
          <Fields ticket={ticket} />
        </>
      )}
    </aside>
  )
}

/** One chat: the conversation with the reply box, and the ticket beside it. */
export function ChatPane({ chat, desk, left }: { chat: Chat; desk: Desk; left: () => void }) {
  const t = useWords(chatWords)
  const query = useConversation(chat.id)
  const [lit, light] = useState<Lit>(dark)
  const [replies, setReplies] = useState(false)
  const shared = useMemo(() => ({ lit, light, goTo: arriveAt }), [lit])
  const ticketId = query.data?.ticketIds[0] ?? chat.ticketIds[0]
  const ticket = useTicket(ticketId ?? '', Boolean(ticketId))
  const messages = useMemo(
    () =>
      query.data && ticket.data ? withNotes(query.data.messages, ticket.data) : (query.data?.messages ?? []),
    [query.data, ticket.data],
  )
  const snippets = useSnippets(chat, ticket.data?.number)
  return (
    <LitContext value={shared}>
      <section className="pane pane-conversation" aria-label={chat.customerName ?? t('unknownCustomer')}>
        <header className="chat-head">
          <Button
            type="text"
            size="small"
            className="chat-back"
            icon={<Icon name="back" />}
            aria-label={t('backToChats')}
            onClick={left}
          />
          <h2>{chat.customerName ?? t('unknownCustomer')}</h2>
          <span className="quiet">{chat.accountName}</span>
          <Button type="text" size="small" onClick={() => setReplies(true)}>
            {t('replies')}
          </Button>
          <Actions chat={chat} desk={desk} left={left} />
        </header>
        <AboutQuestions conversationId={chat.id} />
        {query.isPending ? (
          <div className="pane-pad" aria-busy="true">
            <Skeleton active avatar paragraph={{ rows: 3 }} />
          </div>
        ) : query.data ? (
          <>
            <Messages thread={query.data} messages={messages} />
            <ReplyBox
              ticketId={ticketId ?? null}
              conversations={query.data.conversations}
              messages={query.data.messages}
              snippets={snippets}
            />
          </>
        ) : (
          <Broken error={query.error} retry={() => void query.refetch()} />
        )}
      </section>
      <TicketBeside ticketId={ticketId} />
      {replies && <RepliesDrawer close={() => setReplies(false)} />}
    </LitContext>
  )
}
