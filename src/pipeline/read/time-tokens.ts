import { holidayOf } from './holidays.ts'
import { addDays, type Day, dayAt, weekday } from './zone.ts'

/** A word of time, with where it stands in the (spoken) text it was read from. */
export type TimeToken = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'day'; readonly day: Day; readonly explicit: boolean }
  | { readonly kind: 'days'; readonly first: Day; readonly last: Day }
  | { readonly kind: 'period'; readonly from: number; readonly to: number; readonly name: string }
  | { readonly kind: 'time'; readonly minute: number; readonly half: 'am' | 'pm' | null }
  | { readonly kind: 'to' }
  | { readonly kind: 'after' }
  | { readonly kind: 'before' }
)

const englishDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const teens =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'
const ordinals = [
  ...teens.split(' '),
  ...teens
    .split(' ')
    .slice(0, 9)
    .map((word) => `twenty ${word}`),
  'thirtieth',
  'thirty first',
]
const monthWord = `(?:${months.join('|')})[a-z]*`

/** Vague parts of a day, minutes from midnight. */
const periods: Readonly<Record<string, readonly [number, number]>> = {
  凌晨: [0, 360],
  清晨: [360, 540],
  清早: [360, 540],
  大早: [420, 540],
  一早: [480, 600],
  早上: [480, 720],
  早晨: [480, 600],
  早: [480, 720],
  上午: [540, 720],
  中午: [660, 840],
  午间: [660, 840],
  下午: [840, 1080],
  下昼: [840, 1080],
  上昼: [540, 720],
  朝早: [480, 720],
  晏昼: [660, 840],
  午后: [840, 1080],
  傍晚: [1020, 1140],
  晚上: [1080, 1260],
  晚间: [1080, 1260],
  夜晚: [1080, 1260],
  晚: [1080, 1260],
  下班后: [1080, 1260],
  下班以后: [1080, 1260],
  下班之后: [1080, 1260],
  夜里: [1140, 1320],
  夜间: [1140, 1320],
  白天: [540, 1080],
  全天: [540, 1080],
  整天: [540, 1080],
  morning: [540, 720],
  noon: [660, 840],
  afternoon: [840, 1080],
  evening: [1080, 1260],
  evenings: [1080, 1260],
  mornings: [540, 720],
  afternoons: [840, 1080],
  night: [1080, 1260],
}
const periodWords = Object.keys(periods)
  .filter((word) => word.length > 1)
  .sort((a, b) => b.length - a.length)
  .join('|')

const relative: Readonly<Record<string, number>> = {
  今天: 0,
  今日: 0,
  今儿: 0,
  今: 0,
  当天: 0,
  今明: 0,
  明天: 1,
  明日: 1,
  听日: 1,
  聽日: 1,
  听朝: 1,
  听晚: 1,
  明儿: 1,
  明: 1,
  听: 1,
  后天: 2,
  后日: 2,
  后儿: 2,
  大后天: 3,
  today: 0,
  tonight: 0,
  tomorrow: 1,
  tmr: 1,
  'day after tomorrow': 2,
}

