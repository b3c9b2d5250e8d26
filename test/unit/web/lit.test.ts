import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../web/console/data/ticket.ts'
import { litBy, merge, pieces } from '../../../web/console/ticket/lit.ts'

const span = fc
  .record({ start: fc.nat(40), length: fc.integer({ min: 1, max: 10 }) })
  .map(({ start, length }) => ({ start, end: start + length }))

describe('words lit up in the conversation', () => {
  it('cuts a text without losing or doubling a character, whatever the spans', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(span, { maxLength: 6 }), (text, spans) => {
        expect(
          pieces(text, spans)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })

  it('counts code points, so that an emoji before the words does not shift the light', () => {
    const lit = pieces('😀空调E4停机', [{ start: 1, end: 5 }]).filter((piece) => piece.lit)
    expect(lit).toEqual([{ text: '空调E4', lit: true, at: 1 }])
  })

  it('joins spans that overlap or touch', () => {
    expect(
      merge([
        { start: 5, end: 9 },
        { start: 0, end: 3 },
        { start: 3, end: 6 },
      ]),
    ).toEqual([{ start: 0, end: 9 }])
  })

  it('lights what a derived value was derived from', () => {
    const quote: Evidence = { kind: 'span', turn: 'm1', start: 2, end: 4, quote: '杭州' }
    const lit = litBy([
      { kind: 'derived', fn: 'address.complete@1', from: [quote] },
      { kind: 'record', table: 'device', id: 'd', version: 1, field: 'address' },
    ])
    expect(lit.spans.get('m1')).toEqual([{ start: 2, end: 4 }])
    expect([...lit.records]).toEqual(['device'])
  })
})
