import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { phoneConfigSchema } from '../../../../channels/phone-webhook/config.ts'
import { phoneWebhookChannel } from '../../../../channels/phone-webhook/index.ts'
import { readNumber } from '../../../../channels/phone-webhook/number.ts'
import { lookUp } from '../../../../channels/phone-webhook/request.ts'
import { readDuration, readTime } from '../../../../channels/phone-webhook/time.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'

const nowMs = Date.parse('2026-11-27T02:00:00Z')
const bytes = (text: string) => new TextEncoder().encode(text)
const request = (more: Partial<RawRequest> = {}): RawRequest => ({
  method: 'POST',
  path: '/channels/phone-webhook/1',
  query: {},
  headers: {},
  body: bytes('{"callId":"c1","caller":"13605712844"}'),
  remoteAddress: '203.0.113.9',
  receivedAtMs: nowMs,
  ...more,
})
const account = (config: object) => phoneConfigSchema.parse(config)
const codeOf = (raw: RawRequest, config: object, atMs = nowMs) => {
  const verified = phoneWebhookChannel.verify(raw, account(config), atMs)
  return verified.ok ? 'believed' : verified.refusal.code
}
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

describe('proofs of a report', () => {
  const key = { staticKey: 'a-long-static-key' }
  const fields = { appId: 'A1', b: '', time: '1795744800', callId: 'c1' }
  const form = (more: Record<string, string>) =>
    request({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: bytes(new URLSearchParams({ ...fields, ...more }).toString()),
    })
  const signed = (signText: string, more: object = {}) => ({
    signSecret: 'the-secret',
    sign: { algorithm: 'md5', signText, signIn: 'field', signName: 'sign', ...more },
  })

  it.each([
    ['{params}{secret}', {}, 'appId=A1&callId=c1&time=1795744800the-secret'],
    [
      '{secret}{params}{secret}',
      { pairSign: 'none', joinSign: 'none' },
      'the-secretappIdA1callIdc1time1795744800the-secret',
    ],
    ['{params}&key={secret}', { skipEmpty: false }, 'appId=A1&b=&callId=c1&time=1795744800&key=the-secret'],
    ['{appId}{secret}{time}', {}, 'A1the-secret1795744800'],
  ])('reads the MD5 of "%s" %j, in either case of its letters', (signText, more, text) => {
    expect(codeOf(form({ sign: md5(text) }), signed(signText, more))).toBe('believed')
    expect(codeOf(form({ sign: md5(text).toUpperCase() }), signed(signText, more))).toBe('believed')
    expect(codeOf(form({ sign: md5(`${text} `) }), signed(signText, more))).toBe('signature.invalid')
    expect(codeOf(form({}), signed(signText, more))).toBe('signature.missing')
  })

  const digests = {
    sha1: (text: string) => createHash('sha1').update(`${text}the-secret`),
    sha256: (text: string) => createHash('sha256').update(`${text}the-secret`),
    'hmac-md5': (text: string) => createHmac('md5', 'the-secret').update(text),
  } as const
  const schemes = (['sha1', 'sha256', 'hmac-md5'] as const).flatMap((algorithm) =>
    (['hex', 'base64'] as const).flatMap((encoding) =>
      (['query', 'field', 'header'] as const).map((signIn) => [algorithm, encoding, signIn] as const),
    ),
  )
  it.each(schemes)('reads %s in %s, given in the %s', (algorithm, encoding, signIn) => {
    const signText = algorithm === 'hmac-md5' ? '{params}' : '{params}{secret}'
    const config = signed(signText, { algorithm, encoding, signIn })
    const given = (text: string) => {
      const sign = digests[algorithm](text).digest(encoding)
      if (signIn === 'field') return form({ sign })
      const raw = form({})
      return signIn === 'query' ? { ...raw, query: { sign } } : { ...raw, headers: { ...raw.headers, sign } }
    }
    expect(codeOf(given('appId=A1&callId=c1&time=1795744800'), config)).toBe('believed')
    expect(codeOf(given('appId=A1&callId=c1&time=1795744801'), config)).toBe('signature.invalid')
    expect(codeOf(form({}), config)).toBe('signature.missing')
  })

  it('reads a fixed key in a header, whatever the case of its name, and takes it off', () => {
    const inHeader = { ...key, staticKeyIn: 'header', staticKeyName: 'X-Call-Key' }
    const given = request({ headers: { 'x-call-key': key.staticKey } })
    const verified = phoneWebhookChannel.verify(given, account(inHeader), nowMs)
    expect(verified.ok && verified.value.request.headers).toEqual({})
    expect(codeOf(request({ headers: { 'x-call-key': 'another-key' } }), inHeader)).toBe('signature.invalid')
    expect(codeOf(request({ query: { 'X-Call-Key': key.staticKey } }), inHeader)).toBe('signature.missing')
  })

  it('reads an HMAC over the raw body with a prefix, in hex and in base64', () => {
    const raw = request()
    for (const [algorithm, encoding] of [
      ['sha256', 'hex'],
      ['sha1', 'base64'],
    ] as const) {
      const mac = createHmac(algorithm, 'the-secret').update(raw.body).digest(encoding)
      const sign = { algorithm: `hmac-${algorithm}`, encoding, signPrefix: 'v1=', signName: 'X-Sign' }
      const config = { signSecret: 'the-secret', sign }
      expect(codeOf({ ...raw, headers: { 'x-sign': `v1=${mac}` } }, config)).toBe('believed')
      expect(codeOf({ ...raw, headers: { 'x-sign': `v1=${mac}` }, body: bytes('{}') }, config)).toBe(
        'signature.invalid',
      )
    }
  })

  it('refuses a signed time that is too old, and one that is missing', () => {
    const text = '{appId}{secret}{time}'
    const config = signed(text, { timestampName: 'time', toleranceSeconds: 60 })
    const sign = md5('A1the-secret1795744800')
    expect(codeOf(form({ sign }), config, 1_795_744_800_000)).toBe('believed')
    expect(codeOf(form({ sign }), config, 1_795_744_900_000)).toBe('signature.expired')
    expect(codeOf(form({ sign: md5('A1the-secret'), time: '' }), config)).toBe('signature.missing')
  })

  it('demands each of several proofs', () => {
    const both = { ...key, addresses: ['203.0.113.0/24', '2001:db8::/32'] }
    const query = { key: key.staticKey }
    expect(codeOf(request({ query }), both)).toBe('believed')
    expect(codeOf(request({ query, remoteAddress: '2001:db8::1' }), both)).toBe('believed')
    expect(codeOf(request({ query, remoteAddress: '::ffff:203.0.113.7' }), both)).toBe('believed')
    expect(codeOf(request({ query, remoteAddress: '198.51.100.1' }), both)).toBe('signature.invalid')
    expect(codeOf(request(), both)).toBe('signature.missing')
  })

  it('lets a list of addresses with a mistake in it believe nobody by that entry', () => {
    expect(codeOf(request(), { addresses: ['203.0.113.0/99'] })).toBe('signature.invalid')
    expect(codeOf(request({ remoteAddress: 'unknown' }), { addresses: ['203.0.113.0/24'] })).toBe(
      'signature.invalid',
    )
  })

  it('reads a bearer token and a Basic account', () => {
    const basic = { basicUser: 'cc', basicPassword: 'a-password' }
    const header = (authorization: string) => request({ headers: { authorization } })
    const encoded = Buffer.from('cc:a-password').toString('base64')
    expect(codeOf(header('Bearer a-long-token'), { bearerToken: 'a-long-token' })).toBe('believed')
    expect(codeOf(header('Bearer another-token'), { bearerToken: 'a-long-token' })).toBe('signature.invalid')
    expect(codeOf(header(`Basic ${encoded}`), basic)).toBe('believed')
    expect(codeOf(header(encoded), basic)).toBe('signature.missing')
  })

  it('says what is wrong with a body that nobody can read', () => {
    const query = { key: key.staticKey }
    const wrong = (body: Uint8Array, type = '') =>
      codeOf(request({ query, body, headers: { 'content-type': type } }), key)
    expect(wrong(bytes('{"callId":'))).toBe('request.malformed')
    expect(wrong(bytes('hello'), 'application/json')).toBe('request.malformed')
    expect(wrong(new Uint8Array([0x63, 0x3d, 0xc4, 0xe3]))).toBe('request.malformed')
  })
})

