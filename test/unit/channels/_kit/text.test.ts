import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardText } from '../../../../channels/_kit/card-text.ts'
import { splitText } from '../../../../channels/_kit/split-text.ts'

describe('splitText', () => {
  it('loses nothing and keeps every piece within the limit, in code points', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 1, max: 60 }),
        (text, max) => {
          const pieces = splitText(text, max)
          expect(pieces.join('')).toBe(text)
          for (const piece of pieces) expect([...piece].length).toBeLessThanOrEqual(max)
          expect(pieces.slice(1).every((piece) => piece.length > 0)).toBe(true)
        },
      ),
    )
  })

  it('never cuts an emoji in two', () => {
    expect(splitText('😀😀😀', 2)).toEqual(['😀😀', '😀'])
  })

  it('cuts at a paragraph rather than at a sentence, and at a sentence rather than inside a word', () => {
    expect(splitText('第一段。还是第一段。\n\n第二段很长很长', 14)[0]).toBe('第一段。还是第一段。\n\n')
    expect(splitText('师傅明天上午到。请您留人在家等候', 12)[0]).toBe('师傅明天上午到。')
  })
})

describe('cardText', () => {
  const card = {
    title: 'T-1',
    urgency: 'high',
    lines: [{ label: '电话', value: '138' }],
    buttons: [
      { key: 'go', text: '进度', url: 'https://x.example/p' },
      { key: 'take', text: '接单' },
    ],
  } as const

  it('says title, urgency and lines, and names only the buttons that lead somewhere', () => {
    expect(cardText(card, 'zh')).toBe('T-1\n紧急程度\uff1a高\n电话\uff1a138\n进度\uff1ahttps://x.example/p')
    expect(cardText(card, 'en').split('\n')[1]).toBe('Urgency: high')
  })
})
