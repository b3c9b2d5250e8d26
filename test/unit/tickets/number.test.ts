import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTicketNumber, ticketNumber } from '../../../src/tickets/number.ts'

const sequence = fc.integer({ min: 1, max: 9_999_999 })

describe('a ticket number', () => {
  it('carries the Luhn check digit of its sequence', () => {
    // 7992739871 → 3 is the example of the algorithm's literature.
    expect(ticketNumber(7_992_739_871)).toBe('T79927398713')
    expect(ticketNumber(10_001)).toBe('T100016')
  })

  it('is read back however people write it', () => {
    for (const said of ['t100016', ' T 100 016 ', 'T-100-016', 'T１０００１６', '100016', '#T100016']) {
      expect(parseTicketNumber(said)).toBe('T100016')
    }
  })

  it('is read back for every place in the sequence', () => {
    fc.assert(fc.property(sequence, (n) => parseTicketNumber(ticketNumber(n)) === ticketNumber(n)))
  })

  it('is refused with any one digit wrong', () => {
    fc.assert(
      fc.property(sequence, fc.nat(), fc.integer({ min: 1, max: 9 }), (n, place, by) => {
        const digits = ticketNumber(n).slice(1).split('')
        const at = place % digits.length
        digits[at] = String((Number(digits[at]) + by) % 10)
        expect(parseTicketNumber(`T${digits.join('')}`)).toBeNull()
      }),
    )
  })

  it('never throws, and accepts only what it could have made', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const number = parseTicketNumber(text)
        if (number !== null) expect(number).toMatch(/^T[1-9]\d+$/)
      }),
    )
    for (const other of ['', 'T', 'T0', 'T000000', '13800138000x', '空调'])
      expect(parseTicketNumber(other)).toBeNull()
  })

  it('has no number for what is no place in a sequence', () => {
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 60]) expect(() => ticketNumber(n)).toThrow(RangeError)
  })
})
