import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TicketPage } from '../../src/tickets/queries/list.ts'
import {
  agent,
  code,
  engineer,
  groups,
  hourMs,
  openTicketDesk,
  staff,
  type TicketDesk,
  user,
  value,
} from './tickets-desk.ts'

let desk: TicketDesk
const made: string[] = []
const urgencies = ['normal', 'critical', 'low', 'high'] as const

beforeAll(async () => {
  desk = await openTicketDesk()
  for (let i = 0; i < 12; i++) {
    const fields = {
      phone: `1360571${String(2800 + i)}`,
      urgency: urgencies[i % 4],
      intent: i % 3 === 0 ? 'installation' : 'repair',
      product_category: i % 2 === 0 ? '洗衣机' : '空调',
    }
    made.push(value(await desk.tell('ticket.create', agent, { fields })).ticketId)
    // Two tickets share each moment: the order among them must hold over pages too.
    if (i % 2 === 1) desk.clock.advance(60_000)
  }
  const [assigned, held, closed, pooled] = made as [string, string, string, string]
  value(await desk.tell('ticket.assign', agent, { ticketId: assigned, engineerId: staff.zhang }))
  const hold = { ticketId: held, command: 'hold', reason: '等客户', untilMs: desk.clock.now() + hourMs }
  value(await desk.tell('ticket.transition', agent, hold))
  for (const command of ['resolve', 'close']) {
    value(await desk.tell('ticket.transition', agent, { ticketId: closed, command }))
  }
  const transfer = { ticketId: pooled, to: { groupId: groups.install }, reason: '安装' }
  value(await desk.tell('ticket.transfer', agent, transfer))
})
afterAll(() => desk.drop())

const page = async (input: object, actor = agent) =>
  value<TicketPage>(await desk.ask('ticket.list', actor, input))
const ids = async (input: object) => (await page(input)).tickets.map((t) => t.id)

