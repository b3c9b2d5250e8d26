import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/contract/actor.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { openToyHub, type ToyHub } from '../toy-hub.ts'

let toy: ToyHub
const li = derivedId('staff', 'li')
const wang = derivedId('staff', 'wang')
beforeAll(async () => {
  toy = await openToyHub()
  for (const [id, number] of [
    [li, 'HZ-021'],
    [wang, 'HZ-022'],
  ] as const) {
    await toy.test.fresh.database.db
      .insertInto('staff')
      .values({
        id,
        number,
        name: number === 'HZ-021' ? '李师傅' : '王师傅',
        skills: [],
        certs: [],
        duties: [],
      })
      .execute()
  }
})
afterEach(async () => {
  await toy.query(
    'truncate staff_identity, staff_link_code, envelope, message, conversation, outbox_message, job cascade',
  )
  await audience('both')
})
afterAll(() => toy.close())

async function audience(value: string): Promise<void> {
  await toy.query(`update channel_account set "audience" = '${value}', "version" = "version" + 1`)
  await toy.test.hub.registry.refresh()
}
const code = async (staffId = li) => String((await toy.test.run('staff.linkCode', { staffId })).text)
const identities = async () =>
  (await toy.test.ask('staff.identities', {})).identities as {
    staffId: string
    externalId: string
    id: string
  }[]
const conversations = async () => (await toy.query('select 1 from conversation')).length
/** What people were told since the last time. */
let seen = 0
async function told(): Promise<string[]> {
  await toy.test.hub.settle()
  const all = toy.vendor.received().map(({ words }) => words)
  const fresh = all.slice(seen)
  seen = all.length
  return fresh
}
const as = async (actor: Actor, name: string, input: unknown) => {
  const command = toy.test.hub.commands.find((c) => c.name === name)!
  const result = await toy.test.hub.executor.execute(command, actor, input)
  return result.ok ? 'ok' : result.refusal.code
}
const user = (roles: Extract<Actor, { kind: 'user' }>['roles'], staffId: string | null): Actor => ({
  ...{ kind: 'user', id: derivedId('user', roles.join()), name: '甲', roles, staffId },
})

describe('a person of the staff', () => {
  it('is linked by writing the code that the console made, once', async () => {
    const text = await code()
    expect(text).toMatch(/^绑定 HZ-021-[2-9A-HJ-NP-Z]{8}$/)
    await toy.write('u-li', text)
    expect((await told()).join()).toContain('绑定成功，李师傅')
    expect(await identities()).toMatchObject([{ staffId: li, externalId: 'u-li' }])
    await toy.write('u-thief', text)
    expect((await told()).join()).toContain('绑定码不对或已过期')
    expect(await identities()).toHaveLength(1)
    expect(await conversations()).toBe(0)
  })

  it('is not linked by a code that is too old, of somebody else, or guessed; the answer does not say which', async () => {
    const old = await code()
    toy.clock.advance(15 * 60_000)
    await toy.write('u1', old)
    const mine = await code(wang)
    await toy.write('u2', mine.replace('HZ-022', 'HZ-021'))
    await toy.write('u3', '绑定 HZ-021-AAAAAAAA')
    const answers = await told()
    expect(answers).toHaveLength(3)
    expect(new Set(answers).size).toBe(1)
    expect(await identities()).toEqual([])
    await toy.write('u4', `  bind ${mine.slice(3).toLowerCase().replace('hz', 'HZ')} `)
    expect((await told()).join()).toContain('王师傅')
  })

  it('makes no conversation by what they write, and is told once in a while what works', async () => {
    await toy.test.run('staff.link', { staffId: li, accountId: toy.accountId, externalId: 'u-li' })
    for (const text of ['空调坏了,快来修,电话13605712844', '在吗', '喂']) await toy.write('u-li', text)
    const answers = await told()
    expect(answers).toHaveLength(1)
    expect(answers[0]).toContain('不会生成工单')
    toy.clock.advance(20 * 60_000)
    await toy.test.hub.settle()
    expect(await conversations()).toBe(0)
    expect(await toy.query(`select 1 from envelope where "state" = 'done'`)).toHaveLength(3)
    await toy.write('u-li', '还在吗')
    expect(await told()).toHaveLength(1)
    await toy.write('customer', '空调坏了')
    await toy.test.hub.settle()
    expect(await conversations()).toBe(1)
  })

  it('is a customer like any other on an account for customers; on one for staff nobody is a customer', async () => {
    await toy.test.run('staff.link', { staffId: li, accountId: toy.accountId, externalId: 'u-li' })
    await audience('customers')
    await toy.write('u-li', '我家空调坏了')
    await toy.test.hub.settle()
    expect(await conversations()).toBe(1)
    await audience('staff')
    await told()
    await toy.write('stranger', '你好')
    expect((await told()).join()).toContain('只对员工开放')
    expect(await conversations()).toBe(1)
  })

  it('is linked and unlinked by planners; engineers make codes only for themselves', async () => {
    const input = { staffId: li, accountId: toy.accountId, externalId: 'u-li' }
    expect(await as(user(['agent'], null), 'staff.link', input)).toBe('access.forbidden')
    expect(await as(user(['dispatcher'], null), 'staff.link', input)).toBe('ok')
    expect(await as(user(['dispatcher'], null), 'staff.link', { ...input, staffId: wang })).toBe(
      'conflict.duplicate',
    )
    expect(await as(user(['dispatcher'], null), 'staff.link', { ...input, accountId: wang })).toBe(
      'not_found',
    )
    expect(await as(user(['engineer'], li), 'staff.linkCode', { staffId: wang })).toBe('access.forbidden')
    expect(await as(user(['engineer'], li), 'staff.linkCode', { staffId: li })).toBe('ok')
    const [identity] = await identities()
    expect(await as(user(['supervisor'], null), 'staff.unlink', { id: identity!.id })).toBe('ok')
    expect(await identities()).toEqual([])
    expect(await as(user(['supervisor'], null), 'staff.unlink', { id: identity!.id })).toBe('not_found')
  })

  it('whose code was made is in the audit log, and the code itself is nowhere in clear', async () => {
    const text = await code()
    const secret = text.slice(-8)
    const dump = JSON.stringify([
      await toy.query('select * from command'),
      await toy.query('select * from audit_log'),
      await toy.query('select * from event'),
      await toy.query('select * from staff_link_code'),
    ])
    expect(dump).toContain('staff.linkCode')
    expect(dump).not.toContain(secret)
  })
})
