import { digitOf, numeralClass, readNumerals, unitClass } from './numerals.ts'
import { fold, type Reading, readingBuilder } from './reading.ts'

const english: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
}
const englishDigit = Object.keys(english).join('|')
const alphabet =
  'alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett|juliet|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiskey|xray|x-ray|yankee|zulu'

const token = new RegExp(
  [
    `(?<twice>double|triple)[ -](?<twiceOf>${englishDigit}|[0-9a-z])\\b`,
    `\\b(?<word>${englishDigit})\\b`,
    `\\b(?<letter>[a-z])(?: as in | for )[a-z]{2,10}\\b`,
    `\\b(?<mixed>(?:${alphabet})(?:[ ,]{1,2}(?:${alphabet}))+(?:[ ,]{0,2}(?:[零〇幺一二三四五六七八九拐洞勾]{1,8}|\\d{1,8}|横?杠|(?:${alphabet})\\b))+)`,
    `\\b(?<call>(?:${alphabet})(?:[ ,]{1,2}(?:${alphabet}|${englishDigit}|dash|hyphen|\\d{1,4}))+)\\b`,
    `(?<times>[二两三四五六2-6])个(?<timesOf>[零〇幺一二三四五六七八九拐洞勾0-9])(?!个|[${unitClass}])`,
    `(?<run>[${numeralClass}]+?(?=[二两三四五六]个[零〇幺一二三四五六七八九拐洞勾](?!个|[${unitClass}]))|[${numeralClass}]+)`,
    '(?<dash>横杠|中杠|短横线?|横线|减号|杠|\\b(?:dash|hyphen|minus)\\b)',
    '(?<slash>斜杠|斜线|\\bslash\\b)',
    '(?<under>下划线|\\bunderscore\\b)',
    '(?<upper>(?:大写|小写|字母)的?(?=[a-z]))',
  ].join('|'),
  'gi',
)

/** 一 begins these words; there it is no digit. */
const afterOne = /^[早共直下般样会定起边些旦时种切块律]/
/** 下周一下午: here 一 is the day, and 下 belongs to the next word. */
const weekday = /(?:周|星期|礼拜)$/
/** Words that only look like numerals. */
const wordRun = /^(?:万|千|百|拐|勾|洞|俩)+$/

/**
 * Reads spoken numbers and letters as they would be written: 幺三六零五 is 13605, 二百三十二 is 232, 三个八 is 888,
 * "double two three oh six" is 22306, H G杠W九零B is HG-W90B. Every character still knows its source.
 */
export function spoken(source: string): Reading {
  const folded = fold(source)
  return joinLetters(replaceTokens(folded), source)
}

function replaceTokens(folded: Reading): Reading {
  const { text } = folded
  const builder = readingBuilder()
  let at = 0
  const copy = (end: number) => {
    for (; at < end; at++) builder.push(text[at]!, folded.starts[at]!, folded.ends[at]!)
  }
  for (const match of text.matchAll(token)) {
    const start = match.index
    const end = start + match[0].length
    const written = writtenForm(match.groups!, text, start, end)
    if (written === null) continue
    copy(start)
    if (written.length === end - start) {
      for (let i = 0; i < written.length; i++, at++)
        builder.push(written[i]!, folded.starts[at]!, folded.ends[at]!)
    } else {
      builder.push(written, folded.starts[start]!, folded.ends[end - 1]!)
      at = end
    }
  }
  copy(text.length)
  return builder.done()
}

function writtenForm(
  g: Record<string, string | undefined>,
  text: string,
  start: number,
  end: number,
): string | null {
  if (g.twice) {
    const of = english[g.twiceOf!.toLowerCase()] ?? g.twiceOf!
    return of.repeat(g.twice.toLowerCase() === 'double' ? 2 : 3)
  }
  if (g.word)
    return g.word.toLowerCase() === 'oh' && !besideDigit(text, start, end)
      ? null
      : english[g.word.toLowerCase()]!
  if (g.letter) return g.letter.toUpperCase()
  if (g.mixed ?? g.call) return callSigns((g.mixed ?? g.call)!)
  if (g.times) return repeated(g.times, g.timesOf!, text, start, end)
  if (g.run) return numeralRun(g.run, text, start, end)
  if (g.dash)
    return g.dash === '杠' &&
      !/[A-Za-z0-9零一二三四五六七八九幺]/.test(text.slice(end, end + 3).trimStart()[0] ?? '')
      ? null
      : '-'
  if (g.slash) return '/'
  if (g.under) return '_'
  return g.upper ? '' : null
}

