import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeEffects } from '../../src/app/effects.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type { Card } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { enqueueToPerson, noteCardHandle, type PersonMessage } from '../../src/outbox/index.ts'
import { openToyHub, type ToyHub } from '../toy-hub.ts'

let toy: ToyHub
let n = 0
beforeAll(async () => {
  toy = await openToyHub()
})
beforeEach(() => toy.query('truncate outbox_message, job cascade'))
afterAll(() => toy.close())

/** Enqueues as a command would. */
async function say(message: Partial<PersonMessage>): Promise<void> {
  const { database } = toy.test.fresh
  const id = derivedId('cause', n++)
  await database.transaction(async (tx) => {
    const said = await enqueueToPerson(
      tx,
      { idempotencyKey: id, accountId: toy.accountId, externalId: 'u1', text: '', ...message },
      toy.clock.now(),
    )
    await storeEffects(tx, said.effects, { id, nowMs: toy.clock.now(), actor: systemActor('test') })
  })
}
const card = (id: string, state?: string): Card => ({
  id,
  title: '派单',
  lines: [],
  buttons: state ? [] : [{ key: 'offer.accept', text: '接单' }],
  ...(state ? { state: { text: state, tone: 'info' } } : {}),
})
const first = (id: string) => say({ card: card(id), text: '新' })
const then = (id: string, state: string, unseen: 'send' | 'drop' = 'drop') =>
  say({ card: card(id, state), text: state, unseen })
const states = async () =>
  (await toy.query<{ state: string }>('select "state" from outbox_message order by "seq"')).map(
    ({ state }) => state,
  )
const calls = async () =>
  await toy.query<{ call: { name: string; body: { id?: string; ticket?: string } } }>(
    `select p."call" from outbox_part p join outbox_message m on m."id" = p."outboxId" order by m."seq", p."ordinal"`,
  )
const settle = () => toy.test.hub.settle()
/** What people read now, of what was said in this test. */
const shown = (from: number) =>
  toy.vendor
    .received()
    .slice(from)
    .map(({ words }) => words.split('\n')[0])

describe('a message to a person', () => {
  it('is sent once however often it is enqueued, in order, and shows in the list of outgoing messages', async () => {
    const from = toy.vendor.received().length
    for (const text of ['一', '二', '三']) await say({ idempotencyKey: `k-${text}`, text })
    await say({ idempotencyKey: 'k-一', text: '一' })
    await settle()
    expect(shown(from)).toEqual(['一', '二', '三'])
    const listed = (await toy.test.ask('outbox.list', { states: ['sent'] })) as { messages: unknown[] }
    expect(listed.messages).toHaveLength(3)
  })

  it('that is refused for good is a dead letter which a person can send again', async () => {
    const from = toy.vendor.received().length
    toy.vendor.mood('refusing')
    await say({ text: '你好' })
    await settle()
    expect(await states()).toEqual(['failed'])
    const listed = (await toy.test.ask('outbox.list', {})) as { messages: { id: string }[] }
    await toy.test.run('outbox.retry', { id: listed.messages[0]!.id })
    await settle()
    expect(shown(from)).toEqual(['你好'])
  })
})

describe('a later version of a card', () => {
  it('takes the place of the one that was sent, with the handle of its receipt, then with that of the newest tap', async () => {
    const from = toy.vendor.received().length
    await first('card-1')
    await settle()
    await then('card-1', '处理中')
    await settle()
    expect(shown(from)).toEqual(['处理中'])
    await toy.test.fresh.database.transaction((tx) =>
      noteCardHandle(tx, {
        accountId: toy.accountId,
        externalId: 'u1',
        cardId: 'card-1',
        handle: { ticket: 'of-the-tap' },
      }),
    )
    await then('card-1', '已接单')
    await settle()
    expect(shown(from)).toEqual(['已接单'])
    const made = await calls()
    expect(made.map(({ call }) => call.name)).toEqual(['send', 'change', 'change'])
    expect(made[1]!.call.body.ticket).toMatch(/^t-/)
    expect(made[2]!.call.body.ticket).toBe('of-the-tap')
  })

  it('is the only one sent when none was sent yet; those before it are cancelled', async () => {
    const from = toy.vendor.received().length
    await first('card-2')
    await then('card-2', '一', 'send')
    await then('card-2', '二', 'send')
    await settle()
    expect(await states()).toEqual(['cancelled', 'cancelled', 'sent'])
    expect(shown(from)).toEqual(['二'])
    expect((await calls()).map(({ call }) => call.name)).toEqual(['send'])
  })

  it('is not sent either when it only changes what nobody has seen', async () => {
    const from = toy.vendor.received().length
    await first('card-3')
    await then('card-3', '已撤回')
    await settle()
    expect(await states()).toEqual(['cancelled', 'cancelled'])
    expect(shown(from)).toEqual([])
    toy.vendor.mood('refusing')
    await first('card-4')
    await settle()
    await then('card-4', '已撤回')
    await settle()
    expect(await states()).toEqual(['cancelled', 'cancelled', 'failed', 'cancelled'])
    expect(shown(from)).toEqual([])
  })

  it('is sent alone when the earlier one was drawn but nothing of it has left the hub', async () => {
    const from = toy.vendor.received().length
    toy.vendor.mood('busy')
    await say({ text: '先说' })
    await first('card-5')
    await settle()
    expect(shown(from)).toEqual([])
    await then('card-5', '新状态', 'send')
    await settle()
    toy.clock.advance(10_000)
    await settle()
    expect(await states()).toEqual(['sent', 'cancelled', 'sent'])
    expect(shown(from)).toEqual(['先说', '新状态'])
  })

  it('waits for the end of an earlier version that was tried, and then changes it', async () => {
    const from = toy.vendor.received().length
    toy.vendor.mood('busy')
    await first('card-6')
    await settle()
    await then('card-6', '已接单')
    await settle()
    expect(await calls()).toHaveLength(1)
    toy.clock.advance(10_000)
    await settle()
    expect(await states()).toEqual(['sent', 'sent'])
    expect((await calls()).map(({ call }) => call.name)).toEqual(['send', 'change'])
    expect(shown(from)).toEqual(['已接单'])
  })

  it('of one person leaves the same card of another as it is', async () => {
    await first('card-7')
    await say({ externalId: 'u2', card: card('card-7'), text: '新' })
    await settle()
    const changed = toy.vendor.changed().length
    await then('card-7', '已接单')
    await settle()
    expect(toy.vendor.changed()).toHaveLength(changed + 1)
  })
})
