import type { Actor } from '../contract/actor.ts'
import { customerListId } from '../contract/message.ts'
import { derivedId } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { holdNames, json, sql, type Tx } from '../store/index.ts'
import { contactsOf } from './components.ts'

type StrongIds = Readonly<Record<string, string | undefined>>

/** Kinds of strong id, and whether two different values of it contradict each other. */
const strongKinds = { phone: false, email: false, unionId: true } as const
const kinds = Object.keys(strongKinds) as (keyof typeof strongKinds)[]

/**
 * Joins an identity with those that carry the same strong id, unless both sides carry contradicting ones. Each join is a link
 * row with its evidence, so that it can be revoked.
 */
export async function joinByStrongIds(
  tx: Tx,
  identityId: string,
  strongIds: StrongIds,
  nowMs: number,
): Promise<void> {
  const carried = kinds.flatMap((kind) => {
    const value = strongIds[kind]
    return value ? [{ kind, value }] : []
  })
  // Of two that come at one moment the second waits here, and then finds the first.
  await holdNames(
    tx,
    carried.map(({ kind, value }) => `identity.${kind}.${value}`),
  )
  for (const { kind, value } of carried) {
    const twins = await tx
      .selectFrom('channel_identity')
      .select(['id', 'strongIds'])
      .where(sql`"strongIds" ->> ${sql.lit(kind)}`, '=', value)
      .where('id', '!=', identityId)
      .execute()
    for (const twin of twins) {
      if (conflicting(strongIds, twin.strongIds as StrongIds)) continue
      await addLink(tx, identityId, twin.id, kind, { kind, value }, nowMs)
    }
  }
}

/** Whether two sets of strong ids cannot belong to one person. */
export function conflicting(a: StrongIds, b: StrongIds): boolean {
  return kinds.some(
    (kind) => strongKinds[kind] && a[kind] !== undefined && b[kind] !== undefined && a[kind] !== b[kind],
  )
}

/** Says that two identities are one person and regroups the contacts concerned. A pair that a person split stays split. */
export async function addLink(
  tx: Tx,
  a: string,
  b: string,
  kind: string,
  evidence: unknown,
  nowMs: number,
): Promise<string | null> {
  const [low, high] = [a, b].sort() as [string, string]
  const id = derivedId('link', low, high, kind)
  const revoked = await tx
    .selectFrom('identity_link')
    .select('id')
    .where('aId', '=', low)
    .where('bId', '=', high)
    .where('revokedAt', 'is not', null)
    .executeTakeFirst()
  if (revoked && kind !== 'manual') return null
  await tx
    .insertInto('identity_link')
    .values({ id, aId: low, bId: high, kind, evidence: json(evidence), createdAt: new Date(nowMs) })
    .onConflict((c) =>
      c.column('id').doUpdateSet({ revokedAt: null, revokedBy: null, evidence: json(evidence) }),
    )
    .execute()
  await regroup(tx, [low, high])
  return id
}

/** Revokes a link; contacts, conversations and tickets of the two sides separate again, later ones included. */
export async function revokeLink(
  tx: Tx,
  linkId: string,
  by: Actor,
  nowMs: number,
): Promise<Result<{ readonly contactId: string }>> {
  const link = await tx.selectFrom('identity_link').selectAll().where('id', '=', linkId).executeTakeFirst()
  if (!link) return refuse('not_found', { what: 'link' })
  await tx
    .updateTable('identity_link')
    .set({ revokedAt: new Date(nowMs), revokedBy: json(by) })
    .where((w) => w.and([w('aId', '=', link.aId), w('bId', '=', link.bId), w('revokedAt', 'is', null)]))
    .execute()
  await regroup(tx, [link.aId, link.bId])
  const side = await tx
    .selectFrom('channel_identity')
    .select('contactId')
    .where('id', '=', link.aId)
    .executeTakeFirstOrThrow()
  return ok(side)
}

/** Computes the contacts of everybody connected with the given identities anew, and moves what hangs on them. */
async function regroup(tx: Tx, seeds: readonly string[]): Promise<void> {
  const rows = await sql<{ id: string; contactId: string; listed: boolean }>`
    with recursive near as (
      select i."id" from channel_identity i
        where i."contactId" in (select "contactId" from channel_identity where "id" = any(${[...seeds]}::uuid[]))
      union
      select case when l."aId" = near."id" then l."bId" else l."aId" end
        from identity_link l join near on near."id" in (l."aId", l."bId") where l."revokedAt" is null
    ) select i."id", i."contactId", i."accountId" = ${customerListId}::uuid as listed from channel_identity i join near on near."id" = i."id"`.execute(
    tx,
  )
  const ids = rows.rows.map((row) => row.id)
  const links = await tx
    .selectFrom('identity_link')
    .select(['aId', 'bId'])
    .where('revokedAt', 'is', null)
    .where('aId', 'in', ids)
    .execute()
  const contacts = contactsOf(
    rows.rows,
    links.map((l) => ({ a: l.aId, b: l.bId })),
    (identityId) => derivedId('contact', identityId),
  )
  for (const row of rows.rows) {
    const contactId = contacts.get(row.id)!
    if (contactId === row.contactId) continue
    await tx.updateTable('channel_identity').set({ contactId }).where('id', '=', row.id).execute()
    await sql`
      update ticket set "contactId" = ${contactId} where "id" in (
        select ct."ticketId" from conversation_ticket ct join conversation c on c."id" = ct."conversationId"
        where c."identityId" = ${row.id})`.execute(tx)
  }
  await nameSuccessors(tx, rows.rows, contacts)
}

/** A contact whose identities all went says where they are, and one that got some back stands for itself again. */
async function nameSuccessors(
  tx: Tx,
  before: readonly { readonly id: string; readonly contactId: string }[],
  after: ReadonlyMap<string, string>,
): Promise<void> {
  const alive = new Set(after.values())
  await tx
    .updateTable('contact')
    .set({ joinedTo: null })
    .where('id', 'in', [...alive])
    .execute()
  for (const { id, contactId } of before) {
    if (alive.has(contactId)) continue
    await tx
      .updateTable('contact')
      .set({ joinedTo: after.get(id)! })
      .where('id', '=', contactId)
      .execute()
  }
}
