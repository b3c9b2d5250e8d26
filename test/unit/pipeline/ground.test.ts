import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ExtractedField, Extraction } from '../../../src/contract/extraction.ts'
import { type EvalCase, inputOf } from '../../../src/pipeline/evaluate.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const cases = ['dialogues.jsonl', 'own-tuned.jsonl', 'own-second.jsonl'].flatMap((file) =>
  readFileSync(`test/fixtures/eval/${file}`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EvalCase),
)

function withField(extraction: Extraction, name: string, field: ExtractedField): Extraction {
  return { ...extraction, fields: { ...extraction.fields, [name]: field } }
}

describe('the evidence verifier', () => {
  it('keeps every value that the rules engine gives for the labelled cases', () => {
    for (const item of cases) {
      const input = inputOf(item)
      const extraction = extractByRules(input, lexicon)
      const verified = verify(extraction, input, lexicon)
      expect(verified.dropped, item.id).toEqual([])
      expect(verified.fields, item.id).toEqual(extraction.fields)
    }
  })

  it('rejects a value whose quote is not at its place in the turn', () => {
    const input = inputOf(cases[0]!)
    const extraction = extractByRules(input, lexicon)
    const phone = extraction.fields.phone!
    const moved = phone.evidence.map((e) =>
      e.kind === 'span' ? { ...e, start: e.start + 1, end: e.end + 1 } : e,
    )
    const verified = verify(withField(extraction, 'phone', { ...phone, evidence: moved }), input, lexicon)
    expect(verified.fields.phone).toBeUndefined()
    expect(verified.dropped.at(-1)).toMatchObject({ field: 'phone', reason: 'evidence.not_in_text' })
  })

  it('rejects a value without evidence, whatever its confidence', () => {
    const input = inputOf(cases[0]!)
    const invented = {
      value: '13900000000',
      evidence: [],
      method: 'llm' as const,
      confidence: 1,
      verdict: 'accepted' as const,
    }
    const verified = verify(withField(extractByRules(input, lexicon), 'phone', invented), input, lexicon)
    expect(verified.fields.phone).toBeUndefined()
  })
})
