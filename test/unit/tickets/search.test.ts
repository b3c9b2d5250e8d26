import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchQuery, searchTokens } from '../../../src/tickets/search.ts'

/** What PostgreSQL does with a conjunction of quoted terms. */
function finds(tokens: readonly string[], query: string | null): boolean {
  if (query === null) return false
  return query.split(' & ').every((term) => {
    const prefix = term.endsWith(':*')
    const token = term.slice(1, prefix ? -3 : -1).replaceAll("''", "'")
    return tokens.some((t) => (prefix ? t.startsWith(token) : t === token))
  })
}

const ticket = searchTokens({
  codes: ['T100016', '13605712844', 'HG-W90B', 'SN20240917-00381', null],
  texts: [
    '王小明',
    '绍兴市柯桥区鉴湖路232号香林花园7幢',
    '洗衣机不进水；灯是亮的',
    'Washer shows E18 and stops',
    null,
  ],
})

describe('search finds a ticket', () => {
  it.each([
    '洗衣机',
    '不进水',
    '洗衣机 香林花园',
    '香林花园的洗衣机不进水',
    '柯桥',
    '王小明',
    '小明',
    '王',
    '水',
  ])('by the Chinese words %s', (typed) => {
    expect(finds(ticket, searchQuery(typed))).toBe(true)
  })

  it.each(['13605712844', '2844', '136 0571', '0571', '+86 136 0571 2844', '8613605712844', '１３６０'])(
    'by the part %s of a phone number',
    (typed) => {
      expect(finds(ticket, searchQuery(typed))).toBe(true)
    },
  )

  it.each([
    'SN20240917',
    '00381',
    'sn20240917-00381',
    '0917-003',
    'hg-w90',
    'W90B',
    'hgw90b',
    't100016',
    '10001',
  ])('by the part %s of a serial number, model or ticket number', (typed) => {
    expect(finds(ticket, searchQuery(typed))).toBe(true)
  })

  it.each(['washer', 'WASH', 'e18', 'E18 洗衣机', '232号', '7幢', 'HG'])(
    'by %s in a longer text',
    (typed) => {
      expect(finds(ticket, searchQuery(typed))).toBe(true)
    },
  )

  it.each(['空调', '9999', '洗衣机 空调', '李小明', 'dryer', '13'])(
    'but not by %s, which it does not hold',
    (typed) => {
      expect(finds(ticket, searchQuery(typed))).toBe(false)
    },
  )

  it('by any three or more neighbouring digits of its phone', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^1[3-9]\d{9}$/),
        fc.nat({ max: 8 }),
        fc.integer({ min: 3, max: 11 }),
        (phone, start, length) => {
          const part = phone.slice(start, start + length)
          fc.pre(part.length >= 3)
          expect(finds(searchTokens({ codes: [phone], texts: [] }), searchQuery(part))).toBe(true)
        },
      ),
    )
  })
})

describe('a search query', () => {
  it('is nothing when the text holds nothing that can be searched', () => {
    for (const typed of ['', '   ', '!?&|()', "'", '😀']) expect(searchQuery(typed)).toBeNull()
  })

  it('leaves out the words that say nothing, unless there are no others', () => {
    expect(searchQuery('空调的问题')).toBe("'空调' & '问题'")
    expect(searchQuery('的')).toBe("'的':*")
  })

  it('is made of quoted terms only, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 250 }), (typed) => {
        const query = searchQuery(typed)
        if (query !== null) expect(query).toMatch(/^'[\p{L}\p{N}]+'(?::\*)?(?: & '[\p{L}\p{N}]+'(?::\*)?)*$/u)
      }),
    )
  })

  it('is made of tokens that a ticket with the same text holds', () => {
    const text = fc.string({ unit: fc.constantFrom(...'空调漏水不制冷的 abc129-/'), maxLength: 40 })
    fc.assert(
      fc.property(text, (typed) => {
        const query = searchQuery(typed)
        if (query !== null) expect(finds(searchTokens({ codes: [], texts: [typed] }), query)).toBe(true)
      }),
    )
  })
})

describe('the tokens of a ticket', () => {
  it('are bounded however long its texts are', () => {
    expect(
      searchTokens({ codes: ['9'.repeat(10_000)], texts: ['空调'.repeat(50_000), '坏'] }).length,
    ).toBeLessThan(50)
    const long = Array.from({ length: 9_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('')
    expect(searchTokens({ codes: [], texts: [long] })).toHaveLength(1_200)
  })
})
