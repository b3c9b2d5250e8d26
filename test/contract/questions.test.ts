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

const fault = '空调不制冷了,麻烦来修一下'
const phone = '13605712844'
const address = '杭州市西湖区文三路259号1幢302室'
const minute = 60_000
const rules = async (w: TalkWorld) => (await w.said()).map(({ rule }) => rule)

describe('what a request lacks is asked for', () => {
  it('once for each field, and the ticket opens with the answers and their evidence', async () => {
    const w = await world()
    await w.say('u1', fault)
    expect(await w.tickets()).toEqual([])
    expect(await w.said()).toMatchObject([{ rule: 'question', text: expect.stringContaining('电话') }])
    await w.say('u1', phone)
    expect(await w.tickets()).toEqual([])
    expect((await w.said())[1]).toMatchObject({ rule: 'question', text: expect.stringContaining('地址') })
    await w.say('u1', address)
    const [ticket] = await w.tickets()
    expect(ticket).toMatchObject({ phone, city: '杭州市', intent: 'repair' })
    const said = await w.test.fresh.database.db
      .selectFrom('message')
      .select('id')
      .where('text', '=', phone)
      .executeTakeFirstOrThrow()
    expect(ticket!.fields).toMatchObject({
      phone: { evidence: [{ kind: 'span', turn: said.id, start: 0, end: 11, quote: phone }] },
    })
    expect(await w.timeline('asked')).toMatchObject([
      { field: 'phone', outcome: 'answered' },
      { field: 'address', outcome: 'answered' },
    ])
    expect(await rules(w)).toEqual(['question', 'question', 'ticket.acknowledge'])
    expect((await w.questions()).map((q) => q.ticketId)).toEqual([ticket!.id, ticket!.id])
  })

  it('and never again in the same conversation: a later request opens as it is', async () => {
    const w = await world()
    await w.say('u1', `${fault} ${address}`)
    await w.pass(11 * minute)
    const [first] = await w.tickets()
    await w.test.run('ticket.transition', { ticketId: first!.id, command: 'cancel', reason: '不修了' })
    await w.pass(100 * 3_600_000)
    await w.say('u1', `洗衣机也不脱水了,来修一下 ${address}`)
    expect(await w.tickets()).toHaveLength(2)
    expect(await w.questions()).toHaveLength(1)
  })

  it.each([
    ['while the question waits', [fault], '算了,不用修了', '不用修了'],
    ['before anything is asked', [], `${fault},${address},${phone}。还是取消吧`, '取消'],
  ] as const)(
    'unless they want no visit any more %s: the ticket opens with that mark, for a person to decide',
    async (_, before, text, quote) => {
      const w = await world()
      for (const said of before) await w.say('u1', said)
      await w.say('u1', text)
      expect(await w.tickets()).toMatchObject([
        { status: 'open', intent: 'repair', cancelAskedAt: expect.any(Date) },
      ])
      expect(await w.timeline('cancel_asked')).toMatchObject([
        { reason: text, evidence: { kind: 'span', quote } },
      ])
      // Told of the wish, and not as well that somebody is on the way to be sent.
      expect(await rules(w)).toEqual([...before.map(() => 'question'), 'ticket.cancel_asked'])
      expect((await w.conversation()).queuedAt).not.toBeNull()
      await w.pass(20 * minute)
      expect(await w.tickets()).toHaveLength(1)
    },
  )

  it('and a wish to cancel is acknowledged as a request where the hub says nothing of a ticket by itself', async () => {
    const w = await world({ automatic: { state: false } })
    await w.say('u1', fault)
    await w.say('u1', '取消吧')
    expect(await w.tickets()).toMatchObject([{ cancelAskedAt: expect.any(Date) }])
    expect(await rules(w)).toEqual(['question', 'ticket.acknowledge'])
  })

  it('and what the customer adds meanwhile is enough when it is what was asked for', async () => {
    const w = await world()
    await w.hear('u1', fault)
    await w.pass(8_000)
    await w.hear('u1', `地址是${address}`)
    await w.hear('u1', `电话${phone}`)
    await w.pass(8_000)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toMatchObject([{ field: 'phone', state: 'answered' }])
  })

  it('by the number of a quick reply, which is read as that choice with the words as evidence', async () => {
    const w = await world()
    await w.say('u1', `${fault} ${address}`)
    expect(await w.questions()).toMatchObject([{ field: 'phone', quickReplies: ['就在这里联系我'] }])
    await w.say('u1', ' 1。')
    expect(await w.tickets()).toMatchObject([{ phone: null, city: '杭州市' }])
    const evidence = { kind: 'span', start: 1, end: 3, quote: '1。' }
    expect(await w.questions()).toMatchObject([{ state: 'chosen', choice: '就在这里联系我', evidence }])
    expect(await w.timeline('asked')).toMatchObject([
      { field: 'phone', outcome: 'chosen', choice: '就在这里联系我', evidence },
    ])
  })
})

