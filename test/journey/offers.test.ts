import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { readLoads } from '../../src/router/situation.ts'
import { replayed } from '../replayed.ts'
import { group, minuteMs, type OfferDesk, openOfferDesk, people } from './offers-desk.ts'

let desk: OfferDesk
beforeAll(async () => {
  desk = await openOfferDesk({ env: { PUBLIC_URL: 'https://hub.example' } })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.query('delete from offer')
  await desk.query(`update ticket set "status" = 'closed', "assigneeId" = null`)
  await desk.test.run('setting.set', { name: 'offers', value: {} })
})

const cardOf = (id: string) => desk.cards().find((card) => card.id === id)!

describe('an offer', () => {
  it('reaches the engineer as a card with what the job is, and the ticket stays in the pool until somebody accepts', async () => {
    const ticketId = await desk.ticket()
    const ticket = await desk.row(ticketId)
    expect(ticket).toMatchObject({ status: 'open', assigneeId: null, groupId: group })
    const [offer] = await desk.offers(ticketId)
    expect(offer!.status).toBe('pending')
    const card = cardOf(offer!.id)
    expect(card.title).toContain(ticket.number)
    const said = JSON.stringify(card)
    expect(said).toContain('136****2844')
    expect(said).not.toContain('13605712844')
    expect(said).toContain('文三路259号')
    expect(card.buttons.map(({ key, url }) => url ?? key)).toEqual([
      'offer.accept',
      'offer.reject',
      expect.stringMatching(/^https:\/\/hub\.example\/e\/[\w-]{50}$/),
    ])
  })

  it('accepted by a press gives the ticket to the engineer, answers at once with the new card, and tells the customer', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    const { outcome, response } = await desk.press(offer!.who, offer!.id, 'offer.accept')
    expect(outcome.answer).toMatchObject({ tone: 'success', text: '已接单' })
    expect(outcome.answer!.card).toMatchObject({ id: offer!.id, state: { text: '已接单' } })
    expect(String(response.body)).toContain('已接单')
    expect(await desk.row(ticketId)).toMatchObject({ status: 'assigned', assigneeId: people[offer!.who] })
    const asked = await desk.test.ask('ticket.list', { status: ['open', 'assigned'] })
    // The list says the same as the card: taken, and not still waiting for somebody to take it.
    expect(asked).toMatchObject({ tickets: [{ id: ticketId, status: 'assigned', accepted: true }] })
    const call = await desk.test.ask('ticket.prefill', { phone: '13605712844' })
    expect(call.recent).toContainEqual(expect.objectContaining({ id: ticketId, accepted: true }))
    const before = desk.texts().length
    await desk.settle(minuteMs)
    expect(desk.texts().slice(before).join()).toContain('师傅')
    const timeline = await desk.query<{ type: string; actor: object; payload: { status?: string } }>(
      `select "type", "actor", "payload" from ticket_event where "ticketId" = '${ticketId}' order by "seq"`,
    )
    expect(timeline.filter(({ type }) => type === 'offer').map(({ payload }) => payload.status)).toEqual([
      'pending',
      'accepted',
    ])
    const moved = timeline.findLast(({ type }) => type === 'transition')
    expect(moved!.actor).toEqual({ kind: 'card', id: offer!.who, staffId: people[offer!.who] })
    const events = await desk.query<{ type: string; data: object }>(
      `select "type", "data" from event where "type" like 'offer.%' and "subjectId" = '${ticketId}' order by "id"`,
    )
    expect(events.map(({ type }) => type)).toEqual(['offer.made', 'offer.accepted'])
    const about = { offerId: offer!.id, ticketId, staffId: people[offer!.who] }
    expect(events.map(({ data }) => data)).toEqual([
      { ...about, status: 'pending' },
      { ...about, status: 'accepted' },
    ])
  })

  it('pressed twice by the same engineer is still accepted once', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    await desk.press(offer!.who, offer!.id, 'offer.accept')
    const { outcome } = await desk.press(offer!.who, offer!.id, 'offer.accept')
    expect(outcome.answer).toMatchObject({ tone: 'success', text: '已接单' })
    expect((await desk.offers(ticketId)).map(({ is }) => is)).toEqual([`${offer!.who} accepted`])
  })

  it('rejected goes to the next engineer, never back to who rejected, and to the dispatcher when nobody is left', async () => {
    const ticketId = await desk.ticket()
    await desk.query(`update staff set "active" = false where "id" = '${people.zhao}'`)
    const [first] = await desk.offers(ticketId)
    const { outcome } = await desk.press(first!.who, first!.id, 'offer.reject')
    expect(outcome.answer).toMatchObject({ tone: 'success', text: '已拒绝' })
    await desk.settle(1000)
    const second = (await desk.offers(ticketId)).at(-1)!
    expect(second.status).toBe('pending')
    expect(second.who).not.toBe(first!.who)
    const explained = await desk.test.ask('router.explain', { ticketId })
    expect(JSON.stringify(explained)).toContain('拒绝过这张工单')
    expect(explained).toMatchObject({ decisions: [{ recomputed: true }, { recomputed: true }] })
    await desk.press(second.who, second.id, 'offer.reject')
    await desk.settle(1000)
    expect(await desk.offers(ticketId)).toHaveLength(2)
    const told = await desk.query<{ data: { dispatcher: string | null } }>(
      `select "data" from event where "type" = 'ticket.routed' and "subjectId" = '${ticketId}' order by "id" desc limit 1`,
    )
    expect(told[0]!.data.dispatcher).toBe('no_engineer')
    await desk.query(`update staff set "active" = true`)
  })

  it('that nobody answers times out, says so on its card, and the next engineer is asked; a late press learns it', async () => {
    const ticketId = await desk.ticket()
    const [first] = await desk.offers(ticketId)
    await desk.settle(11 * minuteMs)
    const [timedOut, next] = await desk.offers(ticketId)
    expect(timedOut!.status).toBe('timed_out')
    expect(next!.status).toBe('pending')
    expect(cardOf(first!.id).state).toMatchObject({ text: '已超时' })
    expect(cardOf(first!.id).buttons.filter(({ url }) => !url)).toEqual([])
    const late = await desk.press(first!.who, first!.id, 'offer.accept')
    expect(late.outcome.answer).toMatchObject({ tone: 'warning', text: '已超时' })
    await desk.press(next!.who, next!.id, 'offer.accept')
    const later = await desk.press(first!.who, first!.id, 'offer.accept')
    expect(later.outcome.answer!.text).toMatch(/^已被.师傅接单$/)
    expect((await desk.row(ticketId)).assigneeId).toBe(people[next!.who])
  })

  it('pressed after its end, before anybody has ended it, is too late', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    desk.clock.advance(10 * minuteMs)
    const { outcome } = await desk.press(offer!.who, offer!.id, 'offer.accept')
    expect(outcome.answer).toMatchObject({ tone: 'warning', text: '已超时' })
    expect((await desk.row(ticketId)).status).toBe('open')
    await desk.settle()
  })

  it('asked of two at once is accepted by the first; the other card says who has it, however close the presses are', async () => {
    await desk.test.run('setting.set', { name: 'offers', value: { atOnce: 2 } })
    const ticketId = await desk.ticket()
    const both = await desk.offers(ticketId)
    expect(both.map(({ status }) => status)).toEqual(['pending', 'pending'])
    const presses = await Promise.all(both.map(({ who, id }) => desk.press(who, id, 'offer.accept')))
    const tones = presses.map(({ outcome }) => outcome.answer!.tone).sort()
    expect(tones).toEqual(['success', 'warning'])
    await desk.settle()
    const after = await desk.offers(ticketId)
    expect(after.map(({ status }) => status).sort()).toEqual(['accepted', 'rescinded'])
    const winner = after.find(({ status }) => status === 'accepted')!
    const loser = after.find(({ status }) => status === 'rescinded')!
    expect((await desk.row(ticketId)).assigneeId).toBe(winner.staffId)
    const name = { li: '李师傅', wang: '王师傅', zhao: '赵师傅' }[winner.who]
    expect(cardOf(loser.id).state!.text).toBe(`已被${name}接单`)
    expect(presses.find(({ outcome }) => outcome.answer!.tone === 'warning')!.outcome.answer!.text).toBe(
      `已被${name}接单`,
    )
  })

  it('is taken back when a dispatcher gives the ticket to somebody, and cancelled when the ticket ends', async () => {
    const one = await desk.ticket()
    await desk.test.run('ticket.assign', { ticketId: one, engineerId: people.zhao })
    await desk.settle()
    const [taken] = await desk.offers(one)
    expect(taken!.status).toBe('rescinded')
    expect(cardOf(taken!.id).state!.text).toBe('已被赵师傅接单')
    const two = await desk.ticket()
    await desk.test.run('ticket.transition', { ticketId: two, command: 'cancel', reason: '客户不修了' })
    const [offer] = await desk.offers(two)
    const { outcome } = await desk.press(offer!.who, offer!.id, 'offer.accept')
    expect(outcome.answer!.tone).toBe('warning')
    await desk.settle()
    expect((await desk.offers(two))[0]!.status).toBe('cancelled')
    expect(cardOf(offer!.id).state!.text).toBe('工单已结束')
  })

  it('is answered by a dispatcher who has the engineer on the phone, and taken back by one', async () => {
    const one = await desk.ticket()
    const [first] = await desk.offers(one)
    expect(await desk.test.run('offer.accept', { offerId: first!.id })).toMatchObject({ status: 'accepted' })
    await desk.settle()
    expect(cardOf(first!.id).state!.text).toBe('已接单')
    const two = await desk.ticket()
    const [second] = await desk.offers(two)
    await desk.test.run('offer.rescind', { offerId: second!.id, reason: '改约' })
    await expect(desk.test.run('offer.accept', { offerId: second!.id })).rejects.toThrow('offer.ended')
    await desk.settle()
    expect((await desk.row(two)).status).toBe('open')
    const listed = await desk.test.ask('offer.list', { ticketId: two })
    expect(listed).toMatchObject({ offers: [{ status: 'rescinded', reason: '改约' }] })
    const whole = await desk.test.ask('ticket.get', { ticketId: two })
    expect(whole).toMatchObject({ offers: [{ id: second!.id, status: 'rescinded' }] })
  })

  it("cannot be pressed by anybody but its engineer, nor by somebody who is nobody's account", async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    const other = offer!.who === 'li' ? 'wang' : 'li'
    expect((await desk.press(other, offer!.id, 'offer.accept')).outcome.answer!.tone).toBe('error')
    const stranger = await desk.press('stranger', offer!.id, 'offer.accept')
    expect(stranger.outcome.answer).toMatchObject({ tone: 'error' })
    expect(stranger.outcome.answer!.text).toContain('绑定')
    expect((await desk.press(offer!.who, 'no-such-card', 'offer.accept')).outcome.answer!.tone).toBe('error')
    expect((await desk.press(offer!.who, offer!.id, 'offer.sing')).outcome.answer!.tone).toBe('error')
    expect((await desk.offers(ticketId))[0]!.status).toBe('pending')
  })

  it('is not made when offers are off, or when the engineer cannot be reached: the ticket is assigned as before', async () => {
    await desk.test.run('setting.set', { name: 'offers', value: { enabled: false } })
    const one = await desk.ticket()
    expect((await desk.row(one)).status).toBe('assigned')
    await desk.test.run('setting.set', { name: 'offers', value: {} })
    await desk.query(`update staff set "active" = "id" = '${people.zhao}'`)
    const two = await desk.ticket()
    expect(await desk.row(two)).toMatchObject({ status: 'assigned', assigneeId: people.zhao })
    expect(await desk.offers(two)).toEqual([])
    await desk.query('update staff set "active" = true')
  })

  it('whose card was never sent is not announced as taken back', async () => {
    await desk.query(`update channel_account set "enabled" = true`)
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    const sent = desk.cards().length
    // The message of another offer is written and taken back before the outbox comes by.
    await desk.press(offer!.who, offer!.id, 'offer.reject')
    while (
      (
        await desk.query<{ id: string }>(
          `select "id" from job where "kind" = 'ticket.route' and "state" = 'ready'`,
        )
      ).length > 0
    ) {
      const [job] = await desk.query<{ id: string }>(
        `select "id" from job where "kind" = 'ticket.route' and "state" = 'ready'`,
      )
      await desk.test.hub.runJob(job!.id)
    }
    const next = (await desk.offers(ticketId)).find(({ status }) => status === 'pending')!
    await desk.test.run('offer.rescind', { offerId: next.id })
    await desk.settle()
    expect(desk.cards()).toHaveLength(sent)
    const states = await desk.query<{ state: string }>(
      `select "state" from outbox_message where "cardId" = '${next.id}' order by "seq"`,
    )
    expect(states.map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  })
})

