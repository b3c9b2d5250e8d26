import { systemActor } from '../contract/actor.ts'
import type { JobKind } from '../contract/jobs.ts'
import type { Clock } from '../kernel/clock.ts'
import { derivedIds } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import {
  backoffMs,
  claim,
  claimOne,
  complete,
  deadJob,
  fail,
  GiveUp,
  holds,
  type Job,
  type JobHandler,
  keep,
  leaseMs,
  nextDue,
  RetryLater,
  release,
  type StepContext,
  stale,
  tidy,
  type Wake,
} from '../queue/index.ts'
import { type Database, isUniqueViolation, type Tx } from '../store/index.ts'
import { storeEffects } from './effects.ts'
import { type Loop, startLoop } from './loop.ts'

export interface RunnerOptions {
  readonly database: Database
  readonly handlers: readonly JobHandler[]
  /** Names this process in the rows that it holds. */
  readonly worker: string
  readonly concurrency: number
  /** The leases that this process holds at the moment. */
  readonly leases?: () => readonly string[]
  /** Kinds that go first; every fourth claim asks only who has waited longest, so that nobody waits for ever. */
  readonly first?: readonly JobKind[]
  /** Something else goes first at the moment: one job at a time. */
  readonly yielding?: () => boolean
  /** Shortest time between two claims, ms; default 0. */
  readonly spacingMs?: () => number
  readonly clock: Clock
  readonly log: Log
  /** Called after each commit with the jobs that it wrote. */
  readonly wrote: (wakes: readonly Wake[], events: number) => void
}

/** How many jobs that follow from each other run without others getting their turn. */
const longestRow = 4

/** After so many jobs their dead rows are cleared: some three seconds of work at full load. */
const jobsBetweenTidying = 1000

/** The lease was lost to another worker: nothing of this run may stay. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** The world changed between prepare and commit: run the job again soon, without counting it as a failure. */
class Stale extends Error {
  override readonly name = 'Stale'
}

