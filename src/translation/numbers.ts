/** What must be the same in a text and in its translation: numbers, codes, addresses. */
export interface Exact {
  /** Web and mail addresses. */
  readonly addresses: readonly string[]
  /** Letters with digits: serial numbers, models, error codes. */
  readonly codes: readonly string[]
  /** Whole numbers as plain digits; parts of dates, times and decimals one by one. */
  readonly numbers: readonly string[]
}

const address = /https?:\/\/[^\s<>"'，。；、（）【】《》]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g
const addressEnd = /[.,;:!?)\]]{1,8}$/
const run = /[A-Za-z0-9][A-Za-z0-9._/-]*/g
/** A number with a unit or an ending: 5kg, 220V, 1st. */
const measure = /^\d+(?:[.,]\d+)?[A-Za-z]{1,4}$/
const grouped = /\d{1,3}(?:[,.\u00A0\u202F'’]\d{3})+(?!\d)/g
const large = /(?<!\d)(\d{1,12}(?:\.\d{1,4})?)\s?(万|萬|만|亿|億|억|thousand\b|million\b|billion\b)/gi
const scale: Readonly<Record<string, number>> = {
  ...{ 万: 1e4, 萬: 1e4, 만: 1e4, 亿: 1e8, 億: 1e8, 억: 1e8 },
  ...{ thousand: 1e3, million: 1e6, billion: 1e9 },
}
/** Zero of the digits that languages of the list write besides ASCII. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x0e50]

function plainDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!
    const zero = zeros.find((each) => code >= each && code < each + 10)
    return zero === undefined ? digit : String(code - zero)
  })
}

/** A code without what languages hang on it: E4-Fehler is E4. */
function bareCode(word: string): string {
  const parts = word.replace(/[._/-]+$/, '').split('-')
  const hung = (part: string | undefined) => part !== undefined && !/\d/.test(part) && /[a-z]/.test(part)
  while (parts.length > 1 && hung(parts.at(-1))) parts.pop()
  while (parts.length > 1 && hung(parts[0])) parts.shift()
  return parts.join('-')
}

/** Finds what must stay as it is. */
export function exactOf(text: string): Exact {
  const addresses: string[] = []
  const codes: string[] = []
  const rest = plainDigits(text)
    .replace(address, (found) => {
      addresses.push(found.replace(addressEnd, ''))
      return ' '
    })
    .replace(run, (word) => {
      if (!/\d/.test(word) || !/[A-Za-z]/.test(word)) return word
      const code = bareCode(word)
      if (measure.test(code)) return word
      codes.push(code)
      return ' '
    })
    .replace(grouped, (found) => found.replace(/\D/g, ''))
    .replace(large, (_, count: string, word: string) =>
      String(Math.round(Number(count) * scale[word.toLowerCase()]!)),
    )
  return { addresses, codes, numbers: (rest.match(/\d+/g) ?? []).map(plain) }
}

/** 09 and 9 are the same hour; a longer number with a zero in front is a code. */
const plain = (digits: string) => (digits.length <= 2 ? String(Number(digits)) : digits)

const words: Readonly<Record<string, number>> = {
  ...{ zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ...{
    eleven: 11,
    twelve: 12,
    twenty: 20,
    thirty: 30,
    first: 1,
    second: 2,
    third: 3,
    once: 1,
    twice: 2,
    half: 30,
  },
}
const hanDigits = '〇一二三四五六七八九'
const han = /[〇零一二两兩三四五六七八九十]{1,4}/g

/** A Chinese numeral below a hundred; null for others. */
function hanValue(numeral: string): number | null {
  const written = numeral.replace(/[两兩]/g, '二').replace(/零/g, '〇')
  const at = written.indexOf('十')
  if (at < 0) return written.length === 1 ? hanDigits.indexOf(written) : null
  const [tens, ones] = [written.slice(0, at), written.slice(at + 1)]
  if (tens.length > 1 || ones.length > 1 || ones === '十') return null
  return (tens === '' ? 1 : hanDigits.indexOf(tens)) * 10 + (ones === '' ? 0 : hanDigits.indexOf(ones))
}

/** Small numbers that a text says in words: numerals, and the names of months. */
export function spelledIn(text: string, lang: string | null): ReadonlySet<string> {
  const lower = text.toLowerCase()
  const found = new Set<string>()
  for (const word of lower.match(/[a-z]+/g) ?? [])
    if (Object.hasOwn(words, word)) found.add(String(words[word]))
  for (const [numeral] of text.matchAll(han)) {
    const value = hanValue(numeral)
    if (value !== null) found.add(String(value))
  }
  // 点半 is half past
  if (text.includes('半')) found.add('30')
  for (const [month, names] of monthsOf(lang ?? 'en').entries())
    if (names.some((name) => lower.includes(name))) found.add(String(month + 1))
  return found
}

const kept = new Map<string, readonly (readonly string[])[]>()

/** The names of the months in a language, alone and with a day; those that are written with digits say nothing in words. */
function monthsOf(lang: string): readonly (readonly string[])[] {
  const known = kept.get(lang)
  if (known) return known
  const formats = [
    new Intl.DateTimeFormat(lang, { month: 'long', timeZone: 'UTC' }),
    new Intl.DateTimeFormat(lang, { month: 'long', day: 'numeric', timeZone: 'UTC' }),
  ]
  const months = Array.from({ length: 12 }, (_, month) => {
    const at = Date.UTC(2026, month, 1)
    const names = formats.map((format) =>
      format
        .formatToParts(at)
        .find(({ type }) => type === 'month')!
        .value.toLowerCase(),
    )
    return [...new Set(names)].filter((name) => !/\d/.test(name) && name.length > 2)
  })
  kept.set(lang, months)
  return months
}
