import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../src/kernel/ids.ts'
import { enqueue } from '../../src/queue/index.ts'
import { json, sql } from '../../src/store/index.ts'
import type { ProgressView } from '../../src/tickets/queries/progress.ts'
import {
  agent,
  code,
  customer,
  engineer,
  groups,
  hourMs,
  openTicketDesk,
  shorthand,
  staff,
  type TicketDesk,
  user,
  value,
} from './tickets-desk.ts'

let desk: TicketDesk
let { open, get, list, tell, converse } = {} as ReturnType<typeof shorthand>
beforeAll(async () => {
  desk = await openTicketDesk()
  ;({ open, get, list, tell, converse } = shorthand(desk))
})
afterAll(() => desk.drop())

interface Prefilled {
  readonly fields: Record<string, ReturnType<typeof JSON.parse>>
  readonly recent: readonly { readonly id: string }[]
}

describe('a ticket that a person types in', () => {
  it('opens from a phone number and one sentence, with what prefill read and its evidence', async () => {
    const said = '西湖区文三路18号的洗衣机不进水,明天上午来修'
    const read = value<Prefilled>(await desk.ask('ticket.prefill', agent, { phone: '13605712844', said }))
    const { evidence, value: category } = read.fields.product_category
    expect(category).toBe('洗衣机')
    expect(JSON.stringify(evidence)).toContain('"turn":"said"')
    const made = value(
      await desk.tell('ticket.create', agent, {
        fields: { phone: '136 0571 2844', product_category: '洗衣机', intent: 'repair' },
        readings: read.fields,
        said,
      }),
    )
    const ticket = await get(made.ticketId)
    expect(ticket).toMatchObject({ number: made.number, status: 'open', channel: 'manual', intent: 'repair' })
    expect(ticket.fields.phone).toMatchObject({ value: '13605712844', method: 'human' })
    expect(ticket.fields.product_category!.evidence).toEqual([
      ...evidence,
      { kind: 'human', commandId: expect.any(String) },
    ])
    expect(ticket.fields.address!.method).toBe('rules')
    expect(ticket.timeline[0]).toMatchObject({ type: 'opened', payload: { said } })
    const again = value<Prefilled>(await desk.ask('ticket.prefill', agent, { phone: '13605712844' }))
    expect(again.recent[0]).toMatchObject({ id: made.ticketId })
    expect(again.fields.address).toMatchObject({ verdict: 'confirm' })
  })

  it('knows whoever calls from the phone of a device, with its address, and of two devices only what both say', async () => {
    const address = {
      province: '浙江省',
      city: '杭州市',
      district: '拱墅区',
      detail: '莫干山路100号',
      adcode: '330105',
    }
    const device = (serialNumber: string, category: string) => ({
      ...{ id: derivedId('device', serialNumber), serialNumber, category, model: 'M-1' },
      ...{ customerName: '裘文杰', phone: '190 0000 1300', address: json(address) },
    })
    await desk.database.db.insertInto('device').values(device('PRE-1', '洗衣机')).execute()
    const ask = async (said = '') =>
      value<Prefilled>(await desk.ask('ticket.prefill', agent, { phone: '19000001300', said })).fields
    const fields = await ask()
    expect(fields).toMatchObject({
      contact_name: { value: '裘文杰', verdict: 'confirm', method: 'record' },
      address: { value: address },
      serial_number: {
        value: 'PRE-1',
        evidence: [{ kind: 'record', table: 'device', field: 'serialNumber' }],
      },
      product_category: { value: '洗衣机' },
    })
    const made = value(
      await desk.tell('ticket.create', agent, {
        fields: { phone: '19000001300' },
        readings: fields,
        said: '坏了',
      }),
    )
    expect((await get(made.ticketId)).device).toMatchObject({ serialNumber: 'PRE-1' })
    await desk.database.db.insertInto('device').values(device('PRE-2', '冰箱')).execute()
    const two = await ask()
    expect(two.address).toBeDefined()
    expect(two.serial_number).toBeUndefined()
    expect((await ask('洗衣机不进水')).serial_number).toMatchObject({ value: 'PRE-1' })
  })

  it('says what it is about even when nothing could be read', async () => {
    const ticketId = await open({}, { said: '客户很着急,电话里没说清楚' })
    expect((await get(ticketId)).summary).toBe('客户很着急,电话里没说清楚')
  })

  it('is refused with the fields that are wrong', async () => {
    const refused = await desk.tell('ticket.create', agent, { fields: { phone: '空号', urgency: 'soon' } })
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'request.invalid' } })
    if (!refused.ok)
      expect(refused.refusal.issues?.map((i) => i.path)).toEqual(['fields.phone', 'fields.urgency'])
    const form = { typeKey: 'repair', fields: {}, custom: { floors: 'three' } }
    expect(code(await desk.tell('ticket.create', agent, form))).toBe('ticket.form_invalid')
    expect(code(await desk.tell('ticket.create', agent, { ...form, typeKey: 'nothing' }))).toBe('not_found')
  })
})

