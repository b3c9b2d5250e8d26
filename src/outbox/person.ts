import type { Card, Outbound } from '../contract/channel.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { json, type Tx } from '../store/index.ts'
import { laneOf, renderJob } from './lane.ts'

/** Something to say to a person of the staff, outside of any conversation. */
export interface PersonMessage {
  /** The same key is the same message: saying it twice is once. */
  readonly idempotencyKey: string
  readonly accountId: string
  readonly externalId: string
  readonly ticketId?: string
  readonly text: string
  /** A card with an id may change later: the next message with the same id takes its place. */
  readonly card?: Card
  readonly attachments?: Outbound['attachments']
  /** What people quote; default: a short name of the message. */
  readonly reference?: string
  /**
   * Set when `card` is a later version of a card that was enqueued before: what to do when that one never reached the person.
   * `send` shows the new version alone, `drop` says nothing. An earlier version that still waits is never sent.
   */
  readonly unseen?: 'send' | 'drop'
  readonly lang?: 'zh' | 'en'
}

/** Writes a message to one person on an account, and returns the job that draws and sends it. No effects when the key was there before. */
export async function enqueueToPerson(
  tx: Tx,
  message: PersonMessage,
  nowMs: number,
): Promise<{ readonly outboxId: string; readonly effects: Effects }> {
  const { accountId, externalId: to, idempotencyKey } = message
  const outboxId = derivedId('outbox', idempotencyKey)
  const lane = laneOf({ conversationId: null, accountId, to })
  const written = await tx
    .insertInto('outbox_message')
    .values({
      id: outboxId,
      lane,
      accountId,
      ticketId: message.ticketId ?? null,
      toExternalId: to,
      content: json(contentOf(message, derivedId('outbox-message', idempotencyKey))),
      idempotencyKey,
      automatic: true,
      cardId: message.card?.id ?? null,
      unseen: message.unseen ?? null,
      createdAt: new Date(nowMs),
    })
    .onConflict((c) => c.column('idempotencyKey').doNothing())
    .executeTakeFirst()
  if (written.numInsertedOrUpdatedRows !== 1n) return { outboxId, effects: noEffects }
  const data: JsonObject = { accountId, ticketId: message.ticketId ?? null, author: 'system' }
  const event = { type: 'outbox.queued' as const, subject: 'outbox', subjectId: outboxId, data }
  return { outboxId, effects: { events: [event], jobs: [renderJob(outboxId, lane)] } }
}

function contentOf(message: PersonMessage, messageId: string): Outbound {
  return {
    reference: message.reference ?? `#${messageId.slice(0, 8)}`,
    to: message.externalId,
    text: message.text,
    ...(message.card ? { card: message.card } : {}),
    ...(message.attachments?.length ? { attachments: message.attachments } : {}),
    automatic: true,
    thread: {},
    messageId,
    lang: message.lang ?? 'zh',
  }
}
