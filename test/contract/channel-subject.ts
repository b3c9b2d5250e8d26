import type { Channel, ProviderCall, RawRequest, RawResponse } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'

/** Something that this channel or its vendor does not know, and why; the check is then passed over by name. */
export interface Never {
  readonly never: string
}

export function isNever(value: unknown): value is Never {
  return typeof value === 'object' && value !== null && 'never' in value
}

/** What the vendor does with the next call. */
export type Mood =
  /** Answers with its "too many calls" error, and says how long to wait where it can (`waitMs`). */
  | 'busy'
  /** Has an error of its own (5xx). */
  | 'broken'
  /** Takes the call and never answers. */
  | 'silent'
  /** Refuses for good: no such receiver. */
  | 'refusing'
  /** Says that the access token has expired. */
  | 'expired'

/** The vendor's side of sending, played by an emulator on loopback that shares no code with the channel. */
export interface Vendor<C> {
  /** The subject's config, pointed at the emulator. */
  readonly config: C
  /** Sets the mood of the next call, or says why there is no such mood. */
  mood(mood: Mood): Never | undefined
  /** How long the vendor asks to wait when `busy`, ms; absent when it never says. */
  readonly waitMs?: number
  /** What receivers have got, after the vendor dropped repeats by its own rules. */
  received(): readonly { readonly words: string; readonly reference: string }[]
  /** Calls refused because the vendor's reply window was closed or used up. */
  readonly refusedByWindow: () => number
  /** The customer writes: the vendor's reply window opens. */
  customerWrote(nowMs: number): void
  close(): Promise<void>
}

/** A channel under the contract: what only its own test can know. */
export interface ChannelSubject<C = unknown> {
  readonly channel: Channel<C>
  readonly config: C
  /** Members of the settings that must be encrypted at rest. */
  readonly secretMembers: readonly string[]
  /** The moment at which everything starts, ms. */
  readonly startMs: number
  /** A genuine request as the vendor sends it at that moment: same `id`, same event, however often it is delivered. */
  sign(body: Uint8Array, id: string, nowMs: number): RawRequest
  /** A text message of a customer; `id` is the vendor's id of it. */
  text(text: string, id: string): Uint8Array
  /** A message of a type that this channel has never heard of. */
  readonly unknown: Uint8Array | Never
  /** A message of our own that the vendor sends back to us. */
  readonly echo: Uint8Array | Never
  /** A message with a file, and the file's bytes. */
  readonly media: { readonly body: Uint8Array; readonly content: Uint8Array } | Never
  /** The same request without any proof of its sender. */
  unsigned(request: RawRequest): RawRequest | Never
  /** The same request, proved with somebody else's key. */
  forged(request: RawRequest): RawRequest | Never
  /** The same request with other content under the old proof. */
  tampered(request: RawRequest): RawRequest | Never
  /** What only a channel with native cards knows; such a channel must give it. */
  readonly cards?: {
    /** A tap on a button of a card that carries this id, as the vendor reports it. */
    press(cardId: string, key: string, id: string): Uint8Array
    /** Something that must come back in `action.args.handle`; absent where the vendor gives nothing for a later change. */
    readonly handle?: string
    /** What the person who tapped reads at once of the answer to the vendor's request. */
    readonly answered: ((response: RawResponse, request: RawRequest) => string) | Never
    /** Why a card that was sent cannot be changed. */
    readonly change?: Never
  }
  /** When this vendor delivers again, ms after the first try, where it is known; the suite's own times when absent. */
  readonly ladderMs?: readonly number[]
  /** A captured request is refused after this time, ms. */
  readonly toleranceMs: number | Never
  /** Whether the vendor takes this answer as "received" and stops delivering. */
  accepts(response: RawResponse): boolean
  /** External id of a receiver, and what a conversation knows about answering there. */
  readonly receiver: { readonly to: string; readonly thread: JsonObject }
  /** The words that people will read of a call. */
  wordsOf(call: ProviderCall): string
  /** Starts the vendor's side. */
  vendor(): Promise<Vendor<C>>
  /**
   * Set where the vendor's callback only announces (a `pull-hint`): settings that reach the place where everything that `sign` was
   * given waits. The checks then look at what the channel pulls from there.
   */
  readonly pulled?: { readonly config: C }
  /** Ends what the subject started. */
  close?(): Promise<void>
}
