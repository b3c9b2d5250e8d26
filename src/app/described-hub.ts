import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { composeHub, type Hub } from './compose.ts'
import { readConfig } from './config.ts'

/** Stands where a part would be; using it is a bug. */
function absent<T extends object>(what: string): T {
  return new Proxy({} as T, {
    get: (_target, name) => {
      // A promise that resolves to it asks.
      if (name === 'then') return undefined
      return () => {
        throw new Error(`${what}.${String(name)} was used in a hub that is only described`)
      }
    },
  })
}

/** A hub to be looked at, without a database: its commands, queries and their schemas. Nothing of it may run. */
export async function describedHub(): Promise<Pick<Hub, 'commands' | 'queries'>> {
  return await composeHub({
    config: readConfig({}),
    database: absent('database'),
    media: absent('media'),
    box: absent('box'),
    links: absent('links'),
    clock: systemClock,
    log: silentLog,
    channels: {},
  })
}
