import type { Connection } from '../../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState } from '../../../src/contract/ports.ts'
import { guarded } from '../../_kit/guarded.ts'
import type { DingtalkConfig } from '../config.ts'
import { FrameDesk } from './frames.ts'
import { GatewayError, openTicket } from './gateway.ts'
import { type Link, openLink } from './link.ts'
import { backoffMs, pause, type Timing } from './timing.ts'

/** With more frames waiting to be stored than this, nothing more is read from the sockets. */
const mostWaiting = 1000

/** One of the connections that are kept; `reason` says why it is not up. */
interface Place {
  state: 'connecting' | 'up' | 'down'
  reason: string
}

/**
 * Keeps several connections of one account open. DingTalk gives each push to any one of them; one that DingTalk is about to close
 * is replaced before it is gone. Reports `up` only when all are up, `degraded` while some are, `down` with the reason when none
 * is. `done` rejects only when DingTalk refuses the settings and no connection is left.
 */
export class Pool implements Connection {
  readonly done: Promise<void>
  private readonly io: ConnectIo<DingtalkConfig>
  private readonly timing: Timing
  private readonly closing = new AbortController()
  private readonly places: Place[]
  private readonly links = new Set<Link>()
  private readonly desk: FrameDesk
  private readonly stop = () => void this.close()
  private readonly settle: { resolve: () => void; reject: (error: Error) => void }
  private reported = ''
  private lastSeenMs: number | undefined
  private isPaused = false
  private beat: NodeJS.Timeout | undefined

  constructor(io: ConnectIo<DingtalkConfig>, timing: Timing) {
    this.io = io
    this.timing = timing
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.done = promise
    this.settle = { resolve, reject }
    this.places = Array.from({ length: io.config.connections }, () => ({ state: 'connecting', reason: '' }))
    this.desk = new FrameDesk(io, timing, this.closing.signal, () => this.changed())
  }

  start(): void {
    if (this.io.signal.aborted) void this.close()
    else this.io.signal.addEventListener('abort', this.stop, { once: true })
    this.beat = setInterval(() => this.report(true), this.timing.reportMs)
    for (const place of this.places) void this.keep(place)
    this.report()
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return await this.done.catch(() => {})
    this.end()
    await this.desk.idle()
    this.settle.resolve()
  }

  private end(): void {
    // The signal may outlive many connections: what still listens to it keeps a whole pool in memory.
    this.io.signal.removeEventListener('abort', this.stop)
    this.closing.abort()
    clearInterval(this.beat)
    for (const link of this.links) link.close()
  }

  /** Keeps one place filled until the pool is closed. */
  private async keep(place: Place): Promise<void> {
    const { signal } = this.closing
    let failures = 0
    while (!signal.aborted) {
      const openedAt = performance.now()
      try {
        const link = await this.open()
        this.set(place, 'up', '')
        const how = await Promise.race([link.ended, link.expiring.then(() => null)])
        if (signal.aborted) return
        const wasStable = performance.now() - openedAt >= this.timing.stableMs
        failures = wasStable ? 0 : failures + 1
        // Announced: the next one is opened at once, while this one still stands.
        if (how === null && wasStable) continue
        this.set(place, 'down', how ?? 'DingTalk closes the connection as soon as it is open')
      } catch (error) {
        if (signal.aborted) return
        failures++
        const reason = error instanceof Error ? error.message : String(error)
        this.set(place, 'down', reason)
        this.io.log.warn({ reason }, 'a connection to DingTalk failed')
        if (error instanceof GatewayError && error.isConfig) {
          if (!this.places.some((each) => each.state === 'up')) return this.refuse(reason)
          // The others still work with what was valid when they were opened.
          failures = 32
        }
      }
      await pause(backoffMs(failures, this.timing), signal)
    }
  }

  private async open(): Promise<Link> {
    const ticket = await openTicket(this.io)
    const { host } = new URL(ticket.endpoint)
    let opened: Link | undefined
    let isRetired = false
    const agent = await guarded(this.io, ticket.endpoint)
    const link = await openLink({ ...ticket, agent }, this.timing, {
      alive: () => {
        this.lastSeenMs = this.io.clock.now()
      },
      frame: (bytes, reply) => {
        if (this.desk.take(bytes, host, reply) !== 'retire') return
        isRetired = true
        opened?.retire()
      },
    })
    opened = link
    this.lastSeenMs = this.io.clock.now()
    this.links.add(link)
    void link.ended.then(() => this.links.delete(link))
    if (isRetired) link.retire()
    if (this.closing.signal.aborted) link.close()
    if (this.isPaused) link.pause()
    return link
  }

  /** The settings are wrong and nothing is left that works: people have to act. */
  private refuse(reason: string): void {
    if (this.closing.signal.aborted) return
    this.end()
    this.tell('config-error', reason)
    void this.desk.idle().then(() => this.settle.reject(new Error(reason)))
  }

  private set(place: Place, state: Place['state'], reason: string): void {
    place.state = state
    place.reason = reason
    this.report()
  }

  private changed(): void {
    const isFull = this.desk.waiting > (this.isPaused ? mostWaiting / 2 : mostWaiting)
    if (isFull !== this.isPaused) {
      this.isPaused = isFull
      for (const link of this.links) isFull ? link.pause() : link.resume()
    }
    this.report()
  }

  private report(again = false): void {
    if (this.closing.signal.aborted) return
    const [state, detail] = this.truth()
    const key = `${state} ${detail ?? ''}`
    if (key === this.reported && !again) return
    this.reported = key
    this.tell(state, detail)
  }

  private truth(): [ConnectionState['state'], string?] {
    const up = this.places.filter((place) => place.state === 'up').length
    const down = this.places.find((place) => place.state === 'down')
    const trouble = this.desk.trouble
    if (up === 0) return down ? ['down', down.reason] : ['connecting']
    if (trouble !== null) return ['degraded', trouble]
    if (down) return ['degraded', `${up}/${this.places.length}: ${down.reason}`]
    return up === this.places.length ? ['up'] : ['connecting']
  }

  private tell(state: ConnectionState['state'], detail?: string): void {
    this.io.report({
      state,
      sinceMs: this.io.clock.now(),
      ...(this.lastSeenMs === undefined ? {} : { lastSeenMs: this.lastSeenMs }),
      ...(detail ? { detail } : {}),
    })
  }
}
