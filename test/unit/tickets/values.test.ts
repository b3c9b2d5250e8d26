import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readingSchema } from '../../../src/tickets/reading.ts'
import { fieldNames, fieldSchemas, isFieldName } from '../../../src/tickets/values.ts'

describe('what a person may enter', () => {
  it.each([
    ['136 0571 2844', '13605712844'],
    ['＋８６１３６０５７１２８４４', '+8613605712844'],
    ['0591-88027716', '0591-88027716'],
    ['400-800-1234转5', '400-800-1234转5'],
  ])('as a phone number: %s', (typed, kept) => {
    expect(fieldSchemas.phone.parse(typed)).toBe(kept)
  })

  it.each(['', '打这个电话', '1', '1'.repeat(40), '136<script>'])('as a phone number is not: %s', (typed) => {
    expect(fieldSchemas.phone.safeParse(typed).success).toBe(false)
  })

  it('is an appointment only when its end is not before its start', () => {
    const [start, end] = ['2026-11-20T09:00:00+08:00', '2026-11-20T11:00:00+08:00']
    expect(fieldSchemas.appointment.safeParse({ start, end }).success).toBe(true)
    expect(fieldSchemas.appointment.safeParse({ start: end, end: start }).success).toBe(false)
    expect(fieldSchemas.appointment.safeParse({ start, end: null }).success).toBe(true)
    expect(fieldSchemas.appointment.safeParse({ start: '下周二', end: null }).success).toBe(false)
  })

  it('is read the same when it is stored and read again', () => {
    const typed = fc.record({
      name: fc.constantFrom(...fieldNames),
      value: fc.oneof(fc.string(), fc.boolean()),
    })
    fc.assert(
      fc.property(typed, ({ name, value }) => {
        const once = fieldSchemas[name].safeParse(value)
        if (once.success) expect(fieldSchemas[name].parse(once.data)).toEqual(once.data)
      }),
    )
  })

  it('knows the standard fields by name, and nothing that objects inherit', () => {
    expect(isFieldName('phone')).toBe(true)
    for (const name of ['constructor', '__proto__', 'floors']) expect(isFieldName(name)).toBe(false)
  })
})

describe('a reading that comes from outside', () => {
  const span = { kind: 'span', turn: 'said', start: 0, end: 2, quote: '空调' }
  const reading = { value: '空调', evidence: [span], method: 'rules', confidence: 0.9, verdict: 'accepted' }

  it('keeps its evidence, derived ones however deep', () => {
    const derived = {
      kind: 'derived',
      fn: 'a@1',
      from: [{ kind: 'derived', fn: 'b@1', from: [span], args: { x: 1 } }],
    }
    const given = { ...reading, evidence: [derived] }
    expect(readingSchema.parse(given)).toEqual(given)
  })

  it('is refused with evidence of an unknown kind or a confidence beyond one', () => {
    expect(readingSchema.safeParse({ ...reading, evidence: [{ kind: 'rumour' }] }).success).toBe(false)
    expect(readingSchema.safeParse({ ...reading, confidence: 2 }).success).toBe(false)
  })
})
