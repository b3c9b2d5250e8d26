import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultTagTree, readTagTree } from '../../../src/catalogue/tag-tree.ts'
import type { ExtractionInput, Labels, Turn } from '../../../src/contract/extraction.ts'
import { sentiments } from '../../../src/contract/ticket.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { moodOf } from '../../../src/pipeline/rules/moods.ts'
import { threats } from '../../../src/pipeline/rules/risks.ts'
import { utteranceOf } from '../../../src/pipeline/rules/scene.ts'
import { findTags } from '../../../src/pipeline/rules/tags.ts'

interface LabelCase {
  readonly id: string
  readonly register: 'call' | 'chat' | 'mail'
  /** Looks like a label and is none. */
  readonly trap: boolean
  readonly turns: readonly { readonly speaker: 'customer' | 'agent'; readonly text: string }[]
  readonly tags: readonly string[]
  readonly risks: readonly string[]
  /** One for each turn of the customer. */
  readonly moods: readonly string[]
}

const lexicon = loadLexicon()
const cases = readFileSync('test/fixtures/labels/cases.jsonl', 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as LabelCase)

function inputOf(turns: LabelCase['turns']): ExtractionInput {
  const atMs = Date.parse('2026-11-28T09:00:00+08:00')
  return {
    turns: turns.map((turn, i): Turn => ({ ...turn, id: `t${i}`, atMs: atMs + i * 30_000 })),
    channel: 'api',
    timeZone: 'Asia/Shanghai',
    receivedAtMs: atMs,
    catalogue: { categories: [], models: [], hotlines: [], tags: defaultTagTree },
    known: { fields: {} },
  }
}

const read = (turns: LabelCase['turns']): Labels =>
  readByRules(inputOf(turns), lexicon).labels ?? { tags: [], risks: [], moods: [] }

interface Score {
  right: number
  found: number
  wanted: number
  readonly wrong: string[]
}

function score(
  of: (labels: Labels) => readonly string[],
  wanted: (item: LabelCase) => readonly string[],
): Score {
  const total: Score = { right: 0, found: 0, wanted: 0, wrong: [] }
  for (const item of cases) {
    const is = of(read(item.turns))
    const should = wanted(item)
    total.found += is.length
    total.wanted += should.length
    total.right += is.filter((value) => should.includes(value)).length
    const extra = is.filter((value) => !should.includes(value))
    const missed = should.filter((value) => !is.includes(value))
    if (extra.length + missed.length > 0)
      total.wrong.push(`${item.id}: too much ${extra.join(' ')}; missed ${missed.join(' ')}`)
  }
  return total
}

const precision = ({ right, found }: Score) => right / found
const recall = ({ right, wanted }: Score) => right / wanted

