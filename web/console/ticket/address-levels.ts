/** An address by its levels, as the boxes hold it. */
export interface AddressParts {
  readonly province: string | null
  readonly city: string | null
  readonly district: string | null
  readonly detail: string | null
}

const kinds = /(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|自治[州县]|新区|地区|[省市区县盟旗])$/
const separators = /[\s,，、。·-]/g

/** What a level may be called: with its kind and without. */
function namesOf(level: string | null): readonly string[] {
  if (level === null) return []
  const short = level.replace(kinds, '')
  return short.length >= 2 && short !== level ? [level, short] : [level]
}

/** What stays of `text` when a name that it begins with is taken away. */
function without(text: string, level: string | null): string {
  const name = namesOf(level).find((each) => text.startsWith(each))
  return name === undefined ? text : text.slice(name.length)
}

/** Where the detail begins in the typed text; blanks do not count. */
function beginOf(typed: string, detail: string): number {
  const at = [...typed.matchAll(/\S/g)].map((match) => match.index)
  const compact = at.map((index) => typed[index]).join('')
  const found = compact.indexOf(detail.replace(/\s/g, ''))
  return found < 0 ? -1 : at[found]!
}

/**
 * The address that the box of street and number holds when its text begins with a division: the levels that were read from it, and the
 * rest as it was typed. Null when the text begins with none, or with words that are no level. A district alone keeps the city
 * that stood there.
 */
export function addressFrom(
  typed: string,
  read: AddressParts | undefined,
  now: AddressParts,
): AddressParts | null {
  if (!read || (!read.province && !read.city && !read.district)) return null
  const begin = read.detail ? beginOf(typed, read.detail) : typed.length
  if (begin <= 0) return null
  const head = typed.slice(0, begin).replace(separators, '')
  const city = read.city === read.province ? null : read.city
  if (without(without(without(head, read.province), city), read.district) !== '') return null
  const above = read.city || read.province ? read : now
  return {
    province: above.province,
    city: above.city,
    district: read.district,
    detail: typed.slice(begin).trim() || null,
  }
}

/** Whether two addresses name the same levels. */
export function sameLevels(a: AddressParts, b: AddressParts): boolean {
  return a.province === b.province && a.city === b.city && a.district === b.district
}