const token = new RegExp(
  [
    '(?<relative>大后天|今天|今日|今儿|明天|明日|明儿|听日|聽日|听(?=朝|晚)|后天|后儿|后日|(?:the )?day after tomorrow|\\b(?:today|tomorrow|tonight|tmr)\\b|今(?=晚|早)|明(?=晚|早))',
    '(?<week>下下个?|下个?|这个?|本|上个?)?(?:周|星期|礼拜)(?<weekday>[1-7日天])(?<weekend>[日天](?!晚|早|上午|下午|中午|\\d))?',
    '(?<endOf>下下个?|下个?|这个?|本)?周末|\\b(?:(?<endOfEn>next|this) )?weekend\\b',
    `\\b(?:(?<weekEn>next|this|on) )?(?<dayEn>${englishDays.join('|')})\\b`,
    '\\b(?:(?:next|this|on) )?(?<dayShort>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\\b\\.?(?=,? (?:morning|afternoon|evening|noon|at|before|after|am|pm|pls|please|\\d{1,2}(?::|[ap]m| [ap]m)))',
    '(?:(?<year>20\\d\\d)[年/.-])?(?<![\\d.-])(?<month>1[0-2]|0?[1-9]) ?月(?:份)? ?(?<date>3[01]|[12]\\d|0?[1-9])(?: ?(?:日|号))?(?!\\d)',
    '(?<yearN>20\\d\\d)[/.-](?<monthN>1[0-2]|0?[1-9])[/.-](?<dateN>3[01]|[12]\\d|0?[1-9])(?!\\d)',
    '(?<![\\d/.A-Za-z-])(?<monthD>1[0-2]|0?[1-9])-(?<dateD>3[01]|[12]\\d|0[1-9])(?= (?:\\d{1,2}:|上午|下午|中午|早上?|晚上?|全天|白天))',
    '(?<![\\d/.A-Za-z-])(?<monthP>1[0-2]|0?[1-9])\\.(?<dateP>3[01]|[12]\\d|0?[1-9])(?= ?(?:号|日|上午|下午|中午|早上?|晚上?|全天|白天|\\d{1,2}[:点]))',
    '(?<![\\d/.A-Za-z-])(?<monthS>1[0-2]|0?[1-9])[/](?<dateS>3[01]|[12]\\d|0?[1-9])(?![\\d/A-Za-z])',
    `\\b(?<monthE>${monthWord})\\.? (?<dateE>3[01]|[12]\\d|[1-9])(?:st|nd|rd|th)?\\b`,
    `\\b(?<dateF>3[01]|[12]\\d|[1-9])(?:st|nd|rd|th)? (?:of )?(?<monthF>${monthWord})\\b`,
    '(?<![\\d路街道巷弄])(?:(?<monthRel>这个?月|本月|下个?月))?(?<only>3[01]|[12]\\d|0?[1-9])(?:号|日)(?!宿舍|[楼院线厅门库栋幢座弄梯车炉泵柜桩床台炉厂仓机]|\\d(?!\\d?[号日])|店铺|电梯|客梯|货梯|扶梯|注塑|空压|设备|家庭)',
    '(?<holiday>元旦|除夕|大?年(?:三十|30)|大年初[一1]|春节|过年|元宵|清明|(?<!\\d)51(?!\\d)|五一|劳动(?=节)|端午|中秋|国庆)节?(?<around>(?:放假)?(?:之前|以前|前(?![\\d天面])|之后|以后|后(?![天面]))|当天|那天|这天|假期|期间|(?=上午|下午|早上|中午|晚上))',
    '(?<few>(?:这|近|最近)[两几23]天)(?=[^,，。;；\\n又没不老一总]{0,4}(?:来|上门|过来|安排|处理|都行|都可以|可以|方便|有空|在家|能))',
    '(?<monthEnd>(?:这个?月|本月)?(?:月底|月末)|下个?月底)',
    `(?<period>${periodWords}|(?<=[今明日天1-7])[早晚]|[早晚](?=\\d{1,2}(?:点|:)))`,
    '(?<!\\d点)(?:(?<![\\d:.])|(?<=[周期拜][1-7]))(?<hour>2[0-4]|1\\d|0?\\d) ?(?:点钟?(?!\\d{1,2}点)|时(?!间|候|不|常|段))(?:(?<half>半)|(?<quarter>[13])刻|(?<minute>[0-5]\\d|[1-9])(?:分(?!钟))?(?!\\d))?(?:钟|整)?',
    '(?<![\\d.:/A-Za-z-])(?<rangeHour>2[0-3]|1\\d|0?\\d)(?=\\s?(?:-|~|到|至|—)\\s?(?:2[0-4]|1\\d|0?\\d)(?:点|时(?!间)|:\\d\\d))',
    '(?<=午|早|晚|晨|上|[天日号到至])(?<one>一)点(?:(?<oneHalf>半)|(?<oneMinute>[0-5]\\d)分?|钟)?',
    '(?:(?<!\\d|\\d:)|(?<=[周期拜][1-7]))(?<clockHour>2[0-4]|1\\d|0?\\d):(?<clockMinute>[0-5]\\d)(?![\\d])(?: ?(?<clockHalf>[ap])\\.?m\\b)?',
    '\\b(?<past>half|quarter) (?<side>past|to) (?<pastHour>1[0-2]|[1-9])\\b',
    `(?<=day,? )the (?:(?<ordinal>3[01]|[12]\\d|[1-9])(?:st|nd|rd|th)|(?<ordinalWord>${ordinals.join('|')}))\\b`,
    '\\b(?<enHour>1[0-2]|0?[1-9]) ?(?<enHalf>[ap])\\.?m\\b\\.?',
    '(?:(?<=\\b(?:after|before|from|until|till|between|between \\d{1,2} and|from \\d{1,2} to) )|(?<=\\bat )(?=\\d{1,2}(?:$|[,.!?]| (?:today|tomorrow|on|works?|is|would|or|then|if|please|sharp|and|with))))(?<bareHour>1[0-2]|[1-9])(?! ?(?:minutes|hours|days|weeks|:|\\d|[ap]\\.?m|-))\\b(?!th|st|nd)',
    '(?<to>(?<=\\bbetween \\d{1,2}(?::\\d\\d)? ?(?:[ap]m )?)and\\b|到|至|~|—|–|(?<=[点半钟分刻午\\dm]\\s?)-(?=\\s?[\\d上下中晚])|\\b(?:to|until|till)\\b)',
    '(?<after>以后|之后|过后|往后|开始都|后(?![天面门边轮排座盖])|\\bafter\\b|起都)',
    '(?<before>以前|之前|前(?![面台几天两段门]|\\d)|\\b(?:before|by)\\b)',
  ].join('|'),
  'gi',
)

