import { readFileSync } from 'node:fs'
import type { KnownFacts } from '../contract/extraction.ts'
import type { LlmPort, LlmRequest } from '../contract/llm.ts'
import type { ErrorCode } from '../kernel/errors.ts'
import { hashOf } from '../kernel/hash.ts'
import type { JsonObject } from '../kernel/json.ts'
import { languageOf, primary } from '../languages/index.ts'
import { coverText, fenceOf, instructing, type Lexicon } from '../pipeline/index.ts'
import { joined, type Segment, segmentsOf } from './segments.ts'
import { verifyTranslation, type Wrong } from './verify.ts'

/** The version of the prompt in use: a folder of prompts/translate. */
export const promptVersion = 'translate/v1'

const file = (name: string) =>
  readFileSync(new URL(`../../prompts/${promptVersion}/${name}`, import.meta.url), 'utf8')
const system = file('system.md')
const pseudonyms = file('pseudonyms.md')
const schema = JSON.parse(file('schema.json')) as JsonObject

/** Longest text that is translated, characters. */
export const longest = 5_000

/** What translating needs from app. */
export interface TranslatePorts {
  readonly llm: LlmPort
  /** Whole time for one request, ms. */
  readonly timeoutMs: number
  /** Finds what tells who somebody is, which then leaves the house only as placeholders; null sends it as it is. */
  readonly lexicon: (() => Lexicon) | null
}

/** A text to be translated. */
export interface ToTranslate {
  readonly text: string
  /** Codes of the list; null where the language is not known. */
  readonly from: string | null
  readonly to: string
  /** What is known of the person it comes from or goes to. */
  readonly known: KnownFacts
  /** Asked for the how-manieth time; each time is another question. */
  readonly attempt: number
  readonly conversationId: string
  readonly signal?: AbortSignal
}

export type Translated =
  | {
      readonly ok: true
      readonly text: string
      readonly model: string
      readonly cautious: boolean
      readonly calls: readonly string[]
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly calls: readonly string[] }

interface Answer {
  readonly translations: readonly { readonly n: number; readonly text: string }[]
}

/** What a failure of the model means for a translation. */
const failures: Partial<Record<ErrorCode, ErrorCode>> = {
  'llm.timeout': 'translation.timeout',
  'llm.rate_limited': 'translation.busy',
  'llm.budget_spent': 'translation.budget_spent',
  'llm.answer_invalid': 'translation.unreadable',
}

const nameOf = (code: string) => {
  const language = languageOf(code)
  return language ? `${language.en} (${language.code})` : code
}

/** The question about a text: numbered sentences, fenced as data. */
function requestOf(
  { from, to, attempt, conversationId, signal }: ToTranslate,
  segments: readonly Segment[],
  ports: TranslatePorts,
  wrong: Wrong | null,
): LlmRequest {
  const body = segments.map(({ text }, i) => `[${i + 1}] ${text.toWellFormed()}`).join('\n')
  const head = `Translate ${from ? `from ${nameOf(from)} ` : ''}into ${nameOf(to)}. ${segments.length} sentences.`
  const again = attempt > 1 ? ` Try ${attempt}.` : ''
  const repair = wrong ? `\nYour last answer was not used: ${wrong.detail}. Translate again.` : ''
  return {
    system: ports.lexicon ? `${system}\n${pseudonyms}` : system,
    user: `${head}${again}\n${fenceOf('message', body)}${repair}`,
    schemaName: 'translation',
    schema,
    timeoutMs: ports.timeoutMs,
    maxTokens: 4_000,
    budgetKey: conversationId,
    ...(signal ? { signal } : {}),
  }
}

/** The sentences of an answer by their numbers; null when one is missing, twice or too many. */
function sentencesOf({ translations }: Answer, count: number): readonly string[] | null {
  const byNumber = new Map(translations.map(({ n, text }) => [n, text]))
  if (translations.length !== count || byNumber.size !== count) return null
  const texts = Array.from({ length: count }, (_, i) => byNumber.get(i + 1))
  return texts.every((text) => text !== undefined) ? texts : null
}

/** Whether a text speaks to the machine that translates it. */
const speaksToMachine = (text: string) =>
  instructing([{ id: '0', speaker: 'customer', text, atMs: 0 }]).size > 0

/**
 * Translates a text, or says why not. What comes back was checked against the original; a wrong answer is asked for once more with
 * what is wrong. Never throws for what a model does.
 */
export async function translateText(asked: ToTranslate, ports: TranslatePorts): Promise<Translated> {
  if (asked.text.trim() === '') return { ok: false, code: 'translation.nothing', calls: [] }
  if (asked.text.length > longest) return { ok: false, code: 'translation.too_long', calls: [] }
  const names = asked.from === null || ['zh', 'en'].includes(primary(asked.from))
  const cover = coverText(asked.text, asked.known, ports.lexicon?.() ?? null, { names })
  const segments = segmentsOf(cover.text, asked.from)
  const calls: string[] = []
  let wrong: Wrong | null = null
  for (let turn = 0; turn < 2; turn++) {
    const request = requestOf(asked, segments, ports, wrong)
    calls.push(hashOf([ports.llm.model, request.system, request.user, request.schema]))
    const result = await ports.llm.complete(request)
    if (!result.ok)
      return { ok: false, code: failures[result.refusal.code] ?? 'translation.unavailable', calls }
    const texts = sentencesOf(result.value.value as unknown as Answer, segments.length)
    wrong = texts ? check(segments, texts, cover, asked) : incomplete
    if (texts && !wrong) {
      const text = cover.reveal(joined(segments, texts, asked.to))
      return { ok: true, text, model: result.value.model, cautious: speaksToMachine(asked.text), calls }
    }
  }
  return { ok: false, code: wrong!.code, calls }
}

const incomplete: Wrong = {
  code: 'translation.incomplete',
  detail: 'each sentence must come back once, with its number',
}

/** Placeholders first, by sentence; then the words that come back. */
function check(
  segments: readonly Segment[],
  texts: readonly string[],
  cover: ReturnType<typeof coverText>,
  { from, to }: ToTranslate,
): Wrong | null {
  for (const [i, { text }] of segments.entries()) {
    const [was, is] = [cover.placeholders(text), cover.placeholders(texts[i]!)]
    const same = [...was].sort().join() === [...is].sort().join()
    if (!same || cover.broken(texts[i]!))
      return {
        code: 'translation.placeholders',
        detail: `sentence ${i + 1} must hold exactly these placeholders: ${was.join(', ') || 'none'}`,
      }
  }
  // Placeholders are the same on both sides: only the words around them are compared.
  const bare = (text: string) =>
    cover.placeholders(text).reduce((left, word) => left.replace(word, ' '), text)
  return verifyTranslation(
    segments.map(({ text }, i) => ({ source: bare(text), target: bare(texts[i]!) })),
    from,
    to,
  )
}
