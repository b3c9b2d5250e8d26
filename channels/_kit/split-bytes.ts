import { splitText } from './split-text.ts'

/**
 * Cuts a text into pieces of at most `maxBytes` bytes of UTF-8 (4 or more), at the breaks that `splitText` prefers. Joined again, the
 * pieces are the text; an empty text is one empty piece.
 */
export function splitBytes(text: string, maxBytes: number): string[] {
  if (maxBytes < 4) throw new RangeError('maxBytes must be at least 4')
  const pieces: string[] = []
  let rest = [...text]
  for (;;) {
    const fits = pointsThatFit(rest, maxBytes)
    if (fits === rest.length) return [...pieces, rest.join('')]
    const piece = splitText(rest.slice(0, fits + 1).join(''), fits)[0]!
    pieces.push(piece)
    rest = rest.slice([...piece].length)
  }
}

function pointsThatFit(points: readonly string[], maxBytes: number): number {
  let bytes = 0
  for (let i = 0; i < points.length; i++) {
    bytes += Buffer.byteLength(points[i]!)
    if (bytes > maxBytes) return i
  }
  return points.length
}
