import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/contract/actor.ts'
import { type Capabilities, DeliveryError } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { makeOutboxCommands, queries, spend, windowOpen } from '../../src/outbox/index.ts'
import { enqueue } from '../../src/queue/index.ts'
import { json } from '../../src/store/index.ts'
import { type Desk, openDesk } from './outbox-desk.ts'

let open: Desk[] = []
afterEach(async () => {
  for (const desk of open) await desk.desk.drop()
  open = []
})

async function newDesk(capabilities: Partial<Capabilities> = {}): Promise<Desk> {
  const desk = await openDesk({ maxTextLength: 500, ...capabilities })
  open.push(desk)
  return desk
}

const hour = 3_600_000
const stored = 'a'.repeat(64)
const commands = makeOutboxCommands({
  media: {
    look: async (hash) => (hash === stored ? { hash, size: 9, contentType: 'application/pdf' } : null),
  },
  partsOf: () => null,
})
const command = (name: string) => commands.find((c) => c.name === name)
const admin: Actor = { kind: 'user', id: randomUUID(), name: '管理员', roles: ['admin'], staffId: null }

async function newTicket(d: Desk, number: string, conversationId: string): Promise<string> {
  const id = derivedId('ticket', number)
  const at = new Date(d.desk.clock.now())
  await d.desk.database.db
    .insertInto('ticket')
    .values({
      id,
      number,
      typeId: derivedId('type'),
      formVersion: 1,
      status: 'open',
      fields: json({}),
      intent: 'repair',
      urgency: 'normal',
      sentiment: 'neutral',
      channel: 'played',
      createdBy: json({ kind: 'system', id: 'test' }),
      createdAt: at,
      updatedAt: at,
    })
    .execute()
  await d.desk.database.db
    .insertInto('conversation_ticket')
    .values({ conversationId, ticketId: id })
    .execute()
  return id
}

async function configure(d: Desk, settings: object): Promise<void> {
  const row = { value: json(settings) }
  await d.desk.database.db
    .insertInto('setting')
    .values({ name: 'outbox', ...row })
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute()
}

async function acknowledge(d: Desk, ticketId: string, conversationId: string): Promise<void> {
  const cause = { id: randomUUID(), nowMs: d.desk.clock.now() }
  await d.desk.database.transaction((tx) =>
    enqueue(tx, [{ kind: 'ticket.acknowledge', payload: { ticketId, conversationId } }], cause),
  )
  await d.run()
}

