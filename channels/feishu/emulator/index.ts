import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SignedDelivery, signDelivery } from './crypto.ts'
import { type EventOrigin, eventOf, messageEvent } from './events.ts'
import { type AppAnswer, Ladder } from './ladder.ts'
import { type Fault, Rest } from './rest.ts'
import { type SeenCard, seenCard, wordsOf } from './screen.ts'
import { type SocketChaos, Sockets } from './socket.ts'
import { newId, type Person, type StoredMessage, World } from './world.ts'

export interface FeishuEmulatorOptions {
  /** Where events go: posted to `callbackUrl`, or sent over a long connection that the app opens. */
  readonly mode: 'webhook' | 'long-connection'
  /** Encrypt and sign what is posted; default true. */
  readonly encrypted?: boolean
  /** The clock of message times, of the redelivery ladder and of expiry; the machine's by default. */
  readonly now?: () => number
  /** How long Feishu waits for an answer, ms; default 3000. */
  readonly ackMs?: number
}

/** A message as a person sees it. */
export interface SeenMessage {
  readonly id: string
  readonly from: string
  readonly text: string
  readonly card?: SeenCard
  readonly file?: { readonly name: string; readonly bytes: Uint8Array }
  readonly replyTo?: string
}

/** What became of a tap. */
export interface Tapped {
  readonly toast: { readonly type: string; readonly content: string }
}

const answerTimeout = 'Feishu shows: the app did not answer'

/**
 * The vendor's side of Feishu for tests and the demo: the REST API, event pushes (signed and encrypted, delivered again on the
 * ladder), the long connection, people who write and tap. Loopback only, random secrets, nothing on disk. It shares no code with
 * the channel.
 */
export class FeishuEmulator {
  readonly appId = `cli_${randomBytes(8).toString('hex')}`
  readonly appSecret = randomBytes(16).toString('hex')
  readonly encryptKey: string
  readonly verificationToken = randomBytes(16).toString('hex')
  readonly botOpenId = newId('ou')
  readonly botName = '售后机器人'
  readonly world: World
  /** Where events are posted to, in webhook mode. */
  callbackUrl: string | null = null
  /** While true, posts never reach the app. */
  unplugged = false
  /** Toasts that people were shown, the latest last. */
  readonly toasts: { readonly person: string; readonly content: string }[] = []
  private readonly options: FeishuEmulatorOptions
  private readonly now: () => number
  private readonly rest: Rest
  private readonly sockets: Sockets
  private readonly ladder: Ladder
  private readonly server = createServer((request, response) => void this.serve(request, response))

