import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaStore } from '../../../src/contract/ports.ts'
import { compoundType, isAccepted, looksLikeGsm, looksLikeText, textType } from '../../../src/media/detect.ts'
import { mediaPath, openMediaStore, removeMedia } from '../../../src/media/store.ts'

let dir: string
let media: MediaStore

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-media-'))
  media = await openMediaStore({ dir, maxBytes: 100_000 })
})
afterAll(() => rmSync(dir, { recursive: true }))

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const text = (value: string) => new TextEncoder().encode(value)

async function* pieces(bytes: Uint8Array, size: number, fail?: Error) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  if (fail) throw fail
}
const leftovers = () => readdirSync(join(dir, '.new'))

describe('the media store', () => {
  it('gives back exactly what was put, under the hash of the content, however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.integer({ min: 1, max: 700 }),
        async (bytes, size) => {
          const stored = await media.put(pieces(bytes, size))
          expect(stored).toMatchObject({ ok: true, value: { hash: sha(bytes), size: bytes.length } })
          expect(new Uint8Array(await media.get(sha(bytes)))).toEqual(bytes)
        },
      ),
      { numRuns: 30 },
    )
    expect(leftovers()).toEqual([])
  })

  it('stores the same content once', async () => {
    const puts = await Promise.all(Array.from({ length: 8 }, () => media.put(png)))
    expect(new Set(puts.map((put) => JSON.stringify(put))).size).toBe(1)
    expect(puts[0]).toEqual({
      ok: true,
      value: { hash: sha(png), size: png.length, contentType: 'image/png' },
    })
    expect(await media.has(sha(png))).toBe(true)
    expect({ ok: true, value: await media.look(sha(png)) }).toEqual(puts[0])
    const read: Uint8Array[] = []
    for await (const chunk of await media.stream(sha(png))) read.push(chunk)
    expect(Buffer.concat(read)).toEqual(png)
  })

  it('refuses more bytes than allowed while they stream, and keeps nothing', async () => {
    const big = new Uint8Array(100_001)
    expect(await media.put(pieces(big, 1_000))).toMatchObject({
      ok: false,
      refusal: { code: 'media.too_large', params: { limit: 100_000 } },
    })
    expect(await media.put(png, { maxBytes: 10 })).toMatchObject({ ok: false })
    expect(await media.has(sha(big))).toBe(false)
    expect(leftovers()).toEqual([])
  })

  it('believes the content and not the declared type', async () => {
    const page = text('\n <!DOCTYPE html><script>alert(1)</script>')
    expect(await media.put(page, { declaredType: 'image/png', accept: ['image/*'] })).toMatchObject({
      ok: false,
      refusal: { code: 'media.type_refused', params: { type: 'text/html' } },
    })
    expect(await media.has(sha(page))).toBe(false)
    const zipped = gzipSync('x')
    expect(await media.put(zipped, { declaredType: 'image/jpeg', accept: ['image/*'] })).toMatchObject({
      ok: false,
    })
    expect(await media.put(png, { declaredType: 'text/plain', accept: ['image/*'] })).toMatchObject({
      ok: true,
    })
  })

  it('knows the files that customers and vendors send', async () => {
    const typeOf = async (bytes: Uint8Array, declaredType?: string) => {
      const put = await media.put(bytes, { declaredType })
      return put.ok ? put.value.contentType : put.refusal.code
    }
    expect(await typeOf(text('%PDF-1.7\n1 0 obj'))).toBe('application/pdf')
    expect(await typeOf(text('#!AMR\n\x0c'))).toBe('audio/amr')
    expect(await typeOf(text('\x02#!SILK_V3\x0c\x00'))).toBe('audio/silk')
    expect(await typeOf(text('姓名,电话\n王芳,138\n'), 'text/csv; charset=utf-8')).toBe('text/csv')
    expect(await typeOf(Buffer.from('bfd5b5f7b2bbd6c6c0e4', 'hex'))).toBe('text/plain')
    expect(await typeOf(text('<?xml version="1.0"?><svg onload="x()"></svg>'))).toBe('image/svg+xml')
    expect(await typeOf(text('BEGIN:VCALENDAR\r\nVERSION:2.0'))).toBe('text/calendar')
    expect(await typeOf(Uint8Array.of(0, 1, 2, 3, 250, 251))).toBe('application/octet-stream')
    expect(await typeOf(new Uint8Array())).toBe('text/plain')
  })

  it('keeps nothing when the source breaks off', async () => {
    await expect(media.put(pieces(png, 10, new Error('cut off')))).rejects.toThrow('cut off')
    expect(leftovers()).toEqual([])
  })

  it('never lets a name reach the file system', async () => {
    for (const name of ['../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`, '']) {
      expect(() => mediaPath(name)).toThrow('not a content hash')
      await expect(media.get(name)).rejects.toThrow('not a content hash')
    }
    await expect(media.get('0'.repeat(64))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await media.has('0'.repeat(64))).toBe(false)
    expect(await media.look('0'.repeat(64))).toBeNull()
  })

  it('clears what an interrupted put left behind a day ago', async () => {
    const old = join(dir, '.new', 'old')
    writeFileSync(old, 'x')
    utimesSync(old, 1, 1)
    writeFileSync(join(dir, '.new', 'young'), 'x')
    await openMediaStore({ dir })
    expect(leftovers()).toEqual(['young'])
    rmSync(join(dir, '.new', 'young'))
  })
})