describe('an agent answers', () => {
  it('and the customer no longer waits, the reference is the ticket’s number, and pressing twice sends once', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '空调不制冷')
    await newTicket(d, 'T260302-0001', conversationId)
    const reply = { conversationId, text: '师傅明天上午到', key: 'press-0001' }
    const first = await d.command(command('outbox.reply'), reply)
    expect(await d.command(command('outbox.reply'), reply)).toEqual(first)
    await d.run()
    expect(d.desk.seen.map((s) => [s.text, s.reference])).toEqual([['师傅明天上午到', 'T260302-0001']])
    const shown = await d.desk.database.db
      .selectFrom('conversation')
      .select('waitingSince')
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    expect(shown.waitingSince).toBeNull()
    const message = await d.desk.database.db
      .selectFrom('message')
      .select(['author', 'authorName', 'delivery'])
      .where('direction', '=', 'out')
      .executeTakeFirstOrThrow()
    expect(message).toEqual({ author: 'agent', authorName: '李坐席', delivery: 'sent' })
    const queued = await d.events('outbox.queued')
    expect(queued.map((e) => e.data)).toMatchObject([{ conversationId, author: 'agent' }])
  })

  it('with files that are stored, and is told when one is not', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '说明书有吗')
    const file = { hash: stored, name: '说明书.pdf', contentType: 'application/pdf', size: 9 }
    const missing = { ...file, hash: 'b'.repeat(64) }
    expect(
      await d.command(command('outbox.reply'), { conversationId, attachments: [missing] }),
    ).toMatchObject({
      refusal: { code: 'not_found', params: { what: 'file', name: '说明书.pdf' } },
    })
    expect(await d.command(command('outbox.reply'), { conversationId, attachments: [file] })).toMatchObject({
      ok: true,
    })
    const rows = await d.desk.database.db.selectFrom('attachment').select(['name', 'hash', 'state']).execute()
    expect(rows).toEqual([{ name: '说明书.pdf', hash: stored, state: 'stored' }])
  })

  it('with the size and the type of the stored file, whatever the caller says of it', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '说明书有吗')
    const file = { hash: stored, name: '说明书.pdf', contentType: 'image/png\r\nx: y', size: 5_000_000 }
    expect(await d.command(command('outbox.reply'), { conversationId, attachments: [file] })).toMatchObject({
      ok: true,
    })
    const { db } = d.desk.database
    const real = { size: 9, contentType: 'application/pdf' }
    expect(await db.selectFrom('attachment').select(['size', 'contentType']).execute()).toEqual([real])
    const sent = await db.selectFrom('outbox_message').select('content').executeTakeFirstOrThrow()
    expect(sent.content).toMatchObject({ attachments: [{ name: '说明书.pdf', hash: stored, ...real }] })
  })

  it('in a closed conversation, which opens again, unless the customer is in a newer one', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    const close = () =>
      d.desk.database.db
        .updateTable('conversation')
        .set({ state: 'closed', closedAt: new Date(d.desk.clock.now()) })
        .where('id', '=', conversationId)
        .execute()
    await close()
    expect(await d.command(command('outbox.reply'), { conversationId, text: '还需要帮助吗' })).toMatchObject({
      ok: true,
    })
    await close()
    await d.hear('u1', '我又来了')
    expect(await d.command(command('outbox.reply'), { conversationId, text: 'x' })).toMatchObject({
      refusal: { code: 'conversation.closed' },
    })
  })

  it('but an auditor, and an empty answer, are refused', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    const auditor: Actor = { ...admin, roles: ['auditor'] }
    expect(await d.command(command('outbox.reply'), { conversationId, text: 'x' }, auditor)).toMatchObject({
      refusal: { code: 'access.forbidden' },
    })
    expect(command('outbox.reply')?.input.safeParse({ conversationId, text: ' \n' }).success).toBe(false)
  })
})

