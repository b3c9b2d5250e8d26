import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  ExtractedField,
  ExtractionMethod,
  TicketField,
  TicketFieldMap,
} from '../../../src/contract/extraction.ts'
import {
  confirmedByHuman,
  flatColumns,
  mergeFields,
  sameValue,
  setByHuman,
  withoutSuggestion,
} from '../../../src/tickets/fields.ts'

function read<T>(
  value: T,
  method: ExtractionMethod = 'rules',
  verdict: 'accepted' | 'confirm' = 'accepted',
): ExtractedField<T> {
  const evidence = { kind: 'span', turn: 'm1', start: 0, end: 1, quote: String(value) } as const
  return { value, method, verdict, confidence: 0.9, evidence: [evidence] }
}

const none: TicketFieldMap = {}

describe('reading something new into a ticket', () => {
  it('fills an empty field', () => {
    const merged = mergeFields(none, { phone: read('13605712844') })
    expect(merged.fields.phone?.value).toBe('13605712844')
    expect(merged.changed).toEqual(['phone'])
  })

  it('lets the newer of two accepted readings win', () => {
    const first = mergeFields(none, { phone: read('13605712844') }).fields
    const second = mergeFields(first, { phone: read('13900000000') })
    expect(second.fields.phone?.value).toBe('13900000000')
  })

  it('turns what contradicts a person into a suggestion', () => {
    const phone = setByHuman(undefined, '13605712844', 'c1')
    const merged = mergeFields({ phone }, { phone: read('13900000000', 'form') })
    expect(merged.fields.phone?.value).toBe('13605712844')
    expect(merged.fields.phone?.suggestion?.value).toBe('13900000000')
    expect(merged).toMatchObject({ changed: [], suggested: ['phone'] })
  })

  it('does not change what a person confirmed either', () => {
    const phone = confirmedByHuman(read('13605712844', 'llm', 'confirm'), 'c1')
    const merged = mergeFields({ phone }, { phone: read('13900000000', 'record') })
    expect(merged.fields.phone).toMatchObject({ value: '13605712844', method: 'human', verdict: 'accepted' })
    expect(merged.fields.phone?.evidence).toHaveLength(2)
  })

  it('does not refill what a person emptied', () => {
    const merged = mergeFields({ phone: setByHuman(undefined, null, 'c1') }, { phone: read('13900000000') })
    expect(merged.fields.phone).toMatchObject({ value: null, suggestion: { value: '13900000000' } })
  })

  it.each([
    ['form', 'rules'],
    ['record', 'llm'],
  ] as const)('lets a %s beat %s, whichever came first', (strong, weak) => {
    const later = mergeFields({ serial_number: read('A1', weak) }, { serial_number: read('B2', strong) })
    expect(later.fields.serial_number.value).toBe('B2')
    const earlier = mergeFields({ serial_number: read('B2', strong) }, { serial_number: read('A1', weak) })
    expect(earlier.fields.serial_number).toMatchObject({ value: 'B2', suggestion: { value: 'A1' } })
  })

  it('does not let a doubtful reading replace an accepted one', () => {
    const merged = mergeFields({ phone: read('1') }, { phone: read('2', 'llm', 'confirm') })
    expect(merged.fields.phone).toMatchObject({ value: '1', suggestion: { value: '2' } })
  })

  it('does not bring up again what a person refused', () => {
    const suggested = mergeFields({ phone: setByHuman(undefined, '1', 'c') }, { phone: read('2') }).fields
    const refused = { phone: withoutSuggestion(suggested.phone) }
    expect(refused.phone.suggestion).toBeUndefined()
    const again = mergeFields(refused, { phone: read('2', 'llm') })
    expect(again).toMatchObject({ changed: [], suggested: [], fields: refused })
    expect(mergeFields(refused, { phone: read('3') }).fields.phone.suggestion?.value).toBe('3')
  })

  it('says nothing new when the same value is read again', () => {
    const fields = { phone: read('13605712844') }
    expect(mergeFields(fields, { phone: read('13605712844', 'llm') })).toEqual({
      fields,
      changed: [],
      suggested: [],
    })
  })

  it('counts a doubtful value as sure when it is read again with certainty', () => {
    const merged = mergeFields({ phone: read('1', 'rules', 'confirm') }, { phone: read('1') })
    expect(merged.fields.phone.verdict).toBe('accepted')
    expect(merged.changed).toEqual(['phone'])
  })

  it('adds later clauses to the fault, each once, with the evidence of both', () => {
    const merged = mergeFields(
      { fault_description: read('不进水；灯亮') },
      { fault_description: read('灯亮；有异响') },
    )
    expect(merged.fields.fault_description.value).toBe('不进水；灯亮；有异响')
    expect(merged.fields.fault_description.evidence).toHaveLength(2)
  })

  it('completes an address by a later house number', () => {
    const before = { province: '浙江省', city: '绍兴市', district: null, detail: '鉴湖路', adcode: '330600' }
    const after = { province: null, city: null, district: null, detail: '鉴湖路232号', adcode: null }
    const merged = mergeFields({ address: read(before) }, { address: read(after) })
    expect(merged.fields.address.value).toEqual({ ...before, detail: '鉴湖路232号' })
  })

  it('takes an address in another city as another address', () => {
    const before = { province: '浙江省', city: '绍兴市', district: null, detail: '鉴湖路', adcode: '330600' }
    const after = { province: null, city: '杭州市', district: null, detail: null, adcode: '330100' }
    expect(mergeFields({ address: read(before) }, { address: read(after) }).fields.address.value).toEqual(
      after,
    )
  })

  it('does not let a machine talk danger or urgency down', () => {
    const fields = { urgency: read('critical'), intent: read('urgent_safety'), is_repeat_contact: read(true) }
    const calm = { urgency: read('normal'), intent: read('repair'), is_repeat_contact: read(false) }
    const merged = mergeFields(fields, calm)
    expect(merged.changed).toEqual([])
    expect(merged.suggested).toEqual(['urgency', 'intent', 'is_repeat_contact'])
    expect(mergeFields({ urgency: read('low') }, { urgency: read('high') }).fields.urgency.value).toBe('high')
  })

  it('does not take a question about a repair for an inquiry', () => {
    expect(mergeFields({ intent: read('repair') }, { intent: read('inquiry') }).fields.intent.value).toBe(
      'repair',
    )
  })
})

