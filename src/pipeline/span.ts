import type { Evidence, Turn } from '../contract/extraction.ts'
import { codePointOffset } from './reading.ts'

/** Words of one turn, UTF-16 offsets into its source text, end exclusive. */
export interface Mark {
  readonly turn: Turn
  readonly start: number
  readonly end: number
}

/** The words that a mark points at. */
export function quoteOf(mark: Mark): string {
  return mark.turn.text.slice(mark.start, mark.end)
}

/** Evidence that points at these words, with the time in the call when there is one. */
export function spanOf(mark: Mark): Extract<Evidence, { kind: 'span' }> {
  const { turn, start, end } = mark
  return {
    kind: 'span',
    turn: turn.id,
    start: codePointOffset(turn.text, start),
    end: codePointOffset(turn.text, end),
    quote: quoteOf(mark),
    ...(turn.startMs === undefined ? {} : { startMs: turn.startMs }),
    ...(turn.endMs === undefined ? {} : { endMs: turn.endMs }),
  }
}

/** Evidence that a named function computes from words. */
export function derivedFrom(fn: string, marks: readonly Mark[]): Extract<Evidence, { kind: 'derived' }> {
  return { kind: 'derived', fn, from: marks.map(spanOf) }
}
