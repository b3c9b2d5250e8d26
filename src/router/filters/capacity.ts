import type { EngineerFilter, GroupFilter } from '../context.ts'

/** The group has room for one more ticket; null is without limit. */
export const capacity: GroupFilter = (group) => ({
  ok: group.capacityLeft === null || group.capacityLeft > 0,
  needed: 1,
  found: group.capacityLeft,
})

/** The engineer's open jobs are below the limit. */
export const load: EngineerFilter = (engineer) => ({
  ok: engineer.load < engineer.maxLoad,
  needed: engineer.maxLoad,
  found: engineer.load,
})
