import { randomBytes } from 'node:crypto'
import {
  type Answer,
  type Call,
  type ErrcodeServer,
  uploadedFile,
} from '../../_kit/emulator/errcode-server.ts'
import { type CryptKeys, newCallbackKeys } from '../../_kit/emulator/msg-crypt.ts'
import { KfQueue } from './queue.ts'
import { Sessions, type Shown, type State } from './sessions.ts'

type Body = Readonly<Record<string, unknown>>

/** Settings of an emulated corporation. */
export interface KfAccount {
  readonly corpId: string
  readonly secret: string
  readonly openKfId: string
  readonly keys: CryptKeys
}

/** A made-up corporation: id, secret, callback keys and one customer-service account. */
export function newKfAccount(): KfAccount {
  const corpId = `ww${randomBytes(8).toString('hex')}`
  return {
    corpId,
    secret: randomBytes(24).toString('base64url'),
    openKfId: `wk${randomBytes(12).toString('hex')}`,
    keys: { ...newCallbackKeys(), receiverId: corpId },
  }
}

/** What WeCom's interfaces do for one corporation: tokens, `sync_msg`, sessions, messages, customers, media. */
export class KfVendor {
  readonly sessions = new Sessions()
  readonly queue: KfQueue
  server!: ErrcodeServer
  readonly #welcomes = new Map<string, { readonly user: string; readonly untilMs: number }>()
  readonly #account: KfAccount
  readonly #now: () => number
  #count = 0

  constructor(account: KfAccount, now: () => number, pageSize: number) {
    this.#account = account
    this.#now = now
    this.queue = new KfQueue(now, pageSize)
  }

  readonly routes: Readonly<Record<string, (call: Call) => Answer>> = {
    '/cgi-bin/gettoken': ({ query }) => this.#token(query),
    '/cgi-bin/kf/account/list': ({ body }) => ({
      errcode: 0,
      account_list: Number(body.offset) > 0 ? [] : [{ open_kfid: this.#account.openKfId, name: '售后客服' }],
    }),
    '/cgi-bin/kf/add_contact_way': ({ body }) => this.#foreign(body) ?? this.#contactWay(body),
    '/cgi-bin/kf/sync_msg': ({ body }) => this.#foreign(body) ?? this.queue.sync(body),
    '/cgi-bin/kf/send_msg': ({ body }) => this.#foreign(body) ?? this.#sendMessage(body),
    '/cgi-bin/kf/send_msg_on_event': ({ body }) => this.#sendOnEvent(body),
    '/cgi-bin/kf/service_state/get': ({ body }) => this.#foreign(body) ?? this.#getState(body),
    '/cgi-bin/kf/service_state/trans': ({ body }) => this.#foreign(body) ?? this.#changeState(body),
    '/cgi-bin/kf/customer/batchget': ({ body }) => customers(body),
    '/cgi-bin/media/upload': (call) => this.#upload(call),
    '/cgi-bin/media/get': ({ query }) => {
      const found = this.server.media.get(query.media_id ?? '')
      if (!found) return { errcode: 40007, errmsg: 'invalid media_id' }
      return { file: found.content, contentType: found.contentType, name: found.name }
    },
  }

  /** A code by which a customer may be welcomed within twenty seconds, once. */
  welcomeCode(user: string): string {
    const code = randomBytes(12).toString('base64url')
    this.#welcomes.set(code, { user, untilMs: this.#now() + 20_000 })
    return code
  }

  #token(query: Readonly<Record<string, string>>): Answer {
    if (query.corpid !== this.#account.corpId) return { errcode: 40013, errmsg: 'invalid corpid' }
    if (query.corpsecret !== this.#account.secret) return { errcode: 40001, errmsg: 'invalid credential' }
    return { errcode: 0, errmsg: 'ok', access_token: this.server.issueToken(), expires_in: 7200 }
  }

  /** The error for a customer-service account of somebody else; null for ours. */
  #foreign(body: Body): Answer | null {
    return body.open_kfid === this.#account.openKfId ? null : { errcode: 95000, errmsg: 'invalid open_kfid' }
  }

  /** Links with a scene, by what stands for it in their address. */
  readonly links = new Map<string, string>()

  #contactWay({ scene = '' }: Body): Answer {
    if (typeof scene !== 'string' || !/^[0-9a-zA-Z_-]{0,32}$/.test(scene))
      return { errcode: 40058, errmsg: 'invalid scene' }
    const code = `ENC${randomBytes(12).toString('hex')}`
    this.links.set(code, scene)
    const url = `https://work.weixin.qq.com/kfid/kfc${randomBytes(8).toString('hex')}?enc_scene=${code}`
    return { errcode: 0, errmsg: 'ok', url }
  }

  /** What a link brings along. Throws when it was changed, or its parameter is longer than 128 bytes. */
  readLink(address: string): { readonly scene: string; readonly param: string } {
    const { searchParams } = new URL(address)
    const scene = this.links.get(searchParams.get('enc_scene') ?? '')
    const param = searchParams.get('scene_param') ?? ''
    if (scene === undefined) throw new Error('WeCom does not know this link')
    if (Buffer.byteLength(encodeURIComponent(param)) > 128) throw new Error('scene_param is too long')
    // A link without a scene takes no parameter.
    return { scene, param: scene === '' ? '' : param }
  }

  #sendMessage(body: Body): Answer {
    const user = String(body.touser)
    if (!user.startsWith('wm')) return { errcode: 40096, errmsg: 'invalid external userid' }
    const msgid = String(body.msgid ?? `auto${this.#count++}`)
    if (!/^[0-9a-zA-Z_-]{1,32}$/.test(msgid)) return { errcode: 40058, errmsg: 'invalid msgid' }
    const wrong = wrongContent(body, this.server)
    if (wrong) return wrong
    const errcode = this.sessions.take(user, { msgid, ...seenOf(body) }, this.#now())
    if (errcode === 0) return { errcode, errmsg: 'ok', msgid }
    return { errcode, errmsg: errcode === 95018 ? 'send msg session status invalid' : 'send msg refused' }
  }

  #sendOnEvent(body: Body): Answer {
    const welcome = this.#welcomes.get(String(body.code))
    if (!welcome || welcome.untilMs <= this.#now()) return { errcode: 95012, errmsg: 'invalid code' }
    this.#welcomes.delete(String(body.code))
    const msgid = `welcome${this.#count++}`
    this.sessions.of(welcome.user).screen.push({ msgid, ...seenOf(body) })
    return { errcode: 0, errmsg: 'ok', msgid }
  }

  #getState(body: Body): Answer {
    const { state, servicer } = this.sessions.of(String(body.external_userid))
    return { errcode: 0, service_state: state, ...(servicer ? { servicer_userid: servicer } : {}) }
  }

