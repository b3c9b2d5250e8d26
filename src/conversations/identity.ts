import type { MessageEnvelope, SenderIdentity } from '../contract/message.ts'
import { derivedId } from '../kernel/ids.ts'
import { json, type Tx, unread } from '../store/index.ts'
import { reviveIdentity } from './erase-people.ts'
import { joinByStrongIds } from './links.ts'
import { askAgainMs } from './name.ts'

/** A person as one account knows it, with the contact it belongs to. */
export interface KnownIdentity {
  readonly id: string
  readonly contactId: string
  /** Nobody has told a name, and it was not asked for lately. */
  readonly isNameless: boolean
}

/** Finds or makes the identity of a sender. A new one gets a contact of its own and joins others that carry the same strong id. */
export async function recogniseSender(
  tx: Tx,
  accountId: string,
  sender: SenderIdentity,
  nowMs: number,
): Promise<KnownIdentity> {
  const now = new Date(nowMs)
  const strongIds = sender.strongIds ?? {}
  const known = await tx
    .selectFrom('channel_identity')
    .select(['id', 'contactId', 'displayName', 'strongIds', 'lastSeenAt'])
    .where('accountId', '=', accountId)
    .where('externalId', '=', sender.externalId)
    .executeTakeFirst()
  if (known) {
    const before = known.strongIds as Record<string, string>
    const news = Object.entries(strongIds).some(
      ([key, value]) => value !== undefined && before[key] !== value,
    )
    await tx
      .updateTable('channel_identity')
      .set({
        lastSeenAt: now,
        displayName: sender.displayName ?? known.displayName,
        ...(news ? { strongIds: json({ ...before, ...strongIds }) } : {}),
      })
      .where('id', '=', known.id)
      .modifyEnd(unread)
      .execute()
    if (news) await joinByStrongIds(tx, known.id, { ...before, ...strongIds }, nowMs)
    const isNameless =
      (sender.displayName ?? known.displayName) === null && nowMs - known.lastSeenAt.getTime() >= askAgainMs
    return { id: known.id, contactId: known.contactId, isNameless }
  }
  return await addIdentity(tx, accountId, sender, now)
}

async function addIdentity(
  tx: Tx,
  accountId: string,
  sender: SenderIdentity,
  now: Date,
): Promise<KnownIdentity> {
  const id = derivedId('identity', accountId, sender.externalId)
  const strongIds = sender.strongIds ?? {}
  if (!(await reviveIdentity(tx, id, sender, now))) await insertIdentity(tx, accountId, sender, now)
  if (Object.keys(strongIds).length > 0) await joinByStrongIds(tx, id, strongIds, now.getTime())
  const row = await tx
    .selectFrom('channel_identity')
    .select(['id', 'contactId'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { ...row, isNameless: sender.displayName === undefined }
}

async function insertIdentity(tx: Tx, accountId: string, sender: SenderIdentity, now: Date): Promise<void> {
  const id = derivedId('identity', accountId, sender.externalId)
  const contactId = derivedId('contact', id)
  const strongIds = sender.strongIds ?? {}
  await tx
    .insertInto('contact')
    .values({
      id: contactId,
      name: sender.displayName ?? null,
      phone: strongIds.phone ?? null,
      email: strongIds.email ?? null,
      createdAt: now,
    })
    .onConflict((c) => c.column('id').doNothing())
    .modifyEnd(unread)
    .execute()
  await tx
    .insertInto('channel_identity')
    .values({
      id,
      accountId,
      externalId: sender.externalId,
      displayName: sender.displayName ?? null,
      strongIds: json(strongIds),
      contactId,
      createdAt: now,
      lastSeenAt: now,
    })
    .onConflict((c) => c.columns(['accountId', 'externalId']).doNothing())
    .modifyEnd(unread)
    .execute()
}

/** Says who takes part in a conversation; again is nothing. */
export async function joinParticipants(
  tx: Tx,
  conversationId: string,
  envelope: MessageEnvelope,
): Promise<void> {
  const people = new Set([envelope.identity.externalId, ...(envelope.participants ?? [])])
  await tx
    .insertInto('conversation_participant')
    .values([...people].map((externalId) => ({ conversationId, externalId })))
    .onConflict((c) => c.columns(['conversationId', 'externalId']).doNothing())
    .modifyEnd(unread)
    .execute()
}
