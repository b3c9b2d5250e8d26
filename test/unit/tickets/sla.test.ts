import { describe, expect, it } from 'vitest'
import type { BusinessCalendar } from '../../../src/directory/index.ts'
import {
  agreeArrival,
  checkClock,
  clocksAfter,
  nextDue,
  renew,
  retarget,
  type SlaClock,
  type SlaTargets,
  slaSchema,
  startClocks,
  startMissing,
} from '../../../src/tickets/sla.ts'

const hour = 3_600_000
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const week = [1, 2, 3, 4, 5]
const calendar: BusinessCalendar = {
  timeZone: 'Asia/Shanghai',
  hours: {
    spans: [
      { days: week, open: '09:00', close: '12:00' },
      { days: week, open: '13:00', close: '18:00' },
    ],
  },
  overrides: { holidays: 'CN', days: {} },
}
const targets: SlaTargets = {
  firstResponse: hour,
  arrival: { default: 8 * hour, byUrgency: { critical: 2 * hour } },
  resolution: 16 * hour,
}
const fresh = (time: string, urgency: 'normal' | 'critical' = 'normal') =>
  startClocks(targets, urgency, calendar, at(time))
const find = (clocks: readonly SlaClock[], kind: string) => clocks.find((c) => c.kind === kind)

describe('the clocks of a ticket', () => {
  it('start with the due times of its type, its urgency and the calendar', () => {
    expect(fresh('18T11:30').map((c) => [c.kind, c.dueAtMs])).toEqual([
      ['firstResponse', at('18T13:30')],
      ['arrival', at('19T11:30')],
      ['resolution', at('20T11:30')],
    ])
    expect(find(fresh('18T11:30', 'critical'), 'arrival')!.dueAtMs).toBe(at('18T14:30'))
    expect(startClocks({}, 'normal', calendar, 0)).toEqual([])
    expect(nextDue(fresh('18T11:30'))).toBe(at('18T13:30'))
  })

  it('are met in time, or breached at the due time and then met late', () => {
    const clocks = fresh('18T09:00')
    const met = clocksAfter(clocks, 'responded', calendar, at('18T10:00'))
    expect(find(met, 'firstResponse')).toMatchObject({
      state: 'met',
      metAtMs: at('18T10:00'),
      breachedAtMs: null,
    })
    const late = clocksAfter(clocks, 'responded', calendar, at('18T10:01'))
    const expected = { state: 'breached', metAtMs: at('18T10:01'), breachedAtMs: at('18T10:00') }
    expect(find(late, 'firstResponse')).toMatchObject(expected)
    expect(clocksAfter(late, 'responded', calendar, at('18T11:00'))).toEqual(late)
    expect(checkClock(clocks[0]!, at('18T10:00')).state).toBe('running')
  })

  it('stand while the ticket is on hold, but for the first response', () => {
    const held = clocksAfter(fresh('18T09:00'), 'held', calendar, at('18T11:00'))
    expect(held.map((c) => [c.kind, c.state, c.remainingMs])).toEqual([
      ['firstResponse', 'breached', null],
      ['arrival', 'paused', 6 * hour],
      ['resolution', 'paused', 14 * hour],
    ])
    expect(nextDue(held)).toBeNull()
    const resumed = clocksAfter(held, 'resumed', calendar, at('23T09:00'))
    expect(find(resumed, 'arrival')).toMatchObject({
      state: 'running',
      dueAtMs: at('23T16:00'),
      remainingMs: null,
    })
    expect(find(resumed, 'resolution')!.dueAtMs).toBe(at('24T16:00'))
  })

  it('lose nothing by a hold outside business hours, or by being held or resumed twice', () => {
    const clocks = clocksAfter(fresh('18T09:00'), 'responded', calendar, at('18T09:10'))
    const held = clocksAfter(clocks, 'held', calendar, at('18T20:00'))
    expect(clocksAfter(held, 'held', calendar, at('19T15:00'))).toEqual(held)
    const back = clocksAfter(held, 'resumed', calendar, at('19T07:00'))
    expect(back.map((c) => c.dueAtMs)).toEqual(clocks.map((c) => c.dueAtMs))
    expect(clocksAfter(back, 'resumed', calendar, at('19T08:00'))).toEqual(back)
  })

  it('end with the resolution, which is an answer too and makes a visit needless', () => {
    const resolved = clocksAfter(fresh('18T09:00'), 'resolved', calendar, at('18T09:30'))
    expect(resolved.map((c) => [c.kind, c.state])).toEqual([
      ['firstResponse', 'met'],
      ['resolution', 'met'],
    ])
    const arrived = clocksAfter(fresh('18T09:00'), 'arrived', calendar, at('18T10:00'))
    expect(clocksAfter(arrived, 'resolved', calendar, at('18T11:00')).map((c) => c.state)).toEqual([
      'met',
      'met',
      'met',
    ])
  })

  it('can be met out of a hold, and go on after a reopening with what was left', () => {
    const held = clocksAfter(fresh('18T09:00'), 'held', calendar, at('18T10:00'))
    const resolved = clocksAfter(held, 'resolved', calendar, at('20T10:00'))
    expect(find(resolved, 'resolution')).toMatchObject({ state: 'met', remainingMs: 15 * hour })
    const reopened = clocksAfter(resolved, 'reopened', calendar, at('23T09:00'))
    expect(find(reopened, 'resolution')).toMatchObject({
      state: 'running',
      dueAtMs: at('24T17:00'),
      metAtMs: null,
    })
    expect(find(reopened, 'firstResponse')).toMatchObject({ state: 'breached', metAtMs: at('20T10:00') })
  })

  it('stay breached after a reopening when they were met late', () => {
    const late = clocksAfter(fresh('18T09:00'), 'resolved', calendar, at('25T10:00'))
    const reopened = find(clocksAfter(late, 'reopened', calendar, at('25T11:00')), 'resolution')
    expect(reopened).toMatchObject({ state: 'breached', metAtMs: null })
  })

  it('are dropped where still open when the ticket is cancelled or merged', () => {
    const answered = clocksAfter(fresh('18T09:00'), 'responded', calendar, at('18T09:30'))
    expect(clocksAfter(answered, 'ended', calendar, at('18T10:00')).map((c) => c.kind)).toEqual([
      'firstResponse',
    ])
  })

  it('start again where they are missing, beside those that were met or breached', () => {
    const answered = clocksAfter(fresh('18T09:00'), 'responded', calendar, at('18T09:30'))
    const ended = clocksAfter(answered, 'ended', calendar, at('18T10:00'))
    const again = startMissing(ended, targets, 'normal', calendar, at('20T09:00'))
    expect(again).toEqual([ended[0], ...fresh('20T09:00').slice(1)])
    expect(startMissing(again, targets, 'normal', calendar, at('20T10:00'))).toEqual(again)
  })

  it('follow a raised urgency, counting what was used up already', () => {
    const raised = retarget(fresh('18T09:00'), targets, 'critical', calendar, at('18T10:00'))
    expect(find(raised, 'arrival')).toMatchObject({ targetMs: 2 * hour, dueAtMs: at('18T11:00') })
    expect(find(raised, 'resolution')).toEqual(find(fresh('18T09:00'), 'resolution'))
    const tooLate = retarget(fresh('18T09:00'), targets, 'critical', calendar, at('18T16:00'))
    expect(find(tooLate, 'arrival')!.dueAtMs).toBe(at('18T16:00'))
    const held = clocksAfter(fresh('18T09:00'), 'held', calendar, at('18T10:00'))
    expect(find(retarget(held, targets, 'critical', calendar, at('19T10:00')), 'arrival')!.remainingMs).toBe(
      hour,
    )
  })

  it('become those of another type: the used time counts by the old calendar, what is left by the new one', () => {
    const { arrival: _dropped, ...fewer } = targets
    const old = fresh('18T17:30')
    const always: BusinessCalendar = { ...calendar, hours: '24x7' }
    const other = { firstResponse: 2 * hour, resolution: 4 * hour }
    const renewed = renew(old, other, 'normal', calendar, at('18T22:00'), always)
    expect(renewed.map((c) => [c.kind, c.state, c.dueAtMs])).toEqual([
      ['firstResponse', 'running', at('18T23:30')],
      ['resolution', 'running', at('19T01:30')],
    ])
    expect(renew(renewed, targets, 'normal', always, at('18T22:00'), calendar).at(-1)).toEqual({
      ...find(old, 'arrival'),
      startedAtMs: at('18T22:00'),
      dueAtMs: at('19T18:00'),
    })
    const met = clocksAfter(old, 'arrived', calendar, at('18T17:45'))
    expect(renew(met, fewer, 'normal', calendar, at('18T22:00'))).toEqual(met)
    const closed: BusinessCalendar = { ...calendar, hours: { spans: [] } }
    const never = startClocks(other, 'normal', closed, at('18T09:00'))
    expect(never.map((c) => c.dueAtMs)).toEqual([null, null])
    expect(nextDue(renew(never, other, 'normal', closed, at('18T22:00'), always))).toBe(at('19T00:00'))
  })

  it('take an agreed appointment as the promised arrival', () => {
    const due = (startMs: number | null, endMs: number | null) =>
      find(agreeArrival(fresh('18T09:00'), { startMs, endMs }, hour), 'arrival')!.dueAtMs
    expect(due(at('20T14:00'), at('20T16:00'))).toBe(at('20T16:00'))
    expect(due(at('20T14:00'), null)).toBe(at('20T15:00'))
    expect(due(null, null)).toBe(at('18T18:00'))
  })
})

it('the promises of a ticket type are checked: no unknown clock, no zero, no fraction', () => {
  expect(slaSchema.safeParse(targets).success).toBe(true)
  for (const wrong of [{ visit: 1 }, { arrival: 0 }, { arrival: 1.5 }, { arrival: { byUrgency: {} } }]) {
    expect(slaSchema.safeParse(wrong).success).toBe(false)
  }
})

it('a promise of a month is as good as one of an hour, and what is left of it can be kept', () => {
  const month = { resolution: 30 * 24 * hour }
  expect(slaSchema.safeParse(month).success).toBe(true)
  const always: BusinessCalendar = { ...calendar, hours: '24x7' }
  const clocks = startClocks(month, 'normal', always, at('18T09:00'))
  const held = clocksAfter(clocks, 'held', always, at('18T10:00'))
  expect(find(held, 'resolution')!.remainingMs).toBe((30 * 24 - 1) * hour)
})
