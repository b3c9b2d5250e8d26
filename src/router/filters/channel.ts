import type { GroupFilter } from '../context.ts'

/** A group that lists channels takes only those. */
export const channel: GroupFilter = (group, { input }) => ({
  ok: group.channels.length === 0 || group.channels.includes(input.ticket.channel),
  needed: input.ticket.channel,
  found: [...group.channels],
})
