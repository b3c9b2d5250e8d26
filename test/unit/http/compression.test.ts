import { get as getOver, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { takesGzip } from '../../../src/http/compression.ts'
import { toyHub } from './hub.ts'

const cookies = { yitong: 'good' }
const long = `/api/thing/find?${Array.from({ length: 300 }, (_, i) => `status=value-${i}`).join('&')}`

describe('answers of the API', () => {
  it('are sent compressed when they are long and the client takes it', async () => {
    const { server } = toyHub()
    const zipped = await server.inject({ url: long, cookies, headers: { 'accept-encoding': 'gzip, br' } })
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
    expect(zipped.headers['content-length']).toBe(String(zipped.rawPayload.byteLength))
    const plain = await server.inject({ url: long, cookies })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.headers.vary).toBe('accept-encoding')
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body)
    expect(zipped.rawPayload.byteLength).toBeLessThan(plain.rawPayload.byteLength / 2)
  })

  it('stay as they are when they are short, or carry the secret of a session', async () => {
    const { server } = toyHub()
    const headers = { 'accept-encoding': 'gzip' }
    for (const url of ['/api/thing/find', '/api/session/me'])
      expect((await server.inject({ url, cookies, headers })).headers['content-encoding']).toBeUndefined()
  })

  it('are compressed only for who says so', () => {
    for (const header of ['gzip', 'br, GZIP;q=0.5', '*'])
      expect([header, takesGzip(header)]).toEqual([header, true])
    for (const header of [undefined, '', 'br', 'gzip;q=0', '*;q=0, br', 'xgzip'])
      expect([header, takesGzip(header)]).toEqual([header, false])
  })

  it('never hold back server-sent events', async () => {
    const { server } = toyHub()
    await server.listen({ port: 0, host: '127.0.0.1' })
    const { port } = server.server.address() as AddressInfo
    const headers = { cookie: 'yitong=good', 'accept-encoding': 'gzip, br' }
    const response = await new Promise<IncomingMessage>((resolve) => {
      getOver({ port, host: '127.0.0.1', path: '/api/events', headers }, resolve)
    })
    expect(response.headers['content-encoding']).toBeUndefined()
    const first = await new Promise<string>((resolve) =>
      response.once('data', (data) => resolve(String(data))),
    )
    expect(first).toContain('retry: 2000')
    response.destroy()
    await server.close()
  })
})

describe('refusals of the API', () => {
  it('are written down with the request and the code; nothing personal outside keys that are redacted', async () => {
    const lines: [string, Record<string, unknown>][] = []
    const write = (level: string) => (fields: object) => void lines.push([level, { ...fields }])
    const log = {
      ...{ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
      child: () => log,
    }
    const { server } = toyHub({ log })
    const refused = await server.inject({
      method: 'POST',
      url: '/api/thing/greet?secret=13605712844',
      cookies,
      payload: { name: '裘文杰' },
    })
    expect(refused.statusCode).toBe(403)
    await server.inject({ url: '/api/thing/find' })
    await server.inject({ url: '/c/api/progress?receipt=personal-token' })
    expect(lines.map(([level, { code, route }]) => [level, code, route])).toEqual([
      ['info', 'access.csrf', '/api/thing/greet'],
      ['debug', 'access.unauthenticated', '/api/thing/find'],
      ['info', 'link.invalid', '/c/api/progress'],
    ])
    expect(lines[0]![1]).toMatchObject({
      requestId: refused.json().error.requestId,
      status: 403,
      pii: { address: '127.0.0.1' },
    })
    const open = JSON.stringify(lines.map(([, { pii: _, ...fields }]) => fields))
    for (const secret of ['13605712844', '裘文杰', 'personal-token', '127.0.0.1'])
      expect(open).not.toContain(secret)
  })
})