describe('the limit of an engineer', () => {
  beforeAll(() => desk.query('update staff set "maxLoad" = 1'))
  afterAll(() => desk.query('update staff set "maxLoad" = 8'))

  /** Another word about a ticket for which it is routed again. */
  const change = async (ticketId: string, name = 'product_category', value = '冰箱') => {
    await desk.test.run('ticket.setField', { ticketId, name, value })
    await desk.settle(1000)
  }

  it('holds while offers wait: whoever has room for one ticket is asked for one, and the next ticket goes to the next engineer', async () => {
    const ids = [await desk.ticket(), await desk.ticket(), await desk.ticket()]
    const asked = (await Promise.all(ids.map((id) => desk.offers(id)))).flat()
    expect(asked.map(({ is }) => is)).toEqual(['li pending', 'wang pending'])
    const explained = await desk.test.ask('router.explain', { ticketId: ids[1]! })
    expect(JSON.stringify(explained)).toContain('李师傅：已满：手上 1 单（含待接单），上限 1')
    for (const { who, id } of asked) await desk.press(who, id, 'offer.accept')
    await desk.settle()
    const given = await Promise.all(ids.map(async (id) => (await desk.row(id)).assigneeId))
    expect(given).toEqual([people.li, people.wang, people.zhao])
    const decisions = await Promise.all(ids.map((ticketId) => desk.test.ask('router.explain', { ticketId })))
    for (const decided of decisions) expect(decided).toMatchObject({ decisions: [{ recomputed: true }] })
  })

  it('does not keep an engineer from the ticket that is held out to them: neither when it is routed again nor when they accept', async () => {
    const ticketId = await desk.ticket()
    await change(ticketId)
    const [offer, ...others] = await desk.offers(ticketId)
    expect([offer!.is, ...others]).toEqual(['li pending'])
    const second = await desk.ticket()
    await desk.test.run('ticket.assign', { ticketId: second, engineerId: people.li })
    expect((await desk.press('li', offer!.id, 'offer.accept')).outcome.answer).toMatchObject({
      text: '已接单',
    })
    expect(await desk.row(ticketId)).toMatchObject({ status: 'assigned', assigneeId: people.li })
  })

  it('counts a ticket once when a dispatcher gives it to the very engineer to whom it is held out', async () => {
    await desk.query('update staff set "maxLoad" = 2')
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    expect(offer!.is).toBe('li pending')
    await desk.test.run('ticket.assign', { ticketId, engineerId: people.li })
    const loadOfLi = async () =>
      (await readLoads(desk.test.fresh.database.db, derivedId('none'))).engineerLoads[people.li]
    expect(await loadOfLi()).toBe(1)
    await desk.settle()
    expect((await desk.offers(ticketId)).map(({ is }) => is)).toEqual(['li rescinded'])
    expect(await loadOfLi()).toBe(1)
  })
})

