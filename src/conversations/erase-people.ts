import { sql, type Tx } from '../store/index.ts'
import { emptyEnvelopes } from './erase-inputs.ts'

/** How an erased identity is called from then on. */
const erasedPrefix = 'erased:'

/**
 * Forgets the people of erased conversations. Their names go at once. Who has another conversation that is kept stays known by
 * the vendor's id; else id, strong ids and the evidence of links go too, and the contact with them when nobody else is it.
 */
export async function erasePeople(
  tx: Tx,
  conversationIds: readonly string[],
  nowMs: number,
): Promise<{ readonly contactIds: readonly string[]; readonly files: readonly string[] }> {
  const named = await sql<{ id: string; contactId: string; alone: boolean }>`
    update channel_identity i set "displayName" = null
    where i."id" in (select "identityId" from conversation where "id" = any(${[...conversationIds]}::uuid[]))
    returning i."id", i."contactId", not exists (
      select 1 from conversation c where c."identityId" = i."id" and c."erasedAt" is null) as alone`.execute(
    tx,
  )
  const alone = named.rows.filter((row) => row.alone)
  const ids = alone.map((row) => row.id)
  const files = await eraseDeadLetters(tx, ids, nowMs)
  await sql`
    update channel_identity set "externalId" = ${erasedPrefix} || "id", "strongIds" = '{}'
    where "id" = any(${ids}::uuid[])`.execute(tx)
  await sql`
    update identity_link set "evidence" = '{}'
    where "aId" = any(${ids}::uuid[]) or "bId" = any(${ids}::uuid[])`.execute(tx)
  const contacts = await sql<{ id: string }>`
    update contact c set "name" = null, "phone" = null, "email" = null, "company" = null, "note" = null,
      "version" = c."version" + 1
    where c."id" = any(${alone.map((row) => row.contactId)}::uuid[])
      and not exists (select 1 from channel_identity i
        where i."contactId" = c."id" and i."externalId" not like ${`${erasedPrefix}%`})
      and not exists (select 1 from ticket t where t."contactId" = c."id")
    returning c."id"`.execute(tx)
  const contactIds = contacts.rows.map((row) => row.id)
  await sql`
    delete from import_row where "table" = 'contact' and "rowId" = any(${contactIds}::text[])`.execute(tx)
  return { contactIds, files }
}

/** What the person sent and nobody could read: nothing links it to a conversation, only the sender. */
async function eraseDeadLetters(tx: Tx, identityIds: readonly string[], nowMs: number): Promise<string[]> {
  const dead = await sql<{ id: string; bodyMedia: string | null }>`
    select e."id", e."bodyMedia" from envelope e
    join channel_identity i on e."accountId" = i."accountId" and e."senderKey" = i."externalId"
    where i."id" = any(${[...identityIds]}::uuid[]) and e."state" = 'dead' for update of e`.execute(tx)
  const ids = dead.rows.map((row) => row.id)
  await emptyEnvelopes(tx, ids, nowMs)
  return dead.rows.flatMap(({ bodyMedia }) => (bodyMedia === null ? [] : [bodyMedia]))
}

/**
 * The identity of somebody who was forgotten and writes again: its id follows from the vendor's id, so it is the same row.
 * Answers whether there was one.
 */
export async function reviveIdentity(
  tx: Tx,
  id: string,
  sender: {
    readonly externalId: string
    readonly displayName?: string | undefined
    readonly strongIds?: object | undefined
  },
  now: Date,
): Promise<boolean> {
  const { externalId, displayName = null, strongIds = {} } = sender
  const revived = await sql<{ contactId: string }>`
    update channel_identity set "externalId" = ${externalId}, "displayName" = ${displayName},
      "strongIds" = ${JSON.stringify(strongIds)}::jsonb, "lastSeenAt" = ${now}
    where "id" = ${id} and "externalId" = ${`${erasedPrefix}${id}`} returning "contactId"`.execute(tx)
  const contact = revived.rows[0]
  if (!contact) return false
  const { phone = null, email = null } = strongIds as { phone?: string; email?: string }
  await sql`
    update contact set "name" = coalesce("name", ${displayName}::text), "phone" = coalesce("phone", ${phone}::text),
      "email" = coalesce("email", ${email}::text) where "id" = ${contact.contactId}`.execute(tx)
  return true
}
