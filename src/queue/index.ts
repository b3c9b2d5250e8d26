export { bullmqDriver } from './drivers/bullmq.ts'
export type { WakeDriver } from './drivers/driver.ts'
export { postgresDriver } from './drivers/postgres.ts'
export {
  eventBounds,
  eventsAfter,
  newestPosition,
  onPlaced,
  type PlacedEvent,
  place,
  placedAtOnce,
} from './events.ts'
export {
  defineHandler,
  GiveUp,
  type Job,
  type JobHandler,
  RetryLater,
  type StepContext,
  stale,
} from './handler.ts'
export {
  backoffMs,
  claim,
  claimOne,
  complete,
  deadJob,
  fail,
  holds,
  keep,
  leaseMs,
  nextDue,
  release,
  tidy,
} from './jobs.ts'
export { type Caused, enqueue, record, type Step, type Wake, write } from './write.ts'
