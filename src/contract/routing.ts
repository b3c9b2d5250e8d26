import type { JsonValue } from '../kernel/json.ts'
import type { Risk } from './labels.ts'
import type { Intent, Urgency } from './ticket.ts'

/** Everything the router looks at. It is a snapshot: the same input gives the same decision. */
export interface RoutingInput {
  readonly ticket: RoutingTicket
  readonly groups: readonly RoutingGroup[]
  readonly engineers: readonly RoutingEngineer[]
  readonly rules: readonly RoutingRule[]
  readonly policy: RoutingPolicy
  /** The moment of the decision, ms. */
  readonly nowMs: number
  /** Absent when the ticket was never routed. */
  readonly present?: PresentPlace
}

/**
 * Whose choice the place of a ticket is: `router` (or nobody's yet) may be changed by the router; `accepted` is the router's too, but
 * an engineer said yes to it; `person` was chosen by somebody; `started` means that the engineer began to work.
 */
export type Placer = 'router' | 'accepted' | 'person' | 'started'

/** Where a ticket is when it is routed again. */
export interface PresentPlace {
  readonly by: Placer
  readonly groupId: string | null
  readonly engineerId: string | null
  /** Facts that changed since the last decision, by the names of fields. */
  readonly changed: readonly string[]
}

export interface RoutingTicket {
  readonly id: string
  readonly intent: Intent
  readonly urgency: Urgency
  readonly region: {
    readonly province: string | null
    readonly city: string | null
    readonly district: string | null
    readonly adcode: string | null
  }
  readonly productCategory: string | null
  /** BCP 47 primary tag: zh, en … */
  readonly language: string
  readonly customerTier: string | null
  readonly channel: string
  readonly site: { readonly lat: number; readonly lng: number } | null
  readonly createdAtMs: number
  readonly appointmentStartMs: number | null
  /** Certificates the work needs; usually derived from the category by policy. */
  readonly requiredCerts: readonly string[]
  /** Engineers who turned this ticket down, or did not answer in time; absent when there are none. */
  readonly declinedBy?: readonly string[]
  /** Risks that were heard of; absent when there are none. */
  readonly risks?: readonly Risk[]
}

/** Opening hours: always, or spans by weekday (1 = Monday … 7 = Sunday), local "HH:MM", close exclusive; may pass midnight. */
export type Hours =
  | '24x7'
  | {
      readonly spans: readonly {
        readonly days: readonly number[]
        readonly open: string
        readonly close: string
      }[]
    }

export interface RoutingGroup {
  readonly id: string
  readonly name: string
  readonly emergency: boolean
  readonly isDefault: boolean
  /** '*' means any. */
  readonly intents: readonly string[]
  readonly skills: readonly string[]
  /** Names or adcodes of provinces, cities, districts; 'CN' for everywhere. */
  readonly regions: readonly string[]
  readonly languages: readonly string[]
  /** Empty: any tier, any channel. */
  readonly tiers: readonly string[]
  readonly channels: readonly string[]
  readonly hours: Hours
  readonly capacityLeft: number | null
}

export interface RoutingEngineer {
  readonly id: string
  readonly name: string
  /** Groups the engineer belongs to; empty: any group. */
  readonly groupIds: readonly string[]
  readonly skills: readonly string[]
  readonly certs: readonly string[]
  readonly languages: readonly string[]
  readonly status: string
  readonly load: number
  readonly maxLoad: number
  readonly shift: Hours | null
  readonly location: { readonly lat: number; readonly lng: number } | null
  readonly maxKm: number | null
}

/** An ordered if-then: the first that matches names the group. */
export interface RoutingRule {
  readonly id: string
  readonly name: string
  readonly when: JsonValue
  readonly groupId: string
}

/** What a group is checked for; each is one file in `router/filters`. */
export const groupChecks = [
  'intent',
  'skill',
  'region',
  'language',
  'tier',
  'channel',
  'hours',
  'capacity',
] as const
export type GroupCheck = (typeof groupChecks)[number]

/** What fitting groups are ordered by; a group made for the case comes before a general one. */
export const groupOrders = ['tier', 'channel', 'single_language', 'region', 'skill', 'capacity'] as const
export type GroupOrder = (typeof groupOrders)[number]

/** What an engineer is checked for. */
export const engineerChecks = [
  'group',
  'skill',
  'certificate',
  'status',
  'load',
  'shift',
  'distance',
  'language',
] as const
export type EngineerCheck = (typeof engineerChecks)[number]

