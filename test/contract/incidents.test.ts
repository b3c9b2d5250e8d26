import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { sendToApi } from '../api.ts'
import { testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

// Configuration is dated by the database, so that the hub's clock must not be behind it.
const startMs = Date.now() + 60_000
const minuteMs = 60_000
const noSkills = { skills: [], certs: [], duties: [] }

/** A hub with one account of the open API, and what tests of incidents say all the time. */
async function openWorld() {
  const clock = manualClock(startMs)
  const test = await testHub({ clock })
  const accountId = (await test.run('channel.create', { kind: 'api', name: '官网', config: {} })).id as string
  const { db } = test.fresh.database
  let n = 0
  /** Writes as a customer, without letting the hub work. */
  const write = async (who: string, text: string) => {
    await sendToApi(test, accountId, { key: `k${++n}`, sender: { id: who }, text }, clock.now())
  }
  const say = async (who: string, text: string) => {
    await write(who, text)
    await test.hub.settle()
  }
  const incidents = async (input: object = {}) =>
    (await test.ask('incident.list', input)).incidents as {
      id: string
      number: string
      cause: string
      state: string
      tickets: number
      area: { name: string; level: string }
    }[]
  const get = async (incidentId: string) =>
    (await test.ask('incident.get', { incidentId })) as unknown as {
      id: string
      version: number
      state: string
      title: string | null
      members: {
        ticketId: string
        number: string
        accepted: boolean
        reason: Record<string, unknown>
        leftAtMs: number | null
      }[]
      timeline: { type: string; payload: Record<string, unknown> }[]
    }
  const tickets = () => db.selectFrom('ticket').selectAll().orderBy('createdAt').orderBy('number').execute()
  const newest = async () => (await tickets()).at(-1)!
  return { test, clock, db, accountId, write, say, incidents, get, tickets, newest }
}
type World = Awaited<ReturnType<typeof openWorld>>

describe('tickets with one cause at one place', () => {
  let w: World
  beforeAll(async () => {
    w = await openWorld()
  })
  afterAll(() => w.test.close())

  it('become one incident when the second customer writes, with the reason why each is in', async () => {
    await w.say('a', '我们杭州市西湖区文三路259号阳光花园3号楼停电了,电话13605712844')
    expect(await w.incidents()).toEqual([])
    w.clock.set(startMs + 10 * minuteMs)
    await w.say('b', '杭州市西湖区阳光花园5号楼没电了,整栋楼都没有,电话13605712845')
    const [incident] = await w.incidents()
    expect(incident).toMatchObject({ number: 'I0001', cause: 'power', state: 'open', tickets: 2 })
    expect(incident!.area).toMatchObject({ level: 'compound', name: '阳光花园' })
    const { members, timeline } = await w.get('I0001')
    expect(members.map(({ reason }) => reason)).toMatchObject([
      { kind: 'same_cause', place: '阳光花园', apartMs: 10 * minuteMs, withNumber: members[1]!.number },
      { kind: 'same_cause', place: '阳光花园', apartMs: 10 * minuteMs, withNumber: members[0]!.number },
    ])
    expect(timeline.map(({ type }) => type)).toEqual(['joined', 'joined'])
    const { timeline: ofTicket } = (await w.test.ask('ticket.get', { ticketId: members[1]!.ticketId })) as {
      timeline: { type: string; payload: Record<string, unknown> }[]
    }
    expect(ofTicket.find(({ type }) => type === 'incident')?.payload).toMatchObject({
      number: 'I0001',
      what: 'joined',
      reason: { place: '阳光花园' },
    })
    const { incident: banner } = (await w.test.ask('incident.ofTicket', {
      ticketId: members[1]!.ticketId,
    })) as { incident: { others: number } }
    expect(banner.others).toBe(1)
  })

  it('say in the incident, as the list does, that an engineer has accepted one', async () => {
    const { members } = await w.get('I0001')
    const { ticketId } = members[0]!
    const [id, staffId] = [derivedId('offer'), derivedId('staff')]
    const at = new Date(startMs)
    const asked = { decisionId: derivedId('decision'), accountId: w.accountId, externalId: 'li' }
    const offer = {
      id,
      ticketId,
      staffId,
      ...asked,
      status: 'accepted',
      createdAt: at,
      expiresAt: at,
    } as const
    await w.db
      .insertInto('staff')
      .values({ id: staffId, number: 'HZ-1', name: '李师傅', ...noSkills })
      .execute()
    await w.db.insertInto('offer').values(offer).execute()
    const move = (status: 'assigned' | 'open', assigneeId: string | null) =>
      w.db.updateTable('ticket').set({ status, assigneeId }).where('id', '=', ticketId).execute()
    await move('assigned', staffId)
    const { members: now } = await w.get('I0001')
    expect(now.map(({ accepted }) => accepted)).toEqual([true, false])
    await move('open', null)
    await w.db.deleteFrom('offer').where('id', '=', id).execute()
    await w.db.deleteFrom('staff').where('id', '=', staffId).execute()
  })

  it('does not take in another place, another fault, one household’s own thing or what came too late', async () => {
    w.clock.set(startMs + 20 * minuteMs)
    await w.say('c', '上海市浦东新区阳光花园3号楼停电了,电话13605712846')
    await w.say('d', '杭州市西湖区阳光花园2号楼停水了,电话13605712847')
    await w.say('e', '杭州市西湖区阳光花园2号楼空调遥控器没电了,换了电池也不行,电话13605712848')
    w.clock.set(startMs + 45 * minuteMs)
    await w.say('f', '杭州市西湖区阳光花园1号楼停电,电话13605712849')
    expect((await w.incidents()).map(({ tickets }) => tickets)).toEqual([2])
  })

  it('are another incident when all of the first are too long ago', async () => {
    w.clock.set(startMs + 46 * minuteMs)
    await w.say('g', '杭州市西湖区阳光花园8号楼停电了,电话13605712850')
    // The one of a minute ago is in none yet.
    const open = await w.incidents({ state: 'open' })
    expect(open.map(({ tickets }) => tickets).sort()).toEqual([2, 2])
  })

  it('keeps out a ticket that a person took out, and takes it in again only by hand', async () => {
    const { id, members, version } = await w.get('I0001')
    const ticketId = members[1]!.ticketId
    await w.test.run('incident.takeOut', { incidentId: id, ticketId, version })
    // The job again, as after a change of the ticket.
    await w.test.run('ticket.setField', { ticketId, name: 'fault_description', value: '整栋楼停电' })
    await w.test.hub.settle()
    const after = await w.get(id)
    expect(after.members.find((m) => m.ticketId === ticketId)?.leftAtMs).not.toBeNull()
    await w.test.run('incident.put', { incidentId: id, ticketId })
    const back = await w.get(id)
    expect(back.members.find((m) => m.ticketId === ticketId)).toMatchObject({
      leftAtMs: null,
      reason: { kind: 'by_hand' },
    })
    expect(back.timeline.map(({ type }) => type)).toEqual(['joined', 'joined', 'left', 'joined'])
  })

  it('leaves no difference in a replay', async () => {
    const report = await replayed(w.test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })

  it('tells every customer of an incident one sentence, once however often it is confirmed', async () => {
    const { id } = await w.get('I0001')
    const audience = await w.test.ask('incident.audience', { incidentId: id })
    expect(audience).toMatchObject({ conversationIds: [expect.anything(), expect.anything()], silent: [] })
    const text = '供电局正在抢修,预计两小时内恢复。'
    const { conversationIds } = audience
    const answer = { incidentId: id, text, conversationIds, key: 'confirmed-1' }
    expect(await w.test.run('incident.answer', answer)).toEqual({ told: 2 })
    await w.test.run('incident.answer', answer)
    const said = await w.db
      .selectFrom('message')
      .select(['conversationId', 'author'])
      .where('text', '=', answer.text)
      .execute()
    expect(said.map(({ author }) => author)).toEqual(['agent', 'agent'])
    expect(new Set(said.map((m) => m.conversationId)).size).toBe(2)
    expect((await w.get(id)).timeline.filter(({ type }) => type === 'answered')).toHaveLength(1)
  })

  it('names who cannot be told, because their reply window is closed', async () => {
    const { id, members } = await w.get('I0001')
    const link = await w.db
      .selectFrom('conversation_ticket')
      .select('conversationId')
      .where('ticketId', '=', members[0]!.ticketId)
      .executeTakeFirstOrThrow()
    const closed = { windowUntil: new Date(w.clock.now() - 1), windowLeft: 1 }
    const where = { id: link.conversationId }
    await w.db.updateTable('conversation').set(closed).where('id', '=', where.id).execute()
    const audience = await w.test.ask('incident.audience', { incidentId: id })
    expect(audience).toMatchObject({
      conversationIds: [expect.not.stringContaining(where.id)],
      silent: [{ number: members[0]!.number, silence: 'window_closed' }],
    })
    const open = { windowUntil: null, windowLeft: null }
    await w.db.updateTable('conversation').set(open).where('id', '=', where.id).execute()
  })

  it('tells nobody who is not in it', async () => {
    const { id } = await w.get('I0001')
    const stranger = await w.db
      .selectFrom('conversation_ticket')
      .select('conversationId')
      .where('ticketId', '=', (await w.newest()).id)
      .executeTakeFirstOrThrow()
    const answer = { incidentId: id, text: '已恢复', conversationIds: [stranger.conversationId] }
    await expect(w.test.run('incident.answer', answer)).rejects.toThrow('not_found')
  })

  it('is renamed, closed and opened again by a person', async () => {
    const { id, version } = await w.get('I0001')
    await w.test.run('incident.rename', { incidentId: id, version, title: '阳光花园配电房' })
    expect((await w.get(id)).title).toBe('阳光花园配电房')
    await w.test.run('incident.close', { incidentId: id })
    expect((await w.get(id)).state).toBe('closed')
    await w.test.run('incident.reopen', { incidentId: id })
    expect((await w.get(id)).state).toBe('open')
  })

  it('closes by itself when the last of its tickets is done', async () => {
    const { id, members } = await w.get('I0001')
    for (const { ticketId } of members) {
      expect((await w.get(id)).state).toBe('open')
      await w.test.run('ticket.transition', { ticketId, command: 'cancel', reason: '已恢复' })
      await w.test.hub.settle()
    }
    const after = await w.get(id)
    expect(after.state).toBe('closed')
    expect(after.timeline.at(-1)).toMatchObject({ type: 'closed', payload: { by: 'tickets' } })
  })

  it('keeps an incident without a person who was erased', async () => {
    const [, incident] = (await w.incidents()).sort((a, b) => (a.number < b.number ? -1 : 1))
    const { members } = await w.get(incident!.id)
    await w.test.run('ticket.erase', { ticketId: members[0]!.ticketId })
    await w.test.hub.settle()
    const after = await w.get(incident!.id)
    expect(after.members.map(({ ticketId }) => ticketId)).toEqual([members[1]!.ticketId])
    expect(after.timeline.some(({ payload }) => payload.ticketId === members[0]!.ticketId)).toBe(false)
    expect(after.timeline.at(-1)?.type).toBe('erased')
    const traits = await w.db
      .selectFrom('incident_trait')
      .select('ticketId')
      .where('ticketId', '=', members[0]!.ticketId)
      .execute()
    expect(traits).toEqual([])
    const report = await replayed(w.test)
    const ofIncidents = report.differences.filter(({ table }) => table.startsWith('incident'))
    expect(inWords(ofIncidents)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })
})

describe('tickets that arrive together', () => {
  let w: World
  beforeAll(async () => {
    w = await openWorld()
  })
  afterAll(() => w.test.close())

  it('are one incident, however many workers look at them at once', async () => {
    for (let i = 0; i < 10; i++)
      await w.write(`p${i}`, `杭州市余杭区翡翠花园${i + 1}号楼停水了,电话136057120${10 + i}`)
    await w.test.hub.start(true)
    await expect
      .poll(async () => (await w.incidents()).map(({ tickets }) => tickets), {
        timeout: 60_000,
        interval: 200,
      })
      .toEqual([10])
    await w.test.hub.stop()
    const members = await w.db.selectFrom('incident_ticket').select('incidentId').execute()
    expect(new Set(members.map((m) => m.incidentId)).size).toBe(1)
  })

  it('and the same job again changes nothing', async () => {
    const before = await w.db.selectFrom('incident_event').selectAll().execute()
    const { handlers } = await import('../../src/incidents/index.ts')
    const gather = handlers.find(({ kind }) => kind === 'incident.gather')!
    for (const { id } of await w.tickets()) {
      const job = {
        id,
        kind: 'incident.gather',
        payload: { ticketId: id },
        attempts: 1,
        causeId: null,
      } as const
      const ctx = { nowMs: w.clock.now() } as Parameters<typeof gather.commit>[3]
      const effects = await w.test.fresh.database.transaction((tx) => gather.commit(tx, null, job, ctx))
      expect(effects).toEqual({ events: [], jobs: [] })
    }
    expect(await w.db.selectFrom('incident_event').selectAll().execute()).toEqual(before)
  })

  it('and a replay of them comes to the same', async () => {
    const report = await replayed(w.test)
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })
})

describe('the time within which tickets are one incident', () => {
  let w: World
  beforeAll(async () => {
    w = await openWorld()
  })
  afterAll(() => w.test.close())

  it('is 30 minutes until an administrator says otherwise', async () => {
    await w.test.run('setting.set', { name: 'incidents', value: { windowMs: 5 * minuteMs } })
    w.clock.set(startMs + minuteMs)
    await w.say('a', '杭州市西湖区阳光花园3号楼停电了,电话13605712844')
    w.clock.set(startMs + 10 * minuteMs)
    await w.say('b', '杭州市西湖区阳光花园5号楼停电了,电话13605712845')
    expect(await w.incidents()).toEqual([])
    w.clock.set(startMs + 15 * minuteMs)
    await w.say('c', '杭州市西湖区阳光花园6号楼停电了,电话13605712846')
    expect((await w.incidents()).map(({ tickets }) => tickets)).toEqual([2])
  })

  it('counts from when a ticket was opened, also when its place became known later', async () => {
    await w.say('d', '我们这里停水了,电话13605712847')
    const { id: ticketId } = await w.newest()
    w.clock.set(startMs + 17 * minuteMs)
    await w.say('e', '上海市浦东新区世纪公寓1号楼停水了,电话13605712848')
    expect((await w.incidents()).filter(({ cause }) => cause === 'water')).toEqual([])
    w.clock.set(startMs + 18 * minuteMs)
    const value = { province: '上海市', city: '上海市', district: '浦东新区', detail: '世纪公寓2号楼' }
    const address = { ...value, adcode: '310115' }
    await w.test.run('ticket.setField', { ticketId, name: 'address', value: address })
    await w.test.hub.settle()
    expect((await w.incidents()).filter(({ cause }) => cause === 'water')).toMatchObject([{ tickets: 2 }])
  })
})
