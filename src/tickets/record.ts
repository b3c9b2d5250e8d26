import { randomBytes } from 'node:crypto'
import type { Actor } from '../contract/actor.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { json, type Reader, type Tx, unread } from '../store/index.ts'
import { type ChainedEvent, type ChainHead, chain, emptyChain } from './timeline.ts'

/** What a timeline can say. */
const timelineTypes = [
  'opened',
  'fields',
  'labelled',
  'conversation',
  'transition',
  'routed',
  'offer',
  'assigned',
  'merged',
  'absorbed',
  'unmerged',
  'linked',
  'unlinked',
  'parent',
  'noted',
  'expedited',
  'cancel_asked',
  'cancel_kept',
  'asked',
  'answered',
  'sla',
  'retyped',
  'unlike',
  'incident',
  'erased',
] as const
export type TimelineType = (typeof timelineTypes)[number]

/** Types whose payload may name a person; erasure empties them. */
export const personalTypes: readonly TimelineType[] = [
  'opened',
  'fields',
  'noted',
  'transition',
  'offer',
  'expedited',
  'cancel_asked',
  'asked',
]

/** On whose behalf, when, and by which command, job or envelope something is done to a ticket. */
export interface Cause {
  readonly actor: Actor
  readonly nowMs: number
  readonly causeId: string
}

/** A new entry of a timeline. */
export interface TimelineEntry {
  readonly type: TimelineType
  readonly payload: JsonObject
}

/** Chains entries behind a head. The salt is random, so that an erased payload cannot be guessed from its digest. */
function chained(
  ticketId: string,
  head: ChainHead,
  entries: readonly TimelineEntry[],
  cause: Cause,
): ChainedEvent[] {
  const events: ChainedEvent[] = []
  for (const entry of entries) {
    events.push(
      chain(events.at(-1) ?? head, {
        ticketId,
        type: entry.type,
        atMs: cause.nowMs,
        actor: cause.actor as unknown as JsonValue,
        payload: entry.payload,
        salt: randomBytes(16).toString('base64url'),
      }),
    )
  }
  return events
}

async function insertEvents(tx: Tx, events: readonly ChainedEvent[], cause: Cause): Promise<void> {
  await tx
    .insertInto('ticket_event')
    .values(
      events.map(({ atMs, actor, payload, ...event }) => ({
        ...event,
        at: new Date(atMs),
        actor: json(actor),
        payload: json(payload),
        causeId: cause.causeId,
      })),
    )
    .execute()
}

/** The first entries of a ticket that is about to be inserted: its head, and the writing of the rows after it. */
export function beginTimeline(ticketId: string, entries: readonly TimelineEntry[], cause: Cause) {
  const events = chained(ticketId, emptyChain, entries, cause)
  const { seq, digest } = events.at(-1) ?? emptyChain
  return {
    head: { timelineSeq: seq, timelineDigest: digest },
    write: (tx: Tx) => insertEvents(tx, events, cause),
  }
}

/** Appends to a ticket's timeline; the ticket's row is locked until the transaction ends, so entries never race for a number. */
export async function appendTimeline(
  tx: Tx,
  ticketId: string,
  entries: readonly TimelineEntry[],
  cause: Cause,
): Promise<void> {
  if (entries.length === 0) return
  const ticket = await tx
    .selectFrom('ticket')
    .select(['timelineSeq as seq', 'timelineDigest as digest'])
    .where('id', '=', ticketId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const events = chained(ticketId, ticket.seq === 0 ? emptyChain : ticket, entries, cause)
  await insertEvents(tx, events, cause)
  const last = events.at(-1)!
  await tx
    .updateTable('ticket')
    .set({ timelineSeq: last.seq, timelineDigest: last.digest })
    .where('id', '=', ticketId)
    .modifyEnd(unread)
    .execute()
}

/** A ticket's timeline in order. */
export async function readTimeline(db: Reader, ticketId: string): Promise<ChainedEvent[]> {
  const rows = await db
    .selectFrom('ticket_event')
    .select(['ticketId', 'seq', 'type', 'at', 'actor', 'payload', 'salt', 'payloadDigest', 'digest'])
    .where('ticketId', '=', ticketId)
    .orderBy('seq')
    .execute()
  return rows.map(({ at, ...row }) => ({
    ...row,
    atMs: at.getTime(),
    actor: row.actor as JsonValue,
    payload: row.payload as JsonValue,
  }))
}
