import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feishuConfigSchema } from '../../../../channels/feishu/config.ts'
import { openSealed } from '../../../../channels/feishu/crypto.ts'
import { signDelivery } from '../../../../channels/feishu/emulator/crypto.ts'
import { frameRequest } from '../../../../channels/feishu/frame.ts'
import { limits } from '../../../../channels/feishu/limits.ts'
import { handshake, verify } from '../../../../channels/feishu/verify.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'
import type { ErrorCode } from '../../../../src/kernel/errors.ts'

const nowMs = Date.parse('2026-03-02T09:00:00+08:00')
const encryptKey = 'an encrypt key'
const verificationToken = 'a verification token'
const settings = (more: object) =>
  feishuConfigSchema.parse({ mode: 'webhook', appId: 'cli_0123456789abcdef', appSecret: 's', ...more })
const sealed = settings({ encryptKey, verificationToken })
const plain = settings({ verificationToken })
const event = JSON.stringify({
  schema: '2.0',
  header: { event_id: 'e1', event_type: 'x', token: verificationToken },
  event: { text: '空调不制冷' },
})

function post(body: string | Uint8Array, headers: Record<string, string> = {}): RawRequest {
  const path = '/channels/feishu/a1'
  return {
    method: 'POST',
    path,
    query: {},
    headers,
    body: Buffer.from(body),
    remoteAddress: '',
    receivedAtMs: nowMs,
  }
}
const signed = (text: string | Uint8Array = event, atMs = nowMs, key = encryptKey) => {
  const { headers, body } = signDelivery({ encryptKey: key }, text, atMs)
  return post(body, { ...headers })
}
const codeOf = (request: RawRequest, config = sealed, at = nowMs): ErrorCode | 'believed' => {
  const verified = verify(request, config, at)
  return verified.ok ? 'believed' : verified.refusal.code
}
const without = (request: RawRequest, name: string) => {
  const { [name]: _, ...headers } = request.headers
  return { ...request, headers }
}

describe('an encrypted delivery', () => {
  it('is believed for as long as Feishu delivers again, and its text is kept with it', () => {
    const verified = verify(signed(), sealed, nowMs)
    expect(verified.ok && verified.value.claims.text).toBe(event)
    expect(codeOf(signed(), sealed, nowMs + limits.redeliveryMs)).toBe('believed')
    expect(codeOf(signed(), sealed, nowMs + limits.redeliveryMs + 1000)).toBe('signature.expired')
    expect(codeOf(signed(), sealed, nowMs - limits.redeliveryMs - 1000)).toBe('signature.expired')
  })

  it('is signed over its bytes as they came: believed with spaces in it, refused when it was written anew', () => {
    const { encrypt } = JSON.parse(Buffer.from(signed().body).toString()) as { encrypt: string }
    const spaced = `{ "encrypt" : "${encrypt}" }`
    const [timestamp, nonce] = [String(Math.floor(nowMs / 1000)), 'nonce']
    const signature = createHash('sha256')
      .update(timestamp + nonce + encryptKey + spaced)
      .digest('hex')
    const headers = {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': signature,
    }
    expect(codeOf(post(spaced, headers))).toBe('believed')
    expect(codeOf(post(JSON.stringify(JSON.parse(spaced)), headers))).toBe('signature.invalid')
  })

  it.each(['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'])(
    'is refused without %s',
    (name) => {
      expect(codeOf(without(signed(), name))).toBe('signature.missing')
    },
  )

  it('is refused under another key, with another time, nonce or body', () => {
    const request = signed()
    expect(codeOf(signed(event, nowMs, 'another key'))).toBe('signature.invalid')
    for (const name of ['x-lark-request-timestamp', 'x-lark-request-nonce']) {
      const value = `${request.headers[name]}1`
      expect(codeOf({ ...request, headers: { ...request.headers, [name]: value } })).toBe('signature.invalid')
    }
    expect(codeOf({ ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) })).toBe(
      'signature.invalid',
    )
  })

  it('is refused when it is cut off anywhere', () => {
    const request = signed()
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), (length) => {
        expect(codeOf({ ...request, body: request.body.subarray(0, length) })).toBe('signature.invalid')
      }),
    )
  })

  it('is not believed when what was signed is no sealed text, or no UTF-8', () => {
    const bad = (body: string) => {
      // Signed by the right key, as if Feishu had gone mad.
      const { headers } = signDelivery({ encryptKey }, event, nowMs)
      return post(body, { ...headers })
    }
    expect(codeOf(bad('{"encrypt":"AAAA"}'))).toBe('signature.invalid')
    expect(codeOf(signed(Buffer.from([0xff, 0xfe, 0xff])))).toBe('request.malformed')
  })

  it('is refused as plain text, even with the right token', () => {
    expect(codeOf(post(event))).toBe('signature.missing')
  })

  it('opens what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (text, key) => {
        const { body } = signDelivery({ encryptKey: key }, text, nowMs)
        const { encrypt } = JSON.parse(Buffer.from(body).toString()) as { encrypt: string }
        expect(openSealed(key, encrypt)).toBe(text.toWellFormed())
      }),
    )
  })
})

