import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeSafeFetch, type SafeFetchSettings } from '../../../src/app/io/safe-fetch.ts'
import { FetchError } from '../../../src/contract/ports.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let handler: Handler = (_, response) => response.end('inner secret')
const seen: string[] = []
let server: Server
let port: number

beforeAll(async () => {
  // All of 127.0.0.0/8 reaches this server; the tests allow 127.0.0.2 only, which plays the public host.
  server = createServer((request, response) => {
    seen.push(`${request.socket.localAddress} ${request.method} ${request.url}`)
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  seen.length = 0
  await Promise.all(closers.splice(0).map((close) => close()))
})

const hosts: Record<string, string[]> = {
  'public.test': ['127.0.0.2'],
  'other.test': ['127.0.0.2'],
  'inner.test': ['127.0.0.1'],
  'mixed.test': ['127.0.0.2', '127.0.0.1'],
}
const resolve: NonNullable<SafeFetchSettings['resolve']> = async (host) => hosts[host] ?? []

function make(settings: SafeFetchSettings = {}) {
  const made = makeSafeFetch({ allow: ['127.0.0.2'], resolve, ...settings })
  closers.push(made.close)
  return made.fetch
}
const at = (host: string, path = '/') => `http://${host}:${port}${path}`

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof FetchError)) throw new Error(`expected a FetchError, got ${String(error)}`)
  return error.refusal.code
}

describe('safeFetch and inner addresses', () => {
  it('fetches from an allowed address and reports what came', async () => {
    handler = (request, response) =>
      response.setHeader('x-a', 'b').end(JSON.stringify({ agent: request.headers['user-agent'] }))
    const response = await make()(at('public.test', '/x'))
    expect(response.status).toBe(200)
    expect(response.headers['x-a']).toBe('b')
    expect(await response.json()).toEqual({ agent: 'Yitong' })
    expect(await response.text()).toBe('{"agent":"Yitong"}')
    expect(seen).toEqual(['127.0.0.2 GET /x'])
  })

  it.each([
    'inner.test',
    'mixed.test',
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
  ])('never connects to %s', async (host) => {
    expect(await codeOf(make()(at(host)))).toBe('fetch.private_address')
    expect(seen).toEqual([])
  })

  it('checks the target of each redirect', async () => {
    for (const target of [
      at('inner.test', '/secret'),
      at('127.0.0.1', '/secret'),
      `//127.0.0.1:${port}/secret`,
    ]) {
      handler = (request, response) =>
        request.url === '/start'
          ? response.writeHead(302, { location: target }).end()
          : response.end('inner secret')
      expect(await codeOf(make()(at('public.test', '/start')))).toBe('fetch.private_address')
    }
    expect(seen.filter((line) => line.includes('/secret'))).toEqual([])
  })

  it('connects to the address that it checked although the name changes its mind (DNS rebinding)', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    let asked = 0
    handler = (_, response) => response.setHeader('connection', 'close').end('fine')
    const fetch = make({ resolve: async () => answers[Math.min(asked++, 1)]! })
    expect(await (await fetch(at('rebind.test'))).text()).toBe('fine')
    expect(asked).toBe(1)
    expect(await codeOf(fetch(at('rebind.test')))).toBe('fetch.private_address')
    expect(seen).toEqual(['127.0.0.2 GET /'])
  })

  it('lets an administrator allow a host by name', async () => {
    handler = (_, response) => response.end('erp')
    const fetch = make({ allow: ['inner.test'] })
    expect(await (await fetch(at('inner.test'))).text()).toBe('erp')
    expect(await codeOf(fetch(at('127.0.0.1')))).toBe('fetch.private_address')
  })

  it('refuses other schemes, passwords in the address and what is no address', async () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://public.test/',
      'http://a:b@public.test/',
      'nonsense',
      'data:text/plain,x',
    ]) {
      expect(await codeOf(make()(url))).toBe('fetch.failed')
    }
  })
})

