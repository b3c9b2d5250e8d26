import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type EvalCase, inputOf, predictionOf } from '../../src/pipeline/evaluate.ts'
import { verify } from '../../src/pipeline/ground.ts'
import { extractByRules } from '../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../src/pipeline/rules/lexicon.ts'
import { type Labelled, type Score, score } from '../../src/pipeline/score.ts'

const lexicon = loadLexicon()

type Case = EvalCase & Labelled

function casesOf(file: string): Case[] {
  return readFileSync(`test/fixtures/eval/${file}`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
}

function run(cases: readonly Case[]): Score {
  const predictions = new Map(
    cases.map((item) => {
      const input = inputOf(item)
      const extraction = verify(extractByRules(input, lexicon), input, lexicon)
      return [item.id, predictionOf(item.id, extraction, 0).fields] as const
    }),
  )
  return score(cases, predictions)
}

const identifiers = ['phone', 'order_number', 'serial_number'] as const
const names = ['contact_name', 'device_model', 'address.city', 'address.district'] as const

const unseen = ['calls', 'chats', 'mails', 'mixed', 'last'].map((kind) => `unseen-${kind}`)

describe.each([
  ...['dialogues', 'own-tuned', 'own-second', 'own-third', 'own-fourth'].map(
    (name) => [name, [name], []] as const,
  ),
  ['what strangers say', [...unseen, 'second-mails', 'second-calls', 'second-chats'], []] as const,
  // "三单元二零幺四号楼是…", a table of which one line is meant, "同小区17号楼": not told apart yet
  [
    'what strangers say to be hard',
    ['third-talk', 'third-written'],
    ['VT001', 'VW009', 'VW023'],
    0.85,
  ] as const,
])('the rules engine on %s', (_, files, knownTraps, leastDetail: number = 0.88) => {
  const cases = files.flatMap((file) => casesOf(`${file}.jsonl`))
  const result = run(cases)

  it.each(identifiers)('finds %s with a strict F1 of at least 0.97', (field) => {
    expect(result.fields[field]!.f1, result.errors.join('\n')).toBeGreaterThanOrEqual(0.97)
  })

  it.each(names)('finds %s with a strict F1 of at least 0.93', (field) => {
    expect(result.fields[field]!.f1, result.errors.join('\n')).toBeGreaterThanOrEqual(0.93)
  })

  it(`finds the detail of an address with a strict F1 of at least ${leastDetail}`, () => {
    expect(result.fields['address.detail']!.f1, result.errors.join('\n')).toBeGreaterThanOrEqual(leastDetail)
  })

  it('finds the appointment with a strict F1 of at least 0.88', () => {
    expect(result.fields.appointment!.f1, result.errors.join('\n')).toBeGreaterThanOrEqual(0.88)
  })

  it('classifies the intent and the urgency right often enough', () => {
    expect(result.classes.intent, result.errors.join('\n')).toBeGreaterThanOrEqual(0.9)
    expect(result.classes.urgency, result.errors.join('\n')).toBeGreaterThanOrEqual(0.88)
  })

  it('steps into no trap but those that are known', () => {
    expect(result.traps.filter((trap) => !knownTraps.some((id) => trap.startsWith(id)))).toEqual([])
  })

  it('gives no value whose every digit, letter and word is not in the conversation', () => {
    for (const item of cases) {
      const input = inputOf(item)
      const extraction = extractByRules(input, lexicon)
      expect(verify(extraction, input, lexicon).dropped, item.id).toEqual([])
    }
  })
})

describe('the scorer', () => {
  const item = {
    id: 'a',
    expected: { phone: '13800001111', contact_name: '王', appointment: null },
    accept: { contact_name: [null] },
    forbid: { phone: ['13900000000'] },
  }
  const of = (fields: object) => score([item], new Map([['a', fields as { [k: string]: unknown }]]))

  it('counts a wrong value as both a false positive and a miss, and names the trap', () => {
    const result = of({ phone: '13900000000' })
    expect(result.fields.phone).toMatchObject({ tp: 0, fp: 1, fn: 1, f1: 0 })
    expect(result.traps).toHaveLength(1)
  })

  it('lets silence pass where it is accepted, and ignores country codes and titles', () => {
    const result = of({ phone: '+86 138 0000 1111' })
    expect(result.fields.phone).toMatchObject({ tp: 0, fp: 1 })
    expect(of({ phone: '13800001111', contact_name: '王女士' }).fields.contact_name!.tp).toBe(1)
    expect(result.fields.contact_name).toMatchObject({ fp: 0, fn: 0 })
  })
})