  constructor(options: FeishuEmulatorOptions) {
    this.options = options
    this.now = options.now ?? Date.now
    this.encryptKey = options.encrypted === false ? '' : randomBytes(16).toString('hex')
    this.world = new World(this.now)
    this.rest = new Rest(this.world, this, this.now)
    this.sockets = new Sockets(this.server, () => options.ackMs ?? 3000)
    this.ladder = new Ladder((event) => this.transport(event), this.now)
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Chaos of the long connections. */
  get chaos(): SocketChaos {
    return this.sockets.chaos
  }

  /** How often the app asked for an access token. */
  get tokensGiven(): number {
    return this.rest.tokensGiven
  }

  /** How often the app asked for somebody's name. */
  get namesAsked(): number {
    return this.rest.namesAsked
  }

  /** open_ids outside of the app's contact scope. */
  get outOfScope(): Set<string> {
    return this.rest.outOfScope
  }

  /** Permissions of the app. */
  get scopes(): Set<string> {
    return this.rest.scopes
  }

  /** Events that Feishu gave up delivering. */
  get lost(): readonly object[] {
    return this.ladder.lost
  }

  connections(): number {
    return this.sockets.connections()
  }

  /** Cuts all long connections. */
  dropConnections(): void {
    this.sockets.drop()
  }

  /** How often new connections are told to ping, s. */
  pingEvery(seconds: number): void {
    this.sockets.pingSeconds = seconds
  }

  /** What goes wrong with the next calls of the message APIs, one after the other. */
  fault(...faults: readonly Fault[]): void {
    this.rest.faults.push(...faults)
  }

  /** Whom the events of this app come from. */
  get origin(): EventOrigin {
    return { appId: this.appId, tenantKey: 'tenant-1', token: this.verificationToken }
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async stop(): Promise<void> {
    this.sockets.close()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/callback/ws/endpoint') return await this.rest.handle(request, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (this.chaos.unavailable) return void response.writeHead(503).end('unavailable')
    const answer = this.addressFor(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  private addressFor(body: { AppID?: string; AppSecret?: string }): object {
    // Without `data`: the official client stumbles over that and takes the refusal for a passing error.
    if (this.chaos.refuse) return { code: this.chaos.refuse, msg: 'refused by the emulator' }
    if (body.AppID !== this.appId || body.AppSecret !== this.appSecret)
      return { code: 514, msg: 'auth failed' }
    const data = this.sockets.address((this.server.address() as AddressInfo).port)
    return { code: 0, msg: '', data: { ...data, ...(this.chaos.address ? { URL: this.chaos.address } : {}) } }
  }

  /** A delivery as it would be posted now: cheap, for benchmarks and tests. */
  signed(event: object | Uint8Array, atMs = this.now()): SignedDelivery {
    return signDelivery(this, event instanceof Uint8Array ? event : JSON.stringify(event), atMs)
  }

  /** Frames of an event as the long connection carries them: cheap, for benchmarks and tests. */
  frames(event: object): readonly Uint8Array[] {
    return this.sockets.framesOf(event, randomBytes(8).toString('hex'))
  }

  private async transport(event: object): Promise<AppAnswer | null> {
    return this.options.mode === 'webhook' ? await this.post(event) : await this.sockets.send(event)
  }

  private async post(event: object): Promise<AppAnswer | null> {
    if (!this.callbackUrl || this.unplugged) return null
    const { headers, body } = this.signed(event)
    const signal = AbortSignal.timeout(this.options.ackMs ?? 3000)
    try {
      const response = await fetch(this.callbackUrl, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
        signal,
      })
      return response.status === 200 ? { body: await response.json() } : null
    } catch {
      return null
    }
  }

  /** What the vendor's page does when a callback address is saved. True when the app answered the challenge. */
  async saveCallback(url: string): Promise<boolean> {
    const challenge = randomBytes(12).toString('hex')
    const check = { challenge, token: this.verificationToken, type: 'url_verification' }
    this.callbackUrl = url
    const answer = (await this.post(check))?.body as { challenge?: string } | undefined
    return answer?.challenge === challenge
  }

  /** A customer writes, to the bot or in a group (where the bot is called by name). Resolves when it was taken, or not. */
  async say(name: string, text: string, group?: string): Promise<StoredMessage> {
    const call = group ? '@_user_1 ' : ''
    return await this.sendAs(name, 'text', { text: call + text }, group)
  }

  /** A customer sends a picture. */
  async sendImage(name: string, bytes: Uint8Array, group?: string): Promise<StoredMessage> {
    const image_key = this.world.store('img_v3', { name: 'image.png', type: 'image/png', bytes })
    return await this.sendAs(name, 'image', { image_key }, group)
  }

  /** A customer sends a file. */
  async sendFile(name: string, fileName: string, bytes: Uint8Array, type: string): Promise<StoredMessage> {
    const file_key = this.world.store('file_v3', { name: fileName, type, bytes })
    return await this.sendAs(name, 'file', { file_key, file_name: fileName })
  }

  /** A customer sends a message of any type. */
  async sendAs(name: string, type: string, content: object | string, group?: string): Promise<StoredMessage> {
    const { message, event } = this.write(name, type, content, group)
    await this.ladder.push(event)
    return message
  }

  /** Writes a message into its chat and makes its event, but does not deliver it. */
  write(name: string, type: string, content: object | string, group?: string) {
    const person = this.world.person(name)
    const chatId = group ? this.world.group(group, person) : person.chatId
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    const message: StoredMessage = {
      id: newId('om'),
      chatId,
      from: person.open_id,
      type,
      content: text,
      atMs: this.now(),
      recalled: false,
    }
    this.world.messages.push(message)
    const { open_id, union_id, user_id } = person
    const event = messageEvent(
      this.origin,
      newId('ev'),
      { open_id, union_id, user_id },
      {
        ...message,
        chatType: group ? 'group' : 'p2p',
        ...(group ? { mentions: [this.botMention()] } : {}),
      },
    )
    return { message, event }
  }

  private botMention(): object {
    const id = { open_id: this.botOpenId, union_id: newId('on'), user_id: '' }
    return { key: '@_user_1', id, name: this.botName, mentioned_type: 'bot', tenant_key: 'tenant-1' }
  }

  /** Delivers an event of your own making. True when it was taken. */
  async push(event: object): Promise<boolean> {
    return await this.ladder.push(event)
  }

  /** Somebody takes a message back. */
  async recall(message: StoredMessage): Promise<void> {
    message.recalled = true
    const { id, chatId } = message
    const body = {
      message_id: id,
      chat_id: chatId,
      recall_time: String(this.now()),
      recall_type: 'message_owner',
    }
    await this.ladder.push(eventOf(this.origin, 'im.message.recalled_v1', newId('ev'), this.now(), body))
  }

  /** Delivers again what is due by now. */
  async redeliver(): Promise<number> {
    return await this.ladder.redeliver()
  }

  /** When the next delivery is due; null when all is delivered or given up. */
  nextDeliveryMs(): number | null {
    return this.ladder.nextMs()
  }

  /** An engineer taps a button of a card. Not delivered again when the app does not answer: the person sees an error. */
  async press(name: string, cardId: string, key: string, values?: object): Promise<Tapped> {
    const person = this.world.person(name)
    const message = this.cardOf(person, cardId, key)
    if (!message) throw new Error(`${name} sees no button ${key} on a card ${cardId}`)
    const event = this.tap(person, message, { cardId, key }, values)
    const answer = (await this.transport(event))?.body as CardAnswer | undefined
    const toast = answer
      ? (answer.toast ?? { type: 'info', content: '' })
      : { type: 'error', content: answerTimeout }
    this.toasts.push({ person: name, content: toast.content })
    if (answer?.card?.type === 'raw') message.content = JSON.stringify(answer.card.data)
    return { toast }
  }

  private cardOf(person: Person, cardId: string, key: string): StoredMessage | undefined {
    const chats = this.world.chatsOf(person)
    return this.world.messages.findLast((message) => {
      if (message.type !== 'interactive' || !chats.has(message.chatId) || message.recalled) return false
      const { buttons } = seenCard(JSON.parse(message.content))
      return buttons.some((button) => button.value?.cardId === cardId && button.value.key === key)
    })
  }

  /** The event of a tap. */
  tap(person: Person, message: StoredMessage, value: object, values?: object): object {
    const { open_id, union_id, user_id } = person
    return eventOf(this.origin, 'card.action.trigger', newId('ev'), this.now(), {
      operator: { open_id, union_id, user_id, tenant_key: 'tenant-1' },
      token: `c-${randomBytes(12).toString('hex')}`,
      action: { value, tag: 'button', timezone: 'Asia/Shanghai', ...(values ? { form_value: values } : {}) },
      host: 'im_message',
      context: { open_message_id: message.id, open_chat_id: message.chatId },
    })
  }

  /** What a person sees of all chats with the bot, in order. */
  screen(name: string): readonly SeenMessage[] {
    const chats = this.world.chatsOf(this.world.person(name))
    return this.world.messages
      .filter((message) => chats.has(message.chatId) && !message.recalled)
      .map((message) => this.seen(message))
  }

  private seen({ id, from, type, content, replyTo }: StoredMessage): SeenMessage {
    const body = type === 'merge_forward' ? {} : (JSON.parse(content) as Record<string, unknown>)
    const file = this.world.files.get(String(body.image_key ?? body.file_key ?? ''))
    return {
      id,
      from,
      text: type === 'merge_forward' ? content : wordsOf(type, content),
      ...(type === 'interactive' ? { card: seenCard(body) } : {}),
      ...(file ? { file } : {}),
      ...(replyTo ? { replyTo } : {}),
    }
  }
}

interface CardAnswer {
  readonly toast?: { readonly type: string; readonly content: string }
  readonly card?: { readonly type: string; readonly data: unknown }
}
