import { constants } from 'node:os'
import { silentLog } from '../../kernel/log.ts'
import type { Config } from '../config.ts'
import { openStorage, type Storage } from '../storage.ts'

/**
 * Opens the storage for a command, beside a running hub if there is one (unless `share` is false), and closes it again. Ctrl-C ends the command:
 * what it has begun in the database is rolled back, and a server that was started for it is stopped.
 */
export async function withStorage<T>(
  config: Config,
  work: (storage: Storage) => Promise<T>,
  share = true,
): Promise<T> {
  const storage = await openStorage(config, { log: silentLog, share, applicationName: 'yitong-command' })
  const end = async (signal: NodeJS.Signals) => {
    await storage.embedded?.stop()
    process.exit(128 + constants.signals[signal])
  }
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    return await work(storage)
  } finally {
    await storage.close()
    process.off('SIGINT', end).off('SIGTERM', end)
  }
}