  #changeState(body: Body): Answer {
    const session = this.sessions.of(String(body.external_userid))
    const wanted = Number(body.service_state) as State
    if (session.state === 4 || wanted <= session.state) return { errcode: 95016, errmsg: 'not allowed' }
    session.state = wanted
    return { errcode: 0, errmsg: 'ok' }
  }

  #upload(call: Call): Answer {
    const file = uploadedFile(call)
    if (!file || file.content.length < 5) return { errcode: 40006, errmsg: 'invalid file size' }
    const mediaId = this.server.putMedia(file.content, file.contentType, file.name)
    return { errcode: 0, type: call.query.type ?? '', media_id: mediaId, created_at: '1' }
  }
}

function customers(body: Body): Answer {
  const list = (body.external_userid_list as string[]).map((id) => ({
    external_userid: id,
    nickname: `微信用户${id.slice(-4)}`,
    unionid: `un-${id}`,
  }))
  return { errcode: 0, customer_list: list, invalid_external_userid: [] }
}

function wrongContent(body: Body, server: ErrcodeServer): Answer | null {
  const { msgtype, words } = seenOf(body)
  if (msgtype === 'text') {
    const size = Buffer.byteLength(words)
    return size > 0 && size <= 2048 ? null : { errcode: 45002, errmsg: 'content size out of limit' }
  }
  if (msgtype === 'msgmenu') return wrongMenu(body)
  const part = body[msgtype] as { media_id?: string } | undefined
  return server.media.has(part?.media_id ?? '') ? null : { errcode: 40007, errmsg: 'invalid media_id' }
}

function wrongMenu(body: Body): Answer | null {
  const { head_content: head, list } = body.msgmenu as { head_content: string; list: Body[] }
  const ids = list.flatMap((item) => (item.click as { id: string } | undefined)?.id ?? [])
  const fits =
    Buffer.byteLength(head) <= 1024 && list.length <= 10 && ids.every((id) => Buffer.byteLength(id) <= 64)
  return fits ? null : { errcode: 40058, errmsg: 'invalid msgmenu' }
}

function seenOf(body: Body): Omit<Shown, 'msgid'> {
  const { msgtype, text, msgmenu } = body as {
    msgtype: string
    text?: { content: string }
    msgmenu?: { head_content: string; list: Record<string, { id?: string; content: string; url?: string }>[] }
  }
  const items = (msgmenu?.list ?? []).map((item) => {
    const one = item.click ?? item.view ?? item.miniprogram
    return { id: one?.id ?? one?.url ?? '', words: one?.content ?? '' }
  })
  const words = text?.content ?? [msgmenu?.head_content ?? '', ...items.map((item) => item.words)].join('\n')
  return { msgtype, words, items }
}
