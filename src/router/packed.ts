import type { Candidate, RoutingDecision, Verdict } from '../contract/routing.ts'

interface PackedCandidate extends Omit<Candidate, 'verdicts'> {
  /** Places in the list of verdicts. */
  readonly verdicts: readonly number[]
}

/**
 * A decision as it is stored: each different verdict once, and candidates that name it by its place. Dozens of candidates fail the
 * same checks for the same reasons, and a decision is stored with every ticket.
 */
export interface PackedDecision extends Omit<RoutingDecision, 'groups' | 'engineers'> {
  readonly verdicts: readonly Verdict[]
  readonly groups: readonly PackedCandidate[]
  readonly engineers: readonly PackedCandidate[]
}

/** Packs a decision for its row. */
export function packDecision(decision: RoutingDecision): PackedDecision {
  const places = new Map<string, number>()
  const verdicts: Verdict[] = []
  const placeOf = (verdict: Verdict): number => {
    const text = JSON.stringify(verdict)
    const known = places.get(text)
    if (known !== undefined) return known
    places.set(text, verdicts.length)
    return verdicts.push(verdict) - 1
  }
  const pack = (candidate: Candidate) => ({ ...candidate, verdicts: candidate.verdicts.map(placeOf) })
  const groups = decision.groups.map(pack)
  const engineers = decision.engineers.map(pack)
  return { ...decision, verdicts, groups, engineers }
}

/** The decision of a row; one that was stored whole is taken as it is. */
export function unpackDecision(stored: PackedDecision | RoutingDecision): RoutingDecision {
  if (!('verdicts' in stored)) return stored
  const { verdicts, ...decision } = stored
  const unpack = (candidate: PackedCandidate): Candidate => ({
    ...candidate,
    verdicts: candidate.verdicts.map((place) => verdicts[place]!),
  })
  return { ...decision, groups: decision.groups.map(unpack), engineers: decision.engineers.map(unpack) }
}
