import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticketLinks } from '../../../src/access/index.ts'

const links = ticketLinks('key of this hub')
const untilMs = Date.parse('2026-12-28T10:00:00Z')

describe('signed links', () => {
  it('give back the offer and the end of their time to the second, whatever they are', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 2 ** 40 - 1 }), (offerId, seconds) => {
        const token = links.signJob(offerId, seconds * 1000 + 999)
        expect(links.readJob(token)).toEqual({ offerId, expiresAtMs: seconds * 1000 })
        expect(token).toMatch(/^[\w-]{50}$/)
      }),
    )
  })

  it('of one purpose are nothing for another: a customer’s link opens no job and a job’s link no progress page', () => {
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
    expect(links.readJob(links.sign(id))).toBeNull()
    expect(links.read(links.signJob(id, untilMs))).toBeNull()
    expect(links.read(links.sign(id))).toEqual({ kind: 'link', id, ticketId: id })
  })

  it('hold with no byte changed only: neither another offer nor a later end can be written into one', () => {
    const token = links.signJob('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', untilMs)
    const bytes = Buffer.from(token, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(links.readJob(changed.toString('base64url'))).toBeNull()
    }
    expect(ticketLinks('key of another hub').readJob(token)).toBeNull()
    for (const wrong of ['', 'x', `${token}A`, token.slice(1), `${token}=`])
      expect(links.readJob(wrong)).toBeNull()
  })
})