describe('replay with offers', () => {
  it('finds no difference', async () => {
    // The history of the configuration is kept by the database's clock: what happens, happens after it.
    const fresh = await openOfferDesk({ startMs: Date.now() + 5 * minuteMs })
    try {
      const one = await fresh.ticket()
      const [first] = await fresh.offers(one)
      fresh.clock.advance(1000)
      await fresh.press(first!.who, first!.id, 'offer.accept')
      await fresh.settle(minuteMs)
      const two = await fresh.ticket()
      const [second] = await fresh.offers(two)
      fresh.clock.advance(1000)
      await fresh.press(second!.who, second!.id, 'offer.reject')
      await fresh.settle(1000)
      await fresh.settle(11 * minuteMs)
      fresh.clock.advance(1000)
      await fresh.write('li', '今天有几单?')
      const three = await fresh.ticket()
      const [third] = await fresh.offers(three)
      fresh.clock.advance(1000)
      await fresh.test.run('offer.accept', { offerId: third!.id })
      await fresh.settle(minuteMs)
      const report = await replayed(fresh.test, fresh.made)
      expect([...report.problems, inWords(report.differences)]).toEqual([
        'No difference: the replay rebuilt exactly what is stored.',
      ])
    } finally {
      await fresh.close()
    }
  })
})
