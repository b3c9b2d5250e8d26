import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { mediaPath } from '../../src/media/store.ts'
import { json, sql } from '../../src/store/index.ts'
import { verifyTimelines } from '../../src/tickets/index.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

const secrets = [
  '裘文杰',
  '13605712844',
  '文三路259号',
  'qiu@example.cn',
  '门口有狗',
  '发票抬头',
  'u-secret-7',
  '照片密',
]
const photo = Buffer.from('the photograph 照片密 of a living room')
const attachment = {
  name: '裘文杰家.txt',
  contentType: 'text/plain',
  content: photo.toString('base64'),
}

let test: TestHub
let accountId: string
let erased: string
let shared: { readonly conversationId: string; readonly first: string; readonly second: string }

async function write(key: string, sender: object, text: string, more: object = {}): Promise<void> {
  await sendToApi(test, accountId, { key, sender, text, ...more })
  await test.hub.settle()
}
const db = () => test.fresh.database.db
const newest = async (table: 'ticket' | 'conversation') =>
  (
    await db()
      .selectFrom(table)
      .select('id')
      .orderBy(table === 'ticket' ? sql`"createdAt"` : sql`"openedAt"`, 'desc')
      .executeTakeFirstOrThrow()
  ).id

/** Every row of every table as text; bytes as they read. */
async function everything(): Promise<string> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db())
  const texts: string[] = []
  for (const { name } of tables.rows) {
    const rows = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(db())
    for (const { text } of rows.rows) {
      const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map((m) => Buffer.from(m[1]!, 'hex').toString())
      texts.push(`${name}: ${text} ${bytes.join(' ')}`)
    }
  }
  return texts.join('\n')
}
const found = (text: string, words: readonly string[]) =>
  text.split('\n').filter((line) => words.some((word) => line.includes(word)))
const hashes = async () =>
  (await db().selectFrom('attachment').select('hash').where('hash', 'is not', null).execute()).map(
    (row) => row.hash!,
  )

beforeAll(async () => {
  test = await testHub()
  accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
  const sender = {
    id: 'u-secret-7',
    name: '裘文杰',
    phone: '13605712844',
    email: 'qiu@example.cn',
    verified: ['phone', 'email'],
  }
  await write('k1', sender, '家里空调不制冷,杭州市西湖区文三路259号1号楼,门口有狗', {
    attachments: [attachment],
  })
  erased = await newest('ticket')
  const conversationId = await newest('conversation')
  await test.run('ticket.note', { ticketId: erased, text: '裘文杰要开发票抬头' })
  await test.run('ticket.setField', { ticketId: erased, name: 'contact_name', value: '裘文杰先生' })
  await test.run('outbox.reply', { conversationId, text: '裘文杰您好,发票抬头收到了', key: 'reply-1-key' })
  await test.hub.settle()
  // An engineer turned it down, in words of their own.
  const staff = { number: 'E1', name: '张师傅', skills: ['*'], groupIds: [] }
  const staffId = (await test.run('staff.create', staff)).id as string
  const offerId = '00000000-0000-4000-8000-0000000000f1'
  await db()
    .insertInto('offer')
    .values({
      ...{ id: offerId, ticketId: erased, staffId, decisionId: erased, accountId, externalId: 'zhangsan' },
      ...{ createdAt: new Date(), expiresAt: new Date(Date.now() + 600_000) },
    })
    .execute()
  await test.run('offer.reject', { offerId, reason: '裘文杰家门口有狗，不去' })
  await test.hub.settle()
  // Until now events repeated the words, and told them.
  const event = { subject: 'ticket', subjectId: erased, type: 'offer.rejected', at: new Date() }
  const data = { offerId, engineer: '张师傅', reason: '裘文杰家门口有狗，不去' }
  const { id: eventId } = await db()
    .insertInto('event')
    .values({ ...event, data: json(data), actor: json({}) })
    .returning('id')
    .executeTakeFirstOrThrow()
  const endpointId = '00000000-0000-4000-8000-0000000000f2'
  await db()
    .insertInto('webhook_endpoint')
    .values({ id: endpointId, name: 'w', url: 'https://a.example', events: [], secrets: '', enabled: false })
    .execute()
  const told = { id: '00000000-0000-4000-8000-0000000000f3', endpointId, eventId, state: 'sent' }
  await db()
    .insertInto('webhook_delivery')
    .values({ ...told, body: json({ id: 'evt', data }), createdAt: new Date() })
    .execute()
  // A neighbour whose conversation belongs to two tickets, with a file of the same content as another one's.
  await write('k2', { id: 'u2', name: '邻居' }, '冰箱漏水了,请派人来修', { attachments: [attachment] })
  const first = await newest('ticket')
  const other = await newest('conversation')
  const second = (
    await test.run('ticket.create', { fields: { fault_description: '洗衣机也坏了' }, conversationId: other })
  ).ticketId as string
  await test.hub.settle()
  shared = { conversationId: other, first, second }
}, 60_000)
afterAll(() => test.close())

