import { canonicalJson, sha256 } from '../kernel/hash.ts'

/** What a digest covers of a row. */
export interface ChainedFacts {
  readonly id: number
  readonly at: Date
  readonly actor: unknown
  readonly action: string
  readonly resource: string
  readonly detail: unknown
}

/** The digest before the very first row. */
export const chainStart = sha256('yitong audit log')

/** The digest of a row: over the one before it, its place and everything it says. */
export function rowDigest(previous: string, day: string, seq: number, row: ChainedFacts): string {
  const { id, at, actor, action, resource, detail } = row
  return sha256(canonicalJson([previous, day, seq, id, at.toISOString(), actor, action, resource, detail]))
}

/** The UTC day of a moment, `2026-10-01`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
