import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Actor, Role } from '../../src/contract/actor.ts'
import type { Capabilities } from '../../src/contract/channel.ts'
import { appendMessage } from '../../src/conversations/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { enqueue } from '../../src/queue/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const chat: Capabilities = {
  maxTextLength: 2000,
  cards: 'text',
  attachments: true,
  ackBudgetMs: null,
  redeliveryHorizonMs: 0,
  replyWindow: null,
  idempotentSend: 'none',
  settleMs: 8000,
}
const startMs = Date.parse('2026-11-23T10:00:00+08:00')

interface Chats {
  readonly chats: readonly { readonly id: string; readonly agentId: string | null; readonly last: string }[]
  readonly counts: { readonly mine: number; readonly queue: number; readonly all: number }
  readonly agents: readonly { readonly name: string; readonly status: string; readonly chats: number }[]
}

describe('the agents’ desk', () => {
  const clock = manualClock(startMs)
  let test: TestHub
  let accountId: string
  let made = 0

  beforeAll(async () => {
    test = await testHub({ clock })
    accountId = String((await test.run('channel.create', { kind: 'api', name: 'chat', config: {} })).id)
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    await test.fresh.database.query('update conversation set state = $1', ['closed'])
    await test.fresh.database.query('delete from agent_presence')
  })

  /** A person with an open page. */
  async function user(name: string, roles: readonly Role[] = ['agent']): Promise<Actor> {
    const id = derivedId('desk-user', name)
    const db = test.fresh.database.db
    await db
      .insertInto('app_user')
      .values({ id, login: name, displayName: name, passwordHash: 'x', roles: [...roles] })
      .onConflict((c) => c.doNothing())
      .execute()
    await seen(id)
    return { kind: 'user', id, name, roles: [...roles], staffId: null }
  }

  async function seen(userId: string): Promise<void> {
    await test.fresh.database.query('delete from session where "userId" = $1', [userId])
    await test.fresh.database.query(
      `insert into session (id, "userId", csrf, "createdAt", "lastSeenAt", "expiresAt")
       values ($1, $2, 'x', $3, $3, $4)`,
      [`s-${userId}`, userId, new Date(clock.now()), new Date(clock.now() + 86_400_000)],
    )
  }

  async function tell(actor: Actor, name: string, input: object) {
    const command = test.hub.commands.find((each) => each.name === name)!
    return await test.hub.executor.execute(command, actor, input)
  }
  async function chats(actor: Actor, list: 'mine' | 'queue' | 'all' = 'mine'): Promise<Chats> {
    const query = test.hub.queries.find((each) => each.name === 'desk.chats')!
    const answer = await test.hub.executor.ask(query, actor, { list })
    if (!answer.ok) throw new Error(answer.refusal.code)
    return answer.value as Chats
  }

  /** A customer writes; the desk has looked at it. */
  async function write(from: string, text = '在吗', capabilities = chat): Promise<string> {
    const envelopeId = derivedId('desk-test', made++)
    const nowMs = clock.now()
    const { conversationId } = await test.fresh.database.transaction(async (tx) => {
      const appended = await appendMessage(tx, {
        envelopeId,
        account: { id: accountId, kind: 'chat', capabilities },
        envelope: {
          kind: 'message',
          dedupeKey: envelopeId,
          senderKey: from,
          threadKey: from,
          identity: { externalId: from },
          message: { kind: 'text', providerMessageId: envelopeId, sentAtMs: nowMs, text, attachments: [] },
        },
        attachments: [],
        urgent: false,
        receivedAtMs: nowMs,
        nowMs,
      })
      await enqueue(tx, appended.effects.jobs, { id: envelopeId, nowMs })
      return appended
    })
    await test.hub.settle()
    clock.advance(1000)
    return conversationId
  }

  it('gives out a chat also when another step of the hub holds it in that moment', async () => {
    const id = await write('held')
    const anna = await user('anna')
    const locked = Promise.withResolvers<void>()
    const free = Promise.withResolvers<void>()
    onTestFinished(() => free.resolve())
    const step = test.fresh.database.transaction(async (tx) => {
      await tx.selectFrom('conversation').select('id').where('id', '=', id).forUpdate().execute()
      locked.resolve()
      await free.promise
    })
    await locked.promise
    await tell(anna, 'desk.presence', { status: 'online' })
    const looking = test.hub.settle()
    await Promise.race([looking, new Promise((resolve) => setTimeout(resolve, 500))])
    free.resolve()
    await Promise.all([step, looking])
    expect((await chats(anna)).chats.map((each) => each.id)).toEqual([id])
  })

  it('keeps chats in the order in which they came while nobody is there, and gives them out when somebody comes', async () => {
    const first = await write('q-1')
    const second = await write('q-2')
    const anna = await user('anna')
    expect((await chats(anna, 'queue')).chats.map((each) => each.id)).toEqual([first, second])
    await tell(anna, 'desk.presence', { status: 'online', maxChats: 1 })
    await test.hub.settle()
    expect((await chats(anna)).chats.map((each) => each.id)).toEqual([first])
    expect((await chats(anna, 'queue')).chats.map((each) => each.id)).toEqual([second])
    // Room again: the next one comes by itself.
    await tell(anna, 'conversation.close', { id: first })
    await test.hub.settle()
    expect((await chats(anna)).chats.map((each) => each.id)).toEqual([second])
  })

  it('spreads chats over those who are online, and leaves those who are away or gone alone', async () => {
    const [anna, bert, cora] = [await user('anna'), await user('bert'), await user('cora')]
    for (const each of [anna, bert, cora]) await tell(each, 'desk.presence', { status: 'online' })
    await tell(bert, 'desk.presence', { status: 'away' })
    clock.advance(11 * 60_000)
    // Cora closed her pages without a word.
    for (const each of [anna, bert]) await seen(each.id)
    for (const from of ['s-1', 's-2']) await write(from)
    expect((await chats(anna)).counts).toMatchObject({ mine: 2, queue: 0 })
    expect((await chats(cora)).counts.mine).toBe(0)
    expect((await chats(anna)).agents.map(({ name, status }) => [name, status])).toEqual([
      ['anna', 'online'],
      ['bert', 'away'],
    ])
  })

  it('gives what waits to somebody whose pages were silent and speak again', async () => {
    const anna = await user('anna')
    await tell(anna, 'desk.presence', { status: 'online' })
    clock.advance(11 * 60_000)
    const id = await write('r-1')
    expect((await chats(anna)).counts).toMatchObject({ mine: 0, queue: 1 })
    await seen(anna.id)
    clock.advance(30_000)
    await test.hub.settle()
    expect((await chats(anna)).chats.map((each) => each.id)).toEqual([id])
  })

  it('does not queue what is worked on as a ticket: forms and letters', async () => {
    const anna = await user('anna')
    await write('form-1', '表单', { ...chat, settleMs: 0 })
    await write('form-2', '表单', { ...chat, takesReplies: false })
    expect((await chats(anna, 'queue')).counts.queue).toBe(0)
  })

  it('lets one of two take a chat, and tells the other who was faster', async () => {
    const [anna, bert] = [await user('anna'), await user('bert')]
    const id = await write('t-1')
    const taken = await Promise.all(
      [anna, bert].map((each) => tell(each, 'conversation.take', { id, from: null })),
    )
    expect(taken.filter((each) => each.ok)).toHaveLength(1)
    const winner = taken[0]!.ok ? anna : bert
    const loser = taken[0]!.ok ? bert : anna
    const refused = taken.find((each) => !each.ok)
    expect(refused).toMatchObject({
      refusal: { code: 'conversation.taken', params: { by: taken[0]!.ok ? 'anna' : 'bert' } },
    })
    // Taking over knowingly is allowed.
    expect(await tell(loser, 'conversation.take', { id, from: winner.id })).toMatchObject({ ok: true })
    expect((await chats(loser)).chats.map((each) => each.id)).toEqual([id])
  })

  it('hands a chat to a colleague or back to the queue, where it is given out again', async () => {
    const [anna, bert] = [await user('anna'), await user('bert')]
    const id = await write('h-1')
    await tell(anna, 'conversation.take', { id, from: null })
    await tell(anna, 'conversation.handOver', { id, to: bert.id })
    expect((await chats(bert)).chats.map((each) => each.id)).toEqual([id])
    expect(await tell(bert, 'conversation.handOver', { id, to: derivedId('nobody') })).toMatchObject({
      refusal: { code: 'not_found' },
    })
    await tell(bert, 'conversation.handOver', { id, to: null })
    await tell(anna, 'desk.presence', { status: 'online' })
    await test.hub.settle()
    expect((await chats(anna)).chats.map((each) => each.id)).toEqual([id])
  })

  it('shows those who wait for an answer first, who waits longest at the top, then what was spoken last', async () => {
    const anna = await user('anna')
    await tell(anna, 'desk.presence', { status: 'online', maxChats: 10 })
    const [one, two, three, four] = [
      await write('o-1'),
      await write('o-2'),
      await write('o-3'),
      await write('o-4'),
    ]
    const order = async (list: 'mine' | 'all') => (await chats(anna, list)).chats.map((each) => each.id)
    expect(await order('mine')).toEqual([one, two, three, four])
    const answer = async (conversationId: string) => {
      await tell(anna, 'outbox.reply', { conversationId, text: '您好' })
      await test.hub.settle()
      clock.advance(1000)
    }
    await answer(one)
    await answer(three)
    expect(await order('mine')).toEqual([two, four, three, one])
    // More words do not push anybody back: the wait began with the first one.
    await write('o-2', '还在吗')
    expect(await order('mine')).toEqual([two, four, three, one])
    // Who was answered and writes again waits from now on, behind those who waited before.
    await write('o-1', '还有一个问题')
    expect(await order('mine')).toEqual([two, four, one, three])
    expect(await order('all')).toEqual([two, four, one, three])
  })

  it('keeps what is said at a handover for the next agent, and out of what the customer gets', async () => {
    const [anna, bert] = [await user('anna'), await user('bert')]
    const id = await write('n-1', '空调不制冷')
    await tell(anna, 'conversation.take', { id, from: null })
    await tell(anna, 'conversation.handOver', { id, to: bert.id, note: ' 已答应明早回电 ' })
    expect((await chats(bert)).chats).toMatchObject([{ id, last: '已答应明早回电', lastDirection: 'note' }])
    const { db } = test.fresh.database
    const said = await db
      .selectFrom('message')
      .select(['direction', 'authorName', 'text'])
      .where('conversationId', '=', id)
      .orderBy('seq')
      .execute()
    expect(said).toEqual([
      { direction: 'in', authorName: null, text: '空调不制冷' },
      { direction: 'note', authorName: 'anna', text: '已答应明早回电' },
    ])
    const sent = () => db.selectFrom('outbox_message').select('id').where('conversationId', '=', id).execute()
    expect(await sent()).toEqual([])
    // Somebody who is gone gets nothing, and the words are not left behind.
    await tell(bert, 'conversation.handOver', { id, to: derivedId('nobody'), note: '没人收到' })
    const notes = db.selectFrom('message').select('text').where('text', '=', '没人收到')
    expect(await notes.execute()).toEqual([])
  })

  it('gives a conversation to whoever answers it first', async () => {
    const anna = await user('anna')
    const id = await write('r-1')
    const reply = test.hub.commands.find((each) => each.name === 'outbox.reply')!
    expect(await test.hub.executor.execute(reply, anna, { conversationId: id, text: '您好' })).toMatchObject({
      ok: true,
    })
    expect(await chats(anna)).toMatchObject({ chats: [{ id, last: '您好' }], counts: { queue: 0 } })
  })

  it('gives nothing out where agents take chats themselves', async () => {
    const anna = await user('anna')
    await tell(anna, 'desk.presence', { status: 'online' })
    await test.run('setting.set', { name: 'desk', value: { assignByItself: false } })
    await write('m-1')
    expect((await chats(anna, 'queue')).counts).toMatchObject({ mine: 0, queue: 1 })
    await test.run('setting.set', { name: 'desk', value: {} })
  })

  it('keeps answers for everybody and for one person, and lets nobody change another’s', async () => {
    const [anna, bert] = [await user('anna'), await user('bert')]
    const boss = await user('boss', ['supervisor'])
    const reply = { keyword: '您好', title: '问候', text: '{customer}您好,我是{agent}。' }
    expect(await tell(anna, 'cannedReply.save', { ...reply, shared: true })).toMatchObject({
      refusal: { code: 'access.forbidden' },
    })
    await tell(boss, 'cannedReply.save', { ...reply, shared: true })
    const own = await tell(anna, 'cannedReply.save', { ...reply, keyword: '稍等' })
    for (const text of ['{客户}您好', '工单{order}', '{ ticket }'])
      expect(await tell(anna, 'cannedReply.save', { ...reply, keyword: '错', text }), text).toMatchObject({
        refusal: { code: 'request.invalid', issues: [{ path: 'text' }] },
      })
    const query = test.hub.queries.find((each) => each.name === 'cannedReply.list')!
    const seenBy = async (actor: Actor) => {
      const answer = await test.hub.executor.ask(query, actor, {})
      return answer.ok && (answer.value as { replies: { keyword: string }[] }).replies.map((r) => r.keyword)
    }
    expect(await seenBy(anna)).toEqual(expect.arrayContaining(['您好', '稍等']))
    expect(await seenBy(bert)).toEqual(['您好'])
    const { id } = (own.ok && own.value) as { id: string }
    expect(await tell(bert, 'cannedReply.remove', { id, version: 1 })).toMatchObject({
      refusal: { code: 'access.forbidden' },
    })
    expect(await tell(anna, 'cannedReply.save', { ...reply, id, version: 1, text: '请稍等' })).toMatchObject({
      ok: true,
    })
    expect(await tell(anna, 'cannedReply.remove', { id, version: 1 })).toMatchObject({
      refusal: { code: 'conflict.version' },
    })
    expect(await tell(anna, 'cannedReply.remove', { id, version: 2 })).toMatchObject({ ok: true })
  })
})
