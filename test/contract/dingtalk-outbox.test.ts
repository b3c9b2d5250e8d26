import { describe, expect, it } from 'vitest'
import type { DingtalkConfig } from '../../channels/dingtalk/config.ts'
import type { Trouble } from '../../channels/dingtalk/emulator/chaos.ts'
import dingtalk from '../../channels/dingtalk/index.ts'
import { storeEffects } from '../../src/app/effects.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import type { ConnectIo } from '../../src/contract/ports.ts'
import { appendMessage } from '../../src/conversations/index.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { enqueueMessage, makeOutboxHandlers } from '../../src/outbox/index.ts'
import { sql } from '../../src/store/index.ts'

import { clock, dingtalkWorld } from './dingtalk-world.ts'

const world = dingtalkWorld()

/** The outbox with the real channel on a real database; its clock is turned by hand. */
async function openDesk(io: ConnectIo<DingtalkConfig>) {
  const { database } = world.fresh
  const { accountId, config } = io
  const account = { id: accountId, kind: 'dingtalk', enabled: true, channel: dingtalk, config }
  const handlers = makeOutboxHandlers({
    account: (id) => (id === accountId ? account : undefined),
    io: () => io as never,
    sender: () => null,
    takesReplies: () => true,
    progressLink: (id) => `https://hub.example/p/${id}`,
  })
  let causes = 0
  const cause = () => ({
    id: derivedId('cause', accountId, causes++),
    nowMs: clock.now(),
    actor: systemActor('test'),
  })
  const settings = {
    database,
    handlers,
    worker: 'w1',
    concurrency: 4,
    clock,
    log: silentLog,
    wrote: () => {},
  }
  const run = () => makeRunner(settings).drain()
  return {
    run,
    /** A customer writes; returns the conversation. */
    async hear(userId: string): Promise<string> {
      const message = world.emulator.message(userId, { msgtype: 'text', text: { content: '你好' } })
      const { query, headers, body } = world.emulator.signedRobotRequest(JSON.stringify(message), clock.now())
      const request = { method: 'POST', path: '/', query, headers, body: Buffer.from(body) }
      const raw: RawRequest = { ...request, remoteAddress: '', receivedAtMs: clock.now() }
      const [envelope] = dingtalk.parse({ request: raw, claims: { push: 'robot' } }, config)
      if (envelope?.kind !== 'message') throw new Error('a message was sent')
      const { id, nowMs } = cause()
      const given = { account, envelope, attachments: [], urgent: false, receivedAtMs: nowMs, nowMs }
      const input = {
        ...given,
        envelopeId: id,
        account: { id: accountId, kind: 'dingtalk', capabilities: dingtalk.capabilities },
      }
      return (await database.transaction((tx) => appendMessage(tx, input))).conversationId
    },
    async say(conversationId: string, text: string): Promise<void> {
      const by = cause()
      const author = { kind: 'agent' } as const
      await database.transaction(async (tx) => {
        const message = { idempotencyKey: by.id, automatic: false, author, conversationId, text }
        const said = await enqueueMessage(tx, message, clock.now())
        if (said.ok) await storeEffects(tx, said.value.effects, by)
      })
    },
    /** Lets time pass until nothing is left to send. */
    async settle(): Promise<void> {
      for (let round = 0; round < 300; round++) {
        await run()
        const left = await database.db
          .selectFrom('job')
          .select('id')
          .where('kind', 'like', 'outbox.%')
          .execute()
        if (left.length === 0) return
        clock.advance(20_000)
      }
    },
    async states() {
      const ends = await sql<{ state: string; n: number }>`select "state", count(*)::int as n
        from outbox_message where "accountId" = ${accountId} group by 1`.execute(database.db)
      return ends.rows
    },
  }
}

describe('the outbox toward a DingTalk that has a bad day', () => {
  const saidTo = (userId: string) =>
    world.emulator.screen(userId).flatMap((each) => (each.kind === 'message' ? [each.param.content!] : []))

  it('sends everything once and in order, whatever it is refused for', async () => {
    const io = world.ioOf(world.settings(), { accountId: await world.account() })
    const desk = await openDesk(io)
    const conversations = [await desk.hear('u1'), await desk.hear('u2')]
    const troubles: Trouble[] = [
      'qps',
      'global-qps',
      'system-busy',
      'bad-gateway',
      'token-expired',
      'flow-control',
      'ip-ban',
      'hang',
    ]
    const wrote = troubles.map((trouble) => `句 ${trouble}`)
    for (const [n, trouble] of troubles.entries()) {
      for (const id of conversations) await desk.say(id, wrote[n]!)
      world.emulator.chaos.next.push(trouble)
      await desk.run()
    }
    await desk.settle()
    expect(await desk.states()).toEqual([{ state: 'sent', n: 16 }])
    expect([saidTo('u1'), saidTo('u2')]).toEqual([wrote, wrote])
  })

  it('says once more at most what it cannot know to have been said', async () => {
    const io = world.ioOf(world.settings(), { accountId: await world.account() })
    const desk = await openDesk(io)
    const id = await desk.hear('u1')
    world.emulator.chaos.next.push('gateway-timeout-after-doing-it')
    await desk.say(id, '只此一句')
    await desk.settle()
    expect(saidTo('u1')).toEqual(['只此一句', '只此一句'])
    world.emulator.chaos.next.push('gateway-timeout-after-doing-it', 'gateway-timeout-after-doing-it')
    await desk.say(id, '再来一句')
    await desk.say(id, '后面的不等')
    await desk.settle()
    expect(saidTo('u1').slice(2)).toEqual(['再来一句', '再来一句', '后面的不等'])
    expect(await desk.states()).toContainEqual({ state: 'unknown', n: 1 })
  })

  it('gives up at once when the month’s quota is used up, and says why', async () => {
    const io = world.ioOf(world.settings(), { accountId: await world.account() })
    const desk = await openDesk(io)
    world.emulator.chaos.next.push('monthly-quota')
    await desk.say(await desk.hear('u1'), '发不出去')
    const before = world.emulator.calls.length
    await desk.settle()
    expect(await desk.states()).toEqual([{ state: 'failed', n: 1 }])
    // One token, one try.
    expect(world.emulator.calls.length - before).toBe(2)
    const part = await world.fresh.database.db
      .selectFrom('outbox_part')
      .selectAll()
      .where('state', '=', 'failed')
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(part)).toContain('ApiCountLimitForOrg')
  })
})
