import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { undoOf } from '../../../web/console/knowledge/article.ts'
import { lineDiff } from '../../../web/console/knowledge/diff.ts'
import { inlines, markdownBlocks } from '../../../web/ui/markdown.ts'

describe('the comparison of two versions', () => {
  const lines = fc
    .array(fc.constantFrom('甲', '乙', '丙', ''), { maxLength: 12 })
    .map((list) => list.join('\n'))

  it('holds both texts whole, in their order, and is all the same for the same text', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = lineDiff(before, after)
        const without = (kind: string) =>
          diff.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n')
        expect(without('new')).toBe(before)
        expect(without('gone')).toBe(after)
        if (before === after) expect(diff.every(({ kind }) => kind === 'same')).toBe(true)
      }),
    )
  })
})

describe('the preview of Markdown', () => {
  it('knows what articles are made of', () => {
    const text =
      '## 一 *b*\n甲**乙**\n第二行\n- 项 `c`\n- 项\n1. 一\n2. 二\n| a | b |\n| --- | --- |\n| E1 | x |\n> 引\n```\n<b>\n```'
    expect(markdownBlocks(text).map(({ kind }) => kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'table',
      'quote',
      'code',
    ])
    expect(inlines('看[说明](https://a.example/x)吧')).toEqual([
      { kind: 'text', text: '看' },
      { kind: 'link', text: '说明', href: 'https://a.example/x' },
      { kind: 'text', text: '吧' },
    ])
  })

  it('makes no link of an address that could run something, and no element of HTML', () => {
    for (const text of [
      '[x](javascript:alert(1))',
      '[x](data:text/html,x)',
      '[x](//a)',
      '<script>alert(1)</script>',
    ]) {
      expect(
        inlines(text).every(({ kind }) => kind === 'text'),
        text,
      ).toBe(true)
      expect(
        inlines(text)
          .map((run) => run.text)
          .join(''),
      ).toBe(text)
    }
  })

  it('ends for any text and keeps its words', () => {
    const parts = fc.array(
      fc.constantFrom('#', '# a', '- b', '1. c', '| d |', '|', '>', '```', '**e**', '', 'f', '[g](h)'),
    )
    fc.assert(
      fc.property(parts, (list) => {
        const blocks = markdownBlocks(list.join('\n'))
        expect(blocks.length).toBeLessThanOrEqual(list.length + 1)
        if (list.includes('f')) expect(JSON.stringify(blocks)).toContain('f')
      }),
    )
  })
})

describe('the way back from a step', () => {
  it('leads to what was before', () => {
    const draft = { status: 'draft', published: null } as const
    const live = { status: 'published', published: 2 } as const
    expect(undoOf('publish', draft)).toEqual({ step: 'withdraw' })
    expect(undoOf('publish', live)).toEqual({ step: 'publish', number: 2 })
    expect(undoOf('withdraw', live)).toEqual({ step: 'publish', number: 2 })
    expect(undoOf('archive', live)).toEqual({ step: 'unarchive' })
    expect(undoOf('unarchive', { ...live, status: 'archived' })).toEqual({ step: 'archive' })
  })
})
