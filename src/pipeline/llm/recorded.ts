import { existsSync, readFileSync } from 'node:fs'
import { hashOf } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { silentLog } from '../../kernel/log.ts'
import { ok } from '../../kernel/result.ts'
import { type EvalCase, inputOf } from '../evaluate.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { fenced, modelEngine, promptText } from './engine.ts'
import { answerSchema } from './schema.ts'

/** A labelled case of a prompt: what the model engine must find in it. */
interface PromptCase extends EvalCase {
  readonly expected: { readonly [field: string]: JsonValue }
}

/** A model's answer as it was given, with the hash of the question. */
interface Recording {
  readonly question: string
  readonly model: string
  readonly answer: JsonValue
}

const folder = (name: string) => new URL(`../../../prompts/${name}/`, import.meta.url)

/** What identifies a question: the prompt, the schema and the case. A change of any asks for a new recording. */
export function questionOf(item: EvalCase): string {
  const input = inputOf(item)
  return hashOf([promptText, answerSchema(input.catalogue), fenced(input)])
}

/** Plays every recorded answer of a prompt and compares; gives one line per case that is stale or wrong. */
export async function checkRecorded(name: string, lexicon: Lexicon): Promise<string[]> {
  const problems: string[] = []
  const cases = readFileSync(new URL('cases.jsonl', folder(name)), 'utf8')
    .split('\n')
    .filter(Boolean)
  for (const line of cases) {
    const item = JSON.parse(line) as PromptCase
    const file = new URL(`recorded/${item.id}.json`, folder(name))
    if (!existsSync(file)) {
      problems.push(`${item.id}: no recorded answer`)
      continue
    }
    const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording
    if (recording.question !== questionOf(item))
      problems.push(`${item.id}: the prompt, schema or case changed after the recording`)
    problems.push(...(await compare(item, recording, lexicon)))
  }
  return problems
}

async function compare(item: PromptCase, recording: Recording, lexicon: Lexicon): Promise<string[]> {
  const llm = {
    model: recording.model,
    complete: async () =>
      ok({
        value: recording.answer,
        model: recording.model,
        mode: 'json_schema' as const,
        inputTokens: 0,
        outputTokens: 0,
        cached: true,
      }),
  }
  const extraction = await modelEngine({ llm, lexicon, log: silentLog })(inputOf(item), undefined)
  const found = (extraction?.fields ?? {}) as Record<string, { value: unknown } | undefined>
  return Object.entries(item.expected)
    .filter(([field, value]) => hashOf(found[field]?.value ?? null) !== hashOf(value))
    .map(
      ([field, value]) =>
        `${item.id}: ${field} is ${JSON.stringify(found[field]?.value ?? null)}, expected ${JSON.stringify(value)}`,
    )
}
