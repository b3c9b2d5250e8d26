import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DingtalkConfig, dingtalkConfigSchema } from '../../channels/dingtalk/config.ts'
import type { Trouble } from '../../channels/dingtalk/emulator/chaos.ts'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import dingtalk from '../../channels/dingtalk/index.ts'
import { storeEffects } from '../../src/app/effects.ts'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import { makeTokens } from '../../src/app/io/tokens.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type {
  ActionAnswer,
  Card,
  Connection,
  Outbound,
  RawRequest,
  Receipt,
} from '../../src/contract/channel.ts'
import type { ConnectIo, MediaStore } from '../../src/contract/ports.ts'
import { appendMessage } from '../../src/conversations/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { enqueueMessage, makeOutboxHandlers } from '../../src/outbox/index.ts'
import { json, type SecretBox, secretBox, sql } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
const template = 'b4fdsu21-0000.schema'
const loopback = makeSafeFetch({ allow: ['127.0.0.1'] })

let fresh: FreshDatabase
let media: MediaStore
let dir: string
let box: SecretBox
let emulator: DingtalkEmulator
const connections: Connection[] = []

beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'yitong-dingtalk-out-'))
  media = await openMediaStore({ dir })
  box = secretBox([randomBytes(32)])
})
afterAll(async () => {
  await fresh.drop()
  await rm(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  emulator = await startDingtalkEmulator()
  for (const [id, nick] of [
    ['u1', '王芳'],
    ['u2', '李强'],
  ] as const)
    emulator.join(id, nick)
  emulator.world.groups.add('cidGroup==')
  emulator.world.templates.add(template)
})
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close()
  await emulator.stop()
})

const settings = (more: object = {}) => dingtalkConfigSchema.parse({ ...emulator.settings(), ...more })

let accounts = 0
function ioOf(
  config: DingtalkConfig,
  more: Partial<ConnectIo<DingtalkConfig>> = {},
): ConnectIo<DingtalkConfig> {
  const accountId = more.accountId ?? derivedId('account', `out-${accounts++}`)
  const leases = makeLeases(fresh.database, 'out')
  return {
    accountId,
    config,
    agentFor: loopback.agentFor,
    fetch: (url, init, limits) => loopback.fetch(url, init, { ...limits, timeoutMs: 3000 }),
    media,
    lease: leases,
    tokens: makeTokens({ database: fresh.database, box, leases, clock })(accountId),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    publicUrl: null,
    receive: async () => [],
    cursor: async () => null,
    report: () => {},
    ...more,
  }
}

async function account(): Promise<string> {
  const id = derivedId('account', `out-${accounts++}`)
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id, kind: 'dingtalk', name: '钉钉', config: json({}) })
    .execute()
  return id
}

const card: Card = {
  id: 'offer-0001',
  title: '新工单 T261127-0001 · 空调不制冷',
  urgency: 'high',
  lines: [{ label: '地址', value: '杭州市西湖区文三路259号' }],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝' },
    { key: 'details', text: '详情', url: 'https://hub.example/e/1' },
  ],
}
const taken: Card = {
  ...card,
  state: { text: '李强已接单', tone: 'success' },
  buttons: card.buttons.slice(2),
}

const outbound = (more: Partial<Outbound> = {}): Outbound => ({
  reference: 'T261127-0001',
  to: 'u1',
  text: '您有一张新工单',
  automatic: true,
  thread: {},
  messageId: 'm-1',
  lang: 'zh',
  ...more,
})

async function send(io: ConnectIo<DingtalkConfig>, more: Partial<Outbound> = {}): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  for (const call of dingtalk.render(outbound(more), io.config))
    receipts.push(await dingtalk.deliver(call, 'key', io))
  return receipts
}

const cardOn = (userId: string, chat = userId) => {
  const cards = emulator.groupScreen(chat, userId).filter((seen) => seen.kind === 'card')
  expect(cards).toHaveLength(1)
  return cards[0]!.params
}

