import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../database.ts'
import { startEmbedded } from '../embedded.ts'
import { migrate } from '../migrate.ts'

/** Runs `body` with a database that has all migrations and is gone afterwards. */
export async function withThrowAway<T>(body: (database: Database, url: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yitong-drift-'))
  const embedded = await startEmbedded({ dataDir, parameters: { fsync: 'off' } })
  try {
    const { host, user, database: name } = embedded.connection
    const database = await openDatabase(embedded.connection)
    try {
      await migrate(database)
      return await body(
        database,
        `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(host ?? '')}`,
      )
    } finally {
      await database.close()
    }
  } finally {
    await embedded.stop()
    await rm(dataDir, { recursive: true })
  }
}
