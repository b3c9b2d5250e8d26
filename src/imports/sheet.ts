import { CsvError, parse as parseCsv } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import readWorkbook, { type SheetData } from 'read-excel-file/node'

/** Bounds of a file. */
export const sheetLimits = {
  bytes: 5 * 1024 * 1024,
  rows: 20_000,
  columns: 60,
  cell: 2000,
  unpacked: 64 * 1024 * 1024,
} as const

/** A table of text: the header and the rows below it, each with its line in the file. */
export interface Sheet {
  readonly header: readonly string[]
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[]
}

/** Why a file cannot be read, in both languages, for the sentence of `import.invalid`. */
export class SheetError extends Error {
  override readonly name = 'SheetError'
  readonly reason: { readonly reason: string; readonly reasonZh: string }
  constructor(reasonZh: string, reason: string) {
    super(reason)
    this.reason = { reason, reasonZh }
  }
}

/** Reads a CSV or Excel file (.xlsx). Throws SheetError. Run it in a worker (`read-sheet.ts`): a workbook is a zip. */
export async function parseSheet(content: Uint8Array): Promise<Sheet> {
  if (content.byteLength > sheetLimits.bytes)
    throw new SheetError('文件超过 5 MB', 'the file is larger than 5 MB')
  const isZip = content[0] === 0x50 && content[1] === 0x4b
  const table = isZip ? await workbookRows(content) : csvRows(content)
  if (table.length > sheetLimits.rows + 1)
    throw new SheetError(`超过 ${sheetLimits.rows} 行`, `it has more than ${sheetLimits.rows} rows`)
  const [header, ...below] = table
  if (!header?.some((cell) => cell !== ''))
    throw new SheetError('第一行应为列名', 'the first row must hold the column names')
  if (header.length > sheetLimits.columns)
    throw new SheetError(`超过 ${sheetLimits.columns} 列`, `it has more than ${sheetLimits.columns} columns`)
  const rows = below
    .map((cells, i) => ({ line: i + 2, cells }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (rows.some(({ cells }) => cells.some((cell) => cell.length > sheetLimits.cell))) {
    throw new SheetError(
      `有单元格超过 ${sheetLimits.cell} 个字`,
      `a cell holds more than ${sheetLimits.cell} characters`,
    )
  }
  return { header, rows }
}

/** Text of a CSV: by its byte order mark, else UTF-8, else GB18030, as Chinese Excel saves it. */
export function decodeText(content: Uint8Array): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return iconv.decode(bytes, 'utf16le')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return iconv.decode(bytes, 'gb18030')
  }
}

function csvRows(content: Uint8Array): string[][] {
  const text = decodeText(content).replace(/^\uFEFF/, '')
  if (text.includes('\u0000'))
    throw new SheetError('既不是 CSV 也不是 .xlsx 文件', 'it is neither a CSV nor an .xlsx file')
  const first = text.slice(0, text.search(/[\r\n]|$/))
  const count = (mark: string) => first.split(mark).length
  const delimiter = [',', '\t', ';', '，'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
  try {
    return parseCsv(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: false,
      to: sheetLimits.rows + 2,
      cast: (value) => clean(value),
    }) as string[][]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number(error.lines)
    throw new SheetError(
      `第 ${line} 行不是有效的 CSV，请检查引号是否成对`,
      `line ${line} is no valid CSV; check that its quotes are in pairs`,
    )
  }
}

/** What a zip says that it unpacks to, by its central directory (APPNOTE 4.3.12). */
function unpackedBytes(content: Uint8Array): number {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  let total = 0
  for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0 && at + 28 <= bytes.length; ) {
    total += bytes.readUInt32LE(at + 24)
    at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')
  }
  return total
}

async function workbookRows(content: Uint8Array): Promise<string[][]> {
  if (unpackedBytes(content) > sheetLimits.unpacked)
    throw new SheetError('工作簿解压后太大', 'the workbook unpacks to too much')
  let data: SheetData
  try {
    const sheets = await readWorkbook(Buffer.from(content))
    data = sheets[0]?.data ?? []
  } catch {
    throw new SheetError(
      '工作簿打不开，请另存为 .xlsx 或 CSV 再导入',
      'the workbook cannot be opened; save it as .xlsx or CSV and import that',
    )
  }
  return data.map((row) => row.map(cellText))
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  return clean(String(value))
}

const clean = (text: string) => text.replaceAll('\u0000', '').toWellFormed().trim()
