import type { ReceiveOutcome, Verified } from '../../../src/contract/channel.ts'
import type { ConnectIo, ReceiveItem } from '../../../src/contract/ports.ts'
import { sha256 } from '../../../src/kernel/hash.ts'
import { frameAnswer } from '../answer.ts'
import type { DingtalkConfig } from '../config.ts'
import { parse } from '../parse.ts'
import { ackFrame, cardTopic, type Frame, readFrame, robotTopic } from './frame.ts'
import { frameRequest } from './request.ts'
import { pause, type Timing } from './timing.ts'

/** What a frame asks of the connection that it came on. */
export type FrameOutcome = 'retire' | undefined

/**
 * Reads frames, stores them, answers them. A frame that cannot be stored is kept in memory and tried again until the channel is
 * closed: DingTalk pushes robot messages once.
 */
export class FrameDesk {
  /** Why frames cannot be stored at the moment; null when they can. */
  trouble: string | null = null
  private readonly io: ConnectIo<DingtalkConfig>
  private readonly timing: Timing
  private readonly signal: AbortSignal
  private readonly changed: () => void
  private readonly kept = new Set<Promise<void>>()

  /** `changed` is called when the trouble or the number of waiting frames changed; nothing is tried again after `signal`. */
  constructor(io: ConnectIo<DingtalkConfig>, timing: Timing, signal: AbortSignal, changed: () => void) {
    this.io = io
    this.timing = timing
    this.signal = signal
    this.changed = changed
  }

  /** Frames that are not stored and answered yet. */
  get waiting(): number {
    return this.kept.size
  }

  /** Takes a frame. Everything but system frames is stored before it is answered. */
  take(bytes: Uint8Array, host: string, reply: (text: string) => void): FrameOutcome {
    const frame = readFrame(bytes)
    if (frame?.type === 'SYSTEM') return system(frame, reply)
    if (frame?.type === 'CALLBACK' && frame.topic !== robotTopic && frame.topic !== cardTopic) {
      this.io.log.warn({ topic: frame.topic }, 'a frame of a topic that was not subscribed')
      reply(ackFrame(frame.messageId, 404, '{}'))
      return undefined
    }
    const kept = this.keep(bytes, frame, host, reply)
      .catch((error: unknown) => this.io.log.error({ err: error }, 'a frame could not be answered'))
      .finally(() => {
        this.kept.delete(kept)
        this.changed()
      })
    this.kept.add(kept)
    this.changed()
    return undefined
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.kept.size > 0) await Promise.allSettled(this.kept)
  }

  private async keep(
    bytes: Uint8Array,
    frame: Frame | null,
    host: string,
    reply: (text: string) => void,
  ): Promise<void> {
    const request = frameRequest(bytes, host, this.io.clock.now(), this.io.config)
    const verified: Verified = { request, claims: {} }
    const outcomes = await this.store(itemsOf(verified, this.io))
    // Not stored: unanswered, so that what can be pushed again is.
    if (!outcomes || !frame?.messageId) return
    reply(ackFrame(frame.messageId, 200, frameAnswer(verified, outcomes)))
  }

  private async store(items: readonly ReceiveItem[]): Promise<readonly ReceiveOutcome[] | null> {
    const { storeMinMs, storeMaxMs } = this.timing
    for (let waitMs = storeMinMs; ; waitMs = Math.min(waitMs * 2, storeMaxMs)) {
      try {
        const outcomes = items.length > 0 ? await this.io.receive(items) : []
        this.say(null)
        return outcomes
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.io.log.error({ err: error }, 'a frame could not be stored and is kept')
        this.say(`received messages cannot be stored: ${reason}`)
        if (this.signal.aborted) return null
        await pause(waitMs, this.signal)
      }
    }
  }

  private say(next: string | null): void {
    if (this.trouble === next) return
    this.trouble = next
    this.changed()
  }
}

/** `ping` is answered with what it carried; `disconnect` is not answered; the rest only tells. */
function system(frame: Frame, reply: (text: string) => void): FrameOutcome {
  if (frame.topic === 'ping') reply(ackFrame(frame.messageId, 200, frame.data))
  return frame.topic === 'disconnect' ? 'retire' : undefined
}

function itemsOf(verified: Verified, io: ConnectIo<DingtalkConfig>): ReceiveItem[] {
  const common = { accountId: io.accountId, request: verified.request, claims: verified.claims }
  try {
    return parse(verified).map(({ kind, dedupeKey, senderKey }, part) => {
      return { ...common, part, kind, dedupeKey, senderKey }
    })
  } catch (error) {
    // Nobody will push it again: kept as it came and parked as dead, where people see it.
    io.log.warn({ err: error }, 'a frame could not be read and is parked')
    const dedupeKey = `unreadable:${sha256(verified.request.body)}`
    return [{ ...common, part: 0, kind: 'message', dedupeKey, senderKey: '' }]
  }
}
