import { afterEach, describe, expect, it } from 'vitest'
import { openTalk, type TalkWorld } from './talk-world.ts'

let open: TalkWorld[] = []
afterEach(async () => {
  for (const { test } of open) await test.close()
  open = []
})

async function world(options: Parameters<typeof openTalk>[0] = {}): Promise<TalkWorld> {
  const made = await openTalk(options)
  open.push(made)
  return made
}

const request = '空调不制冷了,麻烦来修一下,杭州市西湖区文三路259号1幢302室,13605712844'
const minute = 60_000

/** What was said after the acknowledgement. */
async function answers(w: TalkWorld) {
  return (await w.said()).filter(({ rule }) => rule !== 'ticket.acknowledge')
}

async function engineer(w: TalkWorld): Promise<string> {
  const { id } = await w.test.run('staff.create', { number: '1001', name: '王建国', duties: ['engineer'] })
  return id as string
}

describe('a customer who asks how far the ticket is', () => {
  it('is told from its state, once for each state, and its timeline says so', async () => {
    const w = await world()
    await w.say('u1', request)
    const [ticket] = await w.tickets()
    await w.pass(minute)
    await w.say('u1', '师傅什么时候来?')
    expect(await answers(w)).toMatchObject([
      { rule: 'ticket.state.open', text: expect.stringContaining(ticket!.number) },
    ])
    await w.say('u1', '到哪了?')
    await w.pass(60 * minute)
    await w.say('u1', '到哪了?')
    expect(await answers(w)).toHaveLength(1)
    await w.test.run('ticket.assign', { ticketId: ticket!.id, engineerId: await engineer(w) })
    await w.pass(60 * minute)
    await w.say('u1', '请问师傅到哪了')
    expect((await answers(w)).at(-1)).toMatchObject({
      rule: 'ticket.state.assigned',
      text: expect.stringContaining('王师傅'),
    })
    expect(await w.timeline('answered')).toMatchObject([{ kind: 'progress' }, { kind: 'progress' }])
    expect(await w.tickets()).toHaveLength(1)
  })

  it('is not told twice within ten minutes, though the state changed', async () => {
    const w = await world()
    await w.say('u1', request)
    const [ticket] = await w.tickets()
    await w.say('u1', '到哪了?')
    await w.test.run('ticket.assign', { ticketId: ticket!.id, engineerId: await engineer(w) })
    await w.say('u1', '到哪了?')
    expect((await answers(w)).map(({ rule }) => rule)).not.toContain('ticket.state.assigned')
  })

  it('in English, in English', async () => {
    const w = await world()
    await w.say('u1', 'My air conditioner is broken, please repair it. 13605712844, 12 Wensan Road, Hangzhou')
    await w.say('u1', 'When will the engineer come?')
    const last = (await answers(w)).at(-1)
    expect(last?.text).toMatch(/^Your ticket T\d+/)
  })

  it('hears nothing by itself where the switch is off, and a person sees the question', async () => {
    const w = await world({ automatic: { state: false } })
    await w.say('u1', request)
    await w.say('u1', '到哪了?')
    expect(await answers(w)).toEqual([])
    expect((await w.conversation()).waitingSince).not.toBeNull()
  })

  it('hears nothing by itself while a person speaks with them', async () => {
    const w = await world()
    await w.say('u1', request)
    await w.test.run('outbox.reply', { conversationId: (await w.conversation()).id, text: '我帮您看看' })
    await w.say('u1', '到哪了?')
    expect(await answers(w)).toEqual([])
  })

  it('from another conversation is told of their own ticket, and of nobody else’s', async () => {
    const w = await world()
    await w.say('u1', request)
    const { number } = (await w.tickets())[0]!
    await w.say('u2', `${number}到哪了?`)
    expect(await answers(w)).toEqual([])
    await w.hear('u1', `${number}到哪了?`, { thread: undefined })
    await w.pass(8_000)
    expect(await answers(w)).toMatchObject([{ text: expect.stringContaining(number) }])
    const links = await w.test.fresh.database.db.selectFrom('conversation_ticket').selectAll().execute()
    expect(links).toHaveLength(2)
  })
})