describe('an unencrypted delivery', () => {
  it('is believed by its token, and refused without it or with another', () => {
    expect(codeOf(post(event), plain)).toBe('believed')
    expect(codeOf(post(event.replace(verificationToken, 'a guess')), plain)).toBe('signature.invalid')
    expect(codeOf(post(event.replace(`,"token":"${verificationToken}"`, '')), plain)).toBe(
      'signature.missing',
    )
  })

  it('says what is missing when it is encrypted and there is no key', () => {
    expect(codeOf(signed(), plain)).toBe('channel.config_invalid')
  })

  it('is refused when it is no JSON object or no UTF-8', () => {
    for (const body of ['', '[]', '"x"', '{"header":', event.slice(0, -1)])
      expect(codeOf(post(body), plain)).toBe('request.malformed')
    expect(codeOf(post(Buffer.from(event, 'utf16le')), plain)).toBe('request.malformed')
  })
})

describe('a frame of the long connection', () => {
  const long = settings({ mode: 'long-connection' })

  it('is believed by the proof that the hub itself gave it', () => {
    expect(codeOf(frameRequest(Buffer.from(event), nowMs, long), long)).toBe('believed')
  })

  it('cannot be posted: neither with a stolen proof’s shape nor in that mode at all', () => {
    const frame = frameRequest(Buffer.from(event), nowMs, long)
    expect(codeOf({ ...frame, method: 'POST' }, long)).toBe('signature.missing')
    expect(codeOf(post(event), long)).toBe('signature.missing')
    expect(codeOf(signed(), long)).toBe('signature.missing')
    expect(codeOf({ ...frame, headers: { 'x-frame-proof': '0'.repeat(64) } }, long)).toBe('signature.invalid')
  })
})

describe('the check of the callback address', () => {
  const check = (token = verificationToken) =>
    JSON.stringify({ challenge: 'c-1', token, type: 'url_verification' })
  const shake = (request: RawRequest, config = sealed) => {
    const answer = handshake(request, config)
    if (answer === null) return null
    return answer.ok ? JSON.parse(String(answer.value.body)) : answer.refusal.code
  }

  it('is answered encrypted and plain', () => {
    expect(shake(signed(check()))).toEqual({ challenge: 'c-1' })
    expect(shake(post(check()), plain)).toEqual({ challenge: 'c-1' })
  })

  it('is refused with another token, and plain where only a key is known', () => {
    expect(shake(post(check('a guess')), plain)).toBe('signature.invalid')
    expect(shake(signed(check('a guess')))).toBe('signature.invalid')
    expect(shake(post(check()), settings({ encryptKey }))).toBe('signature.invalid')
  })

  it('is not taken from anything else', () => {
    expect(shake(signed())).toBeNull()
    expect(shake(post('not JSON'))).toBeNull()
    expect(shake(signed(check(), nowMs, 'another key'))).toBeNull()
    expect(shake(post(check()), settings({ mode: 'long-connection', verificationToken }))).toBeNull()
    expect(
      shake(
        signed(JSON.stringify({ type: 'url_verification', challenge: randomBytes(2000).toString('hex') })),
      ),
    ).toBeNull()
  })
})
