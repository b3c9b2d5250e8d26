import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uploadRule } from '../../../../channels/qr/limits.ts'
import {
  accountOf,
  type Link,
  readLink,
  readPass,
  readReceipt,
  readUpload,
  signLink,
  signPass,
  signReceipt,
  signUpload,
} from '../../../../channels/qr/token.ts'

const secrets = ['a'.repeat(43), 'b'.repeat(43)]
const links: fc.Arbitrary<Link> = fc.record({
  accountId: fc.uuid(),
  kind: fc.constantFrom('device' as const, 'site' as const),
  id: fc.uuid(),
  linkVersion: fc.integer({ min: 1, max: 65_535 }),
})

describe('the token of a printed code', () => {
  it('says what was signed, in 63 characters that every scanner reads', () => {
    fc.assert(
      fc.property(links, (link) => {
        const token = signLink(link, secrets)
        expect(token).toMatch(/^[\w-]{63}$/)
        expect(readLink(token, secrets)).toEqual({ ok: true, value: link })
        expect(accountOf(token)).toBe(link.accountId)
      }),
    )
  })

  it('does not hold when any character of it is another one', () => {
    fc.assert(
      fc.property(links, fc.nat(62), fc.constantFrom(...'ABCXYZabcxyz0189-_'), (link, at, other) => {
        const token = signLink(link, secrets)
        const forged = token.slice(0, at) + other + token.slice(at + 1)
        fc.pre(forged !== token)
        expect(readLink(forged, secrets)).toMatchObject({ refusal: { code: 'link.invalid' } })
      }),
    )
  })

  it('is no receipt, and a receipt is no link', () => {
    fc.assert(
      fc.property(links, ({ accountId, id, linkVersion, kind }) => {
        const receipt = signReceipt({ accountId, envelopeId: id, linkVersion }, secrets)
        expect(readReceipt(receipt, secrets).ok).toBe(true)
        expect(readLink(receipt, secrets).ok).toBe(false)
        expect(readReceipt(signLink({ accountId, id, linkVersion, kind }, secrets), secrets).ok).toBe(false)
      }),
    )
  })

  it('never makes a reader throw, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        readLink(text, secrets)
        readReceipt(text, secrets)
        readPass(text, text, secrets, 0)
        readUpload(text, text, secrets, 0)
        accountOf(text)
      }),
    )
  })
})

describe('passes and uploads', () => {
  it('belong to one link and end', () => {
    const pass = signPass('link-1', { version: 2, expiresAtMs: 1000 }, secrets)
    expect(readPass('link-1', pass, secrets, 1000)).toMatchObject({ ok: true, value: { version: 2 } })
    expect(readPass('link-1', pass, secrets, 1001)).toMatchObject({ refusal: { code: 'link.expired' } })
    expect(readPass('link-2', pass, secrets, 0)).toMatchObject({ refusal: { code: 'signature.invalid' } })
    expect(readPass('link-1', undefined, secrets, 0)).toMatchObject({
      refusal: { code: 'signature.missing' },
    })
    const file = { hash: 'f'.repeat(64), size: 1, contentType: 'image/png', expiresAtMs: 1000 }
    const upload = signUpload('link-1', file, secrets)
    expect(readUpload('link-1', upload, secrets, 0)).toEqual(file)
    expect(readUpload('link-2', upload, secrets, 0)).toBeNull()
    expect(readUpload('link-1', pass, secrets, 0)).toBeNull()
  })

  it('takes photos, videos and recordings only', () => {
    expect(uploadRule('image/jpeg')?.accept).not.toContain('image/svg+xml')
    expect(['application/pdf', 'text/html', '', 'application/x-msdownload'].map(uploadRule)).toEqual(
      Array(4).fill(null),
    )
  })
})
