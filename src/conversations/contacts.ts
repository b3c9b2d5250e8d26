import { type Reader, sql } from '../store/index.ts'

/** How each channel knows these contacts, oldest first, by contact. */
async function identitiesByContact(db: Reader, contactIds: readonly string[]) {
  const rows = await db
    .selectFrom('channel_identity as i')
    .innerJoin('channel_account as a', 'a.id', 'i.accountId')
    .select(['i.id', 'i.contactId', 'a.kind as channel', 'i.externalId', 'i.displayName'])
    .where('i.contactId', 'in', contactIds)
    .orderBy('i.createdAt')
    .execute()
  return Map.groupBy(rows, (row) => row.contactId)
}

/** How each channel knows a contact, oldest first. */
export async function identitiesOf(db: Reader, contactId: string | null) {
  if (contactId === null) return []
  return identitiesOnly((await identitiesByContact(db, [contactId])).get(contactId))
}

type IdentityRow = {
  readonly id: string
  readonly channel: string
  readonly externalId: string
  readonly displayName: string | null
}

function identitiesOnly(rows: readonly IdentityRow[] = []): IdentityRow[] {
  return rows.map(({ id, channel, externalId, displayName }) => ({ id, channel, externalId, displayName }))
}

/** A contact, or the one that it was joined to. */
export async function readContact(db: Reader, id: string) {
  const found = await db.selectFrom('contact').selectAll().where('id', '=', id).executeTakeFirst()
  if (!found?.joinedTo) return found
  return await db.selectFrom('contact').selectAll().where('id', '=', found.joinedTo).executeTakeFirst()
}

/** What a customer's tickets say of them where nobody wrote it on the card, and which ticket says so. */
export interface Told {
  readonly name: string | null
  readonly phone: string | null
  readonly ticketId: string
  readonly number: string
}

/** Tickets of a contact and of those that were joined to it. */
const ofContact = sql`(t."contactId" = c."id" or t."contactId" in (select "id" from contact where "joinedTo" = c."id"))`

/** The newest ticket of each contact whose name or phone is sure. */
export async function toldByTickets(db: Reader, contactIds: readonly string[]): Promise<Map<string, Told>> {
  if (contactIds.length === 0) return new Map()
  const { rows } = await sql<Told & { contactId: string }>`
    select c."id" as "contactId", told.* from contact c, lateral (
      select t."id" as "ticketId", t."number",
        case when t."fields"#>>'{contact_name,verdict}' = 'accepted' then t."contactName" end as "name",
        case when t."fields"#>>'{phone,verdict}' = 'accepted' then t."phone" end as "phone"
      from ticket t where ${ofContact} and (t."contactName" is not null or t."phone" is not null)
      order by t."createdAt" desc, t."id" limit 1) told
    where c."id" = any(${[...contactIds]}::uuid[])`.execute(db)
  return new Map(rows.map(({ contactId, ...told }) => [contactId, told]))
}

/** Contacts that hold all the words of `q` somewhere, those that were heard of last first. */
export async function findContacts(db: Reader, q: string, limit: number) {
  let query = db
    .selectFrom('contact as c')
    .select(['c.id', 'c.name', 'c.phone', 'c.email', 'c.company', 'c.tier'])
    .where('c.joinedTo', 'is', null)
    .orderBy(
      (e) =>
        e
          .selectFrom('channel_identity as i')
          .select((f) => f.fn.max('i.lastSeenAt').as('at'))
          .whereRef('i.contactId', '=', 'c.id'),
      (order) => order.desc().nullsLast(),
    )
    .orderBy('c.createdAt', 'desc')
    .limit(limit)
  for (const word of q.split(/\s+/u).filter((each) => each !== '')) {
    const part = `%${word.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where(({ or, exists, selectFrom, eb }) =>
      or([
        ...(['c.name', 'c.phone', 'c.email', 'c.company'] as const).map((column) =>
          eb(column, 'ilike', part),
        ),
        exists(
          selectFrom('channel_identity as i')
            .select(sql`1`.as('one'))
            .whereRef('i.contactId', '=', 'c.id')
            .where((e) => e.or([e('i.displayName', 'ilike', part), e('i.externalId', 'ilike', part)])),
        ),
        exists(
          selectFrom('ticket as t')
            .select(sql`1`.as('one'))
            .where(sql<boolean>`${ofContact}`)
            .where((e) => e.or([e('t.contactName', 'ilike', part), e('t.phone', 'ilike', part)])),
        ),
      ]),
    )
  }
  const found = await query.execute()
  if (found.length === 0) return []
  const ids = found.map((each) => each.id)
  const [identities, told] = await Promise.all([identitiesByContact(db, ids), toldByTickets(db, ids)])
  return found.map((contact) => ({
    ...contact,
    told: told.get(contact.id) ?? null,
    identities: identitiesOnly(identities.get(contact.id)),
  }))
}
