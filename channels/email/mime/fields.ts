import { limits } from '../limits.ts'
import { decodeText } from './charset.ts'

/** One field of a header section. */
export interface HeaderField {
  /** Lower-case name. */
  readonly name: string
  /** Unfolded to one line; 8-bit text decoded by what its bytes are; encoded words left as they are. */
  readonly value: string
}

/** A header section and where the body begins. */
export interface HeaderSection {
  readonly fields: readonly HeaderField[]
  readonly bodyStart: number
  readonly damage: readonly string[]
}

const LF = 0x0a
const CR = 0x0d
const maxFields = 2000
/** A header line that looks like one; the name is what RFC 5322 allows. */
const fieldName = /^([!-9;-~]{1,200})[ \t]*:/

/**
 * Reads the header fields of [start, end) up to the blank line. A line that is neither a field nor a continuation ends
 * the section, as in Python's reader; beyond `budget` bytes the rest of the section is passed over.
 */
export function readFields(bytes: Buffer, start: number, end: number, budget: number): HeaderSection {
  const fields: HeaderField[] = []
  const damage: string[] = []
  let name = ''
  let lines: Buffer[] = []
  const close = () => {
    if (name !== '' && fields.length < maxFields) fields.push({ name, value: fieldValue(lines) })
    name = ''
    lines = []
  }
  let at = start
  while (at < end) {
    const found = bytes.indexOf(LF, at)
    const next = found < 0 || found >= end ? end : found + 1
    const lineEnd = withoutBreak(bytes, at, next)
    if (lineEnd === at) {
      at = next
      break
    }
    if (at - start > budget) {
      if (!damage.includes('header section too large')) damage.push('header section too large')
      at = next
      continue
    }
    const blank = bytes[at] === 0x20 || bytes[at] === 0x09
    if (blank && name !== '') {
      lines.push(bytes.subarray(at, lineEnd))
    } else {
      const found = fieldName.exec(bytes.toString('latin1', at, Math.min(lineEnd, at + 210)))
      if (!found) {
        damage.push('header section ends without a blank line')
        break
      }
      close()
      name = found[1]!.toLowerCase()
      lines.push(bytes.subarray(at + found[0].length, lineEnd))
    }
    at = next
  }
  close()
  return { fields, bodyStart: at, damage }
}

function withoutBreak(bytes: Buffer, at: number, end: number): number {
  let last = end
  while (last > at && (bytes[last - 1] === LF || bytes[last - 1] === CR)) last--
  return last
}

function fieldValue(lines: readonly Buffer[]): string {
  const joined = lines.length === 1 ? lines[0]! : Buffer.concat(lines)
  const text = joined.some((byte) => byte > 0x7f) ? decodeText(joined, undefined) : joined.toString('latin1')
  // A bare CR, NUL or the like must not become a line of its own anywhere else.
  return text.replace(/[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f]/g, ' ').trim()
}

/** The first field of that name, or an empty string; later copies are ignored, as other readers do. */
export function headerOf(fields: readonly HeaderField[], name: string): string {
  return fields.find((field) => field.name === name)?.value ?? ''
}

/** All fields of that name, in order; at most as many as addresses are read. */
export function headersOf(fields: readonly HeaderField[], name: string): string[] {
  return fields
    .filter((field) => field.name === name)
    .slice(0, limits.addresses)
    .map((field) => field.value)
}