describe('the fields of a ticket', () => {
  it('take a person’s value, and the list follows', async () => {
    const ticketId = await open()
    const changed = value(
      await tell('ticket.setField', ticketId, { name: 'serial_number', value: ' SN77001 ' }),
    )
    expect(changed.version).toBe(2)
    const ticket = await get(ticketId)
    expect(ticket.fields.serial_number).toMatchObject({ value: 'SN77001', evidence: [{ kind: 'human' }] })
    const found = await list({ q: '7700' })
    expect(found.map((t) => t.id)).toEqual([ticketId])
    value(await tell('ticket.setField', ticketId, { name: 'serial_number', value: null }))
    expect(await list({ q: '7700' })).toEqual([])
  })

  it('are refused when somebody else changed the ticket meanwhile', async () => {
    const ticketId = await open()
    const edit = { version: 1, name: 'contact_name', value: '裘文杰' }
    expect(code(await tell('ticket.setField', ticketId, edit))).toBe('ok')
    expect(code(await tell('ticket.setField', ticketId, { ...edit, value: '别人' }))).toBe('conflict.version')
    expect((await get(ticketId)).fields.contact_name?.value).toBe('裘文杰')
  })

  it('keep the change of whoever was first when two people change one field, and let the other one choose', async () => {
    const ticketId = await open()
    const edit = { name: 'contact_name', from: null }
    const set = (more: object) => tell('ticket.setField', ticketId, { ...edit, ...more })
    // Both open the editor while the field is empty; the page of the second has read the newer ticket since.
    expect(code(await set({ value: '裘文杰' }))).toBe('ok')
    expect(code(await tell('ticket.setField', ticketId, { name: 'summary', value: '别的一项' }))).toBe('ok')
    expect(code(await set({ value: '邱文杰' }))).toBe('conflict.version')
    expect((await get(ticketId)).fields.contact_name?.value).toBe('裘文杰')
    expect(code(await set({ value: '裘文杰' }))).toBe('ok')
    expect(code(await set({ value: '邱文杰', from: '裘文杰' }))).toBe('ok')
    expect((await get(ticketId)).fields.contact_name?.value).toBe('邱文杰')
    const address = { province: '浙江省', city: '杭州市', district: null, detail: '文三路18号', adcode: null }
    expect(code(await set({ name: 'address', value: address }))).toBe('ok')
    const { detail, ...levels } = (await get(ticketId)).fields.address!.value as typeof address
    const moved = { name: 'address', value: { ...address, detail: '文三路20号' } }
    expect(code(await set({ ...moved, from: { detail: '文三路19号', ...levels } }))).toBe('conflict.version')
    expect(code(await set({ ...moved, from: { detail, ...levels } }))).toBe('ok')
  })

  it('let a suggestion be taken over or refused', async () => {
    const ticketId = await open()
    const evidence = { kind: 'span', turn: 'm1', start: 0, end: 2, quote: '王五' }
    const suggestion = {
      value: '王五',
      evidence: [evidence],
      method: 'rules',
      confidence: 0.8,
      verdict: 'accepted',
    }
    const field = {
      value: '王武',
      evidence: [],
      method: 'human',
      confidence: 1,
      verdict: 'accepted',
      suggestion,
    }
    const plant = () =>
      sql`update ticket set "fields" = jsonb_set("fields", '{contact_name}', ${JSON.stringify(field)}::jsonb)
        where "id" = ${ticketId}`.execute(desk.database.db)
    await plant()
    value(await tell('ticket.acceptSuggestion', ticketId, { name: 'contact_name' }))
    const taken = (await get(ticketId)).fields.contact_name
    expect(taken).toMatchObject({ value: '王五', method: 'human', evidence: [evidence, { kind: 'human' }] })
    expect(taken?.suggestion).toBeUndefined()
    await plant()
    value(await tell('ticket.rejectSuggestion', ticketId, { name: 'contact_name' }))
    expect((await get(ticketId)).fields.contact_name).toMatchObject({ value: '王武', refused: ['王五'] })
    expect(code(await tell('ticket.rejectSuggestion', ticketId, { name: 'contact_name' }))).toBe('not_found')
    expect(code(await tell('ticket.confirmField', ticketId, { name: 'order_number' }))).toBe('not_found')
  })

  it('move the promised arrival to the appointment that a person agreed', async () => {
    const ticketId = await open({}, { typeKey: 'repair' })
    const end = '2026-11-20T12:00:00+08:00'
    value(
      await tell('ticket.setField', ticketId, {
        name: 'appointment',
        value: { start: '2026-11-20T10:00:00+08:00', end },
      }),
    )
    const arrival = (await get(ticketId)).clocks.find((c) => c.kind === 'arrival')
    expect(arrival?.dueAtMs).toBe(Date.parse(end))
  })

  it('let a ticket be held whose appointment lies months ahead on a calendar that is always open', async () => {
    const { db } = desk.database
    const calendarId = derivedId('calendar', 'always')
    const always = { name: '全天', timeZone: 'Asia/Shanghai', hours: json('24x7'), overrides: json({}) }
    await db
      .insertInto('calendar')
      .values({ id: calendarId, ...always })
      .execute()
    await db.updateTable('ticket_type').set({ calendarId }).where('key', '=', 'repair').execute()
    const ticketId = await open({}, { typeKey: 'repair' })
    const start = new Date(desk.clock.now() + 70 * 24 * hourMs).toISOString()
    value(await tell('ticket.setField', ticketId, { name: 'appointment', value: { start, end: null } }))
    const hold = { command: 'hold', reason: '等预约', untilMs: desk.clock.now() + 24 * hourMs }
    value(await tell('ticket.transition', ticketId, hold))
    await db.updateTable('ticket_type').set({ calendarId: null }).where('key', '=', 'repair').execute()
    const arrival = (await get(ticketId)).clocks.find((c) => c.kind === 'arrival')
    // The hour is how long the engineer has after the start.
    expect(arrival).toMatchObject({ state: 'paused', remainingMs: (70 * 24 + 1) * hourMs })
  })

  it('take no appointment more than two years ahead, whoever said it and wherever it comes in', async () => {
    const far = { start: null, end: '9999-12-31T00:00:00Z' }
    const tooFar = 'ticket.appointment_too_far'
    expect(code(await desk.tell('ticket.create', agent, { fields: { appointment: far } }))).toBe(tooFar)
    const ticketId = await open()
    value(await tell('ticket.assign', ticketId, { engineerId: staff.zhang }))
    const name = 'appointment'
    expect(code(await tell('ticket.setField', ticketId, { name, value: far }, engineer))).toBe(tooFar)
    const read = { value: far, evidence: [], method: 'form', confidence: 1, verdict: 'accepted' }
    const field = JSON.stringify({ ...read, suggestion: read })
    await sql`update ticket set "fields" = jsonb_set("fields", '{appointment}', ${field}::jsonb)
      where "id" = ${ticketId}`.execute(desk.database.db)
    expect(code(await tell('ticket.confirmField', ticketId, { name }))).toBe(tooFar)
    expect(code(await tell('ticket.acceptSuggestion', ticketId, { name }))).toBe(tooFar)
    expect(code(await tell('ticket.rejectSuggestion', ticketId, { name }))).toBe('ok')
    const nextYear = { start: '2027-11-18T10:00:00+08:00', end: null }
    expect(code(await tell('ticket.setField', ticketId, { name, value: nextYear }))).toBe('ok')
  })
})

