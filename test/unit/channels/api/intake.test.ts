import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signedHeaders } from '../../../../channels/_kit/standard-webhooks.ts'
import { apiConfigSchema } from '../../../../channels/api/config.ts'
import { apiChannel } from '../../../../channels/api/index.ts'
import { maxBodyBytes } from '../../../../channels/api/intake.ts'
import type { RawRequest, Verified } from '../../../../src/contract/channel.ts'
import type { MessageEnvelope } from '../../../../src/contract/message.ts'
import { sha256 } from '../../../../src/kernel/hash.ts'
import { sentence } from '../../../../src/kernel/sentence.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const nowMs = 1_700_000_000_000
const token = 'yt_7f3c'
const config = {
  ...apiConfigSchema.parse({ signingSecrets: [secret] }),
  tokens: [
    { id: 'shop', hash: sha256(token), scopes: ['intake'] },
    { id: 'reader', hash: sha256('read-only'), scopes: ['tickets:read'] },
  ],
}

function request(body: unknown, headers: Record<string, string>): RawRequest {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body))
  const path = '/channels/api/a1'
  return { method: 'POST', path, query: {}, headers, body: bytes, remoteAddress: '', receivedAtMs: nowMs }
}

function byToken(body: unknown, key = 'k-1', bearer = token): RawRequest {
  return request(body, { authorization: `Bearer ${bearer}`, 'idempotency-key': key })
}

const simple = { sender: { id: 'u1' }, text: '空调不制冷' }

function verified(raw: RawRequest): Verified {
  const result = apiChannel.verify(raw, config, nowMs)
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}

function refusal(raw: RawRequest) {
  const result = apiChannel.verify(raw, config, nowMs)
  if (result.ok) throw new Error('was accepted')
  return result.refusal
}

const parsed = (raw: RawRequest) => apiChannel.parse(verified(raw), config)[0] as MessageEnvelope

describe('who may file a request', () => {
  it('accepts a token with the intake scope and a signature, and names the caller in the dedupe key', () => {
    expect(parsed(byToken(simple)).dedupeKey).toBe('shop:k-1')
    const bytes = JSON.stringify(simple)
    expect(parsed(request(simple, signedHeaders('msg_9', nowMs, bytes, [secret]))).dedupeKey).toBe(
      'signature:msg_9',
    )
  })

  it('refuses no proof, an unknown token by that name, a token without the scope by the scope, and an account without any', () => {
    expect(refusal(request(simple, { 'idempotency-key': 'k' })).code).toBe('signature.missing')
    expect(refusal(byToken(simple, 'k', 'nope')).code).toBe('token.unknown')
    const reader = refusal(byToken(simple, 'k', 'read-only'))
    expect([reader.code, reader.params.scopes]).toEqual(['access.scope_missing', 'intake'])
    const bare = apiConfigSchema.parse({})
    expect(apiChannel.verify(byToken(simple), bare, nowMs)).toMatchObject({
      refusal: { code: 'token.unknown' },
    })
  })

  it('takes the key of a signed request from what is signed, not from a header that anybody could change', () => {
    const headers = signedHeaders('msg_9', nowMs, JSON.stringify(simple), [secret])
    expect(parsed(request(simple, { ...headers, 'idempotency-key': 'other' })).dedupeKey).toBe(
      'signature:msg_9',
    )
  })

  it('asks for the idempotency key by name when it is missing', () => {
    const refused = refusal(request(simple, { authorization: `Bearer ${token}` }))
    expect(refused.code).toBe('request.invalid')
    expect(refused.issues?.[0]?.path).toBe('Idempotency-Key')
  })

  it('never keeps the token with the envelope', () => {
    expect(JSON.stringify(verified(byToken(simple)).claims)).not.toContain(token)
  })
})

