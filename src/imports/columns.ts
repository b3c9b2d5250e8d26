import type { Hours } from '../contract/routing.ts'

/** A column of an import: how people call it, and how its text is read. */
export interface Column {
  /** The member that it fills. */
  readonly key: string
  readonly zh: string
  readonly en: string
  /** Other headers that are taken for it. */
  readonly aliases?: readonly string[]
  readonly required?: boolean
  /** What a cell must look like, for the sentence of an error. */
  readonly hint: { readonly zh: string; readonly en: string }
  /** For the template. */
  readonly example: string
  /** The value of a cell that is not empty; undefined when it cannot be read. */
  readonly read: (text: string) => unknown
}

const textHint = { zh: '一段文字', en: 'a text' }
const listHint = { zh: '用顿号或逗号分开的词', en: 'words separated by commas' }

/** A column of text. */
export function textColumn(
  key: string,
  zh: string,
  en: string,
  example: string,
  more: Partial<Column> = {},
): Column {
  return { key, zh, en, example, hint: textHint, read: (text) => text, ...more }
}

/** A column of words: 空调、冰箱 or 空调,冰箱. */
export function listColumn(
  key: string,
  zh: string,
  en: string,
  example: string,
  more: Partial<Column> = {},
): Column {
  return { key, zh, en, example, hint: listHint, read: readList, ...more }
}

/** A column of numbers. */
export function numberColumn(
  key: string,
  zh: string,
  en: string,
  example: string,
  more: Partial<Column> = {},
): Column {
  const hint = { zh: '数字', en: 'a number' }
  return { key, zh, en, example, hint, read: readNumber, ...more }
}

/** A column of dates. */
export function dateColumn(key: string, zh: string, en: string, example: string): Column {
  const hint = { zh: '日期，例如 2026-05-01', en: 'a date such as 2026-05-01' }
  return { key, zh, en, example, hint, read: readDate }
}

/** A column of opening hours. */
export function hoursColumn(key: string, zh: string, en: string, example: string): Column {
  const hint = {
    zh: '“24x7”，或“1-5 08:00-18:00; 6 09:00-12:00”（1=周一）',
    en: '"24x7" or "1-5 08:00-18:00; 6 09:00-12:00" (1 = Monday)',
  }
  return { key, zh, en, example, hint, read: readHours }
}

/** A yes or no. */
export function flagColumn(key: string, zh: string, en: string, example: string): Column {
  return { key, zh, en, example, hint: { zh: '是 或 否', en: 'yes or no' }, read: readFlag }
}

/** Words of a list, each once. */
export function readList(text: string): string[] {
  const words = text.split(/[、,，;；|\n]/).map((word) => word.trim())
  return [...new Set(words.filter((word) => word !== ''))]
}

/** A number, also with thousands separators. */
export function readNumber(text: string): number | undefined {
  const plain = text.replace(/[,，\s]/g, '')
  return /^-?\d{1,15}(?:\.\d{1,12})?$/.test(plain) ? Number(plain) : undefined
}

/** YYYY-MM-DD of 2026-05-01, 2026/5/1, 2026.5.1 and 2026年5月1日; undefined for a day that does not exist. */
export function readDate(text: string): string | undefined {
  const [, year, month, day] =
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.{0,12})?$/.exec(
      text.trim(),
    ) ?? []
  if (!year || !month || !day) return undefined
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const parsed = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) ? date : undefined
}

/** Yes or no in both languages; undefined for anything else. */
export function readFlag(text: string): boolean | undefined {
  if (/^(?:是|有|y|yes|true|1|√)$/i.test(text)) return true
  return /^(?:否|无|没有|n|no|false|0|×)$/i.test(text) ? false : undefined
}

/** Opening hours of `24x7` or `1-5 08:00-18:00; 6,7 09:00-12:00`; undefined when they cannot be read. */
export function readHours(text: string): Hours | undefined {
  if (/^(?:24x7|24\*7|7x24|全天)$/i.test(text.trim())) return '24x7'
  const spans = text.split(/[;；\n]/).flatMap((part) => (part.trim() === '' ? [] : [readSpan(part.trim())]))
  if (spans.length === 0 || spans.some((span) => span === undefined)) return undefined
  return { spans: spans as Exclude<Hours, string>['spans'] }
}

function readSpan(text: string) {
  const [, days, open, close] =
    /^([1-7][-1-7,、]{0,20})\s+(\d{1,2}:\d{2})\s*[-–~至]\s*(\d{1,2}:\d{2})$/.exec(text) ?? []
  if (!days || !open || !close) return undefined
  const listed = days.split(/[,、]/).flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number)
    if (!from || !to || to < from) return [Number.NaN]
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
  if (listed.some((day) => !(day >= 1 && day <= 7))) return undefined
  return { days: [...new Set(listed)], open: open.padStart(5, '0'), close: close.padStart(5, '0') }
}