/** Runs jobs: claims what is due, runs each handler's halves, stores its effects with the end of the job in one transaction. */
export function makeRunner(options: RunnerOptions) {
  const { database, clock, log, worker, leases = () => [] } = options
  const handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]))
  const kinds = [...handlers.keys()] as JobKind[]
  const ahead = kinds.filter((kind) => options.first?.includes(kind))
  /** Jobs in work, by id; with their followers they fill `slots`. */
  const held = new Set<string>()
  const slots = new Set<Promise<void>>()
  let claims = 0
  /** The last claim filled all slots. */
  let crowded = false
  let done = 0
  const abort = new AbortController()

  function contextOf(job: Job, nowMs: number): StepContext {
    return {
      nowMs,
      ids: derivedIds(job.id),
      log: log.child({ job: job.kind, jobId: job.id }),
      signal: abort.signal,
      db: database.db,
    }
  }

  /** Runs a claimed job, and then what follows from it at once: that need not be looked for. */
  async function runOn(job: Job): Promise<void> {
    let next: Job | null = job
    for (let inARow = 1; next; inARow++) next = await run(next, inARow < longestRow)
  }

  /** Runs one claimed job to its end, whatever happens. With `goOn`, takes and returns one of the jobs that follow from it. */
  async function run(job: Job, goOn = false): Promise<Job | null> {
    const handler = handlers.get(job.kind)!
    held.add(job.id)
    // One moment for all halves: it is recorded, and replay runs the job at the same one.
    const nowMs = clock.now()
    const context = () => contextOf(job, nowMs)
    try {
      const begun = handler.begin
        ? await database.transaction((tx) => begin(tx, handler, job, context()))
        : undefined
      const prepared = await handler.prepare(job, context(), begun)
      const outcome = await database.transaction((tx) => finish(tx, handler, prepared, job, context()))
      if (++done % jobsBetweenTidying === 0) tidyUp()
      const next = goOn ? followerOf(outcome.wakes) : undefined
      options.wrote(next ? outcome.wakes.filter((wake) => wake !== next) : outcome.wakes, outcome.events)
      return next ? await take(next) : null
    } catch (error) {
      // The database may be away: the job's lease ends by itself then.
      await failed(job, error).catch((reason: unknown) =>
        log.error({ err: reason, job: job.kind, jobId: job.id }, 'the failure of a job could not be stored'),
      )
      return null
    } finally {
      held.delete(job.id)
    }
  }

  function tidyUp(): void {
    tidy(database).catch((err: unknown) => log.warn({ err }, 'the rows of done jobs could not be cleared'))
  }

  /** Of the jobs just written, the one that this slot goes on with. */
  function followerOf(wakes: readonly Wake[]): Wake | undefined {
    if (drained) return undefined
    const nowMs = clock.now()
    const due = wakes.filter(({ kind, dueAtMs }) => dueAtMs <= nowMs && handlers.has(kind))
    // While more waits than there are slots, those that go first must not wait for what follows from others.
    return due.find(({ kind }) => ahead.includes(kind)) ?? (crowded ? undefined : due[0])
  }

  /** Claims it, without looking for others; when that does not succeed it is claimed like all others. */
  async function take(wake: Wake): Promise<Job | null> {
    const job = await claimOne(database, wake.id, {
      worker,
      nowMs: clock.now(),
      kinds,
      leases: leases(),
    }).catch(() => null)
    if (!job) options.wrote([wake], 0)
    return job
  }

  async function begin(tx: Tx, handler: JobHandler, job: Job, ctx: StepContext): Promise<unknown> {
    if (!(await holds(tx, job, worker))) throw new LeaseLost()
    return await handler.begin!(tx, job, ctx)
  }

  async function finish(tx: Tx, handler: JobHandler, prepared: unknown, job: Job, ctx: StepContext) {
    if (!(await complete(tx, job, worker))) throw new LeaseLost()
    const effects = await handler.commit(tx, prepared, job, ctx)
    // Thrown, so that the completion above is rolled back with everything else.
    if (effects === stale) throw new Stale()
    const cause = { id: job.id, nowMs: ctx.nowMs, actor: systemActor(job.kind) }
    const tookMs = Math.max(0, clock.now() - ctx.nowMs)
    const step = { jobId: job.id, kind: job.kind, atMs: ctx.nowMs, tookMs }
    const wakes = await storeEffects(tx, effects, cause, step)
    return { wakes, events: effects.events.length }
  }

  async function failed(job: Job, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) {
      log.warn(
        { job: job.kind, jobId: job.id },
        'a job was given to another worker before it ended; nothing of this run was kept',
      )
      return
    }
    if (error instanceof Stale) {
      await settle(job, 'the state changed while it was prepared', clock.now() + 20, true)
      return
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const retryAt =
      error instanceof GiveUp
        ? null
        : clock.now() + (error instanceof RetryLater ? error.waitMs : backoffMs(job.attempts, job.id))
    if (!(error instanceof RetryLater))
      log.warn({ err: error, job: job.kind, jobId: job.id, attempts: job.attempts }, 'a job failed')
    await settle(job, text, retryAt, error instanceof RetryLater && error.uncounted)
  }

  async function settle(
    job: Job,
    error: string,
    retryAtMs: number | null,
    uncounted: boolean,
  ): Promise<void> {
    const events = await endTry(async (tx) => {
      const state = await fail(tx, job, { error: error.slice(0, 2000), retryAtMs, uncounted })
      if (state !== 'dead') return 0
      log.error({ job: job.kind, jobId: job.id }, 'a job is dead; it waits on the health page')
      const cause = { id: job.id, nowMs: clock.now(), actor: systemActor('runner') }
      await storeEffects(tx, { events: [deadJob(job)], jobs: [] }, cause)
      return 1
    })
    options.wrote(retryAtMs === null ? [] : [{ id: job.id, kind: job.kind, dueAtMs: retryAtMs }], events)
  }

  /** Somebody who asks for the same work may commit while the job is put back: then their job is seen the next time. */
  async function endTry(end: (tx: Tx) => Promise<number>): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await database.transaction(end)
      } catch (error) {
        if (attempt === 3 || !isUniqueViolation(error, 'job_unique')) throw error
      }
    }
  }

  /** Claims and starts what fits; used by the loop and, one job at a time, by tests and replay. */
  async function turn(): Promise<{ more: boolean; nextAtMs: number | null }> {
    const free = (options.yielding?.() ? 1 : options.concurrency) - slots.size
    if (free <= 0) {
      await Promise.race(slots)
      return { more: true, nextAtMs: null }
    }
    const first = claims++ % 4 === 3 ? [] : ahead
    const jobs = await claim(database, {
      worker,
      nowMs: clock.now(),
      limit: free,
      kinds,
      first,
      leases: leases(),
    })
    crowded = jobs.length === free
    for (const job of jobs) {
      const running = runOn(job).finally(() => {
        slots.delete(running)
        loop?.wake()
      })
      slots.add(running)
    }
    if (jobs.length > 0) return { more: jobs.length === free, nextAtMs: null }
    return { more: false, nextAtMs: await nextDue(database, clock.now(), kinds) }
  }

  let loop: Loop | null = null
  let heartbeat: NodeJS.Timeout | null = null
  let drained = true

  return {
    /** Starts working; `alone` says that no other process works on this database, so that nothing running can be alive. */
    async start(alone: boolean): Promise<void> {
      const freed = await release(database, clock.now(), alone)
      if (freed > 0) log.info({ jobs: freed }, 'jobs of a worker that is gone were taken back')
      drained = false
      loop = startLoop({
        ...{ name: 'jobs', idleMs: 1000, now: () => clock.now(), log, turn },
        ...(options.spacingMs ? { spacingMs: options.spacingMs } : {}),
      })
      heartbeat = setInterval(() => {
        void keep(database, worker, [...held], clock.now())
          .then(() => release(database, clock.now()))
          .catch((error: unknown) =>
            log.warn({ err: error }, 'the lease of running jobs could not be extended'),
          )
      }, leaseMs / 4)
    },
    wake: () => loop?.wake(),
    /** Lets running jobs end (at most `graceMs`), then returns; what did not end is taken back by the next start. */
    async stop(graceMs: number): Promise<void> {
      if (drained) return
      drained = true
      await loop?.stop()
      const late = setTimeout(() => abort.abort(), graceMs)
      let given: NodeJS.Timeout | undefined
      // A handler that does not hear the signal must not keep the process from ending.
      const enough = new Promise<void>((resolve) => {
        given = setTimeout(resolve, graceMs + 5000)
      })
      await Promise.race([Promise.allSettled(slots), enough])
      clearTimeout(late)
      clearTimeout(given)
      if (heartbeat) clearInterval(heartbeat)
    },
    /** Runs one named job now, if it is ready. */
    async runJob(id: string): Promise<boolean> {
      const job = await claimOne(database, id, { worker, nowMs: clock.now(), kinds, leases: leases() })
      if (!job) return false
      await run(job)
      return true
    },
    /** Runs everything that is due now, to the end; for replay and tests. */
    async drain(): Promise<number> {
      let ran = 0
      for (;;) {
        const jobs = await claim(database, { worker, nowMs: clock.now(), limit: 16, kinds, leases: leases() })
        if (jobs.length === 0) return ran
        for (const job of jobs) await run(job)
        ran += jobs.length
      }
    },
  }
}

/** The running runner. */
export type Runner = ReturnType<typeof makeRunner>
