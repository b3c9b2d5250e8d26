import OpenAI, { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai'
import type {
  LlmAnswer,
  LlmBudget,
  LlmCache,
  LlmPort,
  LlmRequest,
  StructuredMode,
} from '../../../src/contract/llm.ts'
import { hashOf } from '../../../src/kernel/hash.ts'
import type { JsonValue } from '../../../src/kernel/json.ts'
import type { Log } from '../../../src/kernel/log.ts'
import { ok, type Result, refuse } from '../../../src/kernel/result.ts'
import { breaker } from '../../_kit/breaker.ts'
import { memberReader, readAnswer } from './answer.ts'
import type { OpenaiConfig } from './config.ts'

/** What the connector needs from the house. */
export interface OpenaiPorts {
  readonly now: () => number
  readonly log: Log
  readonly cache?: LlmCache
  readonly budget?: LlmBudget
  /** Own fetch, for tests. */
  readonly fetch?: typeof fetch
}

/** What came of one request so far. */
interface Reply {
  text: string
  input: number
  output: number
}

/** What is known of a server by its refusals. */
interface Known {
  mode: StructuredMode
  /** Whether it tells the tokens of a stream. */
  countsStreams: boolean
}

/** Longest answer that is read, characters. */
const longestAnswer = 200_000

const ladder: readonly StructuredMode[] = ['json_schema', 'json_object', 'prompt']

/**
 * A model behind an OpenAI-compatible chat endpoint. Asks with the strictest form the server takes (json_schema, then
 * json_object, then the prompt alone), reads the text itself, and gives the model one turn to repair a wrong answer.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export function openaiLlm(config: OpenaiConfig, ports: OpenaiPorts): LlmPort {
  const client = new OpenAI({
    baseURL: config.baseUrl,
    apiKey: config.apiKey,
    maxRetries: 0,
    ...(ports.fetch ? { fetch: ports.fetch } : {}),
  })
  const guard = breaker(config.breakAfter, config.breakMs, ports.now)
  const state: Known = { mode: config.structured, countsStreams: true }

  return {
    model: config.model,
    async complete(request) {
      const key = hashOf([config.model, request.system, request.user, request.schema])
      const kept = await ports.cache?.get(key)
      if (kept !== null && kept !== undefined) return ok(answerOf(kept, config.model, state.mode, 0, 0, true))
      const whose = request.budgetKey ?? null
      const asked = {
        input: Math.ceil((request.system.length + request.user.length) / 2),
        output: request.maxTokens,
      }
      if (ports.budget && !(await ports.budget.allows(whose, asked))) return refuse('llm.budget_spent')
      if (!guard.allows()) return refuse('llm.unavailable', { reason: 'circuit open' })
      const result = await attempt(client, config, state, request, ports)
      if (result.ok || result.refusal.code === 'llm.answer_invalid') guard.succeeded()
      else if (request.signal?.aborted) guard.leftOff()
      else guard.failed()
      if (!result.ok) return result
      await ports.cache?.set(key, result.value.value)
      return result
    },
  }
}

function answerOf(
  value: JsonValue,
  model: string,
  mode: StructuredMode,
  inputTokens: number,
  outputTokens: number,
  cached: boolean,
): LlmAnswer {
  return { value, model, mode, inputTokens, outputTokens, cached }
}

async function attempt(
  client: OpenAI,
  config: OpenaiConfig,
  state: Known,
  request: LlmRequest,
  ports: OpenaiPorts,
): Promise<Result<LlmAnswer>> {
  const deadline = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ]
  let input = 0
  let output = 0
  let reply: Reply = { text: '', input: 0, output: 0 }
  let since = ports.now()
  const note = async (took: { readonly input: number; readonly output: number }) => {
    const now = ports.now()
    await ports.budget?.record(request.budgetKey ?? null, { ...took, ms: Math.max(0, now - since) })
    since = now
  }
  try {
    for (let turn = 0; ; turn++) {
      reply = { text: '', input: 0, output: 0 }
      await ask(client, config, state, request, messages, signal, reply)
      input += reply.input
      output += reply.output
      await note({ input: reply.input, output: reply.output })
      const read = readAnswer(reply.text, request.schema)
      if ('value' in read) return ok(answerOf(read.value, config.model, state.mode, input, output, false))
      if (turn > 0) return refuse('llm.answer_invalid', { reason: read.wrong.slice(0, 200) })
      messages.push(
        { role: 'assistant', content: reply.text.slice(0, 8_000) || '(empty)' },
        {
          role: 'user',
          content: `That is not valid: ${read.wrong}. Answer again with only the corrected JSON.`,
        },
      )
    }
  } catch (error) {
    // The server works, and bills, until it hears that nobody listens any more; a refusal costs only time.
    const worked = signal.aborted || reply.text !== ''
    const asked = worked ? messages.reduce((sum, m) => sum + String(m.content).length, 0) : 0
    await note({ input: Math.ceil(asked / 2), output: Math.ceil(reply.text.length / 2) })
    return refusalOf(error, request, deadline, ports.log)
  }
}

async function ask(
  client: OpenAI,
  config: OpenaiConfig,
  state: Known,
  request: LlmRequest,
  messages: readonly OpenAI.ChatCompletionMessageParam[],
  signal: AbortSignal,
  reply: Reply,
): Promise<void> {
  for (;;) {
    const body = {
      model: config.model,
      temperature: config.temperature,
      max_tokens: request.maxTokens,
      messages: withForm(messages, state.mode, request),
      ...formOf(state.mode, request),
    }
    const options = { signal, timeout: request.timeoutMs }
    try {
      if (request.onMember) return await readStream(client, body, state, request, options, reply)
      const completion = await client.chat.completions.create(body, options)
      reply.text = (completion.choices?.[0]?.message?.content ?? '').slice(0, longestAnswer)
      reply.input = completion.usage?.prompt_tokens ?? 0
      reply.output = completion.usage?.completion_tokens ?? 0
      return
    } catch (error) {
      const next = ladder[ladder.indexOf(state.mode) + 1]
      if (state.countsStreams && refuses(error, /stream_options|include_usage/i)) state.countsStreams = false
      else if (next && refuses(error, /response_format|json_schema|json_object|structured/i))
        state.mode = next
      else throw error
    }
  }
}

/** Reads the answer as it comes. Ends early when nobody waits for it any more, and the connection with it. */
async function readStream(
  client: OpenAI,
  body: OpenAI.ChatCompletionCreateParamsNonStreaming,
  state: Known,
  request: LlmRequest,
  options: { readonly signal: AbortSignal; readonly timeout: number },
  reply: Reply,
): Promise<void> {
  const counted = state.countsStreams ? { stream_options: { include_usage: true } } : {}
  const read = memberReader(request.schema, request.onMember!)
  const stream = await client.chat.completions.create({ ...body, stream: true, ...counted }, options)
  let usage: OpenAI.CompletionUsage | null = null
  for await (const chunk of stream) {
    options.signal.throwIfAborted()
    usage = chunk.usage ?? usage
    const piece = chunk.choices?.[0]?.delta?.content ?? ''
    if (piece === '') continue
    reply.text += piece
    read(piece)
    if (reply.text.length > longestAnswer) break
  }
  // The client ends a stream that was given up without a word.
  options.signal.throwIfAborted()
  const asked = body.messages.reduce((sum, m) => sum + String(m.content).length, 0)
  reply.input = usage?.prompt_tokens ?? Math.ceil(asked / 2)
  reply.output = usage?.completion_tokens ?? Math.ceil(reply.text.length / 2)
}

/** A 400 that names what it does not know: DeepSeek and others refuse json_schema. */
function refuses(error: unknown, what: RegExp): boolean {
  return (
    error instanceof APIError && (error.status === 400 || error.status === 422) && what.test(error.message)
  )
}

function formOf(
  mode: StructuredMode,
  request: LlmRequest,
): Pick<OpenAI.ChatCompletionCreateParams, 'response_format'> {
  if (mode === 'json_schema') {
    const json_schema = { name: request.schemaName, strict: true, schema: request.schema }
    return { response_format: { type: 'json_schema', json_schema } }
  }
  return mode === 'json_object' ? { response_format: { type: 'json_object' } } : {}
}

/** Below json_schema the schema goes into the instructions; json_object demands the word JSON in them. */
function withForm(
  messages: readonly OpenAI.ChatCompletionMessageParam[],
  mode: StructuredMode,
  request: LlmRequest,
): OpenAI.ChatCompletionMessageParam[] {
  if (mode === 'json_schema') return [...messages]
  const form = `\n\nAnswer with one JSON object and nothing else. It must satisfy this JSON Schema:\n${JSON.stringify(request.schema)}`
  return messages.map((m, i) => (i === 0 ? { role: 'system', content: `${m.content as string}${form}` } : m))
}

function refusalOf(error: unknown, request: LlmRequest, deadline: AbortSignal, log: Log): Result<LlmAnswer> {
  if (request.signal?.aborted) return refuse('llm.unavailable', { reason: 'aborted' })
  if (deadline.aborted || error instanceof APIConnectionTimeoutError)
    return refuse('llm.timeout', { timeoutMs: request.timeoutMs })
  if (error instanceof APIUserAbortError) return refuse('llm.unavailable', { reason: 'aborted' })
  if (error instanceof APIError && error.status === 429) return refuse('llm.rate_limited')
  const reason =
    error instanceof APIError
      ? `HTTP ${error.status ?? 'connection'}`
      : error instanceof Error
        ? error.name
        : 'unknown'
  log.warn({ error: error instanceof Error ? error.name : String(error) }, 'the model could not be asked')
  return refuse('llm.unavailable', { reason })
}
