import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor, Role } from '../../src/contract/actor.ts'
import type { Result } from '../../src/kernel/result.ts'
import { json } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'

let test: TestHub
beforeAll(async () => {
  test = await testHub()
})
afterAll(() => test.close())

const person = (role: Role, staffId: string | null = null): Actor => ({
  kind: 'user',
  id: '00000000-0000-4000-8000-00000000000a',
  name: role,
  roles: [role],
  staffId,
})
const as = (actor: Actor, name: string, input: object): Promise<Result<unknown>> =>
  test.hub.executor.execute(test.hub.commands.find((c) => c.name === name)!, actor, input)
const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.refusal.code)
const refused = async (name: string, input: object) => codeOf(await as(person('admin'), name, input))
const make = async (name: string, input: object) => String((await test.run(name, input)).id)

describe('staff and groups', () => {
  it('are created with what most of them have, and changed member by member', async () => {
    const groupId = await make('group.create', { name: '家电杭州组', skills: ['空调'], regions: ['杭州市'] })
    const id = await make('staff.create', {
      number: 'A1',
      name: '王建国',
      skills: ['空调'],
      groupIds: [groupId],
    })
    await test.run('staff.update', {
      id,
      version: 1,
      shift: { spans: [{ days: [1], open: '08:00', close: '18:00' }] },
    })
    const { staff } = (await test.ask('staff.list', {})) as { staff: object[] }
    expect(staff).toMatchObject([
      { name: '王建国', skills: ['空调'], groupIds: [groupId], maxLoad: 8, status: 'idle', version: 2 },
    ])
    const { groups } = (await test.ask('group.list', {})) as { groups: object[] }
    expect(groups).toMatchObject([{ name: '家电杭州组', staffIds: [id], hours: '24x7', load: 0 }])
  })

  it('refuse a version that somebody else has changed meanwhile, and a name that is taken', async () => {
    const id = await make('staff.create', { number: 'A2', name: '李志强' })
    await test.run('staff.update', { id, version: 1, name: '李志刚' })
    expect(await refused('staff.update', { id, version: 1, name: '李志坚' })).toBe('conflict.version')
    expect(await refused('staff.create', { number: 'A2', name: '别人' })).toBe('conflict.duplicate')
    expect(await refused('staff.update', { id: crypto.randomUUID(), version: 1 })).toBe('not_found')
  })

  it('refuse regions and intents that nobody knows', async () => {
    expect(await refused('group.create', { name: 'x', regions: ['亚特兰蒂斯'] })).toBe('request.invalid')
    expect(await refused('group.create', { name: 'x', intents: ['sleep'] })).toBe('request.invalid')
  })

  it('have one default group, which cannot go before another one is it', async () => {
    const first = await make('group.create', { name: '综合客服', isDefault: true })
    expect(await refused('group.remove', { id: first, version: 1 })).toBe('directory.default_group')
    const second = await make('group.create', { name: '新综合客服', isDefault: true })
    const { groups } = (await test.ask('group.list', {})) as { groups: { id: string; isDefault: boolean }[] }
    expect(groups.filter((group) => group.isDefault).map((group) => group.id)).toEqual([second])
    expect(await refused('group.remove', { id: first, version: 2 })).toBe('ok')
  })

  it('are not switched off while tickets need them, by whichever command', async () => {
    const groupId = await make('group.create', { name: '维修组' })
    const id = await make('staff.create', { number: 'A5', name: '周明', groupIds: [groupId] })
    const { ticketId } = await test.run('ticket.create', { fields: { intent: 'repair' } })
    await test.run('ticket.assign', { ticketId, engineerId: id, groupId })
    const switchOff = async () => [
      await refused('staff.update', { id, version: 1, active: false }),
      await refused('group.update', { id: groupId, version: 1, active: false }),
    ]
    expect(await switchOff()).toEqual(['conflict.in_use', 'conflict.in_use'])
    await test.run('ticket.transition', { ticketId, command: 'resolve' })
    expect(await switchOff()).toEqual(['ok', 'ok'])
  })

  it('let engineers say what they are doing themselves, and nobody else', async () => {
    const id = await make('staff.create', { number: 'A3', name: '陈海燕' })
    const status = (actor: Actor) => as(actor, 'staff.setStatus', { id, status: 'leave' })
    expect(codeOf(await status(person('engineer', id)))).toBe('ok')
    expect(codeOf(await status(person('engineer', crypto.randomUUID())))).toBe('access.forbidden')
    expect(codeOf(await status({ kind: 'card', id: 'c', staffId: id }))).toBe('ok')
    expect(codeOf(await status(person('dispatcher')))).toBe('ok')
  })

  it('leave a trace in the audit log and wake whoever follows', async () => {
    const id = await make('staff.create', { number: 'A4', name: '赵永明' })
    const row = await test.fresh.database.db
      .selectFrom('audit_log')
      .selectAll()
      .where('resource', '=', `staff:${id}`)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ action: 'staff.create', detail: {} })
    const event = await test.fresh.database.db
      .selectFrom('event')
      .select('type')
      .where('subjectId', '=', id)
      .executeTakeFirst()
    expect(event?.type).toBe('directory.changed')
  })
})

