import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { Evidence } from '../../../src/contract/extraction.ts'
import type { LlmPort, LlmRequest } from '../../../src/contract/llm.ts'
import { hashOf } from '../../../src/kernel/hash.ts'
import { ok, refuse } from '../../../src/kernel/result.ts'
import { loadLexicon } from '../../../src/pipeline/index.ts'
import { promptVersion, translateText } from '../../../src/translation/translate.ts'

/** A text of prompts/translate, and what must come of it with the recorded answers. */
interface Case {
  readonly id: string
  readonly text: string
  readonly from: string | null
  readonly to: string
  /** Sent with placeholders; the name is that of the contact. */
  readonly pseudonyms?: boolean
  readonly name?: string
  readonly expected: { readonly text: string; readonly cautious?: boolean } | { readonly refused: string }
  /** What must not leave the house. */
  readonly secret?: readonly string[]
}

const folder = new URL(`../../../prompts/${promptVersion}/`, import.meta.url)
const cases = readFileSync(new URL('cases.jsonl', folder), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
const used = new Set<string>()

/** Answers as they were recorded for this question, word for word. */
function recorded(id: string, sent: LlmRequest[]): LlmPort {
  return {
    model: 'recorded',
    async complete(request) {
      sent.push(request)
      const name = `${id}.${hashOf([request.system, request.schema, request.user]).slice(0, 16)}.json`
      const file = new URL(`recorded/${name}`, folder)
      if (!existsSync(file)) throw new Error(`no answer is recorded as ${name} for:\n${request.user}`)
      used.add(name)
      const { answer: value, model } = JSON.parse(readFileSync(file, 'utf8'))
      if (value === null) return refuse('llm.answer_invalid', { reason: 'recorded' })
      return ok({ value, model, mode: 'json_schema', inputTokens: 0, outputTokens: 0, cached: true })
    },
  }
}

describe(`the prompt ${promptVersion} with its recorded answers`, () => {
  it.each(cases)('$id: $text', async ({ id, text, from, to, pseudonyms, name, expected, secret }) => {
    const sent: LlmRequest[] = []
    const evidence: Evidence = {
      kind: 'record',
      table: 'contact',
      id: '0',
      version: 1,
      field: 'contact_name',
    }
    const came = await translateText(
      {
        ...{ text, from, to, attempt: 1, conversationId: 'c' },
        known: { fields: name ? { contact_name: { value: name, evidence } } : {} },
      },
      { llm: recorded(id, sent), timeoutMs: 1_000, lexicon: pseudonyms ? loadLexicon : null },
    )
    const { calls: _, ...rest } = came
    if ('refused' in expected) expect(rest).toEqual({ ok: false, code: expected.refused })
    else
      expect(rest).toEqual({
        ...{ ok: true, model: 'written by hand', text: expected.text, cautious: expected.cautious ?? false },
      })
    for (const { user } of sent) for (const word of secret ?? []) expect(user).not.toContain(word)
  })

  afterAll(() => {
    const stale = readdirSync(new URL('recorded/', folder)).filter((name) => !used.has(name))
    expect(stale, 'these answer questions that are not asked any more').toEqual([])
  })
})
