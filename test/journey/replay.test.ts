import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { channelLoaders } from '../../src/app/channel-list.ts'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import type { Channel } from '../../src/contract/channel.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

describe('replay rebuilds the hub from what came in', () => {
  let test: TestHub
  let accountId: string

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
    const texts = [
      '家里空调不制冷,杭州市西湖区文三路259号1号楼,电话13605712844',
      '冰箱漏水了,今天能来吗?电话 13588887777',
      '你好',
      '电梯困人了!昆山市前进中路268号,快!',
    ]
    for (const [i, text] of texts.entries()) {
      await sendToApi(test, accountId, { key: `k${i}`, sender: { id: `u${i}`, name: '张三' }, text })
      await test.hub.settle()
    }
    const ticket = await test.fresh.database.db.selectFrom('ticket').select(['id']).executeTakeFirstOrThrow()
    await test.run('ticket.note', { ticketId: ticket.id, text: '已联系客户' })
    const chat = await test.fresh.database.db
      .selectFrom('conversation')
      .select(['id'])
      .executeTakeFirstOrThrow()
    await test.run('conversation.handOver', { id: chat.id, to: null, note: '客户在开会,下午再联系' })
    await sendToApi(test, accountId, {
      key: 'k9',
      sender: { id: 'u0' },
      thread: 'token:test:k0',
      text: '型号KFR-35GW',
    })
    await test.hub.settle()
  })

  afterAll(async () => {
    await test.close()
  })

  const again = () => replayed(test)

  it('finds no difference when nothing changed', async () => {
    const report = await again()
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
    expect(report.envelopes).toBe(5)
    expect(report.commands).toBe(1)
  })

  it('finds no difference over a part of the time, though people went on with older tickets', async () => {
    const { db } = test.fresh.database
    const { max } = await db
      .selectFrom('ticket')
      .select((e) => e.fn.max('createdAt').as('max'))
      .executeTakeFirstOrThrow()
    const report = await replayed(test, { fromMs: max.getTime() })
    expect(report.problems).toEqual([])
    expect(report.differences).toEqual([])
    expect([report.envelopes, report.commands]).toEqual([5, 1])
  })

  it('leaves out what began before the raw messages that are kept, and what people did with it', async () => {
    const { db } = test.fresh.database
    const first = await db
      .selectFrom('envelope')
      .select(['id', 'body', 'receivedAt'])
      .orderBy('seq')
      .executeTakeFirstOrThrow()
    await db.updateTable('envelope').set({ body: null }).where('id', '=', first.id).execute()
    const report = await again()
    await db.updateTable('envelope').set({ body: first.body }).where('id', '=', first.id).execute()
    expect(report.problems).toEqual([])
    expect(report.differences).toEqual([])
    expect(report.keptSinceMs).toBe(first.receivedAt.getTime() + 1)
    // Nor the later message of that conversation, nor the note on its ticket.
    expect([report.envelopes, report.commands]).toEqual([3, 0])
  })

  it('says in words what changed code makes of the same messages', async () => {
    const api = (await channelLoaders.api!()) as Channel<unknown>
    const changed: Channel<unknown> = {
      ...api,
      parse: (verified, config) =>
        api.parse(verified, config).map((envelope) =>
          envelope.kind === 'message'
            ? {
                ...envelope,
                message: { ...envelope.message, text: envelope.message.text.replace('空调', '冰柜') },
              }
            : envelope,
        ),
    }
    const report = await replayed(test, {
      channels: { ...channelLoaders, api: async () => changed as Channel },
    })
    expect(report.problems).toEqual([])
    const lines = inWords(report.differences).split('\n')
    expect(lines).toContainEqual(expect.stringMatching(/^message .*: changed$/))
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}text: "家里空调不制冷.*" → "家里冰柜不制冷.*"$/))
    const number = /^ticket (T\d+) \(.*\): changed$/
    expect(lines).toContainEqual(expect.stringMatching(number))
    expect(lines).toContainEqual('    productCategory: "空调" → "冰箱"')
    expect(lines.at(-1)).toBe(`${report.differences.length} differences`)
  })

  it('names the ticket and the member when something stored is not what the inputs give', async () => {
    await test.fresh.database.db
      .updateTable('ticket')
      .set({ urgency: 'low' })
      .where('urgency', '=', 'critical')
      .execute()
    const report = await again()
    const changed = report.differences.filter((d) => d.table === 'ticket')
    expect(changed).toHaveLength(1)
    expect(changed[0]!.members).toEqual([{ name: 'urgency', live: 'low', replayed: 'critical' }])
  })

  it('leaves no scratch schema behind', async () => {
    const left = await test.fresh.database.query("select 1 from pg_namespace where nspname like 'replay%'")
    expect(left).toEqual([])
  })
})

