import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ActionRunner, makeAppender } from '../../src/app/appender.ts'
import { answerActions } from '../../src/app/at-once.ts'
import { noEffects } from '../../src/contract/jobs.ts'
import type { ReceiveItem } from '../../src/contract/ports.ts'
import { makeReceiver } from '../../src/inbox/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { timeIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { type Database, json, sql } from '../../src/store/index.ts'
import { toyChannel } from '../fixtures/toy-channel.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
const accountId = '00000000-0000-4000-8000-00000000ac70'
const limitMs = 600
let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: 'toy', name: '玩具', config: json({}) })
    .execute()
  // What an action does, written where a second effect would show.
  await fresh.database.query('create table effect ("envelopeId" uuid, "by" text, "seq" serial)')
})
afterEach(() => fresh.database.query('truncate envelope, message, conversation, job, effect, event cascade'))
afterAll(() => fresh.drop())

/** A node: real inbox, appender and door on the real database; only what the action does is chosen by the test. */
function node(act: ActionRunner, followed: string[] = []) {
  const { database } = fresh
  const channel = toyChannel()
  const account = {
    ...{
      id: accountId,
      name: '玩具',
      kind: 'toy',
      enabled: true,
      audience: 'both' as const,
      automatic: { question: false, state: false, knowledge: false },
      version: 1,
      config: {},
    },
    // The vendor's limit: what is left for the action is `limitMs`.
    channel: { ...channel, capabilities: { ...channel.capabilities, ackBudgetMs: limitMs + 500 } } as never,
  }
  const registry = { byId: (id: string) => (id === accountId ? account : undefined) }
  const receiver = makeReceiver({
    ...{ database, media: undefined as never, ids: timeIds(() => clock.now()), stored: () => {} },
    heldMs: ({ kind }) => (kind === 'action' ? limitMs : 0),
  })
  const appender = makeAppender({
    recordOf: async () => null,
    ...{ database, registry, media: undefined as never, clock, log: silentLog, isUrgent: () => false },
    actions: { 'card.press': act },
    followUp: async (_tx, _action, { text }) => {
      followed.push(text)
      return noEffects
    },
    staffMessage: async () => null,
    applyReceipt: async () => noEffects,
    reportCall: async () => noEffects,
    wrote: () => {},
  })
  const receive = answerActions(receiver.receive, {
    ...{ database, registry, act: appender.actAtOnce, released: () => {}, log: silentLog },
  })
  const turns = async () => {
    while ((await appender.turn()).more);
  }
  return { receive, turns, store: receiver.receive }
}

function item(id: string, body: object, kind: 'action' | 'message' = 'action'): ReceiveItem {
  return {
    accountId,
    request: {
      ...{ method: 'POST', path: '/channels/toy/1', query: {}, headers: {}, remoteAddress: '127.0.0.1' },
      body: Buffer.from(JSON.stringify({ id, from: 'u1', ...body })),
      receivedAtMs: clock.now(),
    },
    ...{ claims: {}, part: 0, kind, dedupeKey: id, senderKey: 'u1' },
  }
}
const press = (id: string) => item(id, { type: 'press', card: 'c1', key: 'k' })
const said = (id: string, text: string) => item(id, { type: 'text', text }, 'message')

/** Writes its effect and answers; `pause` comes between the two. */
const acting =
  (by: string, pause: () => Promise<void> = async () => {}): ActionRunner =>
  async (tx, { envelopeId }) => {
    await sql`insert into effect ("envelopeId", "by") values (${envelopeId}, ${by})`.execute(tx)
    await pause()
    return { effects: noEffects, answer: { tone: 'success', text: `done by ${by}` } }
  }
const effects = async () =>
  (await fresh.database.query<{ by: string }>('select "by" from effect order by "seq"')).map((row) => row.by)
