import { recordChange } from '../audit/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { NewEvent } from '../contract/events.ts'
import { sha256 } from '../kernel/hash.ts'
import { derivedId } from '../kernel/ids.ts'
import { json, type Reader, type Tx } from '../store/index.ts'

/** A person of the staff behind an external id of a channel account. */
export interface StaffPerson {
  readonly staffId: string
  readonly name: string
  readonly lang: 'zh' | 'en'
}

/** An address of a person of the staff. */
export interface StaffAddress {
  readonly accountId: string
  readonly externalId: string
}

/** Who of the active staff is behind an external id; null when it is nobody's. */
export async function staffBehind(
  db: Reader,
  { accountId, externalId }: StaffAddress,
): Promise<StaffPerson | null> {
  const row = await db
    .selectFrom('staff_identity as i')
    .innerJoin('staff as s', 's.id', 'i.staffId')
    .select(['s.id as staffId', 's.name', 's.languages'])
    .where('i.accountId', '=', accountId)
    .where('i.externalId', '=', externalId)
    .where('s.active', '=', true)
    .executeTakeFirst()
  return row ? { staffId: row.staffId, name: row.name, lang: langOf(row.languages) } : null
}

/** The language in which the hub writes to a person: the first that they speak, if it is Chinese or English. */
export function langOf(languages: readonly string[]): 'zh' | 'en' {
  return languages[0]?.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

/** Links an external id to a person; one that was somebody else's changes hands. */
export async function linkIdentity(
  tx: Tx,
  link: StaffAddress & { readonly staffId: string },
  by: Actor,
  nowMs: number,
): Promise<{ readonly id: string; readonly events: readonly NewEvent[] }> {
  const { accountId, externalId, staffId } = link
  const id = derivedId('staff-identity', accountId, externalId)
  const row = { staffId, linkedBy: json(by), linkedAt: new Date(nowMs) }
  await tx
    .insertInto('staff_identity')
    .values({ id, accountId, externalId, ...row })
    .onConflict((c) => c.columns(['accountId', 'externalId']).doUpdateSet(row))
    .execute()
  const change = { action: 'staff.link', event: 'directory.changed', subject: 'staff', id: staffId } as const
  return { id, events: await recordChange({ tx, actor: by, nowMs }, change) }
}

/** How long a code may be used, ms. */
export const codeLifeMs = 15 * 60_000
/** Letters of a code: none that are mistaken for each other. */
export const codeLetters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
export const codeLength = 8

const codePattern = /^\s*(?:绑定|bind)\s*(\S.{0,39})-([2-9A-HJ-NP-Z]{8})\s*$/iu

/** What somebody wrote to link themselves, e.g. `绑定 HZ-021-7K3MPQ9X`: the staff number and the code; null for anything else. */
export function readLinkCode(text: string): { readonly number: string; readonly code: string } | null {
  const found = codePattern.exec(text)
  return found ? { number: found[1]!.trim(), code: found[2]!.toUpperCase() } : null
}

/** Links whoever wrote a code; the code is used up. Null when it is wrong or too old. */
export async function redeemLinkCode(
  tx: Tx,
  given: { readonly number: string; readonly code: string },
  from: StaffAddress,
  nowMs: number,
): Promise<{ readonly person: StaffPerson; readonly events: readonly NewEvent[] } | null> {
  const used = await tx
    .deleteFrom('staff_link_code as c')
    .using('staff as s')
    .whereRef('s.id', '=', 'c.staffId')
    .where('s.number', '=', given.number)
    .where('s.active', '=', true)
    .where('c.hash', '=', sha256(given.code))
    .where('c.expiresAt', '>', new Date(nowMs))
    .returning(['s.id as staffId', 's.name', 's.languages'])
    .executeTakeFirst()
  if (!used) return null
  const { staffId, name, languages } = used
  const by: Actor = { kind: 'card', id: from.externalId, staffId }
  const { events } = await linkIdentity(tx, { ...from, staffId }, by, nowMs)
  return { person: { staffId, name, lang: langOf(languages) }, events }
}
