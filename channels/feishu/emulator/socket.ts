import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'
import type { AppAnswer } from './ladder.ts'

/** How the long connections behave; everything can be changed while they run. */
export interface SocketChaos {
  /** The address that is given out instead of the own one. */
  address: string | null
  /** Code with which the address is refused; 0 gives it. */
  refuse: number
  /** The address's server is down: HTTP 503. */
  unavailable: boolean
  /** An event is sent in this many pieces. */
  pieces: number
  /** The pieces come in another order. */
  shuffled: boolean
  /** Each event is sent this many times. */
  copies: number
  /** So many of the next events end in the middle of a frame. */
  truncated: number
  /** So many of the next events are followed by the end of the connection, before the app could answer. */
  cut: number
  /** Pings stay without answer. */
  deaf: boolean
}

const serviceId = 7
const headerOf = (frame: Frame, name: string) => frame.headers[name] ?? ''

/** The long connection's side of Feishu: gives out addresses, sends events as frames, waits for their acknowledgement. */
export class Sockets {
  readonly chaos: SocketChaos = {
    address: null,
    refuse: 0,
    unavailable: false,
    pieces: 1,
    shuffled: false,
    copies: 1,
    truncated: 0,
    cut: 0,
    deaf: false,
  }
  /** How often clients are told to ping, s. */
  pingSeconds = 120
  private readonly open = new Set<WebSocket>()
  private readonly tickets = new Set<string>()
  private readonly waiting = new Map<string, (answer: AppAnswer | null) => void>()
  private readonly server = new WebSocketServer({ noServer: true })
  private readonly ackMs: () => number
  private next = 0

  constructor(http: Server, ackMs: () => number) {
    this.ackMs = ackMs
    http.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('ticket') ?? ''
      if (!this.tickets.delete(ticket)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      this.server.handleUpgrade(request, socket, head, (client) => this.accept(client))
    })
  }

  connections(): number {
    return this.open.size
  }

  /** An address with a ticket that is good for one connection. */
  address(port: number): object {
    const ticket = randomBytes(12).toString('hex')
    this.tickets.add(ticket)
    return {
      URL: `ws://127.0.0.1:${port}/ws/v2?device_id=1&service_id=${serviceId}&ticket=${ticket}`,
      ClientConfig: this.clientConfig(),
    }
  }

  private clientConfig(): object {
    return { PingInterval: this.pingSeconds, ReconnectCount: -1, ReconnectInterval: 120, ReconnectNonce: 30 }
  }

  /** Cuts all connections without a word. */
  drop(): void {
    for (const client of this.open) client.terminate()
  }

  /** Sends an event to one of the connections, and waits as long as Feishu does. */
  async send(event: object): Promise<AppAnswer | null> {
    const clients = [...this.open]
    const client = clients[this.next++ % Math.max(1, clients.length)]
    if (!client) return null
    const messageId = randomBytes(8).toString('hex')
    const frames = this.framesOf(event, messageId)
    const answer = new Promise<AppAnswer | null>((resolve) => {
      const timer = setTimeout(() => settle(null), this.ackMs())
      const settle = (given: AppAnswer | null) => {
        clearTimeout(timer)
        this.waiting.delete(messageId)
        resolve(given)
      }
      this.waiting.set(messageId, settle)
    })
    for (const frame of frames) client.send(frame)
    if (this.chaos.cut > 0) {
      this.chaos.cut--
      client.terminate()
    }
    return await answer
  }

  /** The frames of an event, by the present chaos. */
  framesOf(event: object, messageId: string): Buffer[] {
    const { pieces, shuffled, copies } = this.chaos
    const whole = Buffer.from(JSON.stringify(event))
    const length = Math.ceil(whole.length / pieces)
    const frames = Array.from({ length: pieces }, (_, seq) =>
      dataFrame(whole.subarray(seq * length, (seq + 1) * length), messageId, pieces, seq),
    )
    if (shuffled) frames.reverse()
    if (this.chaos.truncated > 0) {
      this.chaos.truncated--
      return frames.map((frame) => frame.subarray(0, frame.length / 2))
    }
    return Array.from({ length: copies }, () => frames).flat()
  }

  private accept(client: WebSocket): void {
    this.open.add(client)
    client.on('close', () => this.open.delete(client))
    client.on('error', () => client.terminate())
    client.on('message', (data) => this.hear(client, decodeFrame(data as Buffer)))
  }

  private hear(client: WebSocket, frame: Frame): void {
    if (frame.method === 0) {
      if (headerOf(frame, 'type') !== 'ping') return
      if (this.chaos.deaf) return
      const payload = Buffer.from(JSON.stringify(this.clientConfig()))
      client.send(encodeFrame({ ...frame, headers: { type: 'pong' }, payload }))
      return
    }
    const settle = this.waiting.get(headerOf(frame, 'message_id'))
    const { code, data } = JSON.parse(Buffer.from(frame.payload).toString()) as {
      code: number
      data?: string
    }
    if (code !== 200) settle?.(null)
    else settle?.({ body: data ? JSON.parse(Buffer.from(data, 'base64').toString()) : {} })
  }

  close(): void {
    this.drop()
    this.server.close()
    for (const settle of this.waiting.values()) settle(null)
  }
}

function dataFrame(payload: Buffer, messageId: string, sum: number, seq: number): Buffer {
  const headers = {
    type: 'event',
    message_id: messageId,
    sum: String(sum),
    seq: String(seq),
    trace_id: messageId,
  }
  return encodeFrame({ seqId: 1, logId: 2, service: serviceId, method: 1, headers, payload })
}
