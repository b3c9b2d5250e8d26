import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeRunner } from '../../src/app/runner.ts'
import type { JobKind, NewJob } from '../../src/contract/jobs.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import {
  claim,
  enqueue,
  GiveUp,
  type Job,
  type JobHandler,
  release,
  stale,
  type Wake,
  type WakeDriver,
} from '../../src/queue/index.ts'
import type { Database } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

/** What one node of the suite's hub does with a job; the default does nothing. */
type Work = (job: Job, node: string) => Promise<void>

/** A node: a runner of its own that is woken by a driver of its own. */
interface Node {
  readonly name: string
  readonly runner: ReturnType<typeof makeRunner>
  announce(wakes: readonly Wake[]): void
  stop(): Promise<void>
}

/** A new id that says which job of which test it is. */
const idOf = (name: string, i = 0) => derivedId(name, i)

/** Waits until something holds; fails after 20 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    if (await holds()) return
    await pause(20)
  }
  throw new Error(`waited in vain until ${what}`)
}

const nothing = (_key: string): readonly NewJob[] => []

/** A queue on a database of its own, with as many nodes as a test wants. */
export async function openQueue(makeDriver: (database: Database) => WakeDriver) {
  const fresh: FreshDatabase = await freshDatabase({ poolSize: 20 })
  const { database } = fresh
  const nodes: Node[] = []
  const queue = {
    database,
    /** Every run that was begun: the key that its job's payload carries, and the node. */
    ran: [] as { readonly key: string; readonly node: string; readonly attempts: number }[],
    work: (async () => {}) as Work,
    /** What a job leaves behind. */
    follows: nothing,
    async node(name: string, concurrency = 4, leases?: () => readonly string[]): Promise<Node> {
      const driver = makeDriver(database)
      const runner = makeRunner({
        database,
        handlers: handlersOf(name, queue),
        worker: name,
        concurrency,
        ...(leases ? { leases } : {}),
        clock: { now: () => Date.now() },
        log: silentLog,
        wrote: (wakes) => {
          if (wakes.length > 0) driver.announce(wakes)
        },
      })
      await runner.start(false)
      await driver.start(() => runner.wake())
      const node: Node = {
        name,
        runner,
        announce: (wakes) => driver.announce(wakes),
        async stop() {
          await runner.stop(5000)
          await driver.stop()
        },
      }
      nodes.push(node)
      return node
    },
    /** Commits jobs as a command would, told to other nodes by `by` alone. */
    async put(jobs: readonly NewJob[], cause: string, by?: Node): Promise<readonly Wake[]> {
      const wakes = await database.transaction((tx) =>
        enqueue(tx, jobs, { id: idOf(cause), nowMs: Date.now() }),
      )
      by?.runner.wake()
      by?.announce(wakes)
      return wakes
    },
    async left(): Promise<number> {
      const rows = await database.query<{ n: number }>('select count(*)::int as n from job')
      return rows[0]!.n
    },
    drained: () => until('no job is left', async () => (await queue.left()) === 0),
    async reset(): Promise<void> {
      await Promise.all(nodes.splice(0).map((node) => node.stop()))
      await database.query('delete from job')
      queue.ran = []
      queue.work = async () => {}
      queue.follows = nothing
    },
    async close(): Promise<void> {
      await queue.reset()
      await fresh.drop()
    },
  }
  return queue
}

export type TestQueue = Awaited<ReturnType<typeof openQueue>>

const keyOf = (job: Job) => String((job.payload as { ticketId: string }).ticketId)

function handlersOf(node: string, queue: TestQueue): JobHandler[] {
  const kinds: JobKind[] = ['sla.check', 'ticket.route']
  return kinds.map((kind) => ({
    kind,
    async prepare(job) {
      queue.ran.push({ key: keyOf(job), node, attempts: job.attempts })
      await queue.work(job, node)
    },
    commit: async (_tx, _prepared, job) => ({ events: [], jobs: queue.follows(keyOf(job)) }),
  }))
}

const check = (key: string, more: Partial<NewJob> = {}): NewJob =>
  ({ kind: 'sla.check', payload: { ticketId: key }, ...more }) as NewJob

