import { type WechatOaConfig, wechatOaConfigSchema } from '../../channels/wechat-oa/config.ts'
import { type Mode, signed, xmlOf } from '../../channels/wechat-oa/emulator/callbacks.ts'
import { newOaAccount, startOaEmulator } from '../../channels/wechat-oa/emulator/index.ts'
import { wechatOaChannel } from '../../channels/wechat-oa/index.ts'
import type { ProviderCall, RawRequest } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood } from './channel-subject.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const user = 'oWx0kf0000000000000000000001'
const bytes = (text: string) => new TextEncoder().encode(text)

function message(type: string, id: string, fields: object): Uint8Array {
  const base = { ToUserName: 'gh_1', FromUserName: user, CreateTime: startMs / 1000, MsgType: type }
  return bytes(xmlOf({ ...base, ...fields, MsgId: String(BigInt(`0x${sha256(id).slice(0, 14)}`)) }))
}

const troubles: Readonly<
  Record<Mood, Parameters<Awaited<ReturnType<typeof startOaEmulator>>['server']['trouble']>[1]>
> = {
  busy: { errcode: 45011, errmsg: 'api minute-quota reach limit' },
  broken: { status: 502 },
  silent: 'silent',
  refusing: { errcode: 43004, errmsg: 'require subscribe' },
  expired: { expired: 42001 },
}

function subject(mode: Mode, receiptText: string | null = null): ChannelSubject<WechatOaConfig> {
  const account = newOaAccount()
  const { keys } = account
  const config = wechatOaConfigSchema.parse({
    appId: account.appId,
    appSecret: account.appSecret,
    token: keys.token,
    aesKey: mode === 'plain' ? null : keys.aesKey,
    receiptText,
  })
  let nowMs = startMs
  const requestBy = (by: typeof keys, body: Uint8Array, atMs: number): RawRequest => {
    // Written byte for byte: the emulator's XML is text, and so is what it is given here.
    const callback = signed(Buffer.from(body).toString(), atMs, by, mode, 'nonce1')
    return {
      method: 'POST',
      path: '/channels/wechat-oa/a1',
      query: callback.query,
      headers: {},
      body: mode === 'plain' ? body : bytes(callback.body),
      remoteAddress: '127.0.0.1',
      receivedAtMs: atMs,
    }
  }
  let image = ''
  return {
    channel: wechatOaChannel,
    config,
    secretMembers: ['appSecret', 'token', 'aesKey'],
    startMs,
    sign(body, _id, atMs) {
      nowMs = atMs
      return requestBy(keys, body, atMs)
    },
    text: (text, id) => message('text', id, { Content: text }),
    unknown: message('hologram', 'm-9', { Content: 'x' }),
    echo: { never: 'WeChat does not send back what the account says' },
    media: {
      body: message('image', 'm-7', { PicUrl: 'http://x', MediaId: 'the-image' }),
      content: bytes('picture'),
    },
    unsigned: (r) => ({ ...r, query: { timestamp: r.query.timestamp!, nonce: r.query.nonce! } }),
    forged: (r) =>
      requestBy({ ...keys, token: 'another' }, message('text', 'm-1', { Content: 'x' }), r.receivedAtMs),
    tampered: (r) =>
      mode === 'plain'
        ? { never: 'the plain mode signs no content; that is why it is not recommended' }
        : {
            ...r,
            body: bytes(
              Buffer.from(r.body)
                .toString()
                .replace(/<Encrypt><!\[CDATA\[(.)/, (_, c) => `<Encrypt><![CDATA[${c === 'A' ? 'B' : 'A'}`),
            ),
          },
    toleranceMs: 600_000,
    accepts: (response) =>
      response.status === 200 &&
      typeof response.body === 'string' &&
      (receiptText === null ? response.body === 'success' : response.body.startsWith('<xml>')),
    receiver: { to: user, thread: {} },
    wordsOf: (call: ProviderCall) => {
      const said = call.body.message as { text?: { content: string }; msgmenu?: { head_content: string } }
      return said.text?.content ?? said.msgmenu?.head_content ?? ''
    },
    async vendor() {
      const emulator = await startOaEmulator({ now: () => nowMs, account, mode })
      image = emulator.server.putMedia(Buffer.from('picture'), 'image/jpeg', 'a.jpg')
      emulator.server.media.set('the-image', emulator.server.media.get(image)!)
      return {
        config: { ...config, baseUrl: emulator.url },
        waitMs: 60_000,
        mood: (mood) => {
          emulator.server.trouble('/cgi-bin/message/custom/send', troubles[mood])
          return undefined
        },
        received: () => emulator.shown().map(({ words }) => ({ words, reference: words })),
        refusedByWindow: emulator.refusedByWindow,
        customerWrote: (atMs) => emulator.quotas.wrote(user, atMs),
        close: emulator.close,
      }
    },
  }
}

channelContract('wechat-oa (安全模式)', async () => subject('secure'))
channelContract('wechat-oa (兼容模式)', async () => subject('compatible'))
channelContract('wechat-oa (明文模式)', async () => subject('plain'))
channelContract('wechat-oa (with a passive reply)', async () => subject('secure', '已收到，请稍候'))
