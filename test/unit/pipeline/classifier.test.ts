import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verify } from '../../../src/pipeline/ground.ts'
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

  describe('of product categories', () => {
    const inputOf = (text: string, categories: readonly string[] = []) => ({
      turns: [{ id: '0', speaker: 'customer' as const, text, atMs: 0 }],
      ...{ channel: 'wechat' as const, timeZone: 'Asia/Shanghai', receivedAtMs: 0, known: { fields: {} } },
      catalogue: { categories: categories.map((name) => ({ name, aliases: [] })), models: [], hotlines: [] },
    })

    it('tells a product that nobody named by how its faults are talked about, and the verifier holds it to the words', () => {
      const input = inputOf('菜都冻坏了 里面结了好多冰')
      const extraction = verify(extractByRules(input, lexicon), input, lexicon)
      expect(extraction.fields.product_category).toMatchObject({ value: '冰箱', method: 'rules' })
      expect(JSON.stringify(extraction.fields.product_category!.evidence)).toMatch(/冻坏|结了|好多冰/)
      const said = extraction.fields.product_category!
      for (const value of ['空调', '冰柜', '冰'])
        expect(
          verify({ ...extraction, fields: { product_category: { ...said, value } } }, input, lexicon).fields,
        ).toEqual({})
    })

    it('says none where nothing is wrong, or where the catalogue has no such product', () => {
      expect(read(['谢谢师傅 昨天修得特别好 五星']).product_category).toBeUndefined()
      const input = inputOf('菜都冻坏了 里面结了好多冰', ['电梯', '打印机'])
      expect(extractByRules(input, lexicon).fields.product_category).toBeUndefined()
    })

    it('learns a product of the hub’s own from what people corrected, which no cold start knows', () => {
      const faults = ['雪花太粗', '雪花出不来', '冰屑一坨一坨', '雪花不细', '打出来的雪化得快', '雪花口堵了']
      const examples = Array.from({ length: 8 }, () => faults)
        .flat()
        .map(
          (text): Example => ({
            ...{ turns: [{ speaker: 'customer', text }], channel: 'wechat', category: '雪花机' },
            ...{ intent: 'repair', urgency: 'normal', sentiment: 'neutral', learn: ['category'] },
          }),
        )
      const input = inputOf('雪花太粗 雪花口也堵了', ['雪花机', '制冰机', '空调'])
      const taught = { ...lexicon, classifier: trainClassifier([...coldStart(), ...examples]) }
      expect(extractByRules(input, taught).fields.product_category?.value).toBe('雪花机')
      expect(extractByRules(input, lexicon).fields.product_category).toBeUndefined()
    })
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