describe('what a request may say', () => {
  it('names each wrong member and how it is wrong', () => {
    const refused = refusal(byToken({ sender: { id: '' }, sentAt: 'yesterday', txt: 'x' }))
    expect(refused.code).toBe('request.invalid')
    expect(refused.issues?.map((i) => i.path).sort()).toEqual(['', 'sender.id', 'sentAt'])
    expect(refused.issues?.find((i) => i.path === '')?.message).toContain('txt')
  })

  it('says in both languages what is wrong, in the words of all other refusals', () => {
    const issues = (body: unknown) => refusal(byToken(body)).issues
    expect(issues({ text: 'x' })).toEqual([
      { path: 'sender', message: 'must be given', messageZh: '必须填写' },
    ])
    expect(issues({ ...simple, text: 'x'.repeat(20_001) })).toEqual([
      { path: 'text', message: 'must have at most 20000 characters', messageZh: '最多 20000 个字' },
    ])
    const attachments = [{ name: 'x', contentType: 'pdf', content: 'a' }, { name: 'y' }]
    expect(issues({ ...simple, attachments })?.map((issue) => issue.messageZh)).toEqual([
      '应为文件类型，例如 image/jpeg',
      '应为 Base64 编码',
      'content 和 url 要填一个，只能填一个',
    ])
    expect(refusal(request(simple, { authorization: `Bearer ${token}` })).issues?.[0]?.messageZh).toMatch(
      /^必须填写：1 至 200 个/,
    )
    const cut = refusal(byToken(new TextEncoder().encode('{"a":')))
    expect([sentence(cut, 'zh'), sentence(cut, 'en')]).toEqual([
      '无法读取请求：内容不是有效的 JSON。请改正后重新发送。',
      'The request could not be read: the body is not valid JSON. Correct it and send it again.',
    ])
  })

  it('refuses what is not JSON, not UTF-8 or too large', () => {
    expect(refusal(byToken(new TextEncoder().encode('{"a":'))).code).toBe('request.malformed')
    expect(refusal(byToken(new TextEncoder().encode('null'))).code).toBe('request.invalid')
    expect(refusal(byToken(Uint8Array.of(0x22, 0xff, 0x22))).code).toBe('request.malformed')
    expect(refusal(byToken(new Uint8Array(maxBodyBytes + 1))).code).toBe('request.too_large')
  })

  it('survives a body nested a hundred thousand levels deep', () => {
    const deep = `{"sender":{"id":"u"},"fields":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    expect(refusal(byToken(new TextEncoder().encode(deep))).code).toBe('request.invalid')
  })

  it('turns any JSON value into envelopes or a refusal, never into an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const result = apiChannel.verify(byToken(value as object), config, nowMs)
        if (result.ok) expect(apiChannel.parse(result.value, config)).toHaveLength(1)
      }),
    )
  })

  it('drops NUL and mends broken surrogates, which the database could not store', () => {
    const body = new TextEncoder().encode('{"sender":{"id":"u\\u0000"},"fields":{"a\\ud800":"b\\u0000c"}}')
    const envelope = parsed(byToken(body))
    expect(envelope.identity.externalId).toBe('u')
    expect(envelope.message.form).toEqual({ 'a\ufffd': 'bc' })
  })
})

describe('the message that a request becomes', () => {
  it('keeps fields by name and adds what the caller states about the sender', () => {
    const { message } = parsed(
      byToken({
        sender: { id: 'u1', name: '王芳', phone: '13800138000' },
        fields: { device_model: 'KFR-35GW' },
      }),
    )
    expect(message.kind).toBe('form')
    expect(message.form).toEqual({ contact_name: '王芳', phone: '13800138000', device_model: 'KFR-35GW' })
  })

  it('joins people only by what the caller has verified', () => {
    const sender = { id: 'u1', phone: '13800138000', email: 'Wang@Example.com' }
    expect(parsed(byToken({ sender, text: 'x' })).identity.strongIds).toBeUndefined()
    expect(
      parsed(byToken({ sender: { ...sender, verified: ['email'] }, text: 'x' })).identity.strongIds,
    ).toEqual({
      email: 'wang@example.com',
    })
  })

  it('opens a thread for each request, continues a named one, and never another sender’s', () => {
    const first = parsed(byToken(simple, 'k-1'))
    const second = parsed(byToken(simple, 'k-2'))
    expect(second.threadKey).not.toBe(first.threadKey)
    const thread = JSON.parse(
      String(apiChannel.ack(verified(byToken(simple)), [{ envelopeId: 'e', duplicate: false }], config).body),
    ).thread
    expect(parsed(byToken({ ...simple, thread }, 'k-3')).threadKey).toBe(first.threadKey)
    const stranger = parsed(byToken({ ...simple, sender: { id: 'u2' }, thread }, 'k-4'))
    expect(stranger.threadKey).not.toBe(first.threadKey)
  })

  it('keeps a kind that it does not know as unsupported, with its text', () => {
    const { message } = parsed(byToken({ ...simple, kind: 'hologram', beam: 1 }))
    expect(message).toMatchObject({ kind: 'unsupported', unsupported: 'hologram', text: '空调不制冷' })
  })

  it('decodes small files and names larger ones by their address', () => {
    const { message } = parsed(
      byToken({
        ...simple,
        attachments: [
          { name: 'a.txt', contentType: 'text/plain', content: 'aGk=' },
          { name: 'b.mp4', url: 'https://files.example/b.mp4' },
        ],
      }),
    )
    expect(message.attachments[0]?.source).toEqual({ kind: 'bytes', content: new TextEncoder().encode('hi') })
    expect(message.attachments[1]?.source).toEqual({
      kind: 'fetch',
      ref: { url: 'https://files.example/b.mp4' },
    })
    const both = { name: 'x', content: 'aGk=', url: 'https://files.example/b' }
    expect(refusal(byToken({ ...simple, attachments: [both] })).code).toBe('request.invalid')
    expect(refusal(byToken({ ...simple, attachments: [{ name: 'x', content: 'a' }] })).code).toBe(
      'request.invalid',
    )
  })

  it('reads a receipt for an answer', () => {
    const receipt = { kind: 'receipt', messageId: 'm1', status: 'read' }
    expect(apiChannel.parse(verified(byToken(receipt)), config)).toEqual([
      {
        kind: 'receipt',
        dedupeKey: 'shop:k-1',
        senderKey: 'receipt:m1',
        providerMessageId: 'm1',
        status: 'read',
      },
    ])
  })
})

describe('the answer to a request', () => {
  it('is 202 with the address of the receipt, and a refusal when the key was used for something else', () => {
    const ack = apiChannel.ack(verified(byToken(simple)), [{ envelopeId: 'e-1', duplicate: false }], config)
    expect(ack.status).toBe(202)
    expect(JSON.parse(String(ack.body))).toEqual({
      id: 'e-1',
      receipt: '/api/conversation/receipt?id=e-1',
      thread: 'shop:k-1',
      duplicate: false,
    })
    const conflict = { envelopeId: 'e-1', duplicate: true, contentDiffers: true }
    expect(() => apiChannel.ack(verified(byToken(simple)), [conflict], config)).toThrow('request.conflict')
  })
})
