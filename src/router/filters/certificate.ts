import type { EngineerFilter } from '../context.ts'

/** The engineer holds every certificate that the work needs. */
export const certificate: EngineerFilter = (engineer, { certificates }) => ({
  ok: certificates.every((name) => engineer.certs.includes(name)),
  needed: [...certificates],
  found: [...engineer.certs],
})
