import type { Agent } from 'node:http'
import type { Clock } from '../kernel/clock.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Log } from '../kernel/log.ts'
import type { Refusal, Result } from '../kernel/result.ts'
import { sentence } from '../kernel/sentence.ts'
import type { RawRequest, ReceiveOutcome } from './channel.ts'
import type { Envelope } from './message.ts'

/** Limits of one outgoing request. */
export interface FetchLimits {
  /** Whole request including redirects, ms; default 15,000. */
  readonly timeoutMs?: number
  /** Largest body read; default 10 MB. */
  readonly maxBytes?: number
  /** Accepted content types, e.g. `audio/*`; any when absent. */
  readonly accept?: readonly string[]
  /** Redirects followed, each checked again; default 3. */
  readonly maxRedirects?: number
}

/**
 * `fetch` for addresses that somebody else chose. Private, loopback and link-local addresses are refused after DNS and
 * at each redirect, and the connection goes to the address that was checked (no rebinding), unless an administrator
 * allowed the host. Throws FetchError.
 */
export type SafeFetch = (
  url: string,
  init?: {
    method?: string
    headers?: Record<string, string>
    body?: string | Uint8Array
    signal?: AbortSignal
  },
  limits?: FetchLimits,
) => Promise<SafeResponse>

/**
 * The agent for a WebSocket to an address that somebody else chose, under the rules of `SafeFetch`: the scheme is wss, or ws to a host
 * that an administrator allowed; the connection goes to the address that was checked. The client must not follow redirects.
 * Rejects with FetchError, and so does the connection when the name leads elsewhere meanwhile.
 */
export type SafeAgent = (url: string) => Promise<Agent>

/** Why `fetch` gave no response: a private address, a limit, or the network. An answer with an error status is a response. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly refusal: Refusal

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(sentence(refusal, 'en'), options)
    this.refusal = refusal
  }
}

export interface SafeResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  bytes(): Promise<Uint8Array>
  text(): Promise<string>
  json(): Promise<JsonValue>
}

/** Content-addressed files. Stored before anybody refers to them. */
export interface MediaStore {
  /**
   * Stores bytes (fsynced before it resolves), finds the real type from the content, enforces the limits. Idempotent.
   * Refuses with `media.too_large`, `media.type_refused` or `store.full`, and then keeps nothing.
   */
  put(
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: {
      readonly declaredType?: string
      readonly maxBytes?: number
      readonly accept?: readonly string[]
    },
  ): Promise<Result<StoredMedia>>
  /** The whole content; rejects with ENOENT when it is not there. */
  get(hash: string): Promise<Uint8Array>
  /** The content piece by piece; `range` names the first and the last byte. Rejects with ENOENT when it is not there. */
  stream(
    hash: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncIterable<Uint8Array>>
  has(hash: string): Promise<boolean>
  /** What a put of the same content answers; null when it is not there. `declaredType` only chooses among kinds of plain text. */
  look(hash: string, declaredType?: string): Promise<StoredMedia | null>
}

export interface StoredMedia {
  /** SHA-256 of the content, lower-case hex. */
  readonly hash: string
  readonly size: number
  /** The type that the content shows, not the one that was declared. */
  readonly contentType: string
}

/** A named lock with an end, held in the database; `token` grows with each holder (fencing). */
export interface LeasePort {
  /** Takes the lease or returns null when somebody holds it. */
  acquire(name: string, ttlMs: number): Promise<Lease | null>
}
export interface Lease {
  readonly name: string
  readonly token: bigint
  /** Extends it; false when it was lost. */
  renew(ttlMs: number): Promise<boolean>
  release(): Promise<void>
}

/** Access tokens of vendors: stored encrypted, shared by all nodes, fetched by one of them at a time. */
export interface TokenPort {
  /**
   * The token of that name, unique per account. `fetchToken` is run when none is stored, when it is about to end (a tenth of its
   * life, at most 5 min), or when the stored one is `refused`, the value that the vendor has just called invalid: of many callers
   * with the same refused value one fetches, and the others get what it fetched. Rejects as `fetchToken` does.
   */
  get(name: string, fetchToken: () => Promise<FreshToken>, refused?: string): Promise<string>
}

/** A token as the vendor gave it. */
export interface FreshToken {
  readonly value: string
  /** How long it is good from now, ms. */
  readonly lifeMs: number
}

/** Runs `body` on exactly one node at a time while this process lives; `signal` aborts when leadership is lost. */
export type LeaderPort = (
  name: string,
  body: (signal: AbortSignal, token: bigint) => Promise<void>,
) => { stop(): Promise<void> }

/** Keeps something running: starts it again with growing pauses, and reports its state truthfully. */
export type SupervisePort = (
  name: string,
  start: (signal: AbortSignal, report: (state: ConnectionState) => void) => Promise<void>,
  options?: { readonly minDelayMs?: number; readonly maxDelayMs?: number },
) => { stop(): Promise<void>; state(): ConnectionState }

/** What the console's connection page shows. */
export interface ConnectionState {
  readonly state: 'connecting' | 'up' | 'degraded' | 'down' | 'stopped' | 'config-error'
  readonly sinceMs: number
  /** Last proof of life: a frame, a poll, a delivery. */
  readonly lastSeenMs?: number
  readonly detail?: string
}

/** One envelope to be stored together with the request that it came in. */
export interface ReceiveItem {
  readonly accountId: string
  readonly request: RawRequest
  readonly claims: { [key: string]: JsonValue }
  /** Position of the envelope in what `parse` returns for this request. */
  readonly part: number
  readonly kind: Envelope['kind']
  readonly dedupeKey: string
  readonly senderKey: string
}

/**
 * Durable when it resolves: every item is committed, or found to be there already; the cursor is saved in the same transaction.
 * Items of the kind `action` are run after that, and their outcomes carry the answer when it was there in time.
 */
export type ReceivePort = (
  items: readonly ReceiveItem[],
  cursor?: { readonly accountId: string; readonly name: string; readonly value: JsonValue },
) => Promise<readonly ReceiveOutcome[]>

/** What a channel may use. Everything that touches the outside comes through here. */
export interface ChannelIo<Config> {
  readonly accountId: string
  readonly config: Config
  readonly fetch: SafeFetch
  readonly media: MediaStore
  readonly lease: LeasePort
  readonly tokens: TokenPort
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** The address under which the world reaches this hub; null when none is configured. */
  readonly publicUrl: string | null
}

/** What a connecting channel may use besides. */
export interface ConnectIo<Config> extends ChannelIo<Config> {
  readonly agentFor: SafeAgent
  readonly receive: ReceivePort
  cursor(name: string): Promise<JsonValue | null>
  report(state: ConnectionState): void
}