/** The words of time in a spoken reading, resolved against when they were said. */
export function timeTokens(text: string, saidAtMs: number, timeZone: string): TimeToken[] {
  const today = dayAt(saidAtMs, timeZone)
  const tokens: TimeToken[] = []
  for (const match of simplified(text).matchAll(token)) {
    const at = { start: match.index, end: match.index + match[0].length }
    const g = match.groups as Record<string, string | undefined>
    const found = dayToken(g, today, match[0]) ?? clockToken(g) ?? wordToken(g)
    for (const token of found) tokens.push({ ...at, ...token } as TimeToken)
  }
  return tokens
}

const traditional: Readonly<Record<string, string>> = {
  點: '点',
  後: '后',
  週: '周',
  號: '号',
  禮: '礼',
  鐘: '钟',
  間: '间',
  晝: '昼',
}

/** The same text with the characters of time as they are written on the mainland; no place moves. */
function simplified(text: string): string {
  return text.replace(/[點後週號禮鐘間晝]/g, (c) => traditional[c]!)
}

type Bare = TimeToken extends infer T ? (T extends TimeToken ? Omit<T, 'start' | 'end'> : never) : never

function dayToken(g: Record<string, string | undefined>, today: Day, text: string): Bare[] | null {
  if (g.relative) return relativeDay(g.relative.toLowerCase().replace(/^the /, ''), today)
  if (g.weekday) {
    const number = /[日天]/.test(g.weekday) ? 7 : Number(g.weekday)
    const day = weekdayDay(today, g.week, number)
    return [{ kind: 'day', day, explicit: false }]
  }
  if (g.dayEn) {
    const number = englishDays.indexOf(g.dayEn.toLowerCase()) + 1
    return [
      {
        kind: 'day',
        day: weekdayDay(today, g.weekEn === 'next' ? '下' : undefined, number),
        explicit: false,
      },
    ]
  }
  if (g.dayShort) {
    const number = englishDays.findIndex((day) => day.startsWith(g.dayShort!.slice(0, 3).toLowerCase())) + 1
    const week = /^next/i.test(text) ? '下' : undefined
    return [{ kind: 'day', day: weekdayDay(today, week, number), explicit: false }]
  }
  if (/周末$|weekend$/i.test(text)) {
    const first = weekdayDay(today, g.endOf ?? (g.endOfEn === 'next' ? '下' : undefined), 6)
    const start = !g.endOf && !g.endOfEn && weekday(today) === 7 ? today : first
    return [{ kind: 'days', first: start, last: addDays(first, weekday(first) === 6 ? 1 : 0) }]
  }
  if (g.holiday) return holidayTokens(g.holiday, g.around ?? '', today)
  if (g.few) return [{ kind: 'days', first: today, last: addDays(today, 1) }]
  if (g.ordinal) return nextDated(today, Number(g.ordinal))
  if (g.ordinalWord)
    return nextDated(today, ordinals.indexOf(g.ordinalWord.toLowerCase().replace('-', ' ')) + 1)
  if (g.monthEnd) return [{ kind: 'day', day: lastOfMonth(today, text.startsWith('下')), explicit: true }]
  return dateToken(g, today)
}

/** 国庆节前 ends the day before, 国庆期间 is all of it, 节后 begins when it is over. */
function holidayTokens(name: string, around: string, today: Day): Bare[] | null {
  const found = holidayOf(name, today)
  if (!found) return null
  const { first, last } = found
  if (/前$/.test(around))
    return [{ kind: 'day', day: addDays(first, -1), explicit: true }, { kind: 'before' }]
  if (/后$/.test(around)) return [{ kind: 'day', day: addDays(last, 1), explicit: true }, { kind: 'after' }]
  if (/假期|期间/.test(around)) return [{ kind: 'days', first, last }]
  return [{ kind: 'day', day: first, explicit: true }]
}

