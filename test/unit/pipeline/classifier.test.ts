import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  coldStart,
  type Example,
  loadClassifier,
  trainClassifier,
  weightsFile,
  writeWeights,
} from '../../../src/pipeline/rules/classifier.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { train } from '../../../src/pipeline/rules/linear.ts'

const lexicon = loadLexicon()
const read = (texts: readonly string[], classifier = lexicon.classifier) =>
  extractByRules(
    {
      turns: texts.map((text, i) => ({ id: String(i), speaker: 'customer' as const, text, atMs: 0 })),
      channel: 'wechat',
      timeZone: 'Asia/Shanghai',
      receivedAtMs: 0,
      catalogue: { categories: [], models: [], hotlines: [] },
      known: { fields: {} },
    },
    { ...lexicon, classifier },
  ).fields

describe('the classifier of intent, urgency and sentiment', () => {
  it('is kept as the weights that its cold-start examples train to', () => {
    const kept = new Map(
      readFileSync(weightsFile, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => [line.slice(0, line.lastIndexOf('\t')), line.slice(line.lastIndexOf('\t') + 1)]),
    )
    const trained = writeWeights(trainClassifier(coldStart())).trimEnd().split('\n')
    const differing = trained.filter((line) => {
      const at = line.lastIndexOf('\t')
      const before = kept.get(line.slice(0, at))?.split(' ').map(Number)
      const now = line
        .slice(at + 1)
        .split(' ')
        .map(Number)
      return !before || now.some((weight, i) => Math.abs(weight - before[i]!) > 2)
    })
    // a processor may round the last digit of an exponential differently
    expect(differing.length, 'run npm run -s eval:train').toBeLessThan(trained.length / 200)
    expect(Math.abs(kept.size - trained.length)).toBeLessThan(trained.length / 200)
  })

  it('learns a trade of its own from corrected tickets', () => {
    const example = (text: string): Example => ({
      turns: [{ speaker: 'customer', text }],
      channel: 'wechat',
      intent: 'maintenance',
      urgency: 'normal',
      sentiment: 'neutral',
    })
    const words = ['鱼缸帮我翻一翻', '下周鱼缸翻缸', '大厅鱼缸翻一下']
    const taught = trainClassifier([...coldStart(), ...words.map(example), ...words.map(example)])
    expect(read(['门口鱼缸翻一下'], taught).intent?.value).toBe('maintenance')
    expect(read(['门口鱼缸翻一下']).intent?.value).not.toBe('maintenance')
  })

  it('never talks a danger down, whatever it has learned', () => {
    const calm = coldStart().filter((e) => e.intent === 'inquiry')
    const fields = read(['热水器漏电 电到我了'], trainClassifier(calm))
    expect(fields.intent?.value).toBe('urgent_safety')
    expect(fields.urgency?.value).toBe('critical')
  })

  it('names the words that weigh most as its evidence', () => {
    const text = '尺寸买大了 放不下'
    const { intent } = read([text])
    expect(intent?.value).toBe('return_refund')
    const [derived] = intent!.evidence
    const quotes =
      derived?.kind === 'derived' ? derived.from.map((e) => (e.kind === 'span' ? e.quote : '')) : []
    expect(quotes.length).toBeGreaterThan(0)
    expect(quotes.every((quote) => text.includes(quote) && quote.length <= 6)).toBe(true)
    expect(quotes.join()).toMatch(/买大|放不下|大了|尺寸/)
  })

  it('reads from its file what was written to it', () => {
    const classifier = loadClassifier()
    expect(writeWeights(classifier)).toBe(readFileSync(weightsFile, 'utf8'))
    expect(classifier.intent.weight('发票', 'billing')).toBeGreaterThan(0)
  })

  it('gives probabilities that are one together, also for a text without a known feature', () => {
    const model = train(['a', 'b'], [{ features: [{ name: 'x', value: 1 }], of: 'a' }], {
      epochs: 1,
      rate: 0.1,
      decay: 0,
      balance: 0,
    })
    expect(model.predict([])).toEqual([0.5, 0.5])
    expect(model.predict([{ name: 'unheard of', value: 1 }])).toEqual([0.5, 0.5])
  })
})