const digitBefore = new RegExp(`(?:\\d|\\b(?:${englishDigit}|double|triple))[ ,-]{1,2}$`, 'i')
const digitAfter = new RegExp(`^[ ,-]{1,2}(?:\\d|(?:${englishDigit}|double|triple)\\b)`, 'i')
/** "oh" is a zero among digits, else what people say before they go on: oh wait. */
function besideDigit(text: string, start: number, end: number): boolean {
  return (
    digitBefore.test(text.slice(Math.max(0, start - 9), start)) || digitAfter.test(text.slice(end, end + 9))
  )
}

/** "Bravo Tango four seven" is BT47, "bravo tango 四七" too. */
function callSigns(call: string): string {
  return (call.match(/[A-Za-z-]+|\d+|横?杠|[^\s,]/g) ?? [])
    .map((word) => {
      const lower = word.toLowerCase()
      if (/^\d+$/.test(word)) return word
      if (lower === 'dash' || lower === 'hyphen' || word.endsWith('杠')) return '-'
      if (/[^a-z-]/i.test(word)) return digitOf(word) ?? word
      return english[lower] ?? lower[0]!.toUpperCase()
    })
    .join('')
}

/** 三个八 is 888 beside other digits; on its own it counts things. */
function repeated(times: string, of: string, text: string, start: number, end: number): string | null {
  const beside = /[0-9零〇幺一二三四五六七八九拐洞勾A-Za-z]/
  if (!beside.test(text[start - 1] ?? '') && !beside.test(text[end] ?? '')) return null
  const count = Number(digitOf(times) ?? times)
  return (digitOf(of) ?? of).repeat(count)
}

function numeralRun(run: string, text: string, start: number, end: number): string | null {
  if (wordRun.test(run) && !/[0-9A-Za-z]/.test(text[start - 1] ?? '')) return null
  if (run === '一' && /[A-Za-z0-9]/.test(text[start - 1] ?? '') && /^[\u4e00-\u9fa5]/.test(text.slice(end)))
    return null
  if (
    run.length === 1 &&
    /[A-Za-z0-9]/.test(text[start - 1] ?? '') &&
    /^[台支件套箱只组]/.test(text.slice(end, end + 1))
  )
    return null
  if (run === '一' && /^点(?!\d)/.test(text.slice(end, end + 2))) return null
  if (run.endsWith('一') && afterOne.test(text.slice(end, end + 2)) && !weekday.test(text.slice(0, start))) {
    const rest = run.slice(0, -1)
    if (rest === '') return null
    const read = numeralRun(rest, text, start, end - 1)
    return read === null ? null : `${read}一`
  }
  if (
    run.length > 1 &&
    run.endsWith('两') &&
    /^[台个年天次箱件遍位点户月周]/.test(text.slice(end, end + 1))
  ) {
    return `${numeralRun(run.slice(0, -1), text, start, end - 1) ?? run.slice(0, -1)}两`
  }
  if (
    run.length === 2 &&
    /^[点點](?!\d)/.test(text.slice(end, end + 2)) &&
    Number(digitOf(run[1]!)) - Number(digitOf(run[0]!)) === 1
  )
    return `${digitOf(run[0]!)}~${digitOf(run[1]!)}`
  // 周五十点: ten o'clock on Friday
  if (run.length > 1 && weekday.test(text.slice(0, start)) && digitOf(run[0]!) !== undefined) {
    const rest = run.slice(1)
    return `${digitOf(run[0]!)}${readNumerals(rest) ?? spelledOut(rest)}`
  }
  return readNumerals(run) ?? spelledOut(run)
}

