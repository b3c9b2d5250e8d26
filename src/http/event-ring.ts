import type { PlacedEvent } from '../queue/index.ts'

/** The newest events in memory: everything after one position up to another. */
export interface EventRing {
  /** The newest position that was read. */
  head(): number
  /** Whether everything after this position is here. */
  covers(position: number): boolean
  after(position: number): readonly PlacedEvent[]
  /** Appends what was read after `head`. */
  push(events: readonly PlacedEvent[]): void
  /**
   * Forgets everything and goes on from a position. A read from an earlier one that ends only now may still be pushed: the ring
   * then goes on from there, and stays complete.
   */
  restart(position: number): void
}

/** Makes an empty ring that keeps `size` events. */
export function makeEventRing(size: number): EventRing {
  let events: PlacedEvent[] = []
  let from = 0
  let head = 0
  return {
    head: () => head,
    covers: (position) => position >= from,
    after: (position) => events.slice(firstAfter(events, position)),
    push(more) {
      events.push(...more)
      head = more.at(-1)?.position ?? head
      if (events.length <= size) return
      from = events.splice(0, events.length - size).at(-1)!.position
    },
    restart(position) {
      events = []
      from = position
      head = position
    },
  }
}

/** Index of the first event after a position, by halving. */
function firstAfter(events: readonly PlacedEvent[], position: number): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (events[middle]!.position <= position) low = middle + 1
    else high = middle
  }
  return low
}
