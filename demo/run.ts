import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { firstPassword, signIn, startHub } from '../bench/hub-process.ts'
import { freshFolder, hubEnvironment } from './folder.ts'
import { offerTo, setUp } from './set-up.ts'
import { startSimulator } from './simulator.ts'
import { type Outcome, play, type Scene, scenes, summaryOf } from './story.ts'
import { dingtalk } from './windows/dingtalk.ts'
import { feishu } from './windows/feishu.ts'
import { qrForm } from './windows/form.ts'
import { mailbox } from './windows/mailbox.ts'
import { phone } from './windows/phone.ts'
import { wechatOa, wecomKf } from './windows/wechat.ts'
import { wecom } from './windows/wecom.ts'
import type { Vendor } from './windows/window.ts'

const help = `Usage: npm run demo -- [--once] [--json FILE] [--only CHANNEL] [--folder DIR]

Starts a hub of its own in ./data-demo with the sample workspace and local emulators of the vendors, and plays a story through
their real wire protocols: customers write on every channel, each request becomes a routed ticket, an engineer taps 接单 on a card
in WeCom, DingTalk or Feishu, the card changes and the customer is told. Then a simulator page shows all chat windows.

  --once        plays the story, prints a JSON summary, and ends: with 0, or with 1 when a step did not happen
  --json FILE   writes the summary to FILE as well
  --only KIND   plays the request of one channel only: ${scenes.map(({ vendor }) => vendor).join(', ')}
  --folder DIR  keeps the hub's data in DIR instead of ./data-demo; refused when no demo made it

PORT (default 3100) is the hub's; the simulator listens on the next one. Every start begins anew.
The emulators listen on 127.0.0.1 with random secrets and exist only here and in tests. The hub gets none of the DATABASE_URL,
REDIS_URL, SECRET_KEY and addresses of models and recognisers that are set for a real one.`

/** A small picture, as a phone would send one: a grey square in PNG. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** What was started, ended in the opposite order; an end that fails does not keep the others from theirs. */
class Started {
  private readonly ends: (() => Promise<unknown>)[] = []

  onEnd(end: () => Promise<unknown>): void {
    this.ends.push(end)
  }

  async end(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end().catch((error) => console.error(error))
  }
}

interface Wanted {
  readonly port: number
  readonly folder: string
  readonly scenes: readonly Scene[]
  readonly tell: (line: string) => void
}

/** Starts everything and plays the scenes; what is up is in `started` also when this fails half-way. */
async function run({ port, folder, scenes: played, tell }: Wanted, started: Started): Promise<Outcome[]> {
  freshFolder(folder)
  tell('模拟的厂商启动中 starting the emulated vendors …')
  const open = async (opening: Promise<Vendor>) => {
    const vendor = await opening
    started.onEnd(() => vendor.stop())
    return vendor
  }
  const script = join(folder, 'scripted-recogniser.json')
  const vendors: Vendor[] = []
  for (const opening of [phone(script), wechatOa(), wecomKf(), wecom(), dingtalk(), feishu(), mailbox()])
    vendors.push(await open(opening))
  const starting = new AbortController()
  started.onEnd(async () => starting.abort())
  const hub = await startHub(hubEnvironment(folder, port, script), starting.signal)
  started.onEnd(() => hub.stop())
  const password = firstPassword(hub)
  const desk = await signIn(hub, password)
  await setUp(desk, hub.url, vendors)
  const windows = [...vendors.flatMap((vendor) => vendor.window ?? []), await qrForm(hub.url, desk)]
  const signInLine = `admin / ${password}`
  const simulator = await startSimulator({
    port: port + 1,
    windows,
    consoleUrl: hub.url,
    signIn: signInLine,
    picture,
  })
  started.onEnd(async () => {
    simulator.closeAllConnections()
    simulator.close()
  })
  tell(`控制台 console ${hub.url}  (${signInLine})`)
  tell(`模拟器 simulator http://127.0.0.1:${port + 1}\n`)
  const stage = {
    ...{ desk, windows, tell, picture, patienceMs: 60_000 },
    askAtOnce: (count: number) => offerTo(desk, count),
  }
  const outcomes: Outcome[] = []
  for (const scene of played) outcomes.push(await play(scene, stage))
  // What the hub said tells why.
  if (outcomes.some(({ missing }) => missing.length > 0)) tell(hub.output())
  return outcomes
}

/** The command line; null when it cannot be understood, which was said then. */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean' },
        json: { type: 'string' },
        only: { type: 'string' },
        folder: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    const played = scenes.filter(({ vendor }) => values.only === undefined || vendor === values.only)
    if (played.length > 0) return { ...values, played }
    const known = scenes.map(({ vendor }) => vendor).join(', ')
    console.error(`The story has no request on the channel "${values.only}". It has: ${known}.`)
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${help}`)
  }
  return null
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function main(): Promise<number | null> {
  const values = readArguments()
  if (!values) return 2
  if (values.help) {
    console.log(help)
    return 0
  }
  const port = Number(process.env.PORT || 3100)
  const folder = resolve(values.folder ?? join(import.meta.dirname, '..', 'data-demo'))
  // With --once only the summary goes to the standard output.
  const tell = values.once ? console.error : console.log
  const started = new Started()
  let told = false
  const end = () => void started.end().then(() => process.exit(told ? 0 : 1))
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  try {
    const summary = summaryOf(await run({ port, folder, scenes: values.played, tell }, started))
    const json = JSON.stringify(summary, null, 2)
    if (values.json) writeFileSync(values.json, `${json}\n`)
    if (values.once) console.log(json)
    else {
      tell(
        summary.complete
          ? '\n故事演完了，每一步都发生了。 The story is told, every step happened.'
          : `\n${json}`,
      )
      tell(`打开 http://127.0.0.1:${port + 1} 自己试试；Ctrl-C 结束。 Open it and try; Ctrl-C ends.`)
      told = true
      return null
    }
    return summary.complete ? 0 : 1
  } catch (error) {
    console.error(messageOf(error))
    return 1
  } finally {
    if (!told) await started.end()
  }
}

const code = await main()
if (code !== null) process.exitCode = code