/** What fitting engineers are ordered by: kilometres, within the slack of the nearest or not, open jobs. */
export const engineerOrders = ['distance', 'near', 'load'] as const
export type EngineerOrder = (typeof engineerOrders)[number]

/** A deployment's configuration of the router; `router/policy.ts` holds its schema and the default. */
export interface RoutingPolicy {
  readonly name: string
  /** IANA zone in which hours and shifts are written, e.g. Asia/Shanghai. */
  readonly timeZone: string
  /** The moment for which opening hours count: when the ticket was made, or when it is routed. */
  readonly moment: 'created' | 'now'
  /** The language that everybody speaks; for another one a group that speaks only that one is more specific. */
  readonly mainLanguage: string
  readonly groups: { readonly checks: readonly GroupCheck[]; readonly order: readonly GroupOrder[] }
  /** Urgencies that try the emergency groups first, with fewer checks; null: no such path. */
  readonly emergency: {
    readonly urgencies: readonly Urgency[]
    readonly checks: readonly GroupCheck[]
    readonly order: readonly GroupOrder[]
  } | null
  readonly engineers: {
    /** Intents for which somebody is sent. */
    readonly intents: readonly Intent[]
    readonly checks: readonly EngineerCheck[]
    readonly order: readonly EngineerOrder[]
    /** Statuses in which an engineer may get work. */
    readonly statuses: readonly string[]
    /** Certificates that the work on a product category needs. */
    readonly certificates: Readonly<Record<string, readonly string[]>>
    /** The moment that the shift must cover; `appointment` falls back to `moment` above. */
    readonly shiftMoment: 'appointment' | 'moment'
    /** Whether somebody may be sent when the distance cannot be known and a limit exists. */
    readonly unknownDistance: 'exclude' | 'allow'
    /** Kilometres beyond the nearest that still count as near. */
    readonly slackKm: {
      readonly default: number
      readonly byUrgency: Readonly<Partial<Record<Urgency, number>>>
    }
  }
}

/** One check of one candidate. */
export interface Verdict {
  /**
   * A GroupCheck or EngineerCheck, or what the path itself asks: `rule` (be the group that the rule names), `emergency`
   * (be an emergency group), `last_resort` (a default group only when no other fits), `visit` (the intent needs somebody on site),
   * `declined` (did not turn the ticket down before; made only where somebody did).
   */
  readonly check: string
  readonly ok: boolean
  /** True when the path does not ask for this check: it was made, but did not count. */
  readonly waived?: true
  /** What was compared: the values, so that a reader can judge the reason. */
  readonly needed: JsonValue
  readonly found: JsonValue
}

export interface Candidate {
  readonly id: string
  readonly name: string
  readonly verdicts: readonly Verdict[]
  readonly eligible: boolean
  /** Values of the ordering, in its order; null when not eligible. */
  readonly score: readonly number[] | null
}

export interface RoutingDecision {
  readonly groupId: string | null
  readonly engineerId: string | null
  /** How the group was found: a rule's id, the emergency path, the normal order, or the default group. */
  readonly via:
    | { readonly kind: 'rule'; readonly ruleId: string }
    | { readonly kind: 'emergency' | 'order' | 'default' | 'none' }
  /** The urgency asked for the emergency groups first; `via` says whether one of them took the ticket. */
  readonly emergencyTried: boolean
  readonly groups: readonly Candidate[]
  readonly engineers: readonly Candidate[]
  /** Names of the parts of the candidates' scores; smaller is better, then the smaller id. */
  readonly order: { readonly groups: readonly GroupOrder[]; readonly engineers: readonly EngineerOrder[] }
  /** The rules looked at, up to the first that matched; one that names an unknown group is passed over. */
  readonly rules: readonly {
    readonly id: string
    readonly name: string
    readonly matched: boolean
    readonly groupKnown: boolean
  }[]
  /**
   * When the ticket was routed before: whose choice its place is, whether people are in danger by what changed, and whether the place
   * stays nevertheless. A danger takes a ticket from an engineer who accepted it, not from a place that a person chose or from somebody
   * who is at work there.
   */
  readonly present?: {
    readonly by: Placer
    readonly danger: boolean
    readonly kept: Exclude<Placer, 'router'> | null
  }
  /** Why a dispatcher must be told, or null. */
  readonly dispatcher: { readonly reason: 'no_group' | 'no_engineer' } | null
  /** Hash of the whole input and version of the deciding code. */
  readonly inputHash: string
  readonly version: string
}
