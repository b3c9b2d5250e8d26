import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Evidence, ExtractedField, Extraction } from '../../src/contract/extraction.ts'
import { type EvalCase, inputOf } from '../../src/pipeline/evaluate.ts'
import { verify } from '../../src/pipeline/ground.ts'
import { extractByRules } from '../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const folder = 'test/fixtures/eval'
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl') && file !== 'routing.jsonl')
  .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n').filter(Boolean))
  .map((line) => JSON.parse(line) as EvalCase)
const extracted = cases.map((item) => {
  const input = inputOf(item)
  return { item, input, extraction: verify(extractByRules(input, lexicon), input, lexicon) }
})

/** Another character of the same kind: a digit for a digit, a letter for a letter. */
function other(c: string): string {
  if (/\d/.test(c)) return String((Number(c) + 1 + (c.charCodeAt(0) % 7)) % 10)
  if (/[A-Za-z]/.test(c)) return c.toLowerCase() === 'k' ? 'W' : 'K'
  return c === '好' ? '坏' : '好'
}

/** Every way to change one character of a text. */
function mutations(text: string): string[] {
  const chars = Array.from(text)
  return chars.map((c, i) => [...chars.slice(0, i), other(c), ...chars.slice(i + 1)].join(''))
}

/** Every way to change one character of a value, in whatever part of it. */
function changed(value: unknown): { part: string | null; value: unknown }[] {
  if (typeof value === 'string') return mutations(value).map((text) => ({ part: null, value: text }))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([part, text]) =>
    typeof text === 'string' ? mutations(text).map((t) => ({ part, value: { ...value, [part]: t } })) : [],
  )
}

const alone = (extraction: Extraction, name: string, field: ExtractedField): Extraction => ({
  ...extraction,
  fields: { [name]: field },
})

/** The evidence with one span's quote said differently. */
function misquoted(evidence: readonly Evidence[]): Evidence[][] {
  return evidence.flatMap((e, i) => {
    const variants: Evidence[] =
      e.kind === 'span'
        ? mutations(e.quote).map((quote) => ({ ...e, quote }))
        : e.kind === 'derived'
          ? misquoted(e.from).map((from) => ({ ...e, from }) as Evidence)
          : []
    return variants.map((variant) => [...evidence.slice(0, i), variant, ...evidence.slice(i + 1)])
  })
}

describe('the verifier, on more than 500 conversations', () => {
  it('has that many to judge', () => {
    expect(cases.length).toBeGreaterThanOrEqual(500)
    expect(new Set(cases.map((item) => item.id)).size).toBe(cases.length)
  })

  it('rejects every value in which one digit or character was changed, derived values and summary clauses alike', () => {
    const passed: string[] = []
    const tried: Record<string, number> = {}
    for (const { item, input, extraction } of extracted) {
      for (const [name, field] of Object.entries(extraction.fields)) {
        for (const { part, value } of changed(field.value)) {
          const mutant = { ...field, value } as ExtractedField
          const kept = verify(alone(extraction, name, mutant), input, lexicon).fields as Record<
            string,
            ExtractedField
          >
          const left = kept[name]?.value as Record<string, unknown> | undefined
          const survives =
            part === null || name !== 'address' ? left !== undefined : (left?.[part] ?? null) !== null
          const key = part === null ? name : `${name}.${part}`
          tried[key] = (tried[key] ?? 0) + 1
          if (survives) passed.push(`${item.id} ${key} ${JSON.stringify(value)}`)
        }
      }
    }
    expect(passed).toEqual([])
    for (const key of ['phone', 'contact_name', 'device_model', 'serial_number', 'order_number', 'summary'])
      expect(tried[key], key).toBeGreaterThan(300)
    for (const key of [
      'address.detail',
      'address.city',
      'address.adcode',
      'appointment.start',
      'appointment.end',
    ])
      expect(tried[key], key).toBeGreaterThan(300)
    expect(tried.fault_description).toBeGreaterThan(1000)
  }, 240_000)

  it('rejects every value whose quoted words differ from the turn in one character', () => {
    const passed: string[] = []
    for (const { item, input, extraction } of extracted) {
      for (const [name, field] of Object.entries(extraction.fields)) {
        for (const evidence of misquoted(field.evidence)) {
          const kept = verify(
            alone(extraction, name, { ...field, evidence } as ExtractedField),
            input,
            lexicon,
          )
          if (Object.hasOwn(kept.fields, name)) passed.push(`${item.id} ${name}`)
        }
      }
    }
    expect(passed).toEqual([])
  }, 240_000)
})
