import type { EngineerFilter } from '../context.ts'

/** The engineer is in a status in which work may be given. */
export const status: EngineerFilter = (engineer, { input }) => ({
  ok: input.policy.engineers.statuses.includes(engineer.status),
  needed: [...input.policy.engineers.statuses],
  found: engineer.status,
})
