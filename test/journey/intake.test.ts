import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'

describe('a request of the open API becomes a routed ticket', () => {
  let test: TestHub
  let accountId: string

  beforeAll(async () => {
    test = await testHub()
    const made = await test.run('channel.create', { kind: 'api', name: '官网', config: {} })
    accountId = made.id as string
    await test.fresh.database.db
      .insertInto('skill_group')
      .values({
        id: '00000000-0000-4000-8000-000000000001',
        name: '家电杭州组',
        intents: ['repair'],
        skills: ['空调'],
        regions: ['杭州市'],
        languages: ['zh'],
        tiers: [],
        channels: [],
        hours: JSON.stringify('24x7'),
      })
      .execute()
  })

  afterAll(async () => {
    await test.close()
  })

  const request = {
    sender: { id: 'u-1', name: '裘文杰' },
    text: '杭州市西湖区文三路259号昌地火炬大厦1号楼,家里空调不制冷了,电话13605712844,麻烦明天下午来修',
  }

  it('stores it once however often it is sent, and opens one ticket with evidence for every field', async () => {
    const first = await sendToApi(test, accountId, { key: 'key-1', ...request })
    const again = await sendToApi(test, accountId, { key: 'key-1', ...request })
    expect(first[0]!.duplicate).toBe(false)
    expect(again[0]).toMatchObject({ duplicate: true, envelopeId: first[0]!.envelopeId })
    await test.hub.settle()
    const tickets = await test.fresh.database.db.selectFrom('ticket').selectAll().execute()
    expect(tickets).toHaveLength(1)
    expect(tickets[0]).toMatchObject({
      phone: '13605712844',
      productCategory: '空调',
      city: '杭州市',
      intent: 'repair',
    })
    for (const field of Object.values(tickets[0]!.fields as Record<string, { evidence: unknown[] }>)) {
      expect(field.evidence.length).toBeGreaterThan(0)
    }
  })

  it('routes it to the group whose attributes fit, with a decision that comes out the same again', async () => {
    const ticket = await test.fresh.database.db
      .selectFrom('ticket')
      .select(['id', 'groupId'])
      .executeTakeFirstOrThrow()
    expect(ticket.groupId).toBe('00000000-0000-4000-8000-000000000001')
    const explained = await test.ask('router.explain', { ticketId: ticket.id })
    expect(explained.decisions).toMatchObject([{ recomputed: true }])
  })

  it('joins a later message of the same person to the same conversation and ticket', async () => {
    await sendToApi(test, accountId, {
      key: 'key-2',
      sender: { id: 'u-1' },
      thread: 'token:test:key-1',
      text: '型号是KFR-35GW',
    })
    await test.hub.settle()
    const count = await test.fresh.database.db
      .selectFrom('ticket')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    expect(Number(count.n)).toBe(1)
  })
})
