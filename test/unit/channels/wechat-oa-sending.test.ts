import { afterEach, describe, expect, it } from 'vitest'
import { wechatOaConfigSchema } from '../../../channels/wechat-oa/config.ts'
import { startOaEmulator } from '../../../channels/wechat-oa/emulator/index.ts'
import { wechatOaChannel as channel } from '../../../channels/wechat-oa/index.ts'
import type { DeliveryError, Outbound, ProviderCall } from '../../../src/contract/channel.ts'
import { sha256 } from '../../../src/kernel/hash.ts'
import { decide } from '../../../src/outbox/decide.ts'
import { loopbackIo } from './channel-io.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function desk(settings: object = {}, files: readonly Buffer[] = []) {
  let nowMs = startMs
  const emulator = await startOaEmulator({ now: () => nowMs })
  open.push(emulator)
  const { appId, appSecret, keys } = emulator.account
  const config = wechatOaConfigSchema.parse({
    appId,
    appSecret,
    token: keys.token,
    aesKey: keys.aesKey,
    baseUrl: emulator.url,
    ...settings,
  })
  const { io, clock } = loopbackIo(config, startMs, files)
  const user = emulator.newFollower()
  const out: Outbound = {
    reference: 'T1',
    to: user,
    text: '您好',
    automatic: false,
    thread: {},
    messageId: 'm1',
    lang: 'zh',
  }
  const send = async (extra: Partial<Outbound> = {}, key = 'k1') => {
    const receipts = []
    for (const [i, call] of channel.render({ ...out, ...extra }, config).entries())
      receipts.push(await channel.deliver(call, `${key}.${i}`, io))
    return receipts
  }
  const later = (ms: number) => {
    nowMs += ms
    clock.advance(ms)
  }
  return { emulator, config, io, user, send, later }
}

const template = {
  templateId: 'tpl-1',
  templateFields: ['character_string1={reference}', 'thing2={text}', 'time3={time}'],
}

describe('a message to a follower', () => {
  it('goes out as a customer-service message within the 48 hours, five times and not a sixth', async () => {
    const d = await desk()
    d.emulator.quotas.wrote(d.user, startMs)
    for (let i = 0; i < 5; i++) await d.send({}, `k${i}`)
    await expect(d.send({}, 'k5')).rejects.toMatchObject({ retry: 'never', code: '45047' })
    expect(d.emulator.screen(d.user)).toHaveLength(5)
  })

  it('goes out three times within a minute after a scan', async () => {
    const d = await desk()
    d.emulator.quotas.clicked(d.user, startMs)
    for (let i = 0; i < 3; i++) await d.send({}, `k${i}`)
    await expect(d.send({}, 'k3')).rejects.toMatchObject({ code: '45047' })
    d.later(60_001)
    await expect(d.send({}, 'k4')).rejects.toMatchObject({ code: '45015' })
  })

  it('goes out as the template when the window is closed, once for one key, and the receipt says so', async () => {
    const d = await desk(template)
    const [first] = await d.send({ text: '师傅已出发' })
    const [again] = await d.send({ text: '师傅已出发' })
    expect(first!.detail).toEqual({ by: 'template', because: '45015' })
    expect(again!.providerMessageId).toBe(first!.providerMessageId)
    expect(d.emulator.screen(d.user)).toEqual([
      { by: 'template', msgtype: 'template', words: 'T1\n师傅已出发\n2026-11-20 10:00' },
    ])
  })

  it('fails with the vendor’s words when there is no template, or the receiver left', async () => {
    const none = await desk()
    await expect(none.send()).rejects.toMatchObject({
      retry: 'never',
      code: '45015',
      message: expect.stringContaining('48 小时'),
    })
    const gone = await desk(template)
    await gone.emulator.event(gone.user, 'unsubscribe')
    await expect(gone.send()).rejects.toMatchObject({ retry: 'never', code: '43004' })
  })

  it('uploads pictures, and says which files an official account cannot send', async () => {
    const picture = Buffer.from('a picture of a broken pump')
    const d = await desk({}, [picture])
    d.emulator.quotas.wrote(d.user, startMs)
    const file = { name: '水泵.jpg', contentType: 'image/jpeg', hash: sha256(picture), size: picture.length }
    await d.send({ text: '', attachments: [file] })
    expect(d.emulator.screen(d.user)).toMatchObject([{ msgtype: 'image' }])
    expect([...d.emulator.server.media.values()]).toMatchObject([{ content: picture, name: '水泵.jpg' }])
    const pdf = { ...file, name: '报告.pdf', contentType: 'application/pdf' }
    await expect(d.send({ text: '', attachments: [pdf] })).rejects.toMatchObject({
      retry: 'never',
      code: 'file_type',
    })
  })
})

