import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audit, handlers, verifyAudit } from '../../src/audit/index.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type { Effects } from '../../src/contract/jobs.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const noon = Date.parse('2026-10-01T12:00:00Z')
const day = 24 * 3600_000

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(() => fresh.database.query('truncate audit_log restart identity'))

async function write(count: number, atMs = noon): Promise<void> {
  await fresh.database.transaction(async (tx) => {
    for (let i = 0; i < count; i++) {
      const resource = `ticket:${i}`
      await audit(tx, {
        atMs,
        actor: systemActor('test'),
        action: 'ticket.close',
        resource,
        detail: { z: i, a: '空调' },
      })
    }
  })
}

/** One turn of the writer; returns when it wants to run again. */
async function chain(nowMs = noon): Promise<number> {
  const writer = handlers.find((handler) => handler.kind === 'audit.chain')!
  const job = { id: 'j', kind: 'audit.chain', payload: {}, attempts: 1, causeId: null } as never
  const effects = await fresh.database.transaction(async (tx) => {
    return (await writer.commit(tx, null, job, { nowMs } as never)) as Effects
  })
  return effects.jobs[0]!.dueAtMs!
}

/** What somebody with the database's own password can do: the triggers are off. */
const tamper = (statement: string) =>
  fresh.database.session(async (session) => {
    await session.query(
      `set session_replication_role = replica; ${statement}; reset session_replication_role`,
    )
  })

const verify = () => verifyAudit(fresh.database.db)

describe('the chain of the audit log', () => {
  it('takes up what was written, day after day, and holds', async () => {
    await write(3)
    expect(await verify()).toMatchObject({ rows: 0, waiting: 3, broken: null })
    await chain()
    await write(2, noon + day)
    await chain(noon + day)
    expect(await verify()).toMatchObject({ rows: 5, days: 2, waiting: 0, broken: null })
  })

  it('never reopens a day: what comes late, or after the clock was set back, is chained to the newest', async () => {
    await write(1)
    await chain(noon + day)
    await write(1)
    await chain(noon)
    const { rows, days, broken } = await verify()
    expect({ rows, days, broken }).toEqual({ rows: 2, days: 1, broken: null })
  })

  it('has one writer, however many run', async () => {
    await write(200)
    await Promise.all([chain(), chain(), chain(), chain()])
    expect(await verify()).toMatchObject({ rows: 200, waiting: 0, broken: null })
  })

  it('works off a backlog at once and rests when there is nothing', async () => {
    await write(1000)
    expect(await chain()).toBe(noon)
    expect(await chain()).toBeGreaterThan(noon)
    await write(1500)
    await chain()
    await chain()
    expect(await verify()).toMatchObject({ rows: 2500, broken: null })
  })

  it('cannot be changed by the hub itself', async () => {
    await write(1)
    await expect(fresh.database.query('delete from audit_log')).rejects.toThrow('append-only')
    await expect(fresh.database.query(`update audit_log set action = 'x'`)).rejects.toThrow('append-only')
  })

  it.each([
    ['a changed word', `update audit_log set action = 'ticket.open' where id = 3`],
    ['a changed detail', `update audit_log set detail = '{"a": "空调", "z": 9}' where id = 3`],
    ['a changed actor', `update audit_log set actor = '{"id": "x", "kind": "system"}' where id = 3`],
    ['a changed time', `update audit_log set at = at + interval '1 ms' where id = 3`],
    [
      'two rows that changed places',
      `update audit_log set seq = 9 - seq, "day" = "day" + 400 where id in (3, 4)`,
    ],
  ])('shows %s', async (_what, statement) => {
    await write(3)
    await chain()
    await write(3, noon + day)
    await chain(noon + day)
    await tamper(statement)
    expect((await verify()).broken).not.toBeNull()
  })

  it('shows a row that was taken away, in the middle and at the end of a day', async () => {
    for (const gone of [2, 3]) {
      await fresh.database.query('truncate audit_log restart identity')
      await write(3)
      await chain()
      await write(1, noon + day)
      await chain(noon + day)
      await tamper(`delete from audit_log where id = ${gone}`)
      expect((await verify()).broken, `row ${gone}`).not.toBeNull()
    }
  })

  it('gives a head that tells a log whose newest rows were cut off from the whole one', async () => {
    await write(3)
    await chain()
    const whole = await verify()
    await tamper('delete from audit_log where id = 3')
    const cut = await verify()
    expect(cut.broken).toBeNull()
    expect(cut.head).not.toBe(whole.head)
  })
})
