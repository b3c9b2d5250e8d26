import type { Address } from '../contract/ticket.ts'
import type { Reader } from '../store/index.ts'
import { dayText } from './day.ts'

/** What stands behind a printed code. */
export interface Linked {
  readonly version: number
  readonly linkVersion: number
  readonly device: {
    readonly category: string | null
    readonly model: string | null
    readonly serialNumber: string
    /** YYYY-MM-DD, the last day. */
    readonly warrantyUntil: string | null
  } | null
  readonly site: { readonly name: string } | null
  readonly address: Address | null
}

/** The device or site of a code; null when it is gone. A device without an address stands where its site is. */
export async function readLinked(
  db: Reader,
  { kind, id }: { readonly kind: 'device' | 'site'; readonly id: string },
): Promise<Linked | null> {
  if (kind === 'site') {
    const site = await db.selectFrom('site').selectAll().where('id', '=', id).executeTakeFirst()
    if (!site) return null
    const { version, linkVersion, name } = site
    return { version, linkVersion, device: null, site: { name }, address: site.address as Address | null }
  }
  const row = await db
    .selectFrom('device')
    .leftJoin('site', 'site.id', 'device.siteId')
    .selectAll('device')
    .select(['site.name as siteName', 'site.address as siteAddress'])
    .where('device.id', '=', id)
    .executeTakeFirst()
  if (!row) return null
  const { version, linkVersion, category, model, serialNumber, warrantyUntil, siteName } = row
  return {
    version,
    linkVersion,
    device: { category, model, serialNumber, warrantyUntil: dayText(warrantyUntil) },
    site: siteName === null ? null : { name: siteName },
    address: (row.address ?? row.siteAddress) as Address | null,
  }
}

/** A request about a device that is still open. */
export interface OpenRequest {
  readonly number: string
  readonly createdAt: Date
}

/** Open requests about a device, newest first: whoever is about to report the same fault should know. */
export async function openRequests(db: Reader, deviceId: string): Promise<OpenRequest[]> {
  return await db
    .selectFrom('ticket')
    .select(['number', 'createdAt'])
    .where('deviceId', '=', deviceId)
    .where('status', 'in', ['open', 'assigned', 'in_progress', 'on_hold'])
    .orderBy('createdAt', 'desc')
    .limit(3)
    .execute()
}

/**
 * An address as anybody may read it who scans a sticker: down to the road or compound, without numbers. Null when nothing
 * finer than the district is known: then a person must say where it is.
 */
export function maskedAddress(address: Address | null): string | null {
  const detail = address?.detail?.trim()
  if (!address || !detail) return null
  const { province, city, district } = address
  const road = /^[^\d０-９]{0,12}/.exec(detail)?.[0] ?? ''
  const named = [province === city ? null : province, city, district].filter((part) => part !== null)
  return `${named.join('')}${road.trim()}**`
}
