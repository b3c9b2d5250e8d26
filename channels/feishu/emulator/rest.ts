import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readForm } from './form.ts'
import { type ApiAnswer, refused, type World } from './world.ts'

/** What goes wrong with the next call of the message APIs. */
export type Fault =
  /** HTTP 429, 99991400, with the time to wait. */
  | 'busy'
  /** The same as older APIs say it: HTTP 400. */
  | 'busy-400'
  /** HTTP 400, 230020: too many to one receiver. */
  | 'crowded'
  /** HTTP 429, 99991403: the month's calls are used up. */
  | 'quota'
  | 'broken'
  /** Takes the request, does nothing and never answers. */
  | 'silent'
  /** Does it, but never answers. */
  | 'silent-after'
  /** Does it, then the connection breaks. */
  | 'dropped'
  /** The token is refused with HTTP 200. */
  | 'expired'
  /** The token is refused with HTTP 400. */
  | 'expired-400'
  | 'refusing'
  /** Refuses with HTTP 200. */
  | 'refusing-200'

/** The app that calls. */
export interface AppSecrets {
  readonly appId: string
  readonly appSecret: string
  readonly botName: string
  readonly botOpenId: string
}

/** What `busy` asks to wait, s. */
export const busySeconds = 7

/** Which permissions the app has; tests take some away. */
export const allScopes = [
  'im:message',
  'im:message:send_as_bot',
  'im:resource',
  'contact:contact.base:readonly',
  'contact:user.base:readonly',
] as const

/** The HTTP side of the open platform, as far as the channel calls it. */
export class Rest {
  readonly faults: Fault[] = []
  readonly scopes = new Set<string>(allScopes)
  /** How often a token was asked for. */
  tokensGiven = 0
  private token = ''
  private tokenUntilMs = 0
  private readonly world: World
  private readonly app: AppSecrets
  private readonly now: () => number

  constructor(world: World, app: AppSecrets, now: () => number) {
    this.world = world
    this.app = app
    this.now = now
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const call = {
      method: request.method ?? 'GET',
      url,
      body: Buffer.concat(chunks),
      headers: request.headers,
    }
    const fault = isMessageCall(url) ? this.faults.shift() : undefined
    if (fault === 'silent') return
    const early = fault ? this.failing(fault) : null
    const answer = early ?? (await this.route(call).catch((error: unknown) => refused(230001, String(error))))
    if (fault === 'silent-after') return
    if (fault === 'dropped') return void request.socket.destroy()
    send(response, answer)
  }

  private failing(fault: Fault): Sent | null {
    const reset = { 'x-ogw-ratelimit-limit': '100', 'x-ogw-ratelimit-reset': String(busySeconds) }
    const frequent = { code: 99991400, msg: 'request trigger frequency limit' }
    switch (fault) {
      case 'busy':
        return { status: 429, body: frequent, headers: reset }
      case 'busy-400':
        return { status: 400, body: frequent, headers: reset }
      case 'crowded':
        return refused(230020, 'This operation triggers the frequency limit.')
      case 'quota':
        return refused(99991403, 'This month API call quota has been exceeded', 429)
      case 'broken':
        return { status: 502, body: '<html>502 Bad Gateway</html>' }
      case 'expired':
      case 'expired-400':
        this.token = ''
        return refused(99991663, 'Invalid access token for authorization.', fault === 'expired' ? 200 : 400)
      case 'refusing':
      case 'refusing-200':
        return refused(230013, 'Bot has NO availability to this user.', fault === 'refusing' ? 400 : 200)
      default:
        return null
    }
  }

