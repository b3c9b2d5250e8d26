import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hours } from '../../../src/contract/routing.ts'
import { momentOf } from '../../../src/directory/calendar.ts'
import {
  addBusinessTime,
  type BusinessCalendar,
  businessTimeBetween,
  isBusinessTime,
  isOpen,
  localTime,
  missingYears,
  parseCalendar,
} from '../../../src/directory/index.ts'

const hour = 3_600_000
const week = [1, 2, 3, 4, 5]
const office: Hours = {
  spans: [
    { days: week, open: '09:00', close: '12:00' },
    { days: week, open: '13:30', close: '18:00' },
  ],
}
function calendar(changes: Partial<BusinessCalendar> = {}): BusinessCalendar {
  return { timeZone: 'Asia/Shanghai', hours: office, overrides: { holidays: 'CN', days: {} }, ...changes }
}
const shanghai = (time: string) => Date.parse(`${time}:00+08:00`)
const newYork: BusinessCalendar = {
  timeZone: 'America/New_York',
  hours: '24x7',
  overrides: { holidays: 'none', days: {} },
}

describe('a due time on business hours', () => {
  it.each<[string, string, number, string]>([
    ['inside one span', '2026-11-18T10:00', 1, '2026-11-18T11:00'],
    ['at the very end of a span', '2026-11-18T10:00', 2, '2026-11-18T12:00'],
    ['over the lunch break', '2026-11-18T11:00', 2, '2026-11-18T14:30'],
    ['from within the lunch break', '2026-11-18T12:30', 1, '2026-11-18T14:30'],
    ['from before opening', '2026-11-18T06:00', 1, '2026-11-18T10:00'],
    ['over the night', '2026-11-18T17:00', 2, '2026-11-19T10:00'],
    ['over the weekend', '2026-11-20T17:00', 2, '2026-11-23T10:00'],
    ['over several days', '2026-11-16T09:00', 15, '2026-11-17T18:00'],
    ['into a make-up Saturday before the Spring Festival', '2026-02-13T17:00', 2, '2026-02-14T10:00'],
    ['over the nine days of the Spring Festival', '2026-02-14T17:00', 2, '2026-02-24T10:00'],
    ['into the make-up Sunday before National Day', '2026-09-18T17:00', 2, '2026-09-20T10:00'],
    ['over National Day to the Thursday after', '2026-09-30T17:00', 2, '2026-10-08T10:00'],
    ['no time at all, at night', '2026-11-18T23:00', 0, '2026-11-18T23:00'],
  ])('is right %s', (_, start, hours, due) => {
    expect(addBusinessTime(calendar(), shanghai(start), hours * hour)).toBe(shanghai(due))
  })

  it('follows the editable table before the published holidays', () => {
    const days = {
      '2026-10-01': { work: true, spans: [{ open: '10:00', close: '11:00' }], name: '国庆值班' },
      '2026-11-18': { work: false, name: '盘点' },
      '2026-11-21': { work: true },
    }
    const own = calendar({ overrides: { holidays: 'CN', days } })
    expect(addBusinessTime(own, shanghai('2026-09-30T18:00'), hour / 2)).toBe(shanghai('2026-10-01T10:30'))
    expect(addBusinessTime(own, shanghai('2026-11-17T18:00'), hour)).toBe(shanghai('2026-11-19T10:00'))
    expect(addBusinessTime(own, shanghai('2026-11-20T18:00'), hour)).toBe(shanghai('2026-11-21T10:00'))
  })

  it('works a make-up Saturday like a weekday although Saturdays are short', () => {
    const hours: Hours = { spans: [...office.spans, { days: [6], open: '09:00', close: '10:00' }] }
    const short = calendar({ hours })
    const worked = (from: string, to: string) =>
      businessTimeBetween(short, shanghai(`${from}T00:00`), shanghai(`${to}T00:00`)) / hour
    expect(worked('2026-02-14', '2026-02-15')).toBe(7.5)
    expect(worked('2026-11-21', '2026-11-22')).toBe(1)
  })

  it('lets a span pass midnight, belonging to the day on which it opens', () => {
    const night = calendar({ hours: { spans: [{ days: [5], open: '22:00', close: '06:00' }] } })
    expect(addBusinessTime(night, shanghai('2026-11-20T20:00'), 5 * hour)).toBe(shanghai('2026-11-21T03:00'))
    expect(addBusinessTime(night, shanghai('2026-11-21T05:00'), 2 * hour)).toBe(shanghai('2026-11-27T23:00'))
    // 1 October 2026 is a Thursday and a holiday; the span of the evening before still runs into it.
    const wednesday = calendar({ hours: { spans: [{ days: [3, 4], open: '22:00', close: '06:00' }] } })
    expect(addBusinessTime(wednesday, shanghai('2026-09-30T23:00'), 6 * hour)).toBe(
      shanghai('2026-10-01T05:00'),
    )
    expect(isBusinessTime(wednesday, shanghai('2026-10-01T23:00'))).toBe(false)
  })

  it('counts overlapping and touching spans once', () => {
    const hours: Hours = {
      spans: [
        { days: [1, 2, 3, 4, 5, 6, 7], open: '00:00', close: '14:00' },
        { days: [1, 2, 3, 4, 5, 6, 7], open: '12:00', close: '24:00' },
      ],
    }
    const always = calendar({ hours, overrides: { holidays: 'none', days: {} } })
    const from = shanghai('2026-11-18T13:00')
    expect(businessTimeBetween(always, from, from + 100 * 24 * hour)).toBe(100 * 24 * hour)
  })

  it('is real time across the clock changes of a zone that has them', () => {
    const start = Date.parse('2026-03-07T12:00:00-05:00')
    expect(addBusinessTime(newYork, start, 24 * hour)).toBe(start + 24 * hour)
    const daily: BusinessCalendar = {
      ...newYork,
      hours: { spans: [{ days: [7], open: '00:00', close: '06:00' }] },
    }
    const length = (date: string) => {
      const day = Date.parse(`${date}T00:00:00Z`)
      return businessTimeBetween(daily, day - 12 * hour, day + 36 * hour) / hour
    }
    expect([length('2026-03-08'), length('2026-03-15'), length('2026-11-01')]).toEqual([5, 6, 7])
  })

  it('is null on a calendar that never opens', () => {
    expect(addBusinessTime(calendar({ hours: { spans: [] } }), 0, 1)).toBeNull()
  })

  it('never closes around the clock, except where the table says so', () => {
    const days = { '2026-11-18': { work: false } }
    const always = calendar({ hours: '24x7', overrides: { holidays: 'CN', days } })
    const national = shanghai('2026-10-01T00:00')
    expect(addBusinessTime(always, national, 40 * 24 * hour)).toBe(national + 40 * 24 * hour)
    expect(addBusinessTime(always, shanghai('2026-11-17T23:00'), 2 * hour)).toBe(shanghai('2026-11-19T01:00'))
  })
})