describe('the reply window', () => {
  const window = { windowMs: 48 * hour, messages: 3 }

  it('is counted per piece, sends nothing by half beyond its end, and opens again when the customer writes', async () => {
    const d = await newDesk({ replyWindow: window, maxTextLength: 2 })
    const conversationId = await d.hear('u1', '你好')
    await d.say({ conversationId, text: '一二三四' })
    await d.say({ conversationId, text: '五六七八' })
    await d.say({ conversationId, text: '九' })
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['一二', '三四', '九'])
    expect(await d.states()).toEqual(['sent(sent sent)', 'failed(failed queued)', 'sent(sent)'])
    expect((await d.events('outbox.failed')).map((e) => e.data)).toMatchObject([
      { code: 'outbox.window_closed' },
    ])
    expect(await d.command(command('outbox.reply'), { conversationId, text: 'x' })).toMatchObject({
      refusal: { code: 'outbox.window_closed' },
    })
    await d.hear('u1', '还在吗')
    expect(await d.command(command('outbox.reply'), { conversationId, text: 'x' })).toMatchObject({
      ok: true,
    })
    d.desk.clock.advance(window.windowMs)
    expect(await windowOpen(d.desk.database.db, conversationId, d.desk.clock.now())).toBe(false)
  })

  it('tells an agent before anything is queued how many messages a reply needs and how many are left', async () => {
    const d = await newDesk({ replyWindow: window, maxTextLength: 2 })
    const parts = makeOutboxCommands({
      media: { look: async () => null },
      partsOf: (_account, { text }) => Math.ceil([...text].length / 2),
    })
    const reply = (text: string) =>
      d.command(
        parts.find((c) => c.name === 'outbox.reply'),
        { conversationId, text },
      )
    const conversationId = await d.hear('u1', '你好')
    const short = { code: 'outbox.window_short', params: { needed: 4, left: 3 } }
    expect(await reply('一二三四五六七八')).toMatchObject({ refusal: short })
    expect(await reply('一二')).toMatchObject({ ok: true })
    // What waits to be sent has its place already.
    expect(await reply('三四五六七八')).toMatchObject({ refusal: { params: { needed: 3, left: 2 } } })
    await d.run()
    expect(await reply('三四五六七八')).toMatchObject({ refusal: { params: { needed: 3, left: 2 } } })
    expect(await reply('三四五六')).toMatchObject({ ok: true })
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['一二', '三四', '五六'])
  })

  it('is opened for a moment by a scan or a click where all messages are used, and never shortened by one', async () => {
    const d = await newDesk({ replyWindow: window })
    const minute = 60_000
    const click = () => d.hear('u1', '点击菜单', undefined, { windowMs: minute, messages: 2 })
    const conversationId = await d.hear('u1', '你好')
    const ledger = () =>
      d.desk.database.db
        .selectFrom('conversation')
        .select(['windowLeft', 'windowUntil'])
        .where('id', '=', conversationId)
        .executeTakeFirstOrThrow()
    const opened = await ledger()
    await click()
    expect(await ledger()).toEqual(opened)
    for (const text of ['一', '二', '三']) await d.say({ conversationId, text })
    await d.run()
    expect(await ledger()).toMatchObject({ windowLeft: 0 })
    await click()
    const until = new Date(d.desk.clock.now() + minute)
    expect(await ledger()).toEqual({ windowLeft: 2, windowUntil: until })
    await d.say({ conversationId, text: '四' })
    await d.run()
    expect(await d.states()).toEqual(Array.from({ length: 4 }, () => 'sent(sent)'))
    d.desk.clock.advance(minute)
    expect(await windowOpen(d.desk.database.db, conversationId, d.desk.clock.now())).toBe(false)
  })

  it('pays once for a piece that needs several tries', async () => {
    const d = await newDesk({ replyWindow: window })
    const conversationId = await d.hear('u1', '你好')
    let failures = 2
    d.desk.answer = async () => {
      if (failures-- > 0) throw new DeliveryError('later', '45009', 'too fast')
      return { providerMessageId: 'v' }
    }
    await d.say({ conversationId, text: 'x' })
    await d.runFor(30_000)
    const row = await d.desk.database.db
      .selectFrom('conversation')
      .select('windowLeft')
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    expect(row.windowLeft).toBe(2)
  })

  it('leaves the last message to people: what the hub says by itself may not take it', async () => {
    const d = await newDesk({ replyWindow: { windowMs: hour, messages: 1 } })
    const conversationId = await d.hear('u1', '你好')
    await d.say({ conversationId, text: 'auto', automatic: true, author: { kind: 'system' } })
    await d.say({ conversationId, text: 'person' })
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['person'])
    expect(await d.states()).toEqual(['failed(failed)', 'sent(sent)'])
  })

  it('leaves it also behind a long text that the hub says by itself: all of it is sent, or nothing', async () => {
    const d = await newDesk({ replyWindow: { windowMs: hour, messages: 3 }, maxTextLength: 2 })
    const conversationId = await d.hear('u1', '你好')
    const byItself = { conversationId, automatic: true, author: { kind: 'system' as const } }
    await d.say({ ...byItself, text: '一二三四五六' })
    await d.say({ ...byItself, text: '七八九十' })
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['七八', '九十'])
    expect(await d.states()).toEqual(['failed(failed queued queued)', 'sent(sent sent)'])
  })

  it('is never overspent by two senders at once', async () => {
    const d = await newDesk({ replyWindow: { windowMs: hour, messages: 5 } })
    const conversationId = await d.hear('u1', '你好')
    const spent = await Promise.all(
      Array.from({ length: 12 }, () =>
        d.desk.database.transaction((tx) =>
          spend(tx, conversationId, { windowMs: hour, messages: 5 }, d.desk.clock.now()),
        ),
      ),
    )
    expect(spent.filter(Boolean)).toHaveLength(5)
  })
})