describe('what a report says', () => {
  const parse = (body: unknown, config: object, more: Partial<RawRequest> = {}) => {
    const settings = account({ staticKey: 'a-long-static-key', ...config })
    const raw = request({ body: bytes(JSON.stringify(body)), ...more })
    return phoneWebhookChannel.parse({ request: raw, claims: {} }, settings)
  }

  it('is read from members of members, lists, JSON in text, the query string and headers', () => {
    const raw = request({ query: { action: 'cdr' }, headers: { 'x-id': 'h1' } })
    const item = { data: '{"cdr":[{"id":"c9"}]}', list: [{ n: 1 }, { n: 2 }] }
    expect(lookUp('data.cdr[0].id', item, raw)).toBe('c9')
    expect(lookUp('list[1].n', item, raw)).toBe(2)
    expect(lookUp('nothing|?action', item, raw)).toBe('cdr')
    expect(lookUp('@X-Id', item, raw)).toBe('h1')
    expect(lookUp('constructor|__proto__.polluted|list.length', item, raw)).toBeUndefined()
  })

  it('makes one envelope of each call of a list, with the number of the customer as sender', () => {
    const config = {
      items: 'data.records',
      fields: { callId: 'id', direction: 'dir', caller: 'from', callee: 'to' },
    }
    const records = [
      { id: 'a', dir: 'in', from: '+8613605712844', to: '4008001234' },
      { id: 'b', dir: 'OUT', from: '4008001234', to: '013705710099' },
      { id: 'c', dir: 'in', from: 'anonymous', to: '4008001234' },
    ]
    const envelopes = parse({ data: { records } }, config)
    expect(envelopes.map((one) => one.kind === 'message' && one.identity.externalId)).toEqual([
      '13605712844',
      '13705710099',
      'unknown:c',
    ])
  })

  it('finds the moments that are not named by those that are', () => {
    const fields = {
      callId: 'id',
      startedAt: 'start',
      answeredAt: 'answer',
      endedAt: 'end',
      duration: 'talk',
    }
    const facts = (body: object) => {
      const [one] = parse({ id: 'x', ...body }, { fields })
      return one?.kind === 'message' ? one.message.call : undefined
    }
    expect(facts({ end: '2026-11-27 10:00:00', talk: '0:01:00' })).toMatchObject({
      answeredAtMs: Date.parse('2026-11-27T01:59:00Z'),
      endedAtMs: Date.parse('2026-11-27T02:00:00Z'),
    })
    expect(facts({ answer: '2026-11-27 10:00:00', talk: 30 })).toMatchObject({
      endedAtMs: Date.parse('2026-11-27T02:00:30Z'),
    })
    expect(facts({ start: '2026-11-27 10:00:00', answer: '0000-00-00 00:00:00', talk: 0 })).toMatchObject({
      answeredAtMs: null,
    })
  })

  it('leaves out steps that are not wanted, and internal calls', () => {
    const config = {
      fields: { callId: 'id', event: 'e', direction: 'd' },
      readEvents: ['hangup'],
      otherwise: 'ignore',
    }
    expect(parse({ id: 'a', e: 'ring', d: 'in' }, config)).toHaveLength(0)
    expect(parse({ id: 'a', e: 'hangup', d: 'internal' }, config)).toHaveLength(0)
    expect(parse({ id: 'a', e: 'hangup', d: 'in' }, config)).toHaveLength(1)
  })

  it('that names no call is refused with the names that it does hold', () => {
    expect(() => parse({ uuid: 'a', caller: 'b' }, { fields: { callId: 'id' } })).toThrow(
      'the report names no call at "id"; it holds: uuid, caller',
    )
  })

  it('takes a recording only from an address that can be fetched', () => {
    const attachments = (url: string, more: object = {}) => {
      const [one] = parse({ callId: 'a', url }, { fields: { recordingUrl: 'url' }, ...more })
      return one?.kind === 'message' ? one.message.attachments.map((file) => file.source) : []
    }
    expect(attachments('file:///etc/passwd')).toEqual([])
    expect(attachments('a.wav')).toEqual([])
    expect(attachments('/2026/a b.wav', { recordingBase: 'https://rec.example/x/' })).toMatchObject([
      { ref: { url: 'https://rec.example/x/2026/a%20b.wav' } },
    ])
  })
})

