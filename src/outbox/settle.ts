import type { Receipt } from '../contract/channel.ts'
import type { NewEvent } from '../contract/events.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storable } from '../kernel/storable.ts'
import { json, type Tx, unread } from '../store/index.ts'
import type { Verdict } from './decide.ts'
import { nextJobs, sendJob } from './lane.ts'

/** An outgoing message, as the steps around sending need it. */
export interface OutboxRow {
  readonly id: string
  readonly lane: string
  readonly messageId: string | null
  readonly conversationId: string | null
  readonly ticketId: string | null
}

/** The vendor took a part. With the last one the message is sent; then it is the next one's turn. */
export async function partSent(
  tx: Tx,
  message: OutboxRow,
  partId: string,
  given: Receipt,
  nowMs: number,
): Promise<Effects> {
  const receipt = storable(given)
  await tx
    .updateTable('outbox_part')
    .set({
      state: 'sent',
      receipt: json(receipt),
      providerMessageId: receipt.providerMessageId,
      lastError: null,
      sentAt: new Date(nowMs),
    })
    .where('id', '=', partId)
    .modifyEnd(unread)
    .execute()
  if (receipt.handle) {
    await tx
      .updateTable('outbox_message')
      .set({ cardHandle: json(receipt.handle) })
      .where('id', '=', message.id)
      .execute()
  }
  const parts = await tx
    .selectFrom('outbox_part')
    .select(['state', 'ordinal', 'providerMessageId'])
    .where('outboxId', '=', message.id)
    .orderBy('ordinal')
    .execute()
  // Later messages of the thread name the first one.
  const named = parts[0]?.providerMessageId
  if (named && message.messageId) {
    await tx
      .updateTable('message')
      .set({ providerMessageId: named })
      .where('id', '=', message.messageId)
      .modifyEnd(unread)
      .execute()
  }
  if (hasEnded(await stateOf(tx, message.id))) return noEffects
  return await goOn(
    tx,
    message,
    parts.map((part) => part.state),
    nowMs,
  )
}

/** A message that has not ended goes on with its next part; without one it ends as its worst part did, and the lane goes on. */
export async function goOn(
  tx: Tx,
  message: OutboxRow,
  parts: readonly string[],
  nowMs: number,
): Promise<Effects> {
  if (parts.some((state) => !hasEnded(state))) {
    await queueAgain(tx, message)
    return { events: [], jobs: await nextJobs(tx, message.lane) }
  }
  const worst = (['failed', 'unknown', 'cancelled'] as const).find((state) => parts.includes(state))
  return await endMessage(tx, message, worst ?? 'sent', worst === 'failed' ? 'not_delivered' : null, nowMs)
}

/** Nothing is sent of it any more, unless a person asks for it. */
export const hasEnded = (state: string) => state !== 'queued' && state !== 'sending'

/** The lane is held: while one part was on its way the vendor may have taken back another, or a person given up the message. */
async function stateOf(tx: Tx, outboxId: string): Promise<string> {
  const { state } = await tx
    .selectFrom('outbox_message')
    .select('state')
    .where('id', '=', outboxId)
    .executeTakeFirstOrThrow()
  return state
}

async function queueAgain(tx: Tx, message: OutboxRow): Promise<void> {
  await tx.updateTable('outbox_message').set({ state: 'queued' }).where('id', '=', message.id).execute()
}

/** A try of a part failed, and this is what follows from it. */
export async function partFailed(
  tx: Tx,
  message: OutboxRow,
  partId: string,
  failure: { readonly code: string; readonly text: string; readonly verdict: Verdict },
  nowMs: number,
): Promise<Effects> {
  const { verdict } = failure
  const lastError = storable(`${failure.code}: ${failure.text}`.slice(0, 2000))
  const retries = verdict.state === 'queued' ? { unknownRetries: verdict.unknownRetries } : {}
  const became = await stateOf(tx, message.id)
  const state = became === 'cancelled' && verdict.state === 'queued' ? became : verdict.state
  await tx
    .updateTable('outbox_part')
    .set({ state, lastError, ...retries })
    .where('id', '=', partId)
    .execute()
  // What ended meanwhile handed on its lane then.
  if (hasEnded(became)) return noEffects
  if (verdict.state !== 'queued') return await endMessage(tx, message, verdict.state, failure.code, nowMs)
  await queueAgain(tx, message)
  return { events: [], jobs: [sendJob(partId, message.lane, nowMs + verdict.waitMs)] }
}

/** A message of which nothing left the hub is not sent any more: a later version of its card takes its place. */
export async function dropUnsent(tx: Tx, message: OutboxRow, nowMs: number): Promise<Effects> {
  const dropped = await tx
    .updateTable('outbox_part')
    .set({ state: 'cancelled' })
    .where('outboxId', '=', message.id)
    .where('state', '=', 'queued')
    .where('attempts', '=', 0)
    .executeTakeFirst()
  if (dropped.numUpdatedRows === 0n) return noEffects
  return await endMessage(tx, message, 'cancelled', 'superseded', nowMs)
}

/** A message came to an end, good or bad: its conversation shows it, readers are told, and the next one's turn begins. */
export async function endMessage(
  tx: Tx,
  message: OutboxRow,
  state: 'sent' | 'failed' | 'unknown' | 'cancelled',
  code: string | null,
  nowMs: number,
): Promise<Effects> {
  await tx
    .updateTable('outbox_message')
    .set({ state, doneAt: new Date(nowMs) })
    .where('id', '=', message.id)
    .modifyEnd(unread)
    .execute()
  const author = await showDelivery(tx, message, state)
  const data: JsonObject = {
    conversationId: message.conversationId,
    ticketId: message.ticketId,
    messageId: message.messageId,
    author,
    state,
    ...(code === null ? {} : { code }),
  }
  return joinEffects(
    { events: eventsOf(message, state, data), jobs: [] },
    { events: [], jobs: await nextJobs(tx, message.lane) },
  )
}

function eventsOf(message: OutboxRow, state: string, data: JsonObject): NewEvent[] {
  if (state === 'sent') {
    return [{ type: 'message.sent', subject: 'message', subjectId: message.messageId ?? message.id, data }]
  }
  if (state === 'cancelled') {
    return [
      { type: 'message.delivery', subject: 'message', subjectId: message.messageId ?? message.id, data },
    ]
  }
  return [{ type: 'outbox.failed', subject: 'outbox', subjectId: message.id, data }]
}

async function showDelivery(tx: Tx, message: OutboxRow, delivery: string): Promise<string | null> {
  if (message.messageId === null) return null
  const row = await tx
    .updateTable('message')
    .set({ delivery })
    .where('id', '=', message.messageId)
    .returning('author')
    .executeTakeFirst()
  return row?.author ?? null
}