describe('a customer who presses', () => {
  it('is counted like on the progress page, acknowledged once, and whoever has the ticket is told', async () => {
    const w = await world()
    await w.say('u1', request)
    await w.say('u1', '怎么还没来?快点!')
    await w.say('u1', '催一下')
    await w.say('u1', '快点啊')
    const [ticket] = await w.tickets()
    // Once in a window, however often it is said.
    expect(ticket!.expedited).toBe(1)
    expect(await answers(w)).toMatchObject([
      { rule: 'ticket.expedited', text: expect.stringContaining(ticket!.number) },
    ])
    expect(await w.timeline('expedited')).toMatchObject([{ count: 1, reason: '怎么还没来?快点!' }])
    const events = await w.test.fresh.database.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'ticket.expedited')
      .execute()
    expect(events).toHaveLength(1)
  })

  it('is counted where the hub says nothing by itself', async () => {
    const w = await world({ automatic: { state: false } })
    await w.say('u1', request)
    await w.say('u1', '催一下')
    expect(await w.tickets()).toMatchObject([{ expedited: 1 }])
    expect(await answers(w)).toEqual([])
  })

  it('is not counted for saying that there is no hurry', async () => {
    const w = await world()
    await w.say('u1', request)
    await w.say('u1', '不着急,师傅什么时候来都可以')
    expect(await w.tickets()).toMatchObject([{ expedited: 0 }])
    expect(await answers(w)).toEqual([])
  })
})

describe('a customer who wants no visit any more', () => {
  it('is heard: the ticket is marked with their words, they are told once, and a person decides', async () => {
    const w = await world()
    await w.say('u1', request)
    const [ticket] = await w.tickets()
    await w.say('u1', '算了,不用来了')
    await w.say('u1', '取消吧')
    const [asked] = await w.tickets()
    expect(asked).toMatchObject({ status: 'open', cancelAskedAt: expect.any(Date) })
    expect(await w.timeline('cancel_asked')).toMatchObject([
      { reason: '算了,不用来了', evidence: { kind: 'span', quote: '不用来了', start: 3, end: 7 } },
    ])
    expect(await answers(w)).toMatchObject([
      { rule: 'ticket.cancel_asked', text: expect.stringContaining(ticket!.number) },
    ])
    expect((await w.conversation()).queuedAt).not.toBeNull()
    const listed = (cancelAsked: boolean) => w.test.ask('ticket.list', { cancelAsked })
    expect(await listed(true)).toMatchObject({
      tickets: [{ id: ticket!.id, cancelAskedAtMs: expect.any(Number) }],
    })
    expect(await listed(false)).toMatchObject({ tickets: [] })
  })

  it('is cancelled by a person, and heard again after the ticket was kept', async () => {
    const w = await world()
    await w.say('u1', request)
    const [ticket] = await w.tickets()
    await w.say('u1', '取消吧')
    await w.test.run('ticket.keep', { ticketId: ticket!.id })
    expect(await w.tickets()).toMatchObject([{ status: 'open', cancelAskedAt: null }])
    await w.pass(60 * minute)
    await w.say('u1', '还是不用来了')
    expect(await w.tickets()).toMatchObject([{ status: 'open', cancelAskedAt: expect.any(Date) }])
    await w.test.run('ticket.transition', { ticketId: ticket!.id, command: 'cancel', reason: '客户取消' })
    expect(await w.tickets()).toMatchObject([{ status: 'cancelled', cancelAskedAt: null }])
    expect(await w.timeline('cancel_kept')).toHaveLength(1)
  })

  it('is heard in the very words that open a ticket again', async () => {
    const w = await world()
    await w.say('u1', request)
    const [ticket] = await w.tickets()
    const ticketId = ticket!.id
    await w.test.run('ticket.assign', { ticketId, engineerId: await engineer(w) })
    for (const command of ['start', 'resolve']) await w.test.run('ticket.transition', { ticketId, command })
    await w.say('u1', '空调又不制冷了,来修一下。算了,不用修了')
    expect(await w.tickets()).toMatchObject([{ id: ticketId, cancelAskedAt: expect.any(Date) }])
    expect(await w.timeline('cancel_asked')).toMatchObject([{ evidence: { quote: '不用修了' } }])
  })

  it('is marked where the hub says nothing by itself, and not for a denial or another day', async () => {
    const w = await world({ automatic: { state: false } })
    await w.say('u1', request)
    await w.say('u1', '不要取消,取消了安装的预约改到周五就行')
    expect(await w.tickets()).toMatchObject([{ cancelAskedAt: null }])
    await w.say('u1', '不用修了')
    expect(await w.tickets()).toMatchObject([{ cancelAskedAt: expect.any(Date) }])
    expect(await answers(w)).toEqual([])
  })
})
