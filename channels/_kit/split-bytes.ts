import { breakIn } from './split-text.ts'

/**
 * Cuts a text into pieces of at most `maxBytes` bytes of UTF-8 (4 or more), at the strongest break that needs no more pieces than there
 * must be: each may be one of the few answers that a vendor allows. Where such a piece has no break at all it ends at one that
 * `splitText` prefers, or hard. Joined again, the pieces are the text; an empty text is one empty piece.
 */
export function splitBytes(text: string, maxBytes: number): string[] {
  if (maxBytes < 4) throw new RangeError('maxBytes must be at least 4')
  const pieces: string[] = []
  let rest = text
  let bytes = Buffer.byteLength(rest)
  while (bytes > maxBytes) {
    // What the other pieces cannot hold has to be in this one.
    const least = unitsOf(rest, bytes - (Math.ceil(bytes / maxBytes) - 1) * maxBytes)
    const fits = rest.slice(0, unitsThatFit(rest, maxBytes))
    const piece = fits.slice(0, breakIn(fits, least) ?? breakIn(fits, fits.length / 2) ?? fits.length)
    pieces.push(piece)
    rest = rest.slice(piece.length)
    bytes -= Buffer.byteLength(piece)
  }
  return [...pieces, rest]
}

/** The UTF-16 units of the longest beginning, in whole characters, of at most so many bytes. */
function unitsThatFit(text: string, maxBytes: number): number {
  let bytes = 0
  let units = 0
  for (const point of text) {
    bytes += Buffer.byteLength(point)
    if (bytes > maxBytes) break
    units += point.length
  }
  return units
}

/** The UTF-16 units of the shortest beginning, in whole characters, of at least so many bytes. */
function unitsOf(text: string, minBytes: number): number {
  let bytes = 0
  let units = 0
  for (const point of text) {
    if (bytes >= minBytes) break
    bytes += Buffer.byteLength(point)
    units += point.length
  }
  return units
}
