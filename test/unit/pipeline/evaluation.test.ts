import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Catalogue, Turn } from '../../../src/contract/extraction.ts'
import { casesOf, onlyNamed, shippedCases } from '../../../src/pipeline/evaluation/case.ts'
import { changesOf } from '../../../src/pipeline/evaluation/changes.ts'
import { labelsOf } from '../../../src/pipeline/evaluation/corrected.ts'
import {
  addFigures,
  type CaseOutcome,
  figuresOf,
  judgeCase,
  noFigures,
  tableOf,
  withoutPersonalValues,
} from '../../../src/pipeline/evaluation/outcome.ts'
import { withWords } from '../../../src/pipeline/evaluation/published.ts'
import {
  changesBetween,
  failures,
  readGate,
  type SetReport,
} from '../../../src/pipeline/evaluation/report.ts'
import { evaluateCase } from '../../../src/pipeline/evaluation/run.ts'
import { exampleOf } from '../../../src/pipeline/evaluation/training.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { coldStart, trainClassifier, writeWeights } from '../../../src/pipeline/rules/classifier.ts'
import { explainClasses } from '../../../src/pipeline/rules/explain.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const said = (text: string): Turn[] => [{ id: '0', speaker: 'customer', text, atMs: 0 }]
const judged = (expected: object, found: object, text = '') =>
  judgeCase(onlyNamed({ id: 'a', expected: { ...expected } }), said(text), { ...found })

describe('how a case is judged', () => {
  it('tells right, missed, invented and wrong apart, and says nothing about fields without a label', () => {
    const outcome = judged(
      { phone: '13800001111', contact_name: '王', device_model: null, intent: 'repair', urgency: 'high' },
      { phone: '13800001112', device_model: 'KFR-35', intent: 'repair', urgency: 'low', order_number: 'X1' },
    )
    expect(Object.entries(outcome).map(([field, one]) => [field, one.verdict])).toEqual([
      ['contact_name', 'missed'],
      ['phone', 'wrong'],
      ['device_model', 'invented'],
      ['intent', 'right'],
      ['urgency', 'wrong'],
    ])
  })

  it('calls a false value hallucinated only when it stands nowhere in the conversation, spoken digits included', () => {
    const spoken = '幺三八零零零零幺幺幺二'
    expect(judged({ phone: '13900000000' }, { phone: '13800001112' }, spoken).phone).not.toHaveProperty(
      'hallucinated',
    )
    expect(judged({ phone: '13900000000' }, { phone: '13700001112' }, spoken).phone!.hallucinated).toBe(true)
    // a right value is never one
    expect(judged({ phone: '13900000000' }, { phone: '13900000000' }).phone).not.toHaveProperty(
      'hallucinated',
    )
  })

  it('marks a value that a person refused as a trap', () => {
    const labels = labelsOf({
      id: 'a',
      fields: {
        phone: {
          ...{ value: '13800001111', evidence: [], method: 'rules', confidence: 0.9, verdict: 'accepted' },
          refused: ['13900000000'],
        },
      },
      custom: {},
    })
    const outcome = judgeCase(labels, said('13900000000'), { phone: '13900000000' })
    expect(outcome.phone).toMatchObject({ verdict: 'unscored', trap: true })
  })

  it('keeps of a customer only classes and categories', () => {
    const kept = withoutPersonalValues(
      judged({ phone: '13800001111', intent: 'repair' }, { phone: '13800001112', intent: 'inquiry' }),
    )
    expect(kept).toEqual({
      phone: { verdict: 'wrong', hallucinated: true },
      intent: { verdict: 'wrong', expected: 'repair', found: 'inquiry' },
    })
    expect(JSON.stringify(kept)).not.toContain('1380000')
  })
})

