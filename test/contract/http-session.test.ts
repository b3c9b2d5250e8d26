import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands, queries } from '../../src/access/index.ts'
import { makeExecutor } from '../../src/app/execute.ts'
import { systemActor } from '../../src/contract/actor.ts'
import { buildServer, databaseIdentities } from '../../src/http/index.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { toyDeps } from '../unit/http/hub.ts'

const password = 'grün-Tee-am-Morgen-7'
let fresh: FreshDatabase
let server: ReturnType<typeof buildServer>

beforeAll(async () => {
  fresh = await freshDatabase()
  const { database } = fresh
  const runner = makeExecutor({
    database,
    clock: systemClock,
    ids: { next: () => randomUUID() },
    wrote: () => {},
    accountsChanged: async () => {},
  })
  server = buildServer({
    ...toyDeps(),
    openApi: { openapi: '3.1.0', info: { title: 'Yitong', version: '1' }, paths: {} },
    commands,
    queries,
    runner,
    identities: databaseIdentities(database, systemClock),
  })
  const create = commands.find((command) => command.name === 'user.create')!
  for (const [login, role] of [
    ['boss', 'admin'],
    ['wang', 'agent'],
  ]) {
    const input = { login, displayName: login, password, roles: [role] }
    const made = await runner.execute(create, systemActor('test'), input)
    if (!made.ok) throw new Error(made.refusal.code)
  }
})
afterAll(async () => {
  await server.close()
  await fresh.drop()
})

/** A browser that is signed in. */
async function browser(login: string, secret = password) {
  const answer = await server.inject({
    method: 'POST',
    url: '/api/session/signIn',
    payload: { login, password: secret },
  })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  let cookie = answer.cookies[0]!.value
  let { csrf } = answer.json() as { csrf: string }
  return {
    get: (url: string) => server.inject({ url, cookies: { yitong: cookie } }),
    async post(url: string, payload: object = {}) {
      const headers = { 'x-csrf-token': csrf }
      const got = await server.inject({ method: 'POST', url, cookies: { yitong: cookie }, headers, payload })
      const renewed = got.cookies.find((c) => c.name === 'yitong' && c.value !== '')
      if (renewed) {
        cookie = renewed.value
        csrf = (got.json() as { csrf: string }).csrf
      }
      return got
    },
  }
}

