import type { FieldName } from '../../contract/ticket.ts'
import type { Reader } from '../../store/index.ts'
import type { readingSchema } from '../reading.ts'

type Reading = ReturnType<(typeof readingSchema)['parse']>
type Readings = Partial<Record<FieldName, Reading>>

/** Sure enough to be offered, never to be taken: people move, and one phone calls for many. */
const confidence = 0.7

interface Row {
  readonly table: 'device' | 'contact'
  readonly id: string
  readonly version: number
}

function offered({ table, id, version }: Row, field: string, value: unknown): Reading {
  return {
    value: value as Reading['value'],
    evidence: [{ kind: 'record', table, id, version, field }],
    method: 'record',
    confidence,
    verdict: 'confirm',
  }
}

/** The devices of a phone number; those of one category where the caller named it. A device without an address stands where its site is. */
async function devicesOf(db: Reader, phone: string, category: unknown) {
  const rows = await db
    .selectFrom('device')
    .leftJoin('site', 'site.id', 'device.siteId')
    .select(['device.id', 'device.version', 'serialNumber', 'model', 'category', 'device.customerName'])
    .select((e) => e.fn.coalesce('device.address', 'site.address').as('address'))
    .where((e) =>
      e(e.fn<string>('regexp_replace', ['device.phone', e.val('[\\s-]'), e.val(''), e.val('g')]), '=', phone),
    )
    .orderBy('device.createdAt', 'desc')
    .limit(20)
    .execute()
  return typeof category === 'string' ? rows.filter((row) => row.category === category) : rows
}

/** What the hub's own records say of whoever calls from a number: the customer's card, and the devices of that number. */
export async function readCaller(db: Reader, phone: string, category: unknown): Promise<Readings> {
  const contact = await db
    .selectFrom('contact')
    .select(['id', 'name', 'version'])
    .where('phone', '=', phone)
    .where('joinedTo', 'is', null)
    .orderBy('createdAt')
    .executeTakeFirst()
  const devices = await devicesOf(db, phone, category)
  const fields: Readings = {}
  const place = devices[0]
  if (place) {
    const row: Row = { table: 'device', id: place.id, version: place.version }
    if (place.customerName) fields.contact_name = offered(row, 'customerName', place.customerName)
    if (place.address && isOne(devices.map(({ address }) => address)))
      fields.address = offered(row, 'address', place.address)
    // Which of several it is about, only the caller knows.
    if (devices.length === 1) Object.assign(fields, deviceFields(row, place))
  }
  if (contact?.name) fields.contact_name = offered({ table: 'contact', ...contact }, 'name', contact.name)
  return fields
}

const isOne = (values: readonly unknown[]) => new Set(values.map((value) => JSON.stringify(value))).size === 1

function deviceFields(
  row: Row,
  { serialNumber, model, category }: { serialNumber: string; model: string | null; category: string | null },
): Readings {
  return {
    serial_number: offered(row, 'serialNumber', serialNumber),
    ...(model ? { device_model: offered(row, 'model', model) } : {}),
    ...(category ? { product_category: offered(row, 'category', category) } : {}),
  }
}
