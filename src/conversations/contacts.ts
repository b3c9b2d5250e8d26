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
      ]),
    )
  }
  const found = await query.execute()
  if (found.length === 0) return []
  const identities = await identitiesByContact(
    db,
    found.map((each) => each.id),
  )
  return found.map((contact) => ({ ...contact, identities: identitiesOnly(identities.get(contact.id)) }))
}
