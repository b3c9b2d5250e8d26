/** A file that was written into the text by uuencode. */
export interface UuFile {
  readonly name: string
  readonly content: Uint8Array
  /** Where its lines begin and end in the body, as offsets of bytes. */
  readonly start: number
  readonly end: number
}

/** Finds the first uuencoded file (`begin 644 name … end`) of a body; null when there is none. Linear. */
export function findUuFile(body: Uint8Array): UuFile | null {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  const begin = /^begin [0-7]{3,4} (.{1,250})\r?$/m.exec(text)
  if (!begin) return null
  const read = readLines(text, begin.index + begin[0].length + 1)
  if (!read.isSound) return null
  const name = Buffer.from(begin[1]!.trim(), 'latin1').toString('utf8')
  return { name, content: read.content, start: begin.index, end: read.end }
}

/** Decodes a body under `Content-Transfer-Encoding: x-uuencode`, with or without its begin line. */
export function uudecode(body: Uint8Array): Uint8Array {
  const found = findUuFile(body)
  if (found) return found.content
  return readLines(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 0).content
}

function readLines(text: string, start: number): { content: Uint8Array; end: number; isSound: boolean } {
  const chunks: Uint8Array[] = []
  let at = start
  while (at < text.length) {
    const found = text.indexOf('\n', at)
    const next = found < 0 ? text.length : found + 1
    const line = text.slice(at, next).replace(/[\r\n]+$/, '')
    at = next
    if (line === 'end') break
    if (line.length > 90) return { content: Buffer.concat(chunks), end: at, isSound: false }
    const length = line.length === 0 ? 0 : (line.charCodeAt(0) - 32) & 63
    if (length > 0) chunks.push(decodeLine(line, length))
  }
  return { content: Buffer.concat(chunks), end: at, isSound: true }
}

function decodeLine(line: string, length: number): Uint8Array {
  const out = new Uint8Array(length)
  const six = (index: number) => (index < line.length ? (line.charCodeAt(index) - 32) & 63 : 0)
  let written = 0
  for (let at = 1; written < length; at += 4) {
    const bits = (six(at) << 18) | (six(at + 1) << 12) | (six(at + 2) << 6) | six(at + 3)
    for (const shift of [16, 8, 0]) if (written < length) out[written++] = (bits >> shift) & 0xff
  }
  return out
}
