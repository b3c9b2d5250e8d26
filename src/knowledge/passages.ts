/** A piece of an article's body that can stand alone as an answer. */
export interface Passage {
  /** Headings above it, outermost first, without their marks. */
  readonly headings: readonly string[]
  readonly text: string
  /** Code-point offsets in the body, end exclusive. */
  readonly start: number
  readonly end: number
  /** A section is all that stands below a heading, a block a paragraph, list item or row of a table in it. */
  readonly kind: 'section' | 'block'
}

interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
}

function linesOf(body: string): Line[] {
  let at = 0
  return body.split('\n').map((text) => {
    const start = at
    const end = start + Array.from(text).length
    at = end + 1
    return { text, start, end }
  })
}

const isBlank = (line: Line) => line.text.trim() === ''
const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/
const beginsItem = /^\s*(?:[-*+]|\d+[.)、])\s+/
const row = /^\s*\|/
const ruler = /^\s*\|[\s:|-]+$/

/** Lines grouped into paragraphs, list items and table rows. */
function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = []
  let open = false
  for (const line of lines) {
    if (isBlank(line) || ruler.test(line.text)) {
      open = false
      continue
    }
    if (open && !beginsItem.test(line.text) && !row.test(line.text)) blocks.at(-1)!.push(line)
    else blocks.push([line])
    open = true
  }
  return blocks
}

function passage(
  kind: Passage['kind'],
  headings: readonly string[],
  chars: readonly string[],
  lines: readonly Line[],
): Passage {
  const start = lines[0]!.start
  const end = lines.at(-1)!.end
  return { kind, headings, text: chars.slice(start, end).join(''), start, end }
}

/** The sections and blocks of a Markdown body, in its order. Headings themselves are no passages. Code fences stay whole lines. */
export function passagesOf(body: string): Passage[] {
  const chars = Array.from(body)
  const passages: Passage[] = []
  let path: { readonly depth: number; readonly title: string }[] = []
  let lines: Line[] = []
  const close = () => {
    const first = lines.findIndex((line) => !isBlank(line))
    const last = lines.findLastIndex((line) => !isBlank(line))
    if (first >= 0) {
      const headings = path.map(({ title }) => title)
      passages.push(passage('section', headings, chars, lines.slice(first, last + 1)))
      for (const block of blocksOf(lines)) passages.push(passage('block', headings, chars, block))
    }
    lines = []
  }
  for (const line of linesOf(body)) {
    const match = heading.exec(line.text)
    if (!match) {
      lines.push(line)
      continue
    }
    close()
    const depth = match[1]!.length
    path = [...path.filter((above) => above.depth < depth), { depth, title: match[2]! }]
  }
  close()
  return passages
}
