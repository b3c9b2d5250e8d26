import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/contract/actor.ts'
import { readOffer, stepOffer } from '../../src/router/offers/offer.ts'
import { group, minuteMs, type OfferDesk, openOfferDesk, people } from './offers-desk.ts'

let desk: OfferDesk
beforeAll(async () => {
  desk = await openOfferDesk({ env: { PUBLIC_URL: 'https://hub.example' } })
  const { db } = desk.test.fresh.database
  const qian = { number: 'HZ-900', name: '钱调度', duties: ['dispatcher'] }
  const { id } = await desk.test.run('staff.create', qian)
  await db
    .insertInto('staff_identity')
    .values({
      ...{ id: randomUUID(), staffId: String(id), accountId: desk.accountId, externalId: 'qian' },
      ...{ linkedBy: '{}', linkedAt: new Date(desk.clock.now()) },
    })
    .execute()
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.query('delete from offer')
  await desk.query(`update ticket set "status" = 'closed', "assigneeId" = null`)
  await desk.query('update staff set "active" = true')
  await desk.test.run('setting.set', { name: 'offers', value: {} })
})

/** What was said to the dispatcher, as the channel took it. */
const saidToQian = () =>
  desk.query<{ text: string; state: string }>(
    `select "content"->>'text' as text, "state" from outbox_message where "toExternalId" = 'qian' order by "seq"`,
  )

describe('offers that come to an end', () => {
  it('take one step only: from each of the five ends none leads on, and each end is reached from pending', async () => {
    const { database } = desk.test.fresh
    const steps = {
      ...{
        accept: 'accepted',
        reject: 'rejected',
        expire: 'timed_out',
        rescind: 'rescinded',
        cancel: 'cancelled',
      },
    } as const
    const names = Object.keys(steps) as (keyof typeof steps)[]
    for (const first of names) {
      const ticketId = await desk.ticket()
      const { id } = (await desk.offers(ticketId))[0]!
      const nowMs = desk.clock.now() + (first === 'expire' ? 11 * minuteMs : 0)
      const cause = { actor: systemActor('test'), nowMs, causeId: randomUUID() }
      const step = (name: keyof typeof steps) =>
        database.transaction(async (tx) => await stepOffer(tx, (await readOffer(tx, id))!, name, cause))
      // Time is part of the compare-and-set: nothing is answered late, nothing times out early.
      if (first === 'expire')
        for (const late of ['accept', 'reject'] as const) expect(await step(late)).toBeNull()
      else expect(await step('expire')).toBeNull()
      expect((await step(first))!.offer.status).toBe(steps[first])
      for (const second of names) expect(await step(second)).toBeNull()
      expect(await readOffer(database.db, id)).toMatchObject({ status: steps[first], version: 2 })
    }
  })

  it('twenty engineers who accept in the same moment: one gets the ticket, nineteen read who', async () => {
    const { db } = desk.test.fresh.database
    const ticketId = await desk.ticket()
    await desk.query('delete from offer')
    const accept = desk.test.hub.commands.find(({ name }) => name === 'offer.accept')!
    const [decision] = await desk.query<{ id: string }>(
      `select "id" from routing_decision where "ticketId" = '${ticketId}' limit 1`,
    )
    const asked = Array.from({ length: 20 }, (_, i) => ({
      staffId: randomUUID(),
      id: randomUUID(),
      to: `e${i}`,
    }))
    for (const { staffId, id, to } of asked) {
      await db
        .insertInto('staff')
        .values({
          id: staffId,
          number: `HZ-1-${to}`,
          name: `${to}师傅`,
          skills: ['*'],
          certs: [],
          duties: ['engineer'],
        })
        .execute()
      await db
        .insertInto('offer')
        .values({
          ...{
            id,
            ticketId,
            staffId,
            decisionId: decision!.id,
            groupId: group,
            accountId: desk.accountId,
            externalId: to,
          },
          ...{ createdAt: new Date(desk.clock.now()), expiresAt: new Date(desk.clock.now() + 10 * minuteMs) },
        })
        .execute()
    }
    const answers = await Promise.all(
      asked.map(({ staffId, id, to }) =>
        desk.test.hub.executor.execute(accept, { kind: 'card', id: to, staffId }, { offerId: id }),
      ),
    )
    const won = answers.flatMap((answer, i) => (answer.ok ? [asked[i]!] : []))
    expect(won).toHaveLength(1)
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.refusal]))
    expect(new Set(refused.map(({ code, params }) => `${code} ${params.stateZh}`))).toEqual(
      new Set([`offer.ended 已被${won[0]!.to}师傅接单`]),
    )
    expect(await desk.row(ticketId)).toMatchObject({ status: 'assigned', assigneeId: won[0]!.staffId })
    await desk.settle()
    const rows = await desk.query<{ status: string; n: number }>(
      `select "status", count(*)::int as n from offer where "ticketId" = '${ticketId}' group by 1 order by 1`,
    )
    expect(rows).toEqual(
      expect.arrayContaining([
        { status: 'accepted', n: 1 },
        { status: 'rescinded', n: 19 },
      ]),
    )
    const assigned = await desk.query(
      `select 1 from ticket_event where "ticketId" = '${ticketId}' and "type" = 'transition'`,
    )
    expect(assigned).toHaveLength(1)
    await desk.query(`delete from staff where "number" like 'HZ-1-%'`)
  })

  it('one offer tapped twenty times at once is accepted once, and every tap is answered with success', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    const taps = await Promise.all(
      Array.from({ length: 20 }, () => desk.press(offer!.who, offer!.id, 'offer.accept')),
    )
    // A tap whose turn did not come within the vendor's limit is answered by the card afterwards.
    const answered = taps.flatMap(({ outcome }) => outcome.answer ?? [])
    expect(answered.length).toBeGreaterThan(0)
    expect(new Set(answered.map(({ tone, text }) => `${tone} ${text}`))).toEqual(new Set(['success 已接单']))
    await desk.settle()
    const steps = await desk.query(
      `select 1 from ticket_event where "ticketId" = '${ticketId}' and "type" in ('transition', 'offer')`,
    )
    expect(steps).toHaveLength(3)
  })

  it('time out while the hub is down: the next start closes them, changes the card, and asks the next engineer', async () => {
    const ticketId = await desk.ticket()
    const [first] = await desk.offers(ticketId)
    desk.clock.advance(45 * minuteMs)
    expect((await desk.offers(ticketId)).map(({ status }) => status)).toEqual(['pending'])
    const node = await desk.another()
    try {
      await node.hub.start(true)
      await expect
        .poll(async () => (await desk.offers(ticketId)).map(({ status }) => status), { timeout: 30_000 })
        .toEqual(['timed_out', 'pending'])
      await expect
        .poll(() => desk.cards().find(({ id }) => id === first!.id)!.state?.text, { timeout: 30_000 })
        .toBe('已超时')
    } finally {
      await node.close()
    }
  })

  it('with everybody’s refusal tell the dispatcher in the chat, once, with the way to the ticket', async () => {
    await desk.query(`update staff set "active" = false where "id" = '${people.zhao}'`)
    const before = (await saidToQian()).length
    const ticketId = await desk.ticket()
    for (let i = 0; i < 2; i++) {
      const asked = (await desk.offers(ticketId)).find(({ status }) => status === 'pending')!
      await desk.press(asked.who, asked.id, 'offer.reject')
      await desk.settle(1000)
    }
    const { number, status } = await desk.row(ticketId)
    expect(status).toBe('open')
    const told = (await saidToQian()).slice(before)
    const text = `工单 ${number} 没有工程师接单，请调度员处理。\nhttps://hub.example/tickets/${number}`
    expect(told).toEqual([{ text, state: 'sent' }])
    // A ticket that is routed again and finds nobody still is no news.
    await desk.settle(minuteMs)
    expect(await saidToQian()).toHaveLength(before + 1)
  })
})

