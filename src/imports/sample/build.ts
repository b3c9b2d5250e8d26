import type { Ids } from '../../kernel/ids.ts'
import type { JsonRow, Write } from '../batch.ts'
import { type BatchTable, type TableRule, tables } from '../tables.ts'
import { sampleCategories, sampleModels, sampleSites } from './catalogue.ts'
import { sampleDevices } from './devices.ts'
import { sampleGroups } from './groups.ts'
import { sampleStaff } from './staff.ts'
import { sampleTypes } from './types.ts'

/** What the workspace finds already: names in use by table, and which defaults are taken. */
export interface Present {
  readonly names: Readonly<Partial<Record<BatchTable, ReadonlyMap<string, string>>>>
  readonly hasDefaultGroup: boolean
  readonly hasDefaultType: boolean
  readonly hasDefaultCalendar: boolean
  readonly hasQrAccount: boolean
  readonly hasApiAccount: boolean
  /** Rows of a sample that was removed, by name: they had to stay and were switched off, and come back as they are. */
  readonly switchedOff: Readonly<Partial<Record<BatchTable, ReadonlyMap<string, JsonRow>>>>
  /** Ids of people that a sample brought; only theirs are the sample's groups. */
  readonly ours: ReadonlySet<string>
  /** Who is in which group, as `staff/group`. */
  readonly members: ReadonlySet<string>
}

/** A row that was left out because its name is in use. */
export interface Skipped {
  readonly table: BatchTable
  readonly name: string
}

interface Builder {
  readonly writes: Write[]
  readonly skipped: Skipped[]
  /** Adds a row, or finds the one that has its name; answers its id. */
  add(table: BatchTable, name: string, row: JsonRow): string
}

function builder(ids: Ids, present: Present): Builder {
  const writes: Write[] = []
  const skipped: Skipped[] = []
  return {
    writes,
    skipped,
    add(table, name, row) {
      const off = present.switchedOff[table]?.get(name)
      if (off) {
        const id = String(off.id)
        writes.push({ table, id, row: switchedOn(table, row), before: off })
        return id
      }
      const known = present.names[table]?.get(name)
      if (known) {
        skipped.push({ table, name })
        return known
      }
      const id = ids.next()
      writes.push({ table, row: { id, ...row, version: 1 }, before: null })
      return id
    },
  }
}

/** What makes a row that was switched off work again; all else stays as people know it. */
function switchedOn(table: BatchTable, { isDefault }: JsonRow): JsonRow {
  const { switch: column }: TableRule = tables[table]
  return { [column!]: true, ...(isDefault === undefined ? {} : { isDefault }) }
}

/** Numbers that nobody has. */
const phone = (n: number) => `1990000${String(1000 + n)}`

/** All rows of the sample workspace in the order in which they can be written. Pure but for the ids and the sealing. */
export function buildSample(
  ids: Ids,
  present: Present,
  sealQr: (accountId: string) => string,
): { readonly writes: readonly Write[]; readonly skipped: readonly Skipped[] } {
  const b = builder(ids, present)
  const calendars = addCalendars(b, present)
  addRegions(b)
  const groupIds = addGroups(b, present)
  addStaff(b, present, groupIds)
  addRules(b, groupIds)
  addCatalogue(b)
  addDevices(b, addSites(b))
  addTypes(b, present, calendars)
  if (!present.hasQrAccount) addAccount(b, 'qr', '扫码报修', { hotline: '400-000-1234' }, sealQr)
  if (!present.hasApiAccount) addAccount(b, 'api', '官网与小程序', {}, null)
  return { writes: b.writes, skipped: b.skipped }
}

function addCalendars(b: Builder, present: Present): { readonly office: string; readonly always: string } {
  const spans = [
    { days: [1, 2, 3, 4, 5], open: '09:00', close: '12:00' },
    { days: [1, 2, 3, 4, 5], open: '13:00', close: '18:00' },
    { days: [6], open: '09:00', close: '12:00' },
  ]
  const always = b.add('calendar', '全天候', {
    name: '全天候',
    timeZone: 'Asia/Shanghai',
    hours: '24x7',
    overrides: { holidays: 'none', days: {} },
    isDefault: false,
  })
  const office = b.add('calendar', '工作日历', {
    name: '工作日历',
    timeZone: 'Asia/Shanghai',
    hours: { spans },
    overrides: { holidays: 'CN', days: {} },
    isDefault: !present.hasDefaultCalendar,
  })
  return { office, always }
}

function addRegions(b: Builder): void {
  const regions: readonly (readonly [string, readonly string[]])[] = [
    ['杭州主城', ['330102', '330105', '330106', '330108', '330114']],
    ['杭州远郊', ['330109', '330110', '330111', '330112', '330113', '330122', '330127', '330182']],
    ['浙江其他地市', ['330200', '330300', '330400', '330500', '330600', '330700']],
    ['苏沪', ['310000', '320500', '320200']],
  ]
  for (const [name, adcodes] of regions) b.add('region', name, { name, adcodes })
}

