import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiChannel } from '../../channels/api/index.ts'
import type { MessageEnvelope } from '../../src/contract/message.ts'
import { recogniseSender } from '../../src/conversations/identity.ts'
import { appendMessage } from '../../src/conversations/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { type TestHub, testHub } from '../hub.ts'

const capabilities = {
  maxTextLength: 2000,
  cards: 'text',
  attachments: true,
  ackBudgetMs: null,
  redeliveryHorizonMs: 0,
  replyWindow: { windowMs: 48 * 3_600_000, messages: 5 },
  idempotentSend: 'none',
  settleMs: 8000,
} as const

describe('conversations and contacts', () => {
  let test: TestHub
  let accountId: string
  let made = 0
  const at = Date.parse('2026-11-22T10:00:00+08:00')

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: 'chat', config: {} })).id as string
  })

  afterAll(async () => {
    await test.close()
  })

  async function append(
    from: string,
    more: Partial<Omit<MessageEnvelope, 'message'>> & { text?: string; messageId?: string } = {},
  ) {
    const { text = '空调不制冷', messageId = `m${made}`, ...envelope } = more
    const envelopeId = derivedId('test', made++)
    return await test.fresh.database.transaction((tx) =>
      appendMessage(tx, {
        envelopeId,
        account: { id: accountId, kind: 'chat', capabilities },
        envelope: {
          kind: 'message',
          dedupeKey: messageId,
          senderKey: from,
          threadKey: from,
          identity: { externalId: from },
          message: { kind: 'text', providerMessageId: messageId, sentAtMs: at, text, attachments: [] },
          ...envelope,
        },
        attachments: [],
        urgent: false,
        receivedAtMs: at,
        nowMs: at,
      }),
    )
  }

  const contactOf = async (externalId: string) => {
    const row = await test.fresh.database.db
      .selectFrom('channel_identity')
      .select(['id', 'contactId'])
      .where('externalId', '=', externalId)
      .executeTakeFirstOrThrow()
    return row
  }

  it('puts ten parallel messages of a new person into one conversation', async () => {
    const appended = await Promise.all(Array.from({ length: 10 }, () => append('burst')))
    expect(new Set(appended.map((a) => a.conversationId)).size).toBe(1)
    const jobs = await test.fresh.database.db
      .selectFrom('message')
      .select('id')
      .where('conversationId', '=', appended[0]!.conversationId)
      .execute()
    expect(jobs).toHaveLength(10)
  })

  it('opens a new conversation after the old one was closed, and counts the reply window anew', async () => {
    const first = await append('again')
    await test.run('conversation.close', { id: first.conversationId })
    const second = await append('again')
    expect(second.conversationId).not.toBe(first.conversationId)
    const row = await test.fresh.database.db
      .selectFrom('conversation')
      .select(['windowLeft', 'windowUntil', 'state'])
      .where('id', '=', second.conversationId)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ windowLeft: 5, windowUntil: new Date(at + 48 * 3_600_000), state: 'open' })
  })

  it('joins a message that names an earlier one when its sender takes part, and keeps a stranger out', async () => {
    const first = await append('ann', { messageId: '<root@x>', participants: ['ann', 'bob'] })
    const answer = await append('bob', { threadKey: 'other', threadRefs: ['<root@x>'] })
    expect(answer.conversationId).toBe(first.conversationId)
    const stranger = await append('eve', { threadKey: 'third', threadRefs: ['<root@x>'] })
    expect(stranger.conversationId).not.toBe(first.conversationId)
  })

  it('makes one contact of two identities with the same verified phone, and two again when the link is revoked', async () => {
    const strongIds = { phone: '13605712844' }
    await append('wx-1', { identity: { externalId: 'wx-1', strongIds } })
    await append('dd-1', { identity: { externalId: 'dd-1', strongIds } })
    const [a, b] = [await contactOf('wx-1'), await contactOf('dd-1')]
    expect(a.contactId).toBe(b.contactId)
    const contact = (await test.ask('contact.get', { id: a.contactId })) as {
      links: { id: string; kind: string }[]
    }
    expect(contact.links).toMatchObject([{ kind: 'phone' }])
    // Whoever still knows the contact that was given up is led to the one of both, and no list shows it.
    const alone = [a, b].map(({ id }) => derivedId('contact', id))
    const gone = alone.find((id) => id !== a.contactId)!
    expect(await test.ask('contact.get', { id: gone })).toMatchObject({ id: a.contactId })
    const listed = async () =>
      ((await test.ask('contact.list', {})) as { contacts: { id: string }[] }).contacts.map((c) => c.id)
    expect(await listed()).not.toContain(gone)
    await test.run('contact.unlink', { linkId: contact.links[0]!.id })
    expect((await contactOf('wx-1')).contactId).not.toBe((await contactOf('dd-1')).contactId)
    expect(await listed()).toEqual(expect.arrayContaining(alone))
    // What the machine joined and a person split stays split.
    await append('dd-1', {
      identity: { externalId: 'dd-1', strongIds: { ...strongIds, email: 'x@example.com' } },
    })
    expect((await contactOf('wx-1')).contactId).not.toBe((await contactOf('dd-1')).contactId)
  })

  it('makes one contact of two new people with the same verified address whose messages are stored at one moment', async () => {
    const identity = (externalId: string) => ({ externalId, strongIds: { email: 'at-once@example.cn' } })
    const { database } = test.fresh
    let recognised = 0
    // Neither transaction ends before both have looked for the other, unless one waits for the other.
    const one = (externalId: string) =>
      database.transaction(async (tx) => {
        await recogniseSender(tx, accountId, identity(externalId), at)
        recognised++
        for (let i = 0; i < 20 && recognised < 2; i++) await setTimeout(20)
      })
    await Promise.all([one('at-once-1'), one('at-once-2')])
    const [first, second] = await Promise.all([contactOf('at-once-1'), contactOf('at-once-2')])
    expect(first.contactId).toBe(second.contactId)
  })

  it('finds a contact by parts of what is known of it, also by the names that channels know', async () => {
    await append('find-me', { identity: { externalId: 'find-me', displayName: '韩梅梅的微信' } })
    const { contactId } = await contactOf('find-me')
    const found = async (q: string) =>
      ((await test.ask('contact.list', { q })) as { contacts: { id: string }[] }).contacts.map((c) => c.id)
    expect(await found('梅梅')).toEqual([contactId])
    expect(await found('FIND-ME')).toEqual([contactId])
    await test.run('contact.update', { id: contactId, version: 1, name: '韩梅梅', phone: '13705710007' })
    expect(await found('13705710')).toEqual([contactId])
    expect(await found('韩梅梅 0007')).toEqual([contactId])
    expect(await found('韩梅梅 9999')).toEqual([])
    // What a person types is no pattern.
    expect(await found('%')).toEqual([])
  })

  it('names and finds a customer by what a ticket of theirs says for certain, until a person writes it on the card', async () => {
    const { conversationId } = await append('nameless-1', { text: '洗衣机不排水' })
    const { contactId } = await contactOf('nameless-1')
    await test.run('ticket.create', {
      conversationId,
      fields: { contact_name: '李雪', phone: '13705710266', fault_description: '洗衣机不排水' },
    })
    const listed = async (q: string) =>
      (
        (await test.ask('contact.list', { q })) as {
          contacts: { id: string; phone: unknown; told: unknown }[]
        }
      ).contacts
    for (const q of ['13705710266', '李雪'])
      expect(await listed(q)).toMatchObject([
        { id: contactId, name: null, phone: null, told: { name: '李雪', phone: '13705710266' } },
      ])
    const nameIn = async () => {
      const { conversations } = await test.ask('conversation.get', { id: conversationId })
      return (conversations as { customerName: string }[])[0]!.customerName
    }
    expect(await nameIn()).toBe('李雪')
    await test.run('contact.update', { id: contactId, version: 1, name: '李女士' })
    expect(await nameIn()).toBe('李女士')
    expect(await test.ask('contact.get', { id: contactId })).toMatchObject({ name: '李女士', phone: null })
  })

  it('does not join identities whose strong ids contradict each other, and refuses to by hand', async () => {
    await append('c-1', {
      identity: { externalId: 'c-1', strongIds: { phone: '13800000001', unionId: 'u1' } },
    })
    await append('c-2', {
      identity: { externalId: 'c-2', strongIds: { phone: '13800000001', unionId: 'u2' } },
    })
    const [a, b] = [await contactOf('c-1'), await contactOf('c-2')]
    expect(a.contactId).not.toBe(b.contactId)
    await expect(test.run('contact.link', { a: a.id, b: b.id, reason: 'same voice' })).rejects.toThrow(
      'contact.conflicting_ids',
    )
  })

  it.each(['t-1', 't-2'])('lets the ticket of %s go with it when its contact is split', async (owner) => {
    const appended = { 't-1': await append('t-1'), 't-2': await append('t-2') }
    const [a, b] = [await contactOf('t-1'), await contactOf('t-2')]
    const { linkId } = await test.run('contact.link', { a: a.id, b: b.id, reason: '同一个人' })
    const joined = await contactOf('t-1')
    const { ticketId } = await test.run('ticket.create', { fields: { fault_description: '不制冷' } })
    const { db } = test.fresh.database
    const { conversationId } = appended[owner as 't-1' | 't-2']
    await db
      .insertInto('conversation_ticket')
      .values({ conversationId, ticketId: ticketId as string })
      .execute()
    await db
      .updateTable('ticket')
      .set({ contactId: joined.contactId })
      .where('id', '=', ticketId as string)
      .execute()
    await test.run('contact.unlink', { linkId })
    const ticket = await db
      .selectFrom('ticket')
      .select('contactId')
      .where('id', '=', ticketId as string)
      .executeTakeFirstOrThrow()
    expect(ticket.contactId).toBe((await contactOf(owner)).contactId)
    expect((await contactOf('t-1')).contactId).not.toBe((await contactOf('t-2')).contactId)
  })
})

