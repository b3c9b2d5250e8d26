import type { Hours } from '../contract/routing.ts'

/** A moment on the wall clock of a zone. */
export interface LocalTime {
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number
  /** Minutes since local midnight, seconds dropped. */
  readonly minutes: number
  /** YYYY-MM-DD. */
  readonly date: string
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timeZone: string): Intl.DateTimeFormat {
  let made = formatters.get(timeZone)
  if (!made) {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formatters.set(timeZone, made)
  }
  return made
}

/** Offsets of the last moments asked for: the formatter is slow, and a zone changes its offset at most on a quarter of an hour. */
const known = new Map<string, number>()
const quarterMs = 900_000

/** The offset of a zone from UTC at a moment, ms (east is positive). */
export function offsetMs(timeZone: string, atMs: number): number {
  const key = `${timeZone} ${Math.floor(atMs / quarterMs)}`
  let offset = known.get(key)
  if (offset === undefined) {
    if (known.size >= 5000) known.clear()
    offset = readOffset(timeZone, atMs)
    known.set(key, offset)
  }
  return offset
}

function readOffset(timeZone: string, atMs: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatter(timeZone).formatToParts(atMs)) part[type] = Number(value)
  const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
  return local - Math.floor(atMs / 1000) * 1000
}

/** What a clock on the wall of a zone shows. Throws RangeError for an unknown zone. */
export function localTime(timeZone: string, atMs: number): LocalTime {
  const local = new Date(atMs + offsetMs(timeZone, atMs))
  return {
    weekday: local.getUTCDay() || 7,
    minutes: local.getUTCHours() * 60 + local.getUTCMinutes(),
    date: local.toISOString().slice(0, 10),
  }
}

/** "HH:MM" as minutes since midnight; "24:00" is the end of the day. */
export function minutesOf(clock: string): number {
  const [hour, minute] = clock.split(':')
  return Number(hour) * 60 + Number(minute)
}

/**
 * Whether opening hours or a shift cover a moment. The close is exclusive; a span whose close is not after its open runs
 * past midnight and belongs to the weekday on which it opens (open equal to close: a whole day).
 */
export function isOpen(hours: Hours, at: LocalTime): boolean {
  if (hours === '24x7') return true
  const yesterday = at.weekday === 1 ? 7 : at.weekday - 1
  return hours.spans.some((span) => {
    const open = minutesOf(span.open)
    const close = minutesOf(span.close)
    if (close > open) return span.days.includes(at.weekday) && at.minutes >= open && at.minutes < close
    return (
      (span.days.includes(at.weekday) && at.minutes >= open) ||
      (span.days.includes(yesterday) && at.minutes < close)
    )
  })
}
