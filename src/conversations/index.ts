import type { Command, Query } from '../access/command.ts'
import { commands as threadCommands } from './commands.ts'
import { cannedCommands, cannedQuery } from './desk/canned.ts'
import { deskCommands } from './desk/commands.ts'
import { deskQuery } from './desk/queries.ts'
import { queries as threadQueries } from './queries.ts'
import { receiptQuery } from './receipt.ts'

export { type AppendInput, appendMessage, isStray, type LandedAttachment } from './append.ts'
export { assignHandler } from './desk/assign.ts'
export { deskSettingsSchema } from './desk/settings.ts'
export { type ErasurePorts, makeErasureHandlers } from './erase.ts'
export { readSubmission, replyTarget, type Submission, saidIn, writtenSince } from './submission.ts'
export { makeSweepHandler, type SweepPorts, sweepJob } from './sweep.ts'

/** What can be done with conversations, contacts and at the desk. */
export const commands: readonly Command[] = [...threadCommands, ...deskCommands, ...cannedCommands]

/** What can be asked about conversations. */
export const queries: readonly Query[] = [...threadQueries, receiptQuery, deskQuery, cannedQuery]
export { type FetchedFile, makeFetchHandler } from './fetch.ts'
export { makeNameHandler } from './name.ts'
