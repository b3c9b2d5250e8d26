import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureLinkKey, ticketLinks } from '../../src/access/index.ts'
import type { ProgressView } from '../../src/app/customer-view.ts'
import { makeCustomerDesk } from '../../src/app/customers.ts'
import { makeUploadQuota, uploadQuota } from '../../src/app/upload-quota.ts'
import { systemActor } from '../../src/contract/actor.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { appendTimeline } from '../../src/tickets/index.ts'
import { linkConversation } from '../../src/tickets/open.ts'
import { type TestHub, testHub } from '../hub.ts'

const clock = manualClock(Date.parse('2026-05-01T09:00:00+08:00'))
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
let test: TestHub
let desk: ReturnType<typeof makeCustomerDesk>
let link: string
let accountId: string

/** The token of a printed code. */
async function printed(kind: 'device' | 'site', id: string): Promise<string> {
  const { url } = await test.ask('catalogue.label', { kind, id })
  return String(url).split('/').at(-1)!
}

beforeAll(async () => {
  test = await testHub({ clock, env: { PUBLIC_URL: 'https://service.example.cn' } })
  const links = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx)))
  desk = makeCustomerDesk({ ...test.hub, links })
  const account = { kind: 'qr', name: '扫码报修', config: { hotline: '400-000-1234' } }
  accountId = String((await test.run('channel.create', account)).id)
  const device = await test.run('device.create', { serialNumber: 'W-1', warrantyUntil: '2026-05-01' })
  await test.hub.registry.refresh()
  link = await printed('device', String(device.id))
})
afterAll(() => test.close())

describe('the warranty of a device on its customer’s page', () => {
  const zone = process.env.TZ
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  const shown = async (at: string) => {
    clock.set(Date.parse(at))
    const page = await desk.link(link)
    if (!page.ok) throw new Error(page.refusal.code)
    return (page.value as { device: object }).device
  }

  it('has the day that was entered, also on a machine west of Greenwich', async () => {
    process.env.TZ = 'America/New_York'
    expect(new Date('2026-05-01T00:00:00Z').getDate()).toBe(30)
    expect(await shown('2026-05-01T09:00:00+08:00')).toMatchObject({ warrantyUntil: '2026-05-01' })
    expect(await test.ask('device.get', { serialNumber: 'W-1' })).toMatchObject({
      warrantyUntil: '2026-05-01',
    })
  })

  it('ends when the last day ends in the zone of the business', async () => {
    expect(await shown('2026-05-01T23:59:00+08:00')).toMatchObject({ warranty: 'in' })
    expect(await shown('2026-05-02T00:01:00+08:00')).toMatchObject({ warranty: 'out' })
    const timeZone = 'America/New_York'
    await test.run('calendar.create', { name: '西', timeZone, hours: '24x7', isDefault: true })
    expect(await shown('2026-05-01T23:59:00-04:00')).toMatchObject({ warranty: 'in' })
    expect(await shown('2026-05-02T00:01:00-04:00')).toMatchObject({ warranty: 'out' })
  })
})

