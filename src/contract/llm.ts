import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Result } from '../kernel/result.ts'

/** One question to a language model that is to be answered with JSON. */
export interface LlmRequest {
  /** Instructions of the house; never a customer's words. */
  readonly system: string
  /** The material, fenced as data. */
  readonly user: string
  /** Name of the schema, letters and underscores. */
  readonly schemaName: string
  /** JSON Schema (2020-12) that the answer must satisfy; every property required, absent values null. */
  readonly schema: JsonObject
  /** Whole time for all attempts together, ms. */
  readonly timeoutMs: number
  readonly maxTokens: number
  readonly signal?: AbortSignal | undefined
  /**
   * Where it is given, the answer is read as it comes: called with each member of its top level that is complete and fits the
   * schema. A member may come again when the answer is asked for again; what counts in the end is the answer.
   */
  readonly onMember?: (name: string, value: JsonValue) => void
  /** Whose budget it is charged to, e.g. a conversation id. */
  readonly budgetKey?: string
}

/** How the model was held to the schema. */
export type StructuredMode = 'json_schema' | 'json_object' | 'prompt'

/** A model's answer that satisfies the schema. */
export interface LlmAnswer {
  readonly value: JsonValue
  readonly model: string
  readonly mode: StructuredMode
  readonly inputTokens: number
  readonly outputTokens: number
  /** Whether it came from the cache, without a request. */
  readonly cached: boolean
}

/**
 * A language model. Never throws: what goes wrong is a refusal (`llm.unavailable`, `llm.timeout`, `llm.rate_limited`,
 * `llm.answer_invalid`, `llm.budget_spent`).
 */
export interface LlmPort {
  readonly model: string
  complete(request: LlmRequest): Promise<Result<LlmAnswer>>
}

/** Answers kept by the content of their question. */
export interface LlmCache {
  get(key: string): Promise<JsonValue | null>
  set(key: string, value: JsonValue): Promise<void>
}

/** Tokens of a question and of its answer. */
export interface LlmTokens {
  readonly input: number
  readonly output: number
}

/** What a request took: tokens, and how long it was waited for, ms. */
export interface LlmSpent extends LlmTokens {
  readonly ms: number
}

/** What may still be spent; shared by all nodes. */
export interface LlmBudget {
  /** Whether a request of about this many tokens may still be made, for the day and for whom it is charged to, if anybody. */
  allows(key: string | null, tokens: LlmTokens): Promise<boolean>
  /** Notes what a request took, also one whose answer was no use. */
  record(key: string | null, spent: LlmSpent): Promise<void>
}
