import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Extraction, ExtractionInput } from '../../contract/extraction.ts'
import type { LlmPort, LlmRequest } from '../../contract/llm.ts'
import { hashOf } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { silentLog } from '../../kernel/log.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { type EvalCase, inputOf } from '../evaluate.ts'
import { readByRules } from '../extract.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { modelEngine } from './engine.ts'
import { growingReader } from './growing.ts'

/** A labelled case of a prompt: what the model engine must find in it. */
interface PromptCase extends EvalCase {
  readonly expected: { readonly [field: string]: JsonValue }
  /** Further fields of the ticket's form. */
  readonly form?: JsonValue
  /** Sent with placeholders. */
  readonly pseudonyms?: boolean
  /** Read turn by turn, as a conversation that is still going on: one recorded answer for each turn. */
  readonly growing?: boolean
}

/** A model's answer as it was given. */
interface Recording {
  readonly model: string
  readonly answer: JsonValue
}

const root = new URL('../../../prompts/', import.meta.url)

/** What identifies a question: the instructions, the schema and the material, as they are sent. */
const questionOf = ({ system, user, schema }: LlmRequest) => hashOf([system, schema, user])

/** The file of a case's answer: a prompt, schema or case that changes asks for another one. */
const fileOf = (id: string, request: LlmRequest) => `${id}.${questionOf(request).slice(0, 16)}.json`

/**
 * Plays every recorded answer of a prompt version and compares; gives one line per case that is stale or wrong. `change`
 * alters requests before they are looked up, for tests; `ask` is asked for the answers that are missing, which are then kept.
 */
export async function checkRecorded(
  version: string,
  lexicon: Lexicon,
  options: { readonly change?: (request: LlmRequest) => LlmRequest; readonly ask?: LlmPort } = {},
): Promise<string[]> {
  const { change = (request: LlmRequest) => request, ask } = options
  const folder = new URL(`${version}/`, root)
  const problems: string[] = []
  const used = new Set<string>()
  for (const item of casesIn(folder)) {
    const llm: LlmPort = {
      model: 'recorded',
      async complete(request) {
        const name = fileOf(item.id, change(request))
        const file = new URL(`recorded/${name}`, folder)
        used.add(name)
        if (!existsSync(file) && ask) {
          const answered = await ask.complete(request)
          if (!answered.ok) {
            problems.push(`${item.id}: the model did not answer: ${answered.refusal.code}`)
            return answered
          }
          const recording = { model: answered.value.model, answer: answered.value.value }
          writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`)
        }
        if (!existsSync(file)) {
          problems.push(`${item.id}: no answer is recorded as ${name}; the prompt, schema or case changed`)
          return refuse('llm.unavailable', { reason: 'not recorded' })
        }
        return await recordedAnswers(version, item.id).complete(change(request))
      },
    }
    problems.push(...differences(item, await play(item, llm, lexicon)))
  }
  for (const name of readdirSync(new URL('recorded/', folder))) {
    if (used.has(name)) continue
    if (ask) rmSync(new URL(`recorded/${name}`, folder))
    else problems.push(`${name.split('.')[0]}: ${name} answers a question that is not asked any more`)
  }
  return problems
}

/** The recorded answers of one case: a question that was not asked then, word for word, has none. */
export function recordedAnswers(version: string, id: string): LlmPort {
  return {
    model: 'recorded',
    async complete(request) {
      const file = new URL(`${version}/recorded/${fileOf(id, request)}`, root)
      if (!existsSync(file)) return refuse('llm.unavailable', { reason: 'not recorded' })
      const { answer: value, model } = JSON.parse(readFileSync(file, 'utf8')) as Recording
      return ok({ value, model, mode: 'json_schema', inputTokens: 0, outputTokens: 0, cached: true })
    },
  }
}

/** The labelled cases of a prompt version. */
export function promptCases(version: string): PromptCase[] {
  return casesIn(new URL(`${version}/`, root))
}

function casesIn(folder: URL): PromptCase[] {
  return readFileSync(new URL('cases.jsonl', folder), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PromptCase)
}

async function play(item: PromptCase, llm: LlmPort, lexicon: Lexicon): Promise<Extraction | null> {
  const input: ExtractionInput = { ...inputOf(item), ...(item.form ? { customForm: item.form } : {}) }
  const ports = { llm, lexicon, log: silentLog, pseudonyms: item.pseudonyms === true }
  if (item.growing) {
    const reader = growingReader(ports)
    let last: Extraction | null = null
    for (let end = 1; end <= input.turns.length; end++) {
      const soFar = { ...input, turns: input.turns.slice(0, end) }
      last = await reader.read(soFar, readByRules(soFar, lexicon))
    }
    return last
  }
  return await modelEngine(ports)(input, undefined, readByRules(input, lexicon))
}

function differences(item: PromptCase, extraction: Extraction | null): string[] {
  if (!extraction) return []
  const found = { ...extraction.custom, ...extraction.fields } as Record<
    string,
    { value: unknown } | undefined
  >
  return Object.entries(item.expected)
    .map(([field, value]) => ({ field, value, is: found[field]?.value ?? null }))
    .filter(({ value, is }) => hashOf(is) !== hashOf(value))
    .map(
      ({ field, value, is }) =>
        `${item.id}: ${field} is ${JSON.stringify(is)}, expected ${JSON.stringify(value)}`,
    )
}
