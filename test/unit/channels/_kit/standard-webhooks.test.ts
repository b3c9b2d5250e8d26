import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signedHeaders, signingSecret, verifySigned } from '../../../../channels/_kit/standard-webhooks.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
const nowMs = 1_700_000_000_000

function request(headers: Record<string, string>, body: string): RawRequest {
  const bytes = new TextEncoder().encode(body)
  return {
    method: 'POST',
    path: '/',
    query: {},
    headers,
    body: bytes,
    remoteAddress: '',
    receivedAtMs: nowMs,
  }
}

describe('Standard Webhooks signatures', () => {
  it('accepts what the reference library signs, for any id and any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), fc.string({ unit: 'grapheme' }), (id, body) => {
        const signature = new Webhook(secret).sign(id, new Date(nowMs), body)
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': '1700000000',
          'webhook-signature': signature,
        }
        expect(verifySigned(request(headers, body), [secret], nowMs)).toEqual({ ok: true, value: { id } })
      }),
    )
  })

  it('signs what the reference library accepts, with each of the overlapping secrets', () => {
    const now = Date.now()
    const headers = signedHeaders('msg_1', now, '{"a":"工单"}', [other, secret])
    for (const one of [secret, other]) {
      expect(new Webhook(one).verify('{"a":"工单"}', headers)).toEqual({ a: '工单' })
    }
  })

  it('accepts a caller that still signs with the older of two secrets', () => {
    const headers = signedHeaders('m', nowMs, 'x', [other])
    expect(verifySigned(request(headers, 'x'), [secret, other], nowMs).ok).toBe(true)
    expect(verifySigned(request(headers, 'x'), [secret], nowMs)).toMatchObject({
      refusal: { code: 'signature.invalid' },
    })
  })

  it('refuses a changed body, id or time, a missing header, and an empty list of secrets', () => {
    const headers = signedHeaders('m', nowMs, 'x', [secret])
    const code = (h: Record<string, string>, body: string, secrets = [secret]) => {
      const result = verifySigned(request(h, body), secrets, nowMs)
      return result.ok ? 'ok' : result.refusal.code
    }
    expect(code(headers, 'x')).toBe('ok')
    expect(code(headers, 'y')).toBe('signature.invalid')
    expect(code({ ...headers, 'webhook-id': 'n' }, 'x')).toBe('signature.invalid')
    expect(code({ ...headers, 'webhook-timestamp': '1700000001' }, 'x')).toBe('signature.invalid')
    expect(code({ ...headers, 'webhook-timestamp': '1.7e9' }, 'x')).toBe('signature.invalid')
    expect(code({ ...headers, 'webhook-signature': 'v1,' }, 'x')).toBe('signature.invalid')
    expect(code({ ...headers, 'webhook-signature': '' }, 'x')).toBe('signature.missing')
    expect(code(headers, 'x', [])).toBe('signature.invalid')
  })

  it('accepts five minutes of clock difference in both directions and not a second more', () => {
    const headers = signedHeaders('m', nowMs, 'x', [secret])
    for (const side of [-1, 1]) {
      expect(verifySigned(request(headers, 'x'), [secret], nowMs + side * 300_000).ok).toBe(true)
      expect(verifySigned(request(headers, 'x'), [secret], nowMs + side * 301_000)).toMatchObject({
        refusal: { code: 'signature.expired' },
      })
    }
  })

  it('knows a secret by its form', () => {
    expect(signingSecret.safeParse(secret).success).toBe(true)
    expect(signingSecret.safeParse('whsec_short').success).toBe(false)
    expect(signingSecret.safeParse('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').success).toBe(false)
  })
})