function addGroups(b: Builder, present: Present): Map<string, string> {
  const made = sampleGroups.map(({ key, ...group }) => {
    const row = {
      tiers: [],
      channels: [],
      ...group,
      emergency: group.emergency ?? false,
      isDefault: group.isDefault === true && !present.hasDefaultGroup,
      active: true,
    }
    return [key, b.add('skill_group', group.name, row)] as const
  })
  return new Map(made)
}

function addStaff(b: Builder, present: Present, groupIds: ReadonlyMap<string, string>): void {
  sampleStaff.forEach((person, i) => {
    const number = `S${String(i + 1).padStart(3, '0')}`
    const id = b.add('staff', number, {
      number,
      name: person.name,
      phone: phone(i),
      email: null,
      languages: person.languages ?? ['zh'],
      skills: person.skills,
      certs: person.certs ?? [],
      status: person.status ?? 'idle',
      maxLoad: person.maxLoad ?? 8,
      shift: person.shift,
      lat: person.at?.[0] ?? null,
      lng: person.at?.[1] ?? null,
      maxKm: person.at ? (person.maxKm ?? 40) : null,
      duties: person.duties ?? ['engineer'],
      active: true,
    })
    const isOurs = !present.names.staff?.has(number) || present.ours.has(id)
    for (const key of isOurs ? person.groups : []) {
      const groupId = groupIds.get(key)!
      if (present.members.has(`${id}/${groupId}`)) continue
      b.writes.push({ table: 'staff_group', row: { staffId: id, groupId }, before: null })
    }
  })
}

function addRules(b: Builder, groupIds: ReadonlyMap<string, string>): void {
  b.add('routing_rule', '电梯困人直达电梯组', {
    name: '电梯困人直达电梯组',
    position: 1,
    when: {
      all: [
        { field: 'ticket.productCategory', eq: '电梯' },
        { field: 'ticket.urgency', eq: 'critical' },
      ],
    },
    groupId: groupIds.get('lift')!,
    enabled: true,
  })
}

function addCatalogue(b: Builder): void {
  for (const [name, aliases, certs] of sampleCategories) {
    b.add('product_category', name, { name, aliases, certs })
  }
  for (const [model, name, category, aliases] of sampleModels) {
    b.add('product_model', model, { model, name, category, aliases })
  }
}

function addressOf([province, city, district, detail]: readonly [string, string, string, string]) {
  return { province, city, district, detail, adcode: null }
}

function addSites(b: Builder): Map<string, string> {
  const made = sampleSites.map(({ key, name, contact, address, at }, i) => {
    const place = { address: addressOf(address), lat: at[0], lng: at[1] }
    const row = { name, customerName: contact, phone: phone(200 + i), ...place, linkVersion: 1 }
    return [key, b.add('site', name, row)] as const
  })
  return new Map(made)
}

function addDevices(b: Builder, siteIds: ReadonlyMap<string, string>): void {
  const phones = new Map<string, string>()
  sampleDevices.forEach((device, i) => {
    const serialNumber = `YT26${String(i + 1).padStart(6, '0')}`
    const site = sampleSites.find((each) => each.key === device.site)
    const own = phones.get(device.customer) ?? phone(300 + phones.size)
    phones.set(device.customer, own)
    const at = device.at ?? site?.at
    b.add('device', serialNumber, {
      serialNumber,
      model: device.model,
      category: sampleModels.find(([model]) => model === device.model)?.[2] ?? null,
      customerName: device.customer,
      phone: own,
      address: addressOf(device.address ?? site!.address),
      lat: at?.[0] ?? null,
      lng: at?.[1] ?? null,
      siteId: device.site ? siteIds.get(device.site)! : null,
      installedAt: device.installed,
      warrantyUntil: monthsLater(device.installed, device.months),
      linkVersion: 1,
    })
  })
}

/** The last day of a time that begins on a date and lasts so many months. */
export function monthsLater(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastOfMonth)) - 86_400_000)
    .toISOString()
    .slice(0, 10)
}

function addTypes(b: Builder, present: Present, calendars: { office: string; always: string }): void {
  for (const { isDefault, calendar, ...type } of sampleTypes) {
    b.add('ticket_type', type.key, {
      ...type,
      isDefault: isDefault && !present.hasDefaultType,
      calendarId: calendars[calendar],
      formVersion: 1,
      active: true,
    })
  }
}

function addAccount(
  b: Builder,
  kind: string,
  name: string,
  config: JsonRow,
  seal: ((accountId: string) => string) | null,
): void {
  const id = b.add('channel_account', name, { kind, name, config, secrets: null, enabled: true })
  const made = b.writes.at(-1)!
  // Sealed for the id, which is known only now; an account that comes back keeps its own secrets.
  if (seal && made.before === null && made.row.id === id)
    b.writes[b.writes.length - 1] = { ...made, row: { ...made.row, secrets: seal(id) } }
}
