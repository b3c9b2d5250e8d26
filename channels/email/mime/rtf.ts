import { limits } from '../limits.ts'
import { decodeText } from './charset.ts'

const magic = 0x75465a4c // "LZFu"
const uncompressed = 0x414c454d // "MELA"
/** The dictionary that every stream starts from (MS-OXRTFCP section 2.1.2.1). */
const dictionary = Buffer.from(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
  'latin1',
)

/** Unpacks compressed RTF (MS-OXRTFCP), at most `limits.rtfBytes`; what is none gives nothing. */
export function decompressRtf(data: Buffer): Buffer {
  if (data.length < 16) return Buffer.alloc(0)
  const kind = data.readUInt32LE(8)
  const size = Math.min(data.readUInt32LE(4), limits.rtfBytes)
  if (kind === uncompressed) return data.subarray(16, 16 + size)
  if (kind !== magic) return Buffer.alloc(0)
  const window = Buffer.alloc(4096)
  dictionary.copy(window)
  let write = dictionary.length
  const out: number[] = []
  const put = (byte: number) => {
    out.push(byte)
    window[write] = byte
    write = (write + 1) & 0xfff
  }
  for (let at = 16; at < data.length && out.length < size; ) {
    const control = data[at++]!
    for (let bit = 0; bit < 8 && at < data.length && out.length < size; bit++) {
      if ((control & (1 << bit)) === 0) {
        put(data[at++]!)
        continue
      }
      const pair = (data[at]! << 8) | (data[at + 1] ?? 0)
      at += 2
      const offset = pair >> 4
      if (offset === write) return Buffer.from(out)
      for (let n = 0; n < (pair & 0xf) + 2 && out.length < size; n++) put(window[(offset + n) & 0xfff]!)
    }
  }
  return Buffer.from(out)
}

const skipped = /^(fonttbl|colortbl|stylesheet|info|pict|object|header|footer|generator|listtable|themedata)$/
const breaks: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  row: '\n',
  cell: ' ',
  tab: '\t',
  page: '\n',
}
const token = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)/gi

interface Group {
  skip: boolean
  htmlrtf: boolean
}

/** The words of an RTF document, also of one that wraps HTML (`\fromhtml`); formatting is dropped. */
export function rtfText(rtf: Buffer): string {
  const source = rtf.toString('latin1')
  const codepage = /\\ansicpg(\d{3,5})/.exec(source)?.[1]
  const charset =
    codepage === '936' ? 'gb18030' : codepage === '65001' ? 'utf-8' : `windows-${codepage ?? '1252'}`
  const stack: Group[] = [{ skip: false, htmlrtf: false }]
  let out = ''
  let bytes: number[] = []
  let swallow = 0
  const flush = () => {
    if (bytes.length > 0) out += decodeText(Buffer.from(bytes), charset)
    bytes = []
  }
  for (const [, control, argument, hex, symbol, brace, text] of source.matchAll(token)) {
    const group = stack.at(-1)!
    if (brace === '{') {
      if (stack.length < 500) stack.push({ ...group })
    } else if (brace === '}') {
      if (stack.length > 1) stack.pop()
    } else if (symbol === '*' || (control && skipped.test(control))) {
      group.skip = true
    } else if (control === 'htmlrtf') {
      group.htmlrtf = argument !== '0'
    } else if (group.skip || group.htmlrtf) {
      // Formatting that stands only for readers of RTF, or a destination that is no text.
    } else if (hex) {
      if (swallow > 0) swallow--
      else bytes.push(Number.parseInt(hex, 16))
    } else if (control === 'u') {
      flush()
      out += String.fromCharCode(Number(argument) & 0xffff)
      swallow = 1
    } else if (control) {
      flush()
      out += breaks[control] ?? ''
    } else {
      flush()
      const plain = text ?? (symbol === '~' ? ' ' : /[\\{}]/.test(symbol ?? '') ? symbol! : '')
      out += swallow > 0 ? plain.slice(1) : plain
      swallow = 0
    }
  }
  flush()
  return out
    .toWellFormed()
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