describe('tags, risks and moods on the labelled cases', () => {
  it('has at least sixty of them, half of them traps, from calls, chats and mails', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
    expect(new Set(cases.map((item) => item.id)).size).toBe(cases.length)
    expect(cases.filter((item) => item.trap).length / cases.length).toBeGreaterThanOrEqual(0.45)
    for (const register of ['call', 'chat', 'mail'] as const)
      expect(cases.filter((item) => item.register === register).length, register).toBeGreaterThanOrEqual(10)
    const known = new Set(defaultTagTree.map((branch) => branch.path))
    expect(cases.flatMap((item) => item.tags).filter((tag) => !known.has(tag))).toEqual([])
  })

  it('finds the tags of the tree', () => {
    const found = score(
      (labels) => labels.tags.map((tag) => tag.value),
      (item) => item.tags,
    )
    expect(precision(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.97)
    expect(recall(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.97)
  })

  it('finds threats and dangers', () => {
    const found = score(
      (labels) => labels.risks.map((risk) => risk.value),
      (item) => item.risks,
    )
    expect(precision(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.97)
    // Two dangers that the rules of danger do not see are among the cases.
    expect(recall(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.93)
  })

  it('reads the mood of each turn', () => {
    const told = (moods: readonly string[]) =>
      moods.map((mood, i) => `${i} ${mood}`).filter((mood) => !mood.endsWith('neutral'))
    const found = score(
      (labels) => told(labels.moods.map((mood) => mood.sentiment)),
      (item) => told(item.moods),
    )
    expect(precision(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
    expect(recall(found), found.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
  })

  it('shows the words of the customer for every label, and none of the agent', () => {
    const strange = cases.flatMap((item) => {
      const { tags, risks, moods } = read(item.turns)
      const spans = [...tags, ...risks, ...moods].flatMap((label) => label.evidence)
      return spans.filter(({ turn, start, end, quote }) => {
        const said = item.turns[Number(turn.slice(1))]!
        return said.speaker !== 'customer' || Array.from(said.text).slice(start, end).join('') !== quote
      })
    })
    expect(strange).toEqual([])
  })

  it('tags a finer branch without naming those that it grows from, and what people say of it in their own tree', () => {
    const tree = readTagTree('咖啡机: 咖啡机\n  磨豆\n    磨豆卡死: 豆子…卡, 磨不动\n  奶泡: 打不出奶泡')
    if (!tree.ok) throw new Error(tree.refusal.code)
    const input = inputOf([{ speaker: 'customer', text: '咖啡机豆子老是卡,奶泡没问题' }])
    const own = { ...input, catalogue: { ...input.catalogue, tags: tree.value } }
    expect(readByRules(own, lexicon).labels?.tags.map((tag) => tag.value)).toEqual(['咖啡机/磨豆/磨豆卡死'])
  })

  it('looks for nothing where there is no tree', () => {
    const input = inputOf([{ speaker: 'customer', text: '空调漏水,我要找律师' }])
    const { tags: _tags, ...catalogue } = input.catalogue
    expect(readByRules({ ...input, catalogue }, lexicon).labels).toBeUndefined()
  })
})

describe('what nobody writes', () => {
  it.each([
    ...[
      '去找律师',
      '不',
      '没有要去',
      '如果',
      '曝光',
      '发抖音',
      '师傅…没',
      '师傅',
      '去向找到',
      '被人',
      '烦',
      '没收到退款',
    ],
    ...['投诉到去', '不是想要', 'if ', 'not going to ', '向a曝光', '空调不', '公司的'],
  ])('is labelled in a time that grows with the text: %s', (piece) => {
    const text = piece.repeat(Math.floor(20_000 / piece.length))
    const u = utteranceOf({ id: 't', speaker: 'customer', text, atMs: 0 })!
    // A pattern that goes back and forth would not end within the test's time.
    for (let again = 0; again < 20; again++) {
      expect(findTags(defaultTagTree, [u], []).length).toBeLessThanOrEqual(20)
      expect(threats('legal', u).length + threats('media', u).length).toBeLessThan(1_000)
      expect(sentiments).toContain(moodOf(u).sentiment)
    }
  })
})

describe('the outline of the tree', () => {
  const codeOf = (outline: string) => {
    const read = readTagTree(outline)
    return read.ok ? 'ok' : `${read.refusal.code} ${read.refusal.params.line}`
  }
  it('names the line that is wrong, and why', () => {
    expect(codeOf('故障\n    漏水')).toBe('tags.indent 2')
    expect(codeOf('故障\n 漏水')).toBe('tags.indent 2')
    expect(codeOf('  故障')).toBe('tags.indent 1')
    expect(codeOf('a\n  b\n    c\n      d\n        e')).toBe('tags.indent 5')
    expect(codeOf('故障/漏水')).toBe('tags.name 1')
    expect(codeOf('故障\n  : 漏水')).toBe('tags.name 2')
    expect(codeOf('故障\n\n  漏水\n  漏水')).toBe('tags.twice 4')
    expect(codeOf('漏水: 水')).toBe('tags.word 1')
    expect(codeOf('漏水: …漏水')).toBe('tags.word 1')
    expect(codeOf('漏水: 一…二…三…四')).toBe('tags.word 1')
    expect(codeOf(Array.from({ length: 401 }, (_, i) => `标签${i}`).join('\n'))).toBe('tags.too_big 401')
  })
  it('takes tabs, wide punctuation and three dots, and the shipped tree', () => {
    const read = readTagTree('故障\n\t漏水:漏水,水...出来、滴水\r\n')
    expect(read).toEqual({
      ok: true,
      value: [
        { path: '故障', words: [] },
        { path: '故障/漏水', words: ['漏水', '水…出来', '滴水'] },
      ],
    })
    expect(defaultTagTree.length).toBeGreaterThan(50)
  })
})
