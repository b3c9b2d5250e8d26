import type { Card, Outbound } from '../contract/channel.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { houseLanguage } from '../languages/index.ts'
import { json, type Tx, unread } from '../store/index.ts'
import { laneOf, renderJob } from './lane.ts'
import { mayAnswerAutomatically } from './limits.ts'
import { outboxSettings } from './settings.ts'
import { windowRoom } from './window.ts'

/** Something to say in a conversation. */
export interface NewMessage {
  /** The same key is the same message: saying it twice is once. */
  readonly idempotencyKey: string
  readonly conversationId: string
  readonly ticketId?: string | null
  readonly text: string
  readonly html?: string
  readonly subject?: string
  readonly card?: Card
  readonly attachments?: Outbound['attachments']
  readonly quickReplies?: readonly string[]
  /** What people quote; default: the number of the conversation's newest ticket, or else a short name of the message. */
  readonly reference?: string
  /** True when no person wrote it. */
  readonly automatic: boolean
  readonly author: { readonly kind: 'agent' | 'system'; readonly id?: string; readonly name?: string }
  /** Default: the conversation's language, or else Chinese. */
  readonly lang?: 'zh' | 'en'
}

/** As how many messages of its vendor something would be sent on an account; null where nobody can tell yet. */
export type PartsOf = (accountId: string, out: Outbound) => number | null

export interface Enqueued {
  readonly outboxId: string
  readonly messageId: string
  /** False when the same key was there before; then there are no effects. */
  readonly isNew: boolean
  readonly effects: Effects
}

/**
 * Writes a message to be sent, shows it in the conversation as queued, and returns the job that draws and sends it. Refuses
 * with `not_found`, an automatic one with `outbox.automatic_suppressed`, and where its parts are known beforehand one that the reply
 * window has no room for with `outbox.window_short` (nothing is written then).
 */
export async function enqueueMessage(
  tx: Tx,
  message: NewMessage,
  nowMs: number,
  partsOf?: PartsOf,
): Promise<Result<Enqueued>> {
  const outboxId = derivedId('outbox', message.idempotencyKey)
  const messageId = derivedId('outbox-message', message.idempotencyKey)
  const [conversation, isThere, settings] = await Promise.all([
    receiverOf(tx, message.conversationId),
    exists(tx, message.idempotencyKey),
    message.automatic ? outboxSettings(tx) : null,
  ])
  if (!conversation) return refuse('not_found', { what: 'conversation' })
  if (isThere) {
    return ok({ outboxId, messageId, isNew: false, effects: noEffects })
  }
  if (settings) {
    const allowed = await mayAnswerAutomatically(tx, conversation, settings, nowMs)
    if (!allowed.ok) return allowed
  }
  const content = contentOf(message, conversation, messageId)
  const needed = partsOf?.(conversation.accountId, content) ?? 1
  const left = needed > 1 ? await windowRoom(tx, conversation.id) : null
  if (left !== null && needed > left) return refuse('outbox.window_short', { needed, left })
  const lane = laneOf({ conversationId: conversation.id, accountId: conversation.accountId, to: content.to })
  const written = await tx
    .insertInto('outbox_message')
    .values({
      id: outboxId,
      lane,
      accountId: conversation.accountId,
      conversationId: conversation.id,
      ticketId: message.ticketId ?? conversation.ticketId,
      messageId,
      toExternalId: content.to,
      content: json(content),
      idempotencyKey: message.idempotencyKey,
      automatic: message.automatic,
      createdAt: new Date(nowMs),
    })
    .onConflict((c) => c.column('idempotencyKey').doNothing())
    .executeTakeFirst()
  // Somebody wrote the same between our look and our insert.
  if (written.numInsertedOrUpdatedRows !== 1n) {
    return ok({ outboxId, messageId, isNew: false, effects: noEffects })
  }
  await showInConversation(tx, message, conversation, messageId, nowMs)
  const data: JsonObject = { conversationId: conversation.id, messageId, author: message.author.kind }
  return ok({
    outboxId,
    messageId,
    isNew: true,
    effects: {
      events: [{ type: 'outbox.queued', subject: 'outbox', subjectId: outboxId, data }],
      jobs: [renderJob(outboxId, lane)],
    },
  })
}

async function exists(tx: Tx, idempotencyKey: string): Promise<boolean> {
  const row = await tx
    .selectFrom('outbox_message')
    .select('id')
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirst()
  return row !== undefined
}

async function receiverOf(tx: Tx, conversationId: string) {
  return await tx
    .selectFrom('conversation as c')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .select(['c.id', 'c.accountId', 'c.identityId', 'c.thread', 'c.lang', 'c.subject', 'i.externalId'])
    .select((e) =>
      e
        .selectFrom('conversation_ticket as ct')
        .innerJoin('ticket as t', 't.id', 'ct.ticketId')
        .select('t.id')
        .whereRef('ct.conversationId', '=', 'c.id')
        .orderBy('t.createdAt', 'desc')
        .limit(1)
        .as('ticketId'),
    )
    .select((e) =>
      e
        .selectFrom('conversation_ticket as ct')
        .innerJoin('ticket as t', 't.id', 'ct.ticketId')
        .select('t.number')
        .whereRef('ct.conversationId', '=', 'c.id')
        .orderBy('t.createdAt', 'desc')
        .limit(1)
        .as('ticketNumber'),
    )
    .where('c.id', '=', conversationId)
    .executeTakeFirst()
}

type Receiver = NonNullable<Awaited<ReturnType<typeof receiverOf>>>

function contentOf(message: NewMessage, conversation: Receiver, messageId: string): Outbound {
  const subject = message.subject ?? conversation.subject
  return {
    reference: message.reference ?? conversation.ticketNumber ?? `#${messageId.slice(0, 8)}`,
    to: conversation.externalId,
    text: message.text,
    ...(message.html ? { html: message.html } : {}),
    ...(subject ? { subject } : {}),
    ...(message.card ? { card: message.card } : {}),
    ...(message.attachments?.length ? { attachments: message.attachments } : {}),
    ...(message.quickReplies?.length ? { quickReplies: message.quickReplies } : {}),
    automatic: message.automatic,
    // As it is now: a customer's later message must not change what this one answers.
    thread: (conversation.thread ?? {}) as JsonObject,
    messageId,
    lang: message.lang ?? houseLanguage(conversation.lang),
  }
}

async function showInConversation(
  tx: Tx,
  message: NewMessage,
  conversation: Receiver,
  messageId: string,
  nowMs: number,
): Promise<void> {
  const at = new Date(nowMs)
  await tx
    .insertInto('message')
    .values({
      id: messageId,
      conversationId: conversation.id,
      accountId: conversation.accountId,
      direction: 'out',
      author: message.author.kind,
      authorId: message.author.id ?? null,
      authorName: message.author.name ?? null,
      kind: message.card ? 'card' : 'text',
      text: message.text || (message.card?.title ?? ''),
      html: message.html ?? null,
      subject: message.subject ?? null,
      delivery: 'queued',
      at,
    })
    .execute()
  for (const [ordinal, file] of (message.attachments ?? []).entries()) {
    await tx
      .insertInto('attachment')
      .values({
        id: derivedId('attachment', messageId, ordinal),
        messageId,
        ordinal,
        name: file.name,
        declaredType: file.contentType,
        contentType: file.contentType,
        size: file.size,
        hash: file.hash,
        state: 'stored',
      })
      .execute()
  }
  await tx
    .updateTable('conversation')
    .set({ lastMessageAt: at })
    .where('id', '=', conversation.id)
    .modifyEnd(unread)
    .execute()
}
