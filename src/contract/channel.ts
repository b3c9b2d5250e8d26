import type { z } from 'zod'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Result } from '../kernel/result.ts'
import type { Envelope } from './message.ts'
import type { ChannelIo, ConnectIo } from './ports.ts'

/** The kinds of channel that exist; a folder under channels/ each. */
export type ChannelKind = string

/** A request as it arrived, before anybody believed it. For pulled sources (IMAP) `method` and `path` name the source. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly remoteAddress: string
  /** When the first byte was read by our server, ms. */
  readonly receivedAtMs: number
}

/** A believed request: the raw bytes and what verification established besides. Stored, so that `parse` can run again. */
export interface Verified {
  readonly request: RawRequest
  /** What only verification can know: decrypted text, the token's id, the account of a form. JSON, stored with the envelope. */
  readonly claims: JsonObject
}

export interface RawResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** How receiving went, one entry for each envelope of the request. */
export interface ReceiveOutcome {
  readonly envelopeId: string
  /** True when the same dedupe key was stored before. */
  readonly duplicate: boolean
  /** For a duplicate: whether the stored content differs from this one. */
  readonly contentDiffers?: boolean
  /**
   * For an `action`: what came of it, if that was known `ackBudgetMs − 500` after it was stored. Absent for everything else, and
   * when it took longer: the channel then says 处理中, and the card follows as an update of its own. Repeats get it too.
   */
  readonly answer?: ActionAnswer
}

/** What a tap on a card led to, in words for the person who tapped. */
export interface ActionAnswer {
  readonly tone: 'success' | 'info' | 'warning' | 'error'
  /** One sentence, e.g. `已接单` or `已被李师傅接单`. */
  readonly text: string
  /** The whole card as it looks from now on; the card stays as it is when absent. */
  readonly card?: Card
}

export interface Capabilities {
  /** Longest text of one outgoing message, in code points; longer text is split. */
  readonly maxTextLength: number
  readonly cards: 'native' | 'text'
  readonly attachments: boolean
  /** The vendor's limit for our answer, ms; null when nobody waits. */
  readonly ackBudgetMs: number | null
  /** How long after the first try the vendor may deliver again, ms. */
  readonly redeliveryHorizonMs: number
  /** How long and how often we may write after the customer wrote; null for no limit, 0 messages where we can never write (a reported call). */
  readonly replyWindow: { readonly windowMs: number; readonly messages: number | null } | null
  readonly idempotentSend: 'key' | 'window' | 'none'
  /** False where the customer sees what we say but cannot answer there (a form). Default true. */
  readonly takesReplies?: boolean
  /** Messages carry no names: senders are asked for by `nameOf`. */
  readonly asksNames?: boolean
  /** Largest request body that the vendor may send us, bytes; the hub's own limit (10 MB) when absent. */
  readonly maxRequestBytes?: number
  /** Quiet time after the last message before a ticket is considered, ms: 0 for forms and e-mail. */
  readonly settleMs: number
  /**
   * For channels that anybody on the Internet may write to: how many requests the mount takes of one remote address, and of one
   * `senderKey`, within a time; more are refused with `request.rate_limited`.
   */
  readonly requestLimits?: {
    readonly address: { readonly requests: number; readonly windowMs: number }
    readonly sender: { readonly requests: number; readonly windowMs: number }
  }
  /** For `idempotentSend: 'window'`: how long after the first try the vendor still knows our key, ms. */
  readonly idempotencyWindowMs?: number
}

/** What the hub says on a channel. */
export interface Outbound {
  /** A short reference that people see and that stays the same over retries; the ticket number where there is one. */
  readonly reference: string
  /** External id of the receiver. */
  readonly to: string
  readonly text: string
  readonly html?: string
  readonly subject?: string
  readonly card?: Card
  readonly attachments?: readonly {
    readonly name: string
    readonly contentType: string
    readonly hash: string
    readonly size: number
  }[]
  readonly quickReplies?: readonly string[]
  /** True when no person wrote it; e-mail marks it (RFC 3834). */
  readonly automatic: boolean
  /** What the conversation knows about answering (e-mail: Message-ID, References, subject, participants). */
  readonly thread: JsonObject
  /** The hub's own id of the outgoing message; channels derive Message-IDs and idempotency keys from it. */
  readonly messageId: string
  readonly lang: 'zh' | 'en'
  /**
   * Set when this takes the place of a card that was sent before: channels with native cards change that card instead of sending
   * another one. Where the vendor cannot (any more), or has no cards, it is sent as a message of its own.
   */
  readonly replaces?: ReplacedCard
}