describe('a customer who cancels while the engineer is on the way', () => {
  const saidTo = async (name: string) =>
    (
      await desk.query<{ text: string }>(
        `select "content"->>'text' as text from outbox_message where "toExternalId" = '${name}' order by "seq"`,
      )
    ).map(({ text }) => text)

  it('reads that it was heard; once an agent confirms, the engineer is told not to go, and of going on after all', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    await desk.test.run('offer.accept', { offerId: offer!.id })
    await desk.settle()
    const engineer = offer!.externalId
    const { number, assigneeId } = await desk.row(ticketId)
    expect(assigneeId).toBe(offer!.staffId)
    const [customer] = await desk.query<{ who: string }>(
      `select i."externalId" as who from ticket t join channel_identity i on i."contactId" = t."contactId" where t."id" = '${ticketId}'`,
    )
    await desk.write(customer!.who, '自己修好了,不用来了,谢谢')
    await desk.settle()
    await desk.settle(20_000)
    expect(await desk.row(ticketId)).toMatchObject({
      ...{ status: 'assigned', assigneeId, cancelAskedAt: expect.any(Date) },
    })
    expect((await saidTo(customer!.who)).at(-1)).toContain(`已收到您取消工单 ${number} 的请求`)
    const notGo = `工单 ${number} 已取消，请不要再上门。`
    expect(await saidTo(engineer)).not.toContain(notGo)

    await desk.test.run('ticket.transition', { ticketId, command: 'cancel', reason: '客户自己修好了' })
    await desk.settle(31_000)
    expect(await desk.row(ticketId)).toMatchObject({ status: 'cancelled', cancelAskedAt: null })
    expect((await saidTo(customer!.who)).at(-1)).toContain(`您的工单 ${number} 已取消`)
    expect((await saidTo(engineer)).at(-1)).toBe(notGo)
    expect(desk.texts().join('\n')).toContain(notGo)

    await desk.test.run('ticket.transition', { ticketId, command: 'reopen', reason: '又坏了' })
    await desk.settle(31_000)
    expect((await saidTo(engineer)).at(-1)).toBe(`工单 ${number} 已恢复，仍由您处理。`)
  })

  it('and a cancellation that is undone at once reaches no engineer', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    await desk.test.run('offer.accept', { offerId: offer!.id })
    await desk.settle()
    const before = await saidTo(offer!.externalId)
    await desk.test.run('ticket.transition', { ticketId, command: 'cancel', reason: '误点' })
    await desk.test.run('ticket.transition', { ticketId, command: 'reopen', reason: '误点' })
    await desk.settle(61_000)
    expect(await saidTo(offer!.externalId)).toEqual(before)
  })
})

