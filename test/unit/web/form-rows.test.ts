import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForm } from '../../../src/tickets/form.ts'
import { type FieldRow, fieldKinds, formOf, freshRow, rowsOf } from '../../../web/console/forms/rows.ts'

const words = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `名${text}`)
const row = fc
  .record({
    zh: words,
    en: words,
    about: fc.option(fc.record({ aboutZh: words, aboutEn: words })),
    kind: fc.constantFrom(...fieldKinds),
    required: fc.boolean(),
    choices: fc.uniqueArray(words, { minLength: 1, maxLength: 4 }),
    least: fc.option(fc.nat(5)),
    most: fc.option(fc.integer({ min: 6, max: 20 })),
    pattern: fc.option(fc.constant('^[A-Z]{2}')),
  })
  .map(({ about, choices, least, most, pattern, ...rest }): FieldRow => {
    const limited = ['text', 'number', 'integer', 'choices'].includes(rest.kind)
    return {
      ...rest,
      ...about,
      ...(rest.kind === 'choice' || rest.kind === 'choices' ? { choices } : {}),
      // Nobody can choose more than there are choices.
      ...(limited && least !== null
        ? { least: rest.kind === 'choices' ? Math.min(least, choices.length) : least }
        : {}),
      ...(limited && most !== null ? { most } : {}),
      ...(rest.kind === 'text' && pattern ? { pattern } : {}),
    }
  })
const rows = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,9}_$/), { maxLength: 6 })
  .chain((names) => fc.tuple(...names.map((name) => row.map((each) => ({ ...each, name })))))

describe('a form as rows', () => {
  it('becomes a form that the hub takes, and the same rows again, in their order', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const parsed = parseForm(formOf(given))
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusal))
        expect(rowsOf(parsed.value)).toEqual(given)
      }),
    )
  })

  it('makes up the keys that nobody gave, from the English title where there is one', () => {
    const form = formOf([
      { ...freshRow, zh: '故障代码', en: 'Error code' },
      { ...freshRow, zh: '楼层', required: true },
      { ...freshRow, zh: '故障代码二', en: '2. Error  code!' },
      { ...freshRow, zh: '备注', name: 'field' },
    ])
    expect(Object.keys(form.properties as object)).toEqual(['error_code', 'field_2', 'error_code_2', 'field'])
    expect(form.required).toEqual(['field_2'])
    expect(form.properties).toMatchObject({ field_2: { title: { zh: '楼层', en: '楼层' } } })
  })

  it('is left as JSON where rows cannot show it', () => {
    const of = (property: unknown) => rowsOf({ type: 'object', properties: { x: property } })
    expect(of({ type: 'file', title: { zh: '甲', en: 'a' } })).toBeNull()
    expect(of({ type: 'string' })).toBeNull()
    expect(of('text')).toBeNull()
    expect(rowsOf([])).toBeNull()
    expect(rowsOf({ type: 'object' })).toEqual([])
  })
})
