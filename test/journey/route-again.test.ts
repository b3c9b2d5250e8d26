import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

const hangzhou = {
  province: '浙江省',
  city: '杭州市',
  district: '西湖区',
  detail: '文三路259号',
  adcode: '330106',
}
const ningbo = {
  province: '浙江省',
  city: '宁波市',
  district: '鄞州区',
  detail: '首南路1号',
  adcode: '330212',
}

interface Entry {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>> | null
}
interface Told {
  readonly status: string
  readonly version: number
  readonly group: { readonly id: string } | null
  readonly assignee: { readonly id: string } | null
  readonly timeline: readonly Entry[]
}

describe('a ticket is routed again when what its place rested on changed', () => {
  let test: TestHub
  let accountId: string
  const groups: Record<string, string> = {}
  const staff: Record<string, string> = {}
  let count = 0

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
    for (const [name, more] of Object.entries({
      杭州组: { regions: ['杭州市'] },
      宁波组: { regions: ['宁波市'] },
      应急组: { emergency: true, regions: ['浙江省'] },
    })) {
      groups[name] = (await test.run('group.create', { name, ...more })).id as string
    }
    for (const [name, group] of [
      ['张工', '杭州组'],
      ['孙工', '杭州组'],
      ['李工', '宁波组'],
    ] as const) {
      const groupIds = [groups[group]]
      const certs = ['制冷']
      staff[name] = (await test.run('staff.create', { number: name, name, skills: ['*'], certs, groupIds }))
        .id as string
    }
  })
  afterAll(() => test.close())

  /** A repair in Hangzhou, which the router gives to an engineer there. */
  async function repair(): Promise<string> {
    const n = ++count
    const text = '家里空调不制冷,杭州市西湖区文三路259号1号楼,电话13605712844'
    await sendToApi(test, accountId, { key: `k${n}`, sender: { id: `u${n}` }, text })
    await test.hub.settle()
    const row = await test.fresh.database.db
      .selectFrom('ticket')
      .select('id')
      .orderBy('createdAt', 'desc')
      .executeTakeFirstOrThrow()
    return row.id
  }

  const set = async (ticketId: string, name: string, value: unknown) => {
    await test.run('ticket.setField', { ticketId, name, value })
    await test.hub.settle()
  }
  const place = async (ticketId: string) => {
    const { groupId, assigneeId, status } = await test.fresh.database.db
      .selectFrom('ticket')
      .select(['groupId', 'assigneeId', 'status'])
      .where('id', '=', ticketId)
      .executeTakeFirstOrThrow()
    return { groupId, assigneeId, status }
  }
  const decisions = async (ticketId: string) =>
    await test.fresh.database.db
      .selectFrom('routing_decision')
      .select(['groupId', 'engineerId'])
      .where('ticketId', '=', ticketId)
      .orderBy('at')
      .execute()
  const routed = async (ticketId: string) =>
    ((await test.ask('ticket.get', { ticketId })) as unknown as Told).timeline
      .filter((entry) => entry.type === 'routed')
      .map((entry) => entry.payload!)
  const events = async (ticketId: string) =>
    await test.fresh.database.db
      .selectFrom('event')
      .select('type')
      .where('subjectId', '=', ticketId)
      .where('type', 'in', ['ticket.routed', 'ticket.assigned'])
      .execute()

  it('moves to the group and an engineer of the new address, and the timeline says why', async () => {
    const id = await repair()
    const before = await place(id)
    expect(before).toMatchObject({ groupId: groups.杭州组, status: 'assigned' })
    await set(id, 'address', ningbo)
    expect(await place(id)).toEqual({ groupId: groups.宁波组, assigneeId: staff.李工, status: 'assigned' })
    expect(await decisions(id)).toHaveLength(2)
    expect((await routed(id)).at(-1)).toMatchObject({
      why: 'changed',
      changed: ['address'],
      groupId: groups.宁波组,
      from: { groupId: groups.杭州组, engineerId: before.assigneeId },
    })
  })

  it('goes to the emergency group when the urgency becomes critical', async () => {
    const id = await repair()
    await set(id, 'urgency', 'critical')
    expect(await place(id)).toMatchObject({ groupId: groups.应急组, assigneeId: null, status: 'open' })
  })

  it('keeps the engineer and tells nobody when the decision is the same, whatever the loads are by then', async () => {
    const id = await repair()
    const before = await place(id)
    const told = await events(id)
    // The other engineer of the group has less to do now.
    await test.run('staff.update', { id: staff.张工, version: 1, maxLoad: 9 })
    await set(id, 'address', { ...hangzhou, district: '拱墅区', adcode: '330105' })
    expect(await place(id)).toEqual(before)
    expect(await decisions(id)).toHaveLength(2)
    expect(await events(id)).toEqual(told)
    expect(await routed(id)).toHaveLength(1)
  })

  it('asks nothing again when a field changes that no decision rests on', async () => {
    const id = await repair()
    await set(id, 'contact_name', '王先生')
    await set(id, 'address', { ...hangzhou, detail: '文三路300号' })
    expect(await decisions(id)).toHaveLength(1)
  })

  it('leaves the group that a person chose, notes the decision and says that it was kept', async () => {
    const id = await repair()
    await test.run('ticket.transfer', { ticketId: id, to: { groupId: groups.应急组 }, reason: '客户投诉' })
    await set(id, 'address', ningbo)
    expect(await place(id)).toMatchObject({ groupId: groups.应急组, assigneeId: null })
    expect((await decisions(id)).at(-1)).toMatchObject({ groupId: groups.宁波组 })
    expect((await routed(id)).at(-1)).toMatchObject({ kept: 'person', changed: ['address'] })
  })

  it('leaves the engineer whom a person chose', async () => {
    const id = await repair()
    const { assigneeId } = await place(id)
    const other = assigneeId === staff.张工 ? staff.孙工 : staff.张工
    await test.run('ticket.transfer', { ticketId: id, to: { engineerId: other }, reason: '熟悉设备' })
    await set(id, 'address', ningbo)
    expect(await place(id)).toMatchObject({ groupId: groups.杭州组, assigneeId: other })
  })

  it('does not take the ticket from an engineer who began to work', async () => {
    const id = await repair()
    const before = await place(id)
    await test.run('ticket.transition', { ticketId: id, command: 'start' })
    await set(id, 'address', ningbo)
    expect(await place(id)).toEqual({ ...before, status: 'in_progress' })
    expect((await routed(id)).at(-1)).toMatchObject({ kept: 'started' })
  })

  it('acts on what changed during a hold when the hold ends', async () => {
    const id = await repair()
    await test.run('ticket.transition', {
      ticketId: id,
      command: 'hold',
      reason: '等配件',
      untilMs: test.hub.clock.now() + 3_600_000,
    })
    await set(id, 'address', ningbo)
    expect(await place(id)).toMatchObject({ groupId: groups.杭州组, status: 'on_hold' })
    await test.run('ticket.transition', { ticketId: id, command: 'resume' })
    await test.hub.settle()
    expect(await place(id)).toMatchObject({ groupId: groups.宁波组, assigneeId: staff.李工 })
  })

  it('is decided again when it is reopened, and moves when the place does not fit any more', async () => {
    const id = await repair()
    await test.run('ticket.transition', { ticketId: id, command: 'resolve' })
    await set(id, 'address', ningbo)
    expect(await decisions(id)).toHaveLength(1)
    await test.run('ticket.transition', { ticketId: id, command: 'reopen', reason: '又坏了' })
    await test.hub.settle()
    expect(await decisions(id)).toHaveLength(2)
    expect(await place(id)).toEqual({ groupId: groups.宁波组, assigneeId: staff.李工, status: 'assigned' })
    expect((await routed(id)).at(-1)).toMatchObject({ why: 'reopened', changed: ['address'] })
  })

  it('goes to somebody else when it is reopened and the engineer whom a person chose was removed', async () => {
    const id = await repair()
    const groupIds = [groups.杭州组]
    const gone = (await test.run('staff.create', { number: '周工', name: '周工', groupIds })).id as string
    await test.run('ticket.transfer', { ticketId: id, to: { engineerId: gone }, reason: '熟悉设备' })
    await test.run('ticket.transition', { ticketId: id, command: 'start' })
    await test.run('ticket.transition', { ticketId: id, command: 'resolve' })
    await test.run('staff.remove', { id: gone, version: 1 })
    await test.run('ticket.transition', { ticketId: id, command: 'reopen', reason: '又坏了' })
    await test.hub.settle()
    const { groupId, assigneeId, status } = await place(id)
    expect({ groupId, status }).toEqual({ groupId: groups.杭州组, status: 'assigned' })
    expect([staff.张工, staff.孙工]).toContain(assigneeId)
    expect((await routed(id)).at(-1)).not.toHaveProperty('kept')
  })

  it('waits in its group when it is reopened and nobody is left there, and a dispatcher is told', async () => {
    const groupId = (await test.run('group.create', { name: '温州组', regions: ['温州市'] })).id as string
    const person = { number: '吴工', name: '吴工', groupIds: [groupId] }
    const gone = (await test.run('staff.create', person)).id as string
    const id = await repair()
    await set(id, 'address', { ...hangzhou, city: '温州市', district: '鹿城区', adcode: '330302' })
    await test.run('ticket.assign', { ticketId: id, engineerId: gone })
    await test.run('ticket.transition', { ticketId: id, command: 'resolve' })
    await test.run('staff.remove', { id: gone, version: 1 })
    await test.run('ticket.transition', { ticketId: id, command: 'reopen', reason: '又坏了' })
    await test.hub.settle()
    expect(await place(id)).toEqual({ groupId, assigneeId: null, status: 'open' })
    expect((await routed(id)).at(-1)).toMatchObject({ why: 'reopened', dispatcher: 'no_engineer' })
  })

  it('goes to another group when it is reopened and the one that a person chose was removed', async () => {
    const id = await repair()
    const gone = (await test.run('group.create', { name: '临时组', regions: ['舟山市'] })).id as string
    await test.run('ticket.transfer', { ticketId: id, to: { groupId: gone }, reason: '支援' })
    await test.run('ticket.transition', { ticketId: id, command: 'resolve' })
    await test.run('group.remove', { id: gone, version: 1 })
    await test.run('ticket.transition', { ticketId: id, command: 'reopen', reason: '又坏了' })
    await test.hub.settle()
    expect(await place(id)).toMatchObject({ groupId: groups.杭州组, status: 'assigned' })
  })

  it('stays in its group when nobody fits the new address, and a dispatcher is told', async () => {
    const id = await repair()
    const before = await place(id)
    await set(id, 'address', {
      province: '北京市',
      city: '北京市',
      district: '海淀区',
      detail: null,
      adcode: '110108',
    })
    expect(await place(id)).toEqual(before)
    expect((await routed(id)).at(-1)).toMatchObject({ kept: 'nobody_fits', dispatcher: 'no_group' })
  })

  it('comes out the same when everything is replayed', async () => {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })
})

