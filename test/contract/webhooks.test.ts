import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeEffects } from '../../src/app/effects.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { type Actor, systemActor } from '../../src/contract/actor.ts'
import type { EventType } from '../../src/contract/events.ts'
import { retentionHandler, retentionJob } from '../../src/inbox/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { RefusedError } from '../../src/kernel/result.ts'
import { enqueue, type JobHandler, place, record } from '../../src/queue/index.ts'
import { sealIdentity, sql } from '../../src/store/index.ts'
import { secretBox } from '../../src/store/secrets.ts'
import {
  anybodyListens,
  fanoutJob,
  makeWebhookCommands,
  makeWebhookHandlers,
  makeWebhookQueries,
} from '../../src/webhooks/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const admin: Actor = { kind: 'user', id: randomUUID(), name: '管理员', roles: ['admin'], staffId: null }
const box = secretBox([randomBytes(32)])
const identity = (id: string) => sealIdentity('webhook_endpoint', id)
const { fetch, isBarred } = makeSafeFetch({
  allow: ['127.0.0.1', '10.9.0.0/16'],
  resolve: async (host) => {
    const found = {
      'inner.example': '10.0.0.8',
      'allowed.example': '10.9.0.8',
      'outer.example': '203.0.114.9',
    }[host]
    if (!found) throw new Error(`there is no ${host}`)
    return [found]
  },
})
const ports = {
  fetch,
  isBarred,
  secrets: {
    seal: (id: string, secrets: readonly string[]) => box.seal(JSON.stringify(secrets), identity(id)),
    open: (id: string, sealed: string) => JSON.parse(box.open(sealed, identity(id))) as string[],
  },
}
const commands = makeWebhookCommands(ports)
const queries = makeWebhookQueries(ports)

interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let fresh: FreshDatabase
let server: Server
let url: string
let got: Got[]
let answer: { status: number; headers?: Record<string, string> }
let clock: ReturnType<typeof manualClock>