/** A hub of which only the channel is real: every tap is answered as `answer` says. */
async function hubOverStream(config: DingtalkConfig, answer: ActionAnswer | null) {
  const heard: string[] = []
  const io = ioOf(config, {
    receive: async (items) => {
      heard.push(...items.map((item) => item.kind))
      return items.map(() => ({ envelopeId: 'e', duplicate: false, ...(answer ? { answer } : {}) }))
    },
  })
  const connection = await dingtalk.connect!(io)
  connections.push(connection)
  await vi.waitFor(() => expect(emulator.stream.connections()).toBe(2), { timeout: 5000 })
  return { io, heard }
}

describe('a job card', () => {
  it('arrives, is tapped, shows the answer at once, and is changed for everybody later', async () => {
    const answer = { tone: 'success', text: '已接单', card: taken } as const
    const { io, heard } = await hubOverStream(settings({ cardTemplateId: template }), answer)
    const thread = { chat: 'group', conversationId: 'cidGroup==', nick: '' }
    const [receipt] = await send(io, { card, thread })
    expect(receipt).toEqual({ providerMessageId: 'offer-0001', handle: { outTrackId: 'offer-0001' } })
    expect(cardOn('u2', 'cidGroup==')).toMatchObject({ title: card.title, b1_text: '接单', state_text: '' })
    expect(await emulator.press('u2', 'offer-0001', 'accept')).toEqual({ answered: true, notice: '已接单' })
    expect(heard).toEqual(['action'])
    // DingTalk shows the answer's public data to the person who tapped only.
    expect(cardOn('u2', 'cidGroup==')).toMatchObject({ state_text: '李强已接单', b1_text: '' })
    expect(cardOn('u1', 'cidGroup==')).toMatchObject({ state_text: '', b1_text: '接单' })
    const replaces = { cardId: 'offer-0001', providerMessageId: 'offer-0001', handle: receipt!.handle! }
    await send(io, { card: taken, replaces, thread })
    expect(cardOn('u1', 'cidGroup==')).toMatchObject({
      state_text: '李强已接单',
      b1_text: '',
      link_text: '详情',
    })
    await expect(emulator.press('u1', 'offer-0001', 'accept')).rejects.toThrow('shows no button')
  })

  it('says that it is being worked on when no answer is there in time', async () => {
    const { io } = await hubOverStream(settings({ cardTemplateId: template }), null)
    await send(io, { card })
    expect(await emulator.press('u1', 'offer-0001', 'accept')).toEqual({ answered: true, notice: '处理中…' })
    expect(cardOn('u1')).toMatchObject({ b1_text: '接单', notice_tone: 'info' })
  })

  it('is tapped over HTTP as well, at the address that was registered', async () => {
    const config = settings({ cardTemplateId: template, mode: 'http' })
    const io = ioOf(config)
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const raw: RawRequest = {
        method: request.method!,
        path: request.url!,
        query: {},
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
        remoteAddress: '127.0.0.1',
        receivedAtMs: Date.now(),
      }
      const verified = dingtalk.verify(raw, config, Date.now())
      if (!verified.ok) return response.writeHead(401).end()
      const outcomes = dingtalk.parse(verified.value, config).map(() => {
        return {
          envelopeId: 'e',
          duplicate: false,
          answer: { tone: 'success', text: '已接单', card: taken } as const,
        }
      })
      const answer = dingtalk.ack(verified.value, outcomes, config)
      return response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    connections.push(await dingtalk.connect!({ ...io, publicUrl }))
    await send(io, { card })
    expect(await emulator.press('u1', 'offer-0001', 'accept')).toEqual({ answered: true, notice: '已接单' })
    expect(cardOn('u1')).toMatchObject({ state_text: '李强已接单' })
    emulator.robotUrl = `${publicUrl}/channels/dingtalk/x`
    expect(await emulator.say('u1', '你好')).toBe(true)
    await new Promise((resolve) => server.close(resolve))
  })

  it('is there once although the call that made it was not answered', async () => {
    const io = ioOf(settings({ cardTemplateId: template }))
    emulator.chaos.next.push('gateway-timeout-after-doing-it')
    await expect(send(io, { card })).rejects.toMatchObject({ retry: 'later', code: 'http_504' })
    expect(await send(io, { card })).toEqual([
      { providerMessageId: 'offer-0001', handle: { outTrackId: 'offer-0001' } },
    ])
    expect(cardOn('u1').title).toBe(card.title)
  })

  it('is sent anew when it replaces one that DingTalk does not know', async () => {
    const io = ioOf(settings({ cardTemplateId: template }))
    await send(io, { card: taken, replaces: { cardId: 'offer-0001', providerMessageId: 'x', handle: null } })
    expect(cardOn('u1')).toMatchObject({ state_text: '李强已接单' })
  })

  it('goes out as a message with buttons when its template is gone, and those can be pressed too', async () => {
    emulator.world.unpublished.add(template)
    const { io, heard } = await hubOverStream(settings({ cardTemplateId: template }), null)
    const [receipt] = await send(io, { card })
    expect(receipt).toMatchObject({ detail: { insteadOfCard: 'param.templateUnpublished' } })
    expect(receipt!.handle).toBeUndefined()
    expect(emulator.screen('u1')).toMatchObject([{ kind: 'message', msgKey: 'sampleActionCard3' }])
    expect(await emulator.press('u1', 'offer-0001', 'reject')).toMatchObject({ answered: true })
    expect(heard).toEqual(['action'])
  })

  it('that reached nobody is a failure, although DingTalk answered 200', async () => {
    const io = ioOf(settings({ cardTemplateId: template }))
    await expect(send(io, { card, to: 'stranger' })).rejects.toMatchObject({
      retry: 'never',
      code: 'deliver_failed',
    })
  })
})

