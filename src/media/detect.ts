import { type FileHandle, open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'

const headBytes = 64 * 1024

/** What tells the Office formats before 2007 apart: the name of the main stream (MS-CFB, directory entries are UTF-16LE). */
const compoundStreams: readonly (readonly [name: string, type: string])[] = [
  ['WordDocument', 'application/msword'],
  ['Workbook', 'application/vnd.ms-excel'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
  ['__substg1.0_', 'application/vnd.ms-outlook'],
]

/** Media type of a compound file (MS-CFB) from its directory, given as bytes. */
export function compoundType(directory: Uint8Array): string {
  const bytes = Buffer.from(directory)
  const found = compoundStreams.find(([name]) => bytes.includes(Buffer.from(name, 'utf16le')))
  return found?.[1] ?? 'application/x-cfb'
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function compoundTypeOf(file: FileHandle): Promise<string> {
  const header = await readAt(file, 0, 512)
  if (header.length < 512) return 'application/x-cfb'
  const sector = 2 ** Math.min(header.readUInt16LE(30), 12)
  return compoundType(await readAt(file, (header.readUInt32LE(48) + 1) * sector, 8 * sector))
}

// Control characters that no text has; escape (ISO-2022-JP) and form feed are not among them.
const controls = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/

/** True when the bytes read as text in one of the encodings that our users' files have. The end may be cut. */
export function looksLikeText(head: Uint8Array): boolean {
  return ['utf-8', 'gb18030', 'utf-16le'].some((encoding) => {
    if (encoding === 'utf-16le' && !(head[0] === 0xff && head[1] === 0xfe)) return false
    try {
      // `stream` leaves a character that is cut at the end aside.
      return !controls.test(new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true }))
    } catch {
      return false
    }
  })
}

/** Frames that must look right before a file without any mark counts as GSM 06.10: half a second. */
const gsmFrames = 25

/** Bare GSM 06.10, which telephone systems write: frames of 33 bytes, each beginning with the bits 1101. */
export function looksLikeGsm(head: Uint8Array): boolean {
  if (head.length < gsmFrames * 33) return false
  for (let at = 0; at < head.length; at += 33) if (head[at]! >> 4 !== 0xd) return false
  return true
}

const declaredText = new Set(['text/csv', 'text/markdown', 'text/tab-separated-values', 'application/json'])

/** Media type of text. What a browser would run is named for what it is, whatever was declared. */
export function textType(head: Uint8Array, declared: string): string {
  const start = Buffer.from(head.subarray(0, 4096))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  if (/^begin:vcalendar/i.test(start)) return 'text/calendar'
  if (/^begin:vcard/i.test(start)) return 'text/vcard'
  if (/<svg[\s>]/i.test(start)) return 'image/svg+xml'
  if (/<(!doctype html|html|head|body|script|iframe)[\s>]/i.test(start)) return 'text/html'
  if (start.startsWith('<?xml')) return 'application/xml'
  if (/^(return-path|received|from|subject|message-id|date|mime-version):[ \t]/i.test(start))
    return 'message/rfc822'
  return declaredText.has(declared) ? declared : 'text/plain'
}

/** The type without parameters, lower-case. */
function essence(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase()
}

/** Finds the media type of a file from its content; `declared` only chooses among kinds of plain text. */
export async function detectType(path: string, declared = ''): Promise<string> {
  const file = await open(path)
  try {
    const head = await readAt(file, 0, headBytes)
    if (head.subarray(0, 10).includes('#!SILK_V3')) return 'audio/silk'
    // A broken file of a known kind makes the library throw: then its kind is not certain.
    const found = await fileTypeFromFile(path).catch(() => undefined)
    if (found?.mime === 'application/x-cfb') return await compoundTypeOf(file)
    if (found && found.mime !== 'application/xml') return found.mime
    if (looksLikeGsm(head)) return 'audio/gsm'
    if (looksLikeText(head)) return textType(head, essence(declared))
    return 'application/octet-stream'
  } finally {
    await file.close()
  }
}

/** True when a type is on a list of types such as `image/*` and `application/pdf`. */
export function isAccepted(contentType: string, accept: readonly string[]): boolean {
  const type = essence(contentType)
  return accept.some((pattern) => {
    const wanted = essence(pattern)
    if (wanted === '*/*' || wanted === type) return true
    return wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1))
  })
}
