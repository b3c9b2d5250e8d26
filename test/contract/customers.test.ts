import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureLinkKey, ticketLinks } from '../../src/access/index.ts'
import { makeCustomerDesk } from '../../src/app/customers.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { type TestHub, testHub } from '../hub.ts'

const clock = manualClock(Date.parse('2026-05-01T09:00:00+08:00'))
let test: TestHub
let desk: ReturnType<typeof makeCustomerDesk>
let link: string

/** The token of a printed code. */
async function printed(kind: 'device' | 'site', id: string): Promise<string> {
  const { url } = await test.ask('catalogue.label', { kind, id })
  return String(url).split('/').at(-1)!
}

beforeAll(async () => {
  test = await testHub({ clock, env: { PUBLIC_URL: 'https://service.example.cn' } })
  const links = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx)))
  desk = makeCustomerDesk({ ...test.hub, links })
  await test.run('channel.create', { kind: 'qr', name: '扫码报修', config: { hotline: '400-000-1234' } })
  const device = await test.run('device.create', { serialNumber: 'W-1', warrantyUntil: '2026-05-01' })
  await test.hub.registry.refresh()
  link = await printed('device', String(device.id))
})
afterAll(() => test.close())

describe('the warranty of a device on its customer’s page', () => {
  const zone = process.env.TZ
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  const shown = async (at: string) => {
    clock.set(Date.parse(at))
    const page = await desk.link(link)
    if (!page.ok) throw new Error(page.refusal.code)
    return (page.value as { device: object }).device
  }

  it('has the day that was entered, also on a machine west of Greenwich', async () => {
    process.env.TZ = 'America/New_York'
    expect(new Date('2026-05-01T00:00:00Z').getDate()).toBe(30)
    expect(await shown('2026-05-01T09:00:00+08:00')).toMatchObject({ warrantyUntil: '2026-05-01' })
    expect(await test.ask('device.get', { serialNumber: 'W-1' })).toMatchObject({
      warrantyUntil: '2026-05-01',
    })
  })

  it('ends when the last day ends in the zone of the business', async () => {
    expect(await shown('2026-05-01T23:59:00+08:00')).toMatchObject({ warranty: 'in' })
    expect(await shown('2026-05-02T00:01:00+08:00')).toMatchObject({ warranty: 'out' })
    const timeZone = 'America/New_York'
    await test.run('calendar.create', { name: '西', timeZone, hours: '24x7', isDefault: true })
    expect(await shown('2026-05-01T23:59:00-04:00')).toMatchObject({ warranty: 'in' })
    expect(await shown('2026-05-02T00:01:00-04:00')).toMatchObject({ warranty: 'out' })
  })
})
