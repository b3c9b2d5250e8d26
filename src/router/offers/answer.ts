import { systemActor } from '../../contract/actor.ts'
import type { NewEvent } from '../../contract/events.ts'
import { type Effects, joinEffects, type NewJob, noEffects } from '../../contract/jobs.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import type { Tx } from '../../store/index.ts'
import { type Cause, lockTicket, moveTicket, type Ticket } from '../../tickets/index.ts'
import { type OfferPorts, readCardTicket, sendCards, stateOf } from './card.ts'
import { mayAnswer, type NamedOffer, pendingOffers, readOffer, stepOffer } from './offer.ts'

/** An offer after somebody answered, and what follows. */
export interface Answered {
  readonly offer: NamedOffer
  readonly effects: Effects
}

/** Locks an offer's ticket, then reads the offer as it is under that lock. Refuses with `not_found`. */
async function lockOffer(tx: Tx, id: string): Promise<Result<{ offer: NamedOffer; ticket: Ticket }>> {
  const found = await readOffer(tx, id)
  if (!found) return refuse('not_found', { what: 'offer' })
  const ticket = await lockTicket(tx, found.ticketId, systemActor('offers'))
  if (!ticket.ok) return ticket
  const offer = await readOffer(tx, id)
  return ok({ offer: offer!, ticket: ticket.value })
}

/** Why an offer cannot be answered any more: `offer.ended` with its state in words. */
async function ended(tx: Tx, offer: NamedOffer, nowMs: number): Promise<Result<never>> {
  const { assignee } = await readCardTicket(tx, offer.ticketId)
  // A pending offer whose ticket moved has not been taken back yet, but will be.
  const seen = offer.status === 'pending' && offer.expiresAt.getTime() > nowMs ? 'rescinded' : offer.status
  const state = (lang: 'zh' | 'en') => stateOf({ ...offer, status: seen }, assignee, lang, nowMs)!.text
  return refuse('offer.ended', { stateZh: state('zh'), stateEn: state('en') })
}

/**
 * Accepts an offer: the ticket is the engineer's, other offers of it are taken back, and all cards say so. Refuses with
 * `offer.not_yours` and `offer.ended`; accepting one's own accepted offer again is fine and changes nothing. `shown`: the
 * presser's own card is changed by the answer. The engineer's limit is not asked again: the ticket has weighed on them since it was
 * held out, and what a dispatcher gave them since then is no reason to break the hub's word.
 */
export async function acceptOffer(
  tx: Tx,
  id: string,
  cause: Cause,
  ports: OfferPorts,
  shown = false,
): Promise<Result<Answered>> {
  const locked = await lockOffer(tx, id)
  if (!locked.ok) return locked
  const { offer, ticket } = locked.value
  if (!mayAnswer(cause.actor, offer)) return refuse('offer.not_yours')
  if (offer.status === 'accepted') return ok({ offer, effects: noEffects })
  const free = ticket.status === 'open' && ticket.assigneeId === null && ticket.groupId === offer.groupId
  const accepted = free ? await stepOffer(tx, offer, 'accept', cause) : null
  if (!accepted) return await ended(tx, offer, cause.nowMs)
  const moved = await moveTicket(tx, ticket, { name: 'assign', engineerId: offer.staffId }, cause)
  if (!moved.ok) return moved
  const others = await endAll(tx, await pendingOffers(tx, ticket.id), 'rescind', cause, 'taken')
  const changed = [...(shown ? [] : [accepted.offer]), ...others.offers]
  const effects = joinEffects(
    moved.value.effects,
    { events: [accepted.event, ...others.events], jobs: [] },
    await sendCards(tx, changed, ports, cause.nowMs),
  )
  return ok({ offer: accepted.offer, effects })
}

