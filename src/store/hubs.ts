import { StoreError } from './connection.ts'
import type { Session } from './database.ts'

/** Throws StoreError while a hub is connected to this database; `advice` says what to do. */
export async function refuseHubs(session: Session, advice: string): Promise<void> {
  const { rows } = await session.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'yitong'`,
  )
  if (rows.length > 0) throw new StoreError(`A hub is connected to this database. ${advice}`)
}
