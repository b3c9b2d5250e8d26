/** A day of the calendar, month 1 to 12. */
export interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

/** The wall clock of a zone at an instant, as if it were UTC, ms. */
function wallMs(atMs: number, timeZone: string): number {
  if (timeZone === 'Asia/Shanghai') return atMs + 8 * 3_600_000
  const part: Record<string, number> = {}
  for (const { type, value } of format(timeZone).formatToParts(atMs)) part[type] = Number(value)
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
}

/** The calendar day in a zone at an instant, and the minutes since its midnight. */
export function dayAt(atMs: number, timeZone: string): Day & { readonly minute: number } {
  const wall = new Date(wallMs(atMs, timeZone))
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    minute: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
  }
}

/** The day `count` days later. */
export function addDays(day: Day, count: number): Day {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day + count))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** 1 is Monday, 7 is Sunday. */
export function weekday(day: Day): number {
  return new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() || 7
}

/** Days from a to b. */
export function daysBetween(a: Day, b: Day): number {
  return (Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / 86_400_000
}

/** ISO 8601 with the zone's offset; minutes beyond a day roll over. */
export function isoAt(day: Day, minute: number, timeZone: string): string {
  const wall = Date.UTC(day.year, day.month - 1, day.day, 0, minute)
  const guess = wall - (wallMs(wall, timeZone) - wall)
  const offsetMin = Math.round((wallMs(guess, timeZone) - guess) / 60_000)
  const sign = offsetMin < 0 ? '-' : '+'
  const two = (n: number) => String(n).padStart(2, '0')
  const offset = `${sign}${two(Math.floor(Math.abs(offsetMin) / 60))}:${two(Math.abs(offsetMin) % 60)}`
  return `${new Date(wall).toISOString().slice(0, 19)}${offset}`
}
