import { describe, expect, it } from 'vitest'
import { fieldSchemas } from '../../../src/tickets/values.ts'
import { fieldProblem } from '../../../web/console/ticket/field-problem.ts'

/** What the hub would answer for a value of a standard field. */
function issues(field: keyof typeof fieldSchemas, value: unknown) {
  const { error } = fieldSchemas[field].safeParse(value)
  return { issues: (error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message })) }
}

describe('what is wrong with the value of a field', () => {
  it.each([
    ['appointment', { start: '2026-07-02T08:00:00Z', end: '2026-07-01T08:00:00Z' }, 'endFirst', {}],
    ['appointment', { start: 'tomorrow', end: null }, 'noMoment', {}],
    ['phone', 'abc', 'noPhone', {}],
    ['contact_name', '张'.repeat(61), 'tooLong', { n: '60' }],
    ['contact_name', ' ', 'empty', {}],
  ] as const)('is said in words for %s: %j', (field, value, word, params) => {
    expect(fieldProblem(issues(field, value))).toEqual({ word, params })
  })

  it.each([
    ['type', 'wrongKind'],
    ['choice', 'noChoice'],
    ['pattern', 'wrongForm'],
    ['range', 'outOfRange'],
  ])("is said in words for a form's own field: %s", (message, word) => {
    expect(fieldProblem({ issues: [{ path: 'solution', message }] })?.word).toBe(word)
  })

  it("is the hub's own hint where there are no words for it, and nothing where the refusal names no box", () => {
    expect(fieldProblem({ issues: [{ path: 'x', message: 'odd' }] })).toEqual({
      word: 'other',
      params: { hint: 'odd' },
    })
    expect(fieldProblem({ issues: [] })).toBeNull()
  })
})
