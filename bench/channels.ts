import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { startDingtalkEmulator } from '../channels/dingtalk/emulator/index.ts'
import dingtalk from '../channels/dingtalk/index.ts'
import { frameRequest } from '../channels/dingtalk/stream/request.ts'
import { FeishuEmulator } from '../channels/feishu/emulator/index.ts'
import { feishuChannel } from '../channels/feishu/index.ts'
import { startWecomEmulator, textXml } from '../channels/wecom/emulator/index.ts'
import { wecomChannel } from '../channels/wecom/index.ts'
import type { Channel, RawRequest } from '../src/contract/channel.ts'
import type { ReceiveItem, ReceivePort } from '../src/contract/ports.ts'
import { makeReceiver } from '../src/inbox/index.ts'
import { insertEnvelopes } from '../src/inbox/insert.ts'
import { sha256 } from '../src/kernel/hash.ts'
import { derivedId, timeIds } from '../src/kernel/ids.ts'
import { openMediaStore } from '../src/media/store.ts'
import { type Database, json, migrate, openDatabase, startEmbedded } from '../src/store/index.ts'
import type { Bench, Figure, Ratio } from './run.ts'

/** Requests in flight, as a busy hub has them. */
const inFlight = 64
const text = '空调不制冷,杭州市西湖区文三路90号,电话13605712844'

/** A channel with genuine requests of its vendor, made before the clock starts. */
interface Subject {
  readonly name: string
  readonly channel: Channel
  readonly config: unknown
  make(i: number): RawRequest
  stop(): Promise<void>
}

/**
 * Durable accepts of sealed vendor requests (verified, decrypted, parsed and committed), beside checking them alone and beside one
 * insert per statement through the same driver.
 */
const channels: Bench = async ({ quick }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-bench-'))
  const embedded = await startEmbedded({ dataDir })
  const database = await openDatabase({ ...embedded.connection, poolSize: 20 })
  const figures: Figure[] = []
  const ratios: Ratio[] = []
  try {
    await migrate(database)
    const media = await openMediaStore({ dir: join(dataDir, 'media') })
    const receiver = makeReceiver({ database, media, ids: timeIds(() => Date.now()), stored: () => {} })
    const seconds = quick ? 1 : 4
    for (const subject of [await wecom(), await feishu(), await ding()]) {
      try {
        await measure(subject, { database, receive: receiver.receive, seconds, figures, ratios })
      } finally {
        await subject.stop()
      }
    }
  } finally {
    await database.close()
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { figures, ratios }
}

export default channels

interface Parts {
  readonly database: Database
  readonly receive: ReceivePort
  readonly seconds: number
  readonly figures: Figure[]
  readonly ratios: Ratio[]
}

async function measure(subject: Subject, parts: Parts): Promise<void> {
  const { database, receive, seconds, figures, ratios } = parts
  const accountId = derivedId('bench', subject.name)
  await database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: subject.channel.kind, name: subject.name, config: json({}) })
    .execute()
  const requests = Array.from({ length: seconds * 12_000 }, (_, i) => subject.make(i))
  // Code that runs for the first time is slow.
  for (const request of requests.slice(0, 500)) itemsOf(subject, accountId, request)
  const checked = await perSecond(requests.slice(500), seconds / 2, async (request) => {
    if (!subject.channel.verify(request, subject.config, Date.now()).ok) throw new Error('refused')
  })
  const accepted = await perSecond(requests, seconds, async (request) => {
    const { verified, items } = itemsOf(subject, accountId, request)
    subject.channel.ack(verified, await receive(items), subject.config)
  })
  const [row] = await database.query<{ n: number }>(
    'select count(*)::int as n from envelope where "accountId" = $1',
    [accountId],
  )
  const ceiling = await insertCeiling(subject, accountId, requests[0]!, parts)
  figures.push(
    { name: `${subject.name}_accepts_per_s`, value: accepted.rate, unit: '1/s' },
    { name: `${subject.name}_checked_per_s`, value: checked.rate, unit: '1/s' },
    { name: `${subject.name}_insert_per_s`, value: ceiling, unit: '1/s' },
    { name: `${subject.name}_lost`, value: accepted.done - row!.n, unit: 'requests' },
  )
  ratios.push(
    { name: subject.name, value: accepted.rate / checked.rate, of: 'accepts', to: 'signature-only' },
    { name: subject.name, value: accepted.rate / ceiling, of: 'accepts', to: 'insert-ceiling' },
    {
      name: subject.name,
      value: accepted.rate / Math.min(checked.rate, ceiling),
      of: 'accepts',
      to: 'lower-ceiling',
    },
  )
}

