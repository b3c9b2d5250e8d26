import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultTagTree } from '../../src/catalogue/tag-tree.ts'
import type {
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
  Labels,
} from '../../src/contract/extraction.ts'
import { risks } from '../../src/contract/labels.ts'
import { sentiments } from '../../src/contract/ticket.ts'
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

/** Labelled cases of `test/unit/pipeline/labels.test.ts`. */
const labelled = readFileSync('test/fixtures/labels/cases.jsonl', 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line, n) => {
    const { turns } = JSON.parse(line) as { turns: { speaker: 'customer' | 'agent'; text: string }[] }
    const atMs = Date.parse('2026-11-28T09:00:00+08:00') + n * 60_000
    const input: ExtractionInput = {
      turns: turns.map((turn, i) => ({ ...turn, id: `t${i}`, atMs })),
      ...{ channel: 'api', timeZone: 'Asia/Shanghai', receivedAtMs: atMs, known: { fields: {} } },
      catalogue: { categories: [], models: [], hotlines: [], tags: defaultTagTree },
    }
    return { input, extraction: verify(extractByRules(input, lexicon), input, lexicon) }
  })

type Kind = 'tags' | 'risks' | 'moods'
/** Labels of one kind that are left of one label. */
function leftOf(kind: Kind, label: unknown, at: (typeof labelled)[number]): number {
  const none = { tags: [], risks: [], moods: [] }
  const labels = { ...none, [kind]: [label] } as unknown as Labels
  return verify({ ...at.extraction, labels }, at.input, lexicon).labels?.[kind].length ?? 0
}

describe('the verifier, on tags, risks and moods', () => {
  const each = labelled.flatMap((at) =>
    (['tags', 'risks', 'moods'] as const).flatMap((kind) =>
      (at.extraction.labels?.[kind] ?? []).map((label) => ({ at, kind, label })),
    ),
  )
  const named = (name: Kind) => each.filter(({ kind }) => kind === name)

  it('keeps every one that the rules read', () => {
    expect(named('tags').length).toBeGreaterThan(50)
    expect(named('risks').length).toBeGreaterThan(20)
    expect(named('moods').filter(({ label }) => label.evidence.length > 0).length).toBeGreaterThan(25)
    expect(each.filter(({ at, kind, label }) => leftOf(kind, label, at) !== 1)).toEqual([])
  })

  it('drops each whose words differ in one character, or stand elsewhere', () => {
    const passed: string[] = []
    for (const { at, kind, label } of each) {
      for (const evidence of misquoted(label.evidence))
        if (leftOf(kind, { ...label, evidence }, at) > 0) passed.push(`${kind} ${JSON.stringify(evidence)}`)
      const moved = label.evidence.map((span) => ({ ...span, start: span.start + 1, end: span.end + 1 }))
      if (moved.length > 0 && leftOf(kind, { ...label, evidence: moved }, at) > 0)
        passed.push(`${kind} moved`)
      const nowhere = label.evidence.map((span) => ({ ...span, turn: 'elsewhere' }))
      if (nowhere.length > 0 && leftOf(kind, { ...label, evidence: nowhere }, at) > 0)
        passed.push(`${kind} elsewhere`)
    }
    expect(passed).toEqual([])
  })

  it('drops each that claims another value for the same words, or shows none', () => {
    const passed: string[] = []
    const other = (value: string, all: readonly string[]) => all.filter((each) => each !== value)
    const paths = defaultTagTree.map((branch) => branch.path)
    for (const { at, kind, label } of each) {
      if (kind === 'moods') {
        const mood = label as Labels['moods'][number]
        for (const sentiment of other(mood.sentiment, sentiments))
          if (leftOf(kind, { ...mood, sentiment }, at) > 0) passed.push(`${mood.sentiment} as ${sentiment}`)
        continue
      }
      const { value } = label as Labels['tags'][number]
      if (leftOf(kind, { ...label, evidence: [] }, at) > 0) passed.push(`${value} without words`)
      const wrong = kind === 'risks' ? [...other(value, risks), 'weather'] : mutations(value)
      // of the branches only those that have the same words may say the same
      const far = kind === 'tags' ? paths.filter((path) => !path.startsWith(value.split('/')[0]!)) : []
      for (const claimed of [...wrong, ...far])
        if (leftOf(kind, { ...label, value: claimed }, at) > 0) passed.push(`${value} as ${claimed}`)
    }
    expect(passed).toEqual([])
  })

  it('drops what is claimed of denied words, of the agent, and of a quoted mail, and a model is held to it too', () => {
    const turns = [
      { id: 'a', speaker: 'agent', text: '有没有漏水?', atMs: 0 },
      { id: 'b', speaker: 'customer', text: '没有漏水', atMs: 0 },
      { id: 'c', speaker: 'customer', text: '好的\n-----原始邮件-----\n空调漏水,找律师', atMs: 0 },
      { id: 'd', speaker: 'customer', text: '地板上全是水', atMs: 0 },
    ] as const
    const [first] = labelled
    const at = { input: { ...first!.input, turns }, extraction: first!.extraction }
    const span = (turn: string, quote: string) => {
      const start = turns.find(({ id }) => id === turn)!.text.indexOf(quote)
      return { kind: 'span', turn, start, end: start + quote.length, quote }
    }
    const tag = (turn: string, quote: string, method: string, value = '故障/漏水/机身漏水') =>
      leftOf('tags', { value, method, evidence: [span(turn, quote)] }, at)
    for (const method of ['rules', 'llm'])
      for (const turn of ['a', 'b', 'c']) expect(tag(turn, '漏水', method), `${turn} ${method}`).toBe(0)
    expect(leftOf('risks', { value: 'legal', method: 'rules', evidence: [span('c', '找律师')] }, at)).toBe(0)
    expect(tag('d', '全是水', 'rules')).toBe(0)
    expect(tag('d', '全是水', 'llm')).toBe(1)
    expect(tag('d', '全是水', 'llm', '故障/发霉')).toBe(0)
  })
})

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
