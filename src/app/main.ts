import { ensureFirstAdmin, ensureLinkKey, firstLogin, ticketLinks } from '../access/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { timeIds } from '../kernel/ids.ts'
import { openMediaStore } from '../media/store.ts'
import { ensureDataDir, migrate, openSecretBox } from '../store/index.ts'
import { runCommand } from './commands/run-command.ts'
import { composeHub } from './compose.ts'
import { type Config, ConfigError } from './config.ts'
import { makeLog } from './log.ts'
import { openModel } from './model.ts'
import { openRecogniser } from './recogniser.ts'
import { serveHub } from './serve.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { openStorage, type Storage } from './storage.ts'

const help = `Usage: npm start

Runs the hub until Ctrl-C. Settings come from the environment; .env.example explains each.`

const clock = systemClock
const ids = timeIds(() => clock.now())

interface Running {
  readonly address: string
  readonly firstPassword: string | null
  readonly storage: Storage
  stop(): Promise<void>
}

async function start(config: Config): Promise<Running> {
  const log = makeLog(config.logLevel)
  ensureDataDir(config.dataDir)
  const storage = await openStorage(config, { log })
  try {
    const { database } = storage
    await migrate(database)
    const media = await openMediaStore({ dir: config.mediaDir })
    const box = await openSecretBox(config)
    const links = ticketLinks(await database.transaction((tx) => ensureLinkKey(tx)))
    const llm = await openModel(config, { database, clock, log })
    const recogniser = await openRecogniser(config, { database, media, clock, log })
    const hub = await composeHub({
      ...{ config, database, media, box, links, clock, log },
      ...(llm ? { llm } : {}),
      ...(recogniser ? { recogniser } : {}),
    })
    const server = await serveHub(hub, links, config)
    // The port first: when it is taken nothing has begun, and the first password was not made for nobody to see.
    await hub.registry.refresh()
    const address = await server.listen({ host: config.host, port: config.port }).catch((error) => {
      throw cannotListen(error, config)
    })
    const firstPassword = await database.transaction((tx) =>
      ensureFirstAdmin(tx, { ids, nowMs: clock.now() }),
    )
    await hub.start(storage.embedded !== null)
    return {
      address,
      firstPassword,
      storage,
      async stop() {
        await server.close()
        await hub.stop()
        await storage.close()
      },
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** What is wrong with HOST and PORT, and what to do; any other failure as it is. */
function cannotListen(error: NodeJS.ErrnoException, { host, port }: Config): Error {
  const hosts =
    'Set HOST to 127.0.0.1 (reached from this machine only), to 0.0.0.0 (from everywhere) or to an address of this machine.'
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `The port ${port} is in use: another program listens there. Choose another one with PORT=… or stop it.`,
    EADDRNOTAVAIL: `HOST=${host} is not an address of this machine. ${hosts}`,
    ENOTFOUND: `HOST=${host} is a name without an address. ${hosts}`,
    EAI_AGAIN: `The name HOST=${host} cannot be looked up at the moment. ${hosts}`,
    EACCES: `This user may not listen on the port ${port}. Choose one above 1023 with PORT=…, behind a proxy if need be.`,
  }
  const sentence = sentences[error.code ?? '']
  return sentence ? new ConfigError(sentence, { cause: error }) : error
}

function recognisersOf({ asr: { script, funasr, openai } }: Config): string | null {
  return (
    [script ? 'scripted (simulated)' : null, funasr ? 'FunASR' : null, openai?.model ?? null]
      .filter((name) => name !== null)
      .join(', ') || null
  )
}

function greet(config: Config, running: Running): void {
  const { storage, firstPassword } = running
  const lines = [
    '',
    `  一通 Yitong is up.   Console: ${config.publicUrl ?? running.address}`,
    '',
    firstPassword
      ? `  Sign in as "${firstLogin}" with the password  ${firstPassword}  (shown only now; change it after signing in)`
      : `  Sign in with your account. Forgotten? npm run admin -- reset-password ${firstLogin}`,
    storage.embedded
      ? `  Embedded:       PostgreSQL ${storage.embedded.version} in ${config.dataDir}`
      : '  Database:       the server of DATABASE_URL',
    `  Wake-ups:       ${config.redisUrl ? 'BullMQ on the Redis of REDIS_URL' : 'PostgreSQL (set REDIS_URL for BullMQ)'}`,
    `  Model:          ${config.llm ? `${config.llm.model}${config.llmPseudonyms ? ', with placeholders for personal data' : ''}` : 'none, the rules engine extracts (set LLM_BASE_URL and LLM_MODEL)'}`,
    `  Recogniser:     ${recognisersOf(config) ?? 'none, recorded calls are kept and not transcribed (set FUNASR_URL or ASR_BASE_URL and ASR_MODEL)'}`,
    ...(config.publicUrl ? [] : ['  Public address: not configured: QR codes and callbacks need PUBLIC_URL']),
    '',
    '  Ctrl-C stops everything.',
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

await runCommand({
  help,
  options: {},
  async run(_, config) {
    const running = await start(config)
    stopOnSignal(() => running.stop())
    greet(config, running)
    return undefined
  },
})
// What a start that failed had begun must not keep the process.
if (process.exitCode) process.exit()
