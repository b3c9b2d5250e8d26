import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enqueue } from '../../src/queue/index.ts'
import { sql, type Tx, unread } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase({ poolSize: 1 })
})
afterAll(() => fresh.drop())

describe('statements that are repeated', () => {
  it('are prepared once on a connection', async () => {
    const { db } = fresh.database
    for (let i = 0; i < 6; i++)
      await db.selectFrom('setting').select('value').where('name', '=', `s${i}`).execute()
    const prepared = await fresh.database.query<{ n: number }>(
      `select count(*)::int as n from pg_prepared_statements where statement like '%from "setting" where "name" = $1'`,
    )
    expect(prepared[0]!.n).toBe(1)
  })

  it('with a parameter in the condition of a partial index are understood every time, not only while each is planned anew', async () => {
    const upsert = (i: number) =>
      fresh.database.transaction((tx) =>
        tx
          .insertInto('job')
          .values({
            id: `00000000-0000-4000-8000-0000000000${i + 10}`,
            kind: 'audit.chain',
            payload: '{}',
            uniqueKey: 'one',
            dueAt: new Date(0),
          })
          .onConflict((c) =>
            c
              .columns(['kind', 'uniqueKey'])
              .where('state', '=', 'ready')
              .where('uniqueKey', 'is not', null)
              .doUpdateSet({ dueAt: new Date(i) }),
          )
          .execute(),
      )
    for (let i = 0; i < 20; i++) await upsert(i)
    const rows = await fresh.database.query<{ dueAt: Date }>(
      `select "dueAt" from job where "uniqueKey" = 'one'`,
    )
    expect(rows).toEqual([{ dueAt: new Date(19) }])
  })

  it('are rolled back with a transaction that fails at its first one', async () => {
    const failing = fresh.database.transaction(async (tx) => {
      await enqueue(tx, [{ kind: 'audit.chain', payload: {}, uniqueKey: 'two' }], {
        id: '00000000-0000-4000-8000-000000000001',
        nowMs: 0,
      })
      await sql`select 1 / 0`.execute(tx)
    })
    await expect(failing).rejects.toThrow('division by zero')
    await expect(fresh.database.transaction((tx) => sql`select 1 / 0`.execute(tx))).rejects.toThrow(
      'division by zero',
    )
    const rows = await fresh.database.query(`select 1 from job where "uniqueKey" = 'two'`)
    expect(rows).toEqual([])
  })

  const setting = (name: string) => ({ name, value: '1' })
  const names = async () =>
    (
      await fresh.database.query<{ name: string }>(`select "name" from setting where "name" like 'ahead-%'`)
    ).map(({ name }) => name)

  it('that nobody reads an answer of are stored when the transaction is committed, in the order in which they were sent', async () => {
    const seen = await fresh.database.transaction(async (tx) => {
      await tx.insertInto('setting').values(setting('ahead-1')).execute()
      const written = await tx
        .insertInto('setting')
        .values(setting('ahead-1'))
        .onConflict((c) => c.column('name').doNothing())
        .executeTakeFirst()
      return written.numInsertedOrUpdatedRows
    })
    expect(seen).toBe(0n)
    expect(await names()).toEqual(['ahead-1'])
  })

  it('that fail unread are thrown at the commit, with their own reason, and nothing of the transaction stays', async () => {
    const failing = fresh.database.transaction(async (tx) => {
      await tx.insertInto('setting').values(setting('ahead-2')).execute()
      await tx.insertInto('setting').values(setting('ahead-1')).execute()
      return 'done'
    })
    await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'setting_pkey' })
    expect(await names()).toEqual(['ahead-1'])
  })

  it('that fail unread are thrown by the next one that is read, in place of what the server says of the broken transaction', async () => {
    const reached: string[] = []
    const failing = fresh.database.transaction(async (tx) => {
      await tx.insertInto('setting').values(setting('ahead-1')).execute()
      reached.push('after the insert')
      await tx.selectFrom('setting').selectAll().execute()
      reached.push('after the select')
    })
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(reached).toEqual(['after the insert'])
    // The connection is whole again.
    await fresh.database.transaction((tx) => tx.insertInto('setting').values(setting('ahead-3')).execute())
    expect((await names()).sort()).toEqual(['ahead-1', 'ahead-3'])
  })

  it('that say so are not waited for either, and their failure is told in the same way', async () => {
    const rename = (tx: Tx, from: string, to: string) =>
      tx.updateTable('setting').set({ name: to }).where('name', '=', from).modifyEnd(unread).execute()
    await fresh.database.transaction(async (tx) => {
      await rename(tx, 'ahead-3', 'ahead-4')
      // Nobody learns how many rows it were.
      expect(await rename(tx, 'nobody', 'ahead-5')).toMatchObject([{ numUpdatedRows: 0n }])
    })
    expect((await names()).sort()).toEqual(['ahead-1', 'ahead-4'])
    const reached: string[] = []
    const failing = fresh.database.transaction(async (tx) => {
      await rename(tx, 'ahead-4', 'ahead-1')
      reached.push('after the update')
      await Promise.all([
        tx.selectFrom('setting').selectAll().execute(),
        tx.selectFrom('job').selectAll().execute(),
      ])
      reached.push('after the reads')
    })
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(reached).toEqual(['after the update'])
    expect((await names()).sort()).toEqual(['ahead-1', 'ahead-4'])
  })

  it('outside a transaction are always waited for', async () => {
    const twice = fresh.database.db.insertInto('setting').values(setting('ahead-1')).execute()
    await expect(twice).rejects.toMatchObject({ code: '23505' })
  })
})
