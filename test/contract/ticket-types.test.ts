import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'
import { hourMs, openTicketDesk, shorthand, type TicketDesk, value } from './tickets-desk.ts'

const minuteMs = 60_000
const lift = { intent: 'urgent_safety', urgency: 'critical', product_category: '电梯' }

interface Whole {
  readonly type: { readonly key: string }
  readonly createdAtMs: number
  readonly clocks: readonly {
    readonly kind: string
    readonly dueAtMs: number
    readonly startedAtMs: number
  }[]
  readonly timeline: readonly { readonly type: string }[]
}

describe('the type of a ticket in the sample workspace', () => {
  let test: TestHub
  beforeAll(async () => {
    // Time that passes between two steps would be used up of a promise.
    test = await testHub({ clock: manualClock(Date.now()) })
    await test.run('sample.load', {})
  })
  afterAll(() => test.close())

  async function opened(fields: object, more: object = {}): Promise<string> {
    const made = await test.run('ticket.create', {
      fields: { phone: '13605712844', fault_description: '坏了', ...fields },
      ...more,
    })
    return String(made.ticketId)
  }
  const whole = async (ticketId: string) => (await test.ask('ticket.get', { ticketId })) as unknown as Whole
  /** Minutes of real time from the start of a promise to its end. */
  const promised = ({ clocks }: Whole) =>
    Object.fromEntries(
      clocks.map(({ kind, dueAtMs, startedAtMs }) => [kind, (dueAtMs - startedAtMs) / minuteMs]),
    )

  it('is the one for lifts when people are in danger in a lift, with its promise at any hour', async () => {
    const ticket = await whole(await opened(lift))
    expect(ticket.type.key).toBe('lift-emergency')
    expect(promised(ticket)).toEqual({ firstResponse: 5, arrival: 30, resolution: 240 })
  })

  it('is the one for emergencies whenever a ticket is critical, whatever it is about', async () => {
    const ticket = await whole(await opened({ ...lift, product_category: '燃气灶' }))
    expect(ticket.type.key).toBe('emergency')
    expect(promised(ticket)).toMatchObject({ firstResponse: 5, arrival: 30 })
  })

  it('is the default one otherwise, and the one that a person chooses before all others', async () => {
    expect((await whole(await opened({ intent: 'repair' }))).type.key).toBe('field-service')
    const ticketId = await opened(lift, { typeKey: 'inquiry' })
    expect((await whole(ticketId)).type.key).toBe('inquiry')
    await test.run('ticket.setField', { ticketId, name: 'product_category', value: '空调' })
    expect((await whole(ticketId)).type.key).toBe('inquiry')
  })

  it('becomes the one for emergencies, with its promise at any hour, when the danger is known later', async () => {
    const ticketId = await opened({ intent: 'repair', product_category: '空调' })
    await test.run('ticket.setField', { ticketId, name: 'urgency', value: 'critical' })
    const ticket = await whole(ticketId)
    expect(ticket.type.key).toBe('emergency')
    expect(promised(ticket)).toEqual({ firstResponse: 5, arrival: 30, resolution: 240 })
    expect(ticket.timeline.map(({ type }) => type)).toContain('retyped')
    // A promise is not loosened again.
    await test.run('ticket.setField', { ticketId, name: 'urgency', value: 'normal' })
    expect((await whole(ticketId)).type.key).toBe('emergency')
  })

  it('is refused as a rule that names no request', async () => {
    const form = { type: 'object', properties: {}, required: [], appliesTo: {} }
    await expect(
      test.run('ticketType.create', { key: 'empty', name: { zh: '空', en: 'Empty' }, form }),
    ).rejects.toThrow('ticket.form_definition_invalid')
  })
})

