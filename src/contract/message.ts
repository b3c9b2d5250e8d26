import type { Point } from '../kernel/geo.ts'
import { derivedId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Speaker } from './transcript.ts'

/** What a channel found in one delivery from its vendor. `parse` returns these; it is pure. */
export type Envelope = MessageEnvelope | ActionEnvelope | ReceiptEnvelope | PullHintEnvelope

interface EnvelopeBase {
  /** Provider-specific and stable over redeliveries; never random. Unique per account. */
  readonly dedupeKey: string
  /** Order is kept per (account, senderKey). Usually the sender's external id. */
  readonly senderKey: string
}

/** Something a customer (or another person in the thread) said. */
export interface MessageEnvelope extends EnvelopeBase {
  readonly kind: 'message'
  /** Names the conversation when a new one opens: the identity in one-to-one chat, (group, user) in groups, the root message in e-mail, the submission in forms. */
  readonly threadKey: string
  /**
   * For channels whose messages name earlier ones (e-mail), nearest first: the vendor's message ids; `out:` and the hub's own id
   * of an outgoing message; `ref:` and a ticket number. The channel gives the last two only where it found its own signature
   * right. The message joins the conversation that holds one of them if the sender takes part in it.
   */
  readonly threadRefs?: readonly string[]
  readonly identity: SenderIdentity
  /** External ids of everybody who may answer in this thread (e-mail: from, to, cc); the sender is always included. */
  readonly participants?: readonly string[]
  readonly message: InboundMessage
}

/** A tap on a card, or a command by link. Stored first, then run by the handler that app registered for its name. */
export interface ActionEnvelope extends EnvelopeBase {
  readonly kind: 'action'
  readonly identity: SenderIdentity
  readonly action: { readonly name: string; readonly args: JsonObject }
}

/** A vendor's word on a message that we sent. */
export interface ReceiptEnvelope extends EnvelopeBase {
  readonly kind: 'receipt'
  /** Provider message id of what was sent. */
  readonly providerMessageId: string
  readonly status: 'delivered' | 'read' | 'failed'
  /** The vendor's own words, for the console. */
  readonly detail?: string
}

/** "Something is there, come and pull": carries no content (WeCom customer service). */
export interface PullHintEnvelope extends EnvelopeBase {
  readonly kind: 'pull-hint'
  /** What may be pulled by one at a time (WeCom customer service: the open_kfid). */
  readonly pullKey: string
  readonly pull: JsonObject
}

/** Who sent it, as the channel knows the person. */
export interface SenderIdentity {
  /** The vendor's id of the person, unique per account; lower-cased address for e-mail. */
  readonly externalId: string
  readonly displayName?: string
  /** Ids that may join two identities into one contact, as the vendor states them (not as a customer typed them). */
  readonly strongIds?: { readonly phone?: string; readonly email?: string; readonly unionId?: string }
}

/**
 * Begins the external id of a sender whose address the receiving server calls forged (e-mail): an id of its own, so that it is never
 * the real person's. The hub says nothing there by itself; people may answer.
 */
export const unauthenticatedPrefix = 'unauthenticated: '

export type MessageKind =
  | 'text'
  | 'image'
  | 'voice'
  | 'video'
  | 'file'
  | 'location'
  | 'link'
  | 'form'
  | 'email'
  | 'card'
  | 'event'
  | 'call'
  | 'unsupported'

