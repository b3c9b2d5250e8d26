import { canonicalJson, sha256 } from '../kernel/hash.ts'
import type { JsonValue } from '../kernel/json.ts'
import { ok, type Result } from '../kernel/result.ts'

/** One entry of a ticket's timeline as the chain sees it. */
export interface ChainedEvent {
  readonly ticketId: string
  /** 1, 2, 3 … without a gap. */
  readonly seq: number
  readonly type: string
  readonly atMs: number
  /** Who did it; part of the digest. */
  readonly actor: JsonValue
  /** Null after erasure of personal data, together with the salt. */
  readonly payload: JsonValue
  readonly salt: string | null
  /** Digest of payload and salt; stays after erasure. */
  readonly payloadDigest: string
  readonly digest: string
}

/** What a new entry is made of. The salt is at least 16 random bytes as text, so that an erased payload cannot be guessed. */
export type NewEntry = Pick<ChainedEvent, 'ticketId' | 'type' | 'atMs' | 'actor' | 'payload'> & {
  readonly salt: string
}

/** The end of a chain: kept with the ticket, it shows that no later entry was cut off. */
export interface ChainHead {
  readonly seq: number
  readonly digest: string
}

/** Why a chain does not hold, at its first broken entry. */
export interface BrokenLink {
  /** The entry's number, or the number that was expected where one is missing. */
  readonly seq: number
  readonly reason: 'gap' | 'ticket' | 'payload' | 'half_erased' | 'digest' | 'cut'
}

/** The head of a chain without entries. */
export const emptyChain: ChainHead = { seq: 0, digest: '0'.repeat(64) }

function saltedDigest(payload: JsonValue, salt: string): string {
  return sha256(canonicalJson([salt, payload]))
}

function digestOf(prev: string, event: Omit<ChainedEvent, 'payload' | 'salt' | 'digest'>): string {
  const { ticketId, seq, type, atMs, actor, payloadDigest } = event
  return sha256(canonicalJson([prev, ticketId, seq, type, atMs, actor, payloadDigest]))
}

/** Makes the next entry of a chain. */
export function chain(head: ChainHead, entry: NewEntry): ChainedEvent {
  const payloadDigest = saltedDigest(entry.payload, entry.salt)
  const event = { ...entry, seq: head.seq + 1, payloadDigest }
  return { ...event, digest: digestOf(head.digest, event) }
}

/** Removes what an entry says; its place in the chain stays valid. Erasing twice changes nothing. */
export function erase(event: ChainedEvent): ChainedEvent {
  return { ...event, payload: null, salt: null }
}

function brokenAt(event: ChainedEvent, head: ChainHead, ticketId: string): BrokenLink['reason'] | null {
  if (event.seq !== head.seq + 1) return 'gap'
  if (event.ticketId !== ticketId) return 'ticket'
  if (event.salt === null && event.payload !== null) return 'half_erased'
  if (event.salt !== null && saltedDigest(event.payload, event.salt) !== event.payloadDigest) return 'payload'
  return digestOf(head.digest, event) === event.digest ? null : 'digest'
}

/**
 * Checks a whole timeline, in order. Gives the head when it holds, or the first broken link. With `expected`, the head that
 * was noted elsewhere, a chain whose end was cut off is found too.
 */
export function verifyChain(
  events: readonly ChainedEvent[],
  expected?: ChainHead,
): Result<ChainHead, BrokenLink> {
  let head = emptyChain
  for (const event of events) {
    const reason = brokenAt(event, head, events[0]!.ticketId)
    if (reason) return { ok: false, refusal: { seq: reason === 'gap' ? head.seq + 1 : event.seq, reason } }
    head = { seq: event.seq, digest: event.digest }
  }
  if (expected && (expected.seq !== head.seq || expected.digest !== head.digest)) {
    return { ok: false, refusal: { seq: head.seq + 1, reason: 'cut' } }
  }
  return ok(head)
}
