/** When Feishu delivers again what was not answered, ms after the try before; then it gives up. */
export const ladderMs: readonly number[] = [15_000, 5 * 60_000, 3_600_000, 6 * 3_600_000]

/** An app's answer to a delivery. */
export interface AppAnswer {
  readonly body: unknown
}

/** Brings an event to the app; null when it was not taken in time. */
export type Transport = (event: object) => Promise<AppAnswer | null>

interface Delivery {
  readonly event: object
  tries: number
  dueMs: number
}

/** Delivers events and, on the given clock, delivers again. */
export class Ladder {
  /** Events that Feishu gave up. */
  readonly lost: object[] = []
  private waiting: Delivery[] = []
  private readonly transport: Transport
  private readonly now: () => number

  constructor(transport: Transport, now: () => number) {
    this.transport = transport
    this.now = now
  }

  /** Delivers for the first time. True when it was taken. */
  async push(event: object): Promise<boolean> {
    const delivery = { event, tries: 0, dueMs: this.now() }
    return await this.attempt(delivery)
  }

  /** When something is to be delivered next; null when nothing waits. */
  nextMs(): number | null {
    return this.waiting.length > 0 ? Math.min(...this.waiting.map((one) => one.dueMs)) : null
  }

  /** Delivers again all that is due. Returns how many were taken. */
  async redeliver(): Promise<number> {
    const due = this.waiting.filter((one) => one.dueMs <= this.now())
    this.waiting = this.waiting.filter((one) => one.dueMs > this.now())
    const taken = await Promise.all(due.map((one) => this.attempt(one)))
    return taken.filter(Boolean).length
  }

  private async attempt(delivery: Delivery): Promise<boolean> {
    if (await this.transport(delivery.event)) return true
    const wait = ladderMs[delivery.tries]
    delivery.tries++
    if (wait === undefined) this.lost.push(delivery.event)
    else this.waiting.push({ ...delivery, dueMs: this.now() + wait })
    return false
  }
}
