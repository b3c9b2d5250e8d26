import iconv from 'iconv-lite'

/** Labels that mail uses for charsets which the platform knows under another name. */
const aliases: Readonly<Record<string, string>> = {
  gb2312: 'gb18030',
  gbk: 'gb18030',
  gb_2312: 'gb18030',
  'gb_2312-80': 'gb18030',
  'gb2312-80': 'gb18030',
  'x-gbk': 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  'euc-cn': 'gb18030',
  gb18030: 'gb18030',
  'gb18030-2022': 'gb18030',
  cp950: 'big5',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  cp51932: 'euc-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  'unicode-1-1-utf-7': 'utf-7',
  utf7: 'utf-7',
  'x-unknown': '',
  'unknown-8bit': '',
  unknown: '',
  binary: '',
  default: '',
  '8bit': '',
  _iso_8859_1: 'windows-1252',
  ascii: 'us-ascii',
  'ansi_x3.4-1968': 'us-ascii',
}

/** Charsets in which every byte string is valid, so that a wrong label cannot be seen from errors. */
const neverFails = /^(us-ascii|iso-8859-\d+|windows-125\d|latin1|)$/

/**
 * Decodes the bytes of a text part. Trusts the label as long as the bytes agree with it; a missing, unknown or plainly
 * wrong label (UTF-8 called gb2312, GBK called iso-8859-1, …) gives way to what the bytes are. Never throws.
 * Line endings become `\n`; NUL and lone surrogates, which no database stores, go.
 */
export function decodeText(bytes: Uint8Array, label: string | undefined): string {
  return tidy(decodeRaw(bytes, label))
}

function decodeRaw(bytes: Uint8Array, label: string | undefined): string {
  const marked = byteOrderMark(bytes)
  if (marked) return new TextDecoder(marked).decode(bytes)
  const charset = normalLabel(label)
  if (charset === 'utf-7' || charset.startsWith('iso-2022') || charset.startsWith('utf-16')) {
    return decodeAs(bytes, charset) ?? decodeRaw(bytes, undefined)
  }
  if (!bytes.some((byte) => byte > 0x7f)) {
    return hasJapaneseEscape(bytes)
      ? (decodeAs(bytes, 'iso-2022-jp') ?? '')
      : Buffer.from(bytes).toString('latin1')
  }
  const utf8 = strictly(bytes, 'utf-8')
  if (utf8 !== null && (charset === 'utf-8' || neverFails.test(charset) || looksMeant(utf8))) return utf8
  if (neverFails.test(charset)) {
    return (
      guessChinese(bytes) ??
      decodeAs(bytes, charset === '' || charset === 'us-ascii' ? 'windows-1252' : charset) ??
      ''
    )
  }
  const declared = decodeAs(bytes, charset)
  if (declared === null) return decodeRaw(bytes, undefined)
  if (damageOf(declared) <= Math.max(1, declared.length / 200)) return declared
  return guessChinese(bytes) ?? declared
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return null
}

/** Lower-case name of a charset label; empty when the label says nothing. */
function normalLabel(label: string | undefined): string {
  const lower = (label ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '')
    .replace(/\*.*$/, '')
  const known = aliases[lower]
  if (known !== undefined) return known
  return lower === 'utf8' || lower === 'utf-8-sig' || lower === 'utf8mb4' ? 'utf-8' : lower
}

/** Decodes in one charset; null when nobody knows it. */
function decodeAs(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return iconv.encodingExists(charset) ? iconv.decode(Buffer.from(bytes), charset) : null
  }
}

function strictly(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Whether valid UTF-8 under another label is meant as such: mostly CJK and punctuation, and more than a chance hit. */
function looksMeant(text: string): boolean {
  let wide = 0
  let narrow = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code >= 0x2000) wide++
    else if (code > 0x7f) narrow++
  }
  return wide >= 3 && wide >= narrow * 4
}

function damageOf(text: string): number {
  let count = 0
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count++
  return count
}

/**
 * The text when the bytes are GB18030 (or Big5) by their shape: high bytes come in pairs of the right ranges. Null when
 * they are not.
 */
function guessChinese(bytes: Uint8Array): string | null {
  const shape = pairShape(bytes)
  if (shape.pairs < 2) return null
  if (shape.gb >= shape.pairs * 0.85 && shape.stray <= shape.pairs * 0.05) return decodeAs(bytes, 'gb18030')
  if (shape.big5 >= shape.pairs * 0.95 && shape.stray <= shape.pairs * 0.05) return decodeAs(bytes, 'big5')
  const text = strictly(bytes, 'gb18030')
  return text !== null && shape.pairs >= 4 && looksMeant(text) ? text : null
}

function pairShape(bytes: Uint8Array): { pairs: number; gb: number; big5: number; stray: number } {
  const shape = { pairs: 0, gb: 0, big5: 0, stray: 0 }
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at]!
    if (lead < 0x80) continue
    const trail = bytes[at + 1] ?? 0
    if (lead === 0x80 || lead === 0xff || trail < 0x40 || trail === 0x7f || trail === 0xff) {
      shape.stray++
      continue
    }
    shape.pairs++
    if (((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3)) && trail >= 0xa1) shape.gb++
    if (lead >= 0xa1 && lead <= 0xc6 && (trail <= 0x7e || trail >= 0xa1)) shape.big5++
    at++
  }
  return shape
}

function hasJapaneseEscape(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0x1b); at >= 0; at = bytes.indexOf(0x1b, at + 1)) {
    if (bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x42 || bytes[at + 2] === 0x40)) return true
  }
  return false
}

/** Newlines as `\n`, without the characters that PostgreSQL and JSON refuse. */
export function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]/g, '')
    .toWellFormed()
}
