import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpInstance, HttpRequestOptions } from '@larksuiteoapi/node-sdk'
import type { ChannelIo, SafeResponse } from '../../../src/contract/ports.ts'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'
import type { FeishuConfig } from '../config.ts'
import { FeishuFailure } from '../errors.ts'
import { limits } from '../limits.ts'
import { objectOf, textOf } from '../shape.ts'

/** What of the hub's outside world a call needs. */
export type CallIo = Pick<ChannelIo<FeishuConfig>, 'fetch' | 'signal'>

/** Whose call it is: the official client is built once for each account, its calls belong to jobs. */
export const currentIo = new AsyncLocalStorage<CallIo>()

type Options = HttpRequestOptions<unknown>

/**
 * The HTTP client that the official client is given: everything goes through the hub's own `fetch` with its checks, with a limit of
 * time (the official one has none), and an answer with an error code is an error whatever its HTTP status is (there, one with
 * HTTP 200 is returned as if all were well). Rejects with FeishuFailure, or as `fetch` does when there is no answer.
 */
export const httpInstance: HttpInstance = {
  request: <T, R = T>(options: Options) => send(options) as Promise<R>,
  get: <T, R = T>(url: string, options?: Options) => send({ ...options, url, method: 'GET' }) as Promise<R>,
  delete: <T, R = T>(url: string, options?: Options) =>
    send({ ...options, url, method: 'DELETE' }) as Promise<R>,
  head: <T, R = T>(url: string, options?: Options) => send({ ...options, url, method: 'HEAD' }) as Promise<R>,
  options: <T, R = T>(url: string, options?: Options) =>
    send({ ...options, url, method: 'OPTIONS' }) as Promise<R>,
  post: <T, R = T>(url: string, data?: unknown, options?: Options) =>
    send({ ...options, url, data, method: 'POST' }) as Promise<R>,
  put: <T, R = T>(url: string, data?: unknown, options?: Options) =>
    send({ ...options, url, data, method: 'PUT' }) as Promise<R>,
  patch: <T, R = T>(url: string, data?: unknown, options?: Options) =>
    send({ ...options, url, data, method: 'PATCH' }) as Promise<R>,
}

async function send(options: Options): Promise<JsonValue> {
  const io = currentIo.getStore()
  if (!io) throw new Error('a call of the official client outside of a call of ours')
  return await sendJson(io, options)
}

/** One call with our limits; see `httpInstance`. */
export async function sendJson(io: CallIo, options: Options): Promise<JsonValue> {
  const url = new URL(options.url ?? '')
  for (const [name, value] of Object.entries(options.params ?? {})) {
    if (value !== undefined) url.searchParams.append(name, String(value))
  }
  const isForm = /multipart/i.test(String(options.headers?.['Content-Type'] ?? ''))
  const { body, type } = isForm ? await formOf(options.data) : jsonOf(options)
  const headers = Object.fromEntries(
    Object.entries({ ...options.headers, ...(type ? { 'Content-Type': type } : {}) }).map(([name, value]) => [
      name,
      String(value),
    ]),
  )
  const response = await io.fetch(
    url.toString(),
    {
      method: (options.method ?? 'GET').toUpperCase(),
      headers,
      ...(body === undefined ? {} : { body }),
      signal: io.signal,
    },
    { timeoutMs: isForm ? limits.transferMs : limits.callMs, maxBytes: 1_000_000, maxRedirects: 0 },
  )
  return await readAnswer(response)
}

function jsonOf(options: Options): { body?: string; type?: string } {
  const isEmpty = options.data === undefined || Object.keys(options.data as object).length === 0
  if (isEmpty && /^get$/i.test(options.method ?? 'GET')) return {}
  return { body: JSON.stringify(options.data ?? {}), type: 'application/json; charset=utf-8' }
}

/** An upload: bytes are the file, named by `file_name` where the call has one. */
async function formOf(data: unknown): Promise<{ body: Uint8Array; type: string }> {
  const members = data as Record<string, unknown>
  const form = new FormData()
  for (const [name, value] of Object.entries(members)) {
    if (value instanceof Uint8Array)
      form.append(name, new Blob([value as Uint8Array<ArrayBuffer>]), String(members.file_name ?? 'file'))
    else if (value !== undefined) form.append(name, String(value))
  }
  const encoded = new Response(form)
  return {
    type: encoded.headers.get('content-type') ?? '',
    body: new Uint8Array(await encoded.arrayBuffer()),
  }
}

/** The answer's JSON. Throws FeishuFailure for an error status, an error code, or something that is not JSON. */
export async function readAnswer(response: SafeResponse): Promise<JsonObject> {
  const text = await response.text()
  let body: JsonObject = {}
  try {
    body = objectOf(JSON.parse(text) as JsonValue)
  } catch {
    if (response.status < 300) throw new FeishuFailure(response.status, 0, 'the answer is not JSON')
  }
  const code = typeof body.code === 'number' ? body.code : 0
  if (response.status < 300 && code === 0) return body
  const reset = response.headers['x-ogw-ratelimit-reset'] ?? ''
  const waitMs = /^\d{1,6}$/.test(reset) ? Number(reset) * 1000 : undefined
  throw new FeishuFailure(response.status, code, textOf(body.msg).slice(0, 500), waitMs)
}
