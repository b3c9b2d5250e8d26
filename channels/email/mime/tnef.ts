import { limits } from '../limits.ts'
import { decodeText } from './charset.ts'
import { decompressRtf, rtfText } from './rtf.ts'

/** What an Outlook `winmail.dat` holds. */
export interface Tnef {
  readonly text: string
  readonly html: string
  readonly files: readonly TnefFile[]
}
interface TnefFile {
  readonly name: string
  readonly contentType: string
  readonly contentId: string | undefined
  readonly content: Uint8Array
}

type Properties = ReadonlyMap<number, Buffer>

const signature = 0x223e9f78
const attribute = {
  body: 0x800c,
  data: 0x800f,
  title: 0x8010,
  rendering: 0x9002,
  message: 0x9003,
  attachment: 0x9005,
  codepage: 0x9007,
}
const property = {
  body: 0x1000,
  html: 0x1013,
  rtf: 0x1009,
  name: 0x3704,
  longName: 0x3707,
  mimeTag: 0x370e,
  contentId: 0x3712,
  data: 0x3701,
}

/**
 * Reads TNEF (MS-OXTNEF): files and body, bounded by the bytes given; null when it is not TNEF. A damaged stream gives
 * what stood before the damage. Nothing inside is unpacked.
 */
export function readTnef(bytes: Uint8Array): Tnef | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < 6 || buffer.readUInt32LE(0) !== signature) return null
  const files: { title: string; data: Buffer | null; properties: Properties }[] = []
  let codepage = 'utf-8'
  let text = ''
  let html = ''
  for (const { id, data } of attributes(buffer)) {
    if (id === attribute.codepage && data.length >= 4) codepage = codepageName(data.readUInt32LE(0))
    else if (id === attribute.body) text ||= decodeText(data, codepage)
    else if (id === attribute.message) {
      const found = properties(data)
      text ||= textOf(found.get(property.body), codepage)
      html ||= found.has(property.html) ? decodeText(found.get(property.html)!, codepage) : ''
      const rtf = found.get(property.rtf)
      if (text === '' && html === '' && rtf) text = rtfText(decompressRtf(rtf))
    } else if (id === attribute.rendering) {
      if (files.length >= limits.attachments) break
      files.push({ title: '', data: null, properties: new Map() })
    } else {
      const file = files.at(-1)
      if (!file) continue
      if (id === attribute.title) file.title = decodeText(data, codepage)
      else if (id === attribute.data) file.data = data
      else if (id === attribute.attachment) file.properties = properties(data)
    }
  }
  return { text, html, files: files.map((file) => toFile(file, codepage)) }
}

function* attributes(buffer: Buffer): Generator<{ id: number; data: Buffer }> {
  let at = 6
  while (at + 9 <= buffer.length) {
    const id = buffer.readUInt16LE(at + 1)
    const length = buffer.readUInt32LE(at + 5)
    if (at + 9 + length > buffer.length) return
    yield { id, data: buffer.subarray(at + 9, at + 9 + length) }
    at += 9 + length + 2
  }
}

function toFile(
  file: { title: string; data: Buffer | null; properties: Properties },
  codepage: string,
): TnefFile {
  const named = (id: number) => textOf(file.properties.get(id), codepage)
  const embedded = file.properties.get(property.data)
  return {
    name: named(property.longName) || named(property.name) || file.title,
    contentType: named(property.mimeTag).toLowerCase() || 'application/octet-stream',
    contentId: named(property.contentId).replace(/[<>\s]/g, '') || undefined,
    // An embedded object begins with the 16 bytes of its interface id.
    content: file.data ?? (embedded ? embedded.subarray(16) : new Uint8Array()),
  }
}

/** Text of a property: UTF-16 when every second byte says so, else in the message's code page. */
function textOf(value: Buffer | undefined, codepage: string): string {
  if (!value || value.length === 0) return ''
  const wide = value.length % 2 === 0 && value.length >= 2 && value.at(-1) === 0 && value.at(-2) === 0
  return decodeText(value, wide ? 'utf-16le' : codepage)
}

const sizes: Readonly<Record<number, number>> = {
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
}
const variable = new Set([13, 30, 31, 258])

/** The first value of each property (MS-OXTNEF section 2.1.3.4); stops where the bytes stop making sense. */
function properties(data: Buffer): Properties {
  const found = new Map<number, Buffer>()
  if (data.length < 4) return found
  const count = Math.min(data.readUInt32LE(0), 5000)
  let at = 4
  for (let n = 0; n < count && at + 4 <= data.length; n++) {
    const type = data.readUInt16LE(at)
    const id = data.readUInt16LE(at + 2)
    at += 4
    if (id >= 0x8000) at = afterName(data, at)
    const kind = type & 0x0fff
    const values = (type & 0x1000) !== 0 || variable.has(kind) ? readUInt32(data, at) : 1
    if ((type & 0x1000) !== 0 || variable.has(kind)) at += 4
    for (let v = 0; v < values && at <= data.length; v++) {
      let size = sizes[kind]
      if (variable.has(kind)) {
        size = readUInt32(data, at)
        at += 4
      }
      if (size === undefined || at + size > data.length) return found
      if (v === 0 && !found.has(id)) found.set(id, data.subarray(at, at + size))
      at += Math.ceil(size / 4) * 4
    }
  }
  return found
}

function afterName(data: Buffer, at: number): number {
  const kind = readUInt32(data, at + 16)
  return kind === 0 ? at + 24 : at + 24 + Math.ceil(readUInt32(data, at + 20) / 4) * 4
}

function readUInt32(data: Buffer, at: number): number {
  return at + 4 <= data.length ? data.readUInt32LE(at) : 0
}

function codepageName(codepage: number): string {
  if (codepage === 65001) return 'utf-8'
  if (codepage === 936 || codepage === 54936) return 'gb18030'
  if (codepage === 950) return 'big5'
  if (codepage === 932) return 'shift_jis'
  return codepage >= 1250 && codepage <= 1258 ? `windows-${codepage}` : ''
}
