import type { Appointment } from '../../contract/ticket.ts'
import { spoken } from '../spoken.ts'
import { type TimeToken, timeTokens } from './time-tokens.ts'
import { addDays, type Day, dayAt, daysBetween, isoAt } from './zone.ts'

/** Words about a time and when they were said, ms. */
export interface SaidTime {
  readonly text: string
  readonly atMs: number
}

/** What a few words of time mean together. */
export interface ReadTime {
  readonly day: Day | null
  readonly lastDay: Day | null
  /** Minutes from midnight. */
  readonly from: number | null
  readonly to: number | null
  /** Whether a clock time was said without the half of the day. */
  readonly open?: boolean
  /** Whether a clock time was said, not only a part of the day. */
  readonly exact: boolean
}

/**
 * Reads an appointment from words of one or several turns, the earlier ones giving the day to the later ones. A point or
 * "after" has only a start, "before" only an end; a part of the day is its span. Null when there is no time in them.
 */
export function readAppointment(said: readonly SaidTime[], timeZone: string): Appointment | null {
  const tokens = said.map(({ text, atMs }) => timeTokens(spoken(text).text, atMs, timeZone))
  const last = said.at(-1)
  if (!last) return null
  const time = interpret(tokens)
  return time === null ? null : toAppointment(time, last.atMs, timeZone)
}

/** What the tokens of one or several quotes mean; a clock time of a later quote replaces that of an earlier one. */
export function interpret(quotes: readonly (readonly TimeToken[])[]): ReadTime | null {
  const state = { ...blank }
  for (const tokens of quotes) {
    if (tokens.some((t) => t.kind === 'time'))
      Object.assign(state, { times: [], range: false, edge: null, endPeriod: null })
    for (const token of tokens) take(state, token)
  }
  if (!state.day && !state.period && state.times.length === 0) return null
  return settle(state)
}

interface State {
  day: Day | null
  lastDay: Day | null
  period: { from: number; to: number; name: string } | null
  endPeriod: { from: number; to: number; name: string } | null
  times: readonly { minute: number; half: 'am' | 'pm' | null; period: string | null }[]
  range: boolean
  edge: 'after' | 'before' | null
}
const blank: State = {
  day: null,
  lastDay: null,
  period: null,
  endPeriod: null,
  times: [],
  range: false,
  edge: null,
}

function take(state: State, token: TimeToken): void {
  switch (token.kind) {
    case 'day':
      if (state.day && state.range && state.times.length === 0 && daysBetween(state.day, token.day) > 0)
        state.lastDay = token.day
      else if (!state.day || token.explicit) state.day = token.day
      return
    case 'days':
      state.day ??= token.first
      state.lastDay ??= token.last
      return
    case 'period':
      if (state.range && state.period) state.endPeriod = token
      else state.period = token
      return
    case 'time':
      if (state.range || state.times.length === 0)
        state.times = [
          ...state.times.slice(0, 1),
          { ...token, period: (state.endPeriod ?? state.period)?.name ?? null },
        ]
      return
    case 'to':
      state.range = true
      return
    default:
      state.edge = token.kind
  }
}

const evening = /晚|夜|傍|下班|evening|night/
const beforeNoon = /凌晨|清|早|上午|morning/

/** Minutes from midnight of a clock time, with the part of the day that was said, or the hour that a business means. */
function clock(time: State['times'][number], edge: State['edge']): number {
  const { minute, half, period } = time
  const hour = Math.floor(minute / 60)
  if (half)
    return half === 'pm' && hour < 12 ? minute + 720 : half === 'am' && hour === 12 ? minute - 720 : minute
  if (hour > 12) return minute
  if (period === null || /白天|全天|整天/.test(period)) {
    if (hour >= 1 && hour <= 5) return minute + 720
    return edge === 'after' && (hour === 6 || hour === 7) ? minute + 720 : minute
  }
  if (beforeNoon.test(period)) return /凌晨/.test(period) && hour === 12 ? minute - 720 : minute
  if (/中午|午间|noon$/.test(period) && !/after/.test(period)) return hour <= 4 ? minute + 720 : minute
  if (evening.test(period) && hour < 5 && hour > 0) return minute + 1440
  return hour < 12 ? minute + 720 : hour === 12 && evening.test(period) ? minute + 720 : minute
}

function settle(state: State): ReadTime {
  const { day, lastDay, edge } = state
  const [first, second] = state.times
  if (first) {
    const from = clock(first, second ? null : edge)
    if (second) {
      let to = clock(second, null)
      if (to <= from && to + 720 > from && to + 720 <= 1440) to += 720
      return { day, lastDay, from, to, exact: true }
    }
    if (edge === 'before') return { day, lastDay, from: null, to: from, exact: true }
    const open = first.period === null && first.half === null && first.minute < 720
    return { day, lastDay, from, to: null, exact: true, open }
  }
  const part = state.period ?? { from: 540, to: 1080, name: '白天' }
  const to = state.endPeriod?.to ?? part.to
  if (edge === 'before')
    return { day, lastDay, from: null, to: state.period ? startOf(part) : to, exact: false }
  if (edge === 'after') return { day, lastDay, from: part.from, to: null, exact: false }
  return { day, lastDay, from: part.from, to, exact: false }
}

/** 中午以前 is before twelve. */
const startOf = ({ from, name }: { readonly from: number; readonly name: string }) =>
  /中午|午间/.test(name) ? 720 : from

/** Without a day it is today, or tomorrow when that hour is over; 六点 said at four in the afternoon is 18:00. */
function toAppointment(said: ReadTime, atMs: number, timeZone: string): Appointment {
  const now = dayAt(atMs, timeZone)
  const today = said.day === null || daysBetween(now, said.day) === 0
  const over =
    said.open && today && said.from !== null && said.from < now.minute && said.from + 720 > now.minute
  const time = over && said.from! < 600 ? { ...said, from: said.from! + 720 } : said
  const mark = time.from ?? time.to ?? 0
  const day =
    time.day ?? addDays(now, mark < now.minute && time.exact ? 1 : (time.to ?? mark) < now.minute ? 1 : 0)
  const at = (on: Day, minute: number | null) => (minute === null ? null : isoAt(on, minute, timeZone))
  return { start: at(day, time.from), end: at(time.lastDay ?? day, time.to) }
}
