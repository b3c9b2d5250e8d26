import { randomBytes } from 'node:crypto'
import { type CourierOptions, deliver } from '../../_kit/emulator/courier.ts'
import { startErrcodeServer } from '../../_kit/emulator/errcode-server.ts'
import { unseal } from '../../_kit/emulator/msg-crypt.ts'
import { addressCheck, type Mode, signed, xmlOf } from './callbacks.ts'
import { newOaAccount, type OaAccount, OaVendor } from './vendor.ts'

export { newOaAccount }

export interface OaEmulatorOptions extends CourierOptions {
  /** The vendor's time; the machine's when absent. */
  readonly now?: () => number
  readonly mode?: Mode
  /** Settings that must hold; made up when absent. */
  readonly account?: OaAccount
}

/** WeChat's side of one official account, on loopback, with random secrets: callbacks, customer-service messages, templates, media. */
export async function startOaEmulator(options: OaEmulatorOptions = {}) {
  const now = options.now ?? (() => Date.now())
  const account = options.account ?? newOaAccount()
  const vendor = new OaVendor(account, now)
  const open = ['/cgi-bin/stable_token', '/video']
  const server = await startErrcodeServer({ open, tokenErrors: { unknown: 40001 }, routes: vendor.routes })
  vendor.server = server
  const mode = options.mode ?? 'secure'
  const send = (fields: Fields) => {
    const xml = xmlOf(fields)
    return deliver(
      options,
      () => signed(xml, now(), account.keys, mode),
      ({ body }) => takes(vendor, account, mode, body, fields.FromUserName),
    )
  }
  return {
    url: server.url,
    server,
    account,
    quotas: vendor.quotas,
    /** A follower's OpenID, made up. */
    newFollower: () => `o${randomBytes(14).toString('hex').slice(0, 27)}`,
    ...followers(vendor, send, now),
    codes: vendor.codes,
    /** Interfaces that the account may not use: `qrcode`. */
    closed: vendor.closed,
    /** What a follower sees, oldest first. */
    screen: (user: string) => vendor.screen(user),
    shown: () => vendor.shown(),
    refusedByWindow: () => vendor.refusedByWindow,
    forcedTokens: () => vendor.forced.length,
    /** The address check, as a request's query. */
    addressCheck: () => addressCheck(now(), account.keys),
    close: () => server.close(),
  }
}

type Fields = { readonly FromUserName: string } & Readonly<Record<string, unknown>>

/** What WeChat takes as "received": nothing, `success`, or a passive reply, which the follower is shown. */
function takes(vendor: OaVendor, account: OaAccount, mode: Mode, body: string, user: string): boolean {
  if (body === '' || body === 'success') return true
  const sealed = /<Encrypt><!\[CDATA\[(.+?)\]\]><\/Encrypt>/s.exec(body)?.[1]
  const xml = sealed ? unseal(account.keys, sealed).text : body
  const words = /<Content><!\[CDATA\[(.*?)\]\]><\/Content>/s.exec(xml)?.[1]
  if (words === undefined || (sealed === undefined && mode === 'secure')) return false
  vendor.show(user, { by: 'passive', msgtype: 'text', words })
  return true
}

/** What followers do; each resolves to how often its callback was delivered. */
function followers(vendor: OaVendor, send: (fields: Fields) => Promise<number>, now: () => number) {
  let ids = BigInt(now()) * 1000n
  const { quotas, unfollowed } = vendor
  const followed = new Set<string>()
  const base = (user: string, type: string) => ({
    ToUserName: 'gh_emulated00001',
    FromUserName: user,
    CreateTime: Math.floor(now() / 1000),
    MsgType: type,
  })
  const message = (user: string, type: string, fields: object) => {
    quotas.wrote(user, now())
    return send({ ...base(user, type), ...fields, MsgId: String(ids++) })
  }
  const event = (user: string, name: string, fields: object = {}) => {
    if (['subscribe', 'SCAN', 'CLICK'].includes(name)) quotas.clicked(user, now())
    if (name === 'subscribe') unfollowed.delete(user)
    if (name === 'unsubscribe') unfollowed.add(user)
    return send({ ...base(user, 'event'), Event: name, ...fields })
  }
  const put = (content: Buffer, type: string, name: string) => vendor.server.putMedia(content, type, name)
  return {
    say: (user: string, text: string) => message(user, 'text', { Content: text }),
    sendImage: (user: string, content: Buffer) =>
      message(user, 'image', {
        PicUrl: 'http://mmbiz.qpic.cn/emulated',
        MediaId: put(content, 'image/jpeg', 'image.jpg'),
      }),
    sendVoice: (user: string, amr: Buffer, recognition?: string) =>
      message(user, 'voice', {
        MediaId: put(amr, 'audio/amr', 'voice.amr'),
        Format: 'amr',
        MediaId16K: put(amr, 'audio/amr', 'voice16k.amr'),
        ...(recognition === undefined ? {} : { Recognition: recognition }),
      }),
    sendVideo: (user: string, mp4: Buffer) =>
      message(user, 'video', { MediaId: put(mp4, 'video/mp4', 'video.mp4'), ThumbMediaId: 'emulated' }),
    sendLocation: (user: string, lat: number, lng: number, label: string) =>
      message(user, 'location', { Location_X: lat, Location_Y: lng, Scale: 16, Label: label }),
    event,
    subscribe: (user: string, scene?: string) =>
      event(user, 'subscribe', { EventKey: scene === undefined ? '' : `qrscene_${scene}` }),
    scan: (user: string, scene: string) => event(user, 'SCAN', { EventKey: scene, Ticket: 'emulated' }),
    /** A phone reads a code with parameters: who does not follow yet does so by it. */
    scanCode(user: string, url: string) {
      const scene = vendor.sceneOf(url)
      if (followed.has(user)) return event(user, 'SCAN', { EventKey: scene, Ticket: 'emulated' })
      followed.add(user)
      return event(user, 'subscribe', { EventKey: `qrscene_${scene}`, Ticket: 'emulated' })
    },
    click: (user: string, key: string) => event(user, 'CLICK', { EventKey: key }),
  }
}
