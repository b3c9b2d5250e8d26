/** A run of text in a line: plain, strong, emphasised, code, or a link to a safe address. */
export type Inline =
  | { readonly kind: 'text' | 'strong' | 'em' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }

/** A piece of a Markdown text. */
export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph' | 'quote'; readonly text: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'code'; readonly text: string }

const inlinePattern = /\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|`([^`\n]+)`|\[([^\]\n]+)\]\(([^)\s]+)\)/g
const safe = /^(?:https?:\/\/|mailto:|tel:)/i

/** The runs of a line. Nothing of it is ever HTML: a page makes elements of them. */
export function inlines(text: string): Inline[] {
  const runs: Inline[] = []
  let at = 0
  for (const match of text.matchAll(inlinePattern)) {
    const [whole, strong, em, code, label, href] = match
    if (match.index > at) runs.push({ kind: 'text', text: text.slice(at, match.index) })
    at = match.index + whole.length
    if (strong !== undefined) runs.push({ kind: 'strong', text: strong })
    else if (em !== undefined) runs.push({ kind: 'em', text: em })
    else if (code !== undefined) runs.push({ kind: 'code', text: code })
    else if (safe.test(href!)) runs.push({ kind: 'link', text: label!, href: href! })
    else runs.push({ kind: 'text', text: whole })
  }
  if (at < text.length) runs.push({ kind: 'text', text: text.slice(at) })
  return runs
}

const heading = /^(#{1,6})\s+(.*?)\s*#*$/
const item = /^\s*(?:([-*+])|\d+[.)、])\s+(.*)$/
const row = /^\s*\|(.*?)\|?\s*$/
const ruler = /^[\s|:-]+$/
const cells = (line: string) =>
  row
    .exec(line)![1]!
    .split('|')
    .map((cell) => inlines(cell.trim()))

/** Length of the table's, list's, code's … lines from `at` on that `test` takes. */
function run(lines: readonly string[], at: number, test: (line: string) => boolean): number {
  let end = at
  while (end < lines.length && test(lines[end]!)) end++
  return end
}

/** The blocks of the part of Markdown that articles use: headings, paragraphs, lists, tables, quotes, code. */
export function markdownBlocks(text: string): Block[] {
  const lines = text.split(/\r?\n/)
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]!
    const title = heading.exec(line)
    if (line.trim() === '') at++
    else if (line.startsWith('```')) {
      const end = run(lines, at + 1, (each) => !each.startsWith('```'))
      blocks.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') })
      at = end + 1
    } else if (title) {
      blocks.push({ kind: 'heading', depth: title[1]!.length, text: inlines(title[2]!) })
      at++
    } else if (item.test(line)) {
      const ordered = item.exec(line)![1] === undefined
      const end = run(
        lines,
        at,
        (each) => (item.exec(each)?.[1] === undefined) === ordered && item.test(each),
      )
      blocks.push({
        kind: 'list',
        ordered,
        items: lines.slice(at, end).map((each) => inlines(item.exec(each)![2]!)),
      })
      at = end
    } else if (row.test(line)) {
      const end = run(lines, at, (each) => row.test(each))
      // A row that stands alone (a passage that is cited) has no head.
      const headed = end > at + 1 && ruler.test(lines[at + 1]!)
      const all = lines.slice(at, end).flatMap((each) => (ruler.test(each) ? [] : [cells(each)]))
      const [head, rows] = headed ? [all[0] ?? [], all.slice(1)] : [[], all]
      blocks.push({ kind: 'table', head, rows })
      at = end
    } else if (line.startsWith('>')) {
      const end = run(lines, at, (each) => each.startsWith('>'))
      const quoted = lines.slice(at, end).map((each) => each.slice(1).trim())
      blocks.push({ kind: 'quote', text: inlines(quoted.join('\n')) })
      at = end
    } else {
      const plain = (each: string) =>
        each.trim() !== '' &&
        !heading.test(each) &&
        !item.test(each) &&
        !row.test(each) &&
        !/^(?:```|>)/.test(each)
      const end = run(lines, at + 1, plain)
      blocks.push({ kind: 'paragraph', text: inlines(lines.slice(at, end).join('\n')) })
      at = end
    }
  }
  return blocks
}
