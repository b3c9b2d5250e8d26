import type { RoutingDecision, RoutingInput } from '../contract/routing.ts'
import { canonicalJson } from '../kernel/hash.ts'
import { decide } from './decide.ts'

/** How a stored decision compares with deciding again. */
export interface Recomputation {
  /** The input is the one that the record was made from. */
  readonly inputMatches: boolean
  /** The deciding code has the record's version. */
  readonly versionMatches: boolean
  /** Members of the record that come out differently now, by name; empty when the answer is the same. */
  readonly differences: readonly (keyof RoutingDecision)[]
  readonly decision: RoutingDecision
}

/** Decides again from a record's input and names what differs. */
export function recompute(record: RoutingDecision, input: RoutingInput): Recomputation {
  const decision = decide(input)
  const differences = (Object.keys(decision) as (keyof RoutingDecision)[]).filter(
    (name) => canonicalJson(decision[name]) !== canonicalJson(record[name]),
  )
  return {
    inputMatches: decision.inputHash === record.inputHash,
    versionMatches: decision.version === record.version,
    differences,
    decision,
  }
}