describe('calendars, ticket types and settings', () => {
  it('warn of a year whose holidays nobody has published or entered', async () => {
    const hours = { spans: [{ days: [1, 2, 3, 4, 5], open: '09:00', close: '18:00' }] }
    const id = await make('calendar.create', { name: '工作日历', hours, isDefault: true })
    const listed = async () =>
      ((await test.ask('calendar.list', {})) as { calendars: { warnings: { year: number }[] }[] })
        .calendars[0]!
    const { warnings } = await listed()
    for (const { year } of warnings) {
      const { version } = (await listed()) as unknown as { version: number }
      const days = { [`${year}-01-01`]: { work: false, name: '元旦' } }
      await test.run('calendar.update', { id, version, overrides: { holidays: 'CN', days } })
      expect((await listed()).warnings.map((w) => w.year)).not.toContain(year)
    }
    expect(await refused('calendar.create', { name: 'x', hours, timeZone: 'Mars/Base' })).toBe(
      'request.invalid',
    )
  })

  it('keep a default calendar: it can neither go nor stop being it before another one is it', async () => {
    const day = { hours: '24x7', timeZone: 'Asia/Shanghai' }
    const first = await make('calendar.create', { ...day, name: '默认日历', isDefault: true })
    const gone = () => refused('calendar.remove', { id: first, version: 1 })
    expect(await gone()).toBe('directory.default_calendar')
    const undone = { id: first, version: 1, isDefault: false }
    expect(await refused('calendar.update', undone)).toBe('directory.default_calendar')
    await make('calendar.create', { ...day, name: '新默认日历', isDefault: true })
    expect(await refused('calendar.remove', { id: first, version: 2 })).toBe('ok')
  })

  it('number the versions of a form and say what became stricter', async () => {
    const title = { zh: '原因', en: 'Cause' }
    const form = (choices: string[]) => ({
      type: 'object',
      properties: { cause: { type: 'string', title, enum: choices } },
      required: [],
    })
    const name = { zh: '上门', en: 'Visit' }
    const id = await make('ticketType.create', { key: 'visit', name, form: form(['a', 'b']) })
    const same = await test.run('ticketType.update', { id, version: 1, form: form(['a', 'b']) })
    expect(same).toMatchObject({ formVersion: 1, changes: [] })
    const next = await test.run('ticketType.update', { id, version: 2, form: form(['a']) })
    expect(next).toMatchObject({
      formVersion: 2,
      changes: [{ name: 'cause', what: 'choices', breaking: true }],
    })
    const wrong = {
      id,
      version: 3,
      form: { type: 'object', properties: { phone: { type: 'string', title } } },
    }
    expect(await refused('ticketType.update', wrong)).toBe('ticket.form_definition_invalid')
  })

  it('hold a setting against the schema of the room that reads it', async () => {
    await test.run('setting.set', { name: 'company.hotlines', value: ['400-000-1234'] })
    expect(await refused('setting.set', { name: 'company.hotlines', value: 'call us' })).toBe(
      'request.invalid',
    )
    expect(await refused('setting.set', { name: 'links.key', value: 'mine' })).toBe('not_found')
    const { settings } = (await test.ask('setting.list', {})) as {
      settings: { name: string; stored: boolean }[]
    }
    expect(settings.find((s) => s.name === 'company.hotlines')).toMatchObject({
      value: ['400-000-1234'],
      stored: true,
    })
    expect(settings.map((s) => s.name)).not.toContain('links.key')
  })

  it('refuse a member that a setting does not have by its name, but let one go by that is stored', async () => {
    const set = (name: string, value: object) => as(person('admin'), 'setting.set', { name, value })
    const issues = [{ path: 'value', messageZh: '没有这样的内容：autoclosems' }]
    expect(await set('tickets', { autoclosems: 60_000 })).toMatchObject({ refusal: { issues } })
    const words = { zh: '已受理', en: 'received' }
    expect(await set('outbox', { texts: { 'ticket.acknowledged': words } })).toMatchObject({
      refusal: {
        code: 'request.invalid',
        issues: [{ path: 'value.texts', message: 'there is no such member: ticket.acknowledged' }],
      },
    })
    expect(codeOf(await set('outbox', { texts: { 'ticket.acknowledge': words } }))).toBe('ok')
    const old = { texts: { 'ticket.acknowledged': words, 'ticket.resolved': words } }
    await test.fresh.database.db
      .updateTable('setting')
      .set({ value: json(old) })
      .where('name', '=', 'outbox')
      .execute()
    const { settings } = (await test.ask('outbox.settings', {})) as { settings: { texts: object } }
    expect(settings.texts).toEqual(old.texts)
    expect(codeOf(await set('outbox', old))).toBe('ok')
    await test.run('setting.set', { name: 'outbox', value: null })
  })

  it('go back to the default of a setting by null, and hold what comes later by itself', async () => {
    await test.run('setting.set', { name: 'desk', value: { maxChats: 9 } })
    const answer = await test.run('setting.set', { name: 'desk', value: null })
    expect(answer).toEqual({ name: 'desk', value: { assignByItself: true, maxChats: 5 } })
    const { settings } = (await test.ask('setting.list', {})) as { settings: { name: string }[] }
    expect(settings.find((s) => s.name === 'desk')).toMatchObject({
      value: { assignByItself: true, maxChats: 5 },
      stored: false,
    })
  })

  it('keep routing rules in their order and refuse one that names nobody', async () => {
    const groupId = await make('group.create', { name: '电梯组' })
    const when = { field: 'ticket.productCategory', eq: '电梯' }
    const first = await make('routing.createRule', { name: '一', when, groupId })
    const second = await make('routing.createRule', { name: '二', when, groupId })
    await test.run('routing.orderRules', { ids: [second, first] })
    const { rules } = (await test.ask('routing.rules', {})) as { rules: { name: string }[] }
    expect(rules.map((rule) => rule.name)).toEqual(['二', '一'])
    expect(await refused('routing.orderRules', { ids: [first] })).toBe('conflict.version')
    expect(await refused('routing.createRule', { name: '三', when, groupId: first })).toBe('not_found')
    expect(await refused('routing.createRule', { name: '三', when: { field: 'a' }, groupId })).toBe(
      'request.invalid',
    )
    expect(await refused('group.remove', { id: groupId, version: 1 })).toBe('conflict.in_use')
  })

  it('take a routing policy only when it is one, and go back to the built-in one', async () => {
    const { policy, stored } = (await test.ask('routing.policy', {})) as { policy: object; stored: boolean }
    expect(stored).toBe(false)
    await test.run('routing.savePolicy', { policy: { ...policy, name: 'ours' } })
    expect(await test.ask('routing.policy', {})).toMatchObject({ policy: { name: 'ours' }, stored: true })
    expect(await refused('routing.savePolicy', { policy: { name: 'x' } })).toBe('routing.policy_invalid')
    await test.run('routing.savePolicy', { policy: null })
    expect(await test.ask('routing.policy', {})).toMatchObject({ stored: false })
  })
})

