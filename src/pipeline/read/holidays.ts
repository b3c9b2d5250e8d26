import chineseDays from 'chinese-days'
import { addDays, type Day, daysBetween } from './zone.ts'

/** Holidays by how people call them: how long they are off, and when the day itself is in a year. */
const holidays: readonly (readonly [RegExp, number, (year: number) => Day])[] = [
  [/^元旦/, 3, (year) => ({ year, month: 1, day: 1 })],
  [/^(?:除夕|大?年(?:三十|30))/, 1, (year) => addDays(lunar(year, 1, 1), -1)],
  [/^(?:春节|大年初[一1]|过年)/, 7, (year) => lunar(year, 1, 1)],
  [/^元宵/, 1, (year) => lunar(year, 1, 15)],
  [/^清明/, 3, (year) => ({ year, month: 4, day: pureBrightness(year) })],
  [/^(?:五一|51|劳动)/, 5, (year) => ({ year, month: 5, day: 1 })],
  [/^端午/, 3, (year) => lunar(year, 5, 5)],
  [/^中秋/, 3, (year) => lunar(year, 8, 15)],
  [/^国庆/, 7, (year) => ({ year, month: 10, day: 1 })],
]

/** The next holiday of that name, today's included, and its last day off. Null for a name that is none. */
export function holidayOf(name: string, today: Day): { readonly first: Day; readonly last: Day } | null {
  const found = holidays.find(([called]) => called.test(name))
  if (!found) return null
  const [, length, dayIn] = found
  const here = dayIn(today.year)
  const first = daysBetween(today, here) < 0 ? dayIn(today.year + 1) : here
  return { first, last: addDays(first, length - 1) }
}

/** The day of a month of the Chinese calendar whose year begins in `year`. The runtime's own calendar is a day late in 2027. */
function lunar(year: number, month: number, day: number): Day {
  // The year begins between 21 January and 20 February; a month has 29 or 30 days, one may be doubled.
  const start = addDays({ year, month: 1, day: 21 }, (month - 1) * 29 + day - 1)
  for (let ahead = 0; ahead < 75; ahead++) {
    const at = addDays(start, ahead)
    const { lunarMon, lunarDay, isLeap } = chineseDays.getLunarDate(`${at.year}-${at.month}-${at.day}`)
    if (lunarMon === month && lunarDay === day && !isLeap) return at
  }
  return start
}

/** The day in April of the solar term, right for the 21st century. */
function pureBrightness(year: number): number {
  const inCentury = year % 100
  return Math.floor(inCentury * 0.2422 + 4.81) - Math.floor(inCentury / 4)
}
