import type { Console } from '../bench/hub-process.ts'
import type { Vendor } from './windows/window.ts'

type Json = Record<string, unknown>

interface Staff extends Json {
  readonly id: string
  readonly number: string
  readonly name: string
  readonly duties: readonly string[]
  readonly version: number
}

/**
 * Fills the hub of the demo: the sample workspace, an account for every emulated vendor, and the engineers, each of whom works in
 * one of WeCom, DingTalk and Feishu. Everybody is on duty, because a demo is watched at any hour.
 */
export async function setUp(desk: Console, hubUrl: string, vendors: readonly Vendor[]): Promise<void> {
  await desk.post('/api/sample/load', {})
  const accounts = new Map<string, string>()
  for (const vendor of vendors) {
    const made = await desk.post('/api/channel/create', {
      kind: vendor.kind,
      name: vendor.accountName,
      config: vendor.config,
    })
    accounts.set(vendor.kind, String(made.id))
    vendor.connect(`${hubUrl}/channels/${vendor.kind}/${String(made.id)}`)
  }
  await onDuty(desk)
  await employ(desk, vendors, accounts)
  await offerTo(desk, 1)
  // Somebody sits at the desk, so that chats find an agent.
  await desk.post('/api/desk/presence', { status: 'online', maxChats: 50 })
}

/** How many engineers are asked about a ticket at the same time. */
export async function offerTo(desk: Console, atOnce: number): Promise<void> {
  await desk.post('/api/setting/set', { name: 'offers', value: { enabled: true, atOnce } })
}

async function onDuty(desk: Console): Promise<void> {
  const { groups } = (await desk.get('/api/group/list')) as {
    groups: (Json & { id: string; version: number })[]
  }
  for (const { id, version } of groups) await desk.post('/api/group/update', { id, version, hours: '24x7' })
  for (const { id, version } of (await staffOf(desk)).filter((each) => each.duties.includes('engineer')))
    await desk.post('/api/staff/update', { id, version, shift: null, status: 'idle' })
}

async function staffOf(desk: Console): Promise<readonly Staff[]> {
  return ((await desk.get('/api/staff/list')) as { staff: Staff[] }).staff
}

async function employ(
  desk: Console,
  vendors: readonly Vendor[],
  accounts: ReadonlyMap<string, string>,
): Promise<void> {
  const employers = vendors.filter((vendor) => vendor.employ)
  const engineers = (await staffOf(desk)).filter((each) => each.duties.includes('engineer'))
  for (const [i, { id, number, name }] of engineers.entries()) {
    const vendor = employers[i % employers.length]!
    const externalId = vendor.employ!({ number, name })
    const accountId = accounts.get(vendor.kind)!
    await desk.post('/api/staff/link', { staffId: id, accountId, externalId })
  }
}