/** Turns an offer down; when nobody else is being asked, the router looks for the next engineer. Refuses as accepting does. */
export async function rejectOffer(
  tx: Tx,
  id: string,
  reason: string | null,
  cause: Cause,
  ports: OfferPorts,
  shown = false,
): Promise<Result<Answered>> {
  const locked = await lockOffer(tx, id)
  if (!locked.ok) return locked
  const { offer } = locked.value
  if (!mayAnswer(cause.actor, offer)) return refuse('offer.not_yours')
  if (offer.status === 'rejected') return ok({ offer, effects: noEffects })
  const rejected = await stepOffer(tx, offer, 'reject', cause, reason)
  if (!rejected) return await ended(tx, offer, cause.nowMs)
  const told = { events: [rejected.event], jobs: await askNext(tx, offer.ticketId) }
  const cards = await sendCards(tx, shown ? [] : [rejected.offer], ports, cause.nowMs)
  return ok({ offer: rejected.offer, effects: joinEffects(told, cards) })
}

/** Takes an offer back; a dispatcher then does something else with the ticket. Refuses with `offer.ended`. */
export async function rescindOffer(
  tx: Tx,
  id: string,
  reason: string | null,
  cause: Cause,
  ports: OfferPorts,
): Promise<Result<Answered>> {
  const locked = await lockOffer(tx, id)
  if (!locked.ok) return locked
  const stepped = await stepOffer(tx, locked.value.offer, 'rescind', cause, reason)
  if (!stepped) return await ended(tx, locked.value.offer, cause.nowMs)
  const cards = await sendCards(tx, [stepped.offer], ports, cause.nowMs)
  return ok({ offer: stepped.offer, effects: joinEffects({ events: [stepped.event], jobs: [] }, cards) })
}

/** Ends an offer whose time is over. Nothing when it was answered, or when its time is not over. */
export async function expireOffer(tx: Tx, id: string, cause: Cause, ports: OfferPorts): Promise<Effects> {
  const locked = await lockOffer(tx, id)
  if (!locked.ok) return noEffects
  const expired = await stepOffer(tx, locked.value.offer, 'expire', cause)
  if (!expired) return noEffects
  const told = { events: [expired.event], jobs: await askNext(tx, expired.offer.ticketId) }
  return joinEffects(told, await sendCards(tx, [expired.offer], ports, cause.nowMs))
}

const endings = ['resolved', 'closed', 'cancelled', 'merged']

/** Takes back what a ticket's move made void: it is somebody's, waits, went to another group, or ended. */
export async function settleOffers(
  tx: Tx,
  ticketId: string,
  cause: Cause,
  ports: OfferPorts,
): Promise<Effects> {
  const locked = await lockTicket(tx, ticketId, systemActor('offers'))
  if (!locked.ok) return noEffects
  const ticket = locked.value
  const open = ticket.status === 'open' && ticket.assigneeId === null
  const all = await pendingOffers(tx, ticketId)
  const isVoid = all.filter((offer) => !open || offer.groupId !== ticket.groupId)
  const step = endings.includes(ticket.status) ? 'cancel' : 'rescind'
  const { offers, events } = await endAll(tx, isVoid, step, cause, open ? 'transferred' : ticket.status)
  return joinEffects({ events, jobs: [] }, await sendCards(tx, offers, ports, cause.nowMs))
}

async function endAll(
  tx: Tx,
  offers: readonly NamedOffer[],
  step: 'rescind' | 'cancel',
  cause: Cause,
  reason: string,
): Promise<{ offers: NamedOffer[]; events: NewEvent[] }> {
  const done: { offers: NamedOffer[]; events: NewEvent[] } = { offers: [], events: [] }
  for (const offer of offers) {
    const stepped = await stepOffer(tx, offer, step, cause, reason)
    if (!stepped) continue
    done.offers.push(stepped.offer)
    done.events.push(stepped.event)
  }
  return done
}

/** The router looks again once nobody is being asked any more; who declined is left out (`situation.ts`). */
async function askNext(tx: Tx, ticketId: string): Promise<NewJob[]> {
  if ((await pendingOffers(tx, ticketId)).length > 0) return []
  const serialKey = `ticket:${ticketId}`
  return [{ kind: 'ticket.route', payload: { ticketId }, uniqueKey: ticketId, serialKey }]
}