describe('what goes out', () => {
  it('as an image or a file is uploaded and named', async () => {
    const io = ioOf(settings())
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
    const put = await media.put(png)
    expect(put.ok).toBe(true)
    if (!put.ok) return
    const { hash, size } = put.value
    const attachments = [
      { name: '照片.png', contentType: 'image/png', hash, size },
      { name: '报价 "A".pdf', contentType: 'application/pdf', hash, size },
    ]
    emulator.chaos.next.push('token-expired')
    await send(io, { text: '', attachments })
    const [image, file] = emulator.screen('u1')
    expect([image, file]).toMatchObject([
      { msgKey: 'sampleImageMsg', param: { photoURL: expect.stringMatching(/^@/) } },
      { msgKey: 'sampleFile', param: { fileName: '报价 "A".pdf', fileType: 'pdf' } },
    ])
    const stored = emulator.world.files.get(image?.kind === 'message' ? image.param.photoURL! : '')
    expect([stored?.name, Buffer.from(stored!.content)]).toEqual(['照片.png', png])
  })

  it('to somebody without a userId is refused with the reason', async () => {
    const io = ioOf(settings())
    await expect(send(io, { to: '$:LWCP_v1:$x' })).rejects.toMatchObject({
      retry: 'never',
      code: 'no_user_id',
    })
    await expect(send(io, { to: 'nobody' })).rejects.toMatchObject({
      retry: 'never',
      code: 'staffId.notExisted',
    })
  })

  it('waits when DingTalk names the receiver as one who gets too much', async () => {
    const io = ioOf(settings())
    emulator.chaos.next.push('flow-control')
    await expect(send(io)).rejects.toMatchObject({ retry: 'later', code: 'flow_controlled', waitMs: 60_000 })
  })

  it('asks for one token however many go out, and for another when it is refused', async () => {
    const io = ioOf(settings())
    await Promise.all([1, 2, 3].map(() => send(io)))
    const tokens = () => emulator.calls.filter((path) => path.endsWith('/accessToken')).length
    expect(tokens()).toBe(1)
    emulator.chaos.next.push('token-expired')
    await send(io)
    expect(tokens()).toBe(2)
    expect(emulator.screen('u1')).toHaveLength(4)
  })
})

