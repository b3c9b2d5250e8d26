import { randomBytes } from 'node:crypto'
import {
  type Answer,
  type Call,
  type ErrcodeServer,
  uploadedFile,
} from '../../_kit/emulator/errcode-server.ts'
import { type CryptKeys, newCallbackKeys } from '../../_kit/emulator/msg-crypt.ts'
import { Quotas } from './quota.ts'

type Body = Readonly<Record<string, unknown>>

/** What a follower sees. */
export interface Shown {
  readonly by: 'customer-service' | 'template' | 'passive'
  readonly msgtype: string
  readonly words: string
}

/** Settings of an emulated account. */
export interface OaAccount {
  readonly appId: string
  readonly appSecret: string
  readonly keys: CryptKeys
}

/** A made-up account: app id, secret and callback keys. */
export function newOaAccount(): OaAccount {
  const appId = `wx${randomBytes(8).toString('hex')}`
  return {
    appId,
    appSecret: randomBytes(16).toString('hex'),
    keys: { ...newCallbackKeys(), receiverId: appId },
  }
}

const day = 86_400_000

/** What WeChat's interfaces do for one account: tokens, customer-service messages, templates, media. */
export class OaVendor {
  readonly quotas = new Quotas()
  readonly unfollowed = new Set<string>()
  refusedByWindow = 0
  readonly forced: number[] = []
  readonly #screens = new Map<string, Shown[]>()
  readonly #templates = new Map<string, number>()
  readonly #account: OaAccount
  readonly #now: () => number
  server!: ErrcodeServer

  constructor(account: OaAccount, now: () => number) {
    this.#account = account
    this.#now = now
  }

  readonly routes: Readonly<Record<string, (call: Call) => Answer>> = {
    '/cgi-bin/stable_token': ({ body }) => this.#stableToken(body),
    '/cgi-bin/message/custom/send': ({ body }) => this.#customSend(body),
    '/cgi-bin/message/template/send': ({ body }) => this.#templateSend(body),
    '/cgi-bin/qrcode/create': ({ body }) => this.#createCode(body),
    '/cgi-bin/media/upload': (call) => {
      const file = uploadedFile(call)
      if (!file) return { errcode: 41005, errmsg: 'media data missing' }
      const mediaId = this.server.putMedia(file.content, file.contentType, file.name)
      return { type: call.query.type ?? '', media_id: mediaId, created_at: 1 }
    },
    '/cgi-bin/media/get': ({ query }) => this.#media(query.media_id ?? ''),
    '/video': ({ query }) => {
      const { content, contentType, name } = this.server.media.get(query.media_id ?? '')!
      return { file: content, contentType, name }
    },
  }

  show(user: string, shown: Shown): void {
    this.#screens.set(user, [...this.screen(user), shown])
  }

  screen(user: string): readonly Shown[] {
    return this.#screens.get(user) ?? []
  }

