import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Chaos } from './chaos.ts'

/** The answer of a client to a push. */
export interface Ack {
  readonly code: number
  readonly headers: Readonly<Record<string, string>>
  readonly message: string
  readonly data: string
}

interface Pushed {
  readonly text: string
  readonly type: 'EVENT' | 'CALLBACK'
  readonly deadlineMs: number
  readonly settle: (ack: Ack | null) => void
  timer: NodeJS.Timeout | undefined
}

const ticketLifeMs = 90_000

/** A push as it stands on the wire. */
export function frameText(
  type: 'EVENT' | 'CALLBACK',
  topic: string,
  headers: Record<string, string>,
  data: object,
): string {
  const time = String(Date.now())
  const all = { appId: 'emulated', contentType: 'application/json', time, ...headers, topic }
  return JSON.stringify({ specVersion: '1.0', type, headers: all, data: JSON.stringify(data) })
}

/** Stream mode's side of DingTalk: tickets, connections, pushes to any one of them, answers, redelivery. */
export class StreamServer {
  /** Pushes for which there was no connection: DingTalk does not keep them. */
  lost = 0
  readonly opened: number[] = []
  /** Every answer of the clients, in order. */
  readonly acks: Ack[] = []
  private readonly chaos: Chaos
  private readonly tickets = new Map<string, { untilMs: number; topics: ReadonlySet<string> }>()
  private readonly sockets = new Map<WebSocket, { topics: ReadonlySet<string>; silent: boolean }>()
  private readonly pushed = new Map<string, Pushed>()
  private readonly server: WebSocketServer
  private held: string | null = null

  constructor(chaos: Chaos) {
    this.chaos = chaos
    this.server = new WebSocketServer({ noServer: true, autoPong: false })
  }

  /** A ticket for one connection within 90 s. */
  ticket(subscriptions: readonly { type: string; topic: string }[]): string {
    const ticket = randomUUID()
    const topics = new Set(subscriptions.map(({ type, topic }) => (type === 'EVENT' ? 'EVENT' : topic)))
    this.tickets.set(ticket, { untilMs: Date.now() + ticketLifeMs, topics })
    return ticket
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refuse = (status: number) => socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`)
    if (this.chaos.upgradeStatus !== null) return void refuse(this.chaos.upgradeStatus)
    const id = new URL(request.url ?? '/', 'ws://127.0.0.1').searchParams.get('ticket') ?? ''
    const ticket = this.tickets.get(id)
    this.tickets.delete(id)
    if (!ticket || ticket.untilMs < Date.now()) return void refuse(401)
    this.server.handleUpgrade(request, socket, head, (ws) => {
      this.opened.push(Date.now())
      this.sockets.set(ws, { topics: ticket.topics, silent: false })
      ws.on('ping', (data) => {
        if (!this.chaos.deaf) ws.pong(data)
      })
      ws.on('message', (data) => this.answered(String(data)))
      ws.on('error', () => {})
      ws.on('close', () => this.sockets.delete(ws))
    })
  }

  connections(): number {
    return this.sockets.size
  }

  /**
   * Pushes to one connection at random. Resolves with the answer, or with null when none came in time or there was no connection.
   * `waitMs` bounds the waiting; events are pushed again until they are answered.
   */
  push(
    type: 'EVENT' | 'CALLBACK',
    topic: string,
    headers: Record<string, string>,
    data: object,
    waitMs: number,
  ): Promise<Ack | null> {
    const messageId = headers.messageId ?? randomBytes(12).toString('hex')
    const text = frameText(type, topic, { ...headers, messageId }, data)
    return new Promise((settle) => {
      const pushed: Pushed = { text, type, deadlineMs: Date.now() + waitMs, settle, timer: undefined }
      this.pushed.set(messageId, pushed)
      this.attempt(messageId, pushed, topic)
    })
  }

  private attempt(messageId: string, pushed: Pushed, topic: string): void {
    const isSent = this.send(pushed.text, pushed.type === 'EVENT' ? 'EVENT' : topic)
    if (!isSent) this.lost++
    const again = pushed.type === 'EVENT' || this.chaos.redeliverCallbacks
    const leftMs = pushed.deadlineMs - Date.now()
    pushed.timer = setTimeout(
      () => {
        if (again && pushed.deadlineMs > Date.now()) return this.attempt(messageId, pushed, topic)
        this.pushed.delete(messageId)
        pushed.settle(null)
      },
      again ? Math.min(this.chaos.redeliverMs, leftMs) : leftMs,
    )
  }

  private send(text: string, topic: string): boolean {
    const open = [...this.sockets].filter(([, { silent, topics }]) => !silent && topics.has(topic))
    const target = open[Math.floor(Math.random() * open.length)]?.[0]
    if (!target) return false
    if (this.chaos.deaf) return true
    const frame = this.chaos.truncate > 0 ? text.slice(0, text.length / 2) : text
    if (this.chaos.truncate > 0) this.chaos.truncate--
    if (this.chaos.reorder && this.held === null) {
      this.held = frame
      return true
    }
    for (let i = 0; i < this.chaos.copies; i++) target.send(frame)
    if (this.held !== null) target.send(this.held)
    this.held = null
    return true
  }

  private answered(text: string): void {
    const ack = JSON.parse(text) as Ack
    this.acks.push(ack)
    const pushed = this.pushed.get(ack.headers.messageId ?? '')
    if (!pushed) return
    clearTimeout(pushed.timer)
    this.pushed.delete(ack.headers.messageId!)
    pushed.settle(ack)
  }

  /** DingTalk's orderly end: says `disconnect`, is silent, then closes. Of one connection, or of all. */
  expire(count = this.sockets.size): void {
    const chosen = [...this.sockets].filter(([, state]) => !state.silent).slice(0, count)
    for (const [ws, state] of chosen) {
      state.silent = true
      const headers = { topic: 'disconnect', contentType: 'application/json' }
      ws.send(JSON.stringify({ type: 'SYSTEM', headers, data: '{"reason":"connection is expired"}' }))
      setTimeout(() => ws.close(), this.chaos.silenceMs).unref()
    }
  }

  /** A `ping` of the protocol to every connection. */
  ping(opaque: string): void {
    const headers = { topic: 'ping', messageId: `ping-${opaque}`, contentType: 'application/json' }
    this.raw(JSON.stringify({ type: 'SYSTEM', headers, data: JSON.stringify({ opaque }) }))
  }

  /** Sends any text to every connection. */
  raw(text: string): void {
    for (const [ws] of this.sockets) ws.send(text)
  }

  /** Cuts connections without a word. */
  drop(count = this.sockets.size): void {
    for (const [ws] of [...this.sockets].slice(0, count)) ws.terminate()
  }

  stop(): void {
    for (const pushed of this.pushed.values()) {
      clearTimeout(pushed.timer)
      pushed.settle(null)
    }
    this.drop()
    this.server.close()
  }
}