function itemsOf(subject: Subject, accountId: string, request: RawRequest) {
  const verified = subject.channel.verify(request, subject.config, Date.now())
  if (!verified.ok) throw new Error(`refused: ${verified.refusal.code}`)
  const items = subject.channel.parse(verified.value, subject.config).map(
    (envelope, part): ReceiveItem => ({
      accountId,
      request: verified.value.request,
      claims: verified.value.claims,
      part,
      kind: envelope.kind,
      dedupeKey: envelope.dedupeKey,
      senderKey: envelope.senderKey,
    }),
  )
  return { verified: verified.value, items }
}

/** Runs over the requests with so many in flight, until the time is over or they are used up. */
async function perSecond(
  requests: readonly RawRequest[],
  seconds: number,
  run: (request: RawRequest) => Promise<void>,
): Promise<{ readonly rate: number; readonly done: number }> {
  const startMs = performance.now()
  let next = 0
  let done = 0
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < requests.length && performance.now() - startMs < seconds * 1000) {
        await run(requests[next++]!)
        done++
      }
    }),
  )
  return { rate: (done * 1000) / (performance.now() - startMs), done }
}

/** One statement a row, without a check: what a simple implementation could reach at best. */
async function insertCeiling(
  subject: Subject,
  accountId: string,
  request: RawRequest,
  { database, seconds }: Parts,
): Promise<number> {
  const ids = timeIds(() => Date.now())
  const { items } = itemsOf(subject, accountId, request)
  const bodyHash = sha256(request.body)
  const run = <R extends object>(statement: string, values: readonly unknown[], name: string) =>
    database.query<R>(statement, values, name)
  const rows = Array.from({ length: seconds * 12_000 }, () => request)
  const { rate } = await perSecond(rows, seconds, async () => {
    const id = ids.next()
    await insertEnvelopes(run, [
      { id, item: { ...items[0]!, dedupeKey: id }, bodyHash, bodyMedia: null, heldUntilMs: null },
    ])
  })
  return rate
}

const post = (
  query: Record<string, string>,
  headers: Record<string, string>,
  body: Uint8Array,
): RawRequest => ({
  method: 'POST',
  path: '/channels/bench',
  query,
  headers,
  body,
  remoteAddress: '127.0.0.1',
  receivedAtMs: Date.now(),
})

const settings = <T>(schema: z.ZodType<T>, given: object): T => schema.parse(given)

/** A callback of WeCom: AES-256 and SHA-1 over XML. */
async function wecom(): Promise<Subject> {
  const emulator = await startWecomEmulator()
  const { corpId, agentId, secret, token, aesKey } = emulator.state
  return {
    name: 'wecom',
    channel: wecomChannel as Channel,
    config: settings(wecomChannel.configSchema, {
      corpId,
      agentId,
      secret,
      token,
      aesKey,
      baseUrl: emulator.url,
    }),
    make(i) {
      const body = emulator.body(emulator.xml('lishifu', textXml(text, String(10_000_000 + i))))
      return post(emulator.query(body, Date.now()), { 'content-type': 'text/xml' }, body)
    },
    stop: () => emulator.stop(),
  }
}

/** A webhook of Feishu: AES-256 and SHA-256 over JSON. */
async function feishu(): Promise<Subject> {
  const emulator = await new FeishuEmulator({ mode: 'webhook' }).start()
  const { appId, appSecret, encryptKey, verificationToken, baseUrl } = emulator
  return {
    name: 'feishu',
    channel: feishuChannel as Channel,
    config: settings(feishuChannel.configSchema, {
      ...{ mode: 'webhook', appId, appSecret, encryptKey, verificationToken, baseUrl },
    }),
    make() {
      const { event } = emulator.write('周先生', 'text', { text })
      const { headers, body } = emulator.signed(event)
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])
      return post({}, Object.fromEntries(lower), Buffer.from(body))
    },
    stop: () => emulator.stop(),
  }
}

/** A frame of DingTalk's Stream connection. */
async function ding(): Promise<Subject> {
  const emulator = await startDingtalkEmulator()
  emulator.join('user01', '周先生')
  const config = settings(dingtalk.configSchema, emulator.settings())
  return {
    name: 'dingtalk',
    channel: dingtalk as Channel,
    config,
    make() {
      const frame = emulator.frame(emulator.message('user01', { msgtype: 'text', text: { content: text } }))
      return frameRequest(Buffer.from(frame), '127.0.0.1', Date.now(), config as never)
    },
    stop: () => emulator.stop(),
  }
}
