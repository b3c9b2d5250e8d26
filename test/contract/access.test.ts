import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  commands,
  ensureFirstAdmin,
  makeSessions,
  queries,
  readInput,
  runAdmin,
  tokenActor,
} from '../../src/access/index.ts'
import { audit } from '../../src/audit/index.ts'
import { type Actor, systemActor } from '../../src/contract/actor.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { RefusedError, type Result } from '../../src/kernel/result.ts'
import { json } from '../../src/store/index.ts'
import { fieldColumns } from '../../src/tickets/row.ts'
import { defaultTicketType } from '../../src/tickets/type.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const minute = 60_000
const hour = 60 * minute
const ids = { next: () => randomUUID() }
const strong = 'grün-Tee-am-Morgen-7'

let fresh: FreshDatabase
const clock = manualClock(Date.parse('2026-10-01T08:00:00Z'))
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

async function run(
  name: string,
  input: object,
  actor: Actor = systemActor('test'),
): Promise<Result<unknown>> {
  const command = commands.find((c) => c.name === name)!
  const read = readInput(command.input, input)
  if (!read.ok) return read
  try {
    return await fresh.database.transaction(async (tx) => {
      const ctx = { tx, actor, nowMs: clock.now(), ids, commandId: randomUUID() }
      const done = await command.execute(ctx, read.value)
      if (!done.ok) throw new RefusedError(done.refusal)
      return { ok: true, value: done.value.value } as const
    })
  } catch (error) {
    if (error instanceof RefusedError) return { ok: false, refusal: error.refusal }
    throw error
  }
}

async function must<T>(result: Promise<Result<unknown>>): Promise<T> {
  const got = await result
  if (!got.ok) throw new RefusedError(got.refusal)
  return got.value as T
}

const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.refusal.code)

async function person(roles: string[] = ['agent']): Promise<{ id: string; login: string }> {
  const login = `p${randomUUID().slice(0, 8)}`
  const made = await must<{ id: string }>(
    run('user.create', { login, displayName: '王敏', password: strong, roles }),
  )
  return { id: made.id, login }
}

const door = () => makeSessions({ database: fresh.database, clock })
const attempt = (login: string, password: string, address = '192.0.2.1') => ({
  login,
  password,
  address,
  userAgent: 'test',
})

describe('the first administrator', () => {
  it('is made once, also when two processes start at the same moment, and can sign in', async () => {
    const make = () => fresh.database.transaction((tx) => ensureFirstAdmin(tx, { ids, nowMs: clock.now() }))
    const passwords = (await Promise.all([make(), make(), make()])).filter((p) => p !== null)
    expect(passwords).toHaveLength(1)
    expect(passwords[0]).toMatch(/^[a-zA-Z2-9]{5}(-[a-zA-Z2-9]{5}){3}$/)
    const opened = await door().signIn(attempt('Admin ', passwords[0]!))
    expect(opened.ok && opened.value.session.user.roles).toEqual(['admin'])
  })
})

