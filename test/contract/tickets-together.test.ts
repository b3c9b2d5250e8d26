import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/contract/actor.ts'
import { sql } from '../../src/store/index.ts'
import { verifyTimelines } from '../../src/tickets/index.ts'
import { linkConversation } from '../../src/tickets/open.ts'
import { appendTimeline } from '../../src/tickets/record.ts'
import {
  admin,
  agent,
  code,
  groups,
  openTicketDesk,
  shorthand,
  staff,
  type TicketDesk,
  value,
} from './tickets-desk.ts'

let desk: TicketDesk
let { open, get, list, tell, converse, joins } = {} as ReturnType<typeof shorthand>
beforeAll(async () => {
  desk = await openTicketDesk()
  ;({ open, get, list, tell, converse, joins } = shorthand(desk))
})
afterAll(() => desk.drop())

const ids = async (id: string) => (await get(id)).conversations.map((c) => c.id).sort()

describe('tickets that belong together', () => {
  it('merge with their conversations, and separate again as they were', async () => {
    const [a, b] = [await open(), await open()]
    const [first, second, both] = [await converse(a, 'ma'), await converse(b, 'mb'), await converse(a, 'mc')]
    await joins(both, b)
    value(await tell('ticket.merge', a, { intoId: b }))
    expect(await get(a)).toMatchObject({ status: 'merged', mergedInto: { id: b }, clocks: [] })
    expect(await ids(b)).toEqual([first, second, both].sort())
    expect((await get(b)).merged.map((t) => t.id)).toEqual([a])
    expect(code(await tell('ticket.merge', b, { intoId: a }))).toBe('ticket.merge_target_invalid')
    value(await tell('ticket.unmerge', a))
    expect(await get(a)).toMatchObject({ status: 'open', mergedInto: null, closedAtMs: null })
    expect([await ids(a), await ids(b)]).toEqual([[first, both].sort(), [second, both].sort()])
    expect((await get(a)).clocks.map((c) => c.kind)).toEqual(['firstResponse', 'resolution'])
    expect(code(await tell('ticket.unmerge', a))).toBe('ticket.not_merged')
  })

  it('separate again also when no conversation was moved (an empty list once was bad SQL)', async () => {
    const [a, b] = [await open(), await open()]
    value(await tell('ticket.merge', a, { intoId: b }))
    expect(code(await tell('ticket.unmerge', a))).toBe('ok')
  })

  it('separate from the one that the other was merged into, in whichever order', async () => {
    for (const order of ['ab', 'ba']) {
      const [a, b, c] = [await open(), await open(), await open()]
      const [first, second] = [await converse(a, `first ${order}`), await converse(b, `second ${order}`)]
      value(await tell('ticket.merge', a, { intoId: b }))
      value(await tell('ticket.merge', b, { intoId: c }))
      expect(await ids(c)).toEqual([first, second].sort())
      for (const each of order) value(await tell('ticket.unmerge', each === 'a' ? a : b))
      expect([await ids(a), await ids(b), await ids(c)]).toEqual([[first], [second], []])
    }
  })

  it('tell the one in which the work goes on that its conversations left', async () => {
    const [a, b, c] = [await open(), await open(), await open()]
    const conversationId = await converse(a, 'told')
    value(await tell('ticket.merge', a, { intoId: b }))
    value(await tell('ticket.merge', b, { intoId: c }))
    value(await tell('ticket.unmerge', a))
    for (const id of [b, c])
      expect((await get(id)).timeline.at(-1)).toMatchObject({
        type: 'unmerged',
        payload: { ticketId: a, conversationIds: [conversationId] },
      })
  })

  it('leave what a person said is about the other one meanwhile', async () => {
    const [a, b] = [await open(), await open()]
    const [came, later] = [await converse(a, 'came'), await converse(await open(), 'later')]
    value(await tell('ticket.merge', a, { intoId: b }))
    for (const conversationId of [came, later])
      value(await tell('ticket.about', b, { conversationId, isAbout: true }))
    value(await tell('ticket.unmerge', a))
    expect([await ids(a), await ids(b)]).toEqual([[came], [came, later].sort()])
  })

  it('have their own conversations and those of what is merged into them, whatever was merged and undone before', async () => {
    const tickets = [await open(), await open(), await open(), await open()]
    const own = new Map<string, string[]>()
    for (const [i, id] of tickets.entries()) own.set(id, [await converse(id, `of ${i}`)])
    // One conversation that two of them have.
    const shared = await converse(tickets[0]!, 'shared')
    await joins(shared, tickets[1]!)
    for (const id of tickets.slice(0, 2)) own.get(id)!.push(shared)
    const act = fc.record({ on: fc.nat({ max: 3 }), into: fc.nat({ max: 3 }), undo: fc.boolean() })
    const into = new Map<string, string>()
    const whole = (id: string): string[] => [
      ...own.get(id)!,
      ...tickets.filter((each) => into.get(each) === id).flatMap(whole),
    ]
    const check = async ({ on, into: other, undo }: { on: number; into: number; undo: boolean }) => {
      const [id, intoId] = [tickets[on]!, tickets[other]!]
      const done = await tell(undo ? 'ticket.unmerge' : 'ticket.merge', id, undo ? {} : { intoId })
      if (!done.ok) return
      if (undo) into.delete(id)
      else into.set(id, intoId)
      for (const each of tickets)
        expect(await ids(each)).toEqual(into.has(each) ? [] : [...new Set(whole(each))].sort())
    }
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        for (const each of acts) await check(each)
      }),
      { numRuns: 15, endOnFailure: true },
    )
    expect((await verifyTimelines(desk.database.db)).broken).toBeNull()
  })

  it('come back without the engineer and the group that left dispatch while they were merged', async () => {
    const { db } = desk.database
    const [a, b] = [await open(), await open()]
    value(await tell('ticket.assign', a, { engineerId: staff.zhang, groupId: groups.repair }))
    value(await tell('ticket.merge', a, { intoId: b }))
    const switchTo = async (active: boolean) => {
      await db.updateTable('staff').set({ active }).where('id', '=', staff.zhang).execute()
      await db.updateTable('skill_group').set({ active }).where('id', '=', groups.repair).execute()
    }
    await switchTo(false)
    value(await tell('ticket.unmerge', a))
    await switchTo(true)
    expect(await get(a)).toMatchObject({ status: 'open', assignee: null, group: null })
  })

  it('are linked and unlinked from either side', async () => {
    const [a, b] = [await open(), await open()]
    value(await tell('ticket.link', a, { otherId: b }))
    expect((await get(b)).links).toMatchObject([{ id: a, kind: 'related' }])
    value(await tell('ticket.unlink', b, { otherId: a }))
    expect((await get(a)).links).toEqual([])
    expect(code(await tell('ticket.unlink', b, { otherId: a }))).toBe('not_found')
    expect(code(await tell('ticket.link', a, { otherId: a }))).toBe('not_found')
  })

  it('form trees: no ticket below itself, and a parent waits for its children', async () => {
    const [parent, child] = [await open(), await open()]
    value(await tell('ticket.setParent', child, { parentId: parent }))
    expect(code(await tell('ticket.setParent', parent, { parentId: child }))).toBe('ticket.parent_invalid')
    expect((await get(parent)).children.map((t) => t.id)).toEqual([child])
    const resolve = { command: 'resolve' }
    expect(code(await tell('ticket.transition', parent, resolve))).toBe('ticket.children_open')
    value(await tell('ticket.transition', child, resolve))
    expect(code(await tell('ticket.transition', parent, resolve))).toBe('ok')
  })
})