const method = fc.constantFrom<ExtractionMethod>('rules', 'llm', 'form', 'record')
const reading = fc.record({ value: fc.constantFrom('a', 'b', 'c'), method, sure: fc.boolean() })

describe('whatever machines read, and in whichever order', () => {
  it('a person’s value stays', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 8 }), fc.constantFrom('a', 'x', null), (readings, value) => {
        let fields: { note: TicketField } = { note: setByHuman(undefined, value, 'c1') }
        for (const r of readings) {
          fields = mergeFields(fields, {
            note: read(r.value, r.method, r.sure ? 'accepted' : 'confirm'),
          }).fields
        }
        expect(fields.note).toMatchObject({ value, method: 'human', verdict: 'accepted' })
      }),
    )
  })

  it('a value is never replaced by one of lower authority, and never suggests itself', () => {
    const rank = { rules: 1, llm: 1, form: 2, record: 2, human: 3 }
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 8 }), (readings) => {
        let fields: Record<string, TicketField> = {}
        let highest = 0
        for (const r of readings) {
          fields = mergeFields(fields, {
            note: read(r.value, r.method, r.sure ? 'accepted' : 'confirm'),
          }).fields
          const field = fields.note!
          expect(rank[field.method]).toBeGreaterThanOrEqual(highest)
          highest = rank[field.method]
          if (field.suggestion) expect(sameValue(field.suggestion.value, field.value)).toBe(false)
        }
      }),
    )
  })

  it('reading the same twice changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 5 }), reading, (readings, last) => {
        let fields: Record<string, TicketField> = {}
        for (const r of [...readings, last])
          fields = mergeFields(fields, { note: read(r.value, r.method) }).fields
        const again = mergeFields(fields, { note: read(last.value, last.method) })
        expect(again).toEqual({ fields, changed: [], suggested: [] })
      }),
    )
  })
})

describe('the flat columns', () => {
  it('of a ticket without fields are the defaults', () => {
    expect(flatColumns({})).toMatchObject({
      intent: 'inquiry',
      urgency: 'normal',
      sentiment: 'neutral',
      summary: '',
    })
  })

  it('follow the fields, also where a value asks to be confirmed', () => {
    const columns = flatColumns({
      phone: read('13605712844', 'rules', 'confirm'),
      address: read({ province: '浙江省', city: null, district: null, detail: '鉴湖路', adcode: '330000' }),
      appointment: read({ start: '2026-11-20T09:00:00+08:00', end: null }),
      fault_description: read('不进水'),
    })
    expect(columns).toMatchObject({
      phone: '13605712844',
      province: '浙江省',
      addressDetail: '鉴湖路',
      appointmentStart: new Date('2026-11-20T01:00:00Z'),
      appointmentEnd: null,
      summary: '不进水',
    })
  })

  it('stay empty for a time that nobody can read', () => {
    expect(flatColumns({ appointment: read({ start: '下周', end: null }) }).appointmentStart).toBeNull()
  })
})
