import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ReceiveItem } from '../../src/contract/ports.ts'
import { retentionJob } from '../../src/inbox/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { enqueue } from '../../src/queue/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
// Nodes of one database share its key.
const env = { SECRET_KEY: Buffer.alloc(32, 5).toString('base64') }
let test: TestHub
let accountId: string

beforeAll(async () => {
  test = await testHub({ clock, env })
  const account = await test.run('channel.create', { kind: 'api', name: '官网', config: {} })
  accountId = account.id as string
  await test.hub.registry.refresh()
})
afterEach(() => test.fresh.database.query('truncate envelope, message, conversation, job cascade'))
afterAll(() => test.close())

/** A request as the channel believed it; `body` may be anything. */
function item(key: string, sender: string, body: string, more: Partial<ReceiveItem> = {}): ReceiveItem {
  return {
    accountId,
    request: {
      method: 'POST',
      path: `/channels/api/${accountId}`,
      query: {},
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: Buffer.from(body),
      remoteAddress: '127.0.0.1',
      receivedAtMs: clock.now(),
    },
    claims: { by: 'signature', key },
    part: 0,
    kind: 'message',
    dedupeKey: `signature:${key}`,
    senderKey: sender,
    ...more,
  }
}

const said = (sender: string, text: string) =>
  JSON.stringify({ sender: { id: sender }, text, thread: `of-${sender}` })
const receiveOne = async (key: string, body = said('s', '空调不制冷')) =>
  (await test.hub.receive([item(key, 's', body)]))[0]
const query = <R extends object>(text: string) => test.fresh.database.query<R>(text)
const states = async () => {
  const rows = await query<{ dedupeKey: string; state: string }>(
    'select "dedupeKey", "state" from envelope order by "seq"',
  )
  return rows.map((row) => `${row.dedupeKey.slice('signature:'.length)} ${row.state}`)
}
const texts = async () =>
  (await query<{ text: string }>('select "text" from message order by "seq"')).map((row) => row.text)