/** One message, normalised. */
export interface InboundMessage {
  readonly kind: MessageKind
  /** The vendor's id of the message (Message-ID for e-mail); answers and receipts name it. */
  readonly providerMessageId: string
  /** When the sender's side says it was sent, ms; null when it does not say. */
  readonly sentAtMs: number | null
  /** What the person says now: readable text without quotes and signature. Empty when there is none. */
  readonly text: string
  /** The whole readable text with quotes, when it differs from `text`. */
  readonly fullText?: string
  /** The signature that was taken off `text`; contact facts may be read from it. */
  readonly signature?: string
  readonly subject?: string
  /** Sanitised HTML for display. */
  readonly html?: string
  readonly attachments: readonly InboundAttachment[]
  readonly location?: Point & { readonly label?: string; readonly accuracyM?: number }
  /** Fields that a person filled in, by name of the ticket's form. */
  readonly form?: JsonObject
  /** What a signed link or the hub's own records already know: the device or site of a QR code. */
  readonly record?: RecordRef
  /**
   * The token of a printed code that came along (a scanned scene of WeChat), as it came: the hub checks it, and that the code is
   * still valid, and puts `record` in its place. Ignored when it does not hold.
   */
  readonly recordLink?: string
  /**
   * How long and how often we may write after this message, where that differs from the channel's `replyWindow` (an official
   * account: three messages in a minute after a scan); it never shortens a window that is open. Null when it opens none.
   */
  readonly replyWindow?: { readonly windowMs: number; readonly messages: number | null } | null
  /** Set when a machine wrote it: such a message is stored and shown, opens nothing, and is never answered. */
  readonly automatic?: 'auto-reply' | 'bounce' | 'bulk' | 'loop'
  /**
   * Set when it only tells of an earlier message (`threadRefs`: a recall). Where the hub knows none of these, it is kept as it came and
   * opens nothing.
   */
  readonly needsThread?: true
  /** What the vendor sent for a type that we do not read; the raw envelope is kept besides. */
  readonly unsupported?: string
  /** Threading facts that an answer needs (e-mail: reply-to, references). */
  readonly replyTo?: JsonObject
  /**
   * Facts of a telephone call; its recording is an attachment, its words come later as a transcript, and `text` is what the agent
   * noted about it. All reports of a call carry its id as `providerMessageId`: the first makes the message, later ones add to it.
   */
  readonly call?: CallFacts
}

/** What a call center reports of a telephone call: of a whole one after it ended, or of a step in it. */
export interface CallFacts {
  /** The call center's id of the call. */
  readonly callId: string
  /** Null where this report does not say. */
  readonly direction: 'in' | 'out' | null
  /** The customer's number as reported; null when it was withheld. */
  readonly customerNumber: string | null
  /** The hotline that was called, or the number that was shown. */
  readonly hotline: string | null
  /** The agent's extension or work number in the call center; null when nobody answered. */
  readonly agent: string | null
  /** Times are null where this report does not name them: a call may be reported several times, and its reports are put together. */
  readonly startedAtMs: number | null
  /** Null when nobody answered. */
  readonly answeredAtMs: number | null
  readonly endedAtMs: number | null
  /** Why it ended, in the call center's own words. */
  readonly hangupCause: string | null
  /** Who is on which track of a recording with several; empty when everybody is on one. */
  readonly tracks: readonly Speaker[]
}

/** The company's own list of customers, as the account of the identities that an import brings. */
export const customerListId = derivedId('account', 'customer list')

/** A row of the hub's own records that a message refers to. */
export interface RecordRef {
  readonly kind: 'device' | 'site' | 'contact'
  readonly id: string
  readonly version: number
}

/** A file that came with a message. */
export interface InboundAttachment {
  /** The name as sent; for display only, never a path. */
  readonly name: string
  /** As declared; the real type is found from the content. */
  readonly contentType: string
  readonly inline?: boolean
  readonly contentId?: string
  readonly source:
    | { readonly kind: 'bytes'; readonly content: Uint8Array }
    | { readonly kind: 'media'; readonly hash: string; readonly size: number }
    | { readonly kind: 'fetch'; readonly ref: JsonObject; readonly patience?: FetchPatience }
}

/** For a file that may not be there yet: it is asked for again, twice as late each time, until the time is over. */
export interface FetchPatience {
  /** From the report to the first try, ms. */
  readonly firstDelayMs: number
  /** From the report to giving up, ms. */
  readonly giveUpAfterMs: number
}