describe('two conversations that join one ticket at a moment', () => {
  it('are both written, and neither waits for the other for ever', async () => {
    const ticketId = await open()
    const conversations = [await converse(await open(), 'ja'), await converse(await open(), 'jb')]
    let [begun, linked] = [0, 0]
    const together = conversations.map((conversationId) =>
      desk.database.transaction(async (tx) => {
        begun++
        await linkConversation(tx, conversationId, ticketId, desk.clock.now())
        linked++
        // Time for the other one to get as far as it may.
        for (let i = 0; i < 20 && linked < 2; i++) await new Promise((resolve) => setTimeout(resolve, 20))
        const cause = { causeId: conversationId, nowMs: desk.clock.now(), actor: systemActor('test') }
        await appendTimeline(tx, ticketId, [{ type: 'noted', payload: { text: '补充' } }], cause)
      }),
    )
    await Promise.all(together)
    // A transaction that another one's wait had ended would have begun again.
    expect(begun).toBe(2)
    expect((await get(ticketId)).conversations).toHaveLength(2)
    expect((await verifyTimelines(desk.database.db)).broken).toBeNull()
  })
})

describe('erasure', () => {
  it('leaves no personal data in the ticket, and the chain still holds', async () => {
    const secrets = ['13605712844', '裘文杰', '鉴湖路232号', 'SN77123', '请轻声敲门']
    const address = {
      province: '浙江省',
      city: '绍兴市',
      district: '柯桥区',
      detail: '鉴湖路232号',
      adcode: '330603',
    }
    const fields = {
      phone: '13605712844',
      contact_name: '裘文杰',
      serial_number: 'SN77123',
      address,
      intent: 'repair',
    }
    const ticketId = await open(fields, { said: '请轻声敲门' })
    value(await tell('ticket.note', ticketId, { text: '裘文杰 13605712844' }))
    value(await tell('ticket.setField', ticketId, { name: 'contact_name', value: '裘文杰先生' }))
    expect(code(await tell('ticket.erase', ticketId, {}, agent))).toBe('access.forbidden')
    value(await tell('ticket.erase', ticketId, {}, admin))
    const rows = await sql<{ text: string }>`
      select t::text || (select string_agg(e::text, '') from ticket_event e where e."ticketId" = t."id") as text
      from ticket t where t."id" = ${ticketId}`.execute(desk.database.db)
    for (const secret of secrets) expect(rows.rows[0]!.text).not.toContain(secret)
    const ticket = await get(ticketId)
    expect(ticket.fields.address!.value).toEqual({ ...address, detail: null })
    expect(ticket.intent).toBe('repair')
    expect((await verifyTimelines(desk.database.db)).broken).toBeNull()
    expect(await list({ q: 'SN77123' })).toEqual([])
  })
})

