import { randomBytes } from 'node:crypto'
import type { PersonIds } from './events.ts'
import { faultOf } from './screen.ts'

const hour = 3_600_000

/** A person of the emulated company. */
export interface Person extends PersonIds {
  readonly name: string
  /** Chat with the bot. */
  readonly chatId: string
}

/** A message in a chat. */
export interface StoredMessage {
  readonly id: string
  readonly chatId: string
  /** open_id of who wrote it; `bot` for the app's own. */
  readonly from: string
  readonly type: string
  content: string
  readonly atMs: number
  readonly replyTo?: string
  readonly inTopic?: boolean
  recalled: boolean
}

/** A file that somebody sent or uploaded. */
export interface StoredFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

const done = (data: object): ApiAnswer => ({ status: 200, body: { code: 0, msg: 'success', data } })
/** A refusal; Feishu's message APIs answer most with HTTP 400. */
export const refused = (code: number, msg: string, status = 400): ApiAnswer => ({
  status,
  body: { code, msg },
})

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
/** A new id in Feishu's form. */
export const newId = (prefix: string) => `${prefix}_${hex(16)}`

/** People, chats, messages and files of one company, and the rules by which Feishu takes messages from an app. */
export class World {
  readonly people = new Map<string, Person>()
  /** Groups: chat id by name, and who is in it. */
  readonly groups = new Map<string, { readonly chatId: string; readonly members: Set<string> }>()
  readonly messages: StoredMessage[] = []
  readonly files = new Map<string, StoredFile>()
  /** open_ids that the app may not write to. */
  readonly unreachable = new Set<string>()
  private readonly sent = new Map<string, { readonly message: StoredMessage; readonly atMs: number }>()
  private readonly changes = new Map<string, number[]>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** The person of that name, hired at the first mention. */
  person(name: string): Person {
    const known = this.people.get(name)
    if (known) return known
    const person = {
      name,
      open_id: newId('ou'),
      union_id: newId('on'),
      user_id: hex(4),
      chatId: newId('oc'),
    }
    this.people.set(name, person)
    return person
  }

  /** The group of that name, with this person in it. */
  group(name: string, member: Person): string {
    const group = this.groups.get(name) ?? { chatId: newId('oc'), members: new Set<string>() }
    this.groups.set(name, group)
    group.members.add(member.open_id)
    return group.chatId
  }

  /** Chats that a person sees. */
  chatsOf(person: Person): ReadonlySet<string> {
    const groups = [...this.groups.values()].filter((group) => group.members.has(person.open_id))
    return new Set([person.chatId, ...groups.map((group) => group.chatId)])
  }

  /** POST /im/v1/messages */
  create(idType: string, body: Record<string, unknown>): ApiAnswer {
    const receiver = String(body.receive_id ?? '')
    const chat = this.chatFor(idType, receiver)
    if (!chat) return refused(230034, 'The receive_id is invalid.')
    if (this.unreachable.has(receiver)) return refused(230013, 'Bot has NO availability to this user.')
    return this.take(chat, body)
  }

  /** POST /im/v1/messages/:id/reply */
  reply(messageId: string, body: Record<string, unknown>): ApiAnswer {
    const answered = this.messages.find((message) => message.id === messageId)
    if (!answered)
      return refused(230001, 'Your request contains an invalid request parameter, ext=invalid message_id.')
    if (answered.recalled) return refused(230011, 'The message was withdrawn.')
    return this.take(answered.chatId, body, { replyTo: messageId, inTopic: body.reply_in_thread === true })
  }

  private chatFor(idType: string, id: string): string | null {
    if (idType === 'chat_id')
      return (
        [...this.groups.values()].find((group) => group.chatId === id)?.chatId ?? this.personBy('chatId', id)
      )
    if (idType === 'open_id' || idType === 'union_id' || idType === 'user_id')
      return this.personBy(idType, id)
    return null
  }

  private personBy(member: keyof Person, id: string): string | null {
    return [...this.people.values()].find((person) => person[member] === id)?.chatId ?? null
  }