describe('finding a type', () => {
  it('tells the old Office formats apart by their main stream', () => {
    const entry = (name: string) => Buffer.concat([Buffer.alloc(128), Buffer.from(name, 'utf16le')])
    expect(compoundType(entry('WordDocument'))).toBe('application/msword')
    expect(compoundType(entry('Workbook'))).toBe('application/vnd.ms-excel')
    expect(compoundType(entry('other'))).toBe('application/x-cfb')
  })

  it('knows bare GSM by its frames, and takes nothing else for it', () => {
    const frames = Buffer.alloc(33 * 60, 7)
    for (let at = 0; at < frames.length; at += 33) frames[at] = 0xd0 + (at % 16)
    expect(looksLikeGsm(frames)).toBe(true)
    expect(looksLikeGsm(frames.subarray(0, 33 * 20))).toBe(false)
    frames[33 * 40] = 0x41
    expect(looksLikeGsm(frames)).toBe(false)
  })

  it('takes any text for text, also when it is cut in the middle of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(3), (value, cut) => {
        const clean = value.replace(/[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/g, ' ')
        const bytes = text(`工单${clean}`)
        expect(looksLikeText(bytes.subarray(0, Math.max(6, bytes.length - cut)))).toBe(true)
      }),
    )
  })

  it('never calls markup plain text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(' ', '\n', '<!-- x -->', '\ufeff'),
        fc.constantFrom('text/csv', 'text/plain'),
        (lead, declared) => {
          expect(textType(text(`${lead}<HTML lang="zh">`), declared)).toBe('text/html')
          expect(textType(text(`${lead}<svg xmlns="x">`), declared)).toBe('image/svg+xml')
        },
      ),
    )
  })

  it('matches accept lists by type and by family', () => {
    expect(isAccepted('image/png', ['audio/*', 'image/*'])).toBe(true)
    expect(isAccepted('application/pdf; x=1', ['application/PDF'])).toBe(true)
    expect(isAccepted('imagex/png', ['image/*'])).toBe(false)
    expect(isAccepted('text/html', [])).toBe(false)
    expect(isAccepted('text/html', ['*/*'])).toBe(true)
  })
})

describe('a file that nothing refers to', () => {
  const bytes = text('the same photo')
  const hash = sha(bytes)
  const aged = (hours: number) => {
    const at = Date.now() / 1000 - hours * 3_600
    utimesSync(join(dir, mediaPath(hash)), at, at)
  }
  const remove = (hours: number) => removeMedia(dir, hash, Date.now() - hours * 3_600_000)

  it('stays while it is young and is removed when it is old; again is nothing', async () => {
    await media.put(bytes)
    await remove(24)
    expect(await media.has(hash)).toBe(true)
    aged(23)
    await remove(24)
    expect(await media.has(hash)).toBe(true)
    aged(25)
    await remove(24)
    await remove(24)
    expect(await media.has(hash)).toBe(false)
    expect(leftovers()).toEqual([])
  })

  it('is young again when the same bytes are stored again', async () => {
    await media.put(bytes)
    aged(48)
    await media.put(bytes)
    await remove(24)
    expect(await media.has(hash)).toBe(true)
  })

  it('is not lost when the same bytes are stored while it is being removed', async () => {
    for (let round = 0; round < 50; round++) {
      await media.put(bytes)
      aged(48)
      await Promise.all([remove(24), media.put(bytes)])
      expect(await media.has(hash)).toBe(true)
    }
  })
})
