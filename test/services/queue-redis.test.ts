import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { firstPassword, freePort, signIn, startHub } from '../../bench/hub-process.ts'
import { load, repairRequest, signedPost } from '../../bench/load.ts'
import type { NewJob } from '../../src/contract/jobs.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { bullmqDriver } from '../../src/queue/index.ts'
import { openQueue, queueChecks, type TestQueue } from '../contract/queue-checks.ts'
import { hubPlace } from '../hub-place.ts'

const dir = mkdtempSync(join(tmpdir(), 'yitong-redis-'))
const port = await freePort()
const url = `redis://127.0.0.1:${port}`
let server: ChildProcess

/** A Redis of our own, which may be ended and emptied. */
async function startRedis(): Promise<void> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
  ]
  server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of server.stdout!) if (String(line).includes('Ready to accept')) break
}

async function stopRedis(): Promise<void> {
  server.kill('SIGKILL')
  await once(server, 'exit')
}

let prefixes = 0
const driver = () => bullmqDriver({ url, prefix: `test-${prefixes}`, now: () => Date.now(), log: silentLog })

beforeAll(startRedis)
afterAll(async () => {
  await stopRedis()
  rmSync(dir, { recursive: true, force: true })
})

queueChecks('BullMQ', driver)

describe('a Redis that forgets or is away', () => {
  let queue: TestQueue
  beforeAll(async () => {
    prefixes++
    queue = await openQueue(driver)
  })
  afterEach(() => queue.reset())
  afterAll(() => queue.close())

  const jobs = (name: string, dueAtMs: number): NewJob[] =>
    Array.from({ length: 50 }, (_, i) => ({
      kind: 'sla.check',
      payload: { ticketId: derivedId(name, i) },
      dueAtMs,
    }))
  const doneOnce = (name: string) =>
    expect(queue.ran.map((r) => r.key).sort()).toEqual(
      Array.from({ length: 50 }, (_, i) => derivedId(name, i)).sort(),
    )

  it('loses nothing when it is flushed while delayed jobs wait', async () => {
    const node = await queue.node('a')
    await queue.put(jobs('flush', Date.now() + 500), 'flush', node)
    const redis = new Redis(url)
    await redis.flushall()
    redis.disconnect()
    await queue.drained()
    doneOnce('flush')
  })

  it('loses nothing when it is killed and comes back empty, and wakes nodes again', async () => {
    const node = await queue.node('a')
    await queue.put(jobs('restart', Date.now() + 500), 'restart', node)
    await stopRedis()
    await queue.put(jobs('away', Date.now()), 'away', node)
    await queue.drained()
    await startRedis()
    await pause(1000)
    await queue.put(jobs('back', Date.now()), 'back', node)
    await queue.drained()
    expect(queue.ran).toHaveLength(150)
    expect(new Set(queue.ran.map((r) => r.key)).size).toBe(150)
  })

  it('is not needed to start and to stop a node', async () => {
    await stopRedis()
    const node = await queue.node('a')
    await queue.put(jobs('alone', Date.now()), 'alone', node)
    await queue.drained()
    doneOnce('alone')
    await node.stop()
    await startRedis()
  })
})

/** How long Redis is away; before a release YITONG_REDIS_AWAY_S=60. */
const awayMs = Number(process.env.YITONG_REDIS_AWAY_S ?? 10) * 1000

describe('a whole hub whose Redis goes away', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

  it(`makes a ticket of every request while Redis is away for ${awayMs / 1000} seconds, and speaks to it again when it is back, empty`, async () => {
    const place = await hubPlace()
    onTestFinished(() => place.drop())
    const dataDir = mkdtempSync(join(tmpdir(), 'yitong-away-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const hub = await startHub({
      ...{ DATA_DIR: dataDir, PORT: String(await freePort()) },
      ...place.env,
      REDIS_URL: url,
    })
    onTestFinished(async () => void (await hub.stop()))
    expect(hub.output()).toContain('BullMQ on the Redis of REDIS_URL')
    const desk = await signIn(hub, firstPassword(hub))
    const config = { signingSecrets: [secret] }
    const { id } = await desk.post('/api/channel/create', { kind: 'api', name: 'load', config })
    const target = new URL(`${hub.url}/channels/api/${id}`)
    let made = 0

    /** Files that many requests, each of somebody else. */
    async function file(count: number): Promise<void> {
      const end = made + count
      const { accepted } = await load({
        ...{ host: target.hostname, port: Number(target.port), connections: 2 },
        next: async () => {
          await pause(50)
          if (made >= end) return null
          const i = made++
          return signedPost(target, secret, `m-${i}`, repairRequest(i, `s-${i}`), Date.now())
        },
      })
      expect(accepted).toHaveLength(count)
    }
    const tickets = async () =>
      ((await desk.get('/api/ticket/list?limit=100')).tickets as { number: string }[]).length
    async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
      for (let waited = 0; waited < 60_000; waited += 200) {
        if (await holds()) return
        await pause(200)
      }
      throw new Error(`waited in vain until ${what}\n${hub.output()}`)
    }

    await file(10)
    await until('the first have tickets', async () => (await tickets()) === 10)
    await stopRedis()
    await file(10)
    await pause(awayMs)
    await file(10)
    await until('those of the outage have tickets', async () => (await tickets()) === 30)
    await startRedis()
    const redis = new Redis(url)
    onTestFinished(() => redis.disconnect())
    await until('the hub writes wake-ups again', async () => {
      await file(1)
      return (await redis.keys('*yitong-wake*')).length > 0
    })
    await until('all have tickets, and one each', async () => (await tickets()) === made)
  })
})
