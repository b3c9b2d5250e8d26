import type { Turn } from '../../contract/extraction.ts'
import { fold, type Reading, sourceRange } from '../reading.ts'
import type { Mark } from '../span.ts'
import { spoken } from '../spoken.ts'

/** Words that a model says it copied. */
export interface ClaimedQuote {
  readonly turn: number
  readonly text: string
  /** Where it stands in the turn, UTF-16, where the house knows it. */
  readonly start?: number
}

/** Where a claimed quote stands: in its turn exactly, or but for widths and spaces, or else in another turn. Null when nowhere. */
export function locate(turns: readonly Turn[], quote: ClaimedQuote): Mark | null {
  const named = turns[quote.turn]
  const { start } = quote
  if (start !== undefined && quote.text !== '' && named?.text.startsWith(quote.text, start))
    return { turn: named, start, end: start + quote.text.length }
  const order = named ? [named, ...turns.filter((t) => t !== named)] : turns
  const text = quote.text.trim()
  if (text === '') return null
  for (const turn of order) {
    const at = turn.text.indexOf(text)
    if (at >= 0) return { turn, start: at, end: at + text.length }
  }
  for (const turn of order) {
    const mark = within(turn, fold(turn.text), fold(text).text, /[^\s]/)
    if (mark) return mark
  }
  return null
}

/** Where a value stands in a turn, as it reads when it is spoken: digits and letters only. */
export function locateCode(turn: Turn, value: string): Mark | null {
  return within(turn, spoken(turn.text), value, /[A-Za-z0-9]/)
}

/** Finds `needle` in a reading, comparing only the characters that count. */
function within(turn: Turn, reading: Reading, needle: string, counts: RegExp): Mark | null {
  const wanted = Array.from(needle)
    .filter((c) => counts.test(c))
    .join('')
    .toUpperCase()
  if (wanted === '') return null
  const places: number[] = []
  let packed = ''
  for (let i = 0; i < reading.text.length; i++) {
    if (!counts.test(reading.text[i]!)) continue
    packed += reading.text[i]!.toUpperCase()
    places.push(i)
  }
  const at = packed.indexOf(wanted)
  if (at < 0) return null
  const range = sourceRange(reading, places[at]!, places[at + wanted.length - 1]! + 1)
  return range && { turn, start: range[0], end: range[1] }
}
