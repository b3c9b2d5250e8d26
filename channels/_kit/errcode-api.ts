import { isUtf8 } from 'node:buffer'
import { DeliveryError } from '../../src/contract/channel.ts'
import type { ChannelIo, FreshToken, SafeResponse } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { failureOf, unanswered } from './delivery.ts'
import { withToken } from './with-token.ts'

/** What one of the vendor's error codes means for whoever called. */
export interface ErrorRule {
  readonly retry: 'never' | 'later' | 'unknown'
  /** How long the vendor's documents ask to wait, ms. */
  readonly waitMs?: number
  /** What it says, and what a person does about it. */
  readonly note: string
}
export type ErrorTable = Readonly<Record<number, ErrorRule>>

/**
 * An interface in the way of Tencent's WeCom and WeChat: the access token stands in the query, and an answer says with `errcode` and
 * `errmsg` in JSON how it went, whatever its HTTP status.
 */
export interface ErrcodeApi {
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** Names the token among those of the account. */
  readonly tokenName: string
  /** `refused` is the token that was just called invalid. */
  readonly fetchToken: (refused?: string) => Promise<FreshToken>
  /** Codes that say that the token is invalid or too old. */
  readonly tokenRefused: ReadonlySet<number>
  readonly errors: ErrorTable
}

type Io = Pick<ChannelIo<unknown>, 'fetch' | 'tokens' | 'clock' | 'signal'>

/** One call. */
export interface ApiRequest {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON by POST; a call without it is a GET. */
  readonly body?: JsonObject
  /** False for what people get to see: when nobody answers such a call, or only a gateway does, it may have been done. */
  readonly repeatable: boolean
}

const limits = { timeoutMs: 15_000, maxBytes: 10_000_000, maxRedirects: 0 }
const fileLimits = { timeoutMs: 120_000, maxBytes: 110_000_000, maxRedirects: 0 }

/** Calls with the account's token, a refused one replaced once. Resolves to the answer when its `errcode` is 0, else throws DeliveryError. */
export async function callApi(api: ErrcodeApi, io: Io, request: ApiRequest): Promise<JsonObject> {
  const { path, body } = request
  return await withApiToken(api, io, async (token) => {
    const url = urlOf(api.baseUrl, path, { ...request.query, access_token: token })
    const response = await send(io, url, body === undefined ? {} : jsonPost(body), limits, request.repeatable)
    return await answerOf(response, io.clock.now(), request.repeatable)
  }).then((answer) => checked(answer, api.errors, path))
}

/** Asks for an access token: the one call that is made without one. `body` makes it a POST. Throws DeliveryError, never `unknown`. */
export async function askForToken(
  io: Io,
  baseUrl: string,
  request: Omit<ApiRequest, 'repeatable'>,
  errors: ErrorTable,
): Promise<FreshToken> {
  const { path, query, body } = request
  const response = await send(
    io,
    urlOf(baseUrl, path, query),
    body === undefined ? {} : jsonPost(body),
    limits,
    true,
  )
  const answer = checked(await answerOf(response, io.clock.now(), true), errors, path)
  const { access_token: value, expires_in: seconds } = answer
  if (typeof value !== 'string' || value === '' || typeof seconds !== 'number') {
    throw new DeliveryError('later', 'no_token', `${path}: the answer holds no access token`)
  }
  return { value, lifeMs: seconds * 1000 }
}

/** Uploads a file as form field `media`; the answer names it. Throws DeliveryError, never `unknown`: nobody has seen the file yet. */
export async function uploadFile(
  api: ErrcodeApi,
  io: Io,
  request: Pick<ApiRequest, 'path' | 'query'>,
  file: { readonly name: string; readonly contentType: string; readonly content: Uint8Array },
): Promise<JsonObject> {
  const form = formOf(file)
  const answer = await withApiToken(api, io, async (token) => {
    const url = urlOf(api.baseUrl, request.path, { ...request.query, access_token: token })
    const response = await send(io, url, form, fileLimits, true)
    return await answerOf(response, io.clock.now(), true)
  })
  return checked(answer, api.errors, request.path)
}

/** A file as the vendor gave it, or the JSON that came in its place (WeChat's address of a video). */
export interface Download {
  readonly content: Uint8Array
  readonly contentType: string
  readonly name?: string
  readonly json?: JsonObject
}

