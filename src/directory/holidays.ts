import published from 'chinese-days/dist/chinese-days.json' with { type: 'json' }

const holidays: Readonly<Record<string, string>> = published.holidays
const workdays: Readonly<Record<string, string>> = published.workdays
const years = new Set(Object.keys(holidays).map((date) => Number(date.slice(0, 4))))

/** What the State Council's published arrangement says about a date: a day off, a make-up workday, or nothing. */
export function chineseDay(date: string): { readonly work: boolean; readonly name: string } | null {
  const name = (entry: string) => entry.split(',')[1] ?? entry
  if (Object.hasOwn(holidays, date)) return { work: false, name: name(holidays[date]!) }
  if (Object.hasOwn(workdays, date)) return { work: true, name: name(workdays[date]!) }
  return null
}

/** Whether the arrangement of a year is known to the installed package. */
export function isPublished(year: number): boolean {
  return years.has(year)
}
