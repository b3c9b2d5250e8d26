import type { GroupFilter } from '../context.ts'

/** A group that lists customer tiers takes only those. */
export const tier: GroupFilter = (group, { input }) => ({
  ok:
    group.tiers.length === 0 ||
    (input.ticket.customerTier !== null && group.tiers.includes(input.ticket.customerTier)),
  needed: input.ticket.customerTier,
  found: [...group.tiers],
})
