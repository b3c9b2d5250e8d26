import { z } from 'zod'
import { both, faultsOf } from '../contract/faults.ts'
import type { Hours } from '../contract/routing.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { chineseDay, isPublished } from './holidays.ts'
import { localTime, minutesOf, offsetMs } from './hours.ts'

/** An opening on a day, local "HH:MM"; a close not after the open is on the next day. */
export interface Span {
  readonly open: string
  readonly close: string
}

/** What the editable table says about one date; it wins over the published holidays. */
export interface DayOverride {
  /** A workday has `spans`, or else those of an ordinary workday. */
  readonly work: boolean
  readonly spans?: readonly Span[]
  readonly name?: string
}

/** When somebody is at work: promises are counted in this time only. */
export interface BusinessCalendar {
  /** IANA zone of the hours. */
  readonly timeZone: string
  /** Several spans a day; `24x7` knows no holidays, only overrides close it. */
  readonly hours: Hours
  readonly overrides: {
    /** Whether Chinese public holidays and make-up workdays apply. */
    readonly holidays: 'CN' | 'none'
    /** By date, YYYY-MM-DD. */
    readonly days: Readonly<Record<string, DayOverride>>
  }
}

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'HH:MM')
const span = z.strictObject({ open: clock, close: clock })
const weekday = z.number().int().min(1).max(7)

/** Schema of opening hours and shifts. */
export const hoursSchema: z.ZodType<Hours> = z.union([
  z.literal('24x7'),
  z.strictObject({
    spans: z
      .array(z.strictObject({ days: z.array(weekday).min(1).max(7), open: clock, close: clock }))
      .max(50),
  }),
])

/** Schema of the editable part of a calendar; `{}` means Chinese holidays and no exceptions. */
export const overridesSchema = z.strictObject({
  holidays: z.enum(['CN', 'none']).default('CN'),
  days: z
    .record(
      z.iso.date(),
      z.strictObject({
        work: z.boolean(),
        spans: z.array(span).min(1).max(10).optional(),
        name: z.string().max(100).optional(),
      }),
    )
    .default({}),
})

/** Reads a calendar as it is stored. Refuses with `request.invalid` and one issue per fault. */
export function parseCalendar(stored: {
  readonly timeZone: string
  readonly hours: unknown
  readonly overrides: unknown
}): Result<BusinessCalendar> {
  const timeZone = z.string().refine(
    (zone) => {
      try {
        return Boolean(localTime(zone, 0))
      } catch {
        return false
      }
    },
    both('应为时区，例如 Asia/Shanghai', 'must be a time zone such as Asia/Shanghai'),
  )
  const parsed = z.object({ timeZone, hours: hoursSchema, overrides: overridesSchema }).safeParse(stored)
  if (parsed.success) return ok(parsed.data)
  return refuse('request.invalid', {}, faultsOf(parsed.error))
}

function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7
}

function nextDate(date: string, days = 1): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function weekSpans(hours: Hours, day: number): readonly Span[] {
  return hours === '24x7'
    ? [{ open: '00:00', close: '24:00' }]
    : hours.spans.filter((s) => s.days.includes(day))
}

// A make-up Saturday is worked like a weekday, also where Saturdays have shorter hours or none.
function workdaySpans(hours: Hours, day: number): readonly Span[] {
  const own = weekSpans(hours, day)
  if (day <= 5 && own.length > 0) return own
  return [1, 2, 3, 4, 5].map((weekday) => weekSpans(hours, weekday)).find((spans) => spans.length > 0) ?? own
}

/** The spans that open on a local date: override, else published holiday or make-up workday, else the weekday. */
function spansOn(calendar: BusinessCalendar, date: string): readonly Span[] {
  const { hours, overrides } = calendar
  const day = weekdayOf(date)
  const override = Object.hasOwn(overrides.days, date) ? overrides.days[date] : undefined
  if (override) return override.work ? (override.spans ?? workdaySpans(hours, day)) : []
  const published = overrides.holidays === 'CN' && hours !== '24x7' ? chineseDay(date) : null
  if (published) return published.work ? workdaySpans(hours, day) : []
  return weekSpans(hours, day)
}

/**
 * The moment at which the wall clock of a zone shows a local date and minute. A time that exists twice is the first of the
 * two; one that is skipped is as long after the skip as it was after its start.
 */