/** A card that was sent before, as the channel named it. */
export interface ReplacedCard {
  /** `Card.id` of the card, the same on all its versions. */
  readonly cardId: string
  /** Of its receipt. */
  readonly providerMessageId: string
  /** The newest handle: of the receipt (`Receipt.handle`) or of a later tap (`action.args.handle`); null when there is none. */
  readonly handle: JsonObject | null
}

/**
 * A card in the hub's own words; each channel draws it natively or as text. A button with a `url` leads there; one without is
 * pressed: the channel makes an `action` envelope of it, named `card.press`, with args `{cardId, key, handle?, values?}`, where
 * `handle` is what the vendor gave for a later update and `values` what was filled in.
 */
export interface Card {
  /** Names the card toward the vendor and in `card.press`; 1 to 64 of `[0-9A-Za-z_-]`. Needed where a button is pressed. */
  readonly id?: string
  readonly title: string
  /** What has become of it, in place of the buttons or beside them, e.g. `已接单`. */
  readonly state?: { readonly text: string; readonly tone: 'success' | 'info' | 'warning' | 'error' }
  readonly urgency?: 'low' | 'normal' | 'high' | 'critical'
  readonly lines: readonly { readonly label: string; readonly value: string }[]
  readonly buttons: readonly {
    /** Comes back in `card.press`; up to 200 of `[0-9A-Za-z_.:-]`. */
    readonly key: string
    readonly text: string
    readonly style?: 'primary' | 'danger' | 'default'
    readonly url?: string
  }[]
}

/** One call to the vendor; an outbox part of its own. */
export interface ProviderCall {
  readonly name: string
  readonly body: JsonObject
  /** One line for the console that says what this part is. */
  readonly label: string
}

/** The vendor took it. */
export interface Receipt {
  readonly providerMessageId: string
  /** What the vendor wants to see when the card is changed later (WeCom's response_code, DingTalk's outTrackId); kept with the card. */
  readonly handle?: JsonObject
  readonly detail?: JsonObject
}

/** A failed delivery, classified by the channel's own error table. Thrown by `deliver`. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  /** `never`: a person must look; `later`: back off (waitMs if the vendor said so); `unknown`: it may have been sent. */
  readonly retry: 'never' | 'later' | 'unknown'
  /** The vendor's own code and words. */
  readonly code: string
  readonly waitMs: number | undefined
  constructor(retry: 'never' | 'later' | 'unknown', code: string, message: string, waitMs?: number) {
    super(message)
    this.retry = retry
    this.code = code
    this.waitMs = waitMs
  }
}

/** A long connection or a poller; supervised by the hub. */
export interface Connection {
  /** Resolves when the connection ended, rejects when it broke; the supervisor then connects anew. */
  readonly done: Promise<void>
  close(): Promise<void>
}

