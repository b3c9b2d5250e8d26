import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeQuery } from '../../../src/http/query-string.ts'

describe('the input of a query from its query string', () => {
  const schema = z.object({
    n: z.number().optional(),
    coerced: z.coerce.number().default(1),
    yes: z.boolean().nullable().optional(),
    list: z.array(z.number()).default([]),
    nested: z.object({ a: z.number() }).optional(),
    text: z.string().optional(),
    cut: z
      .string()
      .transform((s) => s.trim())
      .optional(),
  })

  it('reads numbers, booleans, lists and objects by what the schema expects', () => {
    const query = { n: '2', coerced: '3', yes: 'false', list: '4', nested: '{"a":5}', text: '6', cut: ' 7 ' }
    expect(schema.parse(decodeQuery(schema, query))).toEqual({
      n: 2,
      coerced: 3,
      yes: false,
      list: [4],
      nested: { a: 5 },
      text: '6',
      cut: '7',
    })
    expect(decodeQuery(schema, { list: ['1', '2'] })).toEqual({ list: [1, 2] })
  })

  it('leaves what does not fit for the schema to refuse', () => {
    for (const query of [{ n: '' }, { n: 'x' }, { yes: 'perhaps' }, { nested: '{' }, { list: 'x' }]) {
      expect(schema.safeParse(decodeQuery(schema, query)).success).toBe(false)
    }
  })

  it('takes the last of a repeated member and passes unknown ones on', () => {
    expect(decodeQuery(schema, { text: ['a', 'b'], other: 'c' })).toEqual({ text: 'b', other: 'c' })
  })

  it('never throws and never reaches a prototype, whatever the query holds', () => {
    const value = fc.oneof(fc.string(), fc.array(fc.string()))
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('n', 'yes', 'list', 'nested', '__proto__', 'constructor'),
    )
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: false }), (query) => {
        decodeQuery(schema, query)
        expect(({} as { x?: unknown }).x).toBeUndefined()
      }),
    )
  })

  it('reads every value of a member that may be one or a list (only the last was read)', () => {
    const state = z.enum(['failed', 'unknown'])
    const schema = z.object({ states: z.union([state.transform((s) => [s]), z.array(state)]) })
    expect(decodeQuery(schema, { states: ['failed', 'unknown'] })).toEqual({ states: ['failed', 'unknown'] })
  })
})