describe('the engineers whom a dispatcher may choose for a ticket', () => {
  interface Found {
    candidates: { name: string; fits: boolean; zh: string[]; en: string[]; load: number; km: number | null }[]
  }
  const engineer = { status: 'idle', maxLoad: 2, certs: ['制冷'], lat: 30.28, lng: 120.16 }

  it('come with load, distance and the reasons of the router, those who fit first', async () => {
    const own = await testHub()
    const add = async (name: string, input: object) => String((await own.run(name, input)).id)
    const groupId = await add('group.create', { name: '家电杭州组', isDefault: true })
    const other = await add('group.create', { name: '家电宁波组' })
    const staff = (number: string, name: string, more: object) =>
      add('staff.create', { ...engineer, number, name, skills: ['空调'], groupIds: [groupId], ...more })
    await staff('1', '甲电视', { skills: ['电视'], status: 'leave' })
    await staff('2', '乙宁波', { groupIds: [other] })
    const full = await staff('3', '丙已满', { maxLoad: 0 })
    await staff('4', '丁远', { lat: 30.9, lng: 120.16 })
    const near = await staff('5', '戊近', {})
    await staff('6', '己调度', { duties: ['dispatcher'] })
    await add('device.create', {
      serialNumber: 'AC-9',
      category: '空调',
      lat: 30.28,
      lng: 120.17,
    })
    const fields = {
      phone: '13605712844',
      serial_number: 'AC-9',
      fault_description: '空调不制冷',
      product_category: '空调',
      intent: 'repair',
    }
    const ticketId = String((await own.run('ticket.create', { fields })).ticketId)
    const ask = async (more: object = {}) =>
      ((await own.ask('router.candidates', { ticketId, ...more })) as unknown as Found).candidates
    const found = await ask({ groupId })
    expect(found.map(({ fits }) => fits)).toEqual([true, true, false, false, false])
    expect([0, 1, 4].map((i) => found[i]!.name)).toEqual(['戊近', '丁远', '甲电视'])
    const of = (name: string) => found.find((each) => each.name === name)!
    expect(of('乙宁波').zh).toEqual(['不属于所选组 家电杭州组（属于：家电宁波组）'])
    expect(found[0]).toMatchObject({ load: 0, maxLoad: 2, km: expect.closeTo(0.96, 2), zh: [], en: [] })
    expect(of('丙已满')).toMatchObject({
      zh: ['已满：手上 0 单（含待接单），上限 0'],
      en: ['has no room for jobs (0 of 0, offers included)'],
    })
    expect(found[4]!.zh).toEqual(['技能不含“空调”（现有：电视）', '状态为请假，不能派单'])
    expect((await ask({ groupId: other })).find(({ fits }) => fits)?.name).toBe('乙宁波')
    await own.run('ticket.assign', { ticketId, version: 1, groupId, engineerId: full })
    // Who has the ticket is judged without it; another one's load counts it.
    expect((await ask()).find(({ name }) => name === '丙已满')).toMatchObject({ load: 0, fits: false })
    const second = String((await own.run('ticket.create', { fields })).ticketId)
    await own.run('ticket.assign', { ticketId: second, version: 1, groupId, engineerId: near })
    expect((await ask()).find(({ name }) => name === '戊近')).toMatchObject({ load: 1, fits: true })
    await own.close()
  })
})

