import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

interface Likeness {
  readonly ticketId: string
  readonly number: string
  readonly isNewer: boolean
  readonly sameCustomer: boolean
  readonly reason: { readonly kind: string; readonly [member: string]: unknown }
}

// Configuration is dated by the database, so that the hub's clock must not be behind it.
const clock = manualClock(Date.now() + 60_000)
let test: TestHub
let accountId: string
let n = 0

beforeAll(async () => {
  test = await testHub({ clock })
  accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
})
afterAll(() => test.close())

const db = () => test.fresh.database.db
async function say(who: string, text: string): Promise<string> {
  clock.set(clock.now() + 60_000)
  await sendToApi(test, accountId, { key: `k${++n}`, sender: { id: who }, text }, clock.now())
  await test.hub.settle()
  const newest = await db()
    .selectFrom('conversation')
    .select('id')
    .orderBy('openedAt', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  return newest.id
}
async function make(fields: object): Promise<{ ticketId: string; number: string }> {
  clock.set(clock.now() + 60_000)
  const made = await tell('ticket.create', { fields })
  await test.hub.settle()
  return made as { ticketId: string; number: string }
}
/** A replay does what happened in one millisecond in an order of its own: people come later than what they answer. */
async function tell(name: string, input: object) {
  clock.set(clock.now() + 1_000)
  return await test.run(name, input)
}
const alike = async (input: object) => (await test.ask('ticket.likeness', input)).likeness as Likeness[]
const ticketsOf = (conversationId: string) =>
  db()
    .selectFrom('conversation_ticket as l')
    .innerJoin('ticket as t', 't.id', 'l.ticketId')
    .select(['t.id', 't.number', 't.status'])
    .where('l.conversationId', '=', conversationId)
    .execute()

const washer = {
  serial_number: 'WM8K-20231107',
  product_category: '洗衣机',
  fault_description: '洗衣机不排水',
}

describe('a probable duplicate', () => {
  it('is a newer ticket on the same device with the same fault, marked with the reason and never merged by itself', async () => {
    const first = await make(washer)
    const second = await make({ ...washer, fault_description: '排不了水,桶里都是水', phone: '13605712844' })
    expect(await alike({ ticketId: second.ticketId })).toMatchObject([
      {
        ...{ ticketId: first.ticketId, isNewer: true },
        reason: {
          kind: 'same_device_and_fault',
          device: { kind: 'serial', value: 'WM8K-20231107' },
          same: { mine: '排不了水', theirs: '不排水' },
        },
      },
    ])
    expect(await alike({ ticketId: first.ticketId })).toMatchObject([
      { isNewer: false, number: second.number },
    ])
    const { status } = await db()
      .selectFrom('ticket')
      .select('status')
      .where('id', '=', second.ticketId)
      .executeTakeFirstOrThrow()
    expect(status).toBe('open')
  })

  it('is not one with another fault or another device', async () => {
    const noisy = await make({ ...washer, fault_description: '脱水时异响' })
    expect(await alike({ ticketId: noisy.ticketId })).toEqual([])
    const other = await make({ ...washer, serial_number: 'WM8K-20240202' })
    expect(await alike({ ticketId: other.ticketId })).toEqual([])
  })

  it('is one when a later correction says so, and no more when it is taken back', async () => {
    const { ticketId } = await make({ ...washer, serial_number: 'WM8K-11111111' })
    const set = (value: string) => tell('ticket.setField', { ticketId, name: 'serial_number', value })
    await set('WM8K-20231107')
    await test.hub.settle()
    expect(await alike({ ticketId })).toHaveLength(2)
    await set('WM8K-11111111')
    await test.hub.settle()
    expect(await alike({ ticketId })).toEqual([])
  })

  it('is not suggested again after a person said that it is not the same', async () => {
    const [newer] = (await db().selectFrom('ticket_likeness').selectAll().execute()).filter(
      ({ state }) => state === 'asked',
    )
    await tell('ticket.unlike', { ticketId: newer!.subjectId, otherId: newer!.ofId })
    expect(await alike({ ticketId: newer!.subjectId })).toEqual([])
    await tell('ticket.setField', {
      ticketId: newer!.subjectId,
      name: 'fault_description',
      value: '还是不排水',
    })
    await test.hub.settle()
    expect(await alike({ ticketId: newer!.subjectId })).toEqual([])
    const { timeline } = (await test.ask('ticket.get', { ticketId: newer!.subjectId })) as {
      timeline: { type: string }[]
    }
    expect(timeline.some(({ type }) => type === 'unlike')).toBe(true)
  })

  it('is settled by the merge, which can be undone', async () => {
    const a = await make({ ...washer, serial_number: 'WM8K-30000000' })
    const b = await make({ ...washer, serial_number: 'WM8K-30000000' })
    await tell('ticket.merge', { ticketId: b.ticketId, intoId: a.ticketId })
    expect(await alike({ ticketId: a.ticketId })).toEqual([])
    await tell('ticket.unmerge', { ticketId: b.ticketId })
    expect(await alike({ ticketId: a.ticketId })).toHaveLength(1)
  })

  it('is found once, by the newer of two, when both arrive at the same moment', async () => {
    const fields = { ...washer, serial_number: 'WM8K-40000000' }
    const made = await Promise.all([1, 2, 3, 4].map(() => tell('ticket.create', { fields })))
    await test.hub.settle()
    const ids = made.map(({ ticketId }) => ticketId as string)
    const pairs = await db().selectFrom('ticket_likeness').selectAll().where('ofId', 'in', ids).execute()
    expect(pairs).toHaveLength(6)
  })
})

describe('a new conversation that is about an open ticket', () => {
  it('joins the ticket whose number the same customer names, and is told which it is', async () => {
    const first = await say('anna', '空调不制冷,型号KFR-35GW,杭州市西湖区文三路259号1号楼301')
    const [ticket] = await ticketsOf(first)
    const second = await say('anna', `${ticket!.number}这个单子,请改到2号楼`)
    expect(await ticketsOf(second)).toEqual([ticket])
    const { timeline } = (await test.ask('ticket.get', { ticketId: ticket!.id })) as {
      timeline: { type: string; payload: { why?: string } }[]
    }
    expect(timeline.findLast(({ type }) => type === 'conversation')?.payload.why).toBe('number')
    const said = await db()
      .selectFrom('message')
      .select('text')
      .where('conversationId', '=', second)
      .where('direction', '=', 'out')
      .execute()
    expect(said.map(({ text }) => text).join('')).toContain(ticket!.number)
  })

  it('joins the ticket with the same device and fault, and keeps the reason with the reading', async () => {
    const again = await say('anna', '型号KFR-35GW的空调,不制冷,什么时候来修')
    const [ticket] = await ticketsOf(again)
    const { action } = await db()
      .selectFrom('extraction')
      .select('action')
      .where('conversationId', '=', again)
      .executeTakeFirstOrThrow()
    // Asking how far it is belongs to it as well; neither opens a second ticket.
    expect(['join', 'progress', 'expedite']).toContain((action as { kind: string }).kind)
    expect(ticket).toBeDefined()
    const third = await say('anna', '空调KFR-35GW不制冷,电话13605712844')
    expect(await ticketsOf(third)).toMatchObject([{ id: ticket!.id }])
    const read = await db()
      .selectFrom('extraction')
      .select('action')
      .where('conversationId', '=', third)
      .executeTakeFirstOrThrow()
    expect(read.action).toMatchObject({
      kind: 'join',
      ticketId: ticket!.id,
      reason: { kind: 'same_device_and_fault', device: { kind: 'model' }, same: { mine: '不制冷' } },
    })
  })

  it('opens its own ticket for another device, and after the ticket was closed', async () => {
    const fridge = await say('anna', '冰箱漏水,杭州市西湖区文三路259号1号楼301,电话13605712844')
    const [opened] = await ticketsOf(fridge)
    await tell('ticket.transition', { ticketId: opened!.id, command: 'cancel', reason: '误报' })
    const again = await say('anna', '冰箱漏水,杭州市西湖区文三路259号1号楼301,电话13605712844')
    const [second] = await ticketsOf(again)
    expect(second!.id).not.toBe(opened!.id)
  })

  it('is only asked about when another person names the number, and joined when a person of the house says so', async () => {
    const [ticket] = await db()
      .selectFrom('ticket')
      .select(['id', 'number'])
      .where('deviceModel', '=', 'KFR-35GW')
      .execute()
    const asks = await say('berta', `你好,我想问下${ticket!.number}`)
    expect(await ticketsOf(asks)).toEqual([])
    expect(await alike({ conversationId: asks })).toMatchObject([
      { ticketId: ticket!.id, sameCustomer: false, reason: { kind: 'number', unsure: 'other_person' } },
    ])
    await tell('ticket.about', { conversationId: asks, ticketId: ticket!.id, isAbout: true })
    expect(await ticketsOf(asks)).toMatchObject([{ id: ticket!.id }])
    expect(await alike({ conversationId: asks })).toEqual([])
  })

  it('is not asked about again after a no', async () => {
    const [ticket] = await db()
      .selectFrom('ticket')
      .select(['id', 'number'])
      .where('deviceModel', '=', 'KFR-35GW')
      .execute()
    const asks = await say('carla', `工单${ticket!.number}是什么`)
    await tell('ticket.about', { conversationId: asks, ticketId: ticket!.id, isAbout: false })
    expect(await ticketsOf(asks)).toEqual([])
    expect(await alike({ conversationId: asks })).toEqual([])
  })

  it('of another person with the same phone opens a ticket of its own with the question on it', async () => {
    const third = await say('dora', '空调KFR-35GW不制冷,电话13605712844')
    const [own] = await ticketsOf(third)
    const reasons = (await alike({ ticketId: own!.id })).map(({ reason }) => reason.kind)
    expect(reasons).toContain('phone')
  })

  it('leaves no difference in a replay', async () => {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })

  it('is forgotten with an erased person', async () => {
    const rows = await db()
      .selectFrom('ticket_likeness')
      .selectAll()
      .where('subject', '=', 'ticket')
      .execute()
    const phone = rows.find(({ reason }) => (reason as { kind: string }).kind === 'phone')
    await tell('ticket.erase', { ticketId: phone!.subjectId })
    const left = await db()
      .selectFrom('ticket_likeness')
      .selectAll()
      .where('subjectId', '=', phone!.subjectId)
      .execute()
    expect(left).toEqual([])
  })
})