describe('the figures of a set', () => {
  // phone: right, right, wrong, missed, invented; intent: repair→repair, repair→inquiry, complaint→inquiry
  const outcomes: CaseOutcome[] = [
    judged({ phone: '1', intent: 'repair' }, { phone: '1', intent: 'repair' }, '1'),
    judged({ phone: '2', intent: 'repair' }, { phone: '2', intent: 'inquiry' }, '2'),
    judged({ phone: '3', intent: 'complaint' }, { phone: '4', intent: 'inquiry' }, '3 4'),
    judged({ phone: '5' }, {}, '5'),
    judged({ phone: null }, { phone: '6' }, ''),
  ]
  const figures = outcomes.map(figuresOf).reduce(addFigures, noFigures)

  it('are those counted by hand', () => {
    // right 2, false 2 (4 and 6), missed 2 (3 and 5); 6 stands nowhere
    expect(tableOf(figures)).toEqual([
      { field: 'phone', tp: 2, fp: 2, fn: 2, precision: 0.5, recall: 0.5, f1: 0.5, hallucinated: 1 },
      { field: 'intent', tp: 1, fp: 2, fn: 2, precision: 1 / 3, recall: 1 / 3, f1: 1 / 3, hallucinated: 0 },
      {
        ...{ field: 'all', tp: 3, fp: 4, fn: 4, precision: 3 / 7, recall: 3 / 7 },
        ...{ f1: expect.closeTo(3 / 7, 12), hallucinated: 1 },
      },
    ])
  })

  it('have a confusion matrix by expected and found class', () => {
    expect(figures.confusion.intent).toEqual({ repair: { repair: 1, inquiry: 1 }, complaint: { inquiry: 1 } })
  })

  it('add up in any order, and count what was not answered', () => {
    const other = outcomes.toReversed().map(figuresOf).reduce(addFigures, noFigures)
    expect(tableOf(other)).toEqual(tableOf(figures))
    expect(addFigures(figures, figuresOf(null))).toMatchObject({ cases: 6, unanswered: 1 })
  })
})

describe('what changed from one run to another', () => {
  const one = (phone: string | null) => judged({ phone: '13800001111' }, { phone }, '13800001111 13900000000')

  it.each([
    ['13900000000', '13800001111', 'better'],
    ['13800001111', '13900000000', 'worse'],
    [null, '13800001111', 'better'],
    // a false value is worse than silence
    [null, '13900000000', 'worse'],
    ['13900000000', '13700000000', 'other'],
  ] as const)('from %s to %s is %s', (before, after, direction) => {
    expect(changesOf('a', one(before), one(after))).toMatchObject([
      { field: 'phone', direction, before: { found: before }, after: { found: after } },
    ])
  })

  it('is nothing when both are the same, or right in two spellings', () => {
    expect(changesOf('a', one('13800001111'), one('13800001111'))).toEqual([])
    expect(changesOf('a', one('138 0000 1111'), one('13800001111'))).toEqual([])
  })

  it('is worse when the engine gives no answer any more to what it had read right', () => {
    expect(changesOf('a', one('13800001111'), null)).toMatchObject([{ field: 'phone', direction: 'worse' }])
    expect(changesOf('a', null, one('13800001111'))).toMatchObject([{ field: 'phone', direction: 'better' }])
  })
})

describe('a gate', () => {
  const report = (found: string): SetReport => {
    const outcome = judged({ phone: '13800001111' }, { phone: found }, found)
    return { engine: 'rules', figures: figuresOf(outcome), outcomes: { a: outcome } }
  }
  const [good, bad] = [report('13800001111'), report('13900000000')]
  const run = (after: SetReport) => [
    { set: 'dialogues' as const, report: after, changes: changesBetween(good, after) },
  ]

  it.each(['phone.f1>=0.97', 'dialogues:worse=0', 'hallucinated=0', 'precision > 0.5'])(
    '%s holds for a good run',
    (text) => {
      expect(failures(readGate(text)!, run(good))).toEqual([])
    },
  )

  it.each(['phone.f1>=0.97', 'worse=0', 'phone.worse<1'])('%s does not hold for a worse run', (text) => {
    expect(failures(readGate(text)!, run(bad))).toHaveLength(1)
  })

  it('does not hold when there is nothing to hold it against, and is refused when it is none', () => {
    expect(failures(readGate('prompts:f1>=0')!, run(good))).toHaveLength(1)
    expect(failures(readGate('intent.f1>=0')!, run(good))).toHaveLength(1)
    expect(readGate('phone.f2>=1')).toBeNull()
    expect(readGate('phone.f1')).toBeNull()
  })
})

