import { describe, expect, it } from 'vitest'
import { fieldProblem } from '../../../web/console/ticket/field-problem.ts'

describe('what is wrong with the value of a field', () => {
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
