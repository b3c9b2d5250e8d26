import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { readDate, readFlag, readHours, readList, readNumber } from '../../../src/imports/columns.ts'
import { parseSheet, SheetError, sheetLimits } from '../../../src/imports/sheet.ts'
import { workbook, workbookLaughs } from '../../xlsx.ts'

const text = '工号,姓名\r\nHZ-021,"王,建国"\r\n\r\nHZ-022,李志强\r\n'
const expected = {
  header: ['工号', '姓名'],
  rows: [
    { line: 2, cells: ['HZ-021', '王,建国'] },
    { line: 4, cells: ['HZ-022', '李志强'] },
  ],
}

describe('a table that somebody saved', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['GBK, as Chinese Excel saves CSV', iconv.encode(text, 'gbk')],
    [
      'UTF-16, as Excel saves Unicode text',
      Buffer.concat([Buffer.from([0xff, 0xfe]), iconv.encode(text, 'utf16le')]),
    ],
    [
      'semicolons',
      Buffer.from(text.replace('工号,', '工号;').replace('021,', '021;').replace('022,', '022;')),
    ],
    ['tabs', Buffer.from(text.replace('工号,', '工号\t').replace('021,', '021\t').replace('022,', '022\t'))],
  ])('is read from %s, with the lines that people count', async (_name, content) => {
    expect(await parseSheet(content)).toEqual(expected)
  })

  it('is read from a workbook, numbers as people see them', async () => {
    const sheet = await parseSheet(
      workbook([
        ['工号', '手机'],
        ['HZ-021', 13605712844],
      ]),
    )
    expect(sheet).toEqual({ header: ['工号', '手机'], rows: [{ line: 2, cells: ['HZ-021', '13605712844'] }] })
  })

  it('is read from a workbook that declares entities as if there were none: nothing unfolds', async () => {
    expect(await parseSheet(workbookLaughs())).toEqual({ header: ['&j;'], rows: [] })
  })

  it.each([
    [
      'too many bytes',
      Buffer.alloc(sheetLimits.bytes + 1, 'a'),
      '文件超过 5 MB',
      'the file is larger than 5 MB',
    ],
    [
      'too many rows',
      Buffer.from(`a\n${'b\n'.repeat(sheetLimits.rows + 1)}`),
      '超过 20000 行',
      'it has more than 20000 rows',
    ],
    [
      'too many columns',
      Buffer.from(','.repeat(sheetLimits.columns).replace(',', 'a,')),
      '超过 60 列',
      'it has more than 60 columns',
    ],
    ['no header', Buffer.from('\n1,2'), '第一行应为列名', 'the first row must hold the column names'],
    [
      'a cell that is too long',
      Buffer.from(`a\n${'x'.repeat(sheetLimits.cell + 1)}`),
      '有单元格超过 2000 个字',
      'a cell holds more than 2000 characters',
    ],
    [
      'an open quote',
      Buffer.from('a,b\n"open'),
      '第 2 行不是有效的 CSV，请检查引号是否成对',
      'line 2 is no valid CSV; check that its quotes are in pairs',
    ],
    [
      'a broken workbook',
      Buffer.from('PK\x03\x04 and nothing of a zip'),
      '工作簿打不开，请另存为 .xlsx 或 CSV 再导入',
      'the workbook cannot be opened; save it as .xlsx or CSV and import that',
    ],
    [
      'no table',
      Buffer.from([0, 1, 2, 3]),
      '既不是 CSV 也不是 .xlsx 文件',
      'it is neither a CSV nor an .xlsx file',
    ],
  ])('is refused in both languages for %s', async (_, content, reasonZh, reason) => {
    const refused = await parseSheet(content).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(SheetError)
    expect((refused as SheetError).reason).toEqual({ reason, reasonZh })
  })

  it('gives a table or a SheetError for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
        const read = await parseSheet(content).catch((error: unknown) => error)
        return read instanceof SheetError || Array.isArray((read as { rows?: unknown }).rows)
      }),
      { numRuns: 300 },
    )
  })
})

describe('what people write into cells', () => {
  it('is read as dates that exist', () => {
    expect(['2026-5-1', '2026/05/01', '2026.5.1', '2026年5月1日', '2026-05-01 08:00'].map(readDate)).toEqual(
      Array(5).fill('2026-05-01'),
    )
    expect(['2026-02-30', '05/01/2026', '昨天', '2026-13-01'].map(readDate)).toEqual(Array(4).fill(undefined))
  })

  it('is read as opening hours', () => {
    expect(readHours('1-5 8:00-18:00; 6、7 09:00-12:00')).toEqual({
      spans: [
        { days: [1, 2, 3, 4, 5], open: '08:00', close: '18:00' },
        { days: [6, 7], open: '09:00', close: '12:00' },
      ],
    })
    expect(readHours('24x7')).toBe('24x7')
    expect(['', '8-5 08:00-18:00', '5-1 08:00-18:00', 'always', '1-5'].map(readHours)).toEqual(
      Array(5).fill(undefined),
    )
  })

  it('is read as lists, numbers and yes or no', () => {
    expect(readList('空调、冰箱,空调;洗衣机 |热水器')).toEqual(['空调', '冰箱', '洗衣机', '热水器'])
    expect(['1,200', '-3.5', '8'].map(readNumber)).toEqual([1200, -3.5, 8])
    expect(['八', '1e9', '', '0x10'].map(readNumber)).toEqual(Array(4).fill(undefined))
    expect(['是', 'no', '也许'].map(readFlag)).toEqual([true, false, undefined])
  })

  it('never makes a reader throw', () => {
    fc.assert(
      fc.property(fc.string(), (cell) => {
        for (const read of [readDate, readHours, readList, readNumber, readFlag]) read(cell)
      }),
    )
  })
})