describe('a customer who presses', () => {
  const saidTo = async (name: string) =>
    (
      await desk.query<{ text: string }>(
        `select "content"->>'text' as text from outbox_message where "toExternalId" = '${name}'
          and "idempotencyKey" like 'expedited:%' order by "seq"`,
      )
    ).map(({ text }) => text)
  const customerOf = async (ticketId: string) =>
    (
      await desk.query<{ who: string }>(
        `select i."externalId" as who from ticket t join channel_identity i on i."contactId" = t."contactId" where t."id" = '${ticketId}'`,
      )
    )[0]!.who
  const press = (ticketId: string, reason: string) => desk.test.run('ticket.expedite', { ticketId, reason })

  it('reaches the engineer in their chat with the number, how often, and the words; once in the time in which it counts once', async () => {
    const ticketId = await desk.ticket()
    const [offer] = await desk.offers(ticketId)
    await desk.test.run('offer.accept', { offerId: offer!.id })
    await desk.settle()
    const { number } = await desk.row(ticketId)
    const before = (await saidTo(offer!.externalId)).length
    const dispatchers = (await saidTo('qian')).length
    const told = async () => (await saidTo(offer!.externalId)).slice(before)
    await desk.write(await customerOf(ticketId), `怎么还没来${'啊'.repeat(80)}`)
    await desk.settle()
    await desk.settle(20_000)
    const first = `客户催单：工单 ${number}（第 1 次），请尽快处理。\n客户说：“怎么还没来${'啊'.repeat(55)}…”`
    expect(await told()).toEqual([first])
    // What the vendor takes at once is short.
    expect(desk.texts().join('')).toContain(first.slice(0, 40))
    // An agent may count as often as the customer rings up; the engineer is not disturbed each time.
    await press(ticketId, '又打电话来催')
    await desk.settle(minuteMs)
    expect((await desk.row(ticketId)).expedited).toBe(2)
    expect(await told()).toHaveLength(1)
    await desk.settle(30 * minuteMs)
    await press(ticketId, '客户第三次来电')
    await desk.settle()
    expect((await told()).slice(1)).toEqual([
      `客户催单：工单 ${number}（第 3 次），请尽快处理。\n客户说：“客户第三次来电”`,
    ])
    expect(await saidTo('qian')).toHaveLength(dispatchers)
  })

  it('while nobody has the ticket, or its engineer has no chat, reaches the dispatcher; and what the customer reads is true when nobody can be told', async () => {
    const ticketId = await desk.ticket()
    const { number } = await desk.row(ticketId)
    const before = (await saidTo('qian')).length
    const told = async () => (await saidTo('qian')).slice(before)
    const page = `https://hub.example/tickets/${number}`
    // As the button of the progress page does.
    const expedite = desk.test.hub.commands.find(({ name }) => name === 'ticket.expedite')!
    const byLink = await desk.test.hub.executor.execute(
      expedite,
      { kind: 'link', id: ticketId, ticketId },
      { ticketId },
    )
    expect(byLink.ok).toBe(true)
    await desk.settle()
    expect(await told()).toEqual([
      `客户催单：工单 ${number}（第 1 次），还没有工程师，请调度员处理。\n${page}`,
    ])
    await desk.test.run('ticket.assign', { ticketId, engineerId: people.zhao })
    await desk.settle(31 * minuteMs)
    await press(ticketId, '急用')
    await desk.settle()
    expect((await told())[1]).toBe(
      `客户催单：工单 ${number}（第 2 次），赵师傅没有绑定可用的聊天账号，请转告。\n客户说：“急用”\n${page}`,
    )
    await desk.query(`update staff set "active" = false where "name" = '钱调度'`)
    await desk.settle(31 * minuteMs)
    const who = await customerOf(ticketId)
    await desk.write(who, '催一下')
    await desk.settle()
    await desk.settle(20_000)
    expect(await told()).toHaveLength(2)
    const [said] = await desk.query<{ text: string }>(
      `select "content"->>'text' as text from outbox_message where "toExternalId" = '${who}' order by "seq" desc limit 1`,
    )
    expect(said!.text).toContain(`已为您的工单 ${number} 登记催单，我们会尽快处理。`)
    expect(said!.text).not.toContain('提醒')
  })
})
