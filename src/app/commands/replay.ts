import { ensureLinkKey, ticketLinks } from '../../access/index.ts'
import { silentLog } from '../../kernel/log.ts'
import { openMediaStore } from '../../media/store.ts'
import { openSecretBox } from '../../store/index.ts'
import { describe } from '../replay/compare.ts'
import { replay } from '../replay/run.ts'
import { runCommand, say, UsageError } from './run-command.ts'
import { withStorage } from './with-storage.ts'

function moment(value: string | boolean | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const ms = Date.parse(String(value))
  if (Number.isNaN(ms)) throw new UsageError(`"${value}" is not a time such as 2026-11-22T08:00:00+08:00.`)
  return ms
}

await runCommand({
  help: `Usage: npm run replay -- [--from TIME] [--to TIME] [--json] [--keep]

Rebuilds conversations and tickets from the stored envelopes and the stored commands of people, in a scratch schema, with the
clock and the configuration of then, and compares them with what is stored. Nothing is sent and the stored rows do not change.
It always starts at the beginning of what is kept, because tickets depend on those before them; the times say what is compared.

  --from TIME   compare what began from then on (ISO 8601); default: everything
  --to TIME     do everything again until then; default: now
  --json        print the differences as JSON
  --keep        keep the scratch schema for a closer look

Exit code: 0 without differences, 1 with some.`,
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    json: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
  async run(values, config) {
    const range = {
      fromMs: moment(values.from, 0),
      toMs: moment(values.to, Date.now()),
      keep: values.keep === true,
    }
    return await withStorage(config, async ({ database }) => {
      const media = await openMediaStore({ dir: config.mediaDir })
      const box = await openSecretBox(config)
      const links = ticketLinks(await database.transaction((tx) => ensureLinkKey(tx)))
      const report = await replay({ config, database, media, box, links, log: silentLog }, range)
      if (values.json) say(JSON.stringify(report, null, 2))
      else {
        say(
          `${report.envelopes} envelopes, ${report.commands} commands and ${report.steps} steps were done again.`,
        )
        if (report.keptSinceMs > 0)
          say(
            `Raw messages are kept since ${new Date(report.keptSinceMs).toISOString()}; what began before is not rebuilt, and what was routed soon after may differ, because the tickets of then are not counted.`,
          )
        for (const problem of report.problems) say(problem)
        say(describe(report.differences))
      }
      return report.differences.length + report.problems.length === 0 ? 0 : 1
    })
  },
})
