import { randomBytes } from 'node:crypto'

export type Json = Record<string, unknown>

/** What the vendor does with the next call of an interface. */
export type Mood =
  /** 45009: too many calls. */
  | 'busy'
  /** 45033: too many calls at once. */
  | 'crowded'
  /** HTTP 502 of a gateway. */
  | 'broken'
  /** -1: 系统繁忙. */
  | 'system-busy'
  /** Takes the call and never answers. */
  | 'silent'
  /** Cuts the connection before anything was done. */
  | 'cut'
  /** Does what was asked and cuts the connection before the answer. */
  | 'done-and-cut'
  /** Does what was asked; half the answer arrives. */
  | 'half'
  /** 42001: the token is too old, and from now on it is. */
  | 'expired'
  /** 40014: the token is invalid, and from now on it is. */
  | 'invalid-token'
  /** 81013: nobody there to write to. */
  | 'refusing'
  /** 60020: an address that is not trusted. */
  | 'untrusted'

/** One thing on a member's screen. */
export interface ScreenItem {
  readonly from: 'application' | 'member'
  readonly msgid: string
  readonly kind: 'text' | 'card' | 'image' | 'voice' | 'video' | 'file'
  readonly text: string
  /** Of a card, as it looks now. */
  card?: Json
  readonly content?: Uint8Array
}

interface ResponseCode {
  readonly msgid: string
  readonly madeAtMs: number
  used: boolean
}

/** Everything that the vendor knows. */
export class State {
  readonly corpId = `ww${randomBytes(8).toString('hex')}`
  readonly agentId = String(1_000_000 + Math.floor(Math.random() * 9000))
  readonly secret = randomBytes(24).toString('base64url')
  readonly token = randomBytes(12).toString('hex')
  readonly aesKey = randomBytes(32).toString('base64').slice(0, 43)
  readonly members: Set<string>
  /** Members outside the application's visible range: named as `invaliduser` in an answer that says ok. */
  readonly hidden = new Set<string>()
  readonly moods: Mood[] = []
  readonly screens = new Map<string, ScreenItem[]>()
  readonly files = new Map<string, { name: string; contentType: string; content: Uint8Array; atMs: number }>()
  readonly codes = new Map<string, ResponseCode>()
  readonly taskIds = new Set<string>()
  readonly repeats = new Map<string, { msgid: string; untilMs: number }>()
  /** Messages that were dropped because the member had got too many. */
  dropped = 0
  accessToken: { value: string; untilMs: number } | null = null
  /** Path of every call that arrived. */
  readonly calls: string[] = []
  readonly now: () => number

  constructor(members: readonly string[], now: () => number) {
    this.members = new Set(members)
    this.now = now
  }

  screenOf(member: string): ScreenItem[] {
    const screen = this.screens.get(member) ?? []
    this.screens.set(member, screen)
    return screen
  }

  newCode(msgid: string): string {
    const code = randomBytes(16).toString('base64url')
    this.codes.set(code, { msgid, madeAtMs: this.now(), used: false })
    return code
  }

  private readonly sent = new Map<string, number[]>()

  /** Counts a message to a member; false when he has had 30 within a minute or 1000 within an hour (document 90454). */
  mayShow(member: string): boolean {
    const now = this.now()
    const recent = (this.sent.get(member) ?? []).filter((at) => now - at < 3_600_000)
    const lastMinute = recent.filter((at) => now - at < 60_000)
    if (lastMinute.length >= 30 || recent.length >= 1000) {
      this.dropped++
      return false
    }
    this.sent.set(member, [...recent, now])
    return true
  }
}

export const newMsgId = () => randomBytes(18).toString('base64url')
