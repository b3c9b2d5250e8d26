import { decodeText } from './charset.ts'

/** A structured field such as `text/plain; charset=gbk`. */
export interface Structured {
  readonly value: string
  /** Names in lower case; RFC 2231 sections joined and decoded; the first of two equal names counts. */
  readonly params: Readonly<Record<string, string>>
}

interface Section {
  readonly ordinal: number
  readonly encoded: boolean
  readonly value: string
}

const maxLength = 20_000

/** Reads Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231), tolerating what clients really write. */
export function structured(field: string): Structured {
  const pieces = splitOutsideQuotes(field.slice(0, maxLength))
  const plain = new Map<string, string>()
  const continued = new Map<string, Section[]>()
  for (const piece of pieces.slice(1, 200)) {
    const equals = piece.indexOf('=')
    if (equals < 0) continue
    const name = piece.slice(0, equals).trim().toLowerCase()
    const value = unquote(piece.slice(equals + 1).trim())
    const section = /^(.{1,60}?)\*(?:(\d{1,3})(\*)?)?$/.exec(name)
    if (!section) {
      if (!plain.has(name)) plain.set(name, value)
      continue
    }
    const [, base = '', ordinal, star] = section
    const sections = continued.get(base) ?? []
    sections.push({ ordinal: Number(ordinal ?? 0), encoded: ordinal === undefined || star === '*', value })
    continued.set(base, sections)
  }
  for (const [base, sections] of continued) plain.set(base, joinSections(sections))
  return { value: unquote((pieces[0] ?? '').trim()).replace(/\s+/g, ''), params: Object.fromEntries(plain) }
}

/** Splits at semicolons outside quotes and drops comments; a parenthesis inside a token (`Invoice(1).pdf`) is none. */
function splitOutsideQuotes(text: string): string[] {
  const pieces: string[] = []
  let piece = ''
  let quoted = false
  let comment = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\' && quoted) {
      piece += char + (text[++at] ?? '')
    } else if (quoted) {
      piece += char
      quoted = char !== '"'
    } else if (comment > 0) {
      if (char === '(') comment++
      if (char === ')') comment--
    } else if (char === '(' && /(^|\s)$/.test(piece.slice(-1)) && text.indexOf(')', at) > 0) {
      comment = 1
    } else if (char === ';') {
      pieces.push(piece)
      piece = ''
    } else {
      quoted = char === '"'
      piece += char
    }
  }
  pieces.push(piece)
  return pieces
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value
  const end = value.search(/[^\\]"/)
  const inner = value === '""' ? '' : value.slice(1, end < 0 ? undefined : end + 1)
  // Only quotes and backslashes are escaped by clients; `C:\temp` keeps its backslashes.
  return inner.replace(/\\(["\\])/g, '$1')
}

function joinSections(sections: readonly Section[]): string {
  const ordered = [...sections].sort((a, b) => a.ordinal - b.ordinal)
  let charset: string | undefined
  let text = ''
  let pending: Buffer[] = []
  const flush = () => {
    text += decodeText(Buffer.concat(pending), charset)
    pending = []
  }
  for (const { ordinal, encoded, value } of ordered) {
    if (!encoded) {
      flush()
      text += value
      continue
    }
    const marked = ordinal === 0 ? /^([^']{0,60})'[^']{0,60}'/.exec(value) : null
    if (marked) charset = marked[1]
    pending.push(percentDecode(marked ? value.slice(marked[0].length) : value))
  }
  flush()
  return text
}

function percentDecode(value: string): Buffer {
  const bytes = value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, /[^\x00-\xff]/.test(bytes) ? 'utf8' : 'latin1')
}
