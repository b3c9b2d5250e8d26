import { chainHandler } from './chain.ts'

export { type AuditVerification, chainJob, verifyAudit } from './chain.ts'
export { type Change, recordChange } from './change.ts'
export { type AuditEntry, audit } from './entry.ts'

/** Handlers of this room's jobs. */
export const handlers = [chainHandler]
