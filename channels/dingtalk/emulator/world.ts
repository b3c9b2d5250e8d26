import { randomBytes } from 'node:crypto'

/** What a person sees in a chat, oldest first. */
export type Seen =
  | { readonly kind: 'said'; readonly by: string; readonly text: string }
  | { readonly kind: 'message'; readonly msgKey: string; readonly param: Record<string, string> }
  | { readonly kind: 'card'; readonly outTrackId: string; readonly params: Record<string, string> }

/** A card instance: public data, and what single people see instead. */
export interface CardInstance {
  readonly outTrackId: string
  readonly templateId: string
  readonly callback: { readonly type: string; readonly routeKey: string }
  readonly data: Record<string, string>
  /** Variables of one person: private ones, and public ones that an answer to their tap showed only them. */
  readonly own: Map<string, Record<string, string>>
  readonly spaces: Set<string>
}

interface Entry {
  readonly chat: string
  readonly seen: Exclude<Seen, { kind: 'card' }> | { readonly kind: 'card'; readonly outTrackId: string }
}

/** The organisation behind the emulator: its people, groups, chats, cards and files. */
export class World {
  /** Members by userId; everybody else is unknown to the robot. */
  readonly members = new Map<string, string>()
  readonly groups = new Set<string>()
  readonly templates = new Set<string>()
  readonly unpublished = new Set<string>()
  readonly cards = new Map<string, CardInstance>()
  readonly callbackUrls = new Map<string, { url: string; secret: string }>()
  /** By download code and by media id. */
  readonly files = new Map<string, { name: string; content: Uint8Array }>()
  private readonly entries: Entry[] = []

  /** A chat is named by the person's userId or by the group's conversation id. */
  add(chat: string, seen: Entry['seen']): void {
    this.entries.push({ chat, seen })
  }

  /** What stands in a chat, as `userId` sees it. */
  screen(chat: string, userId = chat): Seen[] {
    return this.entries
      .filter((entry) => entry.chat === chat)
      .map(({ seen }) => {
        if (seen.kind !== 'card') return seen
        const card = this.cards.get(seen.outTrackId)!
        return { ...seen, params: { ...card.data, ...card.own.get(userId) } }
      })
  }

  /** Stores a file under a code that names it. */
  keep(prefix: string, name: string, content: Uint8Array): string {
    const code = `${prefix}${randomBytes(12).toString('base64url')}`
    this.files.set(code, { name, content })
    return code
  }
}
