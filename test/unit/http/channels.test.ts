import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ok, RefusedError, refuse } from '../../../src/kernel/result.ts'
import { accountId, sign, toyChannel, toyHub } from './hub.ts'

const url = `/channels/toy/${accountId}`
const message = '{"id": "m1",  "from": "甲"}'

function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const signed = { 'x-signature': sign(body), 'content-type': 'application/json', ...headers }
  return { method: 'POST' as const, url, payload: body, headers: signed }
}

describe('the mount of the channels', () => {
  it('hands the raw bytes to the channel and acknowledges after they are stored', async () => {
    const { server, stored } = toyHub()
    const answer = await server.inject(post(message))
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ ids: ['m1'] })
    expect(Buffer.from(stored[0]!.request.body).toString()).toBe(message)
    expect(stored[0]).toMatchObject({
      accountId,
      dedupeKey: 'm1',
      senderKey: '甲',
      claims: { by: 'toy' },
      part: 0,
    })
    expect(stored[0]!.request).toMatchObject({
      method: 'POST',
      path: url,
      query: {},
      receivedAtMs: 1_000_000,
    })
  })

  it('does not acknowledge before the inbox has resolved', async () => {
    const steps: string[] = []
    const { server } = toyHub({
      receive: async (items) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        steps.push('stored')
        return items.map((item) => ({ envelopeId: item.dedupeKey, duplicate: false }))
      },
    })
    await server.inject(post(message)).then(() => steps.push('answered'))
    expect(steps).toEqual(['stored', 'answered'])
  })

  it('refuses a forged, a tampered and an unsigned request with a code and stores nothing', async () => {
    const { server, stored } = toyHub()
    const forged = await server.inject(post(message, { 'x-signature': 'ab'.repeat(32) }))
    expect(forged.statusCode).toBe(401)
    expect(forged.json().error).toMatchObject({
      code: 'signature.invalid',
      messageZh: '签名不正确。',
      issues: [],
    })
    const tampered = await server.inject({ ...post(message), payload: message.replace('m1', 'm2') })
    expect(tampered.json().error.code).toBe('signature.invalid')
    const unsigned = await server.inject({ method: 'POST', url, payload: message })
    expect(unsigned.json().error.code).toBe('signature.missing')
    expect(stored).toEqual([])
  })

  it('answers the handshake without storing anything', async () => {
    const { server, stored } = toyHub()
    const answer = await server.inject({ method: 'GET', url: `${url}?echo=42&echo=43` })
    expect([answer.statusCode, answer.body]).toEqual([200, '42'])
    expect(stored).toEqual([])
  })

  it('knows no other account, kind or method', async () => {
    const { server } = toyHub()
    const other = await server.inject({
      ...post(message),
      url: '/channels/toy/0199a000-0000-7000-8000-000000000002',
    })
    expect([other.statusCode, other.json().error.code]).toEqual([404, 'channel.unknown'])
    expect((await server.inject({ ...post(message), url: `/channels/mail/${accountId}` })).statusCode).toBe(
      404,
    )
    expect((await server.inject({ ...post(message), method: 'DELETE' })).statusCode).toBe(404)
  })

  it('refuses a body above the limit of the channel before and while it arrives', async () => {
    const { server, stored } = toyHub()
    const big = Buffer.alloc(100_001, 'x')
    const answer = await server.inject(post(big))
    expect([answer.statusCode, answer.json().error.params.limit]).toEqual([413, 100_000])
    const chunked = await server.inject({
      ...post(big),
      headers: { 'transfer-encoding': 'chunked', 'x-signature': sign(big) },
    })
    expect(chunked.statusCode).toBe(413)
    expect(stored).toEqual([])
  })

  it('keeps a believed request that the channel cannot read, so that it can be parked', async () => {
    const { server, stored } = toyHub()
    expect((await server.inject(post('<xml>'))).statusCode).toBe(202)
    expect(stored[0]!.dedupeKey).toMatch(/^unreadable:[0-9a-f]{64}$/)
    expect(Buffer.from(stored[0]!.request.body).toString()).toBe('<xml>')
  })

  it('says 507 on a full disk, 503 when the database is away, and when to come again', async () => {
    const failing = (error: Error) =>
      toyHub({ receive: () => Promise.reject(error) }).server.inject(post(message))
    const full = await failing(new RefusedError(refuse('store.full').refusal))
    expect([full.statusCode, full.json().error.code, full.headers['retry-after']]).toEqual([
      507,
      'store.full',
      '60',
    ])
    const away = await failing(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
    expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '5'])
  })

  it('hides what went wrong inside and names the request instead', async () => {
    const lines: object[] = []
    const log = {
      debug() {},
      info() {},
      warn() {},
      error: (fields: object) => lines.push(fields),
      child: () => log,
    }
    const { server } = toyHub({ receive: () => Promise.reject(new Error('secret detail')), log })
    const answer = await server.inject(post(message))
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret detail')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ requestId: answer.json().error.requestId })
  })

  it('slows one address down on a channel that anybody can reach, and no other address', async () => {
    const some = { requests: 2, windowMs: 60_000 }
    const requestLimits = { address: some, sender: { ...some, requests: 100 } }
    const capabilities = { ...toyChannel.capabilities, requestLimits }
    const channel = { ...toyChannel, capabilities }
    const { server } = toyHub({
      accounts: { find: (_kind, id) => ok({ id, channel, config: {} }) },
      trustedProxies: 1,
    })
    // The first address of the list is what the client claims, the last one is what the proxy saw.
    const from = (claimed: string, seen: string) =>
      server.inject(post(message, { 'x-forwarded-for': `${claimed}, ${seen}` }))
    expect((await from('198.51.100.1', '203.0.113.7')).statusCode).toBe(202)
    expect((await from('198.51.100.2', '203.0.113.7')).statusCode).toBe(202)
    const third = await from('198.51.100.3', '203.0.113.7')
    expect([third.statusCode, third.json().error.code]).toEqual([429, 'request.rate_limited'])
    expect(third.headers['retry-after']).toBe('60')
    expect((await from('198.51.100.3', '203.0.113.8')).statusCode).toBe(202)
  })

  it('believes no forwarded address when no proxy is configured', async () => {
    const { server, stored } = toyHub()
    await server.inject(post(message, { 'x-forwarded-for': '203.0.113.7' }))
    expect(stored[0]!.request.remoteAddress).toBe('127.0.0.1')
  })

  it('lets a channel refuse in its own words', async () => {
    const channel = {
      ...toyChannel,
      refuse: (_r: unknown, code: string, status: number) => ({ status, body: `no: ${code}` }),
    }
    const { server } = toyHub({ accounts: { find: (_kind, id) => ok({ id, channel, config: {} }) } })
    const answer = await server.inject({ method: 'POST', url, payload: message })
    expect([answer.statusCode, answer.body]).toEqual([401, 'no: signature.missing'])
  })
})