describe('receiving', () => {
  it('stores each of 64 requests that come at once, and each of their repetitions not again', async () => {
    const all = Array.from({ length: 64 }, (_, i) => item(`k${i}`, `s${i}`, said(`s${i}`, '你好')))
    const twice = await Promise.all([...all, ...all].map((one) => test.hub.receive([one])))
    expect(twice.flat().filter((outcome) => outcome.duplicate)).toHaveLength(64)
    for (let i = 0; i < 64; i++) expect(twice[i]![0]!.envelopeId).toBe(twice[i + 64]![0]!.envelopeId)
    expect(await states()).toHaveLength(64)
  })

  it('says when a repetition carries another body', async () => {
    await test.hub.receive([item('same', 's', said('s', '一'))])
    const [again] = await test.hub.receive([item('same', 's', said('s', '二'))])
    expect(again).toMatchObject({ duplicate: true, contentDiffers: true })
  })

  it('refuses only the one row that the database cannot take, not those beside it', async () => {
    const good = Array.from({ length: 20 }, (_, i) => item(`g${i}`, 's', said('s', '好')))
    const bad = item('bad', 's', said('s', '坏'), { part: 2 ** 40 })
    const outcomes = await Promise.allSettled(
      [...good.slice(0, 10), bad, ...good.slice(10)].map((one) => test.hub.receive([one])),
    )
    expect(outcomes.map((o) => o.status).filter((status) => status === 'rejected')).toHaveLength(1)
    expect(outcomes[10]!.status).toBe('rejected')
    expect(await states()).toHaveLength(20)
  })

  it('keeps the secrets of a request out of the row', async () => {
    await test.hub.receive([item('secret', 's', said('s', '你好'))])
    const [row] = await query<{ headers: object }>('select "headers" from envelope')
    expect(row!.headers).toEqual({ 'content-type': 'application/json' })
  })

  it('puts a large body into the media store and reads it from there', async () => {
    const text = '漏水'.repeat(9000)
    await test.hub.receive([item('large', 's', `${said('s', text)}${' '.repeat(70_000)}`)])
    const [row] = await query<{ body: Buffer | null; bodyMedia: string; bodyHash: string }>(
      'select "body", "bodyMedia", "bodyHash" from envelope',
    )
    expect(row!.body).toBeNull()
    expect(row!.bodyMedia).toBe(row!.bodyHash)
    await test.hub.append()
    expect(await texts()).toEqual([text])
  })

  it('stores a page in which a nickname was cut in the middle of an emoji or holds a zero byte', async () => {
    for (const [n, name] of ['小王\ud83d', 'a\u0000b'].entries()) {
      const { request } = item('', 's', '')
      const headers = { 'x-name': name }
      const odd = {
        claims: { customer: { [name]: [name] } },
        request: { ...request, query: { name }, headers },
      }
      const page = [item(`n${n}1`, 's', '1'), item(`n${n}2`, 't', '2', odd), item(`n${n}3`, 'u', '3')]
      await test.hub.receive(page, { accountId, name: `nicknames-${n}`, value: { seen: name } })
    }
    expect(await states()).toHaveLength(6)
    const stored = await query<{ claims: object }>(`select "claims" from envelope where "senderKey" = 't'`)
    expect(stored.map(({ claims }) => claims)).toEqual([
      { customer: { '小王\ufffd': ['小王\ufffd'] } },
      { customer: { 'a\ufffdb': ['a\ufffdb'] } },
    ])
  })

  it('saves a cursor with what was pulled, or neither of them', async () => {
    const cursor = (value: number) => ({ accountId, name: 'inbox', value: { uid: value } })
    const stored = () => query<{ value: object }>(`select "value" from channel_cursor where "name" = 'inbox'`)
    await test.hub.receive([item('p1', 's', said('s', '一'))], cursor(1))
    await expect(
      test.hub.receive(
        [item('p2', 's', said('s', '二')), item('p3', 's', said('s', '三'), { part: 2 ** 40 })],
        cursor(3),
      ),
    ).rejects.toThrow()
    expect(await stored()).toEqual([{ value: { uid: 1 } }])
    expect(await states()).toEqual(['p1 received'])
    await test.hub.receive([], cursor(4))
    expect(await stored()).toEqual([{ value: { uid: 4 } }])
  })
})

describe('keeping', () => {
  it('forgets what was sent after 90 days, and still knows the key: the same again is a repeat, another body is not it', async () => {
    const old = await receiveOne('old')
    await receiveOne('unread', 'no JSON')
    await test.hub.append()
    clock.advance(91 * 86_400_000)
    const young = await receiveOne('young')
    await test.hub.append()
    await test.fresh.database.transaction((tx) =>
      enqueue(tx, [retentionJob(clock.now())], { id: derivedId('sweep'), nowMs: clock.now() }),
    )
    await test.hub.settle()
    const kept = await query<{ dedupeKey: string; emptied: boolean }>(
      `select "dedupeKey", "body" is null and "headers" = '{}' and "claims" = '{}' as emptied from envelope order by "seq"`,
    )
    expect(kept).toEqual([
      { dedupeKey: 'signature:old', emptied: true },
      // Nobody has read it yet: a person may still run it again.
      { dedupeKey: 'signature:unread', emptied: false },
      { dedupeKey: 'signature:young', emptied: false },
    ])
    expect(await receiveOne('old')).toMatchObject({
      duplicate: true,
      contentDiffers: false,
      envelopeId: old!.envelopeId,
    })
    expect(await receiveOne('old', said('s', '别的'))).toMatchObject({
      duplicate: true,
      contentDiffers: true,
    })
    expect(await receiveOne('young')).toMatchObject({ envelopeId: young!.envelopeId })
    // The next sweep is planned.
    const [next] = await query<{ dueAt: Date }>(`select "dueAt" from job where "kind" = 'retention.sweep'`)
    expect(next!.dueAt.getTime()).toBe(clock.now() + 86_400_000)
  })
})

