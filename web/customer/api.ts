import { lang } from './words.ts'

/** The hub said no (`status` ≥ 400) or could not be reached (`status` 0). */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly issues: readonly { readonly path: string; readonly message: string }[]
  constructor(status: number, code: string, message: string, issues: Refused['issues'] = []) {
    super(message)
    this.status = status
    this.code = code
    this.issues = issues
  }
}

/** What the form may show before anybody typed (README, `GET /c/api/link`). */
export interface LinkInfo {
  readonly accountId: string
  readonly accountName: string
  readonly hotline: string | null
  readonly device: {
    readonly category: string | null
    readonly model: string | null
    readonly serialNumber: string
    readonly warranty: 'in' | 'out' | 'unknown'
    readonly warrantyUntil: string | null
  } | null
  readonly site: { readonly name: string } | null
  readonly address: string | null
  readonly askLocation: boolean
  /** Requests about this device that are not finished, newest first. */
  readonly open: readonly { readonly number: string; readonly since: string }[]
  /** Proof that the hub showed this form; sent along with it, good for a day. */
  readonly pass: string
  readonly limits: {
    readonly files: number
    readonly imageBytes: number
    readonly videoBytes: number
    readonly audioBytes: number
    readonly audioSeconds: number
  }
}

/** A step of the way. */
export type Step = 'received' | 'opened' | 'assigned' | 'working' | 'done' | 'cancelled'

/** How far a request is (README, `GET /c/api/progress`). */
export interface Progress {
  readonly number: string | null
  readonly summary: string
  readonly submittedAt: string
  readonly updatedAt: string
  readonly step: Step
  readonly steps: readonly { readonly key: Step; readonly at: string | null }[]
  readonly engineer: string | null
  readonly appointment: { readonly start: string | null; readonly end: string | null } | null
  readonly expedited: number
  readonly expediteAfter: string | null
  readonly finished: boolean
  readonly hotline: string | null
  /** Whether the customer can write here. */
  readonly canReply: boolean
  /** What was said on this channel, oldest first. */
  readonly messages: readonly {
    readonly id: string
    readonly at: string
    readonly author: 'agent' | 'system' | 'customer'
    readonly text: string
  }[]
}

/** Reads the hub's one error shape; anything else becomes a plain status. */
export function refusal(status: number, text: string): Refused {
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; messageZh?: string; issues?: Refused['issues'] }
    }
    return new Refused(
      status,
      error.code,
      lang === 'zh' ? (error.messageZh ?? error.message) : error.message,
      error.issues,
    )
  } catch {
    return new Refused(status, 'internal', `HTTP ${status}`)
  }
}

async function call<T>(path: string, body?: object, pass?: string): Promise<T> {
  let response: Response
  const headers: Record<string, string> = { 'accept-language': lang === 'zh' ? 'zh-CN' : 'en' }
  if (body) headers['content-type'] = 'application/json'
  if (pass) headers['x-form-pass'] = pass
  try {
    response = await fetch(
      path,
      // What was sent goes out although the phone leaves the page meanwhile.
      body ? { method: 'POST', headers, body: JSON.stringify(body), keepalive: true } : { headers },
    )
  } catch {
    throw new Refused(0, 'network', '')
  }
  const text = await response.text()
  if (!response.ok) throw refusal(response.status, text)
  return JSON.parse(text) as T
}

/** What the link in the address stands for. */
export const readLink = (link: string) => call<LinkInfo>(`/c/api/link?link=${encodeURIComponent(link)}`)

/** How far the request of a receipt is. */
export const readProgress = (receipt: string) =>
  call<Progress>(`/c/api/progress?receipt=${encodeURIComponent(receipt)}`)

/** Reminds the hub. */
export const expedite = (receipt: string) => call<Progress>('/c/api/expedite', { receipt })

/** Writes again about a request; the same `replyId` with the same words twice is one message. */
export const sendReply = (receipt: string, replyId: string, text: string) =>
  call<{ readonly duplicate: boolean }>('/c/api/reply', { receipt, replyId, text })

/** What the customer sends. */
export interface Submission {
  readonly link: string
  readonly submissionId: string
  readonly lang: 'zh' | 'en'
  readonly fault: string
  readonly phone: string
  readonly name: string
  readonly address?: string
  readonly location?: { readonly lat: number; readonly lng: number; readonly accuracyM: number }
  readonly uploads: readonly { readonly upload: string; readonly name: string }[]
}

/** Sends the request; the same `submissionId` with the same content twice is one request with one receipt. */
export const submit = (accountId: string, submission: Submission, pass: string) =>
  call<{ readonly receipt: string }>(`/channels/qr/${encodeURIComponent(accountId)}`, submission, pass)