const clock = fc
  .integer({ min: 0, max: 47 })
  .map((half) => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 ? '30' : '00'}`)
const anyCalendar: fc.Arbitrary<BusinessCalendar> = fc.record({
  timeZone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  hours: fc.oneof(
    fc.constant('24x7' as const),
    fc.record({
      spans: fc.array(
        fc.record({ days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), open: clock, close: clock }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  ),
  overrides: fc.record({
    holidays: fc.constantFrom('CN' as const, 'none' as const),
    days: fc.constant({ '2026-03-08': { work: true }, '2026-11-02': { work: false } }),
  }),
})
const moment = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-01') })

describe('over random calendars', () => {
  it('adding business time and measuring it are each other’s inverse', () => {
    fc.assert(
      fc.property(anyCalendar, moment, fc.integer({ min: 1, max: 60 * hour }), (cal, start, duration) => {
        const due = addBusinessTime(cal, start, duration)!
        expect(businessTimeBetween(cal, start, due)).toBe(duration)
        expect(businessTimeBetween(cal, due, start)).toBe(-duration)
        expect(addBusinessTime(cal, start, duration - 1)!).toBeLessThan(due)
      }),
    )
  })

  it('a pause in the middle moves the due time by what it took', () => {
    fc.assert(
      fc.property(anyCalendar, moment, fc.integer({ min: 2, max: 20 * hour }), (cal, start, duration) => {
        const half = Math.floor(duration / 2)
        const middle = addBusinessTime(cal, start, half)!
        expect(addBusinessTime(cal, middle, duration - half)).toBe(addBusinessTime(cal, start, duration))
      }),
    )
  })

  it('without holidays and exceptions agrees with the opening hours of the router', () => {
    fc.assert(
      fc.property(anyCalendar, moment, (cal, at) => {
        fc.pre(cal.timeZone === 'Asia/Shanghai')
        const plain = { ...cal, overrides: { holidays: 'none' as const, days: {} } }
        expect(isBusinessTime(plain, at)).toBe(isOpen(cal.hours, localTime(cal.timeZone, at)))
      }),
    )
  })
})

describe('the wall clock of a zone', () => {
  it('reads a time that exists twice as the first, and a skipped one as after the skip', () => {
    const at = (date: string, minutes: number) =>
      new Date(momentOf('America/New_York', date, minutes)).toISOString()
    expect(at('2026-11-01', 90)).toBe('2026-11-01T05:30:00.000Z')
    expect(at('2026-03-08', 150)).toBe('2026-03-08T07:30:00.000Z')
    expect(at('2026-07-01', 1440)).toBe('2026-07-02T04:00:00.000Z')
  })
})

describe('a stored calendar', () => {
  it('is read with Chinese holidays unless it says otherwise', () => {
    const stored = { timeZone: 'Asia/Shanghai', hours: office, overrides: {} }
    expect(parseCalendar(stored)).toEqual({ ok: true, value: calendar() })
  })

  it.each([
    ['an unknown zone', { timeZone: 'Asia/Atlantis', hours: '24x7', overrides: {} }, 'timeZone'],
    [
      'a time that no clock shows',
      {
        timeZone: 'UTC',
        hours: '24x7',
        overrides: { days: { '2026-01-01': { work: true, spans: [{ open: '25:00', close: '26:00' }] } } },
      },
      'overrides.days.2026-01-01.spans.0.open',
    ],
    [
      'a date that does not exist',
      { timeZone: 'UTC', hours: '24x7', overrides: { days: { '2026-02-30': { work: true } } } },
      'overrides.days.2026-02-30',
    ],
  ])('is refused for %s, and the place is named', (_, stored, path) => {
    const read = parseCalendar(stored)
    expect(read.ok).toBe(false)
    if (!read.ok) expect(read.refusal.issues!.map((i) => i.path)).toContain(path)
  })

  it('warns of a year whose holidays nobody has entered yet', () => {
    const now = shanghai('2090-11-22T10:00')
    expect(missingYears(calendar(), now).map((y) => y.year)).toEqual([2090, 2091])
    const days = { '2090-01-01': { work: false }, '2091-02-18': { work: true } }
    expect(missingYears(calendar({ overrides: { holidays: 'CN', days } }), now).map((y) => y.year)).toEqual([
      2091,
    ])
    expect(missingYears(calendar({ overrides: { holidays: 'none', days: {} } }), now)).toEqual([])
    expect(missingYears(calendar(), shanghai('2025-06-01T10:00'))).toEqual([])
  })
})

it('a slip in a year does not make the hub count the days of eight thousand years', () => {
  const from = shanghai('2026-11-18T10:00')
  const began = process.cpuUsage()
  const tenYears = businessTimeBetween(calendar(), from, from + 3660 * 24 * hour)
  expect(businessTimeBetween(calendar(), from, Date.parse('9999-12-31T00:00:00Z'))).toBe(tenYears)
  expect(businessTimeBetween(calendar(), Date.parse('9999-12-31T00:00:00Z'), from)).toBe(-tenYears)
  expect(process.cpuUsage(began).user).toBeLessThan(5_000_000)
})
