import { promises as dns } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import {
  FetchError,
  type FetchLimits,
  type SafeAgent,
  type SafeFetch,
  type SafeResponse,
} from '../../contract/ports.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { isAccepted } from '../../media/detect.ts'
import { type AllowList, allowList, isPublicAddress } from './addresses.ts'

/** Finds the addresses of a name; the system's resolver by default. */
type Resolve = (host: string) => Promise<readonly string[]>

export interface SafeFetchSettings {
  /** Inner hosts and ranges that an administrator allows; see allowList. */
  readonly allow?: readonly string[]
  readonly resolve?: Resolve
  /** Sent as User-Agent; default `Yitong`. */
  readonly userAgent?: string
}

type Init = NonNullable<Parameters<SafeFetch>[1]>

interface Call {
  readonly url: URL
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array
}

const systemResolve: Resolve = async (host) =>
  (await dns.lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

/** The addresses of a host that may be connected to. Throws FetchError when one of them is not public. */
async function checkedAddresses(
  host: string,
  allowed: AllowList,
  resolve: Resolve,
): Promise<readonly string[]> {
  const addresses = isIP(host) ? [host] : await resolve(host)
  if (addresses.length === 0) throw new Error(`there is no address for ${host}`)
  const fine = (address: string) => allowed.host(host) || allowed.address(address) || isPublicAddress(address)
  // One private address among public ones is a trap, not a mistake.
  if (!addresses.every(fine)) throw new FetchError({ code: 'fetch.private_address', params: { host } })
  return addresses
}

// The connection is made to what this returns: what was checked is what is used, and there is no second look-up.
function pinnedLookup(allowed: AllowList, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    checkedAddresses(host, allowed, resolve).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        if (options.all) callback(null, found)
        else callback(null, found[0]!.address, found[0]!.family)
      },
      (error: Error) => callback(error, ''),
    )
  }
}

const wrong = (reason: string) => new FetchError({ code: 'fetch.failed', params: { reason } })

function parse(text: string, base?: URL, schemes: readonly string[] = ['https:', 'http:']): URL {
  const url = URL.parse(text, base)
  if (!url) throw wrong('the address is not a URL')
  if (!schemes.includes(url.protocol)) throw wrong(`the scheme ${url.protocol} is not allowed`)
  if (url.username || url.password) throw wrong('the address carries a password')
  return url
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

const redirects = new Set([301, 302, 303, 307, 308])

/** The request that a redirect asks for. What the first host was given in confidence does not go to another one. */
function follow(call: Call, status: number, location: string): Call {
  const url = parse(location, call.url)
  const toGet = status === 303 || ((status === 301 || status === 302) && call.method === 'POST')
  const kept = Object.entries(call.headers).filter(([name]) => {
    if (toGet && name.startsWith('content-')) return false
    return (
      url.origin === call.url.origin || ['accept', 'accept-language', 'user-agent', 'range'].includes(name)
    )
  })
  const headers = Object.fromEntries(kept)
  if (toGet) return { url, method: call.method === 'HEAD' ? 'HEAD' : 'GET', headers }
  return { ...call, url, headers }
}

function headersOf(response: Dispatcher.ResponseData): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

async function readBody(response: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new FetchError({ code: 'media.too_large', params: { limit: maxBytes } })
  const chunks: Buffer[] = []
  let size = 0
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.body.destroy()
    throw tooLarge()
  }
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function checkHead(headers: Record<string, string>, status: number, limits: FetchLimits): void {
  const type = headers['content-type'] ?? ''
  if (limits.accept && status >= 200 && status < 300 && !isAccepted(type, limits.accept)) {
    throw new FetchError({ code: 'media.type_refused', params: { type } })
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new FetchError({
      code: 'fetch.failed',
      params: { reason: `the answer is encoded (${encoding}) unasked` },
    })
  }
}

async function send(
  call: Call,
  signal: AbortSignal,
  agent: Agent,
  limits: FetchLimits,
): Promise<SafeResponse | Call> {
  const { url, method, headers, body } = call
  const response = await request(url, {
    method: method as Dispatcher.HttpMethod,
    headers,
    body,
    signal,
    dispatcher: agent,
  })
  // A body that is given up ends with an error that nobody else hears.
  response.body.on('error', () => {})
  const received = headersOf(response)
  const status = response.statusCode
  if (redirects.has(status) && received.location) {
    response.body.destroy()
    return follow(call, status, received.location)
  }
  try {
    checkHead(received, status, limits)
    const bytes = await readBody(response, limits.maxBytes ?? 10_000_000)
    return {
      status,
      headers: received,
      url: url.toString(),
      bytes: async () => new Uint8Array(bytes),
      text: async () => bytes.toString('utf8'),
      json: async () => JSON.parse(bytes.toString('utf8')) as JsonValue,
    }
  } finally {
    response.body.destroy()
  }
}

function firstCall(address: string, init: Init, userAgent: string): Call {
  const given = Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const headers = { 'user-agent': userAgent, ...Object.fromEntries(given), 'accept-encoding': 'identity' }
  return { url: parse(address), method: init.method ?? 'GET', headers, body: init.body }
}

// What reached us through undici's error chain: ours as it is, the rest as one refusal with the reason.
function failure(error: unknown, timeout: AbortSignal): FetchError {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof FetchError) return at
  const reason = timeout.aborted ? 'it took too long' : error instanceof Error ? error.message : String(error)
  return new FetchError({ code: 'fetch.failed', params: { reason } }, { cause: error })
}

