import { randomBytes } from 'node:crypto'

export type Json = Record<string, unknown>

/** What the vendor does with the next frame that is more than a sign of life. */
export type Mood =
  /** 846607: too many in this conversation. */
  | 'busy'
  /** -1: 系统繁忙. */
  | 'system-busy'
  /** Does nothing and never answers. */
  | 'silent'
  /** Does what was asked and never answers. */
  | 'done-and-silent'
  /** Does what was asked and cuts the connection before the answer. */
  | 'done-and-cut'
  /** 40058: the content is refused. */
  | 'refusing'

/** One thing on a screen of a conversation with the robot. */
export interface ScreenItem {
  readonly from: 'robot' | 'member'
  readonly kind: 'markdown' | 'card' | 'image' | 'voice' | 'video' | 'file' | 'text'
  readonly text: string
  card?: Json
  readonly content?: Uint8Array
}

interface Upload {
  readonly type: string
  readonly name: string
  readonly size: number
  readonly chunks: Map<number, Buffer>
  readonly total: number
}

/** Everything that the vendor knows of one robot. */
export class State {
  readonly botId = `aib${randomBytes(12).toString('base64url')}`
  readonly secret = randomBytes(24).toString('base64url')
  /** Conversations into which the robot may push: somebody has written to it there. */
  readonly known = new Set<string>()
  readonly screens = new Map<string, ScreenItem[]>()
  readonly moods: Mood[] = []
  readonly taskIds = new Set<string>()
  readonly uploads = new Map<string, Upload>()
  readonly media = new Map<string, { type: string; name: string; content: Uint8Array }>()
  readonly files = new Map<string, { name: string; sealed: Buffer; untilMs: number }>()
  /** Taps that may still be answered, by request id. */
  readonly taps = new Map<
    string,
    { chat: string; taskId: string; untilMs: number; answered: (card: Json) => void }
  >()
  /** Frames that arrived, by command. */
  readonly commands: string[] = []
  /** Frames that nobody was there to hear: the vendor does not send them again. */
  lost = 0
  readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  screenOf(chat: string): ScreenItem[] {
    const screen = this.screens.get(chat) ?? []
    this.screens.set(chat, screen)
    return screen
  }

  private readonly sent = new Map<string, number[]>()

  /** Counts a message into a conversation; false when there were 30 within a minute or 1000 within an hour. */
  mayPush(chat: string): boolean {
    const now = this.now()
    const recent = (this.sent.get(chat) ?? []).filter((at) => now - at < 3_600_000)
    if (recent.length >= 1000 || recent.filter((at) => now - at < 60_000).length >= 30) return false
    this.sent.set(chat, [...recent, now])
    return true
  }
}
