import { afterEach, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { release } from '../../src/queue/index.ts'
import type { Database } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'
import { openTalk, type TalkWorld } from './talk-world.ts'

let open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.toReversed()) await each.close()
  open = []
})

async function world(startMs?: number): Promise<TalkWorld> {
  const made = await openTalk(startMs === undefined ? {} : { startMs })
  open.push(made.test)
  return made
}

const minute = 60_000
const address = '杭州市西湖区文三路259号1幢302室'

/** A database that a process uses which dies after so many transactions: nothing of it reaches the server any more. */
function dying(database: Database) {
  let left = Number.POSITIVE_INFINITY
  const alive = () => {
    if (left <= 0) throw new Error('the process is gone')
  }
  const mortal: Database = {
    ...database,
    transaction: (fn, options) => {
      alive()
      left--
      return database.transaction(fn, options)
    },
    query: async (...args) => {
      alive()
      return await database.query(...args)
    },
  }
  return {
    mortal,
    dieAfter: (transactions: number) => {
      left = transactions
    },
    died: () => left <= 0,
  }
}

/** A node of the same hub whose process dies after so many transactions. */
async function mortalNode(w: TalkWorld, transactions: number): Promise<{ node: TestHub; died(): boolean }> {
  const { mortal, dieAfter, died } = dying(w.test.fresh.database)
  const fresh = { ...w.test.fresh, database: mortal, drop: async () => {} }
  const node = await testHub({ clock: w.clock, ...w.made, fresh })
  open.push(node)
  dieAfter(transactions)
  return { node, died }
}

/** Works with a process that dies, and goes on with one that does not. True when it died on the way. */
async function dieAndGoOn(w: TalkWorld, transactions: number): Promise<boolean> {
  const { node, died } = await mortalNode(w, transactions)
  await node.hub.settle().catch(() => {})
  await release(w.test.fresh.database, w.clock.now(), true)
  // Who failed by the crash tries again after its pause.
  w.clock.advance(5_000)
  await w.test.hub.settle()
  return died()
}

/** Every message to the customer, with how often it went out. */
async function sent(w: TalkWorld) {
  return await w.test.fresh.database.query<{ rule: string; state: string; parts: number }>(`
    select m."authorId" as rule, o."state", (select count(*)::int from outbox_part p where p."outboxId" = o."id") as parts
    from outbox_message o join message m on m."id" = o."messageId" order by o."seq"`)
}

describe('a question', () => {
  it('is asked once, and its ticket opened once, wherever the process dies on the way', async () => {
    let diedEverywhere = 0
    for (let transactions = 0; transactions < 12; transactions++) {
      for (const each of open.splice(0).toReversed()) await each.close()
      const w = await world()
      await w.hear('u1', `空调不制冷了,麻烦来修一下,${address}`)
      w.clock.advance(8_000)
      const died = await dieAndGoOn(w, transactions)
      expect(await sent(w)).toEqual([{ rule: 'question', state: 'sent', parts: 1 }])
      expect(await w.questions()).toMatchObject([{ field: 'phone', state: 'waiting' }])
      w.clock.advance(10 * minute)
      await dieAndGoOn(w, transactions)
      expect(await w.tickets()).toHaveLength(1)
      expect(await w.timeline('asked')).toMatchObject([{ field: 'phone', outcome: 'expired' }])
      expect((await sent(w)).map(({ rule, state }) => [rule, state])).toEqual([
        ['question', 'sent'],
        ['ticket.acknowledge', 'sent'],
      ])
      if (!died) break
      diedEverywhere++
    }
    expect(diedEverywhere).toBeGreaterThan(2)
  }, 240_000)
})

describe('replay', () => {
  it('asks, waits, answers and counts the same again', async () => {
    // The history of the configuration is written by the database's clock: everything that is said comes after it.
    const w = await world(Date.now() + 3_600_000)
    await w.say('u1', `空调不制冷了,麻烦来修一下,${address}`)
    await w.say('u1', '1')
    await w.say('u1', '到哪了?')
    await w.say('u1', '怎么还没来,快点')
    await w.say('u2', '冰箱不制冷,来修一下')
    await w.pass(11 * minute)
    await w.say('u3', '洗衣机坏了,来修一下')
    await w.say('u3', '转人工')
    await w.say('u4', '热水器不出热水,来修一下')
    expect((await w.questions()).map(({ state }) => state)).toEqual([
      'chosen',
      'expired',
      'dropped',
      'waiting',
    ])
    expect((await w.said()).map(({ rule }) => rule)).toContain('ticket.state.open')
    const report = await replayed(w.test, w.made)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })
})