  shown(): readonly Shown[] {
    return [...this.#screens.values()].flat()
  }

  #stableToken(body: Body): Answer {
    if (body.appid !== this.#account.appId) return { errcode: 40013, errmsg: 'invalid appid' }
    if (body.secret !== this.#account.appSecret) return { errcode: 40125, errmsg: 'invalid appsecret' }
    if (body.force_refresh !== true)
      return { access_token: this.server.token ?? this.server.issueToken(), expires_in: 7200 }
    if (this.forced.filter((at) => at > this.#now() - day).length >= 20)
      return { errcode: 45009, errmsg: 'reach max api daily quota limit' }
    this.forced.push(this.#now())
    return { access_token: this.server.issueToken(true), expires_in: 7200 }
  }

  /** Codes with parameters: by their address, what they carry. */
  readonly codes = new Map<string, { readonly scene: string; readonly untilMs: number }>()
  /** Interfaces that this account may not use. */
  readonly closed = new Set<string>()

  #createCode(body: Body): Answer {
    if (this.closed.has('qrcode')) return { errcode: 48001, errmsg: 'api unauthorized' }
    const { action_name: action, expire_seconds: asked = 30, action_info: info } = body
    const scene = (info as { scene?: { scene_str?: unknown } } | undefined)?.scene?.scene_str
    const isTemporary = action === 'QR_STR_SCENE'
    const fits =
      (isTemporary || action === 'QR_LIMIT_STR_SCENE') &&
      typeof scene === 'string' &&
      scene.length >= 1 &&
      scene.length <= 64 &&
      (!isTemporary || (Number(asked) >= 1 && Number(asked) <= 2_592_000))
    if (!fits) return { errcode: 40053, errmsg: 'invalid action info' }
    const url = `http://weixin.qq.com/q/${randomBytes(16).toString('base64url')}`
    const untilMs = isTemporary ? this.#now() + Number(asked) * 1000 : Number.POSITIVE_INFINITY
    this.codes.set(url, { scene: scene as string, untilMs })
    const ticket = randomBytes(40).toString('base64')
    return { ticket, url, ...(isTemporary ? { expire_seconds: Number(asked) } : {}) }
  }

  /** What a scanned code carries. Throws when WeChat does not know it, or not any more. */
  sceneOf(url: string): string {
    const code = this.codes.get(url)
    if (!code || code.untilMs <= this.#now()) throw new Error('WeChat says: 二维码已过期')
    return code.scene
  }

  #customSend(body: Body): Answer {
    const user = String(body.touser)
    if (!/^o.{19,}$/.test(user)) return { errcode: 40003, errmsg: 'invalid openid' }
    const words = wordsOf(body)
    if (Buffer.byteLength(words) > 2048) return { errcode: 45002, errmsg: 'content size out of limit' }
    const media = (body[String(body.msgtype)] as { media_id?: string } | undefined)?.media_id
    if (media !== undefined && !this.server.media.has(media))
      return { errcode: 40007, errmsg: 'invalid media_id' }
    const errcode = this.unfollowed.has(user) ? 45015 : this.quotas.take(user, this.#now())
    if (errcode !== 0) {
      this.refusedByWindow++
      return { errcode, errmsg: 'response out of time limit or subscription is canceled' }
    }
    this.show(user, { by: 'customer-service', msgtype: String(body.msgtype), words })
    return { errcode: 0, errmsg: 'ok' }
  }

  #templateSend(body: Body): Answer {
    const user = String(body.touser)
    if (this.unfollowed.has(user)) return { errcode: 43004, errmsg: 'require subscribe' }
    if (typeof body.template_id !== 'string') return { errcode: 40037, errmsg: 'invalid template_id' }
    const data = Object.entries(body.data as Record<string, { value: string }>)
    const long = data.find(([name, { value }]) => name.startsWith('thing') && [...value].length > 20)
    if (long) return { errcode: 47003, errmsg: `argument invalid! data.${long[0]}.value is too long` }
    const key = `${user}:${String(body.client_msg_id ?? randomBytes(8).toString('hex'))}`
    const known = this.#templates.get(key)
    if (known !== undefined) return { errcode: 0, errmsg: 'ok', msgid: known }
    const msgid = randomBytes(4).readUInt32BE()
    this.#templates.set(key, msgid)
    const words = data.map(([, { value }]) => value).join('\n')
    this.show(user, { by: 'template', msgtype: 'template', words })
    return { errcode: 0, errmsg: 'ok', msgid }
  }

  #media(id: string): Answer {
    const found = this.server.media.get(id)
    if (!found) return { errcode: 40007, errmsg: 'invalid media_id' }
    // A video is not there itself: its address is.
    if (found.contentType === 'video/mp4') return { video_url: `${this.server.url}/video?media_id=${id}` }
    return { file: found.content, contentType: found.contentType, name: found.name }
  }
}

function wordsOf(body: Body): string {
  const { text, msgmenu } = body as {
    text?: { content: string }
    msgmenu?: { head_content: string; list: { content: string }[]; tail_content?: string }
  }
  if (text) return text.content
  if (!msgmenu) return ''
  const items = msgmenu.list.map((item) => item.content)
  return [msgmenu.head_content, ...items, msgmenu.tail_content ?? ''].join('\n')
}
