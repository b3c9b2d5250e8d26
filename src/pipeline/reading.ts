/**
 * A reading is a normalised form of a text that still knows, for each of its characters, which characters of the
 * source it came from. Everything that is extracted is found in a reading and pointed at in the source.
 */
export interface Reading {
  readonly text: string
  /** Per UTF-16 unit of `text`: where its source begins. */
  readonly starts: readonly number[]
  /** Per UTF-16 unit of `text`: where its source ends (exclusive). */
  readonly ends: readonly number[]
}

/** Collects the pieces of a reading. */
export interface ReadingBuilder {
  /** Appends text that stands for source[start, end). One unit per unit when the lengths agree. */
  push(text: string, start: number, end: number): void
  done(): Reading
}

/** Starts an empty reading. */
export function readingBuilder(): ReadingBuilder {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  return {
    push(text, start, end) {
      parts.push(text)
      const even = text.length === end - start
      for (let i = 0; i < text.length; i++) {
        starts.push(even ? start + i : start)
        ends.push(even ? start + i + 1 : end)
      }
    },
    done: () => ({ text: parts.join(''), starts, ends }),
  }
}

/** Marks that show nothing: zero-width, direction and variation marks, keycaps, soft hyphens. */
const invisible = /\u20e3|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\ufe0e\ufe0f]/
const foldable =
  /[\u00a0\u2000-\u200a\u2010-\u2015\u2018\u2019\u201c\u201d\u3000\u3002\u3010\u3011\uff01-\uff5e]/

const foldedPunctuation: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u3000': ' ',
  '\u00a0': ' ',
}

function foldUnit(unit: string): string {
  const code = unit.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if (code >= 0x2010 && code <= 0x2015) return '-'
  if (code >= 0x2000 && code <= 0x200a) return ' '
  return foldedPunctuation[unit] ?? unit
}

/** Full-width letters, digits and punctuation become half-width, dashes one dash; invisible marks are left out. */
export function fold(source: string): Reading {
  if (!invisible.test(source) && !foldable.test(source)) return identity(source)
  const builder = readingBuilder()
  for (let i = 0; i < source.length; i++) {
    const unit = source[i]!
    if (!invisible.test(unit)) builder.push(foldUnit(unit), i, i + 1)
  }
  return builder.done()
}

/** The reading that changes nothing. */
export function identity(source: string): Reading {
  const starts = Array.from({ length: source.length }, (_, i) => i)
  const ends = starts.map((i) => i + 1)
  return { text: source, starts, ends }
}

/** The source range [start, end) behind reading[start, end), or null when it is empty. */
export function sourceRange(reading: Reading, start: number, end: number): readonly [number, number] | null {
  const first = reading.starts[start]
  const last = reading.ends[end - 1]
  return first === undefined || last === undefined || end <= start ? null : [first, last]
}

const surrogate = /[\ud800-\udfff]/

/** Code points before a UTF-16 offset; a lone surrogate counts as one. */
export function codePointOffset(text: string, offset: number): number {
  if (!surrogate.test(text)) return offset
  let points = 0
  for (let i = 0; i < offset; points++) i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
  return points
}

/** The text between two code-point offsets, end exclusive. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  if (!surrogate.test(text)) return text.slice(start, end)
  let from = text.length
  let to = text.length
  for (let i = 0, points = 0; i <= text.length; points++) {
    if (points === start) from = i
    if (points === end) {
      to = i
      break
    }
    if (i === text.length) break
    i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(from, to)
}
