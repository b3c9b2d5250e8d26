import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Chaos, calm } from './chaos.ts'
import { cardSign, type EventKeys, robotSign, seal, unseal } from './crypto.ts'
import { makeRest } from './rest.ts'
import { type Ack, frameText, StreamServer } from './stream.ts'
import { type Seen, World } from './world.ts'

const robotTopic = '/v1.0/im/bot/messages/get'
const cardTopic = '/v1.0/card/instances/callback'

/** A request as DingTalk posts it. */
export interface SignedRequest {
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What became of a tap. */
export interface Pressed {
  /** Whether the application answered in time (2 s). */
  readonly answered: boolean
  readonly notice: string
}

/**
 * DingTalk as far as an application with a robot meets it: token, gateway and WebSocket of Stream mode, robot messages, cards, files,
 * HTTP callbacks. For tests and the demo: loopback only, random secrets, nothing is written to disk, no code of the channel.
 */
export async function startDingtalkEmulator(given: Partial<Chaos> = {}) {
  const emulator = new DingtalkEmulator({ ...calm(), ...given })
  await emulator.listen()
  return emulator
}

/** A running emulator. */
export class DingtalkEmulator {
  readonly clientId = `ding${randomBytes(8).toString('hex')}`
  readonly clientSecret = randomBytes(24).toString('base64url')
  readonly corpId = `ding${randomBytes(12).toString('hex')}`
  readonly eventKeys: EventKeys
  readonly chaos: Chaos
  readonly world = new World()
  readonly stream: StreamServer
  /** Paths of the calls so far. */
  readonly calls: string[] = []
  /** Where robot messages are posted in HTTP mode; Stream mode when null. */
  robotUrl: string | null = null
  url = ''
  private readonly server
  private next = 0