const counted = {
  decided: 'routing_decision',
  unread: `envelope where "state" = 'received'`,
  waiting: `job where "kind" in ('conversation.extract', 'ticket.route', 'ticket.compare')`,
}

describe('replay after a burst, when several workers decide at once', () => {
  let test: TestHub
  let accountId: string

  beforeEach(async () => {
    test = await testHub({ env: { WORKER_CONCURRENCY: '8' } })
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
    const { id } = await test.run('group.create', { name: '家电杭州组', skills: ['*'], capacity: 50 })
    for (const number of ['1', '2', '3']) {
      const person = { number, name: `师傅${number}`, skills: ['*'], maxLoad: 30, groupIds: [id] }
      await test.run('staff.create', { ...person, duties: ['engineer'] })
    }
  })

  afterEach(() => test.close())

  const number = async (of: keyof typeof counted) => {
    const rows = await test.fresh.database.query<{ n: number }>(
      `select count(*)::int as n from ${counted[of]}`,
    )
    return rows[0]!.n
  }

  /** Thirty customers write at once. Each only once: which messages a reading saw that was just beginning is not recorded. */
  async function burst(): Promise<void> {
    const send = (i: number, key: string, text: string) =>
      sendToApi(test, accountId, { key, sender: { id: `u${i}`, name: '张三' }, thread: `t${i}`, text })
    const people = Array.from({ length: 30 }, (_, i) => i)
    const where = (i: number) => `杭州市西湖区文三路${i + 1}号,电话136057128${10 + i}`
    await Promise.all(
      people.map((i) => send(i, `k${i}`, `${i % 2 ? '空调不制冷' : '冰箱漏水了'},${where(i)}`)),
    )
    await expect.poll(() => number('decided')).toBeGreaterThanOrEqual(30)
    await expect.poll(async () => (await number('unread')) + (await number('waiting'))).toBe(0)
  }

  async function expectNoDifference(): Promise<void> {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  }

  it('finds no difference after thirty requests at once, though decisions were made on loads that others were changing', async () => {
    await test.hub.start(true)
    await burst()
    await expectNoDifference()
  })

  it('finds no difference when a job gave way to one for the same work that came while it ran', async () => {
    const { db } = test.fresh.database
    const jobs = (kind: string) =>
      db.selectFrom('job').select('id').where('kind', '=', kind).where('state', '=', 'ready').execute()
    const run = async (kind: string) => {
      for (const { id } of await jobs(kind)) await test.hub.runJob(id)
    }
    const say = async (key: string, text: string) => {
      await sendToApi(test, accountId, { key, sender: { id: 'u' }, thread: 't', text })
      await test.hub.append()
      await run('conversation.extract')
    }
    await say('k1', '空调不制冷,杭州市西湖区文三路1号,电话13605712810')
    const [first] = await jobs('ticket.route')
    await db.updateTable('job').set({ state: 'running' }).where('id', '=', first!.id).execute()
    await say('k2', '很急,今天必须修好,马上派人来')
    const [second] = await jobs('ticket.route')
    expect(second!.id).not.toBe(first!.id)
    // What the runner does with a job whose commit found the ticket changed while its twin waits.
    await db.deleteFrom('job').where('id', '=', first!.id).execute()
    await test.hub.settle()
    await expectNoDifference()
  })

  it('finds no difference when a second node with a slow clock worked on the same burst', async () => {
    const slow = { now: () => Date.now() - 150 }
    const other = await testHub({ fresh: test.fresh, clock: slow, env: { WORKER_CONCURRENCY: '8' } })
    await test.hub.start(false)
    await other.hub.start(false)
    await burst()
    await other.hub.stop()
    await expectNoDifference()
  })
})