describe('signing in', () => {
  it('opens a session that is found by its cookie, and stores only the hash of it', async () => {
    const { login, id } = await person()
    const opened = await door().signIn(attempt(login, strong))
    if (!opened.ok) throw new Error('refused')
    expect((await door().resume(opened.value.cookie))?.user).toMatchObject({ id, kind: 'user', name: '王敏' })
    const rows = await fresh.database.query<{ all: string }>('select s::text as all from session s')
    expect(rows.some((row) => row.all.includes(opened.value.cookie))).toBe(false)
    expect(await door().resume('something else')).toBeNull()
  })

  it('refuses a wrong password, an unknown name and a disabled person with the same words', async () => {
    const { login } = await person()
    const gone = await person()
    await must(run('user.disable', { id: gone.id }))
    expect(codeOf(await door().signIn(attempt(login, 'wrong')))).toBe('access.bad_credentials')
    expect(codeOf(await door().signIn(attempt('nobody-here', 'wrong')))).toBe('access.bad_credentials')
    expect(codeOf(await door().signIn(attempt(gone.login, strong)))).toBe('access.bad_credentials')
  })

  it('locks a name after five failures, known or not, and opens it again after a quarter of an hour', async () => {
    const { login } = await person()
    for (const name of [login, `unknown-${login}`]) {
      const sessions = door()
      for (let i = 0; i < 5; i++) await sessions.signIn(attempt(name, 'wrong'))
      const sixth = await sessions.signIn(attempt(name, strong))
      expect(codeOf(sixth)).toBe('access.locked')
    }
    clock.advance(15 * minute + 1)
    expect((await door().signIn(attempt(login, strong))).ok).toBe(true)
  })

  it('counts guesses that are made at the same moment one by one', async () => {
    const { login } = await person()
    const sessions = door()
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => sessions.signIn(attempt(login, 'wrong'))),
    )
    const tried = guesses.filter((guess) => codeOf(guess) === 'access.bad_credentials')
    expect(tried.length).toBeLessThanOrEqual(5)
  })

  it('counts the failures of an address and of an unknown name over all nodes', async () => {
    const nodes = [door(), door(), door()]
    const from = (node: number, login: string) =>
      nodes[node % 3]!.signIn(attempt(login, 'wrong', '192.0.2.77'))
    for (let i = 0; i < 5; i++) await from(i, 'nobody-at-all')
    expect(codeOf(await from(5, 'nobody-at-all'))).toBe('access.locked')
    for (let i = 5; i < 30; i++) await from(i, `somebody-${i}`)
    const { login } = await person()
    for (const node of nodes)
      expect(codeOf(await node.signIn(attempt(login, strong, '192.0.2.77')))).toBe('access.locked')
    const kept = await fresh.database.query<{ all: string }>('select a::text as all from sign_in_attempt a')
    expect(kept.some(({ all }) => all.includes('192.0.2.77') || all.includes('nobody'))).toBe(false)
  }, 30_000)

  it('shuts out an address that tries many names', async () => {
    const sessions = door()
    for (let i = 0; i < 30; i++) await sessions.signIn(attempt(`name-${i}`, 'wrong', '192.0.2.99'))
    const { login } = await person()
    expect(codeOf(await sessions.signIn(attempt(login, strong, '192.0.2.99')))).toBe('access.locked')
    expect((await sessions.signIn(attempt(login, strong, '192.0.2.98'))).ok).toBe(true)
  }, 30_000)

  it('keeps a session that is used, ends one that is not, and ends every one after a week', async () => {
    const { login } = await person()
    const open = async () => {
      const opened = await door().signIn(attempt(login, strong))
      if (!opened.ok) throw new Error('refused')
      return opened.value.cookie
    }
    const [used, idle] = [await open(), await open()]
    for (let i = 0; i < 15; i++) {
      clock.advance(11 * hour)
      expect(await door().resume(used)).not.toBeNull()
    }
    expect(await door().resume(idle)).toBeNull()
    clock.advance(4 * hour)
    expect(await door().resume(used)).toBeNull()
  })

  it('ends the sessions of a person who signs out everywhere, is disabled or gets a new password', async () => {
    const { login, id } = await person()
    const open = async () => {
      const opened = await door().signIn(attempt(login, strong))
      if (!opened.ok) throw new Error('refused')
      return opened.value.cookie
    }
    const first = await open()
    await door().signOutEverywhere(id)
    expect(await door().resume(first)).toBeNull()
    const second = await open()
    await must(run('user.resetPassword', { id, password: 'ein-anderes-Wort-9' }))
    expect(await door().resume(second)).toBeNull()
    await must(run('user.resetPassword', { id, password: strong }))
    const third = await open()
    await must(run('user.disable', { id }))
    expect(await door().resume(third)).toBeNull()
  })
})

