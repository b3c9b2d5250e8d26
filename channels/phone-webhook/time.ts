import type { PhoneConfig } from './config.ts'

/** Years that a call can lie in; anything else is a wrong unit or the filler of an empty column. */
const [earliest, latest] = [Date.parse('2000-01-01T00:00:00Z'), Date.parse('2100-01-01T00:00:00Z')]

/** A moment as a report writes it, ms; null when it is empty, a filler (`0`, `0000-00-00 00:00:00`) or unreadable. Pure. */
export function readTime(text: string, format: PhoneConfig['timeFormat'], utcOffset: string): number | null {
  const atMs = /^\d{9,17}(\.\d+)?$/.test(text) ? fromNumber(Number(text), format) : fromWords(text, utcOffset)
  return atMs !== null && atMs >= earliest && atMs < latest ? Math.round(atMs) : null
}

function fromNumber(value: number, format: PhoneConfig['timeFormat']): number | null {
  if (format === 'local') return null
  const isSeconds = format === 'seconds' || (format === 'auto' && value < 100_000_000_000)
  return isSeconds ? value * 1000 : value
}

function fromWords(text: string, utcOffset: string): number | null {
  const match =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
      text,
    )
  if (!match) return null
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = utcOffset] = match
  const two = (part: string | undefined) => part!.padStart(2, '0')
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const atMs = Date.parse(
    `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}.${fraction.padEnd(3, '0')}${offset}`,
  )
  return Number.isNaN(atMs) ? null : atMs
}

/** A length as a report writes it (`95`, `0:01:35`, `95秒`), ms; null when it is empty or unreadable. Pure. */
export function readDuration(text: string): number | null {
  const clock = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})$/.exec(text)
  if (clock) return (Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000
  const seconds = /^(\d{1,6}(?:\.\d+)?)\s*(?:s|sec|秒)?$/i.exec(text)
  return seconds ? Math.round(Number(seconds[1]) * 1000) : null
}
