import { type Effects, noEffects } from '../contract/jobs.ts'
import type { ReceiptEnvelope } from '../contract/message.ts'
import type { JsonObject } from '../kernel/json.ts'
import { json, type Tx } from '../store/index.ts'
import { lockLane } from './lane.ts'
import { endMessage, type OutboxRow } from './settle.ts'

const ranks = { sent: 0, delivered: 1, read: 2 } as const
type Status = keyof typeof ranks

/** A vendor's word came before our own record of what it is about; the envelope waits and tries again. */
class NotYetSent extends Error {
  override readonly name = 'NotYetSent'
}

/**
 * What a vendor says about something we sent: the message shows the least of its parts. A word never goes back (read stays read);
 * a failure ends the message and shows up in the console. Words about what others sent are passed over.
 */
export async function applyReceipt(
  tx: Tx,
  accountId: string,
  receipt: ReceiptEnvelope,
  nowMs: number,
): Promise<Effects> {
  // A failure ends a message, and that changes what is next in its lane.
  if (receipt.status === 'failed') await lockLaneOf(tx, accountId, receipt.providerMessageId)
  const part = await tx
    .selectFrom('outbox_part as p')
    .innerJoin('outbox_message as m', 'm.id', 'p.outboxId')
    .select([
      'p.id as partId',
      'p.receipt',
      'p.state',
      'm.id',
      'm.lane',
      'm.messageId',
      'm.conversationId',
      'm.ticketId',
    ])
    .where('m.accountId', '=', accountId)
    .where('p.providerMessageId', '=', receipt.providerMessageId)
    .forUpdate()
    .executeTakeFirst()
  if (!part) return await unknownMessage(tx, accountId)
  // What is being sent again, or was given up, is not what this is about.
  if (part.state !== 'sent') return noEffects
  const before = (part.receipt ?? {}) as JsonObject
  const status = (before.status ?? 'sent') as Status
  if (receipt.status === 'failed')
    return status === 'read' ? noEffects : await failed(tx, part, receipt, nowMs)
  if (ranks[receipt.status] <= ranks[status]) return noEffects
  await tx
    .updateTable('outbox_part')
    .set({ receipt: json({ ...before, status: receipt.status }) })
    .where('id', '=', part.partId)
    .execute()
  return await showLeast(tx, part)
}

async function lockLaneOf(tx: Tx, accountId: string, providerMessageId: string): Promise<void> {
  const found = await tx
    .selectFrom('outbox_part as p')
    .innerJoin('outbox_message as m', 'm.id', 'p.outboxId')
    .select('m.lane')
    .where('m.accountId', '=', accountId)
    .where('p.providerMessageId', '=', providerMessageId)
    .executeTakeFirst()
  if (found) await lockLane(tx, found.lane)
}

async function unknownMessage(tx: Tx, accountId: string): Promise<Effects> {
  const sending = await tx
    .selectFrom('outbox_part as p')
    .innerJoin('outbox_message as m', 'm.id', 'p.outboxId')
    .select('p.id')
    .where('m.accountId', '=', accountId)
    .where('p.state', '=', 'sending')
    .limit(1)
    .executeTakeFirst()
  if (sending) throw new NotYetSent('it may be about a message that is being sent right now')
  return noEffects
}

async function failed(
  tx: Tx,
  part: OutboxRow & { readonly partId: string },
  receipt: ReceiptEnvelope,
  nowMs: number,
): Promise<Effects> {
  await tx
    .updateTable('outbox_part')
    .set({ state: 'failed', lastError: `vendor: ${receipt.detail ?? 'not delivered'}`.slice(0, 2000) })
    .where('id', '=', part.partId)
    .execute()
  return await endMessage(tx, part, 'failed', 'not_delivered', nowMs)
}

async function showLeast(tx: Tx, message: OutboxRow): Promise<Effects> {
  const parts = await tx
    .selectFrom('outbox_part')
    .select(['state', 'receipt'])
    .where('outboxId', '=', message.id)
    .execute()
  if (message.messageId === null || parts.some((part) => part.state !== 'sent')) return noEffects
  const statuses = parts.map((part) => ((part.receipt as JsonObject | null)?.status ?? 'sent') as Status)
  const least = statuses.reduce((a, b) => (ranks[a] <= ranks[b] ? a : b))
  const shown = await tx
    .updateTable('message')
    .set({ delivery: least })
    .where('id', '=', message.messageId)
    .where('delivery', '<>', least)
    .executeTakeFirst()
  if (shown.numUpdatedRows === 0n) return noEffects
  const data = { conversationId: message.conversationId, state: least }
  const event = { type: 'message.delivery' as const, subject: 'message', subjectId: message.messageId, data }
  return { events: [event], jobs: [] }
}