describe('products, devices and sites', () => {
  it('follow a category to its new name, and keep it while something belongs to it', async () => {
    const id = await make('category.create', { name: '空调', aliases: ['冷气'] })
    await test.run('model.create', { model: 'YK-35', category: '空调' })
    const deviceId = await make('device.create', { serialNumber: 'SN-1', model: 'YK-35' })
    expect(await refused('category.remove', { id, version: 1 })).toBe('conflict.in_use')
    await test.run('category.update', { id, version: 1, name: '空调器' })
    expect(await test.ask('device.get', { id: deviceId })).toMatchObject({ category: '空调器', version: 2 })
    expect(await refused('model.create', { model: 'X', category: '飞船' })).toBe('not_found')
  })

  it('find a device by any part of what is known, page by page, and keep % and _ as they are typed', async () => {
    const address = { province: '浙江省', city: '杭州市', district: '西湖区', detail: '文三路259号' }
    for (let i = 1; i <= 3; i++) {
      await make('device.create', {
        serialNumber: `PG-${i}`,
        customerName: `客户_${i}`,
        phone: `1990000000${i}`,
        address,
      })
    }
    const find = async (q: string, more: object = {}) =>
      (await test.ask('device.list', { q, ...more })) as {
        devices: { serialNumber: string }[]
        next: string | null
      }
    for (const q of ['文三路', '西湖', '990000000', 'PG-', '客户_'])
      expect((await find(q)).devices, q).toHaveLength(3)
    expect((await find('客户%1')).devices).toHaveLength(0)
    const first = await find('PG-', { limit: 2 })
    expect(first.next).toBe('PG-2')
    expect((await find('PG-', { limit: 2, cursor: first.next })).devices.map((d) => d.serialNumber)).toEqual([
      'PG-3',
    ])
  })

  it('show an engineer the machine, and whose it is only with a ticket of their own about it', async () => {
    const address = { province: '浙江省', city: '杭州市', district: '西湖区', detail: '文三路259号' }
    const whose = { customerName: '裘文杰', phone: '13605712844', address, lat: 30.27, lng: 120.13 }
    const id = await make('device.create', { serialNumber: 'EN-1', model: 'YK-35', ...whose })
    const staffId = await make('staff.create', { number: 'E7', name: '孙工' })
    const query = test.hub.queries.find((each) => each.name === 'device.get')!
    const seen = async (actor: Actor, by: object = { serialNumber: 'EN-1' }) => {
      const answer = await test.hub.executor.ask(query, actor, by)
      return answer.ok ? answer.value : answer.refusal.code
    }
    const blank = { customerName: null, phone: null, address: null, lat: null, lng: null }
    const machine = { id, serialNumber: 'EN-1', model: 'YK-35', category: '空调器' }
    expect(await seen(person('engineer', staffId))).toMatchObject({ ...machine, ...blank })
    expect(await seen(person('engineer'), { id })).toMatchObject({ ...machine, ...blank })
    const { ticketId } = await test.run('ticket.create', { fields: { serial_number: 'EN-1' } })
    expect(await seen(person('engineer', staffId))).toMatchObject(blank)
    await test.run('ticket.assign', { ticketId, engineerId: staffId })
    expect(await seen(person('engineer', staffId))).toMatchObject({ ...machine, ...whose })
    expect(await seen(person('engineer', crypto.randomUUID()))).toMatchObject(blank)
    for (const role of ['admin', 'supervisor', 'agent', 'dispatcher', 'auditor'] as const)
      expect(await seen(person(role)), role).toMatchObject({ ...machine, ...whose })
    const program = { ...{ kind: 'token', id: 't', name: 't', accountId: null }, scopes: ['catalogue:read'] }
    expect(await seen(program as Actor)).toMatchObject({ ...machine, ...whose })
  })

  it('keep dates as they were given, whatever the zone of the machine', async () => {
    const id = await make('device.create', {
      serialNumber: 'DT-1',
      installedAt: '2026-01-01',
      warrantyUntil: '2028-12-31',
    })
    expect(await test.ask('device.get', { id })).toMatchObject({
      installedAt: '2026-01-01',
      warrantyUntil: '2028-12-31',
    })
  })

  it('keep a site while a device stands there', async () => {
    const siteId = await make('site.create', { name: '火炬大厦' })
    await make('device.create', { serialNumber: 'ST-1', siteId })
    expect(await refused('site.remove', { id: siteId, version: 1 })).toBe('conflict.in_use')
    expect(await refused('device.create', { serialNumber: 'ST-2', siteId: crypto.randomUUID() })).toBe(
      'not_found',
    )
    expect(await test.ask('site.list', { q: '火炬' })).toMatchObject({ sites: [{ devices: 1 }] })
  })
})
