import { describe, expect, it } from 'vitest'
import type { KnowledgeQuestion } from '../../../src/contract/knowledge.ts'
import { sampleCategories, sampleModels } from '../../../src/imports/sample/catalogue.ts'
import { contentHash, frontSchema } from '../../../src/knowledge/article.ts'
import { findAnswer, prepareKnowledge, rankKnowledge, threshold } from '../../../src/knowledge/find.ts'
import { sampleArticles } from '../../../src/knowledge/sample.ts'
import { type Case, cases, unseen } from '../../fixtures/knowledge/cases.ts'

const articles = sampleArticles().map(({ slug, ...article }) => ({ id: slug, version: 1, ...article }))
const index = prepareKnowledge(articles, {
  categories: sampleCategories.map(([name, aliases]) => ({ name, aliases: [...aliases] })),
  models: sampleModels.map(([model, , category, aliases]) => ({ model, category, aliases: [...aliases] })),
})
const question = (text: string, known: Partial<KnowledgeQuestion> = {}): KnowledgeQuestion => ({
  ...{ text, category: null, model: null, fault: null, lang: null },
  ...known,
})
const find = (text: string, known?: Partial<KnowledgeQuestion>) => findAnswer(index, question(text, known))

/** How many of the cases that have an answer got the right one, and which got a wrong one. */
function score(list: readonly Case[]) {
  const wrong: string[] = []
  let right = 0
  for (const { text, slug, says, known } of list) {
    const answer = find(text, known)
    const good = slug !== null && answer?.articleId === slug && answer.quote.includes(says ?? '')
    if (good) right++
    else if (answer) wrong.push(`${text} → ${answer.articleId}: ${answer.quote}`)
  }
  return { wrong, recall: right / list.filter(({ slug }) => slug !== null).length }
}

describe('finding an answer', () => {
  it('answers no question wrongly, and none that a person must answer', () => {
    expect([...cases, ...unseen].filter(({ slug }) => slug === null).length).toBeGreaterThanOrEqual(50)
    expect(score(cases).wrong).toEqual([])
    expect(score(unseen).wrong).toEqual([])
  })

  it('finds nine of ten answers among the cases that it was made with, and two of three among the others', () => {
    expect(score(cases).recall).toBeGreaterThanOrEqual(0.9)
    expect(score(unseen).recall).toBeGreaterThanOrEqual(0.66)
  })

  it('cites a passage word for word at its offsets, with the reason', () => {
    for (const { text, known } of [...cases, ...unseen]) {
      const answer = find(text, known)
      if (!answer) continue
      const { body } = articles.find(({ id }) => id === answer.articleId)!
      expect(Array.from(body).slice(answer.start, answer.end).join('')).toBe(answer.quote)
      expect(answer.score).toBeGreaterThanOrEqual(threshold)
      expect(answer.why.words.length, text).toBeGreaterThan(0)
    }
    expect(find('你好,我家空调显示E3是怎么回事?')).toMatchObject({
      title: '空调常见故障代码',
      version: 1,
      quote: '| E3 | 系统低压保护，多为缺少制冷剂 | 不要自行加氟，请预约工程师检漏 |',
      why: { words: ['e3'], category: '空调' },
    })
  })

  it('needs the product that an article is about: named in the text or known from elsewhere', () => {
    expect(find('滤网怎么清洗')).toBeNull()
    expect(find('滤网怎么清洗', { category: '空调' })?.articleId).toBe('ac-filter-cleaning')
    expect(find('滤网怎么清洗', { model: 'YK-35GW/B1' })?.articleId).toBe('ac-filter-cleaning')
    // What the customer writes counts more than what was read from it.
    expect(find('油烟机滤网怎么清洗', { category: '空调' })).toBeNull()
  })

  it('says which fault of an article was named, in the words or by the pipeline, and takes none that is denied', () => {
    expect(find('空调漏水怎么办')?.why.fault).toBe('漏水')
    expect(find('空调室内机滴水')?.why.fault).toBeNull()
    expect(find('空调室内机滴水', { fault: '室内机漏水' })?.why.fault).toBe('漏水')
    expect(find('空调没有漏水,室内机滴水')?.why.fault ?? null).toBeNull()
  })

  it('needs the model of an article that is about models', () => {
    const one = { id: 'a', version: 1, body: '按住“童锁”键 3 秒。' }
    const front = {
      title: '洗烘一体机解除童锁',
      products: [],
      faults: [],
      lang: 'zh',
      questions: ['童锁怎么解除'],
    }
    const models = {
      categories: [],
      models: [{ model: 'XY-100T7', category: '洗衣机', aliases: ['漱石洗烘'] }],
    }
    const made = prepareKnowledge([{ ...one, front: { ...front, models: ['XY-100T7'] } }], models)
    expect(findAnswer(made, question('童锁怎么解除'))).toBeNull()
    expect(findAnswer(made, question('XY-200 童锁怎么解除', { model: 'XY-200' }))).toBeNull()
    expect(findAnswer(made, question('漱石洗烘的童锁怎么解除'))?.why.model).toBe('XY-100T7')
  })

  it('keeps silent when two articles are equally near, and when the language is another', () => {
    const front = { title: '怎么开发票', products: [], models: [], faults: [], lang: 'zh', questions: [] }
    const twice = ['a', 'b'].map((id) => ({ id, version: 1, front, body: '发票在服务单里申请。' }))
    const made = prepareKnowledge(twice, { categories: [], models: [] })
    expect(rankKnowledge(made, question('怎么开发票'))).toHaveLength(2)
    expect(findAnswer(made, question('怎么开发票'))).toBeNull()
    expect(find('怎么开发票', { lang: 'en' })).toBeNull()
    expect(find('怎么开发票', { lang: 'zh-CN' })?.articleId).toBe('invoice')
  })

  it('is not moved by very long, empty or broken texts', () => {
    for (const text of ['', ' ', '，。！', '\u0000', '\ud800', '空'.repeat(100_000), '?'.repeat(5_000)]) {
      expect(find(text), text.slice(0, 10)).toBeNull()
    }
  })
})

describe('the articles of the sample workspace', () => {
  it('are at least 12, and what the form would accept', () => {
    expect(articles.length).toBeGreaterThanOrEqual(12)
    for (const { id, front } of articles)
      expect(frontSchema.safeParse(front), id).toEqual({ success: true, data: front })
    expect(new Set(articles.map(contentHash)).size).toBe(articles.length)
  })

  it('answer their own title and questions', () => {
    for (const { id, front } of articles) {
      for (const text of front.questions) {
        expect(find(text, { category: front.products[0] ?? null })?.articleId, text).toBe(id)
      }
    }
  })
})
