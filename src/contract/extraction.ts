import type { JsonValue } from '../kernel/json.ts'
import type { Risk, TagTree } from './labels.ts'
import type { FieldName, Sentiment, TicketFields } from './ticket.ts'

/** One turn of a conversation or call, as the extraction sees it. */
export interface Turn {
  /** Message or utterance id; evidence names it. */
  readonly id: string
  readonly speaker: 'customer' | 'agent' | 'system'
  readonly text: string
  /** When it was said, ms since the epoch; relative times count from here. */
  readonly atMs: number
  /** Within a call, ms from its start. */
  readonly startMs?: number
  readonly endMs?: number
  /** Fields that the person filled in by name (form channels). */
  readonly form?: Readonly<Record<string, JsonValue>>
}

/** Why a value may be believed. */
export type Evidence =
  /** Words of one turn: code-point offsets, end exclusive; `quote` is the text between them. */
  | {
      readonly kind: 'span'
      readonly turn: string
      readonly start: number
      readonly end: number
      readonly quote: string
      readonly startMs?: number
      readonly endMs?: number
    }
  /** A submitted form field. */
  | { readonly kind: 'form'; readonly turn: string; readonly field: string }
  /** A row of the hub's records at a version. */
  | {
      readonly kind: 'record'
      readonly table: 'device' | 'site' | 'contact' | 'call'
      readonly id: string
      readonly version: number
      readonly field: string
    }
  /** A person's command, by its id. */
  | { readonly kind: 'human'; readonly commandId: string }
  /** Computed from other evidence by a named function at a version; the verifier computes it again. */
  | {
      readonly kind: 'derived'
      readonly fn: string
      readonly from: readonly Evidence[]
      readonly args?: JsonValue
    }

export type ExtractionMethod = 'rules' | 'llm' | 'form' | 'record' | 'human'

export interface ExtractedField<T = unknown> {
  readonly value: T
  readonly evidence: readonly Evidence[]
  readonly method: ExtractionMethod
  /** 0 to 1, calibrated; never overrides missing evidence. */
  readonly confidence: number
  /** `accepted` fills the ticket; `confirm` is shown as "please confirm". Unsupported values are dropped and never stored as fields. */
  readonly verdict: 'accepted' | 'confirm'
  readonly promptVersion?: string
}

/**
 * A field as a ticket keeps it. What a person set or confirmed has the method `human` and the verdict `accepted`; no machine
 * changes it. A person may also empty a field: the value is then null.
 */
export interface TicketField<T = unknown> extends Omit<ExtractedField<T>, 'value'> {
  readonly value: T | null
  /** What was read later and may not replace the value by itself; a person takes it over or refuses it. */
  readonly suggestion?: ExtractedField<T>
  /** Values that a person refused; machines do not bring them up again. The newest 20. */
  readonly refused?: readonly T[]
}

/** The standard fields of a ticket: the column `ticket.fields`. */
export type TicketFieldMap = { readonly [K in FieldName]?: TicketField<TicketFields[K]> }

/** Words of the conversation. */
export type Span = Extract<Evidence, { kind: 'span' }>

/** A tag or a risk, with the words that decided it. */
export interface Label<V extends string = string> {
  readonly value: V
  readonly evidence: readonly Span[]
  readonly method: 'rules' | 'llm'
}

/** How the customer felt in one turn. Only a neutral one has no words that decided it. */
export interface Mood {
  readonly turn: string
  readonly atMs: number
  readonly sentiment: Sentiment
  readonly evidence: readonly Span[]
}

/** What was read of a conversation besides the ticket's fields. */
export interface Labels {
  /** Paths of the tree. */
  readonly tags: readonly Label[]
  readonly risks: readonly Label<Risk>[]
  /** The customer's turns in their order, the newest 200. */
  readonly moods: readonly Mood[]
}

/** A label as a ticket keeps it; what a person put there has the method `human`. */
export interface TicketLabel<V extends string = string> {
  readonly value: V
  readonly evidence: readonly Evidence[]
  readonly method: 'rules' | 'llm' | 'human'
}

/** Labels of a ticket: the column `ticket.labels`. No machine takes one off, nor puts one back that a person took off. */
export interface TicketLabels {
  readonly tags: readonly TicketLabel[]
  readonly risks: readonly TicketLabel<Risk>[]
  /** What a person took off. */
  readonly refused: { readonly tags: readonly string[]; readonly risks: readonly Risk[] }
}