/** What every wake driver must keep: it may forget everything and the queue still does each job once. */
export function queueChecks(name: string, makeDriver: (database: Database) => WakeDriver): void {
  describe(`the queue, woken by ${name}`, () => {
    let queue: TestQueue
    beforeAll(async () => {
      queue = await openQueue(makeDriver)
    })
    afterEach(() => queue.reset())
    afterAll(() => queue.close())
    const rows = () =>
      queue.database.query<{ id: string; state: string; attempts: number; lastError: string | null }>(
        'select "id", "state", "attempts", "lastError" from job order by "id"',
      )

    it('does a delayed job when it is due and not before', async () => {
      const a = await queue.node('a')
      const key = idOf('delayed')
      const dueAtMs = Date.now() + 600
      await queue.put([check(key, { dueAtMs })], 'delayed', a)
      await queue.drained()
      expect(queue.ran).toHaveLength(1)
      expect(Date.now()).toBeGreaterThanOrEqual(dueAtMs)
    })

    it('makes one job of many with the same unique key, also when they are written at once', async () => {
      const key = idOf('unique')
      const dueAtMs = Date.now() + 400
      const job = check(key, { uniqueKey: key, dueAtMs })
      await Promise.all(Array.from({ length: 20 }, (_, i) => queue.put([job, job], `unique-${i}`)))
      expect(await queue.left()).toBe(1)
      await queue.node('a')
      await queue.drained()
      expect(queue.ran).toHaveLength(1)
    })

    it('does a job with a unique key again when it was asked for while it ran', async () => {
      const a = await queue.node('a')
      const key = idOf('again')
      const job = check(key, { uniqueKey: key, serialKey: key })
      queue.work = async () => {
        if (queue.ran.length === 1) await queue.put([job], 'again-2', a)
      }
      await queue.put([job], 'again-1', a)
      await until('it ran twice', () => queue.ran.length === 2)
      await queue.drained()
    })

    it('never runs two jobs of one serial key at once, over two nodes, and does all of them', async () => {
      const nodes = [await queue.node('a'), await queue.node('b')]
      const running = new Map<string, number>()
      let overlaps = 0
      queue.work = async (job) => {
        const lane = keyOf(job)
        running.set(lane, (running.get(lane) ?? 0) + 1)
        if (running.get(lane)! > 1) overlaps++
        await pause(5)
        running.set(lane, running.get(lane)! - 1)
      }
      const lanes = [idOf('lane', 1), idOf('lane', 2), idOf('lane', 3)]
      const jobs = Array.from({ length: 60 }, (_, i) => check(lanes[i % 3]!, { serialKey: lanes[i % 3]! }))
      await queue.put(jobs, 'serial', nodes[0])
      await queue.drained()
      expect(overlaps).toBe(0)
      expect(queue.ran).toHaveLength(60)
    })

    it('clears the dead rows of done jobs while it works, and loses none', async () => {
      const a = await queue.node('a', 16)
      const keys = Array.from({ length: 1200 }, (_, i) => idOf('tidy', i))
      await queue.put(
        keys.map((key) => check(key)),
        'tidy',
        a,
      )
      await queue.drained()
      expect(new Set(queue.ran.map((r) => r.key)).size).toBe(1200)
      expect(queue.ran).toHaveLength(1200)
      const cleared = `select count(*)::int as n from pg_stat_user_tables where relid = 'job'::regclass and last_vacuum is not null`
      await until('the rows are cleared', async () => {
        const [row] = await queue.database.query<{ n: number }>(cleared)
        return row!.n === 1
      })
    })

    it('gives each of many jobs to one of two nodes, once', async () => {
      const a = await queue.node('a')
      await queue.node('b')
      queue.work = () => pause(2)
      const keys = Array.from({ length: 200 }, (_, i) => idOf('shared', i))
      for (let i = 0; i < 4; i++)
        await queue.put(
          keys.slice(i * 50, i * 50 + 50).map((key) => check(key)),
          `shared-${i}`,
          a,
        )
      await queue.drained()
      expect(queue.ran.map((r) => r.key).sort()).toEqual([...keys].sort())
    })

    it('tries a failed job again after a pause, and puts it aside when its tries are used up', async () => {
      const a = await queue.node('a')
      const key = idOf('failing')
      queue.work = async () => {
        throw new Error('not today')
      }
      const [wake] = await queue.put([check(key, { maxAttempts: 2 })], 'failing', a)
      await until('it is dead', async () => (await rows())[0]?.state === 'dead')
      expect(queue.ran.map((r) => r.attempts)).toEqual([1, 2])
      expect((await rows())[0]!.lastError).toContain('not today')
      const told = await queue.database.query(
        `select 1 from event where "type" = 'job.dead' and "subjectId" = $1`,
        [wake!.id],
      )
      expect(told).toHaveLength(1)
    })

    it('puts a job aside at once when trying again is useless, and does it when it is run again', async () => {
      const a = await queue.node('a')
      queue.work = async () => {
        throw new GiveUp('never')
      }
      const [wake] = await queue.put([check(idOf('useless'))], 'useless', a)
      await until('it is dead', async () => (await rows())[0]?.state === 'dead')
      queue.work = async () => {}
      await queue.database.query(`update job set "state" = 'ready', "attempts" = 0, "dueAt" = now()`)
      a.announce([{ ...wake!, dueAtMs: Date.now() }])
      await queue.drained()
      expect(queue.ran).toHaveLength(2)
    })

    it.each([1, 4])(
      'does what follows from a job once and in order, and lets others have their turn, in %i slots',
      async (slots) => {
        const row = Array.from({ length: 12 }, (_, i) => idOf('row', i))
        const other = idOf('other')
        queue.follows = (key) => {
          const next = row[row.indexOf(key) + 1]
          return key !== other && next ? [check(next)] : []
        }
        await queue.put([check(row[0]!, { dueAtMs: Date.now() - 2000 })], 'row')
        await queue.put([check(other, { dueAtMs: Date.now() - 1000 })], 'other')
        await queue.node('a', slots)
        await queue.drained()
        const order = queue.ran.map(({ key }) => key)
        expect(order.filter((key) => key !== other)).toEqual(row)
        expect(order.slice(0, 5)).toContain(other)
      },
    )

    it('lets a running job end when it stops, and starts no other', async () => {
      const a = await queue.node('a', 1)
      let ended = 0
      queue.work = async () => {
        await pause(300)
        ended++
      }
      await queue.put([check(idOf('graceful', 1)), check(idOf('graceful', 2))], 'graceful', a)
      await until('one runs', () => queue.ran.length === 1)
      await a.stop()
      expect(ended).toBe(1)
      expect((await rows()).map((r) => r.state)).toEqual(['ready'])
    })

    it('takes back what a lost worker held, and nothing of its late end is kept', async () => {
      const a = await queue.node('a')
      let goOn = () => {}
      queue.work = (_job, node) =>
        node === 'a' ? new Promise<void>((resolve) => (goOn = resolve)) : Promise.resolve()
      await queue.put([check(idOf('lost'))], 'lost', a)
      await until('a holds it', () => queue.ran.length === 1)
      await queue.database.query(`update job set "lockedUntil" = now() - interval '1 second'`)
      expect(await release(queue.database, Date.now())).toBe(1)
      await claim(queue.database, { worker: 'c', nowMs: Date.now(), limit: 1, kinds: ['sla.check'] })
      goOn()
      await a.stop()
      const [row] = await rows()
      expect(row).toMatchObject({ state: 'running', attempts: 2 })
    })

    it('puts a job aside that ended its worker at every try', async () => {
      await queue.put([check(idOf('poison'), { maxAttempts: 2 })], 'poison')
      for (const state of ['ready', 'dead']) {
        await claim(queue.database, { worker: 'x', nowMs: Date.now(), limit: 1, kinds: ['sla.check'] })
        await release(queue.database, Date.now(), true)
        expect((await rows())[0]!.state).toBe(state)
      }
    })

    it('brings a job back at once that was running when its worker ended, and from the third time on after a growing pause', async () => {
      await queue.put([check(idOf('suspect'))], 'suspect')
      let nowMs = Date.now()
      const pauses: number[] = []
      for (let times = 1; times <= 6; times++) {
        await claim(queue.database, { worker: 'x', nowMs, limit: 1, kinds: ['sla.check'] })
        expect(await release(queue.database, nowMs, true)).toBe(1)
        const [row] = await queue.database.query<{ dueAt: Date }>('select "dueAt" from job')
        pauses.push(Math.max(0, row!.dueAt.getTime() - nowMs))
        nowMs += pauses.at(-1)!
      }
      const [first, second, ...later] = pauses
      expect([first, second]).toEqual([0, 0])
      expect(later.every((ms, i) => ms > (later[i - 1] ?? 0))).toBe(true)
    })

    it('runs a job again whose world changed under it, without counting it as a failure', async () => {
      let commits = 0
      await queue.put([check(idOf('stale'))], 'stale')
      // A clock that stands still: its pause is not over before the test says so.
      let nowMs = Date.now()
      const runner = makeRunner({
        database: queue.database,
        handlers: [
          {
            kind: 'sla.check',
            prepare: async () => null,
            commit: async () => (++commits === 1 ? stale : { events: [], jobs: [] }),
          },
        ],
        worker: 's',
        concurrency: 1,
        clock: { now: () => nowMs },
        log: silentLog,
        wrote: () => {},
      })
      await runner.drain()
      expect((await rows())[0]).toMatchObject({ state: 'ready', attempts: 0 })
      nowMs += 60_000
      expect(await runner.drain()).toBe(1)
      expect(await queue.left()).toBe(0)
    })

    it('takes what goes first before what has waited longer', async () => {
      const at = Date.now()
      const others = Array.from({ length: 5 }, (_, i) => check(idOf('other', i), { dueAtMs: at - 1000 }))
      const route = { kind: 'ticket.route', payload: { ticketId: idOf('first') } } as const
      await queue.put([...others, route], 'order')
      const kinds: JobKind[] = ['sla.check', 'ticket.route']
      const take = (limit: number) =>
        claim(queue.database, { worker: 'x', nowMs: Date.now(), limit, kinds, first: ['ticket.route'] })
      expect((await take(2)).map((job) => job.kind).sort()).toEqual(kinds)
      expect(await take(10)).toHaveLength(4)
    })

    it('leaves a job alone whose kind nobody handles here, and does the others', async () => {
      const a = await queue.node('a')
      await queue.put([{ kind: 'audit.chain', payload: {} }, check(idOf('handled'))], 'unhandled', a)
      await until('the other one is done', async () => (await queue.left()) === 1)
      expect((await rows())[0]).toMatchObject({ state: 'ready', attempts: 0 })
      expect(await a.runner.runJob((await rows())[0]!.id)).toBe(false)
      expect((await rows())[0]).toMatchObject({ state: 'ready', attempts: 0 })
    })

    it('leaves a job to the holder of its lease, and keeps it while nobody holds that', async () => {
      let holder = ''
      const node = (name: string) => queue.node(name, 4, () => (holder === name ? ['channel:1'] : []))
      const [a, b] = [await node('a'), await node('b')]
      const keys = Array.from({ length: 20 }, (_, i) => idOf('leased', i))
      const jobs = keys.map((key) => ({ ...check(key), lease: 'channel:1' }))
      const [first] = await queue.put(jobs, 'leased', a)
      await queue.put([check(idOf('free'))], 'free', a)
      await until('the free one is done', async () => (await queue.left()) === keys.length)
      expect(await b.runner.runJob(first!.id)).toBe(false)
      holder = 'b'
      b.runner.wake()
      await queue.drained()
      const ran = queue.ran.filter(({ key }) => keys.includes(key))
      expect(new Set(ran.map(({ node: name }) => name))).toEqual(new Set(['b']))
      expect(ran.map(({ key, attempts }) => [key, attempts]).toSorted()).toEqual(
        keys.map((key) => [key, 1]).toSorted(),
      )
    })

    it('puts a failed job back although somebody asks for the same work at that moment', async () => {
      const key = idOf('asked again')
      const job = { ...check(key), uniqueKey: key }
      const asked = Promise.withResolvers<void>()
      const inserted = Promise.withResolvers<void>()
      let others: Promise<unknown> = Promise.resolve()
      queue.work = async (_job, node) => {
        if (node !== 'a' || queue.ran.length > 1) return
        // Written, but not committed yet: whoever looks for it does not see it.
        others = queue.database.transaction(async (tx) => {
          // Later, so that it is not taken before the failed one is put back.
          const twin = { ...job, dueAtMs: Date.now() + 1500 }
          await enqueue(tx, [twin], { id: idOf('another cause'), nowMs: Date.now() })
          inserted.resolve()
          await asked.promise
        })
        await inserted.promise
        throw new Error('it failed')
      }
      const a = await queue.node('a')
      await queue.put([job], 'asked', a)
      const waiting = `select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      await until('the failed one waits for the other', async () => {
        const [row] = await queue.database.query<{ n: number }>(waiting)
        return row!.n > 0
      })
      asked.resolve()
      await others
      a.runner.wake()
      await queue.drained()
      expect(queue.ran.map((run) => run.key)).toEqual([key, key])
    })

    it('wakes another node for jobs, and with an empty list for envelopes', async () => {
      const [here, there] = [makeDriver(queue.database), makeDriver(queue.database)]
      let wakes = 0
      await there.start(() => wakes++)
      await until('jobs woke it', () => {
        here.announce([{ id: idOf('wake'), kind: 'sla.check', dueAtMs: Date.now() }])
        return wakes > 0
      })
      await pause(200)
      wakes = 0
      await until('envelopes woke it', () => {
        here.announce([])
        return wakes > 0
      })
      await Promise.all([here.stop(), there.stop()])
    })

    it('finds jobs that nobody announced', async () => {
      await queue.node('a')
      await queue.put([check(idOf('quiet'))], 'quiet')
      await queue.drained()
      expect(queue.ran).toHaveLength(1)
    })
  })
}
