import { type AdminTools, runAdmin } from '../../access/index.ts'
import { systemClock } from '../../kernel/clock.ts'
import { timeIds } from '../../kernel/ids.ts'
import { migrate, StoreError } from '../../store/index.ts'
import { ConfigError, readConfig } from '../config.ts'
import { say } from './run-command.ts'
import { withStorage } from './with-storage.ts'

const tools: AdminTools = {
  withDatabase: (work) =>
    withStorage(readConfig(process.env), async ({ database }) => {
      await migrate(database)
      return await work(database)
    }),
  ids: timeIds(systemClock.now),
  now: systemClock.now,
  print: say,
}

try {
  process.exitCode = await runAdmin(process.argv.slice(2), tools)
} catch (error) {
  if (!(error instanceof StoreError || error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