  constructor(chaos: Chaos) {
    this.chaos = chaos
    this.stream = new StreamServer(chaos)
    const aesKey = randomBytes(32).toString('base64').slice(0, 43)
    this.eventKeys = { token: randomBytes(8).toString('hex'), aesKey, receiver: this.clientId }
    const rest = makeRest({
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      robotCode: this.clientId,
      chaos,
      world: this.world,
      stream: this.stream,
      url: () => this.url,
      called: (path) => this.calls.push(path),
    })
    this.server = createServer((request, response) => void rest(request, response))
    this.server.on('upgrade', (request, socket, head) => this.stream.upgrade(request, socket, head))
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The settings of the application, for the channel. */
  settings() {
    const { clientId, clientSecret, url } = this
    return { clientId, clientSecret, baseUrl: url, oapiUrl: url }
  }

  /** Makes somebody a member of the organisation, as the robot's users must be. */
  join(userId: string, nick = userId): void {
    this.world.members.set(userId, nick)
  }

  /** A message to the robot in DingTalk's shape; the same `msgId` is the same message. */
  message(userId: string, content: object, options: { group?: string; msgId?: string; atMs?: number } = {}) {
    const { group, msgId = `msg${randomBytes(12).toString('base64')}==`, atMs = Date.now() } = options
    const nick = this.world.members.get(userId)
    return {
      msgId,
      createAt: atMs,
      conversationType: group ? '2' : '1',
      conversationId: group ?? `cid${Buffer.from(`1:${userId}`).toString('base64')}`,
      ...(group
        ? { conversationTitle: '报修群', isInAtList: true, atUsers: [{ dingtalkId: '$:LWCP_v1:$robot' }] }
        : {}),
      chatbotCorpId: this.corpId,
      chatbotUserId: '$:LWCP_v1:$robot',
      senderId: `$:LWCP_v1:$${Buffer.from(userId).toString('base64')}`,
      senderNick: nick ?? userId,
      senderCorpId: this.corpId,
      senderPlatform: 'Android',
      ...(nick === undefined ? {} : { senderStaffId: userId, senderUnionId: `union-${userId}` }),
      isAdmin: false,
      sessionWebhook: `${this.url}/robot/sendBySession?session=${randomBytes(8).toString('hex')}`,
      sessionWebhookExpiredTime: atMs + 5_400_000,
      robotCode: this.clientId,
      ...content,
    }
  }

  /** A message to the robot as a frame of Stream mode. */
  frame(message: { msgId: string } & object): string {
    return frameText('CALLBACK', robotTopic, { messageId: message.msgId }, message)
  }

  /** A tap on a card as a frame of Stream mode. */
  pressFrame(messageId: string, data: object): string {
    return frameText('CALLBACK', cardTopic, { messageId }, data)
  }

  /** Writes to the robot, in the one-to-one chat or in a group with the robot called by @. Resolves when it was taken, or not. */
  async say(
    userId: string,
    text: string,
    options: { group?: string; msgId?: string } = {},
  ): Promise<boolean> {
    this.world.add(options.group ?? userId, { kind: 'said', by: userId, text })
    const content = options.group ? ` ${text}` : text
    return await this.send(this.message(userId, { msgtype: 'text', text: { content } }, options))
  }

  /** Sends the robot a picture. */
  async sendImage(userId: string, content: Uint8Array, options: { group?: string } = {}): Promise<boolean> {
    const downloadCode = this.world.keep('code', 'picture', content)
    return await this.send(this.message(userId, { msgtype: 'picture', content: { downloadCode } }, options))
  }

  /** Sends the robot a voice message, with what DingTalk's recogniser understood. */
  async sendVoice(userId: string, content: Uint8Array, recognition: string): Promise<boolean> {
    const downloadCode = this.world.keep('code', 'voice', content)
    const audio = { downloadCode, recognition, duration: 3000 }
    return await this.send(this.message(userId, { msgtype: 'audio', content: audio }))
  }

  /** Sends the robot a file. */
  async sendFile(userId: string, fileName: string, content: Uint8Array): Promise<boolean> {
    const downloadCode = this.world.keep('code', fileName, content)
    const file = { downloadCode, fileName, fileId: '1', spaceId: '2' }
    return await this.send(this.message(userId, { msgtype: 'file', content: file }))
  }

  /** Delivers a message to the robot the way that is set. */
  async send(message: { msgId: string } & object, waitMs = 10_000): Promise<boolean> {
    if (this.robotUrl === null) {
      const ack = await this.stream.push(
        'CALLBACK',
        robotTopic,
        { messageId: message.msgId },
        message,
        waitMs,
      )
      return ack?.code === 200
    }
    return (await this.post(this.robotUrl, this.signedRobotRequest(JSON.stringify(message), Date.now()))).ok
  }

  /** What a person sees in the chat with the robot. */
  screen(userId: string): Seen[] {
    return this.world.screen(userId)
  }

  /** What a member of a group sees there. */
  groupScreen(conversationId: string, userId: string): Seen[] {
    return this.world.screen(conversationId, userId)
  }

  /**
   * Taps a button: one of a card by its key, or one of a message with buttons, which says its text in the person's name. Shows the
   * answer on that person's card. Throws when the person sees no such button.
   */
  async press(userId: string, cardId: string, key: string): Promise<Pressed> {
    const card = this.world.cards.get(cardId)
    if (!card) return await this.pressMessage(userId, cardId, key)
    const shown = { ...card.data, ...card.own.get(userId) }
    const slot = [1, 2, 3].find((n) => shown[`b${n}_key`] === key && shown[`b${n}_text`])
    if (!slot) throw new Error(`the card ${cardId} shows no button ${key}`)
    const data = this.pressData(userId, cardId, key, String(slot))
    const response = await this.deliverPress(card.callback, data)
    if (!response) return { answered: false, notice: '' }
    const { cardData, userPrivateData } = response
    const own = { ...card.own.get(userId), ...cardData?.cardParamMap, ...userPrivateData?.cardParamMap }
    card.own.set(userId, own)
    return { answered: true, notice: own.notice ?? '' }
  }

  /** The body of a card callback: under `content`, or under `value` as it also occurs. */
  pressData(
    userId: string,
    outTrackId: string,
    key: string,
    actionId = key,
    under: 'content' | 'value' = 'content',
  ) {
    const pressed = JSON.stringify({ cardPrivateData: { actionIds: [actionId], params: { key } } })
    return {
      type: 'actionCallback',
      outTrackId,
      corpId: this.corpId,
      userId,
      userIdType: 1,
      spaceType: 'im',
      spaceId: '',
      extension: '{}',
      [under]: pressed,
    }
  }

  private async deliverPress(callback: { type: string; routeKey: string }, data: object) {
    interface Response {
      cardData?: { cardParamMap: Record<string, string> }
      userPrivateData?: { cardParamMap: Record<string, string> }
    }
    if (callback.type === 'STREAM') {
      const ack = await this.stream.push('CALLBACK', cardTopic, {}, data, 2000)
      if (ack?.code !== 200) return null
      return (JSON.parse(ack.data) as { response: Response }).response
    }
    const target = this.world.callbackUrls.get(callback.routeKey)
    if (!target) return null
    const request = this.signedCardRequest(JSON.stringify(data), Date.now(), target.secret)
    const answer = await this.post(target.url, request)
    return answer.ok ? (JSON.parse(answer.text) as Response) : null
  }

  private async pressMessage(userId: string, cardId: string, key: string): Promise<Pressed> {
    const prefix = 'dtmd://dingtalkclient/sendMessage?content='
    for (const seen of this.screen(userId).reverse()) {
      if (seen.kind !== 'message') continue
      for (const url of Object.values(seen.param)) {
        if (!url.startsWith(prefix)) continue
        const text = decodeURIComponent(url.slice(prefix.length))
        if (text.includes(`${cardId}/${key}`)) return { answered: await this.say(userId, text), notice: '' }
      }
    }
    throw new Error(`${userId} sees no button ${key} of ${cardId}`)
  }

  /** Pushes an event of the organisation over Stream mode; again until it is answered. */
  async pushEvent(eventType: string, data: object, waitMs = 10_000): Promise<Ack | null> {
    const headers = { eventType, eventId: randomBytes(12).toString('hex'), eventCorpId: this.corpId }
    return await this.stream.push('EVENT', '*', headers, data, waitMs)
  }

  /** A robot callback as HTTP mode posts it. */
  signedRobotRequest(body: string, atMs: number): SignedRequest {
    const timestamp = String(atMs)
    const sign = robotSign(timestamp, this.clientSecret)
    return {
      query: {},
      headers: { 'content-type': 'application/json; charset=utf-8', timestamp, sign },
      body,
    }
  }

  /** A card callback as HTTP mode posts it. */
  signedCardRequest(body: string, atMs: number, apiSecret: string): SignedRequest {
    const timestamp = String(atMs)
    const signed = {
      'x-ddpaas-signature-timestamp': timestamp,
      'x-ddpaas-signature': cardSign(timestamp, apiSecret),
    }
    return { query: {}, headers: { 'content-type': 'application/json; charset=utf-8', ...signed }, body }
  }

  /** A sealed event as HTTP mode posts it. */
  sealedEventRequest(event: object, atMs: number): SignedRequest {
    const timestamp = String(atMs)
    const nonce = `n${++this.next}`
    const { encrypt, signature } = seal(this.eventKeys, JSON.stringify(event), timestamp, nonce)
    const query = { signature, msg_signature: signature, timestamp, nonce }
    return { query, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ encrypt }) }
  }

  /** Whether an answer to an event is what DingTalk wants: `success`, sealed for it. */
  takesEventAnswer(text: string): boolean {
    try {
      return unseal(this.eventKeys, JSON.parse(text)) === 'success'
    } catch {
      return false
    }
  }

  private async post(url: string, request: SignedRequest): Promise<{ ok: boolean; text: string }> {
    try {
      const query = new URLSearchParams(request.query).toString()
      const response = await fetch(query ? `${url}?${query}` : url, {
        method: 'POST',
        headers: request.headers,
        body: request.body,
        signal: AbortSignal.timeout(2000),
      })
      return { ok: response.ok, text: await response.text() }
    } catch {
      return { ok: false, text: '' }
    }
  }

  async stop(): Promise<void> {
    this.stream.stop()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