describe('the arrival that was agreed with the customer', () => {
  beforeAll(async () => {
    const arrival = { default: 24 * hourMs, byUrgency: { high: 4 * hourMs } }
    await desk.database.db
      .insertInto('ticket_type')
      .values({
        id: derivedId('type', 'visit'),
        key: 'visit',
        name: json({ zh: '上门', en: 'Visit' }),
        form: json({ type: 'object', properties: {}, required: [] }),
        sla: json({ arrival }),
      })
      .execute()
  })
  const visit = () => open({}, { typeKey: 'visit' })
  const at = (hours: number) => new Date(desk.clock.now() + hours * hourMs).toISOString()
  async function agree(ticketId: string, appointment: { start: string; end: string | null }): Promise<void> {
    value(await tell('ticket.setField', ticketId, { name: 'appointment', value: appointment }))
  }
  const transition = async (ticketId: string, command: string, more: object = {}) =>
    value(await tell('ticket.transition', ticketId, { command, reason: '客户要求', ...more }))
  const hold = (ticketId: string) => transition(ticketId, 'hold', { untilMs: desk.clock.now() + 80 * hourMs })
  const hurry = async (ticketId: string, urgency = 'high') =>
    value(await tell('ticket.setField', ticketId, { name: 'urgency', value: urgency }))
  /** Hours until somebody has to be there. */
  async function due(ticketId: string): Promise<number> {
    const arrival = (await get(ticketId)).clocks.find((c) => c.kind === 'arrival')
    return (arrival!.dueAtMs! - desk.clock.now()) / hourMs
  }

  it('is due at its appointment after a hold, also one that was agreed during it', async () => {
    const [before, during, openEnded] = [await visit(), await visit(), await visit()]
    await agree(before, { start: at(60), end: at(62) })
    await agree(openEnded, { start: at(60), end: null })
    for (const id of [before, during, openEnded]) await hold(id)
    await agree(during, { start: at(60), end: at(62) })
    desk.clock.advance(48 * hourMs)
    for (const id of [before, during, openEnded]) await transition(id, 'resume')
    // Without an end the engineer has an hour from the start.
    expect([await due(before), await due(during), await due(openEnded)]).toEqual([14, 14, 13])
  })

  it('is due at its appointment whatever the urgency is', async () => {
    const [running, held, nothing] = [await visit(), await visit(), await visit()]
    for (const id of [running, held]) await agree(id, { start: at(60), end: at(62) })
    await hold(held)
    for (const id of [running, held, nothing]) await hurry(id)
    await transition(held, 'resume')
    expect([await due(running), await due(held), await due(nothing)]).toEqual([62, 62, 4])
  })

  it('is promised anew in danger, whatever was agreed before', async () => {
    const [running, held, nothing] = [await visit(), await visit(), await visit()]
    for (const id of [running, held]) await agree(id, { start: at(60), end: at(62) })
    await hold(held)
    for (const id of [running, held, nothing]) await hurry(id, 'critical')
    await transition(held, 'resume')
    const promised = await due(nothing)
    expect(promised).toBeLessThan(60)
    expect([await due(running), await due(held)]).toEqual([promised, promised])
  })

  it('is due at its appointment when the ticket lives again after it was cancelled or merged', async () => {
    const [cancelled, merged] = [await visit(), await visit()]
    for (const id of [cancelled, merged]) await agree(id, { start: at(60), end: at(62) })
    await transition(cancelled, 'cancel')
    value(await tell('ticket.merge', merged, { intoId: await visit() }))
    desk.clock.advance(48 * hourMs)
    await transition(cancelled, 'reopen')
    value(await tell('ticket.unmerge', merged))
    expect([await due(cancelled), await due(merged)]).toEqual([14, 14])
  })

  it('goes on with what was left where the appointment passed during the hold', async () => {
    const ticketId = await visit()
    await agree(ticketId, { start: at(4), end: at(6) })
    await hold(ticketId)
    desk.clock.advance(48 * hourMs)
    await transition(ticketId, 'resume')
    await desk.ring()
    expect((await get(ticketId)).clocks).toMatchObject([{ kind: 'arrival', state: 'running' }])
    expect(await due(ticketId)).toBe(6)
  })
})

