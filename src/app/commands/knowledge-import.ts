import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemActor } from '../../contract/actor.ts'
import { systemClock } from '../../kernel/clock.ts'
import { timeIds } from '../../kernel/ids.ts'
import { sentence } from '../../kernel/sentence.ts'
import { commands, type Imported, importArticle } from '../../knowledge/index.ts'
import { migrate } from '../../store/index.ts'
import { makeExecutor } from '../execute.ts'
import { runCommand, say, UsageError } from './run-command.ts'
import { withStorage } from './with-storage.ts'

/** Largest file that is read, bytes. */
const mostBytes = 1_000_000

async function markdownFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new UsageError(`"${folder}" is not a folder that can be read.`)
  })
  return entries
    .filter((entry) => entry.isFile() && /\.md$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort()
}

function lineOf(done: Imported): string {
  if (done.outcome !== 'refused') return `${done.outcome.padEnd(10)}${done.file}`
  const { refusal } = done
  const issues = (refusal.issues ?? []).map((issue) => ` ${issue.path}: ${issue.message}`).join(';')
  return `${'refused'.padEnd(10)}${done.file}: ${sentence(refusal, 'en')}${issues}`
}

await runCommand({
  help: `Usage: npm run knowledge:import -- --from DIR [--publish]

Imports the Markdown files (*.md) of a folder as articles. A file's name is the short name by which its article is found again;
its front matter says title, products, models, faults, lang and questions. Doing it twice changes nothing:

  new        there was no such article; it is a draft unless --publish is given
  changed    the content differs; it becomes the next version
  unchanged  the newest version has this content
  edited     an earlier version has this content and somebody edited the article since; that stays
  refused    with the reason

  --from DIR   the folder
  --publish    what was new or changed answers at once

Exit code: 0 when no file was refused, else 1. It may run beside a running hub.`,
  options: { from: { type: 'string' }, publish: { type: 'boolean' } },
  async run(values, config) {
    if (typeof values.from !== 'string') throw new UsageError('Say with --from which folder to import.')
    const folder = values.from
    const files = await markdownFiles(folder)
    return await withStorage(config, async ({ database }) => {
      await migrate(database)
      const executor = makeExecutor({
        database,
        clock: systemClock,
        ids: timeIds(systemClock.now),
        wrote: () => undefined,
        accountsChanged: async () => undefined,
      })
      const byName = new Map(commands.map((command) => [command.name, command]))
      const ports = {
        db: database.db,
        run: (name: string, input: unknown) =>
          executor.execute(byName.get(name)!, systemActor('knowledge:import'), input),
      }
      const counts = { new: 0, changed: 0, unchanged: 0, edited: 0, refused: 0 }
      for (const file of files) {
        const bytes = await readFile(join(folder, file))
        const content = bytes.byteLength > mostBytes ? '' : bytes.toString('utf8')
        const done = await importArticle(ports, { file, content, publish: values.publish === true })
        counts[done.outcome] += 1
        say(lineOf(done))
      }
      say(
        Object.entries(counts)
          .map(([outcome, n]) => `${n} ${outcome}`)
          .join(', '),
      )
      return counts.refused > 0 ? 1 : 0
    })
  },
})
