import type { Effects, JobKind, JobPayload } from '../contract/jobs.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Reader, Tx } from '../store/index.ts'

/** A claimed job. */
export interface Job<K extends JobKind = JobKind> {
  readonly id: string
  readonly kind: K
  readonly payload: JobPayload<K>
  readonly attempts: number
  readonly causeId: string | null
}

/** What a step may use besides its job. Ids follow from the job's own, so that doing it twice names the same things. */
export interface StepContext {
  readonly nowMs: number
  readonly ids: Ids
  readonly log: Log
  readonly signal: AbortSignal
  readonly db: Reader
}

/** The world changed while the step prepared: run it again. */
export const stale = Symbol('stale')

/**
 * Work on one kind of job, in halves. `begin` marks in its own transaction that an outside effect is about to happen (only
 * where one does); `prepare` does I/O outside any transaction; `commit` is a compare-and-set on what was read and returns
 * what follows. The runner opens the transactions, stores the effects and finishes the job in the same one.
 */
export interface JobHandler<K extends JobKind = JobKind, B = unknown, P = unknown> {
  readonly kind: K
  begin?(tx: Tx, job: Job<K>, ctx: StepContext): Promise<B>
  prepare(job: Job<K>, ctx: StepContext, begun: B): Promise<P>
  commit(tx: Tx, prepared: P, job: Job<K>, ctx: StepContext): Promise<Effects | typeof stale>
}

/** Lets a handler be defined with its own types and kept in a list. */
export function defineHandler<K extends JobKind, B, P>(handler: JobHandler<K, B, P>): JobHandler {
  return handler as unknown as JobHandler
}

/** Thrown by a handler to say when to try again. `uncounted`: nothing went wrong, it is only not time yet. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater'
  readonly waitMs: number
  readonly uncounted: boolean
  constructor(message: string, waitMs: number, uncounted = false) {
    super(message)
    this.waitMs = waitMs
    this.uncounted = uncounted
  }
}

/** Thrown by a handler when trying again is useless; the job becomes a dead letter. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp'
}
