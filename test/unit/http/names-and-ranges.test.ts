import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRange } from '../../../src/http/byte-range.ts'
import { contentDisposition, displayName } from '../../../src/http/disposition.ts'

describe('names of files', () => {
  it('lose paths, control characters and what would reorder them, and keep the rest', () => {
    expect(displayName('../../etc/passwd')).toBe('passwd')
    expect(displayName('C:\\Users\\王\\照片.jpg')).toBe('照片.jpg')
    expect(displayName('invoice\u202egpj.exe')).toBe('invoicegpj.exe')
    expect(displayName('a\r\nset-cookie: x')).toBe('aset-cookie: x')
    expect(displayName('..')).toBe('file')
    expect(displayName('')).toBe('file')
    expect([...displayName(`${'长'.repeat(300)}.jpg`)]).toHaveLength(120)
  })

  it('are told in ASCII and in UTF-8', () => {
    expect(contentDisposition('attachment', '空调 "E5".jpg')).toBe(
      `attachment; filename="__ _E5_.jpg"; filename*=UTF-8''%E7%A9%BA%E8%B0%83%20%22E5%22.jpg`,
    )
  })

  it('never break the header that carries them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const value = contentDisposition('inline', name)
        expect(value).toMatch(
          /^inline; filename="[\x20-\x21\x23-\x7e]+"; filename\*=UTF-8''[A-Za-z0-9%!~_.&$#^`|+-]+$/,
        )
      }),
    )
  })
})

describe('ranges of bytes', () => {
  it('are read as RFC 9110 says', () => {
    expect(readRange('bytes=0-99', 1000)).toEqual({ start: 0, end: 99 })
    expect(readRange('bytes=500-', 1000)).toEqual({ start: 500, end: 999 })
    expect(readRange('bytes=-100', 1000)).toEqual({ start: 900, end: 999 })
    expect(readRange('bytes=900-5000', 1000)).toEqual({ start: 900, end: 999 })
    expect(readRange('bytes=1000-', 1000)).toBe('unsatisfiable')
    expect(readRange('bytes=-0', 1000)).toBe('unsatisfiable')
  })

  it('that we do not follow mean the whole file', () => {
    for (const header of [undefined, '', 'bytes=-', 'bytes=5-2', 'bytes=0-1,5-6', 'items=0-1', 'bytes=a-b']) {
      expect(readRange(header, 1000)).toBeNull()
    }
  })

  it('never leave the file', () => {
    const bound = fc.oneof(fc.constant(''), fc.nat().map(String))
    fc.assert(
      fc.property(bound, bound, fc.nat(), (first, last, size) => {
        const range = readRange(`bytes=${first}-${last}`, size)
        if (range === null || range === 'unsatisfiable') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.start).toBeLessThanOrEqual(range.end)
        expect(range.end).toBeLessThan(size)
      }),
    )
  })
})
