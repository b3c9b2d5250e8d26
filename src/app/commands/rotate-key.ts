import { migrate, rotateKey } from '../../store/index.ts'
import { runCommand, say } from './run-command.ts'
import { withStorage } from './with-storage.ts'

await runCommand({
  help: `Usage: npm run rotate-key

Encrypts the stored secrets of channel accounts and webhooks with a new key.
Without SECRET_KEY a new key is made in DATA_DIR/secret.key, and the old one stays behind it until the next time. A hub of
this DATA_DIR may run meanwhile: it reads the file again.
With SECRET_KEY stop the hubs and set it to "NEW,OLD" first: everything is encrypted with NEW, then OLD may be taken away.
Interrupted, run it again.`,
  options: {},
  run: (_, config) =>
    withStorage(config, async ({ database }) => {
      await migrate(database)
      const { keyId, resealed } = await rotateKey(database, config)
      say(
        `${resealed} ${resealed === 1 ? 'secret is' : 'secrets are'} now encrypted with the key ${keyId}.${config.secretKey ? ' Start the hubs with the new SECRET_KEY.' : ''}`,
      )
      return undefined
    }),
})
