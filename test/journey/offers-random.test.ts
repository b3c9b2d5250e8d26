import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { derivedId } from '../../src/kernel/ids.ts'
import { readLoads } from '../../src/router/situation.ts'
import { minuteMs, type OfferDesk, openOfferDesk, people } from './offers-desk.ts'

let desk: OfferDesk
beforeAll(async () => {
  desk = await openOfferDesk()
})
afterAll(() => desk.close())

/** What may happen to a ticket and its offers; all acts of one round happen at the same time. */
const acts = [
  'accept by li',
  'accept by wang',
  'reject by li',
  'reject by wang',
  'accept by phone',
  'rescind',
  'assign to zhao',
  'cancel the ticket',
  'time passes',
] as const
type Act = (typeof acts)[number]

/** Does one act; what is refused is refused, and nothing may be thrown but a refusal. */
async function act(what: Act, ticketId: string): Promise<void> {
  const offers = await desk.offers(ticketId)
  const refused = (error: unknown) => {
    if (!/offer\.|ticket\.|conflict\.|not_found/.test(String(error))) throw error
  }
  const newest = offers.at(-1)
  const press = async (who: 'li' | 'wang', key: string) => {
    const own = offers.findLast((offer) => offer.who === who) ?? newest
    if (own) await desk.press(who, own.id, key)
  }
  switch (what) {
    case 'accept by li':
      return await press('li', 'offer.accept')
    case 'accept by wang':
      return await press('wang', 'offer.accept')
    case 'reject by li':
      return await press('li', 'offer.reject')
    case 'reject by wang':
      return await press('wang', 'offer.reject')
    case 'accept by phone':
      if (newest) await desk.test.run('offer.accept', { offerId: newest.id }).catch(refused)
      return
    case 'rescind':
      if (newest) await desk.test.run('offer.rescind', { offerId: newest.id }).catch(refused)
      return
    case 'assign to zhao':
      await desk.test.run('ticket.assign', { ticketId, engineerId: people.zhao }).catch(refused)
      return
    case 'cancel the ticket':
      await desk.test
        .run('ticket.transition', { ticketId, command: 'cancel', reason: '不修了' })
        .catch(refused)
      return
    case 'time passes':
      desk.clock.advance(6 * minuteMs)
      await desk.test.hub.settle()
  }
}

/** What weighs on engineers is what they have and what is held out to them, each ticket once. */
async function loadsHold(): Promise<void> {
  const counted = await desk.query<{ id: string; n: number }>(`
    select id, count(*)::int as n from (
      select "assigneeId" as id from ticket where "status" in ('open', 'assigned', 'in_progress', 'on_hold')
      union all
      select o."staffId" from offer o join ticket t on t."id" = o."ticketId"
      where o."status" = 'pending' and t."status" = 'open' and t."assigneeId" is null
    ) w where id is not null group by id`)
  const { engineerLoads } = await readLoads(desk.test.fresh.database.db, derivedId('none'))
  expect(engineerLoads).toEqual(Object.fromEntries(counted.map(({ id, n }) => [id, n])))
}

/** What must hold whatever happened in whatever order. */
async function check(ticketId: string): Promise<void> {
  const offers = await desk.offers(ticketId)
  const ticket = await desk.row(ticketId)
  const accepted = offers.filter(({ status }) => status === 'accepted')
  expect(accepted.length).toBeLessThanOrEqual(1)
  // Each offer took one step at most, and its end is written when it did.
  for (const offer of offers) {
    expect(offer.version).toBe(offer.status === 'pending' ? 1 : 2)
    expect(offer.endedAt === null).toBe(offer.status === 'pending')
    if (offer.status === 'accepted' || offer.status === 'rejected') {
      expect(offer.endedAt!.getTime()).toBeLessThan(offer.expiresAt.getTime())
    }
    if (offer.status === 'timed_out') {
      expect(offer.endedAt!.getTime()).toBeGreaterThanOrEqual(offer.expiresAt.getTime())
    }
  }
  const timeline = await desk.query<{
    type: string
    payload: { status?: string; offerId?: string; command?: string }
  }>(`select "type", "payload" from ticket_event where "ticketId" = '${ticketId}' order by "seq"`)
  for (const { id, status } of offers) {
    const steps = timeline.flatMap(({ payload }) => (payload.offerId === id ? [payload.status] : []))
    expect(steps).toEqual(status === 'pending' ? ['pending'] : ['pending', status])
  }
  const assigns = timeline.filter(
    ({ type, payload }) => type === 'transition' && payload.command === 'assign',
  )
  expect(assigns.length).toBeLessThanOrEqual(1)
  if (accepted.length === 1) {
    expect(ticket.assigneeId).toBe(accepted[0]!.staffId)
    expect(assigns).toHaveLength(1)
  }
  const events = await desk.query<{ type: string; n: number }>(
    `select "type", count(*)::int as n from event where "type" like 'offer.%' and "subjectId" = '${ticketId}' group by 1`,
  )
  const count = (type: string) => events.find((event) => event.type === type)?.n ?? 0
  expect(count('offer.made')).toBe(offers.length)
  for (const status of ['accepted', 'rejected', 'timed_out', 'rescinded', 'cancelled']) {
    expect(count(`offer.${status}`)).toBe(offers.filter((offer) => offer.status === status).length)
  }
  // Once everything has settled, nothing is still held out of a ticket that is not free.
  if (ticket.status !== 'open') expect(offers.filter(({ status }) => status === 'pending')).toEqual([])
  await loadsHold()
  const dead = await desk.query(
    `select 1 from job where "state" = 'dead' union all select 1 from envelope where "state" = 'dead'`,
  )
  expect(dead).toEqual([])
}

it('an offer is accepted once at most, by legal steps only, whoever presses, waits, takes back and reassigns at the same time', {
  timeout: 300_000,
}, async () => {
  const round = fc.array(fc.constantFrom(...acts), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(round, { minLength: 1, maxLength: 4 }),
      async (atOnce, rounds) => {
        await desk.test.run('setting.set', { name: 'offers', value: { atOnce } })
        await desk.query(`update ticket set "status" = 'closed'`)
        const ticketId = await desk.ticket()
        for (const together of rounds) {
          await Promise.all(together.map((what) => act(what, ticketId)))
          await loadsHold()
        }
        await desk.settle(1000)
        await check(ticketId)
        await desk.settle(11 * minuteMs)
        await check(ticketId)
      },
    ),
    { numRuns: 20, seed: 20261127 },
  )
})

it('of two engineers who press at the same moment one gets the ticket, again and again', {
  timeout: 120_000,
}, async () => {
  await desk.test.run('setting.set', { name: 'offers', value: { atOnce: 2 } })
  for (let i = 0; i < 8; i++) {
    await desk.query(`update ticket set "status" = 'closed'`)
    const ticketId = await desk.ticket()
    const presses = i % 2 ? (['li', 'wang'] as const) : (['wang', 'li'] as const)
    await Promise.all(presses.map((who) => act(`accept by ${who}`, ticketId)))
    await desk.settle()
    await check(ticketId)
    const offers = await desk.offers(ticketId)
    expect(offers.map(({ status }) => status).sort()).toEqual(['accepted', 'rescinded'])
  }
})
