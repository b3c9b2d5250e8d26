import type { Log } from '../kernel/log.ts'
import { type Database, type Embedded, openDatabase, startEmbedded } from '../store/index.ts'

/** The part of the configuration that storage needs. */
export interface StorageConfig {
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly poolSize: number
}

/** The open database, and the server that was started for it unless DATABASE_URL names one. */
export interface Storage {
  readonly database: Database
  readonly embedded: Embedded | null
  /** Closes the database, then stops the embedded server if this process owns it. */
  close(): Promise<void>
}

/**
 * Opens the server of DATABASE_URL (waiting for it up to 30 s) or the embedded one. `share`: see EmbeddedSettings; true
 * for commands that may run beside a hub, which name themselves: a restore refuses while a hub (`yitong`) is connected.
 * Throws StoreError.
 */
export async function openStorage(
  config: StorageConfig,
  options: { readonly log: Log; readonly share?: boolean; readonly applicationName?: string },
): Promise<Storage> {
  const { log, share, applicationName } = options
  const embedded = config.databaseUrl ? null : await startEmbedded({ dataDir: config.dataDir, share, log })
  const place = embedded ? embedded.connection : { url: config.databaseUrl! }
  try {
    const database = await openDatabase({
      ...place,
      applicationName,
      poolSize: config.poolSize,
      waitMs: 30_000,
      log,
    })
    return {
      database,
      embedded,
      async close() {
        await database.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}
