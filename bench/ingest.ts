import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { insertEnvelopes } from '../src/inbox/insert.ts'
import { sha256 } from '../src/kernel/hash.ts'
import { timeIds } from '../src/kernel/ids.ts'
import { type Database, openDatabase, startEmbedded } from '../src/store/index.ts'
import type { Answer, Order } from './generator.ts'
import { firstPassword, freePort, type HubProcess, signIn, startHub } from './hub-process.ts'
import { percentile, repairRequest } from './load.ts'
import type { Bench, Figure, Ratio } from './run.ts'

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const file = (name: string) => new URL(name, import.meta.url).pathname

/** A generator in its own process, asked one order at a time. */
class Generator {
  readonly child: ChildProcess = fork(file('./generator.ts'))
  async run(order: Omit<Order, 'secret'>): Promise<Answer> {
    this.child.send({ ...order, secret })
    const [answer] = await once(this.child, 'message')
    return answer as Answer
  }
}

/** Durable accepts against two ceilings of the same run, then the whole path from accept to routed. */
const ingest: Bench = async ({ quick }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-bench-'))
  const port = await freePort()
  const hub = await startHub({ DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' })
  const generator = new Generator()
  const figures: Figure[] = []
  const ratios: Ratio[] = []
  try {
    const url = await apiAccount(hub)
    const embedded = await startEmbedded({ dataDir, share: true })
    const database = await openDatabase({ ...embedded.connection, poolSize: 20 })
    const seconds = quick ? 2 : 5
    await accepts({ url, hub, generator, database, seconds, figures, ratios })
    await fullPath({ url, generator, database, quick, figures })
    await burst({ url, generator, database, quick, figures })
    await database.close()
  } finally {
    generator.child.disconnect()
    await hub.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { figures, ratios }
}

export default ingest

async function apiAccount(hub: HubProcess): Promise<string> {
  const console = await signIn(hub, firstPassword(hub))
  await console.post('/api/sample/load', {}).catch(() => null)
  const config = { signingSecrets: [secret] }
  const { id } = await console.post('/api/channel/create', { kind: 'api', name: 'bench', config })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  return `${hub.url}/channels/api/${id}`
}

interface Parts {
  readonly url: string
  readonly generator: Generator
  readonly database: Database
  readonly figures: Figure[]
}

/** The hub, the bare handler and the single-statement insert, each at 8, 64 and 256 at once, in turn. */
async function accepts(parts: Parts & { hub: HubProcess; seconds: number; ratios: Ratio[] }): Promise<void> {
  const { generator, figures, ratios, seconds, database } = parts
  const bare = fork(file('./signature-only.ts'), [secret])
  const [{ port }] = (await once(bare, 'message')) as [{ port: number }]
  const bareUrl = `http://127.0.0.1:${port}/check`
  // A crowd of the same people: accepts are measured here, not tickets.
  const order = { count: seconds * 20_000, seconds, people: 200 }
  // Code that runs for the first time is slow; neither side is measured then.
  for (const url of [bareUrl, parts.url])
    await generator.run({ ...order, seconds: 2, url, connections: 64, prefix: 'first' })
  await drained(database)
  for (const connections of [8, 64, 256]) {
    const peer = await generator.run({ ...order, url: bareUrl, connections, prefix: `bare${connections}` })
    const ours = await generator.run({ ...order, url: parts.url, connections, prefix: `hub${connections}` })
    await drained(database)
    const ceiling = await insertCeiling(database, new URL(parts.url).pathname, connections, seconds)
    figures.push(
      { name: `accepts_per_s_c${connections}`, value: ours.perSecond, unit: '1/s' },
      { name: `accept_p99_ms_c${connections}`, value: ours.p99Ms, unit: 'ms' },
      { name: `signature_only_per_s_c${connections}`, value: peer.perSecond, unit: '1/s' },
      { name: `insert_per_s_c${connections}`, value: ceiling, unit: '1/s' },
      { name: `refused_c${connections}`, value: ours.refused, unit: 'requests' },
    )
    const name = `accepts_c${connections}`
    ratios.push(
      { name, value: ours.perSecond / peer.perSecond, of: 'accepts', to: 'signature-only' },
      { name, value: ours.perSecond / ceiling, of: 'accepts', to: 'insert-ceiling' },
    )
  }
  bare.disconnect()
}

/** One statement a row through the same driver, without HTTP: what a simple implementation could reach at best. */
async function insertCeiling(
  database: Database,
  path: string,
  connections: number,
  seconds: number,
): Promise<number> {
  const ids = timeIds(() => Date.now())
  const accountId = path.split('/').at(-1)!
  const body = Buffer.from(repairRequest(1, 'ceiling'))
  const headers = { 'content-type': 'application/json', 'webhook-id': 'x', 'webhook-timestamp': '0' }
  const end = performance.now() + seconds * 1000
  let rows = 0
  const run = <R extends object>(text: string, values: readonly unknown[], name: string) =>
    database.query<R>(text, values, name)
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const id = ids.next()
        const request = {
          method: 'POST',
          path,
          query: {},
          headers,
          body,
          remoteAddress: '127.0.0.1',
          receivedAtMs: Date.now(),
        }
        const item = {
          accountId,
          request,
          claims: {},
          part: 0,
          kind: 'message' as const,
          dedupeKey: id,
          senderKey: 'ceiling',
        }
        await insertEnvelopes(run, [{ id, item, bodyHash: sha256(body), bodyMedia: null, heldUntilMs: null }])
        rows++
      }
    }),
  )
  await database.query(`delete from envelope where "senderKey" = 'ceiling'`)
  return rows / seconds
}

