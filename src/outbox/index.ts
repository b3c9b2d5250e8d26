import type { JobHandler } from '../queue/index.ts'
import { makeNoticeHandlers, type NoticePorts } from './notices.ts'
import type { SendPorts } from './ports.ts'
import { makeRenderHandler } from './render.ts'
import { makeSendHandler } from './send.ts'
import { sweepHandler } from './sweep.ts'

export { noteCardHandle } from './card.ts'
export { makeOutboxCommands } from './commands.ts'
export { enqueueMessage, type NewMessage, type PartsOf } from './enqueue.ts'
export { eraseOutbox } from './erase.ts'
export { type NoticePorts, tellOfTicket } from './notices.ts'
export { enqueueToPerson, type PersonMessage } from './person.ts'
export type { SendingAccount, SendPorts } from './ports.ts'
export { queries } from './queries.ts'
export { applyReceipt } from './receipts.ts'
export { outboxSettings, outboxSettingsSchema } from './settings.ts'
export { sweepJob } from './sweep.ts'
export { noticeText } from './templates.ts'
export { spend, windowOpen } from './window.ts'

/** Handlers of `outbox.render`, `outbox.send`, `outbox.sweep`, `ticket.acknowledge` and `ticket.inform`. */
export function makeOutboxHandlers(ports: SendPorts & NoticePorts): JobHandler[] {
  return [makeRenderHandler(ports), makeSendHandler(ports), sweepHandler, ...makeNoticeHandlers(ports)]
}