describe('a session over HTTP and the database', () => {
  it('does what the roles of the person allow and nothing more', async () => {
    const wang = await browser('wang')
    expect((await wang.get('/api/session/me')).json()).toMatchObject({
      user: { login: 'wang', roles: ['agent'] },
    })
    const list = await wang.get('/api/user/list')
    expect([list.statusCode, list.json().error.code]).toEqual([403, 'access.forbidden'])
    const input = { login: 'mallory', displayName: 'x', password, roles: ['admin'] }
    expect((await wang.post('/api/user/create', input)).statusCode).toBe(403)
    expect((await (await browser('boss')).get('/api/user/list')).json()).toHaveLength(2)
  })

  it('opens the interactive page of the API to administrators only, and lets it talk to this hub alone', async () => {
    expect((await server.inject({ url: '/api/docs/' })).statusCode).toBe(401)
    const refused = await (await browser('wang')).get('/api/docs/')
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'access.forbidden'])
    expect((await (await browser('wang')).get('/api/docs/json')).statusCode).toBe(403)
    const boss = await browser('boss')
    const page = await boss.get('/api/docs/')
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/https?:|\*|'unsafe-eval'/)
    expect((await boss.get('/api/docs/json')).json()).toMatchObject({ openapi: '3.1.0' })
    const own = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => found[1]!)
    expect(own.length).toBeGreaterThan(2)
    for (const file of own) {
      const { pathname, host } = new URL(file, 'http://hub/api/docs/')
      expect([file, host, (await boss.get(pathname)).statusCode]).toEqual([file, 'hub', 200])
    }
  })

  it('ends with signing out, and everywhere with signing out everywhere', async () => {
    const [one, two] = [await browser('wang'), await browser('wang')]
    await one.post('/api/session/signOut')
    expect((await one.get('/api/session/me')).statusCode).toBe(401)
    expect((await two.get('/api/session/me')).statusCode).toBe(200)
    await (await browser('wang')).post('/api/session/signOutEverywhere')
    expect((await two.get('/api/session/me')).statusCode).toBe(401)
  })

  it('goes on for whoever changed the password, and ends for everybody else who was signed in', async () => {
    const [here, elsewhere] = [await browser('wang'), await browser('wang')]
    const next = 'ein-neues-Wort-8'
    const wrong = await here.post('/api/session/changePassword', { current: 'wrong', password: next })
    expect(wrong.json().error.code).toBe('access.bad_credentials')
    expect(
      (await here.post('/api/session/changePassword', { current: password, password: next })).statusCode,
    ).toBe(200)
    expect((await here.get('/api/session/me')).statusCode).toBe(200)
    expect((await elsewhere.get('/api/session/me')).statusCode).toBe(401)
    await expect(browser('wang', password)).rejects.toThrow('access.bad_credentials')
    expect((await (await browser('wang', next)).get('/api/session/me')).statusCode).toBe(200)
  })

  it('is no place to guess at a password: after five wrong ones the right one is not looked at either', async () => {
    const boss = await browser('boss')
    const guess = (current: string) =>
      boss.post('/api/session/changePassword', { current, password: 'noch-ein-Wort-9' })
    const codes: string[] = []
    for (const current of ['a', 'b', 'c', 'd', 'e', password])
      codes.push((await guess(current)).json().error.code)
    expect(codes).toEqual([...Array(5).fill('access.bad_credentials'), 'access.locked'])
    const around = await boss.post('/api/user/changePassword', {
      current: password,
      password: 'noch-ein-Wort-9',
    })
    expect(around.statusCode).toBe(404)
    expect((await (await browser('boss')).get('/api/session/me')).statusCode).toBe(200)
  })

  it('loses its rights at once when an administrator takes them away', async () => {
    const wang = await browser('wang', 'ein-neues-Wort-8')
    const boss = await browser('boss')
    const users = (await boss.get('/api/user/list')).json() as {
      id: string
      login: string
      version: number
    }[]
    const { id, version } = users.find((user) => user.login === 'wang')!
    await boss.post('/api/user/update', { id, version, roles: ['auditor'] })
    expect((await wang.get('/api/audit/list')).statusCode).toBe(200)
    await boss.post('/api/user/disable', { id })
    expect((await wang.get('/api/audit/list')).statusCode).toBe(401)
  })

  it('leaves a trace that says who did it and no secret of anybody', async () => {
    const rows = await fresh.database.query<{ action: string; all: string }>(
      'select action, a::text as all from audit_log a order by id',
    )
    const actions = new Set(rows.map((row) => row.action))
    for (const action of [
      'session.open',
      'session.refused',
      'user.create',
      'user.changePassword',
      'user.disable',
    ]) {
      expect(actions, action).toContain(action)
    }
    const stored = await fresh.database.query<{ all: string }>('select c::text as all from command c')
    expect(stored.length).toBeGreaterThan(3)
    for (const { all } of [...rows, ...stored]) expect(all).not.toMatch(/Tee|neues-Wort|argon2/)
  })
})

describe('a token over HTTP and the database', () => {
  it('does what its scopes allow, needs no CSRF token, and stops at once', async () => {
    const boss = await browser('boss')
    const made = (await boss.post('/api/token/create', { name: 'scraper', scopes: ['metrics:read'] })).json()
    const headers = { authorization: `Bearer ${made.token}` }
    const scrape = () => server.inject({ url: '/metrics', headers, remoteAddress: '203.0.113.9' })
    expect((await scrape()).statusCode).toBe(200)
    expect((await server.inject({ url: '/api/user/list', headers })).statusCode).toBe(403)
    expect(
      (await server.inject({ method: 'POST', url: '/api/token/revoke', headers, payload: { id: made.id } }))
        .statusCode,
    ).toBe(403)
    await boss.post('/api/token/revoke', { id: made.id })
    expect((await scrape()).statusCode).toBe(401)
    expect((await server.inject({ url: '/api/user/list', headers })).json().error.code).toBe(
      'access.unauthenticated',
    )
  })
})