export function momentOf(timeZone: string, date: string, minutes: number): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000
  const before = offsetMs(timeZone, wall - 86_400_000)
  const after = offsetMs(timeZone, wall + 86_400_000)
  if (before === after || offsetMs(timeZone, wall - before) === before) return wall - before
  return offsetMs(timeZone, wall - after) === after ? wall - after : wall - before
}

type Interval = readonly [openMs: number, closeMs: number]

function intervalsOf(calendar: BusinessCalendar, date: string): Interval[] {
  const { timeZone } = calendar
  return spansOn(calendar, date)
    .map(({ open, close }): Interval => {
      const passes = minutesOf(close) <= minutesOf(open)
      const closes = momentOf(timeZone, passes ? nextDate(date) : date, minutesOf(close))
      return [momentOf(timeZone, date, minutesOf(open)), closes]
    })
    .filter(([from, to]) => to > from)
    .sort((a, b) => a[0] - b[0])
}

// Ten years: without an opening for so long the calendar is closed for good.
const horizonDays = 3660

/** Open intervals that end after a moment, in order, joined where they touch; the first may have begun before. */
function* openings(calendar: BusinessCalendar, fromMs: number): Generator<Interval> {
  let date = nextDate(localTime(calendar.timeZone, fromMs).date, -1)
  let current: Interval | null = null
  let quiet = 0
  for (; quiet < horizonDays; date = nextDate(date), quiet++) {
    for (const next of intervalsOf(calendar, date)) {
      if (next[1] <= fromMs) continue
      quiet = 0
      if (current && next[0] <= current[1]) {
        current = [current[0], Math.max(current[1], next[1])]
      } else {
        if (current) yield current
        current = next
      }
      // Without this an always open calendar would be joined for ever.
      if (current[1] - current[0] > 30 * 86_400_000) {
        yield current
        current = [current[1], current[1]]
      }
    }
  }
  if (current) yield current
}

/**
 * The first moment at which `durationMs` of business time have passed since `startMs`: the due time of a promise. Zero is
 * the start itself. Null when the calendar never opens for long enough.
 */
export function addBusinessTime(
  calendar: BusinessCalendar,
  startMs: number,
  durationMs: number,
): number | null {
  if (durationMs <= 0) return startMs
  let left = durationMs
  for (const [open, close] of openings(calendar, startMs)) {
    const from = Math.max(open, startMs)
    if (from + left <= close) return from + left
    left -= close - from
  }
  return null
}

/**
 * Business time between two moments, ms; negative when the second is earlier. Moments more than ten years apart count as if they
 * were ten years apart: each day is looked at, and nobody may wait for that because of a slip in a year.
 */
export function businessTimeBetween(calendar: BusinessCalendar, fromMs: number, toMs: number): number {
  if (toMs < fromMs) return -businessTimeBetween(calendar, toMs, fromMs)
  const untilMs = Math.min(toMs, fromMs + horizonDays * 86_400_000)
  let total = 0
  for (const [open, close] of openings(calendar, fromMs)) {
    if (open >= untilMs) break
    total += Math.min(close, untilMs) - Math.max(open, fromMs)
  }
  return total
}

/** Whether a moment is business time. */
export function isBusinessTime(calendar: BusinessCalendar, atMs: number): boolean {
  for (const [open] of openings(calendar, atMs)) return open <= atMs
  return false
}

/** A year for which a calendar that follows Chinese holidays knows none yet. */
export interface MissingYear {
  readonly year: number
  readonly zh: string
  readonly en: string
}

/** This year and the next, as far as neither the package nor the table has a holiday of them; to be warned about. */
export function missingYears(calendar: BusinessCalendar, nowMs: number): readonly MissingYear[] {
  const { holidays, days } = calendar.overrides
  if (holidays === 'none' || calendar.hours === '24x7') return []
  const thisYear = Number(localTime(calendar.timeZone, nowMs).date.slice(0, 4))
  const entered = (year: number) =>
    Object.entries(days).some(([date, day]) => !day.work && date.startsWith(`${year}-`))
  return [thisYear, thisYear + 1]
    .filter((year) => !isPublished(year) && !entered(year))
    .map((year) => ({
      year,
      zh: `日历里还没有 ${year} 年的法定节假日和调休上班日，请在国务院公布后录入，或升级本系统。`,
      en: `The calendar has no public holidays and make-up workdays for ${year} yet. Enter them once they are published, or upgrade Yitong.`,
    }))
}
