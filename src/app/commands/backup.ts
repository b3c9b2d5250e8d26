import { backup, migrate, StoreError } from '../../store/index.ts'
import { unwritable } from './file-arguments.ts'
import { runCommand, say, UsageError } from './run-command.ts'
import { withStorage } from './with-storage.ts'

await runCommand({
  help: `Usage: npm run backup -- --out FILE [--without-media] [--without-key]

Writes everything into one file, as of one moment; the hub may run meanwhile. It is the way to another machine, to
another major version of PostgreSQL, and between the embedded database and a server.
The file holds personal data and the key of the stored secrets (unless --without-key): keep it like a password.

  --out FILE        the file to write, mode 0600; replaced when it is there
  --without-media   leaves out photos, recordings and other files; they are named as missing
  --without-key     leaves out DATA_DIR/secret.key`,
  options: {
    out: { type: 'string' },
    'without-media': { type: 'boolean' },
    'without-key': { type: 'boolean' },
  },
  async run(values, config) {
    const file = values.out
    if (typeof file !== 'string' || file === '') throw new UsageError('--out FILE is missing.')
    const fault = await unwritable(file, true)
    if (fault) throw new StoreError(fault)
    return await withStorage(config, async ({ database }) => {
      await migrate(database)
      const summary = await backup(database, {
        file,
        dataDir: config.dataDir,
        mediaDir: config.mediaDir,
        secretKey: config.secretKey,
        withMedia: !values['without-media'],
        withKey: !values['without-key'],
        nowMs: Date.now(),
        progress: say,
      })
      const rows = Object.values(summary.rows).reduce((sum, count) => sum + count, 0)
      say(`${file}: ${rows} rows, ${summary.mediaFiles} media files (${summary.mediaBytes} bytes).`)
      if (summary.missingMedia.length > 0)
        say(`Missing: ${summary.missingMedia.length} media files that rows name.`)
      if (summary.key === 'included') say('The key is in the file: keep it like a password.')
      if (summary.key === 'in SECRET_KEY') say('The key is not in the file: keep SECRET_KEY beside it.')
      if (summary.key === 'left out')
        say(`The key is not in the file: keep ${config.dataDir}/secret.key beside it.`)
      return undefined
    })
  },
})
