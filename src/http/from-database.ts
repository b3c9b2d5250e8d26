import { makeSessions, tokenActor } from '../access/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { eventBounds, eventsAfter, newestPosition } from '../queue/index.ts'
import type { Database } from '../store/index.ts'
import type { Identities } from './authenticate.ts'
import type { EventSource } from './event-hub.ts'
import type { Readiness } from './probes.ts'

/** People and programs as the database knows them; `link` reads the signed links of customers. */
export function databaseIdentities(
  database: Database,
  clock: Clock,
  link: Identities['link'] = async () => null,
): Identities {
  return {
    sessions: makeSessions({ database, clock }),
    token: (value) => tokenActor(database.db, value, clock.now()),
    link,
  }
}

/** The stored events. */
export function databaseEvents(database: Database): EventSource {
  return {
    after: (position, limit) => eventsAfter(database, position, limit),
    bounds: () => eventBounds(database),
    newest: () => newestPosition(database),
  }
}

/** Ready when the database answers within two seconds. */
export function databaseReadiness(database: Database): Readiness {
  return async () => {
    const answer = database.query('select 1').then(
      () => 'ok',
      (error: Error) => error.message,
    )
    return { database: await Promise.race([answer, late(2000)]) }
  }
}

const late = (ms: number) =>
  new Promise<string>((resolve) => setTimeout(resolve, ms, `no answer within ${ms} ms`).unref())