describe('what the hub says by itself', () => {
  it('tells the customer the ticket number and the progress page, once for each ticket', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '空调不制冷')
    const ticketId = await newTicket(d, 'T260302-0001', conversationId)
    await acknowledge(d, ticketId, conversationId)
    await acknowledge(d, ticketId, conversationId)
    expect(d.desk.seen).toHaveLength(1)
    expect(d.desk.seen[0]?.text).toContain('T260302-0001')
    expect(d.desk.seen[0]?.text).toContain(`https://hub.example/p/${ticketId}`)
  })

  it('never answers a machine', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '空调不制冷')
    const ticketId = await newTicket(d, 'T260302-0001', conversationId)
    await d.hear('u1', '我正在休假', 'auto-reply')
    await acknowledge(d, ticketId, conversationId)
    expect(await d.states()).toEqual([])
  })

  it('stops after so many answers to one sender within an hour, over all conversations, and only there', async () => {
    const d = await newDesk()
    const first = await d.hear('u1', '你好')
    const auto = (conversationId: string) =>
      d.say({ conversationId, text: 'x', automatic: true, author: { kind: 'system' } })
    for (let i = 0; i < 10; i++) expect((await auto(first)).ok).toBe(true)
    expect(await auto(first)).toMatchObject({ refusal: { code: 'outbox.automatic_suppressed' } })
    expect((await d.say({ conversationId: first, text: 'a person may' })).ok).toBe(true)
    expect((await auto(await d.hear('u2', '你好'))).ok).toBe(true)
    d.desk.clock.advance(hour + 1)
    expect((await auto(first)).ok).toBe(true)
  })

  it('uses the administrator’s words and keeps silent where it was switched off', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '空调不制冷')
    const ticketId = await newTicket(d, 'T260302-0001', conversationId)
    const texts = { 'ticket.acknowledge': { zh: '收到 {number}', en: 'Got {number}' } }
    await configure(d, { texts })
    await acknowledge(d, ticketId, conversationId)
    expect(d.desk.seen.map((s) => s.text)).toEqual(['收到 T260302-0001'])
    await configure(d, { silentAccounts: [d.accountId] })
    const other = await d.hear('u2', '冰箱漏水')
    await acknowledge(d, await newTicket(d, 'T260302-0002', other), other)
    expect(d.desk.seen).toHaveLength(1)
  })
})

describe('outbox.list', () => {
  it('shows what needs a person, with what the vendor said and whether a piece may have arrived twice', async () => {
    const d = await newDesk({ idempotentSend: 'none' })
    d.desk.answer = async (call) => {
      if (call.body.text === 'fine') return { providerMessageId: 'v' }
      throw new DeliveryError('unknown', 'timeout', 'no answer within 15 s')
    }
    await d.say({ conversationId: await d.hear('u1', '你好'), text: 'fine' })
    await d.say({ conversationId: await d.hear('u2', '你好'), text: 'lost' })
    await d.runFor(10_000)
    const find = (name: string) => queries.find((q) => q.name === name)
    const listed = await d.ask(find('outbox.list'), {})
    expect(listed).toMatchObject({
      messages: [
        {
          state: 'unknown',
          parts: [
            { label: 'piece 1', attempts: 2, repeated: true, lastError: 'timeout: no answer within 15 s' },
          ],
        },
      ],
      next: null,
    })
    const all = { states: ['sent', 'unknown'], limit: '1' }
    const page = (await d.ask(find('outbox.list'), all)) as { messages: { state: string }[]; next: number }
    expect(page.messages.map((m) => m.state)).toEqual(['unknown'])
    const rest = await d.ask(find('outbox.list'), { ...all, before: String(page.next) })
    expect(rest).toMatchObject({ messages: [{ state: 'sent' }], next: null })
  })
})
