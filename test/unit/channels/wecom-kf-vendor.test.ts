import { afterEach, describe, expect, it } from 'vitest'
import { wecomKfConfigSchema } from '../../../channels/wecom-kf/config.ts'
import { startKfEmulator } from '../../../channels/wecom-kf/emulator/index.ts'
import { wecomKfChannel as channel } from '../../../channels/wecom-kf/index.ts'
import type { Outbound } from '../../../src/contract/channel.ts'
import { sha256 } from '../../../src/kernel/hash.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { loopbackIo } from './channel-io.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function desk(settings: object = {}, files: readonly Buffer[] = []) {
  let nowMs = startMs
  const emulator = await startKfEmulator({ now: () => nowMs, pageSize: 2 })
  open.push(emulator)
  const { corpId, secret, keys, openKfId } = emulator.account
  const config = wecomKfConfigSchema.parse({
    corpId,
    secret,
    token: keys.token,
    aesKey: keys.aesKey,
    baseUrl: emulator.url,
    ...settings,
  })
  const hub = loopbackIo(config, startMs, files)
  const user = emulator.newCustomer()
  const out: Outbound = {
    reference: 'T1',
    to: user,
    text: '您好',
    automatic: false,
    thread: { openKfId },
    messageId: 'm1',
    lang: 'zh',
  }
  return {
    ...hub,
    emulator,
    user,
    openKfId,
    config,
    pull: (hint: JsonObject = {}) => channel.pull!({ openKfId, ...hint }, hub.io),
    async send(extra: Partial<Outbound> = {}, key = 'k1') {
      const receipts = []
      for (const [i, call] of channel.render({ ...out, ...extra }, config).entries())
        receipts.push(await channel.deliver(call, `${key}.${i}`, hub.io))
      return receipts
    },
    later(ms: number) {
      nowMs += ms
      hub.clock.advance(ms)
    },
    calls: (path: string) => emulator.server.calls.filter((call) => call.path === `/cgi-bin/kf/${path}`),
  }
}

describe('pulling', () => {
  it('goes on where it was, stores each message once, and gives names to customers', async () => {
    const d = await desk()
    for (const text of ['一', '二', '三']) await d.emulator.say(d.user, text)
    await d.pull()
    await d.emulator.say(d.user, '四')
    await d.pull()
    expect(d.stored).toHaveLength(4)
    expect(d.stored[0]!.claims).toMatchObject({ customer: { nickname: expect.stringContaining('微信用户') } })
    expect(d.calls('sync_msg').map(({ body }) => body.cursor !== undefined)).toEqual([false, true, true])
  })

  it('sends the cursor and the token of the announcement together, and drops the token when it is too old', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '一')
    await d.pull()
    const hint = { token: d.emulator.queue.token(), atMs: startMs }
    await d.pull(hint)
    expect(d.calls('sync_msg').at(-1)!.body).toMatchObject({ cursor: expect.any(String), token: hint.token })
    d.later(11 * 60_000)
    await d.pull(hint)
    expect(d.calls('sync_msg').at(-1)!.body.token).toBeUndefined()
    await d.pull({ token: 'made-up', atMs: startMs + 11 * 60_000 })
    expect(d.calls('sync_msg').at(-1)!.body.token).toBeUndefined()
  })

  it('says how long to wait when there were too many calls, and loses nothing', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '一')
    d.emulator.queue.bareCalls = 0
    await expect(d.pull()).rejects.toMatchObject({ retry: 'later', code: '45009', waitMs: 60_000 })
    await d.pull({ token: d.emulator.queue.token(), atMs: startMs })
    expect(d.stored).toHaveLength(1)
  })

  it('of an account that is new takes what is recent only', async () => {
    const d = await desk({ backfillHours: 1 })
    await d.emulator.say(d.user, '昨天')
    d.later(2 * 3_600_000)
    await d.emulator.say(d.user, '现在')
    await d.pull()
    expect(
      d.stored.map((item) => JSON.parse(Buffer.from(item.request.body).toString()).text.content),
    ).toEqual(['现在'])
  })

  it('goes on without names when they cannot be had, and keeps a row that nobody can read', async () => {
    const d = await desk()
    d.emulator.server.trouble('/cgi-bin/kf/customer/batchget', { errcode: 60011 })
    await d.emulator.say(d.user, '一')
    d.emulator.add({ msgid: '', send_time: startMs / 1000, external_userid: d.user } as never)
    await d.pull()
    expect(d.stored.map((item) => item.dedupeKey.split(':')[0])).toEqual(['msg', 'unreadable'])
  })
})

describe('the welcome', () => {
  it('is said once to who comes in, and not to who came long ago', async () => {
    const d = await desk({ welcomeText: '您好，请描述故障' })
    await d.emulator.enter(d.user)
    await d.pull()
    await d.pull()
    expect(d.emulator.screen(d.user)).toMatchObject([{ words: '您好，请描述故障' }])
    const late = d.emulator.newCustomer()
    await d.emulator.enter(late)
    d.later(25_000)
    await d.pull()
    expect(d.emulator.screen(late)).toEqual([])
    expect(d.calls('send_msg_on_event')).toHaveLength(1)
  })

  it('that fails does not hold up what was pulled', async () => {
    const d = await desk({ welcomeText: '您好' })
    d.emulator.server.trouble('/cgi-bin/kf/send_msg_on_event', { status: 502 })
    await d.emulator.enter(d.user)
    await d.emulator.say(d.user, '一')
    await d.pull()
    expect(d.stored).toHaveLength(1)
  })
})