/**
 * Makes the `fetch` port. Requests go to the addresses that were checked, at each redirect anew; the answer is read whole
 * within the limits before it resolves. `agentFor` is for WebSockets. `close` ends idle connections.
 */
export function makeSafeFetch(settings: SafeFetchSettings = {}): {
  fetch: SafeFetch
  agentFor: SafeAgent
  /** Whether the host of an address is, or resolves to, an address that no request may go to. A name that is unknown now is not. */
  isBarred(address: string): Promise<boolean>
  close(): Promise<void>
} {
  const allowed = allowList(settings.allow ?? [])
  const resolve = settings.resolve ?? systemResolve
  const agent = new Agent({ connect: { lookup: pinnedLookup(allowed, resolve) }, maxHeaderSize: 64 * 1024 })

  const fetch: SafeFetch = async (address, init = {}, limits = {}) => {
    const timeout = AbortSignal.timeout(limits.timeoutMs ?? 15_000)
    const signal = init.signal ? AbortSignal.any([timeout, init.signal]) : timeout
    try {
      let call = firstCall(address, init, settings.userAgent ?? 'Yitong')
      for (let hop = 0; hop <= (limits.maxRedirects ?? 3); hop++) {
        // A connection to a written-out address asks no resolver, so such a host is checked here.
        const host = hostOf(call.url)
        if (isIP(host)) await checkedAddresses(host, allowed, resolve)
        const next = await send(call, signal, agent, limits)
        if ('status' in next) return next
        call = next
      }
      throw new FetchError({ code: 'fetch.failed', params: { reason: 'too many redirects' } })
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason
      throw failure(error, timeout)
    }
  }

  const lookup = pinnedLookup(allowed, resolve)
  // Each socket is one connection for itself: nothing is kept for the next.
  const agents = { 'ws:': new HttpAgent({ lookup }), 'wss:': new HttpsAgent({ lookup }) }

  const agentFor: SafeAgent = async (address) => {
    const url = parse(address, undefined, ['wss:', 'ws:'])
    const host = hostOf(url)
    try {
      const addresses = await checkedAddresses(host, allowed, resolve)
      const isInner = allowed.host(host) || addresses.every((each) => allowed.address(each))
      if (url.protocol === 'ws:' && !isInner) throw wrong('the scheme ws: is for allowed inner hosts only')
    } catch (error) {
      throw error instanceof FetchError
        ? error
        : wrong(error instanceof Error ? error.message : String(error))
    }
    return agents[url.protocol as keyof typeof agents]
  }
  const isBarred = async (address: string) => {
    try {
      await checkedAddresses(hostOf(parse(address)), allowed, resolve)
      return false
    } catch (error) {
      return error instanceof FetchError && error.refusal.code === 'fetch.private_address'
    }
  }
  return { fetch, agentFor, isBarred, close: () => agent.destroy() }
}