describe('tickets that come at one moment', () => {
  it('go to an engineer and to a group only as far as their limits reach, but for what is critical, and each decision comes out the same again', async () => {
    const test = await testHub()
    try {
      const group = async (name: string, more: object) =>
        (await test.run('group.create', { name, regions: ['杭州市'], ...more })).id as string
      const staff = async (number: string, groupId: string, maxLoad: number) => {
        const person = { number, name: number, skills: ['*'], certs: ['制冷'], groupIds: [groupId], maxLoad }
        return (await test.run('staff.create', person)).id as string
      }
      const own = await group('空调组', { skills: ['空调'], capacity: 3 })
      const last = await group('兜底组', { isDefault: true, capacity: 1 })
      const emergency = await group('应急组', { emergency: true, capacity: 0 })
      const [one, two] = [await staff('1', own, 1), await staff('2', last, 2)]
      const repair = { intent: 'repair', product_category: '空调', fault_description: '不制冷' }
      const fields = { ...repair, address: hangzhou }
      for (let i = 0; i < 8; i++) await test.run('ticket.create', { fields })
      await test.run('ticket.create', { fields: { ...fields, urgency: 'critical' } })
      const { db } = test.fresh.database
      await test.hub.start(true)
      const placed = db.selectFrom('ticket').select(['id', 'groupId', 'assigneeId'])
      await expect
        .poll(() => placed.where('groupId', 'is not', null).execute(), { timeout: 20_000 })
        .toHaveLength(9)
      await test.hub.stop()
      const rows = await placed.execute()
      const count = (groupId: string, engineerId: string | null) =>
        rows.filter((row) => row.groupId === groupId && row.assigneeId === engineerId).length
      expect([count(own, one), count(own, null)]).toEqual([1, 2])
      expect([count(last, two), count(last, null)]).toEqual([2, 3])
      expect(count(emergency, null)).toBe(1)
      for (const { id } of rows) {
        const { decisions } = await test.ask('router.explain', { ticketId: id })
        expect(decisions).toMatchObject([{ recomputed: true }])
      }
    } finally {
      await test.close()
    }
  })
})