/** Fetches a file. An error comes as JSON in place of the file and is thrown as DeliveryError; a file larger than 110 MB is refused. */
export async function downloadFile(
  api: ErrcodeApi,
  io: Io,
  request: Pick<ApiRequest, 'path' | 'query'>,
): Promise<Download> {
  const got = await withApiToken(api, io, async (token) => {
    const url = urlOf(api.baseUrl, request.path, { ...request.query, access_token: token })
    const response = await io.fetch(url, { signal: io.signal }, fileLimits)
    const failure = failureOf(response, io.clock.now(), true)
    if (failure) throw failure
    const content = await response.bytes()
    return { response, content, json: jsonInPlaceOfFile(response, content) }
  })
  const { response, content } = got
  const json = got.json && checked(got.json, api.errors, request.path)
  const contentType = response.headers['content-type'] ?? 'application/octet-stream'
  const name = nameIn(response.headers['content-disposition'])
  return { content, contentType, ...(name ? { name } : {}), ...(json ? { json } : {}) }
}

function withApiToken<T extends JsonObject | { readonly json: JsonObject | null }>(
  api: ErrcodeApi,
  io: Io,
  call: (token: string) => Promise<T>,
): Promise<T> {
  const refused = (answer: T) => {
    const json = ('json' in answer ? answer.json : answer) as JsonObject | null
    return json !== null && api.tokenRefused.has(Number(json.errcode))
  }
  return withToken(io.tokens, { name: api.tokenName, fetchToken: api.fetchToken, refused }, call)
}

function checked(answer: JsonObject, errors: ErrorTable, path: string): JsonObject {
  const code = Number(answer.errcode ?? 0)
  if (code === 0) return answer
  const rule = errors[code]
  const said = String(answer.errmsg ?? '').slice(0, 500)
  const note = rule ? ` (${rule.note})` : ''
  throw new DeliveryError(rule?.retry ?? 'never', String(code), `${path}: ${said}${note}`, rule?.waitMs)
}

async function send(
  io: Io,
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
  within: typeof limits,
  repeatable: boolean,
): Promise<SafeResponse> {
  try {
    return await io.fetch(url, { ...init, signal: io.signal }, within)
  } catch (error) {
    const failure = unanswered(error)
    if (failure.retry !== 'unknown' || !repeatable) throw failure
    throw new DeliveryError('later', failure.code, failure.message)
  }
}

async function answerOf(response: SafeResponse, nowMs: number, repeatable: boolean): Promise<JsonObject> {
  const failure = failureOf(response, nowMs, repeatable)
  if (failure) throw failure
  const answer = objectIn(await response.text())
  if (answer) return answer
  throw new DeliveryError(
    repeatable ? 'later' : 'unknown',
    'unreadable_answer',
    'the answer is no JSON object',
  )
}

function objectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

// Files carry a name, also a customer's JSON file; errors and addresses of videos do not.
function jsonInPlaceOfFile(response: SafeResponse, content: Uint8Array): JsonObject | null {
  if (response.headers['content-disposition'] !== undefined || content.length > 65_536) return null
  return objectIn(Buffer.from(content).toString('utf8'))
}

function urlOf(baseUrl: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(query).toString()
  return `${baseUrl}${path}${asked === '' ? '' : `?${asked}`}`
}

function jsonPost(body: JsonObject) {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}

function formOf(file: { readonly name: string; readonly contentType: string; readonly content: Uint8Array }) {
  // Drawn from the content, so that the content cannot hold it by chance.
  const boundary = `yitong-${sha256(file.content).slice(0, 40)}`
  const name = file.name.replace(/[\r\n"\\/]/g, '_')
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${name}"; filelength=${file.content.length}\r\n` +
    `Content-Type: ${file.contentType}\r\n\r\n`
  const body = Buffer.concat([Buffer.from(head), file.content, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

/** The file name of a Content-Disposition header (RFC 6266); the vendors write UTF-8 there as it is. */
function nameIn(header: string | undefined): string | undefined {
  if (!header) return undefined
  const extended = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(header)?.[1]
  if (extended) {
    try {
      return decodeURIComponent(extended.trim())
    } catch {
      // Not encoded as it says: the plain name is left.
    }
  }
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(header)
  const name = (plain?.[1] ?? plain?.[2] ?? '').trim()
  const bytes = Buffer.from(name, 'latin1')
  return (bytes.toString('latin1') === name && isUtf8(bytes) ? bytes.toString('utf8') : name) || undefined
}
