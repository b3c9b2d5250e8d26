import type { ReceiveOutcome } from '../contract/channel.ts'
import type { MediaStore, ReceiveItem, ReceivePort } from '../contract/ports.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Ids } from '../kernel/ids.ts'
import { RefusedError } from '../kernel/result.ts'
import { storable } from '../kernel/storable.ts'
import { CompiledQuery, type Database, isUnavailable, json } from '../store/index.ts'
import { type EnvelopeRow, insertEnvelopes } from './insert.ts'

/** A batch ends at this many rows … */
const batchRows = 500
/** … or at this many bytes of bodies. */
const batchBytes = 4 * 1024 * 1024
/** Larger bodies go to the media store first; the row names the hash. */
const inlineBytes = 64 * 1024
/** The rate of arrivals is counted over windows of this length … */
const windowMs = 50
/** … and above this many in one, the door is busy. */
const busyRows = 25

interface Waiting extends EnvelopeRow {
  readonly bytes: number
  readonly resolve: (outcome: ReceiveOutcome) => void
  readonly reject: (error: unknown) => void
}

/** The inbox's door. */
export interface Receiver {
  readonly receive: ReceivePort
  /** More arrives at the moment than could be worked off as it comes (500 a second): accepting goes first. */
  busy(): boolean
  /** Resolves when everything that was handed in is stored or refused. */
  drain(): Promise<void>
}

export interface ReceiverOptions {
  readonly database: Database
  readonly media: MediaStore
  readonly ids: Ids
  /** Called after each commit that stored something new. */
  readonly stored: () => void
  /** How long after its arrival an item is left to whoever received it, ms; 0 and by default not at all. */
  readonly heldMs?: (item: ReceiveItem) => number
}

/**
 * Durable receiving by adaptive group commit: no timer; what arrives while a batch is being written forms the next one, so that
 * rows get their places in the order in which they came. `receive` resolves after the commit. A failed batch is retried row by
 * row, so that one bad row refuses only itself.
 */
export function makeReceiver(options: ReceiverOptions): Receiver {
  const { database, stored } = options
  const run = <R extends object>(text: string, values: readonly unknown[], name: string) =>
    database.query<R>(text, values, name)
  let queue: Waiting[] = []
  let writing = false
  const idle: (() => void)[] = []

  const arrivals = makeRate()

  async function pump(): Promise<void> {
    if (writing) return
    writing = true
    while (queue.length > 0) {
      const rows = batchLength(queue)
      const batch = queue.slice(0, rows)
      queue = queue.slice(rows)
      await write(batch)
    }
    writing = false
    for (const done of idle.splice(0)) done()
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await insertEnvelopes(run, batch)
      for (const [i, row] of batch.entries()) row.resolve(outcomes[i]!)
      if (outcomes.some((o) => !o.duplicate)) stored()
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) {
        for (const row of batch) row.reject(error)
        return
      }
      for (const row of batch) await write([row])
    }
  }

  async function receive(...[items, cursor]: Parameters<ReceivePort>): Promise<readonly ReceiveOutcome[]> {
    const rows: EnvelopeRow[] = []
    arrivals.count(items.length)
    for (const item of items) rows.push(await prepareRow(item, options))
    if (cursor) {
      const outcomes = await receiveWithCursor(database, rows, cursor)
      if (outcomes.some((o) => !o.duplicate)) stored()
      return outcomes
    }
    return await Promise.all(
      rows.map(
        (row) =>
          new Promise<ReceiveOutcome>((resolve, reject) => {
            queue.push({
              ...row,
              bytes: row.bodyMedia === null ? row.item.request.body.byteLength : 0,
              resolve,
              reject,
            })
            void pump()
          }),
      ),
    )
  }

  return {
    receive,
    busy: arrivals.busy,
    drain: async () => {
      if (!writing) return
      await new Promise<void>((resolve) => idle.push(resolve))
    },
  }
}

/** Counts in windows of the monotonic clock. */
function makeRate() {
  let windowAt = 0
  let current = 0
  let last = 0
  const turn = () => {
    const at = Math.floor(performance.now() / windowMs)
    if (at === windowAt) return
    last = at === windowAt + 1 ? current : 0
    current = 0
    windowAt = at
  }
  return {
    count(rows: number): void {
      turn()
      current += rows
    },
    busy(): boolean {
      turn()
      return last > busyRows || current > busyRows
    },
  }
}

function batchLength(queue: readonly Waiting[]): number {
  let rows = 0
  let bytes = 0
  while (rows < queue.length && rows < batchRows) {
    bytes += queue[rows]!.bytes
    if (rows > 0 && bytes > batchBytes) break
    rows++
  }
  return rows
}

async function prepareRow(given: ReceiveItem, { media, ids, heldMs }: ReceiverOptions): Promise<EnvelopeRow> {
  // All but the body, which is kept as it came: text and jsonb refuse what a sender can put into a name or a header.
  const item = storable(given)
  const { body } = item.request
  const held = heldMs?.(item) ?? 0
  const heldUntilMs = held > 0 ? item.request.receivedAtMs + held : null
  if (body.byteLength <= inlineBytes) {
    return { id: ids.next(), item, bodyHash: sha256(body), bodyMedia: null, heldUntilMs }
  }
  const stored = await media.put(body, { maxBytes: Number.MAX_SAFE_INTEGER })
  if (!stored.ok) throw new RefusedError(stored.refusal)
  const { hash } = stored.value
  return { id: ids.next(), item, bodyHash: hash, bodyMedia: hash, heldUntilMs }
}

/** What a pull brought and how far it read, in one transaction. */
async function receiveWithCursor(
  database: Database,
  rows: readonly EnvelopeRow[],
  cursor: NonNullable<Parameters<ReceivePort>[1]>,
): Promise<readonly ReceiveOutcome[]> {
  return await database.transaction(async (tx) => {
    const run = async <R extends object>(text: string, values: readonly unknown[]) =>
      (await tx.executeQuery<R>(CompiledQuery.raw(text, [...values]))).rows
    const outcomes = rows.length > 0 ? await insertEnvelopes(run, rows) : []
    const value = json(storable(cursor.value))
    await tx
      .insertInto('channel_cursor')
      .values({ accountId: cursor.accountId, name: cursor.name, value })
      .onConflict((c) => c.columns(['accountId', 'name']).doUpdateSet({ value, updatedAt: new Date() }))
      .execute()
    return outcomes
  })
}
