import { afterEach, describe, expect, it } from 'vitest'
import { wechatOaConfigSchema } from '../../channels/wechat-oa/config.ts'
import { startOaEmulator } from '../../channels/wechat-oa/emulator/index.ts'
import { wechatOaChannel } from '../../channels/wechat-oa/index.ts'
import { wecomKfConfigSchema } from '../../channels/wecom-kf/config.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import { wecomKfChannel } from '../../channels/wecom-kf/index.ts'
import { storeEffects } from '../../src/app/effects.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type { Channel, RawRequest } from '../../src/contract/channel.ts'
import type { ReceivePort } from '../../src/contract/ports.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { enqueueMessage, makeOutboxHandlers } from '../../src/outbox/index.ts'
import { sql } from '../../src/store/index.ts'
import type { ChannelSubject, Vendor } from './channel-subject.ts'
import { openAccount, openWorld, type World } from './channel-world.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

/** The same dice every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function posted({ query, body }: { query: RawRequest['query']; body: string }): RawRequest {
  const at = { path: '/', headers: {}, remoteAddress: '127.0.0.1', receivedAtMs: startMs }
  return { method: 'POST', query, body: new TextEncoder().encode(body), ...at }
}

async function world(): Promise<World> {
  const opened = await openWorld()
  open.push(opened)
  return opened
}

type Opened = Awaited<ReturnType<typeof openAccount>>

/** The real outbox in front of the emulated vendor. */
function outbox<C>({ database }: World, account: Opened, channel: Channel<C>, config: C) {
  const sending = {
    id: account.accountId,
    kind: channel.kind,
    enabled: true,
    channel: channel as Channel,
    config,
  }
  const handlers = makeOutboxHandlers({
    account: () => sending,
    io: () => account.io({ config } as unknown as Vendor<unknown>),
    sender: () => null,
    takesReplies: () => true,
    progressLink: () => null,
  })
  const clock = account.clock
  return {
    async say(conversationId: string, text: string): Promise<void> {
      const cause = {
        id: derivedId('cause', conversationId, text),
        nowMs: clock.now(),
        actor: systemActor('test'),
      }
      await database.transaction(async (tx) => {
        const message = {
          idempotencyKey: cause.id,
          conversationId,
          text,
          automatic: false,
          author: { kind: 'agent' as const },
        }
        const said = await enqueueMessage(tx, message, clock.now())
        if (said.ok) await storeEffects(tx, said.value.effects, cause)
      })
    },
    /** Lets the workers work until nothing is left to send. */
    async settle(): Promise<readonly string[]> {
      for (let round = 0; round < 60; round++) {
        const worker = makeRunner({
          database,
          handlers,
          worker: `w${round}`,
          concurrency: 2,
          clock,
          log: silentLog,
          wrote: () => {},
        })
        await worker.drain()
        const left = await sql<{
          n: number
        }>`select count(*)::int as n from job where kind like 'outbox.%'`.execute(database.db)
        if (left.rows[0]!.n === 0) break
        clock.advance(120_000)
      }
      const states = await database.db.selectFrom('outbox_message').select('state').orderBy('seq').execute()
      return states.map((row) => row.state)
    },
  }
}

interface Stored {
  readonly authorId: string | null
  readonly text: string
  readonly direction: string
  readonly seq: number | bigint | string
}

/** What a customer said, in the order in which the conversation has it. */
function textsOf(messages: readonly Stored[], user: string): string[] {
  const own = messages.filter((m) => m.authorId === user && m.direction === 'in')
  return own.sort((a, b) => Number(a.seq) - Number(b.seq)).map((m) => m.text)
}