describe('the shipped cases', () => {
  const lexicon = loadLexicon()
  const ports = {
    rules: (input: Parameters<typeof readByRules>[0]) => readByRules(input, lexicon),
    lexicon: () => lexicon,
  }

  it('are those that the extraction is tested on', () => {
    const fixtures = casesOf(readFileSync('test/fixtures/eval/dialogues.jsonl', 'utf8'))
    expect(shippedCases('dialogues')).toEqual(fixtures)
  })

  it('are read by the rules, and those of the prompts from recorded answers without any model', async () => {
    const first = shippedCases('dialogues')[0]!
    expect((await evaluateCase(first, { ...ports, engine: 'rules' }))!.intent!.verdict).toBe('right')
    for (const item of shippedCases('prompts')) {
      const outcome = await evaluateCase(item, { ...ports, engine: 'llm' })
      expect(Object.values(outcome!).map((field) => field.verdict)).not.toContain('wrong')
    }
  })

  it('have no answer of the model to another prompt than the recorded one', async () => {
    const [item] = shippedCases('prompts')
    expect(await evaluateCase(item!, { ...ports, engine: 'llm', prompt: 'another' })).toBeNull()
  })
})

describe('added words', () => {
  const catalogue: Catalogue = {
    categories: [
      { name: '制冰机', aliases: [] },
      { name: '空调', aliases: ['冷气'] },
    ],
    models: [],
    hotlines: [],
  }

  it('join a category of the catalogue, and never take a word from another one', () => {
    const words = {
      categories: [
        { name: '制冰机', aliases: ['雪花机', '冷气'] },
        { name: '没有的', aliases: ['某物'] },
      ],
      models: [],
    }
    expect(withWords(catalogue, words).categories).toEqual([
      { name: '制冰机', aliases: ['雪花机'] },
      { name: '空调', aliases: ['冷气'] },
    ])
    expect(withWords(catalogue, null)).toBe(catalogue)
  })

  it('stand beside the words of the release where there is no catalogue', () => {
    const empty: Catalogue = { categories: [], models: [], hotlines: [] }
    const read = withWords(empty, { categories: [{ name: '制冰机', aliases: ['雪花机'] }], models: [] })
    expect(read.categories.length).toBeGreaterThan(15)
    expect(read.categories.find(({ name }) => name === '制冰机')!.aliases).toContain('雪花机')
  })
})

describe('what is learned from a corrected ticket', () => {
  const input = casesOf(readFileSync('test/fixtures/eval/dialogues.jsonl', 'utf8'))[0]!.input

  it('is only what a person said, and the urgency only beside an intent', () => {
    expect(exampleOf({ expected: { intent: 'repair', urgency: 'high' }, input })!.learn).toEqual([
      'intent',
      'urgency',
    ])
    expect(exampleOf({ expected: { urgency: 'high' }, input })).toBeNull()
    expect(exampleOf({ expected: { intent: 'no such thing' }, input })).toBeNull()
  })

  it('gives the same weights for the same seed, and others for another', () => {
    const examples = coldStart().slice(0, 120)
    const weights = (seed: number) => writeWeights(trainClassifier(examples, seed))
    expect(weights(3)).toBe(weights(3))
    expect(weights(4)).not.toBe(weights(3))
  })
})

describe('the explanation of a class', () => {
  const lexicon = loadLexicon()
  const why = (text: string) =>
    explainClasses(
      {
        ...{ turns: said(text), channel: 'wechat', timeZone: 'Asia/Shanghai', receivedAtMs: 0 },
        ...{ catalogue: { categories: [], models: [], hotlines: [] }, known: { fields: {} } },
      },
      lexicon,
    )

  it('names the words that spoke for it, the strongest first, and what spoke against it last', () => {
    const { intent } = why('空调不制冷,麻烦派师傅来修一下')
    expect(intent).toMatchObject({ chosen: 'repair', by: 'weights' })
    const weights = intent!.voices.map(({ weight }) => weight)
    expect(weights.length).toBeGreaterThan(3)
    expect(weights).toEqual(weights.toSorted((a, b) => b - a))
    expect(intent!.chances[0]!.of).toBe('repair')
  })

  it('says that a rule of safety decided and no weight was asked', () => {
    expect(why('热水器漏电把人电到了').intent).toEqual({
      ...{ chosen: 'urgent_safety', by: 'safety', chances: [], voices: [] },
    })
  })
})
