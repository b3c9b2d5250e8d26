import { isChat } from '../contract/automatic.ts'
import type { Capabilities } from '../contract/channel.ts'
import type { NewEvent } from '../contract/events.ts'
import type { Effects } from '../contract/jobs.ts'
import type { FetchPatience, MessageEnvelope } from '../contract/message.ts'
import { derivedId } from '../kernel/ids.ts'
import { storable } from '../kernel/storable.ts'
import { json, sql, type Tx } from '../store/index.ts'
import { assignJob } from './desk/assign.ts'
import { fetchJobs, insertAttachments } from './files.ts'
import { joinParticipants, type KnownIdentity, recogniseSender } from './identity.ts'
import { nameJob } from './name.ts'
import { appendReport } from './report.ts'

/** An attachment whose bytes are in the media store, or that is still to be fetched, or that was refused. */
export type LandedAttachment = {
  readonly name: string
  readonly declaredType: string
  readonly inline: boolean
  readonly contentId: string | null
} & (
  | { readonly state: 'stored'; readonly hash: string; readonly size: number; readonly contentType: string }
  | { readonly state: 'pending'; readonly ref: unknown; readonly patience?: FetchPatience }
  | { readonly state: 'refused'; readonly reason: string }
)

export interface AppendInput {
  readonly envelopeId: string
  readonly account: { readonly id: string; readonly kind: string; readonly capabilities: Capabilities }
  readonly envelope: MessageEnvelope
  readonly attachments: readonly LandedAttachment[]
  /** Danger was heard: do not wait for the settle window. */
  readonly urgent: boolean
  readonly receivedAtMs: number
  readonly nowMs: number
}

export interface Appended {
  readonly conversationId: string
  readonly messageId: string
  readonly effects: Effects
}

/** Puts a message into its conversation: one short transaction, no I/O. Repeating it changes nothing. */
export async function appendMessage(tx: Tx, given: AppendInput): Promise<Appended> {
  const input = {
    ...given,
    envelope: storable(given.envelope),
    attachments: storable(given.attachments),
  }
  const { envelope, account } = input
  const reported = envelope.message.call ? await appendReport(tx, input) : null
  if (reported) return reported
  const identity = await recogniseSender(tx, account.id, envelope.identity, input.receivedAtMs)
  const conversation = await openConversation(tx, input, identity)
  const messageId = derivedId('message', input.envelopeId)
  // Sent together: none needs another's answer, and the connection keeps their order.
  await Promise.all([
    insertMessage(tx, input, conversation.id, messageId),
    insertAttachments(tx, messageId, input.attachments, input.nowMs),
    joinParticipants(tx, conversation.id, envelope),
  ])
  return {
    conversationId: conversation.id,
    messageId,
    effects: effectsOf(input, conversation, messageId, identity),
  }
}

/** Whether a message tells only of earlier ones that the hub never saw: there is nowhere to put it. */
export async function isStray(tx: Tx, accountId: string, envelope: MessageEnvelope): Promise<boolean> {
  if (!envelope.message.needsThread) return false
  return (await findByRefs(tx, { envelope: storable(envelope), account: { id: accountId } })) === null
}

interface Opened {
  readonly id: string
  readonly isNew: boolean
}

async function openConversation(tx: Tx, input: AppendInput, identity: KnownIdentity): Promise<Opened> {
  const { envelope, account } = input
  const joined = await findByRefs(tx, input)
  const at = new Date(input.receivedAtMs)
  const { replyWindow } = envelope.message
  const window = replyWindow === undefined ? account.capabilities.replyWindow : replyWindow
  const until = window ? new Date(input.receivedAtMs + window.windowMs) : null
  const fromCustomer = envelope.message.automatic === undefined
  // Whoever was answered on the telephone waits no longer.
  const waits = fromCustomer && !envelope.message.call?.answeredAtMs
  const queues = fromCustomer && isChat(account.capabilities)
  const touched = {
    lastMessageAt: at,
    ...(envelope.message.replyTo ? { thread: json(envelope.message.replyTo) } : {}),
  }
  // A message with a window of its own (a scan) never shortens one that is open and has messages left.
  const opened =
    !window || !until || !fromCustomer
      ? {}
      : replyWindow === undefined
        ? { windowUntil: until, windowLeft: window.messages }
        : {
            windowLeft: sql<number>`case when ${outlasts(until)} then conversation."windowLeft" else ${window.messages}::int end`,
            windowUntil: sql<Date>`case when ${outlasts(until)} then conversation."windowUntil" else ${until} end`,
          }
  const touch = {
    ...touched,
    ...opened,
    version: sql<number>`conversation."version" + 1`,
    ...(waits ? { waitingSince: sql<Date>`coalesce(conversation."waitingSince", ${at})` } : {}),
    ...(queues
      ? {
          queuedAt: sql<Date | null>`case when conversation."agentId" is null then coalesce(conversation."queuedAt", ${at}) end`,
        }
      : {}),
  }
  if (joined) {
    await tx
      .updateTable('conversation')
      .set({ ...touch, state: 'open', closedAt: null })
      .where('id', '=', joined)
      .execute()
    return { id: joined, isNew: false }
  }
  const row = await tx
    .insertInto('conversation')
    .values({
      id: derivedId('conversation', input.envelopeId),
      accountId: account.id,
      channel: account.kind,
      threadKey: envelope.threadKey,
      identityId: identity.id,
      subject: envelope.message.subject ?? null,
      version: 1,
      openedAt: at,
      waitingSince: waits ? at : null,
      queuedAt: queues ? at : null,
      ...touched,
      ...(window && fromCustomer ? { windowUntil: until, windowLeft: window.messages } : {}),
    })
    .onConflict((c) =>
      c.columns(['accountId', 'threadKey']).where('state', '=', sql.lit('open')).doUpdateSet(touch),
    )
    .returning(['id', sql<boolean>`xmax = 0`.as('isNew')])
    .executeTakeFirstOrThrow()
  return row
}