describe('an official account in bad weather', () => {
  it('stores every message once and in order though answers get lost and the database fails, and sends each answer that it may', async () => {
    const w = await world()
    const roll = dice(7)
    let account: Opened | null = null
    const emulator = await startOaEmulator({
      now: () => account?.clock.now() ?? startMs,
      redeliverMs: 1,
      async post(callback) {
        const luck = roll()
        // The hub is away; the database fails; or all is done and only the answer gets lost.
        if (luck < 0.15) return null
        const failing: ReceivePort = async () => Promise.reject(new Error('the database is away'))
        if (luck < 0.25) return { status: 500, body: '' }
        const answer = await account!
          .hear(posted(callback), luck < 0.3 ? failing : undefined)
          .catch(() => ({ status: 500, body: '' }))
        return luck < 0.45 ? null : { status: answer?.status ?? 401, body: String(answer?.body ?? '') }
      },
    })
    open.push(emulator)
    const { appId, appSecret, keys } = emulator.account
    const config = wechatOaConfigSchema.parse({
      appId,
      appSecret,
      token: keys.token,
      aesKey: keys.aesKey,
      baseUrl: emulator.url,
    })
    account = await openAccount(w, { channel: wechatOaChannel, config, startMs } as unknown as ChannelSubject)
    const users = [1, 2, 3].map(() => emulator.newFollower())
    const delivered: string[][] = users.map(() => [])
    for (let n = 0; n < 12; n++) {
      for (const [i, user] of users.entries()) {
        // After the fourth try WeChat gives up: that is the vendor's bound, not ours.
        if ((await emulator.say(user, `第 ${n} 句`)) < 4) delivered[i]!.push(`第 ${n} 句`)
      }
    }
    const messages = await account.messages()
    for (const [i, user] of users.entries()) {
      const stored = textsOf(messages, user)
      expect(new Set(stored).size).toBe(stored.length)
      expect(stored).toEqual(expect.arrayContaining(delivered[i]!))
      expect(stored).toEqual([...stored].sort((a, b) => Number(/\d+/.exec(a)) - Number(/\d+/.exec(b))))
    }
    const box = outbox(w, account, wechatOaChannel, config)
    emulator.server.trouble('/cgi-bin/stable_token', { status: 502 })
    emulator.server.trouble(
      '/cgi-bin/message/custom/send',
      { errcode: 45011 },
      { status: 503, retryAfterS: 5 },
      { expired: 40001 },
      { errcode: -1 },
      { expired: 42001 },
    )
    const conversations = users.map((user) => messages.find((m) => m.authorId === user)!.conversationId)
    for (const id of conversations) for (const n of [1, 2, 3]) await box.say(id, `答复 ${n}`)
    expect(new Set(await box.settle())).toEqual(new Set(['sent']))
    for (const user of users)
      expect(emulator.screen(user).map(({ words }) => words)).toEqual(['答复 1', '答复 2', '答复 3'])
    expect(emulator.refusedByWindow()).toBe(0)
  })
})

describe('WeCom customer service in bad weather', () => {
  it('loses no message and doubles none though announcements, pages, tokens and the database fail, and sends every answer once', async () => {
    const w = await world()
    const roll = dice(11)
    let account: Opened | null = null
    const failures: unknown[] = []
    const emulator = await startKfEmulator({
      now: () => account?.clock.now() ?? startMs,
      redeliverMs: 1,
      pageSize: 3,
      async post(callback) {
        const luck = roll()
        if (luck < 0.2) return null
        const failing: ReceivePort = async () => Promise.reject(new Error('the database is away'))
        try {
          const answer = await account!.hear(posted(callback), luck < 0.35 ? failing : undefined)
          return { status: answer?.status ?? 401, body: String(answer?.body ?? '') }
        } catch (error) {
          // The announcement was stored and acknowledged; the job that pulls failed and is tried again with the next one.
          failures.push(error)
          return { status: 200, body: '' }
        }
      },
    })
    open.push(emulator)
    const { corpId, secret, keys, openKfId } = emulator.account
    const config = wecomKfConfigSchema.parse({
      corpId,
      secret,
      token: keys.token,
      aesKey: keys.aesKey,
      baseUrl: emulator.url,
    })
    const subject = { channel: wecomKfChannel, config, startMs, pulled: { config } }
    account = await openAccount(w, subject as unknown as ChannelSubject)
    const users = [1, 2, 3].map(() => emulator.newCustomer())
    const sync = '/cgi-bin/kf/sync_msg'
    for (let n = 0; n < 12; n++) {
      const luck = roll()
      if (luck < 0.15) emulator.loseCallbacks(2)
      else if (luck < 0.25) emulator.server.trouble(sync, { errcode: 45009 })
      else if (luck < 0.35) emulator.server.trouble(sync, 'truncated')
      else if (luck < 0.45) emulator.server.trouble(sync, { expired: 42001 })
      else if (luck < 0.55) emulator.server.trouble(sync, 'cut')
      else if (luck < 0.6) emulator.server.trouble(sync, { status: 502 })
      for (const user of users) {
        await emulator.say(user, `第 ${n} 句`)
        // WeCom gives a row again now and then.
        if (roll() < 0.3) emulator.add(emulator.queue.rows().at(-1)!)
      }
    }
    expect(failures.length).toBeGreaterThan(0)
    // The look of the safety poll, when everything works again.
    await wecomKfChannel.pull!({ openKfId }, account.pulling() as never)
    const messages = await account.messages()
    const wanted = Array.from({ length: 12 }, (_, n) => `第 ${n} 句`)
    for (const user of users) expect(textsOf(messages, user)).toEqual(wanted)

    const box = outbox(w, account, wecomKfChannel, config)
    emulator.server.trouble('/cgi-bin/gettoken', { status: 502 })
    emulator.server.trouble(
      '/cgi-bin/kf/send_msg',
      'does-it-silently',
      { errcode: 45009 },
      { expired: 40014 },
      'truncated',
      { errcode: 95018 },
      { status: 500 },
      'cut',
    )
    const conversations = users.map((user) => messages.find((m) => m.authorId === user)!.conversationId)
    for (const id of conversations) for (const n of [1, 2, 3]) await box.say(id, `答复 ${n}`)
    expect(new Set(await box.settle())).toEqual(new Set(['sent']))
    for (const user of users)
      expect(emulator.screen(user).map(({ words }) => words)).toEqual(['答复 1', '答复 2', '答复 3'])
    expect(emulator.sessions.refusedByWindow).toBe(0)
  })
})
