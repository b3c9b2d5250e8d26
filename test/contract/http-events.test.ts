import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemActor } from '../../src/contract/actor.ts'
import { buildServer, databaseEvents } from '../../src/http/index.ts'
import { place, record } from '../../src/queue/index.ts'
import { type Database, openDatabase, type Tx } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { toyDeps } from '../unit/http/hub.ts'

let fresh: FreshDatabase
let other: Database
let server: ReturnType<typeof buildServer>
let port: number
let placed: () => void = () => {}

beforeAll(async () => {
  fresh = await freshDatabase({ poolSize: 30 })
  // The pool of another process of the same hub.
  other = await openDatabase({ url: fresh.url, poolSize: 4 })
})
afterAll(async () => {
  await other.close()
  await fresh.drop()
})
beforeEach(async () => {
  await fresh.database.query('truncate event; alter sequence event_position restart')
  server = buildServer({
    ...toyDeps(),
    events: databaseEvents(fresh.database),
    onEvents: (heard) => {
      placed = heard
      return () => {}
    },
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  port = (server.server.address() as { port: number }).port
})
afterEach(() => server.close())

async function write(tx: Tx, subjectId: string): Promise<void> {
  const event = { type: 'ticket.changed' as const, subject: 'ticket', subjectId, data: {} }
  await record(tx, [event], 0, systemActor('test'))
}

async function placeNow(database = fresh.database): Promise<void> {
  if ((await place(database)) > 0) placed()
}

/** A browser's EventSource, as far as the hub can tell. */
function follow(after?: number) {
  const subjects: string[] = []
  const names: string[] = []
  let lastId: number | null = null
  let request: ClientRequest
  let response: IncomingMessage | null = null
  const opened = new Promise<void>((resolve, reject) => {
    const headers: Record<string, string> = { cookie: 'yitong=good' }
    if (after !== undefined) headers['last-event-id'] = String(after)
    request = get({ host: '127.0.0.1', port, path: '/api/events', headers }, (got) => {
      response = got
      let text = ''
      got.setEncoding('utf8')
      got.on('error', () => {})
      got.on('data', (chunk: string) => {
        text += chunk
        const blocks = text.split('\n\n')
        text = blocks.pop()!
        for (const block of blocks) hear(block)
        if (names.includes('heartbeat')) resolve()
      })
    })
    request.on('error', reject)
  })
  function hear(block: string) {
    const lines = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
    if (lines.has('id')) lastId = Number(lines.get('id'))
    const name = lines.get('event')
    if (name) names.push(name)
    else if (lines.has('data'))
      subjects.push((JSON.parse(lines.get('data')!) as { subjectId: string }).subjectId)
  }
  return {
    subjects,
    names,
    opened,
    lastId: () => lastId,
    ended: () => new Promise<void>((resolve) => response!.once('close', resolve)),
    stop: () => request.destroy(),
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('server-sent events over interleaved commits', () => {
  it('tell of a transaction that began first and committed last, and a reader that comes back misses neither', async () => {
    const first = follow()
    await first.opened
    const written = Promise.withResolvers<void>()
    const commit = Promise.withResolvers<void>()
    // Whatever fails: an open transaction would keep the next test from emptying the table.
    onTestFinished(() => commit.resolve())
    const slow = fresh.database.transaction(async (tx) => {
      await write(tx, 'slow')
      written.resolve()
      await commit.promise
    })
    await written.promise
    await fresh.database.transaction((tx) => write(tx, 'quick'))
    await placeNow()
    await until(() => first.subjects.length === 1)
    const cursor = first.lastId()!
    first.stop()
    commit.resolve()
    await slow
    await placeNow()
    const again = follow(cursor)
    await until(() => again.subjects.length === 1)
    expect([first.subjects, again.subjects]).toEqual([['quick'], ['slow']])
    again.stop()
  })

  it('reach every reader once and in the same order, while many transactions overlap and readers come and go', async () => {
    const count = 300
    const expected = new Set(Array.from({ length: count }, (_, i) => `t${i}`))
    let writing = true
    const placing = [fresh.database, other].map(async (database) => {
      while (writing) {
        await placeNow(database)
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    })
    // One that breaks off again and again and resumes from what it heard last, as a browser does.
    const restless: string[] = []
    let lost = false
    const comingBack = (async () => {
      let cursor = 0
      while (restless.length < count) {
        const stream = follow(cursor)
        await stream.opened
        const enough = restless.length + 1 + Math.floor(Math.random() * 40)
        await until(() => restless.length + stream.subjects.length >= Math.min(enough, count))
        stream.stop()
        // What was heard, and where the stream says that it stood, belong together.
        restless.push(...stream.subjects)
        lost ||= stream.names.includes('reload')
        cursor = stream.lastId()!
      }
    })()
    const steady = [follow(0), follow(0)]
    await Promise.all(steady.map((stream) => stream.opened))
    await Promise.all(
      [...expected].map(async (subjectId, i) => {
        await new Promise((resolve) => setTimeout(resolve, (i * 7919) % 400))
        await fresh.database.transaction(async (tx) => {
          await write(tx, subjectId)
          await new Promise((resolve) => setTimeout(resolve, (i * 104729) % 50))
        })
      }),
    )
    await until(() => steady.every((stream) => stream.subjects.length >= count))
    await comingBack
    writing = false
    await Promise.all(placing)
    for (const stream of steady) {
      expect(stream.subjects).toHaveLength(count)
      expect(new Set(stream.subjects)).toEqual(expected)
    }
    expect(steady[0]!.subjects).toEqual(steady[1]!.subjects)
    expect(restless).toEqual(steady[0]!.subjects)
    expect(lost).toBe(false)
    for (const stream of steady) stream.stop()
  }, 60_000)

  it('say reload to a cursor that retention has overtaken', async () => {
    for (let i = 0; i < 5; i++) await fresh.database.transaction((tx) => write(tx, `t${i}`))
    await placeNow()
    await fresh.database.query('delete from event where "position" <= 3')
    const old = follow(1)
    await old.opened
    const good = follow(3)
    await until(() => good.subjects.length === 2)
    expect([old.names, old.subjects, old.lastId()]).toEqual([['reload', 'heartbeat'], [], 5])
    expect(good.names).toEqual(['heartbeat'])
    old.stop()
    good.stop()
  })

  it('find what another process placed without being told', async () => {
    const stream = follow()
    await stream.opened
    await other.transaction((tx) => write(tx, 'elsewhere'))
    await place(other)
    await until(() => stream.subjects.length === 1)
    expect(stream.subjects).toEqual(['elsewhere'])
    stream.stop()
  })

  it('end when the server stops, and refuse nobody and nonsense', async () => {
    const stream = follow()
    await stream.opened
    const ended = stream.ended()
    const nobody = await fetch(`http://127.0.0.1:${port}/api/events`)
    expect(nobody.status).toBe(401)
    const nonsense = await fetch(`http://127.0.0.1:${port}/api/events?after=x`, {
      headers: { cookie: 'yitong=good' },
    })
    expect(nonsense.status).toBe(400)
    await server.close()
    await ended
  })
})
