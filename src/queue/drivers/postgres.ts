import { randomUUID } from 'node:crypto'
import type { Log } from '../../kernel/log.ts'
import type { Database } from '../../store/index.ts'
import type { WakeDriver } from './driver.ts'

/** NOTIFY takes a lock at commit; under load one announcement speaks for all jobs of this time, ms. */
const quietMs = 25

/** Wakes the workers of other nodes by LISTEN/NOTIFY; delayed jobs are found by each node's own timer. */
export function postgresDriver(database: Database, log: Log): WakeDriver {
  const channel = `yitong_job_${database.schema}`
  const self = randomUUID()
  let silence: NodeJS.Timeout | null = null
  let owed = false
  let ears: (() => void) | null = null

  function say(): void {
    if (silence) {
      owed = true
      return
    }
    owed = false
    silence = setTimeout(() => {
      silence = null
      if (owed) say()
    }, quietMs)
    silence.unref()
    database.query('select pg_notify($1, $2)', [channel, self], 'job-notify').catch((error: unknown) => {
      log.warn({ err: error }, 'other nodes could not be told of new jobs; their sweep finds them')
    })
  }

  return {
    async start(wake) {
      ears = await database.listen(channel, (from) => {
        if (from !== self) wake()
      })
    },
    announce: () => say(),
    async stop() {
      if (silence) clearTimeout(silence)
      ears?.()
    },
  }
}