describe('the promises of a ticket that gets another type', () => {
  let desk: TicketDesk
  let { open, get, tell } = {} as ReturnType<typeof shorthand>
  beforeAll(async () => {
    desk = await openTicketDesk()
    ;({ open, get, tell } = shorthand(desk))
    const appliesTo = { intents: [], categories: [], urgencies: ['critical'] }
    await desk.database.db
      .insertInto('ticket_type')
      .values({
        id: derivedId('type', 'urgent'),
        key: 'urgent',
        name: json({ zh: '紧急', en: 'Urgent' }),
        form: json({ type: 'object', properties: {}, required: [], appliesTo }),
        sla: json({ firstResponse: hourMs / 2, arrival: 4 * hourMs, resolution: 8 * hourMs }),
      })
      .execute()
  })
  afterAll(() => desk.drop())

  const retype = async (id: string) =>
    value(await tell('ticket.setField', id, { name: 'urgency', value: 'critical' }))
  const transition = async (id: string, command: string, more: object = {}) =>
    value(await tell('ticket.transition', id, { command, reason: '客户要求', ...more }))
  async function pass(ms: number): Promise<void> {
    desk.clock.advance(ms)
    await desk.ring()
  }
  const clocks = async (id: string) => (await get(id)).clocks.map((c) => `${c.kind} ${c.state}`)
  /** Hours until each promise that runs is due. */
  const due = async (id: string) =>
    Object.fromEntries(
      (await get(id)).clocks
        .filter((c) => c.state === 'running')
        .map((c) => [c.kind, (c.dueAtMs! - desk.clock.now()) / hourMs]),
    )

  it('are those of the new one less what was used up; what it promises besides starts then', async () => {
    const id = await open()
    await pass(hourMs / 4)
    await retype(id)
    expect((await get(id)).type.key).toBe('urgent')
    expect(await due(id)).toEqual({ firstResponse: 0.25, arrival: 4, resolution: 7.75 })
  })

  it('stand as before while the ticket is on hold, and go on after it', async () => {
    const id = await open()
    await transition(id, 'hold', { untilMs: desk.clock.now() + 72 * hourMs })
    await retype(id)
    const standing = ['arrival paused', 'firstResponse running', 'resolution paused']
    expect(await clocks(id)).toEqual(standing)
    await pass(20 * hourMs)
    expect(await clocks(id)).toEqual(['arrival paused', 'firstResponse breached', 'resolution paused'])
    await transition(id, 'resume')
    expect(await due(id)).toEqual({ arrival: 4, resolution: 8 })
  })

  it('promise danger its arrival anew, whatever appointment a person agreed before, also out of a hold', async () => {
    const [running, held] = [await open(), await open()]
    const end = new Date(desk.clock.now() + 62 * hourMs).toISOString()
    for (const id of [running, held])
      value(await tell('ticket.setField', id, { name: 'appointment', value: { start: null, end } }))
    await transition(held, 'hold', { untilMs: desk.clock.now() + 72 * hourMs })
    await retype(running)
    await retype(held)
    expect((await due(running)).arrival).toBe(4)
    expect((await due(held)).arrival).toBeUndefined()
    await pass(48 * hourMs)
    await transition(held, 'resume')
    expect((await due(held)).arrival).toBe(4)
  })

  it('that was broken already stays broken, also when nobody had looked yet', async () => {
    const id = await open()
    desk.clock.advance(2 * hourMs)
    await retype(id)
    const ticket = await get(id)
    const first = ticket.clocks.find((c) => c.kind === 'firstResponse')
    expect(first).toMatchObject({ state: 'breached', breachedAtMs: desk.clock.now() - hourMs })
    const told = ticket.timeline.filter((e) => e.type === 'sla').map((e) => e.payload)
    expect(told).toMatchObject([{ kind: 'firstResponse', state: 'breached' }])
  })

  it('are none while it is over, and the new ones once it is reopened', async () => {
    const [resolved, cancelled] = [await open(), await open()]
    await transition(resolved, 'resolve')
    await transition(cancelled, 'cancel')
    await retype(resolved)
    await retype(cancelled)
    await pass(10 * hourMs)
    expect(await clocks(resolved)).toEqual(['firstResponse met', 'resolution met'])
    expect(await clocks(cancelled)).toEqual([])
    await transition(resolved, 'reopen')
    await transition(cancelled, 'reopen')
    expect(await due(resolved)).toEqual({ arrival: 4, resolution: 8 })
    expect(await due(cancelled)).toEqual({ firstResponse: 0.5, arrival: 4, resolution: 8 })
  })
})

describe('a critical ticket for which nobody can be sent', () => {
  it('is marked in the list until somebody has it', async () => {
    const test = await testHub()
    try {
      await test.run('group.create', { name: '应急组', emergency: true, regions: ['CN'] })
      const { ticketId } = await test.run('ticket.create', {
        fields: { ...lift, phone: '13605712844', fault_description: '电梯困人' },
      })
      await test.hub.settle()
      const unserved = async () =>
        ((await test.ask('ticket.list', {})) as unknown as { tickets: { unserved: boolean }[] }).tickets[0]!
          .unserved
      expect(await unserved()).toBe(true)
      const staff = await test.run('staff.create', { number: '1', name: '王工', skills: ['*'] })
      await test.run('ticket.assign', { ticketId, engineerId: staff.id })
      expect(await unserved()).toBe(false)
    } finally {
      await test.close()
    }
  })
})

describe('an appointment that a person sets', () => {
  it('is refused in words when it lies before the day of the ticket, and taken from that day on', async () => {
    const test = await testHub()
    try {
      const fields = { phone: '13605712844', fault_description: '坏了', intent: 'repair' }
      const { ticketId } = await test.run('ticket.create', { fields })
      const dayMs = 86_400_000
      const at = (ms: number) => new Date(test.hub.clock.now() + ms).toISOString()
      const appointment = (ms: number) => ({ start: at(ms), end: at(ms + 3_600_000) })
      const set = (ms: number) =>
        test.run('ticket.setField', { ticketId, name: 'appointment', value: appointment(ms) })
      await expect(set(-2 * dayMs)).rejects.toThrow('ticket.appointment_past')
      await expect(
        test.run('ticket.create', { fields: { ...fields, appointment: appointment(-400 * dayMs) } }),
      ).rejects.toThrow('ticket.appointment_past')
      await set(dayMs)
    } finally {
      await test.close()
    }
  })
})
