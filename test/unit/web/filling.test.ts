import { describe, expect, it } from 'vitest'
import { sameFilling } from '../../../web/console/parts/leave.ts'

describe('two fillings of a form', () => {
  it.each([
    ['a box that was filled and emptied', { name: 'a', phone: null }, { name: 'a', phone: '' }],
    ['a member that no box is for', { name: 'a' }, { name: 'a', groups: [], address: { city: undefined } }],
    ['another order of the members', { a: 1, b: { c: 2, d: [3] } }, { b: { d: [3], c: 2 }, a: 1 }],
  ])('say the same with %s', (_, one, other) => {
    expect(sameFilling(one, other)).toBe(true)
  })

  it.each([
    ['a text', { name: 'a' }, { name: 'b' }],
    ['a switch', { enabled: false }, { enabled: true }],
    ['a switch that was unset', {}, { enabled: false }],
    ['a number that is zero', { max: null }, { max: 0 }],
    ['the order of a list', { groups: ['a', 'b'] }, { groups: ['b', 'a'] }],
    ['an inner member', { config: { host: 'x' } }, { config: { host: 'x', port: 25 } }],
  ])('differ by %s', (_, one, other) => {
    expect(sameFilling(one, other)).toBe(false)
  })
})
