import type { JobHandler } from '../queue/index.ts'
import { makeDeliverHandler } from './deliver.ts'
import { fanoutHandler } from './fanout.ts'
import type { WebhookPorts } from './ports.ts'

export { makeWebhookCommands } from './commands.ts'
export { anybodyListens, fanoutJob } from './fanout.ts'
export type { WebhookPorts } from './ports.ts'
export { makeWebhookQueries } from './queries.ts'

/** Handlers of `webhook.fanout` and `webhook.deliver`. */
export function makeWebhookHandlers(ports: WebhookPorts): JobHandler[] {
  return [fanoutHandler, makeDeliverHandler(ports)]
}
