export { type AccountPorts, makeAccountCommands, makeAccountQueries } from './accounts.ts'
export { healthCommands, healthQueries } from './health.ts'
export { makeReceiver, type Receiver } from './receive.ts'
export { retentionHandler, retentionJob } from './retention.ts'
export {
  type Appended,
  answerOf,
  letGo,
  lockWaiting,
  markDone,
  markFailed,
  restoreRequest,
  type StoredEnvelope,
  waitingEnvelopes,
  waitingUpTo,
} from './waiting.ts'