describe('the life of a ticket', () => {
  it('goes from open to closed, and the promises and the customer’s view follow', async () => {
    const ticketId = await open()
    value(await tell('ticket.assign', ticketId, { engineerId: staff.zhang, groupId: groups.repair }))
    value(await tell('ticket.transition', ticketId, { command: 'start' }, engineer))
    const { commands } = await get(ticketId, engineer)
    expect(commands).toEqual(['transfer', 'hold', 'resolve'])
    value(await tell('ticket.transition', ticketId, { command: 'resolve' }, engineer))
    const progress = value<ProgressView>(await desk.ask('ticket.progress', customer(ticketId), { ticketId }))
    expect(progress.steps.map((s) => s.state)).toEqual(['done', 'done', 'done', 'current', 'waiting'])
    expect(progress.commands).toEqual(['close', 'reopen'])
    expect(JSON.stringify(progress)).not.toContain('13605712844')
    value(await tell('ticket.transition', ticketId, { command: 'close' }, customer(ticketId)))
    const ticket = await get(ticketId)
    expect(ticket).toMatchObject({ status: 'closed', assignee: { name: '张工' }, group: { name: '维修组' } })
    expect(ticket.clocks.map((c) => c.state)).toEqual(['met', 'met'])
    const types = ticket.timeline.map((e) => e.type)
    expect(types.filter((t) => t === 'transition')).toHaveLength(4)
  })

  it('is not resolved while a required field of its form is empty', async () => {
    const ticketId = await open({}, { typeKey: 'repair' })
    expect(await tell('ticket.transition', ticketId, { command: 'resolve' })).toMatchObject({
      refusal: {
        code: 'ticket.form_incomplete',
        issues: [{ message: 'must be given', messageZh: '必须填写' }],
      },
    })
    expect((await get(ticketId)).missing.map((m) => m.name)).toEqual(['error_code'])
    value(await tell('ticket.setField', ticketId, { name: 'error_code', value: 'E18' }))
    expect(code(await tell('ticket.transition', ticketId, { command: 'resolve' }))).toBe('ok')
  })

  it('is given only to people and groups that exist', async () => {
    const ticketId = await open()
    const nobody = derivedId('nobody')
    expect(code(await tell('ticket.assign', ticketId, { engineerId: nobody }))).toBe('not_found')
    const to = { to: { groupId: nobody }, reason: '不在本组' }
    expect(code(await tell('ticket.transfer', ticketId, to))).toBe('not_found')
    value(await tell('ticket.transfer', ticketId, { to: { groupId: groups.install }, reason: '安装问题' }))
    expect((await get(ticketId)).group?.name).toBe('安装组')
  })

  it('ends a hold by itself when its time is over, and goes on where it was interrupted', async () => {
    const ticketId = await open()
    value(await tell('ticket.assign', ticketId, { engineerId: staff.zhang }))
    value(await tell('ticket.transition', ticketId, { command: 'start' }, engineer))
    const untilMs = desk.clock.now() + hourMs
    value(await tell('ticket.transition', ticketId, { command: 'hold', reason: '等配件', untilMs }, engineer))
    await desk.ring()
    expect((await get(ticketId)).status).toBe('on_hold')
    desk.clock.set(untilMs)
    await desk.ring()
    expect((await get(ticketId)).status).toBe('in_progress')
  })

  it('says when a promise is broken, once', async () => {
    const ticketId = await open()
    desk.clock.advance(hourMs + 1)
    await desk.ring()
    desk.clock.advance(hourMs)
    await desk.ring()
    const ticket = await get(ticketId)
    const broken = ticket.timeline.filter((e) => e.type === 'sla')
    expect(broken.map((e) => e.payload)).toMatchObject([{ kind: 'firstResponse', state: 'breached' }])
    const late = await list({ sla: 'late', q: ticket.number })
    expect(late).toMatchObject([{ id: ticketId, late: ['firstResponse'] }])
  })

  it('is promised again what it lost, when it is reopened after it was cancelled; what was kept or broken stays', async () => {
    const clocks = async (id: string) =>
      (await get(id)).clocks.map((c) => [
        c.kind,
        c.state,
        c.dueAtMs && (c.dueAtMs - desk.clock.now()) / hourMs,
      ])
    const [quick, late] = [
      await open({}, { typeKey: 'repair', custom: { error_code: 'E1' } }),
      await open({}, { typeKey: 'repair', custom: { error_code: 'E1' } }),
    ]
    value(await tell('ticket.transition', quick, { command: 'cancel', reason: '不修了' }))
    desk.clock.advance(2 * hourMs)
    value(await tell('ticket.transition', late, { command: 'cancel', reason: '不修了' }))
    desk.clock.advance(70 * hourMs)
    for (const id of [quick, late])
      value(await tell('ticket.transition', id, { command: 'reopen', reason: '又要修' }))
    expect(await clocks(quick)).toEqual([
      ['arrival', 'running', 24],
      ['firstResponse', 'running', 1],
      ['resolution', 'running', 48],
    ])
    expect(await clocks(late)).toEqual([
      ['arrival', 'running', 24],
      ['firstResponse', 'breached', -71],
      ['resolution', 'running', 48],
    ])
    desk.clock.advance(hourMs + 1)
    await desk.ring()
    const { number } = await get(quick)
    expect(await list({ sla: 'late', q: number })).toMatchObject([{ id: quick, late: ['firstResponse'] }])
  })

  it('is promised a visit again when it is reopened after it was resolved without one', async () => {
    const ticketId = await open({}, { typeKey: 'repair', custom: { error_code: 'E1' } })
    const clocks = async () => (await get(ticketId)).clocks.map((c) => `${c.kind} ${c.state}`)
    value(await tell('ticket.transition', ticketId, { command: 'resolve' }))
    expect(await clocks()).toEqual(['firstResponse met', 'resolution met'])
    value(await tell('ticket.transition', ticketId, { command: 'reopen', reason: '还是不行' }))
    expect(await clocks()).toEqual(['arrival running', 'firstResponse met', 'resolution running'])
  })

  it('counts an agent’s answer in any of its conversations as the first response', async () => {
    const ticketId = await open()
    const conversationId = await converse(ticketId, 'answered')
    const job = { kind: 'ticket.responded', payload: { conversationId } } as const
    const cause = { id: derivedId('answer'), nowMs: desk.clock.now() }
    await desk.database.transaction((tx) => enqueue(tx, [job], cause))
    await desk.ring()
    const clock = (await get(ticketId)).clocks.find((c) => c.kind === 'firstResponse')
    expect(clock).toMatchObject({ state: 'met', metAtMs: desk.clock.now() })
  })

  it('closes by itself when it stayed resolved, but not when it was resolved again later', async () => {
    const day = 24 * hourMs
    const [left, again] = [await open(), await open()]
    for (const id of [left, again]) value(await tell('ticket.transition', id, { command: 'resolve' }))
    desk.clock.advance(2 * day)
    value(await tell('ticket.transition', again, { command: 'reopen', reason: '还是不行' }))
    value(await tell('ticket.transition', again, { command: 'resolve' }))
    desk.clock.advance(day)
    await desk.ring()
    expect([(await get(left)).status, (await get(again)).status]).toEqual(['closed', 'resolved'])
    desk.clock.advance(2 * day)
    await desk.ring()
    expect((await get(again)).status).toBe('closed')
  })
})

