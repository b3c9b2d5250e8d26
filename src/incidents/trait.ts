import type { TicketFieldMap } from '../contract/extraction.ts'
import { type AreaLevel, type CauseKey, causeOf, reachOf } from '../tickets/index.ts'
import { areasOf, type IncidentArea } from './area.ts'

/** A way in which a ticket can meet others of its cause. */
export interface Trait {
  /** Cause, level and place. */
  readonly key: string
  readonly level: AreaLevel
  /** The place as people say it. */
  readonly name: string
}

/** What makes a ticket part of something bigger. */
export interface Traits {
  readonly cause: CauseKey
  /** The ticket's words for it. */
  readonly quote: string
  /** From the narrowest place to the widest. */
  readonly traits: readonly Trait[]
  readonly city: string | null
  readonly district: string | null
  readonly adcode: string | null
}

/**
 * The shared cause of a ticket with the places where it can meet others. `words` is what the customer said, for what the fields do
 * not hold. Null when it has no such cause, or no place. Pure.
 */
export function traitsOf(fields: TicketFieldMap, words = ''): Traits | null {
  const found = causeOf(fields, words)
  if (!found) return null
  const reach = reachOf(found.cause)
  const traits = areasOf(fields, words)
    .filter(({ level }) => reach.includes(level))
    .map(({ level, name, key }) => ({ key: `${found.cause}|${level}|${key}`, level, name }))
  if (traits.length === 0) return null
  const address = fields.address?.value
  return {
    ...found,
    traits,
    city: address?.city ?? null,
    district: address?.district ?? null,
    adcode: address?.adcode ?? null,
  }
}

/** Why a ticket is in an incident. */
export type JoinReason =
  | {
      readonly kind: 'same_cause'
      readonly cause: CauseKey
      readonly level: AreaLevel
      readonly place: string
      /** The ticket's own words; none in the first one's. */
      readonly quote: string
      /** The ticket that it was compared with. */
      readonly withNumber: string
      /** Time between the two, ms. */
      readonly apartMs: number
    }
  | { readonly kind: 'by_hand' }

/** Where an incident of two tickets is: the place where they meet. */
export function areaOf({ city, district }: Traits, trait: Trait): IncidentArea {
  return { level: trait.level, name: trait.name, city, district }
}
