import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storable } from '../../../src/kernel/storable.ts'

describe('text that the database cannot hold', () => {
  it('loses only zero characters and lone surrogates, at any depth', () => {
    const kept = storable({ a: ['x\u0000y', { 'k\u0000': '\ud800z' }], n: 1, none: null })
    expect(kept).toEqual({ a: ['x\ufffdy', { 'k\ufffd': '\ufffdz' }], n: 1, none: null })
  })

  it('leaves bytes alone', () => {
    const bytes = Buffer.from([0, 1, 2])
    expect(storable({ bytes }).bytes).toBe(bytes)
  })

  it('is always well formed and the same when done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = storable(text)
        expect(once.isWellFormed()).toBe(true)
        expect(once).not.toContain('\u0000')
        expect(storable(once)).toBe(once)
      }),
    )
  })
})