describe('a ticket that waits for an answer', () => {
  it('opens without it after ten minutes, and its timeline says so', async () => {
    const w = await world()
    await w.say('u1', fault)
    await w.pass(10 * minute - 9_000)
    expect(await w.tickets()).toEqual([])
    await w.pass(10_000)
    expect(await w.tickets()).toMatchObject([{ phone: null, intent: 'repair' }])
    expect(await w.timeline('asked')).toMatchObject([{ field: 'phone', outcome: 'expired' }])
    await w.pass(20 * minute)
    expect(await w.tickets()).toHaveLength(1)
  })

  it('has the tags and risks of what was read, whether the question expired or a person answered first', async () => {
    const words = '空调漏水,麻烦来修一下,你们再拖我就发抖音'
    const w = await world()
    await w.say('u1', words)
    expect(await w.questions()).toMatchObject([{ field: 'phone', state: 'waiting' }])
    await w.pass(11 * minute)
    const w2 = await world()
    await w2.say('u1', words)
    const { id } = await w2.conversation()
    await w2.test.run('outbox.reply', { conversationId: id, text: '您好,我来帮您登记' })
    await w2.test.hub.settle()
    const labelled = { tags: expect.arrayContaining(['故障/漏水/机身漏水']), risks: ['media'] }
    expect(await w.tickets()).toMatchObject([labelled])
    expect(await w2.tickets()).toMatchObject([labelled])
  })

  it('takes up an answer that comes too late', async () => {
    const w = await world()
    await w.say('u1', fault)
    await w.pass(11 * minute)
    await w.say('u1', phone)
    expect(await w.tickets()).toMatchObject([{ phone }])
  })

  it('waits as long as the setting says', async () => {
    const w = await world()
    await w.test.run('setting.set', { name: 'tickets', value: { questionWaitMs: 60_000 } })
    await w.say('u1', fault)
    await w.pass(61_000)
    expect(await w.tickets()).toHaveLength(1)
  })

  it.each([
    ['danger', '空调冒烟了,有焦糊味'],
    ['haste', '很急,家里有老人小孩,今天必须来修,太热了'],
    ['the wish for a person', '转人工'],
  ])('opens at once at %s', async (_what, words) => {
    const w = await world()
    await w.say('u1', fault)
    await w.say('u1', words)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.timeline('asked')).toMatchObject([{ field: 'phone', outcome: 'dropped' }])
  })

  it('opens when a person answers in the conversation', async () => {
    const w = await world()
    await w.say('u1', fault)
    const { id } = await w.conversation()
    await w.test.run('outbox.reply', { conversationId: id, text: '您好,我来帮您登记' })
    await w.test.hub.settle()
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toMatchObject([{ state: 'dropped' }])
  })
})

describe('nothing is asked, and the ticket opens as it is,', () => {
  it.each([
    ['where the account’s switch is off', { automatic: { question: false } }],
    ['by a letter, which is read later', { capabilities: { settleMs: 0 } }],
    ['where nobody can answer', { capabilities: { takesReplies: false }, automatic: { question: true } }],
    [
      'where nothing can be said',
      { capabilities: { replyWindow: { windowMs: 0, messages: 0 } }, automatic: { question: true } },
    ],
    ['where the window is for people', { capabilities: { replyWindow: { windowMs: 60_000, messages: 1 } } }],
  ])('%s', async (_where, options) => {
    const w = await world(options)
    await w.say('u1', fault)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toEqual([])
  })

  it('when the reply window closed before the words were read', async () => {
    const w = await world({ capabilities: { replyWindow: { windowMs: 5_000, messages: null } } })
    await w.say('u1', fault)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toEqual([])
  })

  it('where the hub keeps silent by a setting', async () => {
    const w = await world()
    await w.test.run('setting.set', { name: 'outbox', value: { silentAccounts: [w.accountId] } })
    await w.say('u1', fault)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toEqual([])
  })

  it('while a person speaks there', async () => {
    const w = await world()
    await w.say('u1', '你好')
    const { id } = await w.conversation()
    await w.test.run('outbox.reply', { conversationId: id, text: '您好' })
    await w.say('u1', fault)
    expect(await w.tickets()).toHaveLength(1)
    expect(await w.questions()).toEqual([])
  })
})