const states = async () =>
  (
    await fresh.database.query<{ s: string }>(
      `select "state" || ' ' || "dedupeKey" as s from envelope order by "seq"`,
    )
  ).map((row) => row.s)
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('an action', () => {
  it('is stored, done at once, and its outcome carries the answer', async () => {
    const hub = node(acting('a'))
    const [outcome] = await hub.receive([press('p1')])
    expect(outcome).toMatchObject({ duplicate: false, answer: { tone: 'success', text: 'done by a' } })
    expect(await states()).toEqual(['done p1'])
    await hub.turns()
    expect(await effects()).toEqual(['a'])
  })

  it('has one effect however often it is delivered, and each repeat gets the answer of the first', async () => {
    const hub = node(acting('a'))
    await hub.receive([press('p1')])
    const again = await node(acting('b')).receive([press('p1')])
    expect(again[0]).toMatchObject({ duplicate: true, answer: { text: 'done by a' } })
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? hub : node(acting('c'))).receive([press('p2')])),
    )
    expect(new Set(many.map(([outcome]) => outcome!.answer?.text)).size).toBe(1)
    expect(await effects()).toHaveLength(2)
  })

  it('that takes too long goes unanswered, and is done later, once, with a follow-up', async () => {
    const followed: string[] = []
    let slow = true
    const hub = node(
      acting('late', async () => {
        if (slow) await wait(limitMs + 300)
      }),
      followed,
    )
    const before = performance.now()
    const [outcome] = await hub.receive([press('p1')])
    expect(performance.now() - before).toBeLessThan(limitMs + 200)
    expect(outcome!.answer).toBeUndefined()
    await wait(600)
    expect(await effects()).toEqual([])
    slow = false
    await hub.turns()
    expect(await effects()).toEqual(['late'])
    expect(followed).toEqual(['done by late'])
    const [again] = await hub.receive([press('p1')])
    expect(again).toMatchObject({ duplicate: true, answer: { text: 'done by late' } })
  })

  it('that waits for a lock in the database is given up in time', async () => {
    const { database } = fresh
    let unlock = () => {}
    const locked = new Promise<void>((resolve) => {
      unlock = resolve
    })
    let held = () => {}
    const holding = new Promise<void>((resolve) => {
      held = resolve
    })
    const other = database.transaction(async (tx) => {
      await tx.selectFrom('channel_account').selectAll().forUpdate().execute()
      held()
      await locked
    })
    await holding
    const hub = node(async (tx, input) => {
      await tx.selectFrom('channel_account').selectAll().forUpdate().execute()
      return await acting('after')(tx, input)
    })
    const [outcome] = await hub.receive([press('p1')])
    expect(outcome!.answer).toBeUndefined()
    unlock()
    await other
    await wait(100)
    await hub.turns()
    expect(await effects()).toEqual(['after'])
  })

  it('that fails goes unanswered, is kept, and is tried again by the normal turn', async () => {
    let broken = true
    const hub = node(async (tx, input) => {
      if (broken) throw new Error('not now')
      return await acting('mended')(tx, input)
    })
    const [outcome] = await hub.receive([press('p1')])
    expect(outcome!.answer).toBeUndefined()
    expect(await states()).toEqual(['received p1'])
    broken = false
    await hub.turns()
    expect(await states()).toEqual(['done p1'])
    expect(await effects()).toEqual(['mended'])
  })

  it('survives a process that dies between storing and doing it: another node does it, once, after its time', async () => {
    const dead = node(acting('dead'))
    await dead.store([press('p1')])
    const living = node(acting('living'))
    await living.turns()
    expect(await effects()).toEqual([])
    clock.advance(limitMs)
    await Promise.all([living.turns(), node(acting('living')).turns()])
    expect(await effects()).toEqual(['living'])
  })

  it('is done once when the door of one node and the turns of others come to it at the same moment', async () => {
    const nodes = ['a', 'b', 'c'].map((name) => node(acting(name, () => wait(20))))
    await nodes[0]!.store([press('p1')])
    clock.advance(limitMs)
    const answers = await Promise.all([
      nodes[1]!.receive([press('p1')]),
      nodes[0]!.turns(),
      nodes[2]!.turns(),
    ])
    expect(await effects()).toHaveLength(1)
    expect(answers[0][0]!.answer?.text).toBe(`done by ${(await effects())[0]}`)
  })

  it('comes after what its sender sent before it, and before what they sent after it', async () => {
    const order: string[] = []
    const hub = node(async (tx, input) => {
      const rows = await tx.selectFrom('message').select('text').orderBy('seq').execute()
      order.push(...rows.map(({ text }) => text))
      return await acting('a')(tx, input)
    })
    await hub.store([said('m1', '先说'), press('p1'), said('m2', '后说')])
    await hub.turns()
    // The press is held for its door, and what came after it with it.
    expect(await states()).toEqual(['done m1', 'received p1', 'received m2'])
    const [outcome] = await hub.receive([press('p1')])
    expect(outcome!.answer?.text).toBe('done by a')
    expect(order).toEqual(['先说'])
    await hub.turns()
    expect(await states()).toEqual(['done m1', 'done p1', 'done m2'])
  })

  it('waits when something of its sender that came before has failed and may still succeed', async () => {
    const hub = node(acting('a'))
    await hub.store([{ ...said('m1', '未来'), part: 3 }])
    await fresh.database.query(`update envelope set "attempts" = 1, "retryAt" = $1`, [
      new Date(clock.now() + 60_000),
    ])
    const [outcome] = await hub.receive([press('p1')])
    expect(outcome!.answer).toBeUndefined()
    expect(await effects()).toEqual([])
  })

  it('does not keep messages that came in the same request from being stored', async () => {
    const hub = node(async () => {
      throw new Error('broken for good')
    })
    const outcomes = await hub.receive([said('m1', '你好'), press('p1')])
    expect(outcomes.map(({ duplicate }) => duplicate)).toEqual([false, false])
    expect(await states()).toEqual(['received m1', 'received p1'])
  })
})

describe('messages', () => {
  it('ask the database nothing more at the door than before', async () => {
    const hub = node(acting('never'))
    const asked: string[] = []
    const { query } = fresh.database
    const spied: Database = {
      ...fresh.database,
      query: (text, values, name) => {
        asked.push(String(name))
        return query(text, values, name)
      },
    }
    const receiver = makeReceiver({
      ...{ database: spied, media: undefined as never, ids: timeIds(() => clock.now()), stored: () => {} },
    })
    const receive = answerActions(receiver.receive, {
      ...{ database: spied, registry: { byId: () => undefined }, released: () => {}, log: silentLog },
      act: async () => {
        throw new Error('a message is not an action')
      },
    })
    await receive([said('m1', '你好')])
    expect(asked).toEqual(['envelope-insert'])
    await hub.turns()
  })
})