/** The contract that every channel keeps. `verify`, `parse`, `ack` and `render` are pure. */
export interface Channel<Config = unknown> {
  readonly kind: ChannelKind
  readonly capabilities: Capabilities
  /**
   * An account's settings. What `meta` says of a member: `secret` (sealed at rest), `essential` (asked for first; false: folded
   * although it is required), `modes` (only in these values of the setting `mode`), `hint` (`{zh, en}`), and for enums `options`
   * (`{value: {zh, en}}`); the words are what people read in the set-up form.
   */
  readonly configSchema: z.ZodType<Config>
  /** Answers a vendor's address check; null when the request is not one. */
  handshake?(request: RawRequest, config: Config): Result<RawResponse> | null
  /** Fails closed, in constant time; an unsigned request is refused. */
  verify(request: RawRequest, config: Config, nowMs: number): Result<Verified>
  /** Pure; throws only on input that nobody can read (the envelope is then parked as dead, its raw bytes kept). */
  parse(verified: Verified, config: Config): Envelope[]
  /** The answer to the vendor, sent only after the envelopes were committed. */
  ack(verified: Verified, outcomes: readonly ReceiveOutcome[], config: Config): RawResponse
  /** The answer to a refused request, in the vendor's own form; the hub's JSON error when absent. */
  refuse?(request: RawRequest, code: string, status: number): RawResponse
  render(out: Outbound, config: Config): ProviderCall[]
  /** Sends one part. `idempotencyKey` is the same on every try. Throws DeliveryError. */
  deliver(call: ProviderCall, idempotencyKey: string, io: ChannelIo<Config>): Promise<Receipt>
  /**
   * Fetches what a `pull-hint` announced and hands it to `io.receive`, page by page, each with the cursor that belongs to it. Run by
   * a job: one at a time for each `PullHintEnvelope.pullKey` of an account, over all nodes, and again after a failure. Reads the
   * cursor from `io`, so that hints may be lost, doubled and out of order.
   */
  pull?(hint: JsonObject, io: ConnectIo<Config>): Promise<void>
  /** Long connection or poller: hands what it hears to `io.receive`, with the cursor that belongs to it. */
  connect?(io: ConnectIo<Config>): Promise<Connection>
  /** Only one connection per account may live (elected by lease). */
  readonly singleConnection?: boolean
  /** `deliver` speaks over that single connection: parts are sent by the process that holds it. */
  readonly sendsOverConnection?: boolean
  /**
   * Fetches an attachment that came as a reference. `limits` are what may be kept of it. Throws FetchError; `fetch.not_ready` where
   * the vendor has not written the file yet.
   */
  fetchAttachment?(
    ref: JsonObject,
    io: ChannelIo<Config>,
  ): Promise<{
    content: AsyncIterable<Uint8Array>
    contentType: string
    name?: string
    limits?: { maxBytes?: number; accept?: readonly string[] }
  }>
  /** The name of a sender, by external id; null when the vendor gives none. Throws DeliveryError. */
  nameOf?(externalId: string, io: ChannelIo<Config>): Promise<string | null>
  /** Codes that open a chat here and bring a printed code's token along, made by the vendor. */
  readonly entryCodes?: EntryCodes<Config>
  /** How an account is connected, step by step, in the words of the vendor's own pages. */
  readonly guide?: readonly GuideStep[]
  /** Known providers that the set-up form offers. */
  readonly presets?: readonly SetupPreset[]
  /** Tries the settings against the vendor and says in plain words what works; for the console's test button. */
  test?(io: ChannelIo<Config>): Promise<readonly TestStep[]>
}

/** How long a code works that a vendor makes. */
export type EntryLifetime = 'permanent' | 'temporary'

/** What a vendor can make codes of. */
export interface EntryCodes<Config = unknown> {
  readonly lifetimes: readonly EntryLifetime[]
  /** What the code for a token is made with: codes of the same scene are one. */
  scene(token: string, config: Config): string
  /** Has the vendor make one. Throws DeliveryError. */
  make(
    order: { readonly scene: string; readonly lifetime: EntryLifetime },
    io: ChannelIo<Config>,
  ): Promise<{ readonly url: string; readonly expiresAtMs: number | null }>
  /** The address for a token, from what was made for its scene. */
  address(made: string, token: string): string
}

/** One step of connecting an account: what to do on the vendor's page, and what to copy from it or paste there. */
export interface GuideStep {
  readonly zh: string
  readonly en: string
  /** Settings that this step fills in; their boxes stand in the step. */
  readonly fields?: readonly string[]
  /**
   * What the step holds besides, once the account was saved: the callback address to copy, the connection test, or the live wait
   * for a test message.
   */
  readonly part?: 'callback' | 'test' | 'wait'
  /** Something to copy, such as a command; `{callback}` stands for the callback address. */
  readonly example?: string
  /** Only in these modes of the account (its setting `mode`); in all when absent. */
  readonly modes?: readonly string[]
  /** Only for these presets (their keys), `other` for none of them; for all when absent. */
  readonly presets?: readonly string[]
}

/** Settings of a known provider, for the set-up form. */
export interface SetupPreset {
  readonly key: string
  readonly zh: string
  readonly en: string
  /** What it fills in; the person adds the rest. */
  readonly config: JsonObject
  /** What a person has to know, in one sentence. */
  readonly note: { readonly zh: string; readonly en: string }
}

/** One line of a connection test. */
export interface TestStep {
  readonly name: string
  readonly ok: boolean
  readonly zh: string
  readonly en: string
  readonly detail?: JsonValue
}
