/** The time zone of the business: appointments and promises are its own, wherever the browser is. */
let zone = 'Asia/Shanghai'

/** Sets the zone that the hub names; the pages ask for it when somebody signs in. */
export function setBusinessZone(name: string): void {
  zone = name
}

/** Options of `Intl.DateTimeFormat` that show the business's time. */
export const inBusinessZone = (): { readonly timeZone: string } => ({ timeZone: zone })

/** What the clock on the wall shows at a moment, as if it were UTC, ms. */
function wallClock(ms: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(ms)
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'))
}

/** `2026-07-01T14:30` for a datetime-local box; empty without a moment. */
export function toBox(moment: string | number | null | undefined): string {
  if (moment === null || moment === undefined || moment === '') return ''
  const ms = typeof moment === 'number' ? moment : Date.parse(moment)
  return new Date(wallClock(ms)).toISOString().slice(0, 16)
}

/** The day that it is for the business at a moment, `2026-07-01`. */
export const businessDay = (ms: number): string => toBox(ms).slice(0, 10)

/** The moment that a datetime-local box means, ms; null when it is empty. */
export function fromBox(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null
  const wall = Date.parse(`${text}:00Z`)
  if (Number.isNaN(wall)) return null
  const first = wall - (wallClock(wall) - wall)
  // Where clocks are set forward or back in between, the offset at the answer counts.
  return wall - (wallClock(first) - first)
}
