import { divisionsAgree, type IncidentArea } from './area.ts'
import { areaOf, type JoinReason, type Trait, type Traits } from './trait.ts'

/** Another ticket that carries one of the same traits. */
export interface Neighbour {
  readonly ticketId: string
  readonly number: string
  readonly key: string
  readonly adcode: string | null
  readonly atMs: number
  /** Whose ticket it is; null for somebody unknown. */
  readonly contactId: string | null
  readonly phone: string | null
  /** The open incident that it is in. */
  readonly incidentId: string | null
  /** It was in an incident before, which is closed or which it was taken out of. */
  readonly spoken: boolean
}

/** The ticket that is looked at. */
export interface Arrival {
  readonly ticketId: string
  readonly number: string
  readonly atMs: number
  readonly contactId: string | null
  readonly phone: string | null
}

/** What follows from its neighbours. */
export type Gathering =
  | { readonly kind: 'none' }
  | { readonly kind: 'join'; readonly incidentId: string; readonly reason: JoinReason }
  | {
      readonly kind: 'open'
      readonly area: IncidentArea
      /** All members with their reasons, the earliest ticket first. */
      readonly members: readonly {
        readonly ticketId: string
        readonly atMs: number
        readonly reason: JoinReason
      }[]
    }

/** Two tickets of one customer are no sign of something bigger. */
export function sameCustomer(
  a: Pick<Arrival, 'contactId' | 'phone'>,
  b: Pick<Arrival, 'contactId' | 'phone'>,
): boolean {
  return (a.contactId !== null && a.contactId === b.contactId) || (a.phone !== null && a.phone === b.phone)
}

interface Met extends Neighbour {
  readonly trait: Trait
}

/**
 * What becomes of a ticket with a shared cause: it joins the open incident of a neighbour, or opens one with neighbours that are in
 * none. Neighbours carry one of its traits, were opened within `windowMs` of it, are in a division that agrees, and belong to somebody
 * else. Pure.
 */
export function decideGathering(
  arrival: Arrival,
  traits: Traits,
  neighbours: readonly Neighbour[],
  windowMs: number,
): Gathering {
  const met = traits.traits
    .flatMap((trait): Met[] =>
      neighbours.filter(({ key }) => key === trait.key).map((n) => ({ ...n, trait })),
    )
    .filter(
      (n) =>
        n.ticketId !== arrival.ticketId &&
        Math.abs(n.atMs - arrival.atMs) <= windowMs &&
        divisionsAgree(n.adcode, traits.adcode) &&
        !sameCustomer(n, arrival),
    )
  // The narrowest place first, as the traits stand; there the earliest ticket.
  const there = met.find(({ incidentId }) => incidentId !== null)
  if (there) return { kind: 'join', incidentId: there.incidentId!, reason: reasonOf(traits, there, arrival) }
  const free = firstOfEach(met.filter(({ spoken }) => !spoken))
  const [nearest] = free
  if (!nearest) return { kind: 'none' }
  const others = free.map((n) => ({
    ticketId: n.ticketId,
    atMs: n.atMs,
    reason: { ...reasonOf(traits, n, arrival), withNumber: arrival.number, quote: '' },
  }))
  const self = { ticketId: arrival.ticketId, atMs: arrival.atMs, reason: reasonOf(traits, nearest, arrival) }
  const members = [...others, self].sort((a, b) => a.atMs - b.atMs || (a.ticketId < b.ticketId ? -1 : 1))
  return { kind: 'open', area: areaOf(traits, nearest.trait), members }
}

function firstOfEach(met: readonly Met[]): Met[] {
  return met.filter((n, i) => met.findIndex(({ ticketId }) => ticketId === n.ticketId) === i)
}

function reasonOf(traits: Traits, met: Met, arrival: Arrival): JoinReason {
  return {
    kind: 'same_cause',
    cause: traits.cause,
    level: met.trait.level,
    place: met.trait.name,
    quote: traits.quote,
    withNumber: met.number,
    apartMs: Math.abs(arrival.atMs - met.atMs),
  }
}
