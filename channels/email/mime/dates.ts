const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Minutes east of UTC of the zone names of RFC 5322 section 4.3, and of the ones that mail from Asia carries. */
const zones: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  hkt: 480,
  jst: 540,
  kst: 540,
  cet: 60,
  cest: 120,
  bst: 60,
}

const dateTime =
  /(\d{1,2})[\s-]+([A-Za-z]{3,9})[\s-]+(\d{2,4})(?:,?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*(?:([+-]\d{1,2}:?\d{2})|([A-Za-z]{1,5}))?)?/
const isoLike =
  /(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?/

/**
 * Milliseconds of a Date field (RFC 5322, its obsolete forms, and ISO dates as some senders write them); a missing zone
 * is read as UTC, so that the answer does not depend on the machine. Null when it is no date.
 */
export function readDate(value: string): number | null {
  const text = value.slice(0, 200)
  const iso = isoLike.exec(text)
  if (iso) {
    const [, y, mo, d, h, mi, s, zone] = iso
    return fields(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s ?? 0), offset(zone))
  }
  const found = dateTime.exec(text)
  if (!found) return null
  const [, d, name = '', y = '', h, mi, s, numeric, zone] = found
  const month = months.indexOf(name.slice(0, 3).toLowerCase())
  if (month < 0) return null
  const year = Number(y) + (y.length > 2 ? 0 : Number(y) < 50 ? 2000 : 1900)
  return fields(
    year,
    month,
    Number(d),
    Number(h ?? 0),
    Number(mi ?? 0),
    Number(s ?? 0),
    offset(numeric ?? zone),
  )
}

function offset(zone: string | undefined): number {
  if (!zone) return 0
  const numeric = /^([+-])(\d{1,2}):?(\d{2})$/.exec(zone)
  if (!numeric) return zones[zone.toLowerCase()] ?? 0
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
  return minutes > 15 * 60 ? 0 : numeric[1] === '-' ? -minutes : minutes
}

function fields(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  east: number,
) {
  if (month > 11 || month < 0 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null
  if (year < 1970 || year > 9999) return null
  return Date.UTC(year, month, day, hour, minute, second) - east * 60_000
}