describe('commands on users', () => {
  it('refuse weak passwords, taken names and versions that somebody else has changed', async () => {
    const { login, id } = await person()
    const create = (name: string, password: string) =>
      run('user.create', { login: name, displayName: 'x', password, roles: ['agent'] })
    expect(codeOf(await create('fresh-name', 'password123'))).toBe('access.weak_password')
    expect(codeOf(await create('fresh-name', 'fresh-name-1'))).toBe('access.weak_password')
    expect(codeOf(await create(login.toUpperCase(), strong))).toBe('conflict.duplicate')
    await must(run('user.update', { id, version: 1, displayName: '王小敏' }))
    expect(codeOf(await run('user.update', { id, version: 1, lang: 'en' }))).toBe('conflict.version')
  })

  it('change the own password only with the old one', async () => {
    const { id } = await person()
    const actor: Actor = { kind: 'user', id, name: 'x', roles: ['agent'], staffId: null }
    const change = (current: string) =>
      run('user.changePassword', { current, password: 'ein-neues-Wort-8' }, actor)
    expect(codeOf(await change('wrong'))).toBe('access.bad_credentials')
    expect(codeOf(await change(strong))).toBe('ok')
  })

  it('never take away the last administrator', async () => {
    const { database } = fresh
    const admins = await database.query<{ id: string; version: number }>(
      `select id, version from app_user where 'admin' = any(roles) and "disabledAt" is null`,
    )
    for (const extra of admins.slice(1)) await must(run('user.disable', { id: extra.id }))
    const { id, version } = admins[0]!
    expect(codeOf(await run('user.disable', { id }))).toBe('access.last_admin')
    expect(codeOf(await run('user.update', { id, version, roles: ['agent'] }))).toBe('access.last_admin')
    const second = await person(['admin'])
    expect(codeOf(await run('user.update', { id, version, roles: ['agent'] }))).toBe('ok')
    expect(codeOf(await run('user.disable', { id: second.id }))).toBe('access.last_admin')
  })

  it('never show a password hash', async () => {
    const list = queries.find((q) => q.name === 'user.list')!
    const ctx = { db: fresh.database.db, actor: systemActor('test'), nowMs: clock.now() }
    const users = await must<object[]>(list.execute(ctx, {}))
    expect(users.length).toBeGreaterThan(3)
    expect(JSON.stringify(users)).not.toMatch(/argon2|passwordHash/)
    expect(list.output.safeParse(users).error).toBeUndefined()
  })
})

describe('tokens of the open API', () => {
  it('work by what was shown once, carry their scopes and stop when they are revoked', async () => {
    const made = await must<{ id: string; token: string }>(
      run('token.create', { name: 'shop', scopes: ['tickets:read'] }),
    )
    const found = () => tokenActor(fresh.database.db, made.token, clock.now())
    expect(await found()).toEqual({
      kind: 'token',
      id: made.id,
      name: 'shop',
      scopes: ['tickets:read'],
      accountId: null,
    })
    expect(await tokenActor(fresh.database.db, `${made.token}x`, clock.now())).toBeNull()
    await must(run('token.revoke', { id: made.id }))
    expect(await found()).toBeNull()
    expect(codeOf(await run('token.revoke', { id: made.id }))).toBe('not_found')
  })

  it('are stored as hashes only, and an intake token needs an account', async () => {
    const made = await must<{ token: string }>(run('token.create', { name: 'a', scopes: ['events:read'] }))
    const rows = await fresh.database.query<{ all: string }>('select t::text as all from api_token t')
    expect(rows.some((row) => row.all.includes(made.token))).toBe(false)
    expect(codeOf(await run('token.create', { name: 'b', scopes: ['intake'] }))).toBe('request.invalid')
    const input = { name: 'b', scopes: ['intake'], accountId: randomUUID() }
    expect(codeOf(await run('token.create', input))).toBe('not_found')
  })
})

