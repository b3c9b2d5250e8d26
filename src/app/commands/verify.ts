import { verifyAudit } from '../../audit/index.ts'
import { migrate } from '../../store/index.ts'
import { verifyTimelines } from '../../tickets/index.ts'
import { runCommand, say } from './run-command.ts'
import { withStorage } from './with-storage.ts'

await runCommand({
  help: `Usage: npm run verify

Checks that nobody has changed what was recorded: the timeline of every ticket against its chain of digests
and its noted end, and the audit log against its chain. Erased personal data leaves a chain valid.
Prints what was checked and the first broken link, if there is one. Exit code 0: everything holds, 1: something does not.
It may run beside a running hub.`,
  options: {},
  run: (_, config) =>
    withStorage(config, async ({ database }) => {
      await migrate(database)
      // One moment for everything: a hub that runs beside goes on writing.
      return await database.transaction(
        async (tx) => {
          const timelines = await verifyTimelines(tx)
          say(`${timelines.events} entries in the timelines of ${timelines.tickets} tickets checked.`)
          const { broken } = timelines
          if (broken) {
            say(
              `BROKEN: ticket ${broken.number} (${broken.ticketId}), entry ${broken.seq}: ${broken.reason}.`,
            )
          }
          const log = await verifyAudit(tx)
          say(
            `${log.rows} rows of the audit log checked, ${log.waiting} wait for the chain; its head is ${log.head}.`,
          )
          if (log.broken)
            say(`BROKEN: audit log, ${log.broken.day} row ${log.broken.seq} (${log.broken.id}).`)
          if (broken || log.broken) return 1
          say('Everything holds.')
          return 0
        },
        { isolation: 'repeatable read' },
      )
    }),
})