function relativeDay(word: string, today: Day): Bare[] {
  const day = addDays(today, relative[word] ?? 0)
  const tokens: Bare[] = [{ kind: 'day', day, explicit: false }]
  if (word === 'tonight') tokens.push(periodToken('evening'))
  return tokens
}

function dateToken(g: Record<string, string | undefined>, today: Day): Bare[] | null {
  const month = g.month ?? g.monthN ?? g.monthS ?? g.monthD ?? g.monthP
  const date = g.date ?? g.dateN ?? g.dateS ?? g.dateD ?? g.dateP
  const year = g.year ?? g.yearN
  if (month && date) return [dated(today, Number(month), Number(date), year ? Number(year) : null)]
  const word = (g.monthE ?? g.monthF)?.slice(0, 3).toLowerCase()
  if (word) return [dated(today, months.indexOf(word) + 1, Number(g.dateE ?? g.dateF), null)]
  if (!g.only) return null
  const next = g.monthRel?.startsWith('下')
  const number = Number(g.only)
  if (g.monthRel && !next)
    return [{ kind: 'day', day: { year: today.year, month: today.month, day: number }, explicit: true }]
  return nextDated(today, number, next)
}

/** A day of this month, or of the next one when it is over. */
function nextDated(today: Day, number: number, next = false): Bare[] {
  const ahead = next || number < today.day
  const first = { year: today.year, month: today.month + (ahead ? 1 : 0), day: 1 }
  return [{ kind: 'day', day: addDays(first, number - 1), explicit: true }]
}

/** A date without a year is the nearest: this year's, or next year's when it lies more than six months back. */
function dated(today: Day, month: number, date: number, year: number | null): Bare {
  const thisYear = today.month - month > 6 ? today.year + 1 : today.year
  return { kind: 'day', day: { year: year ?? thisYear, month, day: date }, explicit: true }
}

/** Chinese weeks run Monday to Sunday; a bare weekday that is over this week is next week's. */
function weekdayDay(today: Day, week: string | undefined, number: number): Day {
  const monday = addDays(today, 1 - weekday(today))
  const prefix = week?.replace('个', '') ?? ''
  if (prefix === '下下') return addDays(monday, 14 + number - 1)
  if (prefix === '下') return addDays(monday, 7 + number - 1)
  if (prefix === '上') return addDays(monday, number - 8)
  const here = addDays(monday, number - 1)
  return prefix === '' && number < weekday(today) ? addDays(here, 7) : here
}

function lastOfMonth(today: Day, next: boolean): Day {
  return addDays({ year: today.year, month: today.month + (next ? 2 : 1), day: 1 }, -1)
}

function periodToken(name: string): Bare {
  const [from, to] = periods[name]!
  return { kind: 'period', from, to, name }
}

function clockToken(g: Record<string, string | undefined>): Bare[] | null {
  if (g.hour) {
    const minute = g.half ? 30 : g.quarter ? Number(g.quarter) * 15 : Number(g.minute ?? 0)
    return [{ kind: 'time', minute: Number(g.hour) * 60 + minute, half: null }]
  }
  if (g.one) return [{ kind: 'time', minute: 60 + (g.oneHalf ? 30 : Number(g.oneMinute ?? 0)), half: null }]
  if (g.clockHour) {
    return [
      { kind: 'time', minute: Number(g.clockHour) * 60 + Number(g.clockMinute), half: halfOf(g.clockHalf) },
    ]
  }
  if (g.past) {
    const minute = g.past === 'half' ? 30 : g.side === 'to' ? -15 : 15
    return [{ kind: 'time', minute: Number(g.pastHour) * 60 + minute, half: null }]
  }
  if (g.enHour) return [{ kind: 'time', minute: Number(g.enHour) * 60, half: halfOf(g.enHalf) }]
  if (g.rangeHour) return [{ kind: 'time', minute: Number(g.rangeHour) * 60, half: null }]
  return g.bareHour ? [{ kind: 'time', minute: Number(g.bareHour) * 60, half: null }] : null
}

const halfOf = (letter: string | undefined) => (letter ? (letter.toLowerCase() === 'p' ? 'pm' : 'am') : null)

function wordToken(g: Record<string, string | undefined>): Bare[] {
  if (g.period?.toLowerCase() === 'noon') return [{ kind: 'time', minute: 720, half: null }]
  if (g.period) return [periodToken(g.period.toLowerCase())]
  if (g.to) return [{ kind: 'to' }]
  if (g.after) return [{ kind: 'after' }]
  return g.before ? [{ kind: 'before' }] : []
}
