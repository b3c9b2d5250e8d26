import { migrate } from '../../store/index.ts'
import { runCommand, say } from './run-command.ts'
import { withStorage } from './with-storage.ts'

await runCommand({
  help: `Usage: npm run migrate

Brings the database up to this release: each missing migration in one transaction.
"npm start" does the same; this is for installations that migrate as a step of its own.
The database is the one of DATABASE_URL, or else the embedded one in DATA_DIR.`,
  options: {},
  run: (_, config) =>
    withStorage(config, async ({ database }) => {
      const applied = await migrate(database)
      for (const name of applied) say(`applied ${name}`)
      say(applied.length > 0 ? 'The database is up to date.' : 'The database was up to date already.')
      return undefined
    }),
})
