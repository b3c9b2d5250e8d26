import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'

interface Thread {
  readonly conversations: { readonly id: string; readonly accountName: string; readonly canReply: boolean }[]
  readonly messages: {
    readonly id: string
    readonly direction: string
    readonly author: string
    readonly text: string
    readonly delivery: string | null
  }[]
}

describe('the thread of a ticket', () => {
  let test: TestHub
  let accountId: string
  let ticket: { id: string; fields: unknown }

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
    await sendToApi(test, accountId, {
      key: 'k-1',
      sender: { id: 'u-1', name: '裘文杰' },
      text: '家里空调不制冷了,电话13605712844,麻烦来修',
    })
    await test.hub.settle()
    ticket = await test.fresh.database.db
      .selectFrom('ticket')
      .select(['id', 'fields'])
      .executeTakeFirstOrThrow()
  })

  afterAll(async () => {
    await test.close()
  })

  const thread = async () =>
    (await test.ask('conversation.ofTicket', { ticketId: ticket.id })) as unknown as Thread

  it('holds the words that the evidence of its fields points at', async () => {
    const { messages } = await thread()
    const evidence = (
      ticket.fields as { phone: { evidence: { turn: string; start: number; end: number; quote: string }[] } }
    ).phone.evidence[0]!
    const said = messages.find((message) => message.id === evidence.turn)!
    expect(said).toMatchObject({ direction: 'in', author: 'customer' })
    expect(Array.from(said.text).slice(evidence.start, evidence.end).join('')).toBe(evidence.quote)
  })

  it('shows an answer at once, in the order of time, in a conversation that can be answered', async () => {
    const { conversations } = await thread()
    expect(conversations).toMatchObject([{ accountName: '官网', canReply: true }])
    await test.run('outbox.reply', {
      conversationId: conversations[0]!.id,
      text: '您好,已安排师傅。',
      key: 'reply-key-1',
    })
    const { messages } = await thread()
    expect(messages.at(-1)).toMatchObject({ direction: 'out', author: 'agent', text: '您好,已安排师傅。' })
    expect(messages.at(-1)!.delivery).not.toBeNull()
  })

  it('is refused for a ticket that is not there', async () => {
    await expect(
      test.ask('conversation.ofTicket', { ticketId: '00000000-0000-4000-8000-00000000dead' }),
    ).rejects.toThrow()
  })
})
