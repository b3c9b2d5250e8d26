import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { firstPassword, type HubProcess, signIn, startHub } from '../bench/hub-process.ts'
import { setUp } from './set-up.ts'
import { startSimulator } from './simulator.ts'
import { type Outcome, play, scenes } from './story.ts'
import { dingtalk } from './windows/dingtalk.ts'
import { feishu } from './windows/feishu.ts'
import { qrForm } from './windows/form.ts'
import { mailbox } from './windows/mailbox.ts'
import { phone } from './windows/phone.ts'
import { wechatOa, wecomKf } from './windows/wechat.ts'
import { wecom } from './windows/wecom.ts'

const help = `Usage: npm run demo -- [--once] [--json FILE] [--only CHANNEL]

Starts a hub of its own in ./data-demo with the sample workspace and local emulators of the vendors, and plays a story through
their real wire protocols: customers write on every channel, each request becomes a routed ticket, an engineer taps 接单 on a card
in WeCom, DingTalk or Feishu, the card changes and the customer is told. Then a simulator page shows all chat windows.

  --once       plays the story, prints a JSON summary, and ends: with 0, or with 1 when a step did not happen
  --json FILE  writes the summary to FILE as well
  --only KIND  plays the request of one channel only, e.g. feishu

PORT (default 3100) is the hub's; the simulator listens on the next one. Every start begins anew.
The emulators listen on 127.0.0.1 with random secrets and exist only here and in tests.`

const root = join(import.meta.dirname, '..')
/** Only a folder that a demo made is used, and thrown away: a hub with real accounts never meets an emulator. */
const folder = join(root, 'data-demo')
const marker = join(folder, 'made-by-the-demo')

function freshFolder(): void {
  if (existsSync(folder) && !existsSync(marker)) {
    throw new Error(`${folder} was not made by the demo. Move it away first; the demo would delete it.`)
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  writeFileSync(marker, 'npm run demo deletes this folder at every start.\n')
}

/** A small picture, as a phone would send one: a grey square in PNG. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

interface Running {
  readonly outcomes: readonly Outcome[]
  readonly simulatorUrl: string
  stop(): Promise<void>
}

async function run(port: number, only: string | undefined, tell: (line: string) => void): Promise<Running> {
  freshFolder()
  tell('模拟的厂商启动中 starting the emulated vendors …')
  const vendors = await Promise.all([wechatOa(), wecomKf(), wecom(), dingtalk(), feishu(), mailbox()])
  const script = join(folder, 'scripted-recogniser.json')
  const calls = await phone(script)
  const hub: HubProcess = await startHub({
    ASR_SCRIPT: script,
    DATA_DIR: folder,
    PORT: String(port),
    HOST: '127.0.0.1',
    // The emulators are on this machine; a hub of its own may reach them.
    ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  })
  const password = firstPassword(hub)
  const desk = await signIn(hub, password)
  await setUp(desk, hub.url, [...vendors, calls])
  const windows = [...vendors.flatMap((vendor) => vendor.window ?? []), await qrForm(hub.url, desk)]
  const signInLine = `admin / ${password}`
  const simulator = await startSimulator({ port: port + 1, windows, consoleUrl: hub.url, signIn: signInLine })
  tell(`控制台 console ${hub.url}  (${signInLine})`)
  tell(`模拟器 simulator http://127.0.0.1:${port + 1}\n`)
  const stage = { desk, windows, call: calls.call, tell, picture, patienceMs: 30_000 }
  const outcomes: Outcome[] = []
  for (const scene of scenes.filter((each) => !only || each.vendor === only))
    outcomes.push(await play(scene, stage))
  // What the hub said tells why.
  if (outcomes.some(({ missing }) => missing.length > 0)) tell(hub.output())
  return {
    outcomes,
    simulatorUrl: `http://127.0.0.1:${port + 1}`,
    async stop() {
      simulator.closeAllConnections()
      simulator.close()
      await hub.stop()
      await Promise.all([...vendors, calls].map((vendor) => vendor.stop()))
    },
  }
}

const { values } = parseArgs({
  options: {
    once: { type: 'boolean' },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(help)
else {
  // With --once only the summary goes to the standard output.
  const tell = values.once ? console.error : console.log
  const demo = await run(Number(process.env.PORT ?? 3100), values.only, tell)
  const complete = demo.outcomes.every(({ missing }) => missing.length === 0)
  const summary = JSON.stringify({ complete, messages: demo.outcomes }, null, 2)
  if (values.json) writeFileSync(values.json, `${summary}\n`)
  if (values.once) {
    console.log(summary)
    await demo.stop()
    process.exitCode = complete ? 0 : 1
  } else {
    tell(complete ? '\n故事演完了,每一步都发生了。 The story is told, every step happened.' : `\n${summary}`)
    tell(`打开 ${demo.simulatorUrl} 自己试试;Ctrl-C 结束。 Open it and try; Ctrl-C ends.`)
    const end = () => void demo.stop().then(() => process.exit(0))
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
  }
}
