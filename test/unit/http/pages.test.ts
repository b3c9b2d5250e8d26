import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toyHub } from './hub.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-pages-'))
  for (const folder of ['assets', 'console', 'customer']) mkdirSync(join(dir, folder))
  writeFileSync(join(dir, 'secret.txt'), 'kept words')
  writeFileSync(join(dir, 'assets', 'console-abc.js'), 'export {}')
  const large = 'console.log(1);'.repeat(500)
  writeFileSync(join(dir, 'assets', 'large-abc.js'), large)
  writeFileSync(join(dir, 'assets', 'large-abc.js.br'), brotliCompressSync(large))
  writeFileSync(join(dir, 'assets', 'large-abc.js.gz'), gzipSync(large))
  const page = (name: string) =>
    `<title>${name}</title><script nonce="__CSP_NONCE__"></script><i nonce="__CSP_NONCE__">`
  writeFileSync(join(dir, 'console', 'index.html'), page('console'))
  writeFileSync(join(dir, 'customer', 'form.html'), page('form'))
  writeFileSync(join(dir, 'customer', 'progress.html'), page('progress'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const get = (url: string, changes = {}) => toyHub({ pagesDir: dir, ...changes }).server.inject({ url })

describe('the pages', () => {
  it('answer under their addresses, and machines get machine answers', async () => {
    for (const [url, page] of [
      ['/', 'console'],
      ['/tickets/123?tab=2', 'console'],
      ['/c/abc', 'form'],
      ['/c/t/abc', 'progress'],
    ] as const) {
      const answer = await get(url)
      expect([url, answer.statusCode, answer.body.includes(`<title>${page}</title>`)]).toEqual([
        url,
        200,
        true,
      ])
    }
    for (const url of ['/api/nothing', '/channels/x', '/c/api/x', '/assets/gone.js']) {
      const answer = await get(url)
      expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
        url,
        404,
        'application/json; charset=utf-8',
      ])
    }
  })

  it('carry a policy whose nonce is new in every answer and is the one in the page', async () => {
    const { server } = toyHub({ pagesDir: dir })
    const [one, two] = [await server.inject({ url: '/' }), await server.inject({ url: '/' })]
    const nonceOf = (answer: typeof one) =>
      /script-src 'self' 'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))![1]!
    expect(nonceOf(one)).not.toBe(nonceOf(two))
    expect(one.body.split(`nonce="${nonceOf(one)}"`)).toHaveLength(3)
    expect(one.body).not.toContain('__CSP_NONCE__')
    expect(one.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    })
    expect(String(one.headers['content-security-policy'])).not.toContain('unsafe')
  })

  it('ask for https from then on when the hub is reached by https', async () => {
    expect((await get('/')).headers['strict-transport-security']).toBeUndefined()
    const secure = await get('/', { publicUrl: 'https://hub.example' })
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000')
  })

  it('let assets be kept for a year and nothing else be fetched from the folder', async () => {
    const asset = await get('/assets/console-abc.js')
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect(asset.headers['x-content-type-options']).toBe('nosniff')
    for (const url of [
      '/assets/..%2fsecret.txt',
      '/assets/../secret.txt',
      '/assets/%2e%2e/secret.txt',
      '/secret.txt',
    ]) {
      expect((await get(url)).body).not.toContain('kept words')
    }
  })

  it('send the assets that the build compressed as the browser takes them, and say that answers differ', async () => {
    const { server } = toyHub({ pagesDir: dir })
    const ask = async (encoding?: string) => {
      const headers = encoding ? { 'accept-encoding': encoding } : {}
      return await server.inject({ url: '/assets/large-abc.js', headers })
    }
    const small = await ask('gzip, deflate, br')
    expect(small.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': expect.stringContaining('javascript'),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    const plain = await ask()
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.headers.vary).toBe('accept-encoding')
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body)
    const zipped = await ask('gzip')
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body)
  })

  it('name the command that makes them when they are missing', async () => {
    const answer = await get('/', { pagesDir: join(dir, 'nowhere') })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run prepare')
  })
})

describe('the probes', () => {
  it('say that the process lives, and whether it can work', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await get('/readyz')).statusCode).toBe(200)
    const away = await get('/readyz', { readiness: async () => ({ database: 'connect ECONNREFUSED' }) })
    expect([away.statusCode, away.json().checks]).toEqual([503, { database: 'connect ECONNREFUSED' }])
  })

  it('show the metrics to this machine and to tokens only', async () => {
    const { server } = toyHub({
      pagesDir: dir,
      metricsToken: 'a-metrics-token',
      gauges: [
        {
          name: 'yitong_test',
          help: 'x',
          labels: ['state'],
          read: async () => [{ labels: { state: 'a' }, value: 3 }],
        },
      ],
    })
    const scrape = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
      server.inject({ url: '/metrics', headers, remoteAddress })
    const local = await scrape({})
    expect(local.body).toContain('yitong_test{state="a"} 3')
    expect(local.body).toContain('process_resident_memory_bytes')
    expect((await scrape({ 'x-forwarded-for': '203.0.113.9' })).statusCode).toBe(401)
    expect((await scrape({}, '203.0.113.9')).statusCode).toBe(401)
    expect((await scrape({ authorization: 'Bearer a-metrics-token' }, '203.0.113.9')).statusCode).toBe(200)
    expect((await scrape({ authorization: 'Bearer another-token' }, '203.0.113.9')).statusCode).toBe(401)
    // A known token without the scope.
    expect((await scrape({ authorization: 'Bearer yt_good' }, '203.0.113.9')).statusCode).toBe(401)
  })
})
