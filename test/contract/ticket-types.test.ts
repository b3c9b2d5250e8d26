import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHub, testHub } from '../hub.ts'

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
    test = await testHub()
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

  it('becomes the one for emergencies, with its promise from then on, when the danger is known later', async () => {
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