describe('many people at once', () => {
  it('change one ticket without losing an entry or breaking its chain', async () => {
    const ticketId = await open()
    const acts = Array.from({ length: 24 }, (_, i) =>
      i % 2 === 0
        ? tell('ticket.note', ticketId, { text: `第${i}条` })
        : tell('ticket.setField', ticketId, { name: 'order_number', value: `DD${i}` }),
    )
    expect((await Promise.all(acts)).map(code)).toEqual(acts.map(() => 'ok'))
    const ticket = await get(ticketId)
    expect(ticket.timeline.map((e) => e.seq)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
    expect(ticket.version).toBe(13)
    expect((await verifyTimelines(desk.database.db)).broken).toBeNull()
  })

  it('with the same version in hand, change it once', async () => {
    const ticketId = await open()
    const edits = ['甲', '乙', '丙'].map((name) =>
      tell('ticket.setField', ticketId, { version: 1, name: 'contact_name', value: name }),
    )
    const codes = (await Promise.all(edits)).map(code)
    expect(codes.sort()).toEqual(['conflict.version', 'conflict.version', 'ok'])
  })

  it('merge two tickets into each other once', async () => {
    const [a, b] = [await open(), await open()]
    const both = [tell('ticket.merge', a, { intoId: b }), tell('ticket.merge', b, { intoId: a })]
    const codes = (await Promise.all(both)).map(code)
    expect(codes.sort()).toEqual(['ok', 'ticket.merge_target_invalid'])
  })
})

describe('the check of the timelines', () => {
  it('holds for everything that was done, and names the first link that somebody changed or cut off', async () => {
    const check = () => verifyTimelines(desk.database.db)
    const whole = await check()
    expect(whole.broken).toBeNull()
    expect(whole.events).toBeGreaterThan(whole.tickets)
    const ticketId = await open()
    const { number } = await get(ticketId)
    const force = (change: string) =>
      desk.database.query(`alter table ticket_event disable trigger all; ${change};
        alter table ticket_event enable trigger all`)
    await expect(desk.database.query('update ticket_event set "type" = \'x\'')).rejects.toThrow('append-only')
    await expect(desk.database.query('delete from ticket_event')).rejects.toThrow('append-only')
    const mine = `where "ticketId" = '${ticketId}'`
    await force(`update ticket_event set payload = '{"number": "T1"}' ${mine}`)
    expect((await check()).broken).toEqual({ ticketId, number, seq: 1, reason: 'payload' })
    await force(`delete from ticket_event ${mine}`)
    expect((await check()).broken).toEqual({ ticketId, number, seq: 1, reason: 'cut' })
  })
})
