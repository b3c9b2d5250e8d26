const breaks = ['\n\n', '\n', '。', '！', '？', '；', '. ', '! ', '? ', '，', ', ', ' ']

/**
 * Cuts a text into pieces of at most `maxLength` code points, at the strongest break in the second half of a piece: paragraph,
 * line, sentence, clause, word; hard where there is none. Joined again, the pieces are the text; an empty text is one empty piece.
 */
export function splitText(text: string, maxLength: number): string[] {
  if (maxLength < 1) throw new RangeError('maxLength must be at least 1')
  const points = [...text]
  if (points.length <= maxLength) return [text]
  const pieces: string[] = []
  let start = 0
  while (points.length - start > maxLength) {
    const piece = points.slice(start, start + maxLength).join('')
    const cut = [...piece.slice(0, breakIn(piece, piece.length / 2) ?? piece.length)].length
    pieces.push(points.slice(start, start + cut).join(''))
    start += cut
  }
  pieces.push(points.slice(start).join(''))
  return pieces
}

/** Where to cut, in UTF-16 units: behind the last of the strongest breaks that leave at least so much; null without any. */
export function breakIn(piece: string, least: number): number | null {
  for (const mark of breaks) {
    const at = piece.lastIndexOf(mark)
    if (at >= 0 && at + mark.length >= least) return at + mark.length
  }
  return null
}