describe('safeFetch and redirects', () => {
  it('keeps secrets from another host and turns a redirected POST into a GET', async () => {
    let got: IncomingMessage | null = null
    handler = (request, response) => {
      if (request.url === '/a')
        return void response.writeHead(302, { location: at('other.test', '/b') }).end()
      got = request
      response.end('done')
    }
    const headers = {
      Authorization: 'Bearer secret',
      Cookie: 'a=b',
      'Content-Type': 'text/plain',
      Accept: '*/*',
    }
    const response = await make()(at('public.test', '/a'), { method: 'POST', body: 'hello', headers })
    expect(response.url).toBe(at('other.test', '/b'))
    expect(got!.method).toBe('GET')
    expect(Object.keys(got!.headers).sort()).toEqual(['accept', 'connection', 'host', 'user-agent'])
  })

  it('sends the body again for 307 to the same host', async () => {
    let body = ''
    handler = (request, response) => {
      if (request.url === '/a') return void response.writeHead(307, { location: '/b' }).end()
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => response.end(`${request.method} ${request.headers.authorization}`))
    }
    const response = await make()(at('public.test', '/a'), {
      method: 'PUT',
      body: '正文',
      headers: { authorization: 'x' },
    })
    expect([await response.text(), body]).toEqual(['PUT x', '正文'])
  })

  it('gives up after the number of redirects that is allowed', async () => {
    handler = (_, response) => response.writeHead(301, { location: '/again' }).end()
    expect(await codeOf(make()(at('public.test')))).toBe('fetch.failed')
    expect(seen).toHaveLength(4)
  })
})

describe('safeFetch and limits', () => {
  it('stops at the size limit, announced or not', async () => {
    handler = (_, response) => response.setHeader('content-length', 2_000).end(Buffer.alloc(2_000))
    expect(await codeOf(make()(at('public.test'), {}, { maxBytes: 1_000 }))).toBe('media.too_large')
    handler = (_, response) => {
      for (let i = 0; i < 20; i++) response.write(Buffer.alloc(100))
      response.end()
    }
    expect(await codeOf(make()(at('public.test'), {}, { maxBytes: 1_000 }))).toBe('media.too_large')
    expect((await (await make()(at('public.test'), {}, { maxBytes: 2_000 })).bytes()).length).toBe(2_000)
  })

  it('stops at the time limit, before the head and within the body', async () => {
    handler = () => {}
    expect(await codeOf(make()(at('public.test'), {}, { timeoutMs: 50 }))).toBe('fetch.failed')
    handler = (_, response) => void response.write('begun')
    expect(await codeOf(make()(at('public.test'), {}, { timeoutMs: 50 }))).toBe('fetch.failed')
  })

  it('refuses a type that was not asked for, but shows error answers', async () => {
    handler = (request, response) =>
      response
        .writeHead(request.url === '/gone' ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
        .end('x')
    const accept = ['audio/*', 'application/json']
    expect(await codeOf(make()(at('public.test'), {}, { accept }))).toBe('media.type_refused')
    expect((await make()(at('public.test', '/gone'), {}, { accept })).status).toBe(404)
  })

  it('refuses a compressed answer, which could be a bomb', async () => {
    handler = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
    expect(await codeOf(make()(at('public.test')))).toBe('fetch.failed')
  })

  it("rejects with the caller's own reason when the caller aborts", async () => {
    const controller = new AbortController()
    handler = () => controller.abort(new Error('shutting down'))
    await expect(make()(at('public.test'), { signal: controller.signal })).rejects.toThrow('shutting down')
  })

  it('tells why there was no answer', async () => {
    handler = (request) => request.socket.destroy()
    expect(await codeOf(make()(at('public.test')))).toBe('fetch.failed')
    expect(await codeOf(make()('http://nowhere.test/'))).toBe('fetch.failed')
  })
})
