import type { Actor } from '../../contract/actor.ts'
import type { NewEvent } from '../../contract/events.ts'
import { defineMachine } from '../../kernel/fsm.ts'
import type { JsonObject } from '../../kernel/json.ts'
import {
  type DB,
  json,
  type RawBuilder,
  type Reader,
  type Selectable,
  sql,
  type Tx,
} from '../../store/index.ts'
import { appendTimeline, type Cause } from '../../tickets/index.ts'

/** What can become of an offer. `rescinded`: the ticket went elsewhere; `cancelled`: it ended. */
export const offerMachine = defineMachine({
  states: ['pending', 'accepted', 'rejected', 'timed_out', 'rescinded', 'cancelled'],
  initial: 'pending',
  transitions: {
    accept: { from: ['pending'], to: 'accepted' },
    reject: { from: ['pending'], to: 'rejected' },
    expire: { from: ['pending'], to: 'timed_out' },
    rescind: { from: ['pending'], to: 'rescinded' },
    cancel: { from: ['pending'], to: 'cancelled' },
  },
})
export type OfferStatus = (typeof offerMachine.states)[number]
/** What an offer can come to. */
type Ending = Exclude<OfferStatus, 'pending'>
type OfferStep = keyof typeof offerMachine.transitions

/** A ticket held out to an engineer. */
export type Offer = Selectable<DB['offer']>

/** An offer with the engineer's name. */
export type NamedOffer = Offer & { readonly engineer: string }

const named = (db: Reader) =>
  db
    .selectFrom('offer as o')
    .innerJoin('staff as s', 's.id', 'o.staffId')
    .selectAll('o')
    .select('s.name as engineer')

/** One offer as it is now; the lock on its ticket keeps it so. */
export async function readOffer(db: Reader, id: string): Promise<NamedOffer | null> {
  return (await named(db).where('o.id', '=', id).executeTakeFirst()) ?? null
}

/** The offers of a ticket that nobody has answered yet, oldest first. */
export async function pendingOffers(db: Reader, ticketId: string): Promise<NamedOffer[]> {
  return await named(db)
    .where('o.ticketId', '=', ticketId)
    .where('o.status', '=', 'pending')
    .orderBy('o.createdAt')
    .orderBy('o.id')
    .execute()
}

/** What readers of events are told about an offer: ids and states, for events leave the hub and outlive an erasure. */
export function factsOf({ id, ticketId, staffId, status }: Offer) {
  return { offerId: id, ticketId, staffId, status }
}

/** The entry of a timeline about an offer, with the engineer's name and words. */
export function entryOf(offer: NamedOffer): { readonly type: 'offer'; readonly payload: JsonObject } {
  const { engineer, reason } = offer
  return {
    type: 'offer',
    payload: { ...factsOf(offer), engineer, ...(reason === null ? {} : { reason }) },
  }
}

/**
 * Takes an offer of a locked ticket one step: one compare-and-set on status, version and, where an engineer answers, the end of its
 * time. Null when somebody was faster or the time is over; nothing is written then.
 */
export async function stepOffer(
  tx: Tx,
  offer: NamedOffer,
  step: OfferStep,
  cause: Cause,
  reason: string | null = null,
): Promise<{ readonly offer: NamedOffer; readonly event: NewEvent } | null> {
  const status = offerMachine.next(offer.status, step) as Ending | null
  if (status === null) return null
  const at = new Date(cause.nowMs)
  const inTime = step === 'accept' || step === 'reject'
  const row = await tx
    .updateTable('offer')
    .set({ status, version: offer.version + 1, endedAt: at, endedBy: json(cause.actor), reason })
    .where('id', '=', offer.id)
    .where('status', '=', 'pending')
    .where('version', '=', offer.version)
    .$if(inTime, (q) => q.where('expiresAt', '>', at))
    .$if(step === 'expire', (q) => q.where('expiresAt', '<=', at))
    .returningAll()
    .executeTakeFirst()
  if (!row) return null
  const stepped = { ...row, engineer: offer.engineer }
  await appendTimeline(tx, offer.ticketId, [entryOf(stepped)], cause)
  return {
    offer: stepped,
    event: {
      ...{ type: `offer.${status}`, subject: 'ticket', subjectId: offer.ticketId },
      data: factsOf(stepped),
    },
  }
}

/** Ids of the engineers who turned a ticket down or let its offer run out, as a column; `ticketId` names the ticket's column. */
export function declinedBy(ticketId: string): RawBuilder<string[]> {
  return sql<string[]>`array(
    select distinct "staffId" from offer
    where offer."ticketId" = ${sql.ref(ticketId)} and offer."status" in ('rejected', 'timed_out') order by 1)`
}

/** Whether somebody may answer an offer: the engineer it was made to, or whoever hears the answer on the phone. */
export function mayAnswer(actor: Actor, offer: Offer): boolean {
  if (actor.kind === 'card') return actor.staffId === offer.staffId
  if (actor.kind !== 'user') return true
  return actor.staffId === offer.staffId || actor.roles.some((role) => role !== 'engineer')
}
