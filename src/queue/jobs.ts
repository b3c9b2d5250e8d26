import { systemActor } from '../contract/actor.ts'
import type { NewEvent } from '../contract/events.ts'
import type { JobKind } from '../contract/jobs.ts'
import { type Database, type DB, isUniqueViolation, type Tx, type Updateable } from '../store/index.ts'
import type { Job } from './handler.ts'
import { record } from './write.ts'

/** How long a claimed job belongs to its worker without a sign of life, ms. */
export const leaseMs = 60_000

/** The jobs of some kinds that wait longest, each kind by its own index: a long backlog of one kind is not read for another. */
const dueOf = (kinds: string) => `
    select d.* from unnest(${kinds}::text[]) as k("kind"), lateral (
      select j."id", j."dueAt", j."serialKey" from job j
      where j."state" = 'ready' and j."kind" = k."kind" and j."dueAt" <= $1
        and (j."lease" is null or j."lease" = any($8::text[]))
        and (j."serialKey" is null or not exists (
          select 1 from job r where r."serialKey" = j."serialKey" and r."state" = 'running'))
      order by j."dueAt" limit $3) d`

// Only what is taken is locked: a lock is a write.
const claimText = `
  with quick as materialized (select set_config('synchronous_commit', 'off', true)),
  ahead as materialized (${dueOf('$7')}),
  others as materialized (select * from (${dueOf('$2')}) o where (select count(*) from ahead) < $6),
  due as (select *, 0 as place from ahead union all select *, 1 as place from others),
  one_each as materialized (
    select distinct on (coalesce("serialKey", "id"::text)) "id", "dueAt", "place" from due
    order by coalesce("serialKey", "id"::text), "place", "dueAt", "id"
  ),
  taken as materialized (
    select j."id" from quick, one_each o join job j on j."id" = o."id" where j."state" = 'ready'
    order by o."place", o."dueAt" limit $6 for update of j skip locked
  )
  update job set "state" = 'running', "attempts" = job."attempts" + 1, "lockedBy" = $4, "lockedUntil" = $5
  from taken where job."id" = taken."id"
  returning job."id", job."kind", job."payload", job."attempts", job."causeId"`

/**
 * Takes up to `limit` due jobs for a worker. A serial key never has two running jobs: a unique index sees to it, and of two nodes
 * that claim jobs of one key at the same moment the later looks again. A claim need not survive a crash, so it waits for no disk.
 */
export async function claim(
  database: Database,
  options: {
    readonly worker: string
    readonly nowMs: number
    readonly limit: number
    readonly kinds: readonly JobKind[]
    /** Leases that this process holds: jobs that ask for another are left alone. Default none. */
    readonly leases?: readonly string[]
    /** Kinds among them that go before the others, however long those have waited. */
    readonly first?: readonly JobKind[]
  },
): Promise<Job[]> {
  const { worker, nowMs, limit, kinds, first = [], leases = [] } = options
  const rest = kinds.filter((kind) => !first.includes(kind))
  const values = [new Date(nowMs), rest, limit * 2, worker, new Date(nowMs + leaseMs), limit, first, leases]
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.query<Job>(claimText, values, 'job-claim')
    } catch (error) {
      if (!isUniqueViolation(error, 'job_serial')) throw error
      // The winner runs; should this happen again and again, the next turn of the loop finds what is left.
      if (attempt === 3) return []
    }
  }
}

const claimOneText = `
  with quick as materialized (select set_config('synchronous_commit', 'off', true))
  update job set "state" = 'running', "attempts" = job."attempts" + 1, "lockedBy" = $3, "lockedUntil" = $4
  from quick where job."id" = $1 and job."state" = 'ready' and job."kind" = any($2::text[])
    and (job."lease" is null or job."lease" = any($5::text[]))
    and (job."serialKey" is null or not exists (
      select 1 from job r where r."serialKey" = job."serialKey" and r."state" = 'running'))
  returning job."id", job."kind", job."payload", job."attempts", job."causeId"`

/** Takes one named job of some kinds, whenever it is due; null when it is not ready or its serial key is taken. */
export async function claimOne(
  database: Database,
  id: string,
  options: {
    readonly worker: string
    readonly nowMs: number
    readonly kinds: readonly JobKind[]
    readonly leases?: readonly string[]
  },
): Promise<Job | null> {
  const { worker, nowMs, kinds, leases = [] } = options
  const values = [id, kinds, worker, new Date(nowMs + leaseMs), leases]
  try {
    const [job] = await database.query<Job>(claimOneText, values, 'job-claim-one')
    return job ?? null
  } catch (error) {
    if (isUniqueViolation(error, 'job_serial')) return null
    throw error
  }
}

/**
 * Whether a job still belongs to its worker; until the transaction ends nobody takes it away. Asked before an effect outside is
 * announced: of two workers that both think they hold a job, one may go on.
 */
export async function holds(tx: Tx, job: Job, worker: string): Promise<boolean> {
  const row = await tx
    .selectFrom('job')
    .select('id')
    .where('id', '=', job.id)
    .where('state', '=', 'running')
    .where('lockedBy', '=', worker)
    .where('attempts', '=', job.attempts)
    .forShare()
    .executeTakeFirst()
  return row !== undefined
}

/** Finishes a job inside its own commit; false when the lease was lost, and then the commit must be rolled back. */
export async function complete(tx: Tx, job: Job, worker: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('job')
    .where('id', '=', job.id)
    .where('state', '=', 'running')
    .where('lockedBy', '=', worker)
    .where('attempts', '=', job.attempts)
    .executeTakeFirst()
  return gone.numDeletedRows === 1n
}

