import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { verifyTimelines } from '../../src/tickets/index.ts'
import type { WholeTicket } from '../../src/tickets/queries/get.ts'
import type { TicketPage } from '../../src/tickets/queries/list.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

interface Decisions {
  readonly decisions: readonly {
    readonly recomputed: boolean
    readonly decision: { readonly via: unknown }
  }[]
}

describe('tags, risks and moods of a ticket', () => {
  let test: TestHub
  let accountId: string
  let ticketId: string
  let law: string
  let ruleId: string

  const say = async (key: string, text: string, sender = 'u1', thread?: string) => {
    await sendToApi(test, accountId, { key, sender: { id: sender }, text, ...(thread ? { thread } : {}) })
    await test.hub.settle()
  }
  const get = async (id = ticketId) =>
    (await test.ask('ticket.get', { ticketId: id })) as unknown as WholeTicket
  const list = async (filter: object) =>
    ((await test.ask('ticket.list', filter)) as unknown as TicketPage).tickets.map((row) => row.id)
  const values = (labels: readonly { readonly value: string }[]) => labels.map(({ value }) => value).sort()
  const decisions = async () =>
    ((await test.ask('router.explain', { ticketId })) as unknown as Decisions).decisions

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
    await test.run('group.create', { name: '维修组' })
    // Its intents keep repairs away: only the rule sends one there, whatever its id.
    law = (await test.run('group.create', { name: '法务专席', intents: ['billing'] })).id as string
    ruleId = (
      await test.run('routing.createRule', {
        name: '法律风险',
        when: { field: 'ticket.risks', contains: 'legal' },
        groupId: law,
      })
    ).id as string
    await say('k1', '你好,家里空调漏水,没有异味,杭州市西湖区文三路259号,电话13605712844')
    ticketId = (await test.fresh.database.db.selectFrom('ticket').select('id').executeTakeFirstOrThrow()).id
  }, 60_000)
  afterAll(() => test.close())

  it('come with the words that decided them, and not from what is denied', async () => {
    const { tags, risks, moods } = await get()
    expect(tags).toMatchObject([
      { value: '故障/漏水/机身漏水', method: 'rules', evidence: [{ kind: 'span', quote: '漏水' }] },
    ])
    expect(risks).toEqual([])
    expect(moods).toMatchObject({ trend: 'steady', steps: [{ sentiment: 'neutral' }] })
  })

  it('grow with what is said later; a risk sends the ticket where its rule says, and the decision can be recomputed', async () => {
    const before = await decisions()
    await say('k2', '昨天说好来,等了一天没人来,太过分了', 'u1', 'token:test:k1')
    await say('k3', '再不来我就找律师起诉,再发抖音', 'u1', 'token:test:k1')
    const ticket = await get()
    expect(values(ticket.tags)).toEqual(['故障/漏水/机身漏水', '服务/上门/爽约'])
    expect(values(ticket.risks)).toEqual(['legal', 'media'])
    expect(ticket.moods.steps.map(({ sentiment }) => sentiment)).toEqual(['neutral', 'angry', 'negative'])
    expect(ticket.moods.trend).toBe('worse')
    expect(ticket.group?.name).toBe('法务专席')
    const after = await decisions()
    expect(after.length).toBeGreaterThan(before.length)
    expect(after[0]).toMatchObject({ recomputed: true, decision: { via: { kind: 'rule', ruleId } } })
    const routed = ticket.timeline.filter((entry) => entry.type === 'routed').at(-1)
    expect(JSON.stringify(routed?.payload)).toContain('risks')
    const told = ticket.timeline.filter((entry) => entry.type === 'labelled').map((entry) => entry.payload)
    expect(told).toMatchObject([
      { added: { tags: ['服务/上门/爽约'], risks: [] } },
      { added: { tags: [], risks: ['legal', 'media'] } },
    ])
  })

  it('narrow the list, a branch with everything that grows from it, and are counted so', async () => {
    await say('k8', '冰箱底下往下滴水,电话13588887777', 'u8')
    expect(await list({ tag: ['故障'] })).toHaveLength(2)
    expect(await list({ tag: ['故障/漏水'] })).toHaveLength(2)
    expect(await list({ tag: ['服务'] })).toEqual([ticketId])
    expect(await list({ tag: ['费用'] })).toEqual([])
    expect(await list({ risk: ['legal'] })).toEqual([ticketId])
    expect(await list({ risk: ['safety'] })).toEqual([])
    const counts = await test.ask('ticket.tagCounts', {})
    expect(counts).toEqual({
      tags: [
        { path: '故障', n: 2 },
        { path: '故障/漏水', n: 2 },
        { path: '故障/漏水/机身漏水', n: 2 },
        { path: '服务', n: 1 },
        { path: '服务/上门', n: 1 },
        { path: '服务/上门/爽约', n: 1 },
      ],
      risks: [
        { risk: 'legal', n: 1 },
        { risk: 'media', n: 1 },
      ],
    })
  })

  it('are put on and taken off by people, and no machine undoes that', async () => {
    const tag = (value: string) => ({ ticketId, label: { kind: 'tag', value } })
    await test.run('ticket.removeLabel', tag('服务/上门/爽约'))
    await test.run('ticket.removeLabel', { ticketId, label: { kind: 'risk', value: 'media' } })
    await test.run('ticket.addLabel', tag('费用/赔偿'))
    await say('k4', '又放鸽子!没人来!我真发抖音了', 'u1', 'token:test:k1')
    const { tags, risks, version } = await get()
    expect(values(tags)).toEqual(['故障/漏水/机身漏水', '费用/赔偿'])
    expect(values(risks)).toEqual(['legal'])
    expect(tags.find(({ value }) => value === '费用/赔偿')?.method).toBe('human')
    await test.run('ticket.addLabel', tag('费用/赔偿'))
    expect((await get()).version, 'again is nothing').toBe(version)
    await test.run('ticket.addLabel', tag('服务/上门/爽约'))
    expect(values((await get()).tags)).toContain('服务/上门/爽约')
    await expect(test.run('ticket.addLabel', tag('故障/发霉'))).rejects.toThrow('tags.unknown')
  })

  it('follow the tree that an administrator saved, who is told the line that is wrong', async () => {
    const before = (await test.ask('tag.tree', {})) as { version: string; outline: string; shipped: boolean }
    expect(before.shipped).toBe(true)
    const outline = '咖啡机\n  磨豆卡死: 豆子…卡, 磨不动\n'
    await expect(
      test.run('tag.save', { outline: `${outline}  磨豆卡死`, version: before.version }),
    ).rejects.toThrow(/tags\.twice.*"line":3/)
    await expect(test.run('tag.save', { outline, version: 'another' })).rejects.toThrow('conflict.version')
    const { version } = await test.run('tag.save', { outline, version: before.version })
    await say('k5', '咖啡机豆子老是卡,漏水,请来修,电话13577776666', 'u5')
    const [newest] = await list({ tag: ['咖啡机'] })
    expect(values((await get(newest!)).tags)).toEqual(['咖啡机/磨豆卡死'])
    await test.run('tag.save', { outline: null, version })
    expect(await test.ask('tag.tree', {})).toMatchObject({ shipped: true, version: before.version })
  })

  it('come out the same in a replay, under the tree that counted then', async () => {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })

  it('mark a chat at the desk whose customer has turned angry', async () => {
    const { db } = test.fresh.database
    const moodOf = async (id: string) =>
      (
        (await test.ask('desk.chats', { list: 'queue' })) as {
          chats: { ticketIds: string[]; mood: string }[]
        }
      ).chats.find((chat) => chat.ticketIds.includes(id))?.mood
    await db.updateTable('conversation').set({ queuedAt: new Date() }).where('state', '=', 'open').execute()
    expect(await moodOf(ticketId)).toBe('negative')
    await say('k6', '你们就是一群骗子,忍无可忍', 'u1', 'token:test:k1')
    await db.updateTable('conversation').set({ queuedAt: new Date() }).where('state', '=', 'open').execute()
    expect(await moodOf(ticketId)).toBe('angry')
  })

  it('lose their words when the person is erased, and nothing of how they felt stays', async () => {
    await test.run('ticket.erase', { ticketId })
    await test.hub.settle()
    const { tags, moods, risks } = await get()
    expect(values(risks)).toEqual(['legal'])
    expect([...tags, ...risks].flatMap(({ evidence }) => evidence).map(({ kind }) => kind)).not.toContain(
      'span',
    )
    expect(moods.steps).toEqual([])
    const stored = await test.fresh.database.db
      .selectFrom('ticket')
      .select('labels')
      .where('id', '=', ticketId)
      .execute()
    expect(JSON.stringify(stored)).not.toMatch(/律师|quote/)
    expect((await verifyTimelines(test.fresh.database.db)).broken).toBeNull()
  })
})