  private async route(call: Call): Promise<Sent> {
    const path = call.url.pathname
    if (path === '/open-apis/auth/v3/tenant_access_token/internal') return this.giveToken(json(call.body))
    const given = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1]
    if (!given) return refused(99991661, 'Missing access token for authorization.')
    if (given !== this.token || this.now() >= this.tokenUntilMs)
      return refused(99991663, 'Invalid access token for authorization.')
    if (path === '/open-apis/bot/v3/info') return this.botInfo()
    if (path === '/open-apis/application/v6/scopes') return this.scopeList()
    if (path.startsWith('/open-apis/contact/v3/users/')) return this.person(call.url)
    if (path === '/open-apis/im/v1/images' || path === '/open-apis/im/v1/files') return this.upload(call)
    return this.messages(call)
  }

  private giveToken(body: Record<string, unknown>): ApiAnswer {
    if (body.app_id !== this.app.appId) return refused(10003, 'invalid param', 200)
    if (body.app_secret !== this.app.appSecret) return refused(10014, 'app secret invalid', 200)
    this.tokensGiven++
    this.token = `t-${randomBytes(16).toString('hex')}`
    this.tokenUntilMs = this.now() + 7_200_000
    return { status: 200, body: { code: 0, msg: 'ok', tenant_access_token: this.token, expire: 7200 } }
  }

  /** How often somebody's name was asked for. */
  namesAsked = 0
  /** open_ids outside of the app's contact scope. */
  readonly outOfScope = new Set<string>()

  private person(url: URL): ApiAnswer {
    this.namesAsked++
    if (!this.scopes.has('contact:contact.base:readonly'))
      return refused(
        99991672,
        'Access denied. One of the following scopes is required: [contact:contact.base:readonly]',
      )
    const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
    if (url.searchParams.get('user_id_type') !== 'open_id') return refused(40001, 'invalid user_id_type')
    if (this.outOfScope.has(id)) return refused(41050, 'no user authority error', 400)
    const found = [...this.world.people].find(([, person]) => person.open_id === id)
    if (!found) return refused(41012, 'user id invalid error', 400)
    // The name is a field of its own permission.
    const name = this.scopes.has('contact:user.base:readonly') ? { name: found[0] } : {}
    return { status: 200, body: { code: 0, msg: 'success', data: { user: { open_id: id, ...name } } } }
  }

  private botInfo(): ApiAnswer {
    const bot = { activate_status: 2, app_name: this.app.botName, open_id: this.app.botOpenId }
    return { status: 200, body: { code: 0, msg: 'ok', bot } }
  }

  private scopeList(): ApiAnswer {
    const scopes = [...this.scopes].map((name) => ({
      scope_name: name,
      grant_status: 1,
      scope_type: 'tenant',
    }))
    return { status: 200, body: { code: 0, msg: 'success', data: { scopes } } }
  }

  private messages({ method, url, body }: Call): Sent {
    const [, id = '', what = '', key = ''] =
      /^\/open-apis\/im\/v1\/messages(?:\/([^/]+)(?:\/(reply|resources)(?:\/([^/]+))?)?)?$/.exec(
        url.pathname,
      ) ?? []
    if (method === 'GET' && what === 'resources')
      return this.resource(id, key, url.searchParams.get('type') ?? '')
    if (method === 'GET' && id) return this.world.read(id)
    if (method === 'PATCH' && id) return this.world.change(id, json(body))
    if (method === 'POST' && what === 'reply') return this.world.reply(id, json(body))
    if (method === 'POST' && !id && url.pathname.endsWith('/messages'))
      return this.world.create(url.searchParams.get('receive_id_type') ?? '', json(body))
    return { status: 404, body: '404 page not found' }
  }

  private resource(messageId: string, key: string, type: string): Sent {
    const message = this.world.messages.find((one) => one.id === messageId)
    const file = this.world.files.get(key)
    if (!message?.content.includes(key) || !file) return refused(234003, 'File not in message.')
    if (type !== (key.startsWith('img_') ? 'image' : 'file')) return refused(234001, 'Invalid request param.')
    const name = encodeURIComponent(file.name)
    const headers = {
      'content-type': file.type,
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
    }
    return { status: 200, body: file.bytes, headers }
  }

  private upload({ url, body, headers }: Call): ApiAnswer {
    const form = readForm(body, headers['content-type'] ?? '')
    const isImage = url.pathname.endsWith('/images')
    const part = form.get(isImage ? 'image' : 'file')
    if (!part || part.bytes.length === 0) return refused(234010, "File's size can't be 0.")
    if (part.bytes.length > (isImage ? 10_000_000 : 30_000_000))
      return refused(234006, 'The file size exceed the max value.')
    const name = form.get('file_name')?.bytes.toString() ?? 'image'
    const key = this.world.store(isImage ? 'img_v3' : 'file_v3', { ...part, name })
    const data = isImage ? { image_key: key } : { file_key: key }
    return { status: 200, body: { code: 0, msg: 'success', data } }
  }
}

interface Call {
  readonly method: string
  readonly url: URL
  readonly body: Buffer
  readonly headers: IncomingMessage['headers']
}

type Sent = Omit<ApiAnswer, 'body'> & { readonly body: object | string | Uint8Array }

const isMessageCall = (url: URL) => url.pathname.startsWith('/open-apis/im/')

function json(body: Buffer): Record<string, unknown> {
  return JSON.parse(body.toString() || '{}') as Record<string, unknown>
}

function send(response: ServerResponse, { status, body, headers }: Sent): void {
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array)
  const type = isJson ? 'application/json; charset=utf-8' : 'text/html'
  response.writeHead(status, { 'content-type': type, ...headers }).end(isJson ? JSON.stringify(body) : body)
}
