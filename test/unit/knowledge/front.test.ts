import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArticle, writeArticle } from '../../../src/knowledge/front.ts'
import { passagesOf } from '../../../src/knowledge/passages.ts'

/** A text as a form gives it: one line, trimmed, not empty. */
const lineText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((text) =>
    text
      .replace(/[\r\n\u0000]/g, ' ')
      .toWellFormed()
      .trim(),
  )
  .filter((text) => text !== '')
const list = fc.uniqueArray(lineText, { maxLength: 5 })
const articles = fc.record({
  front: fc.record({
    title: lineText,
    products: list,
    models: list,
    faults: list,
    lang: fc.constantFrom('zh', 'en'),
    questions: list,
  }),
  body: fc.array(lineText, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n\n').trim()),
})

const refusalOf = (file: string) => {
  const read = readArticle(file)
  return read.ok ? null : read.refusal
}

describe('front matter', () => {
  it('reads back every article that it wrote', () => {
    fc.assert(
      fc.property(articles, (article) => {
        expect(readArticle(writeArticle(article))).toEqual({ ok: true, value: article })
      }),
      { numRuns: 500 },
    )
  })

  it('reads back a value with a rare line separator in it', () => {
    const front = {
      title: 'a\u2028b',
      products: [],
      models: [],
      faults: [],
      lang: 'zh',
      questions: ['c\u2029d', 'e\u0085f'],
    }
    expect(readArticle(writeArticle({ front, body: 'x' }))).toEqual({ ok: true, value: { front, body: 'x' } })
  })

  it('reads or refuses any text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(lineText, fc.constantFrom('---', 'title: a', 'products: [', '- b', '"'))),
        (lines) => {
          const read = readArticle(['---', ...lines].join('\n'))
          expect(typeof read.ok).toBe('boolean')
        },
      ),
    )
  })

  it('knows lists in brackets and in lines, quotes, comments and the line ends of Windows', () => {
    const file =
      '\uFEFF---\r\ntitle: "空调: E1" # note\r\nproducts: [空调, \'it\'\'s\', "a, b"]\r\n# comment\r\nquestions:\r\n  - 怎么办\r\n- 为什么 # no\r\n---\r\n\r\n正文\r\n'
    expect(readArticle(file)).toEqual({
      ok: true,
      value: {
        front: {
          title: '空调: E1',
          products: ['空调', "it's", 'a, b'],
          models: [],
          faults: [],
          lang: 'zh',
          questions: ['怎么办', '为什么'],
        },
        body: '正文',
      },
    })
  })

  it.each([
    ['no front matter', 1],
    ['---\ntitle: a\n', 3],
    ['---\ntitle: a\ntitle: b\n---\nx', 3],
    ['---\nauthor: a\n---\nx', 2],
    ['---\nproducts: [a\n---\nx', 2],
    ['---\ntitle: "a\n---\nx', 2],
    ['---\n- a\n---\nx', 2],
    ['---\ntitle: |\n---\nx', 2],
  ])('refuses %j and names line %i', (file, line) => {
    expect(refusalOf(file)).toMatchObject({ code: 'knowledge.front_matter', params: { line } })
  })
})

describe('the passages of a body', () => {
  const body =
    '开头 🙂。\n\n## 一\n\n第一段\n第二行\n\n- 甲\n- 乙\n\n## 二\n\n| a | b |\n| --- | --- |\n| E1 | x |\n'

  it('are sections and blocks, with the headings above them', () => {
    expect(passagesOf(body).map(({ kind, headings, text }) => [kind, headings.join('/'), text])).toEqual([
      ['section', '', '开头 🙂。'],
      ['block', '', '开头 🙂。'],
      ['section', '一', '第一段\n第二行\n\n- 甲\n- 乙'],
      ['block', '一', '第一段\n第二行'],
      ['block', '一', '- 甲'],
      ['block', '一', '- 乙'],
      ['section', '二', '| a | b |\n| --- | --- |\n| E1 | x |'],
      ['block', '二', '| a | b |'],
      ['block', '二', '| E1 | x |'],
    ])
  })

  it('stand word for word at their code-point offsets, in any text', () => {
    const texts = fc.array(fc.oneof(lineText, fc.constantFrom('', '# 标题', '- 项 🙂', '| 1 | 2 |', '---')))
    fc.assert(
      fc.property(texts, (lines) => {
        const text = lines.join('\n')
        for (const passage of passagesOf(text)) {
          expect(Array.from(text).slice(passage.start, passage.end).join('')).toBe(passage.text)
        }
      }),
    )
  })
})