/** A run in which place values and spelled digits are mixed: what can be read is read. */
function spelledOut(run: string): string {
  return Array.from(run, (c) => digitOf(c) ?? c).join('')
}

const single = (text: string, at: number) =>
  /[A-Za-z]/.test(text[at] ?? '') &&
  !/[A-Za-z]/.test(text[at - 1] ?? '') &&
  !/[A-Za-z]/.test(text[at + 1] ?? '')

/** Letters spelled one by one are joined: "X C D51022G" is XCD51022G, and digits said word by word in English. */
function joinLetters(reading: Reading, source: string): Reading {
  const { text } = reading
  const spaced = / /.test(text)
  if (!spaced) return reading
  const builder = readingBuilder()
  for (let i = 0; i < text.length; i++) {
    if (separates(reading, i, source)) continue
    builder.push(text[i]!, reading.starts[i]!, reading.ends[i]!)
  }
  return builder.done()
}

function separates(reading: Reading, at: number, source: string): boolean {
  const { text } = reading
  const unit = text[at]!
  if (unit !== ' ' && unit !== ',') return false
  let left = at
  let right = at
  while (/[ ,]/.test(text[left - 1] ?? '') && at - left < 3) left--
  while (/[ ,]/.test(text[right + 1] ?? '') && right - at < 3) right++
  const before = left - 1
  const after = right + 1
  // the label of a serial number, no part of it
  if (/\bS ?\/ ?N$/i.test(text.slice(Math.max(0, before - 5), before + 1))) return false
  const wasWord = (i: number, shape: RegExp) =>
    shape.test(text[i] ?? '') &&
    (reading.ends[i] ?? 0) - (reading.starts[i] ?? 0) > 1 &&
    /[a-z]/i.test(source[reading.starts[i]!]!)
  if (wasWord(before, /\d/) && wasWord(after, /\d/)) return true
  if (unit === ' ' && wasWord(before, /\d/) && single(text, after) && /[A-Z]/.test(text[after]!)) return true
  const spelledOn =
    single(text, after) && /[A-Z]/.test(text[after]!) && !/[a-z]/.test(text.slice(after + 1, after + 4))
  if (wasWord(before, /\d/) && spelledOn) return true
  const upper = (i: number) => single(text, i) && /[A-Z]/.test(text[i]!)
  if (upper(before) && (wasWord(after, /\d/) || (upper(after) && wasSpelled(text, before, after))))
    return true
  if (unit === ',' || text.slice(left, right + 1).includes(',')) return false
  const wasSaid = (i: number) =>
    /[-/]/.test(text[i] ?? '') &&
    source[reading.starts[i]!] !== text[i] &&
    !/[－／–—]/.test(source[reading.starts[i]!]!)
  if (wasSaid(before) || wasSaid(after)) return true
  if (single(text, before) && single(text, after)) return /[A-Z]/.test(text[before]! + text[after]!)
  if (single(text, before) && text[before]! <= 'Z' && /[0-9-]/.test(text[after] ?? ''))
    return !isWordBefore(text, before)
  return single(text, after) && /[A-Z]/.test(text[after]!) && endsCode(text, before)
}

/** X, C, 7: single letters between commas are a code when they stand in a row. */
function wasSpelled(text: string, before: number, after: number): boolean {
  return /(?:^|[^A-Za-z])[A-Z][ ,]+[A-Z][ ,]+(?:[A-Z]\b|\d)/.test(
    text.slice(Math.max(0, before - 4), after + 5),
  )
}

/** A one-letter word of an English sentence ("Building A 301") is not part of a spelled code. */
function isWordBefore(text: string, at: number): boolean {
  return /[A-Za-z]{2,} $/.test(text.slice(Math.max(0, at - 12), at))
}

/** Whether the token that ends here is a code that has begun with a letter. */
function endsCode(text: string, at: number): boolean {
  const tail = /[A-Z0-9-]+$/.exec(text.slice(Math.max(0, at - 24), at + 1))?.[0] ?? ''
  return /[A-Z]/.test(tail) && /[0-9-]/.test(tail)
}
