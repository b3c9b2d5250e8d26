import { describe, expect, it } from 'vitest'
import type { MediaStore, ReceiveItem } from '../../../src/contract/ports.ts'
import { makeReceiver } from '../../../src/inbox/index.ts'
import { derivedId } from '../../../src/kernel/ids.ts'
import type { Database } from '../../../src/store/index.ts'

/** Rows and bytes of bodies of one statement. */
interface Batch {
  readonly rows: number
  readonly bytes: number
}

/** A database that stores nothing and counts what it is given in each statement. */
function countingDatabase() {
  const batches: Batch[] = []
  const query = async (_text: string, values: readonly unknown[]) => {
    const bodies = values.find(
      (column): column is (Buffer | null)[] =>
        Array.isArray(column) && column.some((cell) => Buffer.isBuffer(cell) || cell === null),
    )!
    const bytes = bodies.reduce((sum, body) => sum + (body?.byteLength ?? 0), 0)
    batches.push({ rows: bodies.length, bytes })
    // Whoever arrives while this is written forms the next batch.
    await new Promise((resolve) => setImmediate(resolve))
    return (values[0] as string[]).map((id) => ({ id }))
  }
  return { batches, database: { query } as unknown as Database }
}

function countingMedia() {
  const sizes: number[] = []
  const put = async (content: Uint8Array) => {
    sizes.push(content.byteLength)
    return { ok: true, value: { hash: derivedId('media', sizes.length) } }
  }
  return { sizes, media: { put } as unknown as MediaStore }
}

function item(i: number, bytes: number): ReceiveItem {
  return {
    accountId: derivedId('account'),
    request: {
      method: 'POST',
      path: '/channels/api/a',
      query: {},
      headers: {},
      body: Buffer.alloc(bytes, 'x'),
      remoteAddress: '127.0.0.1',
      receivedAtMs: 0,
    },
    claims: {},
    part: 0,
    kind: 'message',
    dedupeKey: `k${i}`,
    senderKey: `s${i}`,
  }
}

/** Hands in that many requests at once and returns the statements that stored them. */
async function receiveAtOnce(count: number, bytes: number) {
  const { batches, database } = countingDatabase()
  const { media, sizes } = countingMedia()
  let made = 0
  const ids = { next: () => derivedId('envelope', made++) }
  const receiver = makeReceiver({ database, media, ids, stored: () => {} })
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, i) => receiver.receive([item(i, bytes)])),
  )
  expect(outcomes.flat().filter((outcome) => !outcome.duplicate)).toHaveLength(count)
  expect(batches.reduce((sum, batch) => sum + batch.rows, 0)).toBe(count)
  return { batches, filed: sizes }
}

describe('the group commit of the inbox', () => {
  it('puts 1,200 requests that come at once into few statements, none of more than 500 rows', async () => {
    const { batches } = await receiveAtOnce(1200, 400)
    const rows = batches.map((batch) => batch.rows)
    expect(Math.max(...rows)).toBe(500)
    expect(rows.length).toBeLessThanOrEqual(4)
  })

  it('ends a statement at 4 MB of bodies', async () => {
    const limit = 4 * 1024 * 1024
    const { batches } = await receiveAtOnce(200, 60_000)
    const bytes = batches.map((batch) => batch.bytes)
    expect(Math.max(...bytes)).toBeLessThanOrEqual(limit)
    expect(Math.max(...bytes)).toBeGreaterThan(limit - 60_000)
  })

  it('files a body over 64 kB first, and writes the row without it', async () => {
    const { batches, filed } = await receiveAtOnce(3, 64 * 1024 + 1)
    expect(filed).toEqual([65_537, 65_537, 65_537])
    expect(batches.every((batch) => batch.bytes === 0)).toBe(true)
    expect((await receiveAtOnce(3, 64 * 1024)).filed).toEqual([])
  })
})