describe('the connection test', () => {
  const steps = async (more: object = {}, io: Partial<ConnectIo<DingtalkConfig>> = {}) =>
    (await dingtalk.test!(ioOf(settings(more), io))).map(({ name, ok }) => [name, ok])

  it('says what works in Stream mode, with and without a template', async () => {
    expect(await steps()).toEqual([
      ['token', true],
      ['stream', true],
      ['sending', true],
      ['cards', true],
    ])
    expect(await steps({ cardTemplateId: template })).toEqual([
      ['token', true],
      ['stream', true],
      ['sending', true],
      ['cards', true],
    ])
    expect(emulator.screen('u1')).toEqual([])
  })

  it('says what works in HTTP mode, and registers for taps', async () => {
    expect(await steps({ mode: 'http' })).toContainEqual(['callback', false])
    const done = await steps({ mode: 'http', cardTemplateId: template }, { publicUrl: 'https://hub.example' })
    expect(done).toEqual([
      ['token', true],
      ['callback', true],
      ['sending', true],
      ['cards', true],
      ['card-callback', true],
    ])
    expect([...emulator.world.callbackUrls.values()][0]!.url).toMatch(
      /^https:\/\/hub\.example\/channels\/dingtalk\//,
    )
  })

  it('says what is wrong, in both languages', async () => {
    const [wrong] = await dingtalk.test!(ioOf(settings({ clientSecret: 'wrong' })))
    expect(wrong).toMatchObject({ name: 'token', ok: false })
    expect(wrong!.zh).toContain('Client Secret 不正确')
    expect(wrong!.en).toContain('is wrong')
    emulator.chaos.next.push('no-permission')
    expect(await steps()).toContainEqual(['sending', false])
    expect(await steps({ robotCode: 'another' })).toContainEqual(['sending', false])
    emulator.chaos.gatewayStatus = 403
    expect(await steps()).toContainEqual(['stream', false])
  })
})

/** The outbox with the real channel on a real database; its clock is turned by hand. */
async function openDesk(io: ConnectIo<DingtalkConfig>) {
  const { database } = fresh
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
      const message = emulator.message(userId, { msgtype: 'text', text: { content: '你好' } })
      const { query, headers, body } = emulator.signedRobotRequest(JSON.stringify(message), clock.now())
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
    emulator.screen(userId).flatMap((each) => (each.kind === 'message' ? [each.param.content!] : []))

  it('sends everything once and in order, whatever it is refused for', async () => {
    const io = ioOf(settings(), { accountId: await account() })
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
      emulator.chaos.next.push(trouble)
      await desk.run()
    }
    await desk.settle()
    expect(await desk.states()).toEqual([{ state: 'sent', n: 16 }])
    expect([saidTo('u1'), saidTo('u2')]).toEqual([wrote, wrote])
  })

  it('says once more at most what it cannot know to have been said', async () => {
    const io = ioOf(settings(), { accountId: await account() })
    const desk = await openDesk(io)
    const id = await desk.hear('u1')
    emulator.chaos.next.push('gateway-timeout-after-doing-it')
    await desk.say(id, '只此一句')
    await desk.settle()
    expect(saidTo('u1')).toEqual(['只此一句', '只此一句'])
    emulator.chaos.next.push('gateway-timeout-after-doing-it', 'gateway-timeout-after-doing-it')
    await desk.say(id, '再来一句')
    await desk.say(id, '后面的不等')
    await desk.settle()
    expect(saidTo('u1').slice(2)).toEqual(['再来一句', '再来一句', '后面的不等'])
    expect(await desk.states()).toContainEqual({ state: 'unknown', n: 1 })
  })

  it('gives up at once when the month’s quota is used up, and says why', async () => {
    const io = ioOf(settings(), { accountId: await account() })
    const desk = await openDesk(io)
    emulator.chaos.next.push('monthly-quota')
    await desk.say(await desk.hear('u1'), '发不出去')
    const before = emulator.calls.length
    await desk.settle()
    expect(await desk.states()).toEqual([{ state: 'failed', n: 1 }])
    // One token, one try.
    expect(emulator.calls.length - before).toBe(2)
    const part = await fresh.database.db
      .selectFrom('outbox_part')
      .selectAll()
      .where('state', '=', 'failed')
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(part)).toContain('ApiCountLimitForOrg')
  })
})