describe('when a conversation is read', () => {
  const startMs = Date.parse('2026-11-22T10:00:00+08:00')
  const clock = manualClock(startMs)
  let test: TestHub
  let accountId: string
  let made = 0

  beforeAll(async () => {
    // The open channel, with the settle window of the chats.
    const chat = { ...apiChannel, capabilities: { ...apiChannel.capabilities, settleMs: 8000 } }
    test = await testHub({ clock, channels: { api: async () => chat as never } })
    accountId = (await test.run('channel.create', { kind: 'api', name: 'chat', config: {} })).id as string
    await test.hub.registry.refresh()
  })
  afterAll(async () => {
    await test.close()
  })

  /** Takes a message in and returns when its conversation is to be read, ms after the beginning. */
  async function due(from: string, text: string): Promise<number[]> {
    const said = { sender: { id: from }, text, thread: `of-${from}` }
    await test.hub.receive([
      {
        accountId,
        request: {
          method: 'POST',
          path: `/channels/api/${accountId}`,
          query: {},
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(said)),
          remoteAddress: '127.0.0.1',
          receivedAtMs: clock.now(),
        },
        claims: { by: 'signature', key: `m${made}` },
        part: 0,
        kind: 'message',
        dedupeKey: `signature:m${made++}`,
        senderKey: from,
      },
    ])
    await test.hub.append()
    const rows = await test.fresh.database.query<{ dueAt: Date }>(
      `select j."dueAt" from job j join conversation c on c."id"::text = j."payload"->>'conversationId'
        where j."kind" = 'conversation.extract' and c."threadKey" like $1`,
      [`%${from}%`],
    )
    return rows.map((row) => row.dueAt.getTime() - startMs)
  }

  it('waits until nothing was said for the settle window, a minute at most', async () => {
    expect(await due('wang', '你好')).toEqual([8000])
    clock.advance(5000)
    expect(await due('wang', '家里空调不制冷')).toEqual([13_000])
    for (let said = 0; said < 10; said++) {
      clock.advance(5000)
      await due('wang', `还有第${said}件事`)
    }
    expect(await due('wang', '说完了')).toEqual([60_000])
  })

  it('does not wait when danger is spoken of, neither at first nor in the middle', async () => {
    const nowMs = clock.now() - startMs
    expect(await due('li', '厨房煤气泄漏了,闻到很重的煤气味')).toEqual([nowMs])
    expect(await due('zhao', '你好')).toEqual([nowMs + 8000])
    clock.advance(1000)
    expect(await due('zhao', '热水器着火了,冒烟')).toEqual([nowMs + 1000])
  })

  it('reads the oldest first when more waits than is read at once, and goes on until all is read', async () => {
    const words: string[] = Array.from({ length: 200 }, (_, n) => (n % 2 ? '在吗' : '有人吗'))
    words[0] = '家里燃气灶漏气，有煤气味'
    words[100] = '电话13905712844'
    words[199] = '杭州市西湖区文三路259号'
    for (const text of words) await due('flood', text)
    clock.advance(60_000)
    await test.hub.settle()
    const { db } = test.fresh.database
    const opened = await db
      .selectFrom('ticket')
      .select(['intent', 'phone', 'city'])
      .where('phone', '=', '13905712844')
      .execute()
    expect(opened).toEqual([{ intent: 'urgent_safety', phone: '13905712844', city: '杭州市' }])
    const read = await test.fresh.database.query<{ unread: number; readings: number }>(
      `select (select count(*)::int from message m where m."conversationId" = c."id" and m."direction" = 'in' and m."seq" > c."extractedSeq") as unread,
        (select count(*)::int from extraction x where x."conversationId" = c."id") as readings
        from conversation c where c."threadKey" like '%flood%'`,
    )
    expect(read).toEqual([{ unread: 0, readings: 3 }])
  })
})