/** Whether the conversation's window ends after `until` and is not used up; one without a number never is. */
function outlasts(until: Date) {
  return sql`(conversation."windowUntil" > ${until} and conversation."windowLeft" is distinct from 0)`
}

/**
 * The conversation that an earlier message of the thread belongs to: by a vendor's message id, by `out:` and the id of an outgoing
 * message whose receipt may not be stored yet, or by `ref:` and the number of a ticket (both only where a channel found its
 * signature right). The sender must take part in it: a stranger who knows a message id or a ticket number does not get in.
 */
async function findByRefs(
  tx: Tx,
  { envelope, account }: { readonly envelope: MessageEnvelope; readonly account: { readonly id: string } },
): Promise<string | null> {
  const refs = envelope.threadRefs ?? []
  if (refs.length === 0) return null
  const row = await sql<{ id: string }>`
    with refs as (select ref, place from unnest(${[...refs]}::text[]) with ordinality as r(ref, place)),
    found as (
      select m."conversationId" as id, r.place from refs r join message m on m."providerMessageId" = r.ref
        where m."accountId" = ${account.id}
      union all
      select m."conversationId", r.place from refs r
        join message m on m."id" = case when r.ref ~ '^out:[0-9a-f-]{36}$' then substr(r.ref, 5)::uuid end
      union all
      select ct."conversationId", r.place from refs r
        join ticket t on t."number" = case when r.ref like 'ref:%' then substr(r.ref, 5) end
        join conversation_ticket ct on ct."ticketId" = t."id")
    select c."id" from found f
      join conversation c on c."id" = f.id
      where c."accountId" = ${account.id}
        and exists (select 1 from conversation_participant p
          where p."conversationId" = c."id" and p."externalId" = ${envelope.identity.externalId})
        and (c."state" = 'open' or not exists (select 1 from conversation o
          where o."accountId" = c."accountId" and o."threadKey" = c."threadKey" and o."state" = 'open'))
      order by f.place, c."lastMessageAt" desc, c."id" limit 1`.execute(tx)
  return row.rows[0]?.id ?? null
}

async function insertMessage(tx: Tx, input: AppendInput, conversationId: string, id: string): Promise<void> {
  const { message, identity } = input.envelope
  await tx
    .insertInto('message')
    .values({
      id,
      conversationId,
      accountId: input.account.id,
      envelopeId: input.envelopeId,
      direction: 'in',
      author: message.automatic ? 'system' : 'customer',
      authorId: identity.externalId,
      authorName: identity.displayName ?? null,
      kind: message.kind,
      text: message.text,
      fullText: message.fullText ?? null,
      html: message.html ?? null,
      subject: message.subject ?? null,
      signature: message.signature ?? null,
      providerMessageId: message.providerMessageId,
      form: message.form ? json(message.form) : null,
      record: message.record ? json(message.record) : null,
      location: message.location ? json(message.location) : null,
      automatic: message.automatic ?? null,
      unsupported: message.unsupported ?? null,
      at: new Date(input.receivedAtMs),
    })
    .execute()
}

function effectsOf(
  input: AppendInput,
  conversation: Opened,
  messageId: string,
  identity: KnownIdentity,
): Effects {
  const { account, envelope } = input
  const data = { conversationId: conversation.id, channel: account.kind, accountId: account.id }
  const events: NewEvent[] = [{ type: 'message.received', subject: 'message', subjectId: messageId, data }]
  if (conversation.isNew) {
    events.push({ type: 'conversation.opened', subject: 'conversation', subjectId: conversation.id, data })
  }
  const fetches = [
    ...fetchJobs(messageId, input.attachments, input.nowMs),
    ...(account.capabilities.asksNames && identity.isNameless ? [nameJob(identity.id)] : []),
  ]
  // A call has nothing to be read yet: its words come with the transcript.
  if (envelope.message.automatic || envelope.message.call) return { events, jobs: fetches }
  const wait = input.urgent ? 0 : account.capabilities.settleMs
  return {
    events,
    jobs: [
      ...fetches,
      ...(isChat(account.capabilities) ? [assignJob] : []),
      {
        kind: 'conversation.extract',
        payload: { conversationId: conversation.id },
        uniqueKey: conversation.id,
        serialKey: `conversation:${conversation.id}`,
        dueAtMs: input.nowMs + wait,
      },
    ],
  }
}
