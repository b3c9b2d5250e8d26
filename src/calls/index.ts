import type { JobHandler } from '../queue/index.ts'
import { type CallPorts, makeTranscribeHandler, settleHandler } from './transcribe.ts'

export { commands } from './commands.ts'
export { queries } from './queries.ts'
export { reportCall } from './report.ts'
export { assignSpeakers } from './speakers.ts'

/** Handlers of calls: transcripts, and the end of waiting for one. */
export function makeCallHandlers(ports: CallPorts): readonly JobHandler[] {
  return [makeTranscribeHandler(ports), settleHandler]
}
