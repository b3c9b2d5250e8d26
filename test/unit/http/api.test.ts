import { describe, expect, it } from 'vitest'
import { toyHub } from './hub.ts'

const cookies = { yitong: 'good' }
const csrf = { 'x-csrf-token': 'csrf' }

describe('the API at the edge', () => {
  it('mounts commands as POST and queries as GET under their names', async () => {
    const { server } = toyHub()
    const greeted = await server.inject({
      method: 'POST',
      url: '/api/thing/greet',
      cookies,
      headers: csrf,
      payload: { name: '李雷' },
    })
    expect(greeted.json()).toEqual({ text: 'hello 李雷' })
    const found = await server.inject({ url: '/api/thing/find?limit=3&open=false&status=a', cookies })
    expect(found.json()).toEqual({ limit: 3, open: false, status: ['a'] })
  })

  it('refuses a change by cookie without the CSRF token of the session', async () => {
    const { server } = toyHub()
    const send = (headers: Record<string, string>) =>
      server.inject({ method: 'POST', url: '/api/thing/greet', cookies, headers, payload: { name: 'x' } })
    expect((await send({})).json().error.code).toBe('access.csrf')
    expect((await send({ 'x-csrf-token': 'csrg' })).statusCode).toBe(403)
    expect((await send(csrf)).statusCode).toBe(200)
  })

  it('refuses nobody, a dead cookie and a wrong token alike', async () => {
    const { server } = toyHub()
    for (const proof of [
      {},
      { cookies: { yitong: 'old' } },
      { headers: { authorization: 'Bearer yt_bad' } },
    ]) {
      const answer = await server.inject({ url: '/api/thing/find', ...proof })
      expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'access.unauthenticated'])
    }
  })

  it('lets the command itself refuse a token without the scope, and says which it is', async () => {
    const { server } = toyHub()
    const headers = { authorization: 'Bearer yt_good' }
    const greeting = { method: 'POST' as const, url: '/api/thing/greet', headers, payload: { name: 'x' } }
    const greeted = await server.inject(greeting)
    expect([greeted.statusCode, greeted.json().error.code]).toEqual([403, 'access.scope_missing'])
    expect(greeted.json().error.messageZh).toContain(
      '没有执行“thing.greet”所需的范围：tickets:write / things:write',
    )
    const found = await server.inject({ url: '/api/thing/find', headers })
    expect([found.statusCode, found.json().error.code]).toEqual([403, 'access.not_for_tokens'])
  })

  it('refuses malformed JSON in both languages, and other content types, XML bombs and poisoned prototypes with a clear code', async () => {
    const { server } = toyHub()
    const send = (payload: string, type: string) =>
      server.inject({
        method: 'POST',
        url: '/api/thing/greet',
        cookies,
        headers: { ...csrf, 'content-type': type },
        payload,
      })
    const malformed = await send('{"name":', 'application/json')
    expect([malformed.statusCode, malformed.json().error.code]).toEqual([400, 'request.malformed'])
    expect(malformed.json().error.messageZh).toBe('无法读取请求：内容不是有效的 JSON。请改正后重新发送。')
    const poisoned = await send('{"name":"x","__proto__":{"admin":true}}', 'application/json')
    expect([poisoned.statusCode, poisoned.json().error.code]).toEqual([400, 'request.malformed'])
    const constructed = await send(
      '{"name":"x","constructor":{"prototype":{"admin":true}}}',
      'application/json',
    )
    expect(constructed.statusCode).toBe(400)
    const form = await send('name=x', 'application/x-www-form-urlencoded')
    expect([form.statusCode, form.json().error.code]).toEqual([415, 'request.unsupported_type'])
    expect((await send('x', 'text/plain')).statusCode).toBe(415)
    const bomb = '<!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
    expect((await send(bomb, 'application/xml')).json().error.code).toBe('request.unsupported_type')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('lists what is wrong with an input, in the language that was asked for', async () => {
    const { server } = toyHub()
    const answer = await server.inject({
      method: 'POST',
      url: '/api/thing/greet',
      cookies,
      headers: { ...csrf, 'accept-language': 'zh-CN,zh;q=0.9' },
      payload: {},
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error).toMatchObject({ code: 'request.invalid', issues: [{ path: 'name' }] })
    expect(answer.json().error.message).toBe(answer.json().error.messageZh)
  })

  it('refuses a 30 MB body before it is read', async () => {
    const { server } = toyHub()
    const answer = await server.inject({
      method: 'POST',
      url: '/api/thing/greet',
      cookies,
      headers: { ...csrf, 'content-type': 'application/json' },
      payload: `{"name":"${'x'.repeat(30 * 1024 * 1024)}"}`,
    })
    expect([answer.statusCode, answer.json().error.code]).toEqual([413, 'request.too_large'])
  })

  it('answers unknown and broken addresses in its own words', async () => {
    const { server } = toyHub()
    const unknown = await server.inject({ url: '/api/thing/nothing', cookies })
    expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, 'not_found'])
    const broken = await server.inject({ url: '/api/%zz' })
    expect([broken.statusCode, broken.json().error.code]).toEqual([400, 'request.malformed'])
  })
})

describe('signing in', () => {
  const signIn = { method: 'POST' as const, url: '/api/session/signIn' }

  it('sets a cookie that scripts and other sites cannot use, and tells the CSRF token', async () => {
    const { server } = toyHub()
    const answer = await server.inject({ ...signIn, payload: { login: 'wang', password: 'right' } })
    expect(answer.json()).toMatchObject({ csrf: 'csrf', user: { login: 'wang', roles: ['agent'] } })
    expect(answer.headers['set-cookie']).toBe('yitong=good; Path=/; HttpOnly; SameSite=Lax')
  })

  it('binds the cookie to the host when the public address is https', async () => {
    const { server } = toyHub({ publicUrl: 'https://hub.example' })
    const answer = await server.inject({ ...signIn, payload: { login: 'wang', password: 'right' } })
    expect(answer.headers['set-cookie']).toBe('__Host-yitong=good; Path=/; HttpOnly; Secure; SameSite=Lax')
  })

  it('refuses a wrong password without saying which part was wrong', async () => {
    const { server } = toyHub()
    const answer = await server.inject({ ...signIn, payload: { login: 'wang', password: 'wrong' } })
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'access.bad_credentials'])
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('cannot be done by a form of another site', async () => {
    const { server } = toyHub()
    const answer = await server.inject({
      ...signIn,
      headers: { 'content-type': 'text/plain' },
      payload: '{"login":"wang","password":"right"}',
    })
    expect(answer.statusCode).toBe(415)
  })

  it('slows one address down and says for how long', async () => {
    const { server } = toyHub({ rateLimits: { user: 10, token: 10, address: 10, signIn: 2 } })
    const attempt = () => server.inject({ ...signIn, payload: { login: 'wang', password: 'wrong' } })
    await attempt()
    await attempt()
    const third = await attempt()
    expect([third.statusCode, third.json().error.code]).toEqual([429, 'request.rate_limited'])
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
  })
})
