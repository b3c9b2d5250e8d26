import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../bench/hub-process.ts'
import type { NewJob } from '../../src/contract/jobs.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { bullmqDriver } from '../../src/queue/index.ts'
import { openQueue, queueChecks, type TestQueue } from '../contract/queue-checks.ts'

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
