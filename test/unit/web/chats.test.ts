import { describe, expect, it } from 'vitest'
import { spokenSince } from '../../../web/console/chats/notices.ts'
import { fill, matching, unknownPlaceholders } from '../../../web/console/ticket/snippets.tsx'
import { unsent } from '../../../web/ui/unsent.ts'

const replies = [
  { keyword: '您好', title: '问候', text: '您好' },
  { keyword: 'bye', title: 'Goodbye', text: 'Bye' },
  { keyword: '稍等', title: '请客户稍等', text: '请稍等' },
]

describe('kept answers', () => {
  it('are offered while the text is a slash and a word, and at no other time', () => {
    expect(matching('/', replies)).toHaveLength(3)
    expect(matching('/稍', replies).map((each) => each.keyword)).toEqual(['稍等'])
    expect(matching('/客户', replies).map((each) => each.keyword)).toEqual(['稍等'])
    expect(matching('/BYE', replies).map((each) => each.keyword)).toEqual(['bye'])
    for (const text of ['', '您好', '1/2', '/bye now', '/a/b']) expect(matching(text, replies)).toEqual([])
  })

  it('have their placeholders filled in; one without a value stays as a gap that is seen', () => {
    const values = { customer: '张先生', ticket: null, agent: '小李' }
    expect(fill('{customer}您好,我是{agent}。工单{ticket}', values, (name) => `${name}?`)).toBe(
      '张先生您好,我是小李。工单【ticket?】',
    )
  })

  it('name the placeholders that nothing fills in', () => {
    expect(unknownPlaceholders('{customer}的{ticket}由{agent}处理,{} { a: 1 }')).toEqual([])
    expect(unknownPlaceholders('{客户}您好,{order} { ticket }')).toEqual(['{客户}', '{order}', '{ ticket }'])
  })
})

describe('a text that is on its way', () => {
  it('is gone when it was sent, and what was typed on or instead of it stays', () => {
    expect(unsent('师傅明天到。', '师傅明天到。')).toBe('')
    expect(unsent('师傅明天到。\n还有什么', '师傅明天到。')).toBe('还有什么')
    expect(unsent('另一句', '师傅明天到。')).toBe('另一句')
    expect(unsent('只有图片的回复之后', '')).toBe('只有图片的回复之后')
  })
})

describe('notices', () => {
  it('are shown for chats that are new or in which the customer spoke since, and not for our own words', () => {
    const before = new Map([
      ['a', '10:00'],
      ['b', '10:00'],
      ['c', '10:00'],
    ])
    const now = [
      { id: 'a', lastMessageAt: '10:01', lastDirection: 'in' as const },
      { id: 'b', lastMessageAt: '10:01', lastDirection: 'out' as const },
      { id: 'c', lastMessageAt: '10:00', lastDirection: 'in' as const },
      { id: 'd', lastMessageAt: '10:01', lastDirection: 'in' as const },
      // Handed over, with a word of the colleague at the end.
      { id: 'e', lastMessageAt: '09:00', lastDirection: 'note' as const },
    ]
    expect(spokenSince(before, now)).toEqual(['a', 'd', 'e'])
  })
})
