import { type Actor, systemActor } from '../contract/actor.ts'
import type { NewEvent } from '../contract/events.ts'
import { type Effects, type JobKind, jobPayloads, type NewJob } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { CompiledQuery, type Tx } from '../store/index.ts'

/** Longest time that repeated pushes may delay a coalesced job, ms. */
const longestSettleMs = 60_000

/** What a driver needs to wake somebody for a job. */
export interface Wake {
  readonly id: string
  readonly kind: JobKind
  readonly dueAtMs: number
}

/** What something leaves behind, and what it was: a command, an envelope or a job. */
export interface Caused {
  readonly effects: Effects
  readonly cause: { readonly id: string; readonly nowMs: number; readonly actor: Actor }
}

/** A job that ended, as replay follows it. */
export interface Step {
  readonly jobId: string
  readonly kind: JobKind
  readonly atMs: number
  readonly tookMs: number
}

interface JobRow {
  readonly id: string
  readonly kind: JobKind
  readonly payload: string
  readonly uniqueKey: string | null
  readonly serialKey: string | null
  readonly lease: string | null
  readonly dueAtMs: number
  readonly maxAttempts: number
  readonly causeId: string
  readonly createdAtMs: number
}

const jobColumns = `"id", "kind", "payload", "uniqueKey", "serialKey", "dueAt", "maxAttempts", "causeId", "createdAt", "lease"`

/** The parameters of some jobs, from `$first` on. */
const jobsFrom = (first: number) => {
  const types = ['uuid', 'text', 'jsonb', 'text', 'text', 'timestamptz', 'int', 'uuid', 'timestamptz', 'text']
  return `select * from unnest(${types.map((type, i) => `$${first + i}::${type}[]`).join(', ')})`
}

const writeText = `
  with announced as (
    insert into event ("at", "type", "subject", "subjectId", "data", "actor")
    select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[])
  ), followed as (
    insert into step ("jobId", "kind", "at", "tookMs")
    select * from unnest($7::uuid[], $8::text[], $9::timestamptz[], $10::int[])
  ), plain as (
    insert into job (${jobColumns}) ${jobsFrom(11)} on conflict ("id") do nothing
  )
  insert into job (${jobColumns}) ${jobsFrom(21)}
  on conflict ("kind", "uniqueKey") where "state" = 'ready' and "uniqueKey" is not null do update set
    "payload" = excluded."payload", "lease" = excluded."lease", "dueAt" = case when job."dueAt" <= excluded."createdAt" then job."dueAt"
      else least(excluded."dueAt", job."createdAt" + ${longestSettleMs} * interval '1 millisecond') end
  returning "id", "kind", "dueAt"`

/**
 * Writes events, jobs and, at the end of a job, its step, in the transaction that causes them and in one statement. Ids of jobs
 * follow from the cause and the ordinal, so that a step done twice enqueues once. A ready job with the same kind and unique key
 * gets the new payload and lease and is moved to the new time, at most a minute after it was made, and not at all once it is due.
 */
export async function write(tx: Tx, parts: readonly Caused[], step?: Step): Promise<Wake[]> {
  const events = parts.flatMap(({ effects, cause }) => effects.events.map((event) => ({ event, cause })))
  const jobs = parts.flatMap(({ effects, cause }) => effects.jobs.map((job, i) => jobRow(job, i, cause)))
  if (events.length === 0 && jobs.length === 0 && !step) return []
  const plain = jobs.filter((job) => job.uniqueKey === null)
  const steps = step ? [step] : []
  const values = [
    events.map(({ cause }) => time(cause.nowMs)),
    events.map(({ event }) => event.type),
    events.map(({ event }) => event.subject),
    events.map(({ event }) => event.subjectId),
    events.map(({ event }) => JSON.stringify(event.data)),
    events.map(({ event, cause }) => JSON.stringify(event.actor ?? cause.actor)),
    steps.map((s) => s.jobId),
    steps.map((s) => s.kind),
    steps.map((s) => time(s.atMs)),
    steps.map((s) => s.tookMs),
    ...columnsOf(plain),
    ...columnsOf(coalesced(jobs)),
  ]
  const { rows } = await tx.executeQuery<{ id: string; kind: JobKind; dueAt: Date }>(
    CompiledQuery.raw(writeText, values),
  )
  return [
    ...plain.map((job) => ({ id: job.id, kind: job.kind, dueAtMs: job.dueAtMs })),
    ...rows.map((row) => ({ id: row.id, kind: row.kind, dueAtMs: row.dueAt.getTime() })),
  ]
}

/** Writes jobs in the transaction that causes them. */
export async function enqueue(
  tx: Tx,
  jobs: readonly NewJob[],
  cause: { readonly id: string; readonly nowMs: number },
): Promise<Wake[]> {
  const actor = systemActor('queue')
  return await write(tx, [{ effects: { events: [], jobs }, cause: { ...cause, actor } }])
}

/** Writes events in the transaction that makes them true. */
export async function record(
  tx: Tx,
  events: readonly NewEvent[],
  nowMs: number,
  actor: Actor,
): Promise<void> {
  await write(tx, [{ effects: { events, jobs: [] }, cause: { id: '', nowMs, actor } }])
}

function jobRow(
  job: NewJob,
  ordinal: number,
  cause: { readonly id: string; readonly nowMs: number },
): JobRow {
  return {
    id: derivedId('job', cause.id, ordinal),
    kind: job.kind,
    payload: JSON.stringify(jobPayloads[job.kind].parse(job.payload)),
    uniqueKey: job.uniqueKey ?? null,
    serialKey: job.serialKey ?? null,
    lease: job.lease ?? null,
    dueAtMs: job.dueAtMs ?? cause.nowMs,
    maxAttempts: job.maxAttempts ?? 12,
    causeId: cause.id,
    createdAtMs: cause.nowMs,
  }
}

/**
 * Jobs with a unique key, each key once: one statement cannot touch a row twice, so what it would do to the row one after the
 * other is done here. In the order of the keys, so that two writers never wait for each other in a circle.
 */
function coalesced(jobs: readonly JobRow[]): JobRow[] {
  const byKey = new Map<string, JobRow>()
  for (const job of jobs) {
    if (job.uniqueKey === null) continue
    const key = `${job.kind} ${job.uniqueKey}`
    const first = byKey.get(key)
    const waits = first !== undefined && first.dueAtMs > job.createdAtMs
    const dueAtMs = waits ? Math.min(job.dueAtMs, first.createdAtMs + longestSettleMs) : first?.dueAtMs
    byKey.set(key, first ? { ...first, payload: job.payload, lease: job.lease, dueAtMs: dueAtMs! } : job)
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job)
}

function columnsOf(jobs: readonly JobRow[]): unknown[][] {
  return [
    jobs.map((job) => job.id),
    jobs.map((job) => job.kind),
    jobs.map((job) => job.payload),
    jobs.map((job) => job.uniqueKey),
    jobs.map((job) => job.serialKey),
    jobs.map((job) => time(job.dueAtMs)),
    jobs.map((job) => job.maxAttempts),
    jobs.map((job) => job.causeId),
    jobs.map((job) => time(job.createdAtMs)),
    jobs.map((job) => job.lease),
  ]
}

const time = (ms: number) => new Date(ms).toISOString()
