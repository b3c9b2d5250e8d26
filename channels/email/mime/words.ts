import { decodeText } from './charset.ts'

interface Word {
  readonly charset: string
  readonly bytes: Uint8Array
}

/** `charset ? encoding ? text` of an encoded word; blanks inside the text are tolerated, as old clients write them. */
const encodedWord = /=\?([^?\s]{1,40})\?([QqBb])\?([^?]{0,2000})\?=/g

/** Decodes the encoded words of an unstructured header value (RFC 2047), also split and wrongly labelled ones. */
export function decodeWords(value: string): string {
  return oneLine(replaceWords(value, (text) => text))
}

/**
 * Rewrites encoded words to UTF-8 ones, which the address parser reads. They stay encoded, so that a comma or an angle
 * bracket inside a name cannot become an address.
 */
export function normaliseWords(value: string): string {
  return replaceWords(value, (text) => `=?utf-8?B?${Buffer.from(oneLine(text)).toString('base64')}?=`)
}

function replaceWords(value: string, write: (text: string) => string): string {
  let out = ''
  let last = 0
  let run: Word[] = []
  const flush = () => {
    if (run.length > 0) out += write(joinRun(run))
    run = []
  }
  for (const match of value.matchAll(encodedWord)) {
    const between = value.slice(last, match.index)
    // White space between two words is a fold, anything else is text.
    if (run.length === 0 || between.trim() !== '') {
      flush()
      out += between
    }
    const [whole, charset = '', encoding = '', text = ''] = match
    last = match.index + whole.length
    run.push({ charset: charset.toLowerCase(), bytes: decodeWord(encoding, text) })
  }
  flush()
  return out + value.slice(last)
}

/** Joins neighbouring words of one charset before decoding: a character may be split between two of them. */
function joinRun(run: readonly Word[]): string {
  let text = ''
  for (let at = 0; at < run.length; ) {
    const charset = run[at]!.charset
    let end = at
    while (end < run.length && run[end]!.charset === charset) end++
    const words = run.slice(at, end).map((word) => word.bytes)
    const joined = decodeText(Buffer.concat(words), charset)
    text += joined.includes('\ufffd') ? words.map((bytes) => decodeText(bytes, charset)).join('') : joined
    at = end
  }
  return text
}

function decodeWord(encoding: string, text: string): Uint8Array {
  if (encoding === 'B' || encoding === 'b') return Buffer.from(text.replace(/\s/g, ''), 'base64')
  const plain = text.replace(/[_\s]/g, ' ')
  return Buffer.from(
    plain.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    /[^\x00-\xff]/.test(plain) ? 'utf8' : 'latin1',
  )
}

/** One line without control characters: what a header value may become elsewhere. */
export function oneLine(text: string): string {
  return text
    .replace(/[\x00-\x1f\x7f\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}