describe('the stable token', () => {
  const path = '/cgi-bin/message/custom/send'

  it('is asked for in the normal mode when it was forgotten by the vendor, and never forced', async () => {
    const d = await desk()
    d.emulator.quotas.wrote(d.user, startMs)
    await d.send()
    d.emulator.server.issueToken(true)
    await d.send({}, 'k2')
    expect(d.emulator.screen(d.user)).toHaveLength(2)
    expect(d.emulator.forcedTokens()).toBe(0)
  })

  it.each([40001, 42001, 40014])(
    'is forced once when the normal mode gives the very token that %i refused',
    async (expired) => {
      const d = await desk()
      d.emulator.quotas.wrote(d.user, startMs)
      d.emulator.server.trouble(path, { expired, stuck: true })
      await d.send()
      expect(d.emulator.screen(d.user)).toHaveLength(1)
      expect(d.emulator.forcedTokens()).toBe(1)
    },
  )

  it('is not forced again and again when every token is refused: twenty a day are allowed', async () => {
    const d = await desk()
    for (let i = 0; i < 12; i++) {
      d.emulator.server.trouble(path, { errcode: 40001 }, { errcode: 40001 })
      await expect(d.send({}, `k${i}`)).rejects.toMatchObject({ retry: 'later', code: '40001' })
    }
    expect(d.emulator.forcedTokens()).toBe(1)
  })
})

describe('a file of a follower', () => {
  it('is fetched under its name, or fails with the error that came in its place', async () => {
    const d = await desk()
    const id = d.emulator.server.putMedia(Buffer.from('#!AMR'), 'audio/amr', 'v.amr')
    const got = await channel.fetchAttachment!({ mediaId: id }, d.io)
    expect(got).toMatchObject({ contentType: 'audio/amr', name: 'v.amr' })
    await expect(channel.fetchAttachment!({ mediaId: 'gone' }, d.io)).rejects.toMatchObject({ code: '40007' })
  })

  it('that is a video is fetched from the address that comes in its place, without the token', async () => {
    const d = await desk()
    const id = d.emulator.server.putMedia(Buffer.from('a video'), 'video/mp4', 'v.mp4')
    const got = await channel.fetchAttachment!({ mediaId: id }, d.io)
    const chunks: Uint8Array[] = []
    for await (const chunk of got.content) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('a video')
  })
})

describe('the connection test', () => {
  const stepsOf = async (d: Awaited<ReturnType<typeof desk>>) =>
    Object.fromEntries((await channel.test!(d.io)).map(({ name, ok, zh }) => [name, { ok, zh }]))

  it('says that all is well, and writes to nobody', async () => {
    const d = await desk()
    expect(await stepsOf(d)).toMatchObject({
      token: { ok: true },
      permission: { ok: true },
      encryption: { ok: true },
      callback: { ok: true },
    })
    expect(d.emulator.shown()).toEqual([])
  })

  it('names what is wrong: the secret, the list of allowed addresses, the permission, the plain mode', async () => {
    const wrong = await desk({ appSecret: 'x'.repeat(32) })
    expect((await stepsOf(wrong)).token).toMatchObject({
      ok: false,
      zh: expect.stringContaining('AppSecret'),
    })
    const ip = await desk()
    ip.emulator.server.trouble('/cgi-bin/stable_token', {
      errcode: 40164,
      errmsg: 'invalid ip 203.0.113.9, not in whitelist',
    })
    expect((await stepsOf(ip)).token?.zh).toMatch(/203\.0\.113\.9.*白名单/)
    const bare = await desk({ aesKey: null })
    bare.emulator.server.trouble('/cgi-bin/message/custom/send', {
      errcode: 48001,
      errmsg: 'api unauthorized',
    })
    expect(await stepsOf(bare)).toMatchObject({ permission: { ok: false }, encryption: { ok: false } })
  })
})

describe('a call in bad weather', () => {
  it.each([
    ['a cut connection', 'cut'],
    ['half an answer', 'truncated'],
  ] as const)('with %s has an unknown outcome', async (_, trouble) => {
    const d = await desk()
    d.emulator.quotas.wrote(d.user, startMs)
    d.emulator.server.trouble('/cgi-bin/message/custom/send', trouble)
    await expect(d.send()).rejects.toMatchObject({ retry: 'unknown' })
  })

  it('sends a text twice at most when a gateway answers in the vendor’s place every time', async () => {
    const d = await desk()
    d.emulator.quotas.wrote(d.user, startMs)
    let sends = 0
    let part = { id: d.user, attempts: 0, unknownRetries: 0, firstTriedAtMs: startMs }
    for (let state = 'queued'; state === 'queued'; ) {
      d.emulator.server.trouble('/cgi-bin/message/custom/send', { status: 504 })
      const failure = (await d.send({}, 'k').catch((error: unknown) => error)) as DeliveryError
      sends++
      part = { ...part, attempts: part.attempts + 1 }
      const verdict = decide(part, failure, channel.capabilities, startMs)
      if (verdict.state === 'queued') part = { ...part, unknownRetries: verdict.unknownRetries }
      state = verdict.state
    }
    expect(sends).toBe(2)
  })

  it('is known not to have been made when the token could not be fetched', async () => {
    const d = await desk()
    d.emulator.server.trouble('/cgi-bin/stable_token', 'silent')
    const [call] = channel.render(
      { reference: 'T1', to: d.user, text: 'x', automatic: false, thread: {}, messageId: 'm', lang: 'zh' },
      d.config,
    )
    await expect(channel.deliver(call as ProviderCall, 'k', d.io)).rejects.toMatchObject({ retry: 'later' })
  })
})
