import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TicketLinks } from '../access/index.ts'
import {
  buildServer,
  databaseEvents,
  databaseFiles,
  databaseIdentities,
  databaseReadiness,
} from '../http/index.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Hub } from './compose.ts'
import type { Config } from './config.ts'
import { makeCustomerDesk } from './customers.ts'
import { makeEngineerDesk } from './engineers.ts'
import { gauges } from './gauges.ts'
import { root } from './version.ts'

/** The HTTP side of a hub, not listening yet. */
export async function serveHub(
  hub: Hub,
  links: TicketLinks,
  config: Config,
): Promise<ReturnType<typeof buildServer>> {
  const { database, clock } = hub
  const customers = makeCustomerDesk({ ...hub, links })
  return buildServer({
    commands: hub.commands,
    queries: hub.queries,
    runner: hub.executor,
    identities: { ...databaseIdentities(database, clock), link: customers.customer },
    customers,
    engineers: makeEngineerDesk({ ...hub, links }),
    accounts: hub.registry,
    receive: hub.receive,
    clock,
    log: hub.log,
    publicUrl: config.publicUrl,
    timeZone: config.timeZone,
    trustedProxies: config.trustedProxies,
    media: hub.media,
    files: databaseFiles(database.db),
    events: databaseEvents(database),
    onEvents: hub.onEvents,
    readiness: databaseReadiness(database),
    gauges: gauges(database),
    metricsToken: config.metricsToken,
    pagesDir: join(root, 'web', 'dist'),
    openApi: await openApi(),
  })
}

/** The document of this release; null when somebody took it away. */
async function openApi(): Promise<JsonObject | null> {
  const text = await readFile(join(root, 'docs', 'openapi.json'), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as JsonObject)
}