/** Puts a job back for another try at `retryAtMs`, or aside as dead when that is null or its tries are used up. */
export async function fail(
  tx: Tx,
  job: Job,
  outcome: { readonly error: string; readonly retryAtMs: number | null; readonly uncounted?: boolean },
): Promise<'ready' | 'dead' | 'gone'> {
  const row = await tx
    .selectFrom('job')
    .select(['maxAttempts', 'kind', 'uniqueKey'])
    .where('id', '=', job.id)
    .where('state', '=', 'running')
    .where('attempts', '=', job.attempts)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return 'gone'
  const free = { lockedBy: null, lockedUntil: null, lastError: outcome.error }
  if (outcome.retryAtMs === null || (job.attempts >= row.maxAttempts && !outcome.uncounted)) {
    await tx
      .updateTable('job')
      .set({ state: 'dead', ...free })
      .where('id', '=', job.id)
      .execute()
    return 'dead'
  }
  if (row.uniqueKey !== null && (await readyTwin(tx, row.kind, row.uniqueKey))) {
    // Somebody asked for the same work meanwhile; that job carries on.
    await tx.deleteFrom('job').where('id', '=', job.id).execute()
    return 'gone'
  }
  const attempts = outcome.uncounted ? job.attempts - 1 : job.attempts
  await tx
    .updateTable('job')
    .set({ state: 'ready', attempts, dueAt: new Date(outcome.retryAtMs), ...free })
    .where('id', '=', job.id)
    .execute()
  return 'ready'
}

async function readyTwin(tx: Tx, kind: string, uniqueKey: string) {
  return await tx
    .selectFrom('job')
    .select('id')
    .where('kind', '=', kind)
    .where('uniqueKey', '=', uniqueKey)
    .where('state', '=', 'ready')
    .executeTakeFirst()
}

/**
 * Clears the dead rows of done jobs. Each job leaves a few, and until the server's own vacuum comes (by default once a minute) every
 * claim walks past those of the last minute. Skipped while another process does it, and where the hub does not own the tables.
 */
export async function tidy(database: Database): Promise<void> {
  await database.query('vacuum (analyze, skip_locked, truncate false) job')
}

/** Extends the lease of jobs that this worker still works on. */
export async function keep(
  database: Database,
  worker: string,
  ids: readonly string[],
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return
  await database.db
    .updateTable('job')
    .set({ lockedUntil: new Date(nowMs + leaseMs) })
    .where('id', 'in', [...ids])
    .where('lockedBy', '=', worker)
    .execute()
}

/** Whoever was there at two ends of a worker may be innocent; after that it waits, so that others go first and the hub lives. */
const quickReturns = 2

function pauseAfter({ id, attempts }: { id: string; attempts: number }, nowMs: number): { dueAt?: Date } {
  const more = attempts - quickReturns
  return more > 0 ? { dueAt: new Date(nowMs + backoffMs(more, id)) } : {}
}

/**
 * Gives back jobs whose worker has shown no life; all running ones when `everything` (the only process starts). One that was lost
 * at its last try is dead: it may be what ends the workers. From the third time on it waits longer and longer before the next.
 */
export async function release(database: Database, nowMs: number, everything = false): Promise<number> {
  return await database.transaction(async (tx) => {
    let lost = tx
      .selectFrom('job')
      .select(['id', 'kind', 'uniqueKey', 'attempts', 'maxAttempts'])
      .where('state', '=', 'running')
      .orderBy('id')
      .forUpdate()
      .skipLocked()
    if (!everything) lost = lost.where('lockedUntil', '<', new Date(nowMs))
    const rows = await lost.execute()
    for (const row of rows) {
      const free = { lockedBy: null, lockedUntil: null }
      const set = (change: Updateable<DB['job']>) =>
        tx.updateTable('job').set(change).where('id', '=', row.id).execute()
      if (row.attempts >= row.maxAttempts) {
        await set({ ...free, state: 'dead', lastError: 'its worker stopped during the last try' })
        await record(tx, [deadJob(row)], nowMs, systemActor('runner'))
      } else if (row.uniqueKey !== null && (await readyTwin(tx, row.kind, row.uniqueKey))) {
        await tx.deleteFrom('job').where('id', '=', row.id).execute()
      } else await set({ ...free, state: 'ready', ...pauseAfter(row, nowMs) })
    }
    return rows.length
  })
}

/** What is announced when a job is put aside. */
export function deadJob(job: { readonly id: string; readonly kind: string }): NewEvent {
  return { type: 'job.dead', subject: 'job', subjectId: job.id, data: { kind: job.kind } }
}

/** Pause before the next try: 1 s, 2 s, 4 s … at most 10 minutes, with a spread taken from the job's id. */
export function backoffMs(attempts: number, jobId: string): number {
  const base = Math.min(600_000, 1000 * 2 ** Math.max(0, attempts - 1))
  const spread = Number.parseInt(jobId.slice(0, 4), 16) / 0xffff
  return Math.round(base * (0.75 + 0.5 * spread))
}

/**
 * When the next job of some kinds becomes due after now, ms; null when none does. What is due already waits for another job of its
 * key or is being written at the moment; its end wakes the worker.
 */
export async function nextDue(
  database: Database,
  nowMs: number,
  kinds: readonly JobKind[],
): Promise<number | null> {
  const rows = await database.query<{ dueAt: Date | null }>(
    `select min(d."dueAt") as "dueAt" from unnest($2::text[]) as k("kind"), lateral (
      select "dueAt" from job j where j."state" = 'ready' and j."kind" = k."kind" and j."dueAt" > $1 order by j."dueAt" limit 1) d`,
    [new Date(nowMs), kinds],
    'job-next',
  )
  return rows[0]?.dueAt?.getTime() ?? null
}
