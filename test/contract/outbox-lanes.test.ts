import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storeEffects } from '../../src/app/effects.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { systemActor } from '../../src/contract/actor.ts'
import { DeliveryError } from '../../src/contract/channel.ts'
import type { NewJob } from '../../src/contract/jobs.ts'
import { makeErasureHandlers } from '../../src/conversations/index.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { enqueueToPerson, sweepJob } from '../../src/outbox/index.ts'
import { enqueue } from '../../src/queue/index.ts'
import { sql } from '../../src/store/index.ts'
import { type Desk, openDesk } from './outbox-desk.ts'

let d: Desk
beforeEach(async () => {
  d = await openDesk()
})
afterEach(() => d.desk.drop())

/** Tells an engineer something about a ticket. */
async function tell(text: string, ticketId: string): Promise<void> {
  const { database, clock } = d.desk
  await database.transaction(async (tx) => {
    const message = { accountId: d.accountId, externalId: 'engineer', ticketId, text }
    const said = await enqueueToPerson(tx, { idempotencyKey: text, ...message }, clock.now())
    const cause = { id: derivedId('cause', text), nowMs: clock.now(), actor: systemActor('test') }
    await storeEffects(tx, said.effects, cause)
  })
}

async function plant(job: NewJob): Promise<void> {
  const { database, clock } = d.desk
  const cause = { id: derivedId('planted', job.kind), nowMs: clock.now() }
  await database.transaction((tx) => enqueue(tx, [job], cause))
}

const vendorIsDown = async () => {
  throw new DeliveryError('later', '503', 'down', 600_000)
}
const vendorTakesAll = async () => ({ providerMessageId: `v${d.desk.seen.length}` })
const [one, other] = [derivedId('ticket', 1), derivedId('ticket', 2)]

describe('erasing a ticket', () => {
  async function forget(ticketId: string): Promise<void> {
    const { database, clock } = d.desk
    await plant({ kind: 'ticket.forget', payload: { ticketId } })
    const handlers = makeErasureHandlers({ removeFile: async () => {} })
    const rest = { worker: 'eraser', concurrency: 1, clock, log: silentLog, wrote: () => {} }
    await makeRunner({ database, handlers, ...rest }).drain()
  }

  it('whose card an engineer’s next messages wait for lets those go out', async () => {
    d.desk.answer = vendorIsDown
    await tell('card one', one)
    await tell('card two', other)
    await d.run()
    await forget(one)
    d.desk.answer = vendorTakesAll
    await d.run()
    expect(await d.states()).toEqual(['cancelled(cancelled)', 'sent(sent)'])
    expect(d.desk.seen.map((s) => s.text)).toEqual(['card one', 'card two'])
  })

  it('whose card waits behind another one does not cut short the pause that the vendor asked for', async () => {
    d.desk.answer = vendorIsDown
    await tell('card one', one)
    await tell('card two', other)
    await d.run()
    await forget(other)
    await d.runFor(500_000, 100_000)
    expect(d.desk.seen).toHaveLength(1)
    expect(await d.states()).toEqual(['queued(queued)', 'cancelled(cancelled)'])
  })
})

describe('the sweep of the outbox', () => {
  async function sweep(): Promise<void> {
    await plant(sweepJob(d.desk.clock.now()))
    await d.run()
  }
  const lose = (kind: string) => sql`delete from job where "kind" = ${kind}`.execute(d.desk.database.db)

  it('starts lanes again whose turn nobody has, before and after their head was drawn', async () => {
    await tell('drawn', one)
    await d.make('w0').runJob((await d.next())!)
    await lose('outbox.send')
    const conversationId = await d.hear('u1', '你好')
    await d.say({ conversationId, text: 'not drawn' })
    await lose('outbox.render')
    await d.run()
    expect(await d.states()).toEqual(['queued(queued)', 'queued()'])
    await sweep()
    expect(await d.states()).toEqual(['sent(sent)', 'sent(sent)'])
  })

  it('ends a message that stands at the head with nothing left to send, and what is behind it goes out', async () => {
    d.desk.answer = vendorIsDown
    await tell('first', one)
    await tell('second', other)
    await d.run()
    await sql`update outbox_part set "state" = 'failed' where "attempts" = 1`.execute(d.desk.database.db)
    await lose('outbox.send')
    d.desk.answer = vendorTakesAll
    await sweep()
    expect(await d.states()).toEqual(['failed(failed)', 'sent(sent)'])
  })

  it('leaves alone what waits for its vendor and what a person has to look at', async () => {
    d.desk.answer = vendorIsDown
    await tell('waits', one)
    const conversationId = await d.hear('u1', '你好')
    await d.say({ conversationId, text: 'dead' })
    await d.run()
    await sql`update job set "state" = 'dead' where "serialKey" = ${`outbox:${conversationId}`}`.execute(
      d.desk.database.db,
    )
    await sweep()
    expect(d.desk.seen).toHaveLength(2)
    await d.runFor(601_000, 100_000)
    const texts = d.desk.seen.map((s) => s.text)
    // Two lanes: which of them is first is nobody's promise.
    expect(texts.slice(0, 2).toSorted()).toEqual(['dead', 'waits'])
    expect(texts.slice(2)).toEqual(['waits'])
  })

  it('plans itself again', async () => {
    await sweep()
    expect(await d.jobs()).toEqual(['outbox.sweep'])
  })
})