describe('senders that misbehave on the wire', () => {
  async function wire(lines: string): Promise<string> {
    const { server } = toyHub()
    await server.listen({ port: 0, host: '127.0.0.1' })
    try {
      const { port } = server.server.address() as { port: number }
      return await new Promise((resolve, reject) => {
        let heard = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(lines))
        socket.on('data', (data) => {
          heard += data
          if (heard.includes('\r\n\r\n')) socket.end()
        })
        socket.on('close', () => resolve(heard))
        socket.on('error', reject)
      })
    } finally {
      await server.close()
    }
  }

  it.each([
    ['30 MB', 30, false],
    ['100 MB, and closes the connection', 100, true],
  ])('refuses an announcement of %s before it is sent', async (_, megabytes, closes) => {
    const length = megabytes * 1024 * 1024
    const heard = await wire(`POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\nabc`)
    expect(heard).toMatch(/^HTTP\/1.1 413 /)
    expect(heard.toLowerCase().includes('connection: close')).toBe(closes)
  })

  it('refuses a request that smuggles a second length', async () => {
    const heard = await wire(
      `POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    )
    expect(heard).toMatch(/^HTTP\/1.1 400 /)
  })

  it('refuses a line break inside a header', async () => {
    const heard = await wire(
      `POST ${url} HTTP/1.1\r\nhost: x\r\nx-signature: a\rset-cookie: b\r\ncontent-length: 0\r\n\r\n`,
    )
    expect(heard).toMatch(/^HTTP\/1.1 400 /)
    expect(heard).not.toContain('set-cookie')
  })
})