describe('the audit log', () => {
  it('names people, tickets and devices besides their ids, and finds the entries of a ticket by its number', async () => {
    const { db } = fresh.database
    const { id: userId, login } = await person()
    const [ticketId, deviceId, staffId] = [randomUUID(), randomUUID(), randomUUID()]
    const at = new Date(clock.now())
    await fresh.database.transaction(async (tx) => {
      const type = await defaultTicketType(tx)
      const own = { id: ticketId, number: 'T2610010099', typeId: type.id, formVersion: type.formVersion }
      const rest = { channel: 'api', createdBy: json(systemActor('test')), createdAt: at, updatedAt: at }
      await tx
        .insertInto('ticket')
        .values({ ...own, status: 'open', ...fieldColumns(own.number, {}, {}), ...rest })
        .execute()
    })
    await db.insertInto('device').values({ id: deviceId, serialNumber: 'SN-AUDIT' }).execute()
    await db
      .insertInto('staff')
      .values({ id: staffId, number: 'HZ-900', name: '李师傅', skills: [], certs: [], duties: [] })
      .execute()
    const card = { kind: 'card', id: 'card', staffId } as const
    const link = { kind: 'link', id: 'link', ticketId } as const
    await fresh.database.transaction(async (tx) => {
      const entry = { atMs: clock.now(), action: 'audit.named', detail: {} }
      await audit(tx, { ...entry, actor: card, resource: `ticket:${ticketId}` })
      await audit(tx, { ...entry, actor: link, resource: `device:${deviceId}` })
      await audit(tx, { ...entry, actor: systemActor('test'), resource: `user:${userId}` })
      await audit(tx, { ...entry, actor: systemActor('test'), resource: `ticket:${randomUUID()}` })
    })
    const list = async (input: object) => {
      const query = queries.find((each) => each.name === 'audit.list')!
      const read = readInput(query.input, input)
      if (!read.ok) throw new RefusedError(read.refusal)
      const answer = await must<{ entries: { actorName: string | null; resourceName: string | null }[] }>(
        query.execute({ db, actor: systemActor('test'), nowMs: clock.now() }, read.value),
      )
      return answer.entries.map(({ actorName, resourceName }) => [actorName, resourceName])
    }
    const user = await db
      .selectFrom('app_user')
      .select('displayName')
      .where('login', '=', login)
      .executeTakeFirst()
    expect(await list({ action: 'audit.named' })).toEqual([
      [null, null],
      [null, user!.displayName],
      ['T2610010099', 'SN-AUDIT'],
      ['李师傅', 'T2610010099'],
    ])
    expect(await list({ resource: 't2610010099' })).toEqual([['李师傅', 'T2610010099']])
  })
})

describe('npm run admin', () => {
  async function tool(...argv: string[]) {
    const lines: string[] = []
    const code = await runAdmin(argv, {
      withDatabase: (work) => work(fresh.database),
      ids,
      now: clock.now,
      print: (line) => lines.push(line),
    })
    return { code, text: lines.join('\n') }
  }

  it('creates a person, gives a new password and lists who may sign in', async () => {
    const created = await tool(
      'create',
      'Li.Lei',
      '--role',
      'dispatcher',
      '--role',
      'agent',
      '--name',
      '李雷',
    )
    expect(created.code).toBe(0)
    const password = /Password: (\S+)/.exec(created.text)![1]!
    expect((await door().signIn(attempt('li.lei', password))).ok).toBe(true)
    for (let i = 0; i < 5; i++) await door().signIn(attempt('li.lei', 'wrong'))
    const reset = await tool('reset-password', 'li.lei')
    const next = /Password: (\S+)/.exec(reset.text)![1]!
    expect((await door().signIn(attempt('li.lei', next))).ok).toBe(true)
    expect((await tool('list')).text).toMatch(/^li\.lei +李雷 +dispatcher, agent$/m)
  })

  it('explains itself and refuses what it does not understand', async () => {
    expect(await tool('--help')).toMatchObject({
      code: 0,
      text: expect.stringContaining('reset-password LOGIN'),
    })
    const misread = async (...argv: string[]) => {
      const { code, text } = await tool(...argv)
      expect(code).toBe(2)
      expect(text).toContain('Usage: npm run admin')
      return text.split('\n')[0]
    }
    expect(await misread()).toBe('Say what to do: list, create or reset-password.')
    expect(await misread('frob')).toBe('There is no command "frob".')
    expect(await misread('create')).toBe('Say whom: create LOGIN.')
    expect(await misread('reset-password')).toBe('Say whom: reset-password LOGIN.')
    expect(await misread('create', 'x')).toBe('Say with --role what x may do.')
    expect(await misread('create', 'x', '--role', 'king')).toMatch(/^There is no role "king". Roles: .*agent/)
    expect(await misread('create', 'bo', 'b', '--role', 'agent')).toMatch(/^"b" is too much/)
    expect(await misread('list', 'x')).toMatch(/^"x" is too much/)
    expect(await misread('--nonsense')).toContain("'--nonsense'")
    expect((await tool('reset-password', 'nobody')).code).toBe(1)
  })

  it('names what is wrong with a login', async () => {
    const { code, text } = await tool('create', 'bo b', '--role', 'agent')
    expect(code).toBe(1)
    expect(text).toMatch(/^ {2}login: .*letters, digits/m)
  })
})