describe('times, lengths and numbers of call centers', () => {
  it.each([
    ['1795744800', '2026-11-27T02:00:00.000Z'],
    ['1795744800123', '2026-11-27T02:00:00.123Z'],
    ['2026-11-27 10:00:00', '2026-11-27T02:00:00.000Z'],
    ['2026/11/27 10:00', '2026-11-27T02:00:00.000Z'],
    ['2026-11-27T02:00:00.5Z', '2026-11-27T02:00:00.500Z'],
    ['2026-11-27T10:00:00+0800', '2026-11-27T02:00:00.000Z'],
  ])('reads the moment %s', (text, iso) => {
    expect(new Date(readTime(text, 'auto', '+08:00')!).toISOString()).toBe(iso)
  })

  it.each(['', '0', '0000-00-00 00:00:00', '1970-01-01 08:00:00', 'now', '99999999999999999'])(
    'finds no moment in "%s"',
    (text) => {
      expect(readTime(text, 'auto', '+08:00')).toBeNull()
    },
  )

  it.each([
    ['seconds', '1795744800', '2026-11-27T02:00:00.000Z'],
    ['milliseconds', '1795744800123', '2026-11-27T02:00:00.123Z'],
    ['local', '2026-11-27 10:00:00', '2026-11-27T02:00:00.000Z'],
  ] as const)('reads a report whose times are said to be %s', (timeFormat, endedAt, iso) => {
    const config = account({
      staticKey: 'a-long-static-key',
      timeFormat,
      fields: { callId: 'id', endedAt: 'end' },
    })
    const raw = request({ body: bytes(JSON.stringify({ id: 'a', end: endedAt })) })
    const [one] = phoneWebhookChannel.parse({ request: raw, claims: {} }, config)
    expect(one?.kind === 'message' && one.message.call?.endedAtMs).toBe(Date.parse(iso))
  })

  it('reads lengths', () => {
    expect(['95', '95秒', '0:01:35', '1:35', '9.5'].map(readDuration)).toEqual([
      95_000, 95_000, 95_000, 95_000, 9500,
    ])
    expect(['', '-', 'soon'].map(readDuration)).toEqual([null, null, null])
  })

  it('reads numbers without country code and trunk zero, and knows the withheld', () => {
    expect(
      ['+86 136-0571-2844', '008613605712844', '013605712844', '0571-88776655', '4008001234'].map(readNumber),
    ).toEqual(['13605712844', '13605712844', '13605712844', '057188776655', '4008001234'])
    expect(['', '0', 'anonymous', '未知', 'Unknown'].map(readNumber)).toEqual([null, null, null, null, null])
  })

  it('never throws, whatever a report holds', () => {
    const config = account({
      staticKey: 'a-long-static-key',
      items: 'list',
      fields: { callId: 'a.b|c', startedAt: 'd', duration: 'e', caller: 'f', recordingUrl: 'g[0]' },
    })
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        readTime(text, 'auto', '+08:00')
        readDuration(text)
        readNumber(text)
        const body = bytes(`{"list":[${json}],"c":${JSON.stringify(text)}}`)
        try {
          phoneWebhookChannel.parse({ request: request({ body }), claims: {} }, config)
        } catch (error) {
          expect(String(error)).toContain('names no call')
        }
      }),
      { numRuns: 300, seed: 11 },
    )
  })
})
