import type { Wake } from '../write.ts'

/**
 * Wakes workers, here and on other nodes, when there is something to do. It carries no truth: a driver that forgets everything
 * delays work until the next sweep (a second) and loses nothing.
 */
export interface WakeDriver {
  /** Begins to hear of what other nodes wrote; `wake` is called when something may be due. Only nodes that work start it. */
  start(wake: () => void): Promise<void>
  /** Tells other nodes that jobs were written, or with an empty list that envelopes wait; called after the commit. */
  announce(wakes: readonly Wake[]): void
  stop(): Promise<void>
}