/** What the hub should do next; a field of its own, never read out of prose. */
export type ExtractionAction =
  /**
   * `apart`: in a ticket of its own, although the conversation has one; says how it is known that this is something else.
   * `cancel`: the customer wants no visit any more, before there is a ticket; a person of the house decides.
   */
  | {
      readonly kind: 'create'
      readonly apart?: { readonly kind: string; readonly [member: string]: JsonValue }
      readonly cancel?: CancelWish
    }
  | { readonly kind: 'none' }
  /** What was said is about an open ticket; `reason` says how that is known, with the words or the number that show it. */
  | {
      readonly kind: 'join'
      readonly ticketId: string
      readonly reason?: { readonly kind: string; readonly [member: string]: JsonValue }
    }
  | {
      readonly kind: 'ask'
      readonly field: FieldName
      readonly question: string
      readonly quickReplies: readonly string[]
    }
  | { readonly kind: 'answer'; readonly articleId: string }
  | { readonly kind: 'handover' }
  /** "到哪了?": the customer asks how far an open ticket is. */
  | { readonly kind: 'progress'; readonly ticketId: string }
  /** 催单: the customer presses for an open ticket; `said` are the words that do. */
  | { readonly kind: 'expedite'; readonly ticketId: string; readonly said: string }
  /** "不用来了": the customer asks to cancel an open ticket. A person of the house does it; nothing is cancelled by itself. */
  | ({ readonly kind: 'cancel'; readonly ticketId: string } & CancelWish)

/** The message in which a customer asks to cancel, and the words that do. */
export interface CancelWish {
  readonly said: string
  readonly evidence: Extract<Evidence, { kind: 'span' }>
}

/** What the hub itself did in a conversation so far; the next action is chosen with it. */
export interface Dialogue {
  /** Tickets of the customer that somebody waits for, those of this conversation first, then the newest. */
  readonly tickets: readonly {
    readonly id: string
    readonly number: string
    /** Whether this conversation is about it. */
    readonly here: boolean
  }[]
  /** The question that waits for its answer; `turn` is the hub's message. */
  readonly asked: {
    readonly field: FieldName
    readonly turn: string
    readonly quickReplies: readonly string[]
  } | null
  /** Fields that were asked for in this conversation; nothing is asked for twice. */
  readonly askedFields: readonly FieldName[]
  /** Whether the hub's last words were an article's. */
  readonly answered: boolean
}

/** A quick reply that a customer chose, by its number or its words. */
export interface Choice {
  readonly field: FieldName
  readonly reply: string
  readonly evidence: Extract<Evidence, { kind: 'span' }>
}

export interface Extraction {
  readonly fields: { readonly [K in FieldName]?: ExtractedField<TicketFields[K]> }
  /** Custom fields of the form, by name. */
  readonly custom: Readonly<Record<string, ExtractedField>>
  readonly action: ExtractionAction
  /** Tags, risks and moods; absent where nobody looked for them. */
  readonly labels?: Labels
  /** How the waiting question was answered, where it was by one of its quick replies. */
  readonly choice?: Choice
  readonly lang: string
  readonly engine: 'rules' | 'llm' | 'auto'
  /** Values that a verifier refused, with the reason; shown to the curious, never used. */
  readonly dropped: readonly { readonly field: string; readonly value: JsonValue; readonly reason: string }[]
}

/** What the deployment sells and how people call it. */
export interface Catalogue {
  readonly categories: readonly { readonly name: string; readonly aliases: readonly string[] }[]
  readonly models: readonly {
    readonly model: string
    readonly category: string
    readonly aliases: readonly string[]
  }[]
  /** The company's own numbers, never a customer's phone. */
  readonly hotlines: readonly string[]
  /** The tree of tags; nothing is tagged without. */
  readonly tags?: TagTree
}

/** What is known before anybody speaks, each with the record it comes from. */
export interface KnownFacts {
  readonly fields: {
    readonly [K in FieldName]?: { readonly value: TicketFields[K]; readonly evidence: Evidence }
  }
}

export interface ExtractionInput {
  readonly turns: readonly Turn[]
  readonly channel: string
  /** IANA zone of the business, e.g. Asia/Shanghai. */
  readonly timeZone: string
  /** Relative dates of turns without their own time count from here, ms. */
  readonly receivedAtMs: number
  readonly lang?: string
  readonly catalogue: Catalogue
  readonly known: KnownFacts
  /** JSON Schema of the ticket type's custom fields, if any. */
  readonly customForm?: JsonValue
  /** What the hub itself did before; absent where nothing is known of it. */
  readonly dialogue?: Dialogue
  /** Whom a model's work is charged to. */
  readonly conversationId?: string
}
