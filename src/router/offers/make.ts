import type { NewEvent } from '../../contract/events.ts'
import { type Effects, joinEffects, noEffects } from '../../contract/jobs.ts'
import type { RoutingDecision } from '../../contract/routing.ts'
import { derivedId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../store/index.ts'
import { appendTimeline, type Cause, type Ticket } from '../../tickets/index.ts'
import { byScoreThenId } from '../decide.ts'
import { type OfferPorts, sendCards } from './card.ts'
import { entryOf, factsOf, type NamedOffer, pendingOffers, stepOffer } from './offer.ts'
import { type OfferSettings, offerSettings } from './settings.ts'

/** An engineer who is to be asked, and where. */
export interface Asked {
  readonly staffId: string
  readonly engineer: string
  readonly accountId: string
  readonly externalId: string
}

/**
 * Who is asked before a decision's ticket is theirs: the best engineers in the decision's order who can be reached by card. Empty
 * when offers are off, or when the best one cannot be reached: then the ticket is assigned right away.
 */
export async function whomToAsk(
  db: Reader,
  decision: Pick<RoutingDecision, 'engineerId' | 'engineers'>,
  ports: OfferPorts,
): Promise<readonly Asked[]> {
  if (decision.engineerId === null) return []
  const settings = await offerSettings(db)
  if (!settings.enabled) return []
  const fitting = decision.engineers.filter((e) => e.eligible).toSorted(byScoreThenId)
  const reached = await addressesOf(
    db,
    fitting.map(({ id }) => id),
    settings,
    ports,
  )
  if (!reached.has(decision.engineerId)) return []
  return fitting.flatMap(({ id }) => reached.get(id) ?? []).slice(0, settings.atOnce)
}

/** The first address of each person, by the order of channels in the settings. */
export async function addressesOf(
  db: Reader,
  staffIds: readonly string[],
  { channels }: OfferSettings,
  ports: OfferPorts,
): Promise<ReadonlyMap<string, Asked>> {
  const rows = await db
    .selectFrom('staff_identity as i')
    .innerJoin('channel_account as a', 'a.id', 'i.accountId')
    .innerJoin('staff as s', 's.id', 'i.staffId')
    .select(['i.staffId', 's.name as engineer', 'i.accountId', 'i.externalId', 'a.kind'])
    .where('i.staffId', 'in', [...staffIds])
    .where('a.enabled', '=', true)
    .orderBy('i.linkedAt')
    .orderBy('i.id')
    .execute()
  const place = (kind: string) => (channels.includes(kind) ? channels.indexOf(kind) : channels.length)
  const usable = rows.filter(({ accountId }) => ports.takesCards(accountId))
  const first = new Map<string, Asked>()
  for (const { kind: _, ...asked } of usable.toSorted((a, b) => place(a.kind) - place(b.kind))) {
    if (!first.has(asked.staffId)) first.set(asked.staffId, asked)
  }
  return first
}

/**
 * Holds a locked, open ticket out to engineers. Offers of an earlier decision go on where the same engineer is asked again for the
 * same group, and are taken back otherwise.
 */
export async function makeOffers(
  tx: Tx,
  ticket: Ticket,
  asked: readonly Asked[],
  decisionId: string,
  cause: Cause,
  ports: OfferPorts,
): Promise<Effects> {
  if (ticket.status !== 'open' || ticket.assigneeId !== null) return noEffects
  const before = await pendingOffers(tx, ticket.id)
  const stays = (offer: NamedOffer) =>
    offer.groupId === ticket.groupId && asked.some(({ staffId }) => staffId === offer.staffId)
  const events: NewEvent[] = []
  const changed: NamedOffer[] = []
  for (const offer of before.filter((offer) => !stays(offer))) {
    const stepped = await stepOffer(tx, offer, 'rescind', cause, 'rerouted')
    if (!stepped) continue
    events.push(stepped.event)
    changed.push(stepped.offer)
  }
  const kept = new Set(before.filter(stays).map(({ staffId }) => staffId))
  const fresh = asked.filter(({ staffId }) => !kept.has(staffId))
  const { expiryMs } = await offerSettings(tx)
  for (const one of fresh) changed.push(await insertOffer(tx, ticket, one, decisionId, expiryMs, cause))
  const made = changed.filter(({ status }) => status === 'pending')
  for (const offer of made) {
    events.push({ type: 'offer.made', subject: 'ticket', subjectId: ticket.id, data: factsOf(offer) })
    await appendTimeline(tx, ticket.id, [entryOf(offer)], cause)
  }
  const jobs = made.map((offer) => ({
    kind: 'offer.expire' as const,
    payload: { offerId: offer.id },
    dueAtMs: offer.expiresAt.getTime(),
    serialKey: `ticket:${ticket.id}`,
  }))
  return joinEffects({ events, jobs }, await sendCards(tx, changed, ports, cause.nowMs))
}

async function insertOffer(
  tx: Tx,
  ticket: Ticket,
  { engineer, ...asked }: Asked,
  decisionId: string,
  expiryMs: number,
  cause: Cause,
): Promise<NamedOffer> {
  const row = await tx
    .insertInto('offer')
    .values({
      id: derivedId('offer', decisionId, asked.staffId),
      ticketId: ticket.id,
      ...asked,
      decisionId,
      groupId: ticket.groupId,
      createdAt: new Date(cause.nowMs),
      expiresAt: new Date(cause.nowMs + expiryMs),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { ...row, engineer }
}
