import type { JobHandler } from '../queue/index.ts'
import { gatherHandler } from './gather.ts'
import { settleHandlers } from './settle.ts'

export { commands } from './commands.ts'
export { makeIncidentQueries } from './queries.ts'
export { incidentSettingsSchema } from './settings.ts'

/** Handlers of `incident.gather`, `incident.settle` and `incident.forget`. */
export const handlers: readonly JobHandler[] = [gatherHandler, ...settleHandlers]
