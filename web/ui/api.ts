import type { Commands, Queries } from './generated/api.ts'
import { language } from './language.ts'

/** One wrong member of what was sent. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** The hub said no, or could not be reached (`status` 0). `message` is a sentence for people. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** A code of the hub's catalogue, or `network`. */
  readonly code: string
  readonly params: Readonly<Record<string, unknown>>
  readonly issues: readonly Issue[]
  constructor(
    status: number,
    code: string,
    message: string,
    params: Readonly<Record<string, unknown>> = {},
    issues: readonly Issue[] = [],
  ) {
    super(message)
    this.status = status
    this.code = code
    this.params = params
    this.issues = issues
  }
}

let csrf = ''
/** Remembers the session's token that every change must carry. */
export function rememberCsrfToken(token: string): void {
  csrf = token
}

const offline = () =>
  language.get() === 'zh'
    ? '连不上服务器，请检查网络；你输入的内容仍在。'
    : 'The server cannot be reached. Check the network; what you typed is kept.'

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(response.status, 'response.unreadable', offline())
  }
}

function refusalOf(status: number, body: unknown): Refused {
  const error = ((body as { error?: unknown } | null)?.error ?? body ?? {}) as {
    code?: string
    message?: string | Record<string, string>
    params?: Record<string, unknown>
    issues?: Issue[]
  }
  const message =
    typeof error.message === 'object' ? error.message[language.get()] : (error.message ?? `HTTP ${status}`)
  return new Refused(status, error.code ?? 'internal', message ?? '', error.params, error.issues)
}

/** One request to the hub; refusals and network failures are thrown as `Refused`. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers)
  headers.set('accept-language', language.get() === 'zh' ? 'zh-CN' : 'en')
  if (init.method && init.method !== 'GET') headers.set('x-csrf-token', csrf)
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init, headers })
  } catch {
    throw new Refused(0, 'network', offline())
  }
  const body = await read(response)
  if (!response.ok) throw refusalOf(response.status, body)
  return body as T
}

/** The address of a query with its parameters; empty ones are left out. */
export function queryPath(name: string, params: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === null || value === '') continue
    if (Array.isArray(value)) for (const item of value) search.append(key, String(item))
    else search.set(key, String(value))
  }
  const text = search.toString()
  return `/api/${name.replace('.', '/')}${text ? `?${text}` : ''}`
}

/** Asks a query of the hub: `ask('ticket.list', { status: 'open' })`. */
export function ask<T>(
  name: keyof Queries,
  params?: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
) {
  return request<T>(queryPath(name, params), signal ? { signal } : {})
}

/** Gives the hub a command: `tell('ticket.transition', { id, to })`. */
export function tell<T = unknown>(name: keyof Commands, input: object = {}): Promise<T> {
  return request<T>(`/api/${name.replace('.', '/')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
}
