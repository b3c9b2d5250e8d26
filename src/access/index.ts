import { auditQueries } from './audit-queries.ts'
import type { Command, Query } from './command.ts'
import { tokenCommands, tokenQueries } from './tokens.ts'
import { userCommands, userQueries } from './users.ts'

export { type AdminTools, runAdmin } from './admin.ts'
export { can, type Permission } from './can.ts'
export {
  type Command,
  type CommandContext,
  type Done,
  defineCommand,
  defineQuery,
  type Query,
  type QueryContext,
  readInput,
} from './command.ts'
export { ensureFirstAdmin, firstLogin } from './first-admin.ts'
export { ensureLinkKey, type TicketLinks, ticketLinks } from './links.ts'
export { type Scope, scopeNames } from './scopes.ts'
export { makeSessions, type Session, type Sessions, type UserActor } from './sessions.ts'
export { type TokenActor, tokenActor } from './tokens.ts'

/** Commands of this room. */
export const commands: readonly Command[] = [...userCommands, ...tokenCommands]
/** Queries of this room. */
export const queries: readonly Query[] = [...userQueries, ...tokenQueries, ...auditQueries]
