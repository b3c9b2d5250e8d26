import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAccountQueries } from '../../src/inbox/accounts.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const accountId = derivedId('account', 'kf')
const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 9, n))

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: 'wecom-kf', name: '客服', config: json({}) })
    .execute()
})
afterAll(() => fresh.drop())

const arrive = (kind: string, receivedAt: Date) =>
  fresh.database.db
    .insertInto('envelope')
    .values({
      id: derivedId('envelope', `${kind} ${receivedAt.toISOString()}`),
      accountId,
      kind,
      dedupeKey: `${kind} ${receivedAt.toISOString()}`,
      senderKey: 'wm1',
      method: 'POST',
      path: '/',
      headers: json({}),
      bodyHash: 'none',
      receivedAt,
    })
    .execute()

async function heard(afterMs: number) {
  const query = makeAccountQueries({} as never).find(({ name }) => name === 'channel.heard')!
  const ctx = { db: fresh.database.db, actor: { kind: 'user', roles: ['admin'] } }
  return await query.execute(ctx as never, { id: accountId, afterMs } as never)
}

describe('the wait for a test message', () => {
  it('takes no announcement for a message, which the hub makes of itself, and none that came before', async () => {
    expect(await heard(0)).toEqual({ ok: true, value: { heard: null } })
    await arrive('pull-hint', minute(1))
    expect(await heard(0)).toEqual({ ok: true, value: { heard: null } })
    await arrive('message', minute(2))
    await arrive('pull-hint', minute(3))
    const message = { at: minute(2).toISOString(), kind: 'message', state: 'received' }
    expect(await heard(0)).toEqual({ ok: true, value: { heard: message } })
    expect(await heard(minute(2).getTime())).toEqual({ ok: true, value: { heard: null } })
  })
})
