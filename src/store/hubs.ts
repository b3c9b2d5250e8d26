import { setTimeout as pause } from 'node:timers/promises'
import { StoreError } from './connection.ts'
import type { Session } from './database.ts'

/** The server lists a connection that was closed for a moment longer, ms. */
const goneAfterMs = 1_000

/** Throws StoreError while a hub is connected to this database; `advice` says what to do. */
export async function refuseHubs(session: Session, advice: string): Promise<void> {
  for (const untilMs = performance.now() + goneAfterMs; ; await pause(50)) {
    const { rows } = await session.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'yitong'`,
    )
    if (rows.length === 0) return
    if (performance.now() > untilMs) throw new StoreError(`A hub is connected to this database. ${advice}`)
  }
}
