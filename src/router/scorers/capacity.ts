import type { EngineerScorer, GroupScorer } from '../context.ts'

/** More room comes first; without a limit before any limit. */
export const capacity: GroupScorer = (group) =>
  group.capacityLeft === null ? Number.MIN_SAFE_INTEGER : -group.capacityLeft

/** Fewer open jobs come first. */
export const load: EngineerScorer = (engineer) => engineer.load