beforeAll(async () => {
  fresh = await freshDatabase()
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(answer.status, answer.headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await fresh.drop()
})

beforeEach(async () => {
  got = []
  answer = { status: 204 }
  clock = manualClock(Date.now())
  await sql`delete from webhook_endpoint`.execute(fresh.database.db)
  await sql`delete from event_consumer`.execute(fresh.database.db)
  await sql`delete from event`.execute(fresh.database.db)
  await sql`delete from job`.execute(fresh.database.db)
})

async function run<T>(name: string, input: unknown): Promise<T> {
  const command = commands.find((c) => c.name === name)!
  const read = command.input.parse(input)
  const prepared = command.prepare ? await command.prepare(read) : read
  const by = { id: randomUUID(), nowMs: clock.now(), actor: admin }
  return await fresh.database.transaction(async (tx) => {
    const ids = derivedIds(by.id)
    const done = await command.execute({ tx, actor: admin, nowMs: by.nowMs, ids, commandId: by.id }, prepared)
    if (!done.ok) throw new Error(done.refusal.code)
    await storeEffects(tx, { events: [], jobs: done.value.jobs ?? [] }, by)
    return command.output.parse(done.value.value) as T
  })
}

async function ask(name: string, input: unknown): Promise<never> {
  const query = queries.find((q) => q.name === name)!
  const context = { db: fresh.database.db, actor: admin, nowMs: clock.now() }
  const answered = await query.execute(context, query.input.parse(input))
  if (!answered.ok) throw new Error(answered.refusal.code)
  return query.output.parse(answered.value) as never
}

/** Something happens, gets its position, and is worked off as far as it is due. */
async function happen(...types: EventType[]): Promise<void> {
  const events = types.map((type) => ({ type, subject: 'ticket', subjectId: randomUUID(), data: { n: 1 } }))
  await fresh.database.transaction((tx) => record(tx, events, clock.now(), systemActor('test')))
  await place(fresh.database)
  await work()
}

async function work(): Promise<void> {
  if (await anybodyListens(fresh.database.db)) {
    const cause = { id: randomUUID(), nowMs: clock.now() }
    await fresh.database.transaction((tx) => enqueue(tx, [fanoutJob], cause))
  }
  await runnerOf(makeWebhookHandlers(ports)).drain()
}

const runnerOf = (handlers: JobHandler[]) =>
  makeRunner({
    ...{ database: fresh.database, handlers, clock, log: silentLog },
    ...{ worker: 'w', concurrency: 4, wrote: () => {} },
  })

const create = (extra: object = {}) =>
  run<{ id: string; secret: string }>('webhook.create', { name: 'crm', url, events: ['ticket.*'], ...extra })

const deliveries = async (endpointId: string) =>
  ((await ask('webhook.deliveries', { endpointId })) as { deliveries: { id: string; state: string }[] })
    .deliveries

describe('signed webhooks', () => {
  it('keep old events only while an endpoint is switched on that may not have heard of them', async () => {
    const { id } = await create()
    await happen('ticket.opened', 'ticket.opened')
    clock.advance(31 * 86_400_000)
    await fresh.database.transaction((tx) =>
      record(
        tx,
        [{ type: 'ticket.opened', subject: 'ticket', subjectId: 't', data: {} }],
        clock.now() - 30.5 * 86_400_000,
        systemActor('test'),
      ),
    )
    await place(fresh.database)
    const left = async () => {
      const cause = { id: randomUUID(), nowMs: clock.now() }
      await fresh.database.transaction((tx) => enqueue(tx, [retentionJob(clock.now())], cause))
      await runnerOf([retentionHandler]).drain()
      return (await sql`select from event`.execute(fresh.database.db)).rows.length
    }
    // The last one it has read is the reader's place.
    expect(await left()).toBe(2)
    await run('webhook.update', { id, version: 1, enabled: false })
    expect(await left()).toBe(0)
    await run('webhook.update', { id, version: 2, enabled: true })
    const before = got.length
    await happen('ticket.opened')
    expect(got.length).toBe(before + 1)
  })

  it.each([
    'http://192.168.1.8/hook',
    'https://[::1]/hook',
    'http://169.254.169.254/latest',
    'https://inner.example/hook',
  ])(
    'are refused when they are saved with the private address %s, and the box says what to do',
    async (inner) => {
      const { id } = await create({ url: 'https://outer.example/hook' })
      for (const attempt of [create({ url: inner }), run('webhook.update', { id, version: 1, url: inner })]) {
        const refused = (await attempt.catch((error: unknown) => error)) as RefusedError
        expect(refused).toBeInstanceOf(RefusedError)
        expect(refused.refusal).toMatchObject({ code: 'fetch.private_address', issues: [{ path: 'url' }] })
        expect(refused.refusal.issues?.[0]).toMatchObject({
          message: expect.stringMatching(/^This address.*ALLOW_PRIVATE_HOSTS/),
          messageZh: expect.stringMatching(/内网.*ALLOW_PRIVATE_HOSTS/),
        })
      }
      await run('webhook.update', { id, version: 1, url: inner, enabled: false })
    },
  )

  it('whose secret cannot be decrypted are listed, tried again with the reason, and well with a new secret', async () => {
    const { id } = await create()
    await fresh.database.query('update webhook_endpoint set secrets = $2 where id = $1', [
      id,
      secretBox([randomBytes(32)]).seal('["whsec_"]', identity(id)),
    ])
    expect(await ask('webhook.list', {})).toMatchObject({ endpoints: [{ id, secrets: 0 }] })
    await happen('ticket.opened')
    expect(await deliveries(id)).toMatchObject([
      {
        state: 'queued',
        attempts: 1,
        lastError: expect.stringMatching(/^这个 Webhook 的签名密钥无法解密.*cannot be decrypted/),
      },
    ])
    await expect(run('webhook.retire', { id })).rejects.toThrow('webhook.secret_lost')
    expect(await run('webhook.rotate', { id })).toMatchObject({ valid: 1 })
    clock.advance(3_600_000)
    await work()
    expect(await deliveries(id)).toMatchObject([{ state: 'sent' }])
  })

  it('are saved with a host that an administrator allows, and with a name that is not known yet', async () => {
    await create({ url: 'https://allowed.example/hook' })
    const { id } = await create({ url: 'https://not-yet.example/hook' })
    // The update without an address leaves the question alone.
    await run('webhook.update', { id, version: 1, enabled: false })
  })

  it('tell many endpoints of a backlog of many events', async () => {
    for (let i = 0; i < 23; i++) await create({ events: ['*'] })
    const events = Array.from({ length: 500 }, (_, n) => ({
      type: 'ticket.opened' as const,
      subject: 'ticket',
      subjectId: randomUUID(),
      data: { n },
    }))
    await fresh.database.transaction((tx) => record(tx, events, clock.now(), systemActor('test')))
    await place(fresh.database)
    const cause = { id: randomUUID(), nowMs: clock.now() }
    await fresh.database.transaction((tx) => enqueue(tx, [fanoutJob], cause))
    const handlers = makeWebhookHandlers(ports).filter(({ kind }) => kind === 'webhook.fanout')
    await runnerOf(handlers).drain()
    const count = async (rows: 'webhook_delivery' | 'job') =>
      (await sql`select from ${sql.table(rows)}`.execute(fresh.database.db)).rows.length
    expect(await count('webhook_delivery')).toBe(23 * 500)
    expect(await count('job')).toBe(23 * 500)
  })

  it('tell an endpoint what it asked for, once, signed so that the reference library believes it', async () => {
    const { secret } = await create()
    await happen('ticket.opened', 'message.sent')
    await work()
    expect(got).toHaveLength(1)
    const told = new Webhook(secret).verify(got[0]!.body, got[0]!.headers as Record<string, string>)
    expect(told).toMatchObject({ type: 'ticket.opened', data: { subject: 'ticket', n: 1 } })
    expect((told as { id: string }).id).toBe(got[0]!.headers['webhook-id'])
  })

  it('begin with what happens after the endpoint was made, not with the hub’s past', async () => {
    await happen('ticket.opened', 'ticket.opened')
    clock.advance(5)
    await create()
    await happen('ticket.changed')
    expect(got.map((g) => JSON.parse(g.body).type)).toEqual(['ticket.changed'])
  })

  it('are signed with the old and the new secret while one is being replaced, and then with the new one alone', async () => {
    const { id, secret: old } = await create()
    const { secret: young } = await run<{ secret: string }>('webhook.rotate', { id })
    await happen('ticket.opened')
    for (const one of [old, young]) {
      expect(() =>
        new Webhook(one).verify(got[0]!.body, got[0]!.headers as Record<string, string>),
      ).not.toThrow()
    }
    await run('webhook.retire', { id })
    await happen('ticket.opened')
    const headers = got[1]!.headers as Record<string, string>
    expect(() => new Webhook(young).verify(got[1]!.body, headers)).not.toThrow()
    expect(() => new Webhook(old).verify(got[1]!.body, headers)).toThrow()
  })

  it('are tried again with the same id after an error, no earlier than asked, until the endpoint takes it', async () => {
    const { id } = await create()
    answer = { status: 503, headers: { 'retry-after': '60' } }
    await happen('ticket.opened')
    clock.advance(59_000)
    await work()
    expect(got).toHaveLength(1)
    answer = { status: 200 }
    clock.advance(2000)
    await work()
    expect(got).toHaveLength(2)
    expect(got[1]?.headers['webhook-id']).toBe(got[0]?.headers['webhook-id'])
    expect(await deliveries(id)).toMatchObject([{ state: 'sent', attempts: 2, status: 200 }])
  })

  it('become dead letters after the last try, which people see and can send again', async () => {
    const { id } = await create()
    answer = { status: 500 }
    await happen('ticket.opened')
    for (let i = 0; i < 10; i++) {
      clock.advance(24 * 3_600_000)
      await work()
    }
    expect(got).toHaveLength(10)
    const [dead] = await deliveries(id)
    expect(dead).toMatchObject({ state: 'dead', attempts: 10, status: 500 })
    const failed = await fresh.database.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'webhook.failed')
      .execute()
    expect(failed).toMatchObject([{ data: { deliveryId: dead!.id, status: 500 } }])
    answer = { status: 200 }
    await run('webhook.resend', { deliveryId: dead!.id })
    await work()
    expect(await deliveries(id)).toMatchObject([{ state: 'sent' }])
    expect(new Set(got.map((g) => g.headers['webhook-id'])).size).toBe(1)
  })

  it('stop at once when the endpoint says it is gone, follow no redirect, and never reach a private address', async () => {
    const { id } = await create()
    answer = { status: 410 }
    await happen('ticket.opened')
    expect(await deliveries(id)).toMatchObject([{ state: 'dead', attempts: 1 }])
    answer = { status: 302, headers: { location: url } }
    await happen('ticket.opened')
    expect(got).toHaveLength(2)
    const inner = await create()
    // As when a name that was public leads into the own network later.
    await fresh.database.db
      .updateTable('webhook_endpoint')
      .set({ url: 'http://10.0.0.1/hook' })
      .where('id', '=', inner.id)
      .execute()
    await happen('ticket.opened')
    expect(await deliveries(inner.id)).toMatchObject([{ state: 'dead', attempts: 1, status: null }])
  })

  it('wait for nobody: an endpoint that fails does not hold up another one', async () => {
    const bad = await create({ url: url.replace(/:\d+/, ':1') })
    const good = await create()
    await happen('ticket.opened', 'ticket.changed')
    expect(got).toHaveLength(2)
    expect((await deliveries(good.id)).map((d) => d.state)).toEqual(['sent', 'sent'])
    expect((await deliveries(bad.id)).map((d) => d.state)).toEqual(['queued', 'queued'])
  })

  it('keep their secrets sealed in the database and show them only once', async () => {
    const { id, secret } = await create()
    const rows = await fresh.database.db.selectFrom('webhook_endpoint').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6))
    const listed = await ask('webhook.list', {})
    expect(JSON.stringify(listed)).not.toContain(secret.slice(6))
    expect(listed).toMatchObject({ endpoints: [{ id, secrets: 1, waiting: 0, dead: 0, enabled: true }] })
  })

  it('are not sent while the endpoint is switched off, nor afterwards for that time', async () => {
    const { id } = await create()
    await run('webhook.update', { id, version: 1, enabled: false })
    await happen('ticket.opened')
    await run('webhook.update', { id, version: 2, enabled: true })
    await happen('ticket.changed')
    expect(got.map((g) => JSON.parse(g.body).type)).toEqual(['ticket.changed'])
    await expect(run('webhook.update', { id, version: 1, name: 'x' })).rejects.toThrow('conflict.version')
  })
})
