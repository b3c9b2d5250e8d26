import { Refused, refusal } from '../customer/api.ts'
import { lang } from '../customer/words.ts'

export { Refused }

/** A file of the job. */
export interface JobFile {
  readonly id: string
  readonly name: string
  readonly contentType: string
}

/** A field of the ticket's form that is asked for at the end of the work. */
export interface EndingField {
  readonly name: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly kind: 'text' | 'date' | 'date-time' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices'
  readonly choices: readonly string[]
}

/** What the page shows (README, `GET /e/api/job`). */
export interface Job {
  readonly stamp: string
  readonly phase: 'asked' | 'mine'
  readonly answerBy: string | null
  readonly number: string
  readonly status: string
  readonly urgency: 'low' | 'normal' | 'high' | 'critical'
  readonly category: string | null
  readonly summary: string
  readonly address: string | null
  /** In GCJ-02. */
  readonly point: { readonly lat: number; readonly lng: number } | null
  readonly appointment: { readonly start: string | null; readonly end: string | null } | null
  readonly customer: {
    readonly name: string | null
    readonly phone: string | null
    readonly phoneMasked: string | null
  }
  readonly device: {
    readonly model: string | null
    readonly serialNumber: string | null
    readonly warranty: 'in' | 'out' | 'unknown'
    readonly warrantyUntil: string | null
  }
  readonly fault: string | null
  readonly quotes: readonly string[]
  readonly why: readonly { readonly zh: string; readonly en: string }[]
  readonly media: readonly JobFile[]
  readonly messages: readonly {
    readonly id: string
    readonly at: string
    readonly author: 'customer' | 'agent' | 'system'
    readonly authorName: string | null
    readonly note: boolean
    readonly text: string
    readonly files: readonly JobFile[]
    readonly said: readonly { readonly speaker: string; readonly text: string; readonly startMs: number }[]
  }[]
  readonly timeline: readonly {
    readonly at: string
    readonly what: string
    readonly to: string | null
    readonly by: string
    readonly text: string | null
  }[]
  readonly commands: readonly string[]
  /** What the end of the work asks for, and what was said of it already. */
  readonly ending: {
    readonly words: 'required' | 'optional'
    readonly said: string | null
    readonly fields: readonly EndingField[]
  }
}

/** What the engineer does. */
export type Act =
  | { readonly act: 'accept' | 'start' | 'resume' }
  | { readonly act: 'reject'; readonly reason: string }
  | { readonly act: 'hold'; readonly reason: string; readonly untilMs: number }
  | { readonly act: 'note'; readonly text: string }
  | {
      readonly act: 'resolve'
      readonly text: string
      readonly values: Readonly<Record<string, string | number | boolean | readonly string[]>>
    }

/** Null for an answer without content. */
async function call<T>(path: string, body?: object): Promise<T | null> {
  const headers: Record<string, string> = { 'accept-language': lang === 'zh' ? 'zh-CN' : 'en' }
  if (body) headers['content-type'] = 'application/json'
  let response: Response
  let text: string
  try {
    response = await fetch(path, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
    text = await response.text()
  } catch {
    throw new Refused(0, 'network', '')
  }
  if (!response.ok) throw refusal(response.status, text)
  return response.status === 204 ? null : (JSON.parse(text) as T)
}

/** The job of a link; null when it is still as it was `seen`. */
export const readJob = (link: string, seen: string) =>
  call<Job>(`/e/api/job?link=${encodeURIComponent(link)}&seen=${encodeURIComponent(seen)}`)

/** Does something; the same `actionId` twice is done once. Null when the job is not the engineer's afterwards. */
export const doAct = (link: string, actionId: string, act: Act) =>
  call<Job>('/e/api/act', { link, actionId, do: act })

/** Where a file of the job is. */
export const fileUrl = (link: string, id: string) =>
  `/e/api/file/${encodeURIComponent(id)}?link=${encodeURIComponent(link)}`
