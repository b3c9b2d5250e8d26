import type { RoutingEngineer, RoutingGroup, RoutingInput, Verdict } from '../contract/routing.ts'
import { type LocalTime, localTime, siteChain } from '../directory/index.ts'
import { distanceM } from '../kernel/geo.ts'

/** What filters and scorers share about one decision: the input and what follows from it once. */
export interface Context {
  readonly input: RoutingInput
  /** Codes of the site, finest first. */
  readonly chain: readonly string[]
  /** Wall clock for opening hours. */
  readonly openAt: LocalTime
  /** Wall clock for shifts. */
  readonly workAt: LocalTime
  readonly certificates: readonly string[]
  readonly slackKm: number
}

/** The outcome of a check, still without its name. */
export type Finding = Pick<Verdict, 'ok' | 'needed' | 'found'>

/** One check of a group; pure. */
export type GroupFilter = (group: RoutingGroup, context: Context) => Finding

/** One check of an engineer for the chosen group; pure. */
export type EngineerFilter = (engineer: RoutingEngineer, context: Context, groupId: string | null) => Finding

/** One part of a group's score; smaller is better; pure. */
export type GroupScorer = (group: RoutingGroup, context: Context) => number

/** One part of an engineer's score; `nearestKm` is the least distance of those who fit. Smaller is better; pure. */
export type EngineerScorer = (engineer: RoutingEngineer, context: Context, nearestKm: number) => number

/** Prepares what every check of a decision needs. */
export function contextOf(input: RoutingInput): Context {
  const { ticket, policy } = input
  const momentMs = policy.moment === 'created' ? ticket.createdAtMs : input.nowMs
  const shiftMs =
    policy.engineers.shiftMoment === 'appointment' ? (ticket.appointmentStartMs ?? momentMs) : momentMs
  const byCategory =
    ticket.productCategory !== null && Object.hasOwn(policy.engineers.certificates, ticket.productCategory)
      ? policy.engineers.certificates[ticket.productCategory]!
      : []
  const { slackKm } = policy.engineers
  return {
    input,
    chain: siteChain(ticket.region),
    openAt: localTime(policy.timeZone, momentMs),
    workAt: localTime(policy.timeZone, shiftMs),
    certificates: [...new Set([...ticket.requiredCerts, ...byCategory])],
    slackKm: slackKm.byUrgency[ticket.urgency] ?? slackKm.default,
  }
}

/** Kilometres from an engineer to the site, to the metre, or null when either place is unknown. */
export function distanceKm(engineer: RoutingEngineer, { input }: Context): number | null {
  const { site } = input.ticket
  if (!site || !engineer.location) return null
  const crs = 'gcj02'
  return Math.round(distanceM({ ...site, crs }, { ...engineer.location, crs })) / 1000
}

/** A wall-clock time as the record shows it, e.g. `3 19:00` for a Wednesday evening. */
export function clockText({ weekday, minutes }: LocalTime): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${weekday} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
