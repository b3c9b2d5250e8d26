import { type Effects, joinEffects, type NewJob } from '../contract/jobs.ts'
import { type Caused, type Step, type Wake, write } from '../queue/index.ts'
import type { Tx } from '../store/index.ts'
import { reactionsTo } from './reactions.ts'

/** Stores what a step leaves behind, in the step's own transaction: events, the jobs they start, and the step's own jobs. */
export async function storeEffects(
  tx: Tx,
  effects: Effects,
  cause: Caused['cause'],
  step?: Step,
): Promise<Wake[]> {
  return await storeAll(tx, [{ effects, cause }], step)
}

/** The same for several at once, each with its own cause. */
export async function storeAll(tx: Tx, parts: readonly Caused[], step?: Step): Promise<Wake[]> {
  return await write(
    tx,
    parts.map(({ effects, cause }) => ({ cause, effects: withReactions(effects, cause.nowMs) })),
    step,
  )
}

function withReactions(effects: Effects, nowMs: number): Effects {
  const jobs: NewJob[] = effects.events.flatMap((event) => reactionsTo(event, nowMs))
  return joinEffects(effects, { events: [], jobs })
}
