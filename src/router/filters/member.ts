import type { EngineerFilter } from '../context.ts'

/** The engineer belongs to the chosen group; without a group nobody does, and no list of groups means any. */
export const member: EngineerFilter = (engineer, _context, groupId) => ({
  ok: groupId !== null && (engineer.groupIds.length === 0 || engineer.groupIds.includes(groupId)),
  needed: groupId,
  found: [...engineer.groupIds],
})