describe('a note', () => {
  it('that is sent again with its key, because the answer was lost, is written once', async () => {
    const id = await open()
    for (let n = 0; n < 2; n += 1)
      value(await tell('ticket.note', id, { text: '已联系客户', key: 'page-0001' }))
    value(await tell('ticket.note', id, { text: '已联系客户', key: 'page-0002' }))
    const { timeline } = await get(id)
    expect(timeline.filter(({ type }) => type === 'noted')).toHaveLength(2)
  })
})

describe('who may do what', () => {
  it('lets an engineer see and change only their own tickets', async () => {
    const [own, others] = [await open(), await open()]
    value(await tell('ticket.assign', own, { engineerId: staff.zhang }))
    value(await tell('ticket.assign', others, { engineerId: staff.li }))
    expect(code(await desk.ask('ticket.get', engineer, { ticketId: others }))).toBe('not_found')
    expect(code(await tell('ticket.note', others, { text: '看看' }, engineer))).toBe('not_found')
    expect(code(await tell('ticket.note', own, { text: '已联系' }, engineer))).toBe('ok')
    const listed = await list({ limit: 200 }, engineer)
    expect(listed.map((t) => t.assigneeId)).toEqual(listed.map(() => staff.zhang))
    expect(listed.map((t) => t.id)).toContain(own)
    expect(code(await desk.tell('ticket.create', engineer, { fields: {} }))).toBe('access.forbidden')
  })

  it('lets an auditor read and nothing else', async () => {
    const auditor = user('auditor')
    const ticketId = await open()
    expect(code(await desk.ask('ticket.get', auditor, { ticketId }))).toBe('ok')
    expect(code(await tell('ticket.note', ticketId, { text: 'x' }, auditor))).toBe('access.forbidden')
    expect(code(await tell('ticket.transition', ticketId, { command: 'start' }, auditor))).toBe(
      'access.forbidden',
    )
  })

  it('lets a customer with a link do little, and only on their own ticket', async () => {
    const [own, other] = [await open(), await open()]
    const me = customer(own)
    expect(code(await desk.ask('ticket.progress', me, { ticketId: other }))).toBe('not_found')
    expect(code(await desk.ask('ticket.get', me, { ticketId: own }))).toBe('access.forbidden')
    const resolve = { command: 'resolve' }
    expect(code(await tell('ticket.transition', own, resolve, me))).toBe('access.forbidden')
    expect(code(await tell('ticket.transition', own, { command: 'cancel', reason: '好了' }, me))).toBe('ok')
  })

  it('lets a customer press for a ticket a few times an hour', async () => {
    const ticketId = await open()
    const press = () => tell('ticket.expedite', ticketId, {}, customer(ticketId))
    expect(value(await press()).expedited).toBe(1)
    desk.clock.advance(hourMs / 2)
    expect(value(await press()).expedited).toBe(2)
    const refused = await press()
    expect(refused).toMatchObject({
      refusal: { code: 'request.rate_limited', params: { waitMs: hourMs / 2 } },
    })
    expect(value(await tell('ticket.expedite', ticketId, { reason: '客户来电' })).expedited).toBe(3)
    desk.clock.advance(hourMs + 1)
    expect(code(await press())).toBe('ok')
    value(await tell('ticket.transition', ticketId, { command: 'resolve' }))
    expect(code(await press())).toBe('ticket.not_waiting')
  })
})
