import type { Query } from '../access/command.ts'
import { routingQueries } from './commands.ts'
import { offerQueries } from './offers/commands.ts'
import { jobQuery } from './offers/job.ts'
import { queries as decisionQueries } from './queries.ts'

export { routingCommands as commands } from './commands.ts'
export { jobLinkLifeMs, type OfferPorts } from './offers/card.ts'
export { makeOfferCommands } from './offers/commands.ts'
export { type Job, standingOf } from './offers/job.ts'
export { makeOfferPress } from './offers/press.ts'
export { offerSettingsSchema } from './offers/settings.ts'
export { makeRouterHandlers } from './step.ts'

/** Queries of this room. */
export const queries: readonly Query[] = [...decisionQueries, ...routingQueries, ...offerQueries, jobQuery]