describe('the ticket list', () => {
  it.each(['created', 'updated', 'urgency', 'due'] as const)(
    'gives every ticket once over its pages, ordered by %s',
    async (sort) => {
      const whole = await ids({ sort, limit: 200 })
      expect([...whole].sort()).toEqual([...made].sort())
      const paged: string[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const next = await page({ sort, limit: 5, ...(cursor ? { cursor } : {}) })
        paged.push(...next.tickets.map((t) => t.id))
        cursor = next.next
      }
      expect(paged).toEqual(whole)
    },
  )

  it('orders by urgency first and age next, and by the promise that ends first', async () => {
    const { tickets } = await page({ sort: 'urgency', status: ['open'] })
    const order = ['critical', 'high', 'normal', 'low']
    const ranks = tickets.map((t) => order.indexOf(t.urgency))
    expect(ranks).toHaveLength(9)
    expect(ranks).toEqual([...ranks].sort())
    const waited = tickets.filter((t) => t.urgency === 'critical').map((t) => t.createdAtMs)
    expect(waited).toEqual([...waited].sort((a, b) => a - b))
    const due = (await page({ sort: 'due', status: ['open'] })).tickets.map((t) => t.nextDue!.dueAtMs)
    expect(due).toEqual([...due].sort((a, b) => a - b))
  })

  it.each([
    { status: ['open', 'assigned', 'on_hold'] },
    { status: ['open'], q: '空调' },
    { status: ['open', 'closed'], q: '洗衣机' },
  ])('gives the tickets of %o once over its pages, the most urgent first', async (filter) => {
    const whole = await ids({ ...filter, sort: 'urgency', limit: 200 })
    expect([...whole].sort()).toEqual((await ids({ ...filter, limit: 200 })).sort())
    const paged: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const next = await page({ ...filter, sort: 'urgency', limit: 2, ...(cursor ? { cursor } : {}) })
      paged.push(...next.tickets.map((t) => t.id))
      cursor = next.next
    }
    expect(paged).toEqual(whole)
    expect(new Set(paged).size).toBeGreaterThan(2)
  })

  it('is narrowed by every member of a filter', async () => {
    expect(await ids({ status: ['closed'] })).toEqual([made[2]])
    expect(await ids({ assignee: [staff.zhang] })).toEqual([made[0]])
    expect(await ids({ assignee: ['none'], status: ['on_hold'] })).toEqual([made[1]])
    expect(await ids({ group: [groups.install] })).toEqual([made[3]])
    expect(await ids({ group: ['none'] })).toHaveLength(11)
    expect(await ids({ intent: ['installation'] })).toHaveLength(4)
    expect(await ids({ urgency: ['critical', 'high'] })).toHaveLength(6)
    expect(await ids({ channel: ['email'] })).toEqual([])
    expect(await ids({ q: '洗衣机', urgency: ['normal'] })).toHaveLength(3)
    expect(await ids({ q: '2811' })).toEqual([made[11]])
    expect(await ids({ q: '!!!' })).toEqual([])
    const all = (await page({ limit: 200 })).tickets
    const at = all[5]!.createdAtMs
    expect(await ids({ createdFromMs: at, createdToMs: at + 1 })).toHaveLength(2)
    expect(await ids({ expedited: true })).toEqual([])
    expect((await ids({ sla: 'soon' })).length).toBeGreaterThan(0)
  })

  it('shows `me` as the tickets of whoever asks', async () => {
    expect((await page({ assignee: ['me'] }, engineer)).tickets.map((t) => t.id)).toEqual([made[0]])
    expect((await page({ assignee: ['me'] }, agent)).tickets).toEqual([])
  })

  it('counts by status what the filter finds', async () => {
    const { counts, total } = value<{ counts: Record<string, number>; total: number }>(
      await desk.ask('ticket.counts', agent, { q: '洗衣机' }),
    )
    expect(counts).toMatchObject({ open: 4, assigned: 1, closed: 1, on_hold: 0 })
    expect(total).toBe(6)
  })

  it('refuses a cursor that is not its own', async () => {
    const foreign = Buffer.from(JSON.stringify(['created', 'yesterday', 'x'])).toString('base64url')
    const other = (await page({ sort: 'updated', limit: 5 })).next
    for (const cursor of ['x', foreign, other]) {
      expect(code(await desk.ask('ticket.list', agent, { cursor }))).toBe('request.invalid')
    }
  })

  it('finds a ticket by its number in any spelling', async () => {
    const [{ number }] = (await page({ limit: 1 })).tickets as [TicketPage['tickets'][number]]
    const spelled = ` ${number.toLowerCase().slice(0, 4)} ${number.slice(4)}`
    const found = value<{ number: string }>(await desk.ask('ticket.get', agent, { ticketId: spelled }))
    expect(found.number).toBe(number)
    expect(code(await desk.ask('ticket.get', agent, { ticketId: 'T12345' }))).toBe('not_found')
  })
})

describe('saved filters', () => {
  const mine = user('agent', 'filter owner')
  const filters = async (actor = mine) =>
    value<{ filters: { id: string; name: string; mine: boolean; query: object }[] }>(
      await desk.ask('ticket.filters', actor, {}),
    ).filters

  it('are kept for the person, changed, shared and removed', async () => {
    const query = { status: ['open'], q: '空调' }
    const { id } = value<{ id: string }>(
      await desk.tell('ticket.saveFilter', mine, { name: '我的空调', query }),
    )
    expect(await filters()).toEqual([{ id, name: '我的空调', query, shared: false, mine: true }])
    expect(await filters(agent)).toEqual([])
    value(await desk.tell('ticket.saveFilter', mine, { id, name: '空调', query, shared: true }))
    expect(await filters(agent)).toMatchObject([{ id, name: '空调', mine: false }])
    expect(code(await desk.tell('ticket.deleteFilter', agent, { id }))).toBe('not_found')
    expect(code(await desk.tell('ticket.deleteFilter', user('supervisor'), { id }))).toBe('ok')
    expect(await filters()).toEqual([])
  })

  it('hold only what the list understands', async () => {
    const odd = { name: 'x', query: { status: ['lost'] } }
    expect(code(await desk.tell('ticket.saveFilter', mine, odd))).toBe('request.invalid')
  })
})
