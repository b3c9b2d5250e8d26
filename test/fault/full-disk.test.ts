import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { firstPassword, freePort, signIn, startHub } from '../../bench/hub-process.ts'
import { type LoadResult, load, type Prepared, repairRequest, signedPost } from '../../bench/load.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { openDatabase, startEmbedded, storeRefusal } from '../../src/store/index.ts'

let dir: string

// Only root may mount; elsewhere these tests say that they were skipped, unless nothing may be left out.
const canMount = (() => {
  const place = mkdtempSync(join(tmpdir(), 'yitong-mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]).status === 0
  if (mounted) spawnSync('umount', [place])
  rmSync(place, { recursive: true })
  return mounted
})()

if (!canMount && process.env.YITONG_TEST_ALL === '1')
  throw new Error('A full disk is tried on a tmpfs, and mounting one was refused: run this as root.')

function mount(size: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', dir])
  if (status !== 0) throw new Error(String(stderr))
}

/** Takes all the space that is left. Returns what gives it back. */
function fillUp(): () => void {
  const ballast = join(dir, 'ballast')
  const { bavail, bsize } = statfsSync(dir)
  try {
    writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 32 * 1024)))
  } catch (error) {
    // Somebody else writes beside: what fits is taken all the same.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
  return () => rmSync(ballast)
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-full-'))
})
afterEach(() => {
  spawnSync('umount', ['--lazy', dir])
  rmSync(dir, { recursive: true, force: true })
})

describe.runIf(canMount)('a full disk', () => {
  it('makes the media store refuse, keep nothing of the file, and go on when there is space again', async () => {
    mount('4m')
    const media = await openMediaStore({ dir: join(dir, 'media') })
    const photo = Buffer.alloc(1_000_000, 'x')
    const giveBack = fillUp()
    expect(await media.put(photo)).toEqual({ ok: false, refusal: { code: 'store.full', params: {} } })
    expect(readdirSync(join(dir, 'media', '.new'))).toEqual([])
    giveBack()
    expect(await media.put(photo)).toMatchObject({ ok: true })
  })

  it('makes the database refuse or go away, never lie: every acknowledged row is there afterwards', async () => {
    mount('200m')
    const embedded = await startEmbedded({ dataDir: join(dir, 'data') })
    onTestFinished(() => embedded.stop())
    const database = await openDatabase({ ...embedded.connection, waitMs: 30_000 })
    await database.query('create table kept (n int primary key, filling text)')
    const giveBack = fillUp()
    const acknowledged: number[] = []
    let refused: unknown = null
    for (let n = 0; refused === null; n++) {
      try {
        await database.query(`insert into kept values ($1, $2)`, [n, randomBytes(20_000).toString('hex')])
        acknowledged.push(n)
      } catch (error) {
        refused = error
      }
    }
    expect(['store.full', 'store.unavailable']).toContain(storeRefusal(refused)?.code)
    giveBack()
    // A server that ran out of space for its log ends itself, and is started again.
    const again = await openDatabase({ ...embedded.connection, waitMs: 30_000 })
    const rows = await again.query<{ n: number }>('select n from kept order by n')
    expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(acknowledged))
    await again.query(`insert into kept values (-1, '')`)
    await again.close()
    await database.close()
  })

  it('makes a hub refuse while it is loaded, and keeps what it took exactly once when there is space again', async () => {
    mount('220m')
    const env = { DATA_DIR: join(dir, 'data'), PORT: String(await freePort()), LOG_LEVEL: 'error' }
    const hub = await startHub(env)
    onTestFinished(async () => void (await hub.stop()))
    const desk = await signIn(hub, firstPassword(hub))
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const config = { signingSecrets: [secret] }
    const { id } = await desk.post('/api/channel/create', { kind: 'api', name: 'load', config })
    const target = new URL(`${hub.url}/channels/api/${id}`)
    let made = 0
    /** Small requests, and every fourth over 64 kB: those bodies are files. */
    const request = (): Prepared => {
      const i = made++
      const filling = i % 4 === 0 ? ' '.repeat(70_000) : ''
      return signedPost(target, secret, `m-${i}`, `${repairRequest(i, `s-${i}`)}${filling}`, Date.now())
    }
    const sent = new Map<string, Prepared>()
    const accepted = new Set<string>()
    const statuses: LoadResult['statuses'] = {}
    const run = async (connections: number, next: () => Prepared | null, signal?: AbortSignal) => {
      const result = await load({
        ...{ host: target.hostname, port: Number(target.port), connections },
        ...(signal ? { signal } : {}),
        next: async () => {
          await pause(20)
          const one = next()
          if (one) sent.set(one.id, one)
          return one
        },
      })
      for (const taken of result.accepted) accepted.add(taken)
      for (const [status, count] of Object.entries(result.statuses))
        statuses[status] = (statuses[status] ?? 0) + count
      return result
    }
    const until = async (what: string, holds: () => Promise<boolean>) => {
      for (let waited = 0; waited < 1200; waited++) {
        if (await holds().catch(() => false)) return
        await pause(100)
      }
      throw new Error(`not within two minutes: ${what} ${JSON.stringify(statuses)}\n${hub.output()}`)
    }

    await run(4, () => (made < 40 ? request() : null))
    expect(accepted.size).toBe(40)
    const giveBack = fillUp()
    const over = new AbortController()
    const refused: string[] = []
    const loading = (async () => {
      while (!over.signal.aborted)
        refused.push(...(await run(4, request, AbortSignal.timeout(1000))).unanswered)
    })()
    await until('a refusal', async () => (statuses[507] ?? 0) + (statuses[503] ?? 0) >= 20)
    over.abort()
    await loading
    // It lives, and says that it cannot take work or that it can.
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200)
    giveBack()
    await until('it is ready again', async () => (await fetch(`${hub.url}/readyz`)).status === 200)
    // Whoever was refused comes again, as senders do, until it is taken.
    await until('everything was taken', async () => {
      const again = refused.splice(0)
      const rest = again.map((name) => sent.get(name)!)
      refused.push(...(await run(4, () => rest.shift() ?? null)).unanswered)
      return refused.length === 0
    })
    expect(accepted.size).toBe(made)

    const embedded = await startEmbedded({ dataDir: env.DATA_DIR, share: true })
    const database = await openDatabase({ ...embedded.connection, waitMs: 30_000 })
    onTestFinished(async () => {
      await database.close()
      await embedded.stop()
    })
    await until('everything was read', async () => {
      const waiting = await database.query(`select 1 from envelope where "state" <> 'done' limit 1`)
      return waiting.length === 0
    })
    const stored = await database.query<{ key: string; messages: number }>(
      `select e."dedupeKey" as key, count(m."id")::int as messages from envelope e
        left join message m on m."envelopeId" = e."id" group by e."id", e."dedupeKey"`,
    )
    expect(stored.map(({ key }) => key).sort()).toEqual([...accepted].map((one) => `signature:${one}`).sort())
    expect(stored.filter(({ messages }) => messages !== 1)).toEqual([])
  })
})
