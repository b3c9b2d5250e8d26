import { limits } from '../limits.ts'
import { type HeaderField, headerOf, readFields } from './fields.ts'
import { type Structured, structured } from './parameters.ts'
import { decodeTransfer } from './transfer.ts'

/** One node of a message's part tree. */
export interface MimePart {
  /** Lower-case media type; `text/plain` when none is declared, `message/rfc822` inside a digest. */
  readonly type: string
  /** Parameters of Content-Type, names in lower case. */
  readonly params: Readonly<Record<string, string>>
  /** Content-Disposition in lower case; empty when absent. */
  readonly disposition: string
  readonly dispositionParams: Readonly<Record<string, string>>
  /** Content-ID without its brackets. */
  readonly contentId: string | undefined
  readonly fields: readonly HeaderField[]
  /** The body with the transfer encoding undone, byte for byte; empty for a multipart. */
  readonly content: Uint8Array
  readonly parts: readonly MimePart[]
}

export interface MimeTree {
  readonly root: MimePart
  /** What could not be read, in English, for the log and the console; empty for a sound message. */
  readonly damage: readonly string[]
}

interface Reading {
  readonly bytes: Buffer
  readonly damage: Set<string>
  parts: number
  headerBytes: number
}

const LF = 0x0a

/**
 * Reads RFC 822 bytes into a part tree (RFC 2045, 2046), synchronously and without ever throwing: what is broken is
 * read as far as it goes and named in `damage`. Bodies keep their exact bytes, so that attachments have the hash that
 * the sender's file has, and text can be decoded by what its bytes are. Nested messages stay bytes; whoever wants them
 * reads them in turn.
 */
export function readTree(raw: Uint8Array): MimeTree {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const reading: Reading = { bytes, damage: new Set(), parts: limits.parts, headerBytes: limits.headerBytes }
  const root = readPart(reading, skipEnvelopeLine(bytes), bytes.length, 0, 'text/plain')
  return { root, damage: [...reading.damage] }
}

/** Skips blank lines and one mbox envelope line (`From somebody Thu …`) before the first header field. */
function skipEnvelopeLine(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === 0x0d || bytes[at] === LF) at++
  const line = bytes.toString('latin1', at, at + 6)
  if (!line.startsWith('From ') && line !== '>From ') return at
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end + 1
}

function readPart(
  reading: Reading,
  start: number,
  end: number,
  depth: number,
  defaultType: string,
): MimePart {
  const { fields, bodyStart, damage } = readFields(reading.bytes, start, end, reading.headerBytes)
  reading.headerBytes -= bodyStart - start
  for (const text of damage) reading.damage.add(text)
  const contentType = structured(headerOf(fields, 'content-type'))
  const disposition = structured(headerOf(fields, 'content-disposition'))
  const declared = contentType.value.toLowerCase()
  const type = declared.includes('/') ? declared : defaultType
  const parts = type.startsWith('multipart/')
    ? readChildren(reading, contentType, type, bodyStart, end, depth)
    : []
  const encoding = headerOf(fields, 'content-transfer-encoding')
  return {
    type: type.startsWith('multipart/') && parts.length === 0 ? 'text/plain' : type,
    params: contentType.params,
    disposition: disposition.value.toLowerCase(),
    dispositionParams: disposition.params,
    contentId:
      headerOf(fields, 'content-id')
        .replace(/[<>\s]/g, '')
        .slice(0, 500) || undefined,
    fields,
    content:
      parts.length > 0 ? new Uint8Array() : decodeTransfer(reading.bytes.subarray(bodyStart, end), encoding),
    parts,
  }
}

function readChildren(
  reading: Reading,
  contentType: Structured,
  type: string,
  start: number,
  end: number,
  depth: number,
): MimePart[] {
  if (depth >= limits.depth) {
    reading.damage.add(`parts nested more than ${limits.depth} deep`)
    return []
  }
  const boundary = contentType.params.boundary?.trimEnd() || guessBoundary(reading.bytes, start, end)
  if (!boundary) {
    reading.damage.add('multipart without a boundary')
    return []
  }
  const ranges = splitAt(reading, boundary, start, end)
  if (ranges.length === 0) reading.damage.add('multipart without parts')
  const inner = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  return ranges.map(([from, to]) => readPart(reading, from, to, depth + 1, inner))
}

/** A multipart that forgot its boundary: the first delimiter-like line that header fields follow. */
function guessBoundary(bytes: Buffer, start: number, end: number): string | undefined {
  const head = bytes.toString('latin1', start, Math.min(end, start + 20_000))
  return /(?:^|\n)--([^\s-][^\r\n]{0,200})\r?\nContent-/i.exec(head)?.[1]?.trimEnd()
}

/** The byte ranges between the delimiter lines of one boundary; preamble and epilogue are left out. */
function splitAt(reading: Reading, boundary: string, start: number, end: number): [number, number][] {
  const bytes = reading.bytes.subarray(0, end)
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  const ranges: [number, number][] = []
  let open = -1
  let at = bytes.indexOf(delimiter, start)
  for (; at >= 0; at = bytes.indexOf(delimiter, at + delimiter.length)) {
    if (at > start && bytes[at - 1] !== LF) continue
    const lineEnd = lineEndOf(bytes, at)
    const rest = bytes
      .toString('latin1', at + delimiter.length, Math.min(lineEnd, at + delimiter.length + 200))
      .trim()
    if (rest !== '' && rest !== '--') continue
    if (open >= 0) ranges.push([open, Math.max(open, beforeLineBreak(bytes, at))])
    open = -1
    if (rest === '--') break
    if (--reading.parts < 0) {
      reading.damage.add(`more than ${limits.parts} parts`)
      break
    }
    open = lineEnd
  }
  if (open >= 0) {
    ranges.push([open, end])
    reading.damage.add('multipart without an end')
  }
  return ranges
}

function lineEndOf(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(LF, at)
  return found < 0 ? bytes.length : found + 1
}

/** The line break before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1). */
function beforeLineBreak(bytes: Buffer, at: number): number {
  return bytes[at - 2] === 0x0d ? at - 2 : at - 1
}