describe('a message to a customer', () => {
  it('is sent once for one key', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '在吗')
    const [first] = await d.send()
    const [again] = await d.send()
    expect(again).toEqual(first)
    expect(first!.providerMessageId).toMatch(/^[0-9a-f]{32}$/)
    expect(d.emulator.screen(d.user)).toHaveLength(1)
  })

  it('takes a fresh session over when its state refuses, and is sent once more', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '在吗')
    d.emulator.server.trouble('/cgi-bin/kf/send_msg', {
      errcode: 95018,
      errmsg: 'send msg session status invalid',
    })
    await d.send()
    expect(d.emulator.sessions.of(d.user).state).toBe(1)
    expect(d.emulator.screen(d.user)).toHaveLength(1)
  })

  it.each([
    [2, '接待池'],
    [3, 'zhangsan'],
    [4, '会话已结束'],
  ] as const)('is left to people in state %i, and the error says why', async (state, words) => {
    const d = await desk()
    await d.emulator.say(d.user, '在吗')
    Object.assign(d.emulator.sessions.of(d.user), { state, servicer: state === 3 ? 'zhangsan' : '' })
    await expect(d.send()).rejects.toMatchObject({
      retry: 'never',
      code: '95018',
      message: expect.stringContaining(words),
    })
    expect(d.calls('service_state/trans')).toEqual([])
    expect(d.emulator.screen(d.user)).toEqual([])
  })

  it('that is refused for its state a second time is not tried a third time', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '在吗')
    const no = { errcode: 95018, errmsg: 'send msg session status invalid' }
    d.emulator.server.trouble('/cgi-bin/kf/send_msg', no, no)
    await expect(d.send()).rejects.toMatchObject({ retry: 'never', code: '95018' })
    expect(d.calls('send_msg')).toHaveLength(2)
  })

  it('says why there may be no sixth one, and none after 48 hours', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '在吗')
    for (let i = 0; i < 5; i++) await d.send({}, `k${i}`)
    await expect(d.send({}, 'k5')).rejects.toMatchObject({ retry: 'never', code: '95001' })
    d.later(48 * 3_600_000)
    await expect(d.send({}, 'k6')).rejects.toMatchObject({ retry: 'never', code: '95013' })
  })

  it('may be a picture or any file within the limits', async () => {
    const report = Buffer.from('%PDF-1.7 a report')
    const d = await desk({}, [report])
    await d.emulator.say(d.user, '报告呢')
    const file = {
      name: '报告.pdf',
      contentType: 'application/pdf',
      hash: sha256(report),
      size: report.length,
    }
    await d.send({ text: '', attachments: [file] })
    expect(d.emulator.screen(d.user)).toMatchObject([{ msgtype: 'file' }])
    const large = { ...file, size: 20_000_001 }
    await expect(d.send({ text: '', attachments: [large] }, 'k2')).rejects.toMatchObject({
      retry: 'never',
      code: 'file_size',
    })
  })

  it('offers items whose tap comes back as the press of the card', async () => {
    const d = await desk()
    await d.emulator.say(d.user, '修好了')
    const card = { id: 'survey-1', title: '请评价', lines: [], buttons: [{ key: 'rate.5', text: '满意' }] }
    await d.send({ text: '', card })
    await d.emulator.tap(d.user, '满意')
    await d.pull()
    expect(d.stored.at(-1)).toMatchObject({ kind: 'action' })
  })
})

describe('the look when nothing was announced', () => {
  it('announces every account to the hub itself, and says that it is up', async () => {
    const d = await desk()
    const connection = await channel.connect!(d.io)
    await expect.poll(() => d.reports.at(-1)?.state).toBe('up')
    expect(d.stored).toMatchObject([{ kind: 'pull-hint', senderKey: d.openKfId }])
    const item = d.stored[0]!
    const [hint] = channel.parse({ request: item.request, claims: item.claims }, d.config)
    expect(hint).toMatchObject({ pullKey: d.openKfId, pull: { openKfId: d.openKfId } })
    await connection.close()
    await connection.done
  })

  it('tells a trouble that passes from one that a person must mend', async () => {
    const busy = await desk()
    busy.emulator.server.trouble('/cgi-bin/kf/account/list', { status: 502 })
    const passing = await channel.connect!(busy.io)
    await expect.poll(() => busy.reports.at(-1)?.state).toBe('degraded')
    await passing.close()
    await passing.done
    const wrong = await desk({ secret: 'x'.repeat(32) })
    const broken = await channel.connect!(wrong.io)
    await expect(broken.done).rejects.toMatchObject({ code: '40001' })
    expect(wrong.reports.at(-1)).toMatchObject({
      state: 'config-error',
      detail: expect.stringContaining('40001'),
    })
  })
})

describe('the connection test', () => {
  const stepsOf = async (d: Awaited<ReturnType<typeof desk>>) =>
    Object.fromEntries((await channel.test!(d.io)).map(({ name, ok, zh }) => [name, { ok, zh }]))

  it('names the accounts that can be used', async () => {
    const d = await desk()
    expect(await stepsOf(d)).toMatchObject({
      token: { ok: true },
      accounts: { ok: true, zh: '可用的客服账号：售后客服。' },
      callback: { ok: true },
    })
  })

  it('names what is wrong: the secret, the trusted address, no account', async () => {
    const wrong = await desk({ secret: 'x'.repeat(32) })
    expect((await stepsOf(wrong)).token?.ok).toBe(false)
    const ip = await desk()
    ip.emulator.server.trouble('/cgi-bin/kf/account/list', {
      errcode: 60020,
      errmsg: 'not allow to access from your ip, from ip: 203.0.113.9',
    })
    expect((await stepsOf(ip)).accounts?.zh).toMatch(/203\.0\.113\.9.*可信 IP/)
    const other = await desk({ openKfIds: ['wkother'] })
    expect((await stepsOf(other)).accounts).toMatchObject({
      ok: false,
      zh: expect.stringContaining('没有可用的客服账号'),
    })
  })
})