/** Until every ticket is routed, or until its customer was told as well and nothing at all is due. */
const left = {
  routed: `select ((select count(*) from envelope where "state" = 'received')
    + (select count(*) from job where "kind" in ('conversation.extract', 'ticket.route')))::int as n`,
  idle: `select ((select count(*) from envelope where "state" = 'received')
    + (select count(*) from job where "state" in ('ready', 'running') and "dueAt" <= now()))::int as n`,
}

/** Waits until nothing is left to do; fails after ten minutes. */
async function drained(database: Database, until: keyof typeof left = 'routed'): Promise<number> {
  const started = performance.now()
  while (performance.now() - started < 600_000) {
    const [row] = await database.query<{ n: number }>(left[until])
    if (row!.n === 0) return performance.now() - started
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the backlog did not drain in ten minutes')
}

/**
 * New tickets routed per second at full load, and the time from accept to routed at half of that, in a hub that is not still telling
 * the customers of the phase before. What telling them costs is in `tickets_done_per_s`.
 */
async function fullPath({
  url,
  generator,
  database,
  quick,
  figures,
}: Parts & { quick: boolean }): Promise<void> {
  await generator.run({ url, connections: 4, count: 100, seconds: 60, prefix: 'warm' })
  await drained(database, 'idle')
  const count = quick ? 300 : 2000
  const before = performance.now()
  await generator.run({ url, connections: 8, count, seconds: 600, prefix: 'full' })
  await drained(database)
  const rate = count / ((performance.now() - before) / 1000)
  figures.push({ name: 'tickets_routed_per_s', value: rate, unit: '1/s' })
  await drained(database, 'idle')
  const done = count / ((performance.now() - before) / 1000)
  figures.push({ name: 'tickets_done_per_s', value: done, unit: '1/s' })

  const half = rate / 2
  const seconds = quick ? 5 : 20
  await generator.run({
    url,
    connections: 16,
    count: Math.floor(half * seconds),
    seconds: seconds * 2,
    rate: half,
    prefix: 'half',
  })
  await drained(database)
  const times = await database.query<{ ms: number }>(
    `select extract(epoch from (s."at" - e."receivedAt")) * 1000 + s."tookMs" as ms
      from envelope e join conversation_ticket ct on ct."conversationId" = e."conversationId"
      join routing_decision d on d."ticketId" = ct."ticketId" join step s on s."jobId" = d."causeId"
      where e."dedupeKey" like 'signature:half-%'`,
  )
  const ms = times.map((t) => Number(t.ms))
  figures.push(
    { name: 'routed_at_half_rate', value: ms.length, unit: 'tickets' },
    { name: 'p50_ms', value: percentile(ms, 0.5), unit: 'ms' },
    { name: 'p99_ms', value: percentile(ms, 0.99), unit: 'ms' },
  )
}

/** Ten seconds at the accept ceiling: everything is stored, worked off, and nothing is lost. */
async function burst({
  url,
  generator,
  database,
  quick,
  figures,
}: Parts & { quick: boolean }): Promise<void> {
  const seconds = quick ? 1 : 10
  const order = { url, connections: 64, count: seconds * 20_000, seconds, people: 500, prefix: 'burst' }
  const answer = await generator.run(order)
  const drainMs = await drained(database)
  const [row] = await database.query<{ messages: number }>(
    `select count(m."id")::int as messages from envelope e join message m on m."envelopeId" = e."id"
      where e."dedupeKey" like 'signature:burst-%'`,
  )
  figures.push(
    { name: 'burst_accepted', value: answer.accepted, unit: 'messages' },
    { name: 'burst_drain_s', value: drainMs / 1000, unit: 's' },
    { name: 'lost', value: answer.accepted - row!.messages, unit: 'messages' },
  )
}