describe('appending', () => {
  it('keeps the order in which each sender’s messages came, though nobody waited for an answer', async () => {
    const sent = Array.from({ length: 300 }, (_, i) => ({ sender: `o${i % 3}`, text: `第${i}句` }))
    await Promise.all(
      sent.map(({ sender, text }, i) => test.hub.receive([item(`o${i}`, sender, said(sender, text))])),
    )
    await test.hub.append()
    expect(await texts()).toEqual(sent.map(({ text }) => text))
  })

  it('parks what nobody can read at once, goes on with the sender’s next, and reads it when it is run again', async () => {
    await test.hub.receive([item('unreadable', 's', 'not JSON'), item('next', 's', said('s', '后来的'))])
    await test.hub.append()
    expect(await states()).toEqual(['unreadable dead', 'next done'])
    const dead = await query<{ id: string }>(`select "id" from envelope where "state" = 'dead'`)
    expect(
      await query(`select 1 from event where "type" = 'envelope.dead' and "subjectId" = '${dead[0]!.id}'`),
    ).toHaveLength(1)
    await query(
      `update envelope set "body" = convert_to('${said('s', '读得懂了')}', 'UTF8') where "state" = 'dead'`,
    )
    expect(await test.run('inbox.rerun', { ids: [dead[0]!.id] })).toEqual({ rerun: 1 })
    await test.hub.append()
    expect(await states()).toEqual(['unreadable done', 'next done'])
    expect(await texts()).toEqual(['后来的', '读得懂了'])
  })

  it('lets a sender’s later messages wait for one that may still succeed, but nobody else’s', async () => {
    const ghost = '00000000-0000-4000-8000-00000000dead'
    await test.hub.receive([
      item('g1', 'ghost', said('ghost', '等账号'), { accountId: ghost }),
      item('g2', 'ghost', said('ghost', '我也等'), { accountId: ghost }),
      item('other', 's', said('s', '不用等')),
    ])
    await test.hub.append()
    expect(await states()).toEqual(['g1 received', 'g2 received', 'other done'])
    await test.fresh.database.query(
      `insert into channel_account ("id", "kind", "name", "config") values ($1, 'api', '迟到的', '{}')`,
      [ghost],
    )
    await test.hub.registry.refresh()
    await test.hub.append()
    expect(await states()).toEqual(['g1 received', 'g2 received', 'other done'])
    clock.advance(60_000)
    await test.hub.append()
    expect(await states()).toEqual(['g1 done', 'g2 done', 'other done'])
    expect(await texts()).toEqual(['不用等', '等账号', '我也等'])
  })

  it('gives up after some tries, and then the sender’s next message is read', async () => {
    const gone = '00000000-0000-4000-8000-000000009999'
    await test.hub.receive([
      item('never', 's', said('s', '没有账号'), { accountId: gone }),
      item('never-2', 's', said('s', '也没有'), { accountId: gone }),
    ])
    for (let i = 0; i < 6; i++) {
      expect(await states()).toEqual(['never received', 'never-2 received'])
      await test.hub.append()
      clock.advance(60_000)
    }
    expect((await states())[0]).toBe('never dead')
    const [next] = await query<{ attempts: number }>(
      `select "attempts" from envelope where "dedupeKey" = 'signature:never-2'`,
    )
    await test.hub.append()
    expect(next!.attempts).toBeLessThan(2)
  })

  it('reads each envelope once when two workers of one database append at once', async () => {
    const other = await testHub({ clock, env, fresh: { ...test.fresh, drop: async () => {} } })
    await other.hub.registry.refresh()
    const sent = Array.from({ length: 400 }, (_, i) => item(`t${i}`, `s${i % 7}`, said(`s${i % 7}`, `${i}`)))
    await test.hub.receive(sent)
    await Promise.all([test.hub.append(), other.hub.append()])
    expect((await states()).filter((state) => !state.endsWith(' done'))).toEqual([])
    const bySender = await query<{ texts: string[] }>(
      `select array_agg("text" order by "seq") as texts from message group by "conversationId"`,
    )
    expect(bySender).toHaveLength(7)
    for (const { texts: one } of bySender) {
      expect(one).toEqual([...one].sort((a, b) => Number(a) - Number(b)))
    }
    expect(bySender.flatMap((row) => row.texts)).toHaveLength(400)
    await other.close()
  })
})
