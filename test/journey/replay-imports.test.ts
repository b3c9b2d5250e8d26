import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

describe('a replay knows the customers that came as a list', () => {
  let test: TestHub
  let accountId: string

  beforeAll(async () => {
    test = await testHub()
    accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
  })
  afterAll(() => test.close())

  async function importCustomers(csv: string): Promise<string> {
    const stored = await test.hub.media.put(Buffer.from(csv), { declaredType: 'text/csv' })
    if (!stored.ok) throw new Error(stored.refusal.code)
    const done = await test.run('import.apply', { kind: 'customers', hash: stored.value.hash })
    return done.batchId as string
  }
  async function write(key: string, phone: string): Promise<void> {
    const sender = { id: key, name: '访客', phone, verified: ['phone'] }
    await sendToApi(test, accountId, { key, sender, text: '冰箱漏水了,请派人来修' })
    await test.hub.settle()
  }
  const tickets = async () =>
    await test.fresh.database.db
      .selectFrom('ticket as t')
      .innerJoin('contact as c', 'c.id', 't.contactId')
      .select(['t.tier', 'c.company'])
      .orderBy('t.createdAt')
      .execute()

  it('rebuilds the ticket of an imported customer without a difference', async () => {
    await importCustomers('姓名,电话,公司,等级\n裘文杰,13605710001,昌地物业,vip\n')
    const taken = await importCustomers('姓名,电话,公司,等级\n白露,13605710002,云澜府,vip\n')
    await write('before', '13605710001')
    await test.run('import.undo', { batchId: taken })
    await write('after', '13605710002')
    expect(await tickets()).toEqual([
      { tier: 'vip', company: '昌地物业' },
      { tier: null, company: null },
    ])
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(report.commands).toBe(3)
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })

  it('does not repeat the import of another list, whose rows are configuration', async () => {
    const csv = '名称*,技能,地区,营业时间,容量\n家电杭州组,空调,杭州市,1-7 08:00-20:00,120\n'
    const stored = await test.hub.media.put(Buffer.from(csv), { declaredType: 'text/csv' })
    if (!stored.ok) throw new Error(stored.refusal.code)
    const done = await test.run('import.apply', { kind: 'groups', hash: stored.value.hash })
    await test.run('import.undo', { batchId: done.batchId })
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(report.commands).toBe(3)
  })
})
