import type { Dialogue } from '../contract/extraction.ts'
import type { FieldName, TicketStatus } from '../contract/ticket.ts'
import { type Reader, sql } from '../store/index.ts'
import { waitingStatuses } from '../tickets/index.ts'

/** A question that the hub asked in a conversation, as it is stored. */
export interface StoredQuestion {
  readonly id: string
  readonly field: FieldName
  readonly messageId: string
  readonly quickReplies: readonly string[]
  /** The request begins after this message. */
  readonly sinceSeq: number
  readonly state: 'waiting' | 'answered' | 'chosen' | 'expired' | 'dropped'
}

/** What the hub did in a conversation before, and what of it still goes on. */
export interface Talk {
  readonly dialogue: Dialogue
  /** The question that waits; its ticket is not open yet. */
  readonly waiting: StoredQuestion | null
  /** Whose conversation it is. */
  readonly contactId: string | null
  /** A ticket of this conversation lives: what is said belongs to it. */
  readonly feeds: boolean
  /** That ticket began after this message; 0 where all of the conversation is about it, null where only what is new may be. */
  readonly feedsSince: number | null
}

/** Statuses of tickets that a conversation still feeds. */
const live: readonly TicketStatus[] = [...waitingStatuses, 'resolved']

/** Tickets of one customer that are looked at, the newest. */
const mostTickets = 20

interface Found {
  readonly tickets: readonly { id: string; number: string; status: TicketStatus; here: boolean }[]
  readonly questions: readonly StoredQuestion[]
  readonly lastSaid: string | null
  readonly contactId: string | null
  /** How many tickets the conversation has, ended ones too. */
  readonly links: number
}

/** From where on what was said belongs to the ticket that the conversation feeds: one may have opened apart from the others. */
async function readSince(
  db: Reader,
  conversationId: string,
  fedId: string | undefined,
): Promise<number | null> {
  const { rows } = await sql<{ ticketId: string; sinceSeq: number }>`
    select e."ticketId", (e."payload"->>'sinceSeq')::int as "sinceSeq"
    from conversation_ticket ct join ticket_event e on e."ticketId" = ct."ticketId" and e."type" = 'conversation'
    where ct."conversationId" = ${conversationId} and e."payload"->>'conversationId' = ${conversationId}
      and e."payload" ? 'sinceSeq'
    order by (e."payload"->>'sinceSeq')::int desc limit 1`.execute(db)
  const last = rows[0]
  if (!last) return 0
  return last.ticketId === fedId ? last.sinceSeq : null
}

/** Reads what the hub did in a conversation, in one statement. */
export async function readTalk(db: Reader, conversationId: string): Promise<Talk> {
  const { rows } = await sql<Found>`
    with mine as (
      select ct."ticketId" as id, true as here from conversation_ticket ct where ct."conversationId" = ${conversationId}
      union all
      select t."id", false from conversation c join channel_identity i on i."id" = c."identityId"
        join ticket t on t."contactId" = i."contactId" where c."id" = ${conversationId}),
    tickets as (
      select t."id", t."number", t."status", bool_or(mine.here) as here, t."createdAt"
      from mine join ticket t on t."id" = mine.id where t."status" = any(${[...live]}::text[])
      group by t."id" order by bool_or(mine.here) desc, t."createdAt" desc, t."id" limit ${mostTickets})
    select
      (select coalesce(json_agg(json_build_object('id', "id", 'number', "number", 'status', "status", 'here', here)
        order by here desc, "createdAt" desc, "id"), '[]') from tickets) as tickets,
      (select coalesce(json_agg(json_build_object('id', "id", 'field', "field", 'messageId', "messageId",
        'quickReplies', "quickReplies", 'sinceSeq', "sinceSeq", 'state', "state") order by "askedAt", "id"), '[]')
        from question where "conversationId" = ${conversationId}) as questions,
      (select "authorId" from message where "conversationId" = ${conversationId} and "direction" = 'out'
        order by "seq" desc limit 1) as "lastSaid",
      (select i."contactId" from conversation c join channel_identity i on i."id" = c."identityId"
        where c."id" = ${conversationId}) as "contactId",
      (select count(*)::int from conversation_ticket where "conversationId" = ${conversationId}) as links`.execute(
    db,
  )
  const { tickets, questions, lastSaid, contactId, links } = rows[0]!
  const waiting = questions.find(({ state }) => state === 'waiting') ?? null
  const waited = tickets.filter(({ status }) => waitingStatuses.some((each) => each === status))
  return {
    waiting,
    contactId,
    feeds: tickets.some(({ here }) => here),
    feedsSince: links < 2 ? 0 : await readSince(db, conversationId, tickets.find(({ here }) => here)?.id),
    dialogue: {
      // While a request is put together, what is said belongs to it and to no older ticket.
      tickets: waiting ? [] : waited.map(({ id, number, here }) => ({ id, number, here })),
      asked: waiting && {
        field: waiting.field,
        turn: waiting.messageId,
        quickReplies: waiting.quickReplies,
      },
      askedFields: questions.map(({ field }) => field),
      answered: lastSaid?.startsWith(articleAuthor) ?? false,
    },
  }
}

/** Messages that quote an article are by this author and the article's id. */
export const articleAuthor = 'knowledge:'
