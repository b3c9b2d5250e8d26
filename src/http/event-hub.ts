import type { Log } from '../kernel/log.ts'
import type { PlacedEvent } from '../queue/index.ts'
import { type EventRing, makeEventRing } from './event-ring.ts'

/** Where the hub reads events; positions never appear below one that was read. */
export interface EventSource {
  after(position: number, limit: number): Promise<readonly PlacedEvent[]>
  bounds(): Promise<{ readonly oldest: number | null; readonly newest: number }>
  /** The newest committed position. */
  newest(): Promise<number>
}

/** One reader's end. */
export interface Subscriber {
  /** The reader may see it. */
  visible(event: PlacedEvent): boolean
  /** Sends one event; false when the reader is slow and nothing more should come until `ready`. */
  send(event: PlacedEvent): boolean
  /** Tells the reader that it cannot be served from its cursor: it must load everything again. */
  reload(): void
}

export interface Subscription {
  /** Everything up to here was sent or was not for this reader. */
  cursor(): number
  /** The reader can take more. */
  ready(): void
  end(): void
}

export interface EventHub {
  /** Starts after `cursor`, or now when it is null. */
  subscribe(subscriber: Subscriber, cursor: number | null): Promise<Subscription>
  /** Something was placed: read at once. */
  wake(): void
  close(): void
}

/** Events kept in memory for all readers together. */
const ringSize = 2000
const page = 500
/** Other processes place events as well; their news is found by looking. */
const pollMs = 500

interface Reader {
  readonly subscriber: Subscriber
  cursor: number
  blocked: boolean
  reading: boolean
  ended: boolean
}

/** What all readers of this process share. */
interface Shared {
  readonly source: EventSource
  readonly ring: EventRing
  readonly readers: Set<Reader>
  readonly log: Log
}

/**
 * One reader of the event table for all streams of this process. Each stream has its own cursor and takes from the ring, or from
 * the table while it is behind; a slow one waits at its cursor and costs no memory.
 */
export function makeEventHub(source: EventSource, log: Log): EventHub {
  const shared: Shared = { source, ring: makeEventRing(ringSize), readers: new Set(), log }
  const { readers } = shared
  const wake = singly(() => readAhead(shared), log)
  let timer: NodeJS.Timeout | null = null

  function keepLooking(): void {
    if (readers.size === 0) {
      if (timer) clearInterval(timer)
      timer = null
    } else timer ??= setInterval(wake, pollMs)
  }

  return {
    async subscribe(subscriber, cursor) {
      const reader: Reader = { subscriber, cursor: 0, blocked: false, reading: false, ended: false }
      reader.cursor = await startOf(shared, subscriber, cursor)
      readers.add(reader)
      keepLooking()
      void serve(reader, shared)
      wake()
      return {
        cursor: () => reader.cursor,
        ready: () => {
          reader.blocked = false
          void serve(reader, shared)
        },
        end: () => {
          reader.ended = true
          readers.delete(reader)
          keepLooking()
        },
      }
    },
    wake,
    close: () => {
      for (const reader of readers) reader.ended = true
      readers.clear()
      keepLooking()
    },
  }
}

/** Runs `work` one at a time; called meanwhile, it runs once more afterwards. */
function singly(work: () => Promise<void>, log: Log): () => void {
  let running = false
  let again = false
  return function wake() {
    again = true
    if (running) return
    running = true
    void (async () => {
      while (again) {
        again = false
        await work().catch((error: unknown) => log.warn({ err: error }, 'events could not be read'))
      }
      running = false
    })()
  }
}

/** Reads what is new into the ring, for everybody. */
async function readAhead({ source, ring, readers, log }: Shared): Promise<void> {
  while (readers.size > 0) {
    const events = await source.after(ring.head(), page)
    if (events.length === 0) return
    ring.push(events)
    for (const reader of readers) void serve(reader, { source, ring, readers, log })
    if (events.length < page) return
  }
}

/** Where a reader begins: at its cursor, if nothing after it can have been missed; else now, and it is told. */
async function startOf(shared: Shared, subscriber: Subscriber, cursor: number | null): Promise<number> {
  const { source, ring, readers } = shared
  // Nobody read for a while: what happened meanwhile is nobody's news.
  if (readers.size === 0) ring.restart(await source.newest())
  if (cursor === null) return await source.newest()
  const { oldest, newest } = await source.bounds()
  const gone = oldest === null ? cursor < newest : cursor < oldest - 1
  if (!gone && cursor <= newest) return cursor
  const now = await source.newest()
  subscriber.reload()
  return now
}

/** Gives a reader everything that it lacks, until it is full. */
async function serve(reader: Reader, { source, ring, log }: Shared): Promise<void> {
  if (reader.reading || reader.blocked || reader.ended) return
  reader.reading = true
  try {
    while (!reader.ended && !reader.blocked && reader.cursor < ring.head()) {
      const { cursor } = reader
      const events = ring.covers(cursor) ? ring.after(cursor) : await source.after(cursor, page)
      if (events.length === 0) break
      handOver(reader, events)
    }
  } catch (error) {
    log.warn({ err: error }, 'events for a reader that is behind could not be read')
  } finally {
    reader.reading = false
  }
}

function handOver(reader: Reader, events: readonly PlacedEvent[]): void {
  for (const event of events) {
    if (reader.ended || reader.blocked) return
    reader.cursor = event.position
    if (reader.subscriber.visible(event)) reader.blocked = !reader.subscriber.send(event)
  }
}