  private take(chatId: string, body: Record<string, unknown>, more: Partial<StoredMessage> = {}): ApiAnswer {
    const { msg_type: type, content, uuid } = body
    if (typeof type !== 'string' || typeof content !== 'string')
      return refused(230001, 'ext=invalid content.')
    if (uuid !== undefined && (typeof uuid !== 'string' || uuid.length > 50))
      return refused(230001, 'ext=invalid uuid.')
    const fault = this.faultOfContent(type, content)
    if (fault) return fault
    const before = typeof uuid === 'string' ? this.sent.get(uuid) : undefined
    if (before && this.now() - before.atMs < hour) return done(this.described(before.message))
    const message: StoredMessage = {
      id: newId('om'),
      chatId,
      from: 'bot',
      type,
      content,
      atMs: this.now(),
      recalled: false,
      ...more,
    }
    this.messages.push(message)
    if (typeof uuid === 'string') this.sent.set(uuid, { message, atMs: this.now() })
    return done(this.described(message))
  }

  private faultOfContent(type: string, content: string): ApiAnswer | null {
    let body: Record<string, unknown>
    try {
      body = JSON.parse(content) as Record<string, unknown>
    } catch {
      return refused(230001, 'ext=content is not a string in json format.')
    }
    const size = Buffer.byteLength(JSON.stringify(content))
    if (size > (type === 'text' ? 150_000 : 30_000))
      return refused(230025, 'The length of the message content reaches its limit.')
    if (type === 'text')
      return typeof body.text === 'string' && body.text ? null : refused(230001, 'ext=text is empty.')
    if (type === 'image' || type === 'file') {
      const key = String(body.image_key ?? body.file_key ?? '')
      return this.files.has(key) ? null : refused(230001, `ext=invalid ${type}_key.`)
    }
    const wrong = type === 'interactive' ? faultOf(body) : null
    return wrong ? refused(230099, `Failed to create card content, ext=${wrong}`) : null
  }

  /** PATCH /im/v1/messages/:id */
  change(messageId: string, body: Record<string, unknown>): ApiAnswer {
    const message = this.messages.find((one) => one.id === messageId && one.from === 'bot')
    if (!message) return refused(230001, 'ext=invalid message_id.')
    if (message.type !== 'interactive')
      return refused(230054, 'This operation is not supported for this message type.')
    if (message.recalled) return refused(230011, 'The message was withdrawn.')
    if (this.now() - message.atMs > 14 * 24 * hour)
      return refused(230031, 'The message is too old to be updated.')
    const recent = (this.changes.get(messageId) ?? []).filter((at) => this.now() - at < 1000)
    if (recent.length >= 5) return refused(230020, 'This operation triggers the frequency limit.')
    const fault = this.faultOfContent('interactive', String(body.content))
    if (fault) return fault
    this.changes.set(messageId, [...recent, this.now()])
    message.content = String(body.content)
    return done({})
  }

  /** GET /im/v1/messages/:id: of a merged forward, everything in it. */
  read(messageId: string): ApiAnswer {
    const message = this.messages.find((one) => one.id === messageId)
    if (!message) return refused(230001, 'ext=invalid message_id.')
    const inner = this.messages.filter((one) => one.replyTo === messageId && one.chatId === 'forwarded')
    return done({ items: [message, ...inner].map((one) => this.described(one)) })
  }

  /** Puts an uploaded file away; the key that messages name it by. */
  store(prefix: 'img_v3' | 'file_v3', file: StoredFile): string {
    const key = newId(prefix)
    this.files.set(key, file)
    return key
  }

  private described(message: StoredMessage): object {
    return {
      message_id: message.id,
      chat_id: message.chatId,
      msg_type: message.type,
      create_time: String(message.atMs),
      update_time: String(message.atMs),
      deleted: message.recalled,
      updated: false,
      sender: { id: message.from, id_type: 'open_id', sender_type: message.from === 'bot' ? 'app' : 'user' },
      body: { content: message.content },
    }
  }
}