describe('erasing a ticket', () => {
  it('leaves no word of the person in any table, and its timelines valid', async () => {
    expect(found(await everything(), secrets).length).toBeGreaterThan(8)
    const [file] = await hashes()
    await test.run('ticket.erase', { ticketId: erased })
    await test.hub.settle()
    expect(
      found(
        await everything(),
        secrets.filter((word) => word !== '裘文杰'),
      ),
    ).toEqual([])
    // The neighbour's file has the same name and stays theirs.
    expect(found(await everything(), ['裘文杰'])).toHaveLength(2)
    expect((await verifyTimelines(db())).broken).toBeNull()
    const emptied = await db().selectFrom('webhook_delivery').select('body').execute()
    expect(emptied).toEqual([{ body: { id: 'evt', data: { offerId: expect.any(String) } } }])
    expect(await test.hub.media.has(file!)).toBe(true)
  })

  it('says in the conversation and in the audit log what was erased', async () => {
    const told = (await test.ask('conversation.ofTicket', { ticketId: erased })) as {
      conversations: { erasedAt: string | null; canReply: boolean; customerName: string }[]
    }
    expect(told.conversations).toMatchObject([{ erasedAt: expect.any(String), canReply: false }])
    const entry = await db()
      .selectFrom('audit_log')
      .select(['detail', 'resource'])
      .where('action', '=', 'ticket.forget')
      .executeTakeFirstOrThrow()
    expect(entry).toMatchObject({
      resource: `ticket:${erased}`,
      detail: { messages: 3, envelopes: 1, extractions: 1, files: 1, commands: 5 },
    })
  })

  it('keeps a conversation that another ticket needs, until that one is erased too; then its file goes', async () => {
    const [file] = await hashes()
    await test.run('ticket.erase', { ticketId: shared.first })
    await test.hub.settle()
    expect(found(await everything(), ['冰箱漏水']).length).toBeGreaterThan(0)
    const twoDaysAgo = Date.now() / 1000 - 48 * 3_600
    await utimes(join(test.dataDir, 'media', mediaPath(file!)), twoDaysAgo, twoDaysAgo)
    await test.run('ticket.erase', { ticketId: shared.second })
    await test.hub.settle()
    expect(found(await everything(), ['冰箱漏水', '洗衣机也坏了', '邻居', '裘文杰'])).toEqual([])
    expect(await test.hub.media.has(file!)).toBe(false)
  })

  it('changes nothing when it is done again', async () => {
    const before = await db()
      .selectFrom('ticket')
      .select(['id', 'version', 'timelineSeq'])
      .orderBy('id')
      .execute()
    await test.run('ticket.erase', { ticketId: erased })
    await test.hub.settle()
    expect(
      await db().selectFrom('ticket').select(['id', 'version', 'timelineSeq']).orderBy('id').execute(),
    ).toEqual(before)
    expect(await db().selectFrom('job').select('kind').where('state', '=', 'dead').execute()).toEqual([])
  })

  it('knows the person anew when they write again', async () => {
    await write('k3', { id: 'u-secret-7', name: '裘文杰' }, '热水器坏了,请派人来修')
    const conversation = await db()
      .selectFrom('conversation as c')
      .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
      .select(['i.displayName', 'i.externalId', 'c.erasedAt'])
      .where('c.state', '=', 'open')
      .execute()
    expect(conversation).toEqual([{ displayName: '裘文杰', externalId: 'u-secret-7', erasedAt: null }])
  })

  it('is named by a replay instead of being rebuilt', async () => {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(report.differences.map(({ table, kind }) => `${table} ${kind}`)).toEqual([
      'conversation erased',
      'conversation erased',
      'ticket erased',
      'ticket erased',
      'ticket erased',
    ])
    expect(inWords(report.differences)).toContain('personal data were erased')
  })
})
