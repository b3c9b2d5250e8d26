import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { wecomCall, wecomDownload, wecomUpload } from '../../../channels/_kit/wecom-client.ts'
import { makeSafeFetch } from '../../../src/app/io/safe-fetch.ts'
import { manualClock } from '../../../src/kernel/clock.ts'
import { memoryTokens } from './channel-io.ts'

type Answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void

/** A vendor that hands out `token-1`, `token-2` … and answers everything else as the test says. */
async function vendor(answer: Answer) {
  const asked: string[] = []
  const bodies: Buffer[] = []
  let tokens = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    asked.push(request.url!)
    bodies.push(Buffer.concat(chunks))
    if (!request.url!.startsWith('/cgi-bin/gettoken')) return answer(request, Buffer.concat(chunks), response)
    response.end(JSON.stringify({ errcode: 0, access_token: `token-${++tokens}`, expires_in: 7200 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const { fetch } = makeSafeFetch({ allow: ['127.0.0.1'] })
  const io = {
    fetch: ((url, init, limits) => fetch(url, init, { ...limits, timeoutMs: 300 })) as typeof fetch,
    tokens: memoryTokens(),
    clock: manualClock(0),
    signal: new AbortController().signal,
  }
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { app: { baseUrl, corpId: 'ww1', secret: 's' }, io, asked, bodies }
}

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

const say = (value: object) => (_r: IncomingMessage, _b: Buffer, response: ServerResponse) =>
  void response.end(JSON.stringify(value))

describe('a call of a WeCom interface', () => {
  const post = { path: '/cgi-bin/kf/send_msg', body: { touser: 'u' }, repeatable: false }

  it('carries the token of the application and resolves to the answer', async () => {
    const v = await vendor(say({ errcode: 0, msgid: 'm' }))
    expect(await wecomCall(v.app, v.io, post)).toMatchObject({ msgid: 'm' })
    expect(v.asked).toEqual([
      '/cgi-bin/gettoken?corpid=ww1&corpsecret=s',
      '/cgi-bin/kf/send_msg?access_token=token-1',
    ])
    expect(JSON.parse(v.bodies[1]!.toString())).toEqual({ touser: 'u' })
  })

  it.each([40014, 42001])(
    'gets a new token once after %i and gives up waiting for a third',
    async (errcode) => {
      const once = await vendor((request, _body, response) => {
        const good = request.url!.endsWith('token-2')
        response.end(JSON.stringify(good ? { errcode: 0 } : { errcode, errmsg: 'token' }))
      })
      await wecomCall(once.app, once.io, post)
      expect(once.asked.filter((url) => url.includes('send_msg'))).toHaveLength(2)
      const always = await vendor(say({ errcode, errmsg: 'token' }))
      await expect(wecomCall(always.app, always.io, post)).rejects.toMatchObject({
        retry: 'later',
        code: String(errcode),
      })
      expect(always.asked.filter((url) => url.includes('send_msg'))).toHaveLength(2)
    },
  )

  it.each([
    [45009, 'later', 60_000],
    [45033, 'later', 5000],
    [-1, 'later', 2000],
    [60020, 'never', undefined],
    [987654, 'never', undefined],
  ] as const)('fails with %i as the table says: %s', async (errcode, retry, waitMs) => {
    const v = await vendor(say({ errcode, errmsg: 'not allow to access from your ip, from ip: 1.2.3.4' }))
    const failure = await wecomCall(v.app, v.io, post).catch((error: unknown) => error)
    expect(failure).toMatchObject({ retry, code: String(errcode), waitMs })
    expect((failure as Error).message).toContain('from ip: 1.2.3.4')
    expect((failure as Error).message).not.toContain('token-1')
  })

  it('lets a channel’s own table speak before the shared one', async () => {
    const v = await vendor(say({ errcode: 95018 }))
    const own = { 95018: { retry: 'later', waitMs: 7, note: 'state' } } as const
    await expect(wecomCall(v.app, v.io, post, own)).rejects.toMatchObject({ retry: 'later', waitMs: 7 })
  })

  it('does not know what became of an unanswered or unreadable call, unless it may be repeated', async () => {
    const silent = await vendor(() => {})
    await expect(wecomCall(silent.app, silent.io, post)).rejects.toMatchObject({ retry: 'unknown' })
    await expect(wecomCall(silent.app, silent.io, { ...post, repeatable: true })).rejects.toMatchObject({
      retry: 'later',
    })
    const cut = await vendor((_r, _b, response) => void response.end('{"errcode":'))
    await expect(wecomCall(cut.app, cut.io, post)).rejects.toMatchObject({ retry: 'unknown' })
  })

  it('follows no redirect: the token stays with the configured host', async () => {
    const v = await vendor((request, _b, response) =>
      request.url!.startsWith('/elsewhere')
        ? response.end('{"errcode":0}')
        : response.writeHead(302, { location: '/elsewhere' }).end(),
    )
    await expect(wecomCall(v.app, v.io, { path: '/x', repeatable: true })).rejects.toMatchObject({
      retry: 'later',
    })
    expect(v.asked.some((url) => url.startsWith('/elsewhere'))).toBe(false)
  })
})

describe('temporary media', () => {
  it('are uploaded as a form with the file under its name', async () => {
    const v = await vendor(say({ errcode: 0, media_id: 'media-1' }))
    const content = Buffer.from('文件内容')
    const file = { name: '照片"1".jpg', contentType: 'image/jpeg', content }
    expect(await wecomUpload(v.app, v.io, 'image', file)).toBe('media-1')
    expect(v.asked[1]).toBe('/cgi-bin/media/upload?type=image&access_token=token-1')
    const form = v.bodies[1]!.toString()
    expect(form).toContain('name="media"; filename="照片_1_.jpg"')
    expect(form).toContain('Content-Type: image/jpeg\r\n\r\n文件内容\r\n--')
  })

  it('are fetched with name and type', async () => {
    const v = await vendor((_r, _b, response) => {
      const name = Buffer.from('故障.amr').toString('latin1')
      response.writeHead(200, {
        'content-type': 'audio/amr',
        'content-disposition': `attachment; filename="${name}"`,
      })
      response.end('#!AMR')
    })
    const got = await wecomDownload(v.app, v.io, 'media-1')
    expect(got).toMatchObject({ contentType: 'audio/amr', name: '故障.amr' })
    expect(Buffer.from(got.content).toString()).toBe('#!AMR')
  })

  it('are told apart from the error that comes in their place, also when the file itself is JSON', async () => {
    const gone = await vendor(say({ errcode: 40007, errmsg: 'invalid media_id' }))
    await expect(wecomDownload(gone.app, gone.io, 'm')).rejects.toMatchObject({
      code: '40007',
      retry: 'never',
    })
    const json = await vendor((_r, _b, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename="log.json"' })
      response.end('{"errcode":40007}')
    })
    const got = await wecomDownload(json.app, json.io, 'm')
    expect(Buffer.from(got.content).toString()).toBe('{"errcode":40007}')
  })

  it('are asked for with a new token when the old one is refused in their place', async () => {
    const v = await vendor((request, _b, response) => {
      if (!request.url!.endsWith('token-2')) return response.end('{"errcode":42001}')
      return response.writeHead(200, { 'content-disposition': 'attachment; filename="a.jpg"' }).end('jpg')
    })
    expect(Buffer.from((await wecomDownload(v.app, v.io, 'm')).content).toString()).toBe('jpg')
  })
})
