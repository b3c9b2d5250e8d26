import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { replayed } from '../replayed.ts'
import { minuteMs, type OfferDesk, openOfferDesk, people } from './offers-desk.ts'

interface Decisions {
  readonly decisions: readonly {
    readonly decision: { readonly present?: object }
    readonly recomputed: boolean
    readonly holds: boolean
    readonly zh: readonly string[]
  }[]
}

describe('a message that tells of danger to people, from somebody whose ticket an engineer has accepted', () => {
  let desk: OfferDesk
  let emergency: string
  let customers = 0

  beforeAll(async () => {
    desk = await openOfferDesk({ startMs: Date.now() + 5 * minuteMs })
    const made = await desk.test.run('group.create', {
      ...{ name: '应急中心', emergency: true, intents: ['urgent_safety'], skills: ['*'], regions: ['CN'] },
    })
    emergency = String(made.id)
    const chief = await desk.test.run('staff.create', {
      ...{ number: 'HZ-009', name: '孙主管', duties: ['supervisor'] },
    })
    await desk.test.run('staff.link', {
      ...{ staffId: chief.id, accountId: desk.accountId, externalId: 'chief' },
    })
  })
  afterAll(() => desk.close())

  const all = async () =>
    await desk.test.fresh.database.db.selectFrom('ticket').selectAll().orderBy('number').execute()
  const says = async (from: string, text: string) => {
    desk.clock.advance(1000)
    await desk.write(from, text)
    await desk.settle()
    await desk.settle(20_000)
    await desk.settle(1000)
  }
  /** A repair of a washing machine that li has accepted. */
  async function accepted(): Promise<{ from: string; ticketId: string }> {
    const from = `d${customers++}`
    await says(from, '洗衣机不脱水,杭州市西湖区文三路259号1号楼,我姓张,电话13605712844')
    const ticketId = (await all()).at(-1)!.id
    const offer = (await desk.offers(ticketId)).find(({ status }) => status === 'pending')!
    desk.clock.advance(1000)
    await desk.press(offer.who, offer.id, 'offer.accept')
    await desk.settle(1000)
    expect(await desk.row(ticketId)).toMatchObject({ status: 'assigned', assigneeId: offer.staffId })
    return { from, ticketId }
  }
  const routings = async (ticketId: string) =>
    ((await desk.test.ask('router.explain', { ticketId })) as unknown as Decisions).decisions
  const routed = async (ticketId: string) =>
    (
      await desk.test.fresh.database.db
        .selectFrom('ticket_event')
        .select('payload')
        .where('ticketId', '=', ticketId)
        .where('type', '=', 'routed')
        .orderBy('seq')
        .execute()
    ).map(({ payload }) => payload)

  it('opens a ticket of its own when it is about something else, which goes to the emergency group and is acknowledged', async () => {
    const { from, ticketId } = await accepted()
    const before = await desk.row(ticketId)
    await says(from, '电梯困人了!有人被困在里面,快来')
    const opened = (await all()).at(-1)!
    expect(opened.id).not.toBe(ticketId)
    expect(opened).toMatchObject({
      ...{ intent: 'urgent_safety', urgency: 'critical', productCategory: '电梯', groupId: emergency },
      phone: '13605712844',
    })
    // Where it is was said of the other thing: somebody has to confirm it.
    expect(opened.fields).toMatchObject({ address: { verdict: 'confirm' } })
    expect(opened.fields).not.toMatchObject({ fault_description: { value: expect.stringContaining('脱水') } })
    const { urgency, groupId, assigneeId } = await desk.row(ticketId)
    expect({ urgency, groupId, assigneeId }).toEqual({
      ...{ urgency: before.urgency, groupId: before.groupId, assigneeId: before.assigneeId },
    })
    expect(desk.texts().join()).toContain(`工单号 ${opened.number}`)

    // What follows belongs to the danger, and brings nothing of the other request with it.
    await says(from, '一共两个人,在3号楼')
    expect((await all()).at(-1)!.id).toBe(opened.id)
    expect((await desk.row(opened.id)).productCategory).toBe('电梯')
  })

  it('takes the ticket from the engineer who accepted it when it is about that ticket, for a reason that is recomputed', async () => {
    const { from, ticketId } = await accepted()
    const count = (await all()).length
    await says(from, '洗衣机冒烟了,插头烧焦了')
    expect(await all()).toHaveLength(count)
    expect(await desk.row(ticketId)).toMatchObject({
      ...{ urgency: 'critical', groupId: emergency, assigneeId: null, status: 'open' },
    })
    expect((await routed(ticketId)).at(-1)).toMatchObject({ over: 'accepted', danger: true })
    const [newest] = await routings(ticketId)
    expect(newest).toMatchObject({
      ...{ recomputed: true, holds: true },
      decision: { present: { by: 'accepted', danger: true, kept: null } },
    })
    expect(newest!.zh[0]).toContain('不再等已接单的工程师')
  })

  it('leaves what a dispatcher chose where it is, and tells a supervisor; the decision that holds is the earlier one', async () => {
    const { from, ticketId } = await accepted()
    desk.clock.advance(1000)
    await desk.test.run('ticket.transfer', { ticketId, to: { engineerId: people.zhao }, reason: '熟悉' })
    const told = desk.texts().length
    await says(from, '洗衣机冒烟了,插头烧焦了')
    expect(await desk.row(ticketId)).toMatchObject({ urgency: 'critical', assigneeId: people.zhao })
    expect((await routed(ticketId)).at(-1)).toMatchObject({ kept: 'person', danger: true })
    expect(desk.texts().slice(told).join()).toContain('有人身危险，但没有改派')
    expect((await routings(ticketId)).map(({ holds, recomputed }) => [holds, recomputed])).toEqual([
      [false, true],
      [true, true],
    ])
  })

  it('comes out the same when everything is replayed', async () => {
    const report = await replayed(desk.test, desk.made)
    expect([...report.problems, inWords(report.differences)]).toEqual([
      'No difference: the replay rebuilt exactly what is stored.',
    ])
  })
})
