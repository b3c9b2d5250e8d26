import { openMediaStore } from '../../media/store.ts'
import { type Restored, restore, StoreError } from '../../store/index.ts'
import type { Storage } from '../storage.ts'
import { unreadable } from './file-arguments.ts'
import { runCommand, say, UsageError } from './run-command.ts'
import { withStorage } from './with-storage.ts'

function report({ summary, setAside, unopenableSecrets }: Restored): void {
  const rows = Object.values(summary.rows).reduce((sum, count) => sum + count, 0)
  say(`Restored ${rows} rows and ${summary.mediaFiles} media files.`)
  const missing = summary.missingMedia.length
  if (missing > 0) say(`The backup lacked ${missing} media files that rows name.`)
  if (setAside) say(`What was there before is in the schema ${setAside}; drop it when you no longer need it.`)
  for (const identity of unopenableSecrets) {
    say(
      `No key opens the secret of ${identity}: set SECRET_KEY to the key of then, or enter the secret again.`,
    )
  }
}

await runCommand({
  help: `Usage: npm run restore -- --in FILE [--force]

Reads a file of "npm run backup" into an empty database: the one of DATABASE_URL, or else the embedded one in DATA_DIR.
Stop the hub first. The file is checked whole before anything is changed. A backup of an older release is brought up
to this one.

  --in FILE   the backup
  --force     when the database is not empty: keeps what is there in another schema, and restores into a new one`,
  options: { in: { type: 'string' }, force: { type: 'boolean' } },
  async run(values, config) {
    const file = values.in
    if (typeof file !== 'string' || file === '') throw new UsageError('--in FILE is missing.')
    const fault = await unreadable(file)
    if (fault) throw new StoreError(fault)
    const media = await openMediaStore({ dir: config.mediaDir })
    const work = async ({ database }: Storage) => {
      const { dataDir, secretKey } = config
      const force = values.force === true
      const done = await restore(database, {
        file,
        dataDir,
        secretKey,
        media,
        force,
        nowMs: Date.now(),
        progress: say,
      })
      report(done)
      return undefined
    }
    return withStorage(config, work, false)
  },
})
