import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the server does with the next call of a path, in place of answering it. */
export type Trouble =
  /** Answers with this error code. */
  | { readonly errcode: number; readonly errmsg?: string }
  /** Answers with this HTTP status, as a gateway in front of it would. */
  | { readonly status: number; readonly retryAfterS?: number }
  /** Does the work and never answers. */
  | 'does-it-silently'
  /** Never answers, and does nothing. */
  | 'silent'
  /** Cuts the connection after half of the answer. */
  | 'cut'
  /** Does it and answers with half of the JSON. */
  | 'truncated'
  /**
   * Forgets all tokens that it gave, with this code (40001, 40014 or 42001). `stuck`: who asks for a token still gets the forgotten
   * one.
   */
  | { readonly expired: number; readonly stuck?: true }

export interface Call {
  readonly query: Readonly<Record<string, string>>
  /** JSON bodies; empty for anything else. */
  readonly body: Readonly<Record<string, unknown>>
  readonly raw: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What a route answers: JSON, or a file. */
export type Answer =
  | Readonly<Record<string, unknown>>
  | { readonly file: Buffer; readonly contentType: string; readonly name: string }

/** A file at the vendor's. */
interface Media {
  readonly content: Buffer
  readonly contentType: string
  readonly name: string
}

type Route = (call: Call) => Answer

export interface ErrcodeServerOptions {
  readonly routes: Readonly<Record<string, Route>>
  /** Paths that need no token. */
  readonly open: readonly string[]
  /** What the vendor says to a token that it never gave. */
  readonly tokenErrors?: { readonly unknown: number }
}

/** A vendor in the way of Tencent's: JSON routes behind an access token in the query, answers with `errcode`. */
export class ErrcodeServer {
  url = ''
  /** What was called so far, without query, in order. */
  readonly calls: { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  /** Uploads and what customers sent, by media id. */
  readonly media = new Map<string, Media>()
  /** The newest token. */
  token: string | null = null
  #tokens = new Set<string>()
  #refusal: number
  readonly #troubles = new Map<string, Trouble[]>()
  readonly #sockets = new Set<Socket>()
  readonly #options: ErrcodeServerOptions
  readonly #server = createServer((request, response) => void this.#handle(request, response))

  constructor(options: ErrcodeServerOptions) {
    this.#options = options
    this.#refusal = options.tokenErrors?.unknown ?? 40014
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The next calls of a path get into trouble, one after the other. */
  trouble(path: string, ...troubles: readonly Trouble[]): void {
    this.#troubles.set(path, [...(this.#troubles.get(path) ?? []), ...troubles])
  }

  /** A fresh token; older ones stay good unless `invalidate`. */
  issueToken(invalidate = false): string {
    if (invalidate) this.#tokens.clear()
    this.token = randomBytes(64).toString('base64url')
    this.#tokens.add(this.token)
    return this.token
  }

  putMedia(content: Buffer, contentType: string, name: string): string {
    const id = randomBytes(24).toString('base64url')
    this.media.set(id, { content, contentType, name })
    return id
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://emulator')
    const path = url.pathname
    const raw = await bodyOf(request)
    const query = Object.fromEntries(url.searchParams)
    const call: Call = { query, body: jsonOf(raw), raw, headers: request.headers }
    this.calls.push({ path, body: call.body })
    const route = this.#options.routes[path]
    if (!route) return void response.writeHead(404).end()
    const trouble = this.#troubles.get(path)?.shift()
    if (trouble && inTrouble(trouble, () => this.#answer(path, route, call), response)) return
    if (typeof trouble === 'object' && 'expired' in trouble) this.#expire(trouble)
    say(response, this.#answer(path, route, call))
  }

  #expire({ expired, stuck }: { readonly expired: number; readonly stuck?: true }): void {
    this.#tokens.clear()
    this.#refusal = expired
    if (!stuck) this.token = null
  }

  #answer(path: string, route: Route, call: Call): Answer {
    const token = call.query.access_token ?? ''
    if (this.#options.open.includes(path) || this.#tokens.has(token)) return route(call)
    const errcode = token === '' ? 41001 : this.#refusal
    return { errcode, errmsg: 'invalid credential, hint: [emulated]' }
  }
}

/** Starts such a vendor on loopback. */
export async function startErrcodeServer(options: ErrcodeServerOptions): Promise<ErrcodeServer> {
  const server = new ErrcodeServer(options)
  await server.listen()
  return server
}

/** True when the trouble is the answer. */
function inTrouble(trouble: Trouble, work: () => Answer, response: ServerResponse): boolean {
  if (trouble === 'silent') return true
  if (trouble === 'does-it-silently') {
    work()
    return true
  }
  if (trouble === 'cut') {
    response.writeHead(200, { 'content-length': '100' }).write('{"errcode":')
    setImmediate(() => response.destroy())
    return true
  }
  if (trouble === 'truncated') {
    const text = JSON.stringify(work())
    response.writeHead(200).end(text.slice(0, Math.ceil(text.length / 2)))
    return true
  }
  if ('errcode' in trouble) {
    say(response, { errmsg: 'emulated', ...trouble })
    return true
  }
  if ('status' in trouble) {
    const wait = trouble.retryAfterS === undefined ? {} : { 'retry-after': String(trouble.retryAfterS) }
    response.writeHead(trouble.status, wait).end('<html>gateway</html>')
    return true
  }
  return false
}

function say(response: ServerResponse, answer: Answer): void {
  if ('file' in answer) {
    const { file, contentType, name } = answer as { file: Buffer; contentType: string; name: string }
    const disposition = `attachment; filename="${Buffer.from(name).toString('latin1')}"`
    response.writeHead(200, { 'content-type': contentType, 'content-disposition': disposition }).end(file)
    return
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer))
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function jsonOf(raw: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(raw.toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The file of a form's part `media`; null when there is none. */
export function uploadedFile(
  call: Call,
): { readonly content: Buffer; readonly contentType: string; readonly name: string } | null {
  const boundary = /boundary=([^;]+)/.exec(String(call.headers['content-type'] ?? ''))?.[1]
  if (!boundary) return null
  const head = call.raw.indexOf('\r\n\r\n')
  const tail = call.raw.lastIndexOf(`\r\n--${boundary}--`)
  const about = call.raw.subarray(0, head).toString()
  const name = /name="media";\s*filename="([^"]*)"/.exec(about)?.[1]
  if (head < 0 || tail < head || name === undefined) return null
  const contentType = /Content-Type:\s*(\S+)/i.exec(about)?.[1] ?? 'application/octet-stream'
  return { content: call.raw.subarray(head + 4, tail), contentType, name }
}
