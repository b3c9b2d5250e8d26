import type { Effects } from '../contract/jobs.ts'
import { canonicalJson } from '../kernel/hash.ts'
import type { Tx } from '../store/index.ts'
import type { Appended, AppendInput, LandedAttachment } from './append.ts'
import { fetchJobs, insertAttachments } from './files.ts'
import { joinParticipants, recogniseSender } from './identity.ts'

/**
 * Adds a later report of a call to the message that stands for it: its recording, the caller's number, what the agent noted. Null
 * for the first report, which makes the message.
 */
export async function appendReport(tx: Tx, input: AppendInput): Promise<Appended | null> {
  const { envelope, account } = input
  const message = await tx
    .selectFrom('message')
    .select(['id', 'conversationId', 'authorId', 'text'])
    .where('accountId', '=', account.id)
    .where('providerMessageId', '=', envelope.message.providerMessageId)
    .where('kind', '=', 'call')
    .forUpdate()
    .executeTakeFirst()
  if (!message) return null
  await nameCaller(tx, input, message)
  if (envelope.message.text !== '' && message.text === '') {
    await tx
      .updateTable('message')
      .set({ text: envelope.message.text })
      .where('id', '=', message.id)
      .execute()
  }
  if (envelope.message.call?.answeredAtMs) {
    await tx
      .updateTable('conversation')
      .set({ waitingSince: null })
      .where('id', '=', message.conversationId)
      .execute()
  }
  const jobs = await addFiles(tx, input, message.id)
  return { conversationId: message.conversationId, messageId: message.id, effects: { events: [], jobs } }
}

/** The first report may have come without a number (a recording alone); the conversation is the caller's as soon as one does. */
async function nameCaller(
  tx: Tx,
  { envelope, account, receivedAtMs }: AppendInput,
  message: { readonly id: string; readonly conversationId: string; readonly authorId: string | null },
): Promise<void> {
  const { externalId, displayName } = envelope.identity
  if (envelope.message.call?.customerNumber == null || message.authorId === externalId) return
  const known = await tx
    .selectFrom('call')
    .select('customerNumber')
    .where('messageId', '=', message.id)
    .executeTakeFirst()
  if (known?.customerNumber != null) return
  const identity = await recogniseSender(tx, account.id, envelope.identity, receivedAtMs)
  await tx
    .updateTable('message')
    .set({ authorId: externalId, authorName: displayName ?? null })
    .where('id', '=', message.id)
    .execute()
  await tx
    .updateTable('conversation')
    .set({ identityId: identity.id })
    .where('id', '=', message.conversationId)
    .execute()
  await joinParticipants(tx, message.conversationId, envelope)
}

/** Files that no earlier report named. */
async function addFiles(tx: Tx, input: AppendInput, messageId: string): Promise<Effects['jobs']> {
  if (input.attachments.length === 0) return []
  const stored = await tx.selectFrom('attachment').select('ref').where('messageId', '=', messageId).execute()
  const named = new Set(stored.map((row) => canonicalJson(row.ref)))
  const news = input.attachments.filter((file) => !named.has(canonicalJson(refOf(file))))
  await insertAttachments(tx, messageId, news, input.nowMs, stored.length)
  return fetchJobs(messageId, news, input.nowMs, stored.length)
}

const refOf = (file: LandedAttachment) => (file.state === 'pending' ? file.ref : file)