describe('the progress page of a ticket that was merged', () => {
  let tokenOf: (ticketId: string) => string
  beforeAll(async () => {
    tokenOf = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx))).sign
  })

  /** A ticket whose customer wrote by the form, and later once more. */
  async function reported(name: string, words: string): Promise<{ id: string; number: string }> {
    const { database } = test.fresh
    const fields = { intent: 'repair', fault_description: words }
    const { ticketId, number } = await test.run('ticket.create', { fields })
    const [contactId, identityId, id] = ['contact', 'identity', 'conversation'].map((what) =>
      derivedId(what, name),
    ) as [string, string, string]
    const at = new Date(clock.now())
    const { db } = database
    await db.insertInto('contact').values({ id: contactId }).execute()
    await db
      .insertInto('channel_identity')
      .values({ id: identityId, accountId, externalId: name, contactId })
      .execute()
    const times = { openedAt: at, lastMessageAt: at }
    await db
      .insertInto('conversation')
      .values({ id, accountId, channel: 'qr', threadKey: name, identityId, ...times })
      .execute()
    for (const [seq, text] of [words, `${words}，请快一点`].entries())
      await db
        .insertInto('message')
        .values({
          ...{
            id: derivedId('message', name, seq),
            conversationId: id,
            seq: seq + 1,
            at,
            kind: 'text',
            text,
          },
          ...{ accountId, direction: 'in', author: 'customer' },
        })
        .execute()
    const cause = { actor: systemActor('test'), nowMs: clock.now(), causeId: derivedId('cause', name) }
    await database.transaction(async (tx) => {
      await linkConversation(tx, id, String(ticketId), cause.nowMs)
      const entry = { type: 'conversation' as const, payload: { conversationId: id } }
      await appendTimeline(tx, String(ticketId), [entry], cause)
    })
    return { id: String(ticketId), number: String(number) }
  }
  const shown = async (ticketId: string) => {
    const page = await desk.progress(tokenOf(ticketId))
    if (!page.ok) throw new Error(page.refusal.code)
    return page.value as ProgressView
  }

  it('shows the work of the one in which it goes on, also after the next merge, and takes pressing for it', async () => {
    const [a, b, c] = [
      await reported('a', '不制冷'),
      await reported('b', '滴水'),
      await reported('c', '异响'),
    ]
    await test.run('ticket.merge', { ticketId: a.id, intoId: b.id })
    await test.run('ticket.merge', { ticketId: b.id, intoId: c.id })
    expect(await shown(a.id)).toMatchObject({ number: c.number, finished: false, step: 'opened' })
    expect(await desk.expedite(tokenOf(a.id))).toMatchObject({ ok: true, value: { expedited: 1 } })
    expect(await shown(c.id)).toMatchObject({ expedited: 1 })
  })

  it('shows each customer only what they said themselves', async () => {
    const [d, e] = [await reported('d', '漏氟'), await reported('e', '跳闸')]
    clock.advance(60_000)
    await test.run('ticket.merge', { ticketId: d.id, intoId: e.id })
    for (const [ticket, words] of [
      [d, '漏氟'],
      [e, '跳闸'],
    ] as const) {
      const page = await shown(ticket.id)
      expect(page).toMatchObject({ summary: words, canReply: true })
      expect(page.messages.map(({ text }) => text)).toEqual([`${words}，请快一点`])
    }
  })
})

describe('files that come in through a printed code', () => {
  const upload = async (token: string, declaredType: string, content: Uint8Array) =>
    await desk.upload(token, { declaredType, content: pieces(content) })
  async function* pieces(content: Uint8Array) {
    yield content
  }
  const code = (result: Awaited<ReturnType<typeof upload>>) => (result.ok ? 'ok' : result.refusal.code)
  const picture = (name: string) => Buffer.concat([png, Buffer.from(name)])

  it('are refused beyond the quota of the code and the hour, which two full forms do not meet', async () => {
    const site = await test.run('site.create', { name: '火炬大厦' })
    const other = await printed('site', String(site.id))
    clock.set(Date.parse('2026-05-03T09:00:00+08:00'))
    for (let i = 0; i < 18; i++) expect(code(await upload(link, 'image/png', picture(`${i}`)))).toBe('ok')
    let refused: Awaited<ReturnType<typeof upload>> | null = null
    for (let i = 0; i < uploadQuota.files && !refused; i++) {
      const answer = await upload(link, 'image/png', picture(`again ${i}`))
      if (!answer.ok) refused = answer
    }
    expect(refused).toMatchObject({ refusal: { code: 'link.uploads_full', params: { minutes: 60 } } })
    expect(code(await upload(other, 'image/png', picture('of another code')))).toBe('ok')
    clock.advance(3_600_000)
    expect(code(await upload(link, 'image/png', picture('an hour later')))).toBe('ok')
  }, 120_000)

  it('cannot pass the quota together: each takes the room of the largest that it may be', async () => {
    const quota = makeUploadQuota()
    const film = 50 * 1024 * 1024
    const taken = Array.from({ length: 30 }, () => quota.reserve('device:1', film, 0))
    expect(taken.filter(({ ok }) => ok)).toHaveLength(20)
    // What was smaller, or was refused itself, gives back what it did not need.
    for (const room of taken) if (room.ok) room.value.taken(0)
    expect(quota.reserve('device:1', film, 0).ok).toBe(true)
  })

  it('are counted also when the file itself is refused', async () => {
    clock.advance(2 * 3_600_000)
    const codes = new Set<string>()
    for (let i = 0; i <= uploadQuota.files; i++)
      codes.add(code(await upload(link, 'image/png', Buffer.from(`no picture ${i}`))))
    expect([...codes]).toEqual(['media.type_refused', 'link.uploads_full'])
  })
})
