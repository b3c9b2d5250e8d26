import type { Agent } from 'node:http'
import type { WebSocket } from 'ws'
import { handshakeProblem } from '../../_kit/guarded.ts'
import { limits } from '../limits.ts'
import type { Timing } from './timing.ts'

/** What a connection hands on. */
export interface LinkEvents {
  /** A frame came; `reply` answers on the same connection. */
  frame(bytes: Buffer, reply: (text: string) => void): void
  /** Any sign of life. */
  alive(): void
}

/** One WebSocket to DingTalk: watches for silence, knows when its end was announced. */
export class Link {
  /** Resolves with the reason when the connection is over. */
  readonly ended: Promise<string>
  /** Resolves when DingTalk said that it will close: from then on it sends nothing more here. */
  readonly expiring: Promise<void>
  private readonly socket: WebSocket
  private readonly timing: Timing
  private expire: () => void = () => {}
  private reason = ''
  private drain: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, timing: Timing, events: LinkEvents) {
    this.socket = socket
    this.timing = timing
    this.expiring = new Promise((resolve) => {
      this.expire = resolve
    })
    let missed = 0
    const alive = () => {
      missed = 0
      events.alive()
    }
    const watch = setInterval(() => {
      if (missed >= timing.missedPings) return this.cut('no sign of life')
      missed++
      if (socket.readyState === socket.OPEN) socket.ping()
    }, timing.pingMs)
    socket.on('pong', alive)
    socket.on('ping', alive)
    socket.on('message', (data, isBinary) => {
      alive()
      const bytes = Buffer.isBuffer(data)
        ? data
        : Array.isArray(data)
          ? Buffer.concat(data)
          : Buffer.from(data)
      if (!isBinary || bytes.length > 0) events.frame(bytes, (text) => this.send(text))
    })
    this.ended = new Promise((resolve) => {
      socket.on('error', (error) => {
        this.reason ||= handshakeProblem(error.message)
      })
      socket.on('close', (code) => {
        clearInterval(watch)
        clearTimeout(this.drain)
        resolve(this.reason || `closed with code ${code}`)
      })
    })
  }

  /** DingTalk announced the end of this connection. */
  retire(): void {
    if (this.drain) return
    this.drain = setTimeout(() => this.cut('it was to be closed'), this.timing.drainMs)
    this.expire()
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Closes in an orderly way; cut off when the other side does not answer. */
  close(): void {
    this.reason ||= 'closed by us'
    this.socket.close(1000)
    this.drain ??= setTimeout(() => this.socket.terminate(), 1000)
  }

  private cut(reason: string): void {
    this.reason ||= reason
    this.socket.terminate()
  }

  private send(text: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(text, () => {})
  }
}

/** Opens the WebSocket that a ticket is for. Rejects when it is not open in time. */
export async function openLink(
  address: { readonly endpoint: string; readonly ticket: string; readonly agent: Agent },
  timing: Timing,
  events: LinkEvents,
): Promise<Link> {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(`${address.endpoint}?ticket=${encodeURIComponent(address.ticket)}`, {
    agent: address.agent,
    followRedirects: false,
    handshakeTimeout: timing.handshakeMs,
    maxPayload: limits.requestBytes,
    perMessageDeflate: false,
  })
  // Listens before it is open: the first frame may come with the handshake.
  const link = new Link(socket, timing, events)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    void link.ended.then((reason) => reject(new Error(reason)))
  })
  return link
}
