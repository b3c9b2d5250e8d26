import type { JsonObject } from '../kernel/json.ts'
import { type Reader, sql } from '../store/index.ts'

/** What became of a stored request. */
export interface Submission {
  readonly accountId: string
  readonly receivedAt: Date
  /** What the channel's verification established. */
  readonly claims: JsonObject
  /** The customer's own words; null while nobody has read the request yet. */
  readonly said: string | null
  readonly ticketId: string | null
  readonly conversationId: string | null
  /** What was said after it, by the hub, its people and the customer, oldest first. */
  readonly answers: readonly Said[]
}

interface Said {
  readonly id: string
  readonly at: Date
  readonly author: string
  readonly text: string
}

/** Follows a request from its envelope to its message, its ticket (the one that it was merged into) and the answers. */
export async function readSubmission(db: Reader, envelopeId: string): Promise<Submission | null> {
  const envelope = await db
    .selectFrom('envelope as e')
    .leftJoin('message as m', 'm.id', 'e.messageId')
    .select(['e.accountId', 'e.receivedAt', 'e.claims', 'e.conversationId', 'm.text', 'm.seq'])
    .where('e.id', '=', envelopeId)
    .executeTakeFirst()
  if (!envelope) return null
  const { accountId, receivedAt, claims, conversationId, text, seq } = envelope
  const known = { accountId, receivedAt, claims: claims as JsonObject, said: text, conversationId }
  if (!conversationId) return { ...known, ticketId: null, answers: [] }
  const [link, answers] = await Promise.all([
    db
      .selectFrom('conversation_ticket as ct')
      .innerJoin('ticket as t', 't.id', 'ct.ticketId')
      .select((e) => e.fn.coalesce('t.mergedIntoId', 't.id').as('ticketId'))
      .where('ct.conversationId', '=', conversationId)
      .orderBy('ct.linkedAt', 'desc')
      .executeTakeFirst(),
    saidIn(db, conversationId, seq ?? 0),
  ])
  return { ...known, ticketId: link?.ticketId ?? null, answers }
}

/** What was said in a conversation after a message: what went out, and what the customer wrote. */
export async function saidIn(db: Reader, conversationId: string, afterSeq: number): Promise<Said[]> {
  return await db
    .selectFrom('message')
    .select(['id', 'at', 'author', 'text'])
    .where('conversationId', '=', conversationId)
    .where('seq', '>', afterSeq)
    .where((e) => e.or([e('delivery', 'in', ['sent', 'delivered', 'read']), e('author', '=', 'customer')]))
    .orderBy('seq')
    .limit(200)
    .execute()
}

/** The conversation that a progress page shows, as its channel knows it. */
export interface ReplyTarget {
  readonly conversationId: string
  readonly accountId: string
  readonly channel: string
  readonly threadKey: string
  readonly externalId: string
  /** A message of it: a reply that names it joins it, also when it was closed. */
  readonly messageId: string
  /** Its place. */
  readonly seq: number
}

/**
 * Where a customer can write again about a request or a ticket; null when there is no such conversation of the channel. Of a ticket it is
 * one that its own timeline names: what came with another one that was merged into it is perhaps another customer's.
 */
export async function replyTarget(
  db: Reader,
  about: { readonly conversationId: string } | { readonly ticketId: string },
  channel: string,
): Promise<ReplyTarget | null> {
  const row = await db
    .selectFrom('conversation as c')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .innerJoin('message as m', 'm.conversationId', 'c.id')
    .select(['c.id as conversationId', 'c.accountId', 'c.channel', 'c.threadKey', 'i.externalId'])
    .select(['m.id as messageId', 'm.seq'])
    .where('c.channel', '=', channel)
    .where('c.erasedAt', 'is', null)
    .where((e) =>
      'conversationId' in about
        ? e('c.id', '=', about.conversationId)
        : e(
            'c.id',
            'in',
            e
              .selectFrom('ticket_event')
              .select(sql<string>`("payload"->>'conversationId')::uuid`.as('conversationId'))
              .where('ticketId', '=', about.ticketId)
              .where('type', '=', 'conversation'),
          ),
    )
    .orderBy('c.lastMessageAt', 'desc')
    .orderBy('m.seq')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** Messages that customers wrote in a conversation since a moment. */
export async function writtenSince(db: Reader, conversationId: string, sinceMs: number): Promise<number> {
  const { n } = await db
    .selectFrom('message')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('conversationId', '=', conversationId)
    .where('direction', '=', 'in')
    .where('at', '>', new Date(sinceMs))
    .executeTakeFirstOrThrow()
  return Number(n)
}
