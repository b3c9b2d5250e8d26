import { migrate, rotateKey } from '../../store/index.ts'
import { runCommand, say } from './run-command.ts'
import { withStorage } from './with-storage.ts'

await runCommand({
  help: `Usage: npm run rotate-key

Encrypts the stored secrets of channel accounts and webhooks with a new key.
Without SECRET_KEY a new key is made in DATA_DIR/secret.key and the old one is removed at the end.
With SECRET_KEY set it to "NEW,OLD" first: everything is encrypted with NEW, then OLD may be taken away.
Interrupted, run it again. Restart running hubs afterwards: they know only the old key.`,
  options: {},
  run: (_, config) =>
    withStorage(config, async ({ database }) => {
      await migrate(database)
      const { keyId, resealed } = await rotateKey(database, config)
      say(`${resealed} secrets are now encrypted with the key ${keyId}. Restart running hubs.`)
      return undefined
    }),
})
