import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptWithConfig, type Tx } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase({ poolSize: 4 })
})
afterAll(() => fresh.drop())

const put = (tx: Tx, name: string) => tx.insertInto('setting').values({ name, value: '1' }).execute()

describe('what is kept of the configuration', () => {
  it('is read once while nothing changes, and again after every change', async () => {
    let reads = 0
    const kept = keptWithConfig(async () => ++reads)
    expect([await kept(fresh.database.db), await kept(fresh.database.db)]).toEqual([1, 1])
    await fresh.database.transaction((tx) => put(tx, 'one'))
    expect([await kept(fresh.database.db), await kept(fresh.database.db)]).toEqual([2, 2])
  })

  it('is read again when an earlier change commits after a later one', async () => {
    const kept = keptWithConfig(
      async (db) => (await db.selectFrom('setting').select('name').execute()).length,
    )
    const before = await kept(fresh.database.db)
    await fresh.database.transaction(async (early) => {
      await put(early, 'early')
      await early.selectFrom('setting').select('name').execute()
      await fresh.database.transaction((late) => put(late, 'late'))
      expect(await kept(fresh.database.db)).toBe(before + 1)
    })
    expect(await kept(fresh.database.db)).toBe(before + 2)
  })
})
