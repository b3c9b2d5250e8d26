import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '../../src/contract/actor.ts'
import { ticketStatuses } from '../../src/contract/ticket.ts'
import { foldLoads, readLoads } from '../../src/router/situation.ts'
import { sql } from '../../src/store/index.ts'
import { flatColumns } from '../../src/tickets/fields.ts'
import { readClocks, readTicket, verifyTimelines } from '../../src/tickets/index.ts'
import { searchTokens } from '../../src/tickets/search.ts'
import {
  admin,
  agent,
  code,
  customer,
  engineer,
  groups,
  hourMs,
  openTicketDesk,
  staff,
  type TicketDesk,
  value,
} from './tickets-desk.ts'

let desk: TicketDesk
beforeAll(async () => {
  desk = await openTicketDesk()
})
afterAll(() => desk.drop())

/** One thing that somebody does: to the nth ticket, maybe with the nth other one. */
interface Act {
  readonly name: string
  readonly on: number
  readonly other: number
  readonly by: 'agent' | 'engineer' | 'customer' | 'admin'
  readonly waitMs: number
}

const acts: Readonly<Record<string, (other: string, nowMs: number) => object>> = {
  'ticket.setField phone': () => ({ name: 'phone', value: '13605712844' }),
  'ticket.setField address': () => ({
    name: 'address',
    value: { province: '浙江省', city: '绍兴市', district: null, detail: '鉴湖路232号', adcode: '330600' },
  }),
  'ticket.setField urgency': () => ({ name: 'urgency', value: 'critical' }),
  'ticket.setField serial_number': () => ({ name: 'serial_number', value: null }),
  'ticket.confirmField phone': () => ({ name: 'phone' }),
  'ticket.rejectSuggestion phone': () => ({ name: 'phone' }),
  'ticket.assign': () => ({ engineerId: staff.zhang }),
  'ticket.transfer person': () => ({ to: { engineerId: staff.li }, reason: '顺路' }),
  'ticket.transfer group': () => ({ to: { groupId: groups.install }, reason: '安装' }),
  'ticket.transition start': () => ({ command: 'start' }),
  'ticket.transition hold': (_other, nowMs) => ({ command: 'hold', reason: '等件', untilMs: nowMs + hourMs }),
  'ticket.transition resume': () => ({ command: 'resume' }),
  'ticket.transition resolve': () => ({ command: 'resolve' }),
  'ticket.transition close': () => ({ command: 'close' }),
  'ticket.transition reopen': () => ({ command: 'reopen', reason: '又坏了' }),
  'ticket.transition cancel': () => ({ command: 'cancel', reason: '不修了' }),
  'ticket.merge': (other) => ({ intoId: other }),
  'ticket.unmerge': () => ({}),
  'ticket.link': (other) => ({ otherId: other }),
  'ticket.setParent': (other) => ({ parentId: other }),
  'ticket.note': () => ({ text: '客户说下午有人' }),
  'ticket.expedite': () => ({}),
  'ticket.erase': () => ({}),
}

const act: fc.Arbitrary<Act> = fc.record({
  name: fc.constantFrom(...Object.keys(acts)),
  on: fc.nat({ max: 2 }),
  other: fc.nat({ max: 2 }),
  by: fc.constantFrom('agent', 'agent', 'agent', 'engineer', 'customer', 'admin'),
  waitMs: fc.constantFrom(0, 0, 60_000, hourMs, 80 * hourMs),
})

function actorOf(by: Act['by'], ticketId: string): Actor {
  return { agent, engineer, admin, customer: customer(ticketId) }[by]
}

/** What must hold of a ticket whatever was done to it. */
async function holds(ticketId: string): Promise<void> {
  const { db } = desk.database
  const ticket = (await stored(ticketId))!
  expect(ticketStatuses).toContain(ticket.status)
  expect(ticket).toMatchObject(flatColumns(ticket.fields))
  expect(ticket.status === 'on_hold').toBe(ticket.holdUntil !== null)
  expect(ticket.status === 'merged').toBe(ticket.mergedIntoId !== null)
  expect(['closed', 'cancelled', 'merged'].includes(ticket.status)).toBe(ticket.closedAt !== null)
  if (ticket.status === 'assigned' || ticket.status === 'in_progress')
    expect(ticket.assigneeId).not.toBeNull()
  if (ticket.status === 'open') expect(ticket.assigneeId).toBeNull()
  for (const clock of await readClocks(db, ticketId)) {
    // A promise that was kept during a pause keeps what was left of it as well, and has no due time.
    if (clock.state === 'paused')
      expect(clock).toMatchObject({ dueAtMs: null, remainingMs: expect.any(Number) })
    if (clock.state === 'running')
      expect(clock).toMatchObject({ dueAtMs: expect.any(Number), remainingMs: null })
    if (['cancelled', 'merged'].includes(ticket.status)) expect(['met', 'breached']).toContain(clock.state)
  }
  const found = await sql<{ tokens: string[] }>`
    select tsvector_to_array("search") as tokens from ticket where "id" = ${ticketId}`.execute(db)
  const own = searchTokens({ codes: [ticket.number, ticket.phone], texts: [] })
  expect(found.rows[0]!.tokens).toEqual(expect.arrayContaining(own))
  if (ticket.phone === null) expect(found.rows[0]!.tokens).not.toContain('13605712844')
}

/** The sum of loads is what counting the tickets gives, before it is folded and after. */
async function loadsHold(exceptId: string): Promise<void> {
  const counted = await sql<{ key: string; n: number }>`
    select g.key::text, count(*)::int as n from ticket t, unnest(array[t."groupId", t."assigneeId"]) as g(key)
    where g.key is not null and t."status" in ('open', 'assigned', 'in_progress', 'on_hold') and t."id" <> ${exceptId}
    group by 1`.execute(desk.database.db)
  const expected = Object.fromEntries(counted.rows.map(({ key, n }) => [key, n]))
  const summed = async () => {
    const { groupLoads, engineerLoads } = await readLoads(desk.database.db, exceptId)
    return { ...groupLoads, ...engineerLoads }
  }
  expect(await summed()).toEqual(expected)
  await Promise.all([desk.database.transaction(foldLoads), desk.database.transaction(foldLoads)])
  expect(await summed()).toEqual(expected)
}

async function stored(ticketId: string) {
  const read = await readTicket(desk.database.db, ticketId, agent)
  return read.ok ? read.value : null
}

it('whatever people do to tickets, and whenever, they stay sound and their chains hold', async () => {
  const done = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (sequence) => {
      const tickets: string[] = []
      for (let i = 0; i < 3; i++)
        tickets.push(value(await desk.tell('ticket.create', agent, { fields: {} })).ticketId)
      for (const { name, on, other, by, waitMs } of sequence) {
        desk.clock.advance(waitMs)
        await desk.ring()
        const ticketId = tickets[on]!
        const input = { ticketId, ...acts[name]!(tickets[other]!, desk.clock.now()) }
        const before = await stored(ticketId)
        const result = await desk.tell(name.split(' ')[0]!, actorOf(by, ticketId), input)
        expect(code(result)).not.toBe('internal')
        if (result.ok) done.add(name)
        else expect(await stored(ticketId)).toEqual(before)
      }
      for (const ticketId of tickets) await holds(ticketId)
      expect((await verifyTimelines(desk.database.db)).broken).toBeNull()
      await loadsHold(tickets[0]!)
    }),
    { numRuns: 25 },
  )
  // The property says little about what never succeeds.
  expect(done.size).toBeGreaterThan(11)
}, 120_000)
