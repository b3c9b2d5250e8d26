import { uudecode } from './uuencode.ts'

/** Undoes a Content-Transfer-Encoding (RFC 2045 section 6); bytes under an unknown encoding pass unchanged. */
export function decodeTransfer(body: Buffer, encoding: string): Uint8Array {
  const name = /[a-z0-9-]+/.exec(encoding.replace(/\([^)]*\)/g, '').toLowerCase())?.[0] ?? ''
  if (name === 'base64') return decodeBase64(body)
  if (name === 'quoted-printable') return decodeQuotedPrintable(body)
  if (/^(x-)?uu(e|encode|enc)?$/.test(name)) return uudecode(body)
  return body
}

function decodeBase64(body: Buffer): Buffer {
  const text = body.toString('latin1').replace(/[^A-Za-z0-9+/=]/g, '')
  const pad = text.indexOf('=')
  if (pad < 0 || pad >= text.length - 2) return Buffer.from(text, 'base64')
  // Some mailers pad every line; each unit then ends at its own padding.
  return Buffer.concat(text.split(/=+/).map((unit) => Buffer.from(unit, 'base64')))
}

const EQUALS = 0x3d
const LF = 0x0a
const CR = 0x0d

function decodeQuotedPrintable(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length)
  let length = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!
    if (byte !== EQUALS) {
      out[length++] = byte
      continue
    }
    const soft = softBreak(body, at + 1)
    if (soft > 0) {
      at = soft - 1
      continue
    }
    const value = hexDigit(body[at + 1]) * 16 + hexDigit(body[at + 2])
    if (Number.isNaN(value)) {
      out[length++] = byte
      continue
    }
    out[length++] = value
    at += 2
  }
  return out.subarray(0, length)
}

/** The offset after a soft line break that begins at `at`, blanks before the break included; 0 when there is none. */
function softBreak(body: Buffer, at: number): number {
  let end = at
  while (end < at + 80 && (body[end] === 0x20 || body[end] === 0x09)) end++
  if (end >= body.length) return body.length
  if (body[end] === LF) return end + 1
  if (body[end] === CR) return body[end + 1] === LF ? end + 2 : end + 1
  return 0
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return Number.NaN
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN
}
