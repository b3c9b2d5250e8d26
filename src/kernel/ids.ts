import { createHash, randomBytes } from 'node:crypto'

/** A source of new ids; injected so that a replay can derive them. */
export interface Ids {
  /** A new UUID. */
  next(): string
}

function format(bytes: Uint8Array, version: number): string {
  const b = Buffer.from(bytes.subarray(0, 16))
  b[6] = (b[6]! & 0x0f) | (version << 4)
  b[8] = (b[8]! & 0x3f) | 0x80
  const hex = b.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then the given ten random bytes. */
export function uuidv7(nowMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.set(random.subarray(0, 10), 6)
  return format(bytes, 7)
}

/** New ids in time order, from a clock and the system's randomness, which is asked for many at once. */
export function timeIds(now: () => number): Ids {
  let pool = Buffer.alloc(0)
  return {
    next() {
      if (pool.length === 0) pool = randomBytes(10 * 256)
      const random = pool.subarray(0, 10)
      pool = pool.subarray(10)
      return uuidv7(now(), random)
    },
  }
}

/**
 * An id that follows from what caused it (UUID version 8 over SHA-256), so that doing the same work twice,
 * or replaying it, names the same thing.
 */
export function derivedId(...parts: readonly (string | number)[]): string {
  return format(createHash('sha256').update(parts.join('\u0000')).digest(), 8)
}

/** Ids derived from a cause and a running ordinal: the first id asked for is ordinal 0. */
export function derivedIds(cause: string): Ids {
  let ordinal = 0
  return { next: () => derivedId(cause, ordinal++) }
}
