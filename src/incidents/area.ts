import type { Evidence, TicketFieldMap } from '../contract/extraction.ts'
import type { Address } from '../contract/ticket.ts'
import type { AreaLevel } from '../tickets/index.ts'

/** One way to name the place of a ticket. */
export interface Area {
  readonly level: AreaLevel
  /** As people say it: 阳光花园, 阳光花园3号楼, 文三路; a site by its id. */
  readonly name: string
  /** As it is compared. */
  readonly key: string
}

/** Where an incident is. */
export interface IncidentArea {
  readonly level: AreaLevel
  readonly name: string
  readonly city: string | null
  readonly district: string | null
}

/** The longest detail that is read, characters. */
const longest = 80

const names = '[\\p{Script=Han}A-Za-z·]{1,10}?'
const compoundKinds =
  '住宅小区|小区|花园|家园|公寓|大厦|广场|国际|大院|新村|商城|大学|学院|学校|医院|写字楼|山庄|新城|名城|园区|工业园|科技园|产业园|物流园|软件园|豪庭|华庭|名邸|名苑|中心|[苑府园城湾庭邸墅郡轩]'
const numeral = '(?:\\d{1,4}|[A-Za-z]|[一二三四五六七八九十]{1,3}|[东西南北])'
/** The pieces of a detail in their order: road with its number, village, compound, building; what follows is a household's own. */
const road = new RegExp(
  `(?<road>${names}(?:大道|大街|公路|[东西南北中]路|胡同|路|街(?!道)|巷|弄|里(?=\\d)))(?:(?<no>\\d{1,5})(?:号院?|弄)(?!楼))?`,
  'u',
)
const village = new RegExp(`(?<village>${names}(?:村|屯|庄|寨|社区))`, 'u')
const compound = new RegExp(`(?<compound>[\\p{Script=Han}A-Za-z0-9·]{1,10}?(?:${compoundKinds}))`, 'u')
const building = new RegExp(
  `(?<building>${numeral})(?:号楼|号(?=\\d+单元)|栋楼?|幢楼?|座|#楼?|楼栋|号门)`,
  'u',
)
const english =
  /(?:(?:[Bb]uilding|[Bb]lock|[Tt]ower|[Bb]ldg\.?) ?(?<building>[A-Za-z0-9]{1,4})\b)|(?<compound>[A-Z][A-Za-z]{1,19}(?: [A-Z][A-Za-z]{1,19}){0,2} (?:Garden|Gardens|Court|Plaza|Tower|Towers|Apartments|Residence|Center|Centre|Mansion|Park))\b|(?:(?<no>\d{1,5}) )?(?<road>[A-Z][A-Za-z]{1,19}(?: [A-Z][A-Za-z]{1,19}){0,2} (?:Road|Rd|Street|St|Avenue|Ave|Lane))\b/gu

const chineseDigits = '零一二三四五六七八九'

/** 三 and 3 are one building. */
function plainNumber(numeral: string): string {
  const tens = /^([一二三四五六七八九]?)十([一二三四五六七八九]?)$/.exec(numeral)
  if (tens)
    return `${tens[1] ? chineseDigits.indexOf(tens[1]) : 1}${tens[2] ? chineseDigits.indexOf(tens[2]) : 0}`
  const single = chineseDigits.indexOf(numeral)
  return single >= 0 ? String(single) : numeral.toUpperCase()
}

interface Parts {
  readonly road?: string | undefined
  readonly no?: string | undefined
  readonly village?: string | undefined
  readonly compound?: string | undefined
  readonly building?: string | undefined
}

function partsOf(detail: string): Parts {
  const text = detail.normalize('NFKC').slice(0, longest)
  if (!/\p{Script=Han}/u.test(text)) {
    const found: Record<string, string> = {}
    for (const { groups = {} } of text.matchAll(english))
      for (const [name, value] of Object.entries(groups)) if (value) found[name] ??= value
    return found
  }
  // The sub-district or town is too wide to be a place.
  const packed = text.replace(/[\s,，、]+/g, '').replace(/^\p{Script=Han}{1,8}?(?:街道|镇|乡)/u, '')
  const along = road.exec(packed)
  const rest = along ? packed.slice(along.index + along[0].length) : packed
  // A compound stands behind the road and before the building's number.
  const behind = compound.exec(rest)
  const stands =
    behind && rest.slice(0, behind.index) === '' ? behind : compound.exec(rest.replace(/^\d+号?/, ''))
  const house = building.exec(stands ? rest.slice(rest.indexOf(stands[0]) + stands[0].length) : rest)
  const hamlet = village.exec(packed)
  return {
    road: along?.groups?.road,
    no: along?.groups?.no,
    village: hamlet?.groups?.village,
    compound: stands?.groups?.compound,
    building: house?.groups?.building,
  }
}

/** The site whose label named the address. */
function siteOf(evidence: readonly Evidence[]): string | null {
  const record = evidence.find((each) => each.kind === 'record' && each.table === 'site')
  return record?.kind === 'record' ? record.id : null
}

const fold = (name: string) => name.toUpperCase().replace(/\s+/g, '')

/**
 * The places that a detail names, from the narrowest to the widest. A building counts with what it stands in (阳光花园3号楼, 文三路259号2幢);
 * a house number on a road is a compound of its own. Pure.
 */
export function areasIn(detail: string | null): Area[] {
  if (!detail) return []
  const { road, no, village, compound, building } = partsOf(detail)
  const latin = !/\p{Script=Han}/u.test(detail)
  const numbered = road && no ? (latin ? `${no} ${road}` : `${road}${no}号`) : null
  const blocks = [compound, numbered].filter((name) => name !== undefined && name !== null)
  const area = (level: AreaLevel, name: string): Area => ({ level, name, key: fold(name) })
  const houseOf = (block: string): Area => {
    const house = plainNumber(building!)
    return { ...area('building', latin ? `${block}, Building ${house}` : `${block}${house}号楼`) }
  }
  return [
    ...(building ? blocks.map(houseOf) : []),
    // A house number alone can be the building itself: what is shared in it is shared behind its door.
    ...(building ? [] : blocks.map((name) => area('building', name))),
    ...blocks.map((name) => area('compound', name)),
    ...(road ? [area('street', road)] : []),
    ...(village ? [area('street', village)] : []),
  ]
}

/** Neighbours say only 阳光花园3号楼, without a town, which no address is read from. */
function withoutLead(words: string): string {
  const [first = ''] = words.trim().split(/[\n。;；!！?？]/, 1)
  return first.replace(/^(?:你好|您好|喂|请问|[,，\s]|我们?|咱们?|家|这里|这边|是|在|住|的|整个|哪怕)+/, '')
}

/** Every way in which a ticket names its place, from the narrowest to the widest; its district only when it names nothing finer. Pure. */
export function areasOf(fields: TicketFieldMap, words = ''): Area[] {
  const field = fields.address
  const address: Address | null = field?.value ?? null
  if (!field || !address) return areasIn(withoutLead(words))
  const site = siteOf(field.evidence)
  const named = areasIn(address.detail)
  const at: Area[] = site
    ? [{ level: 'site', name: named[0]?.name ?? address.detail ?? site, key: site }]
    : []
  const fine = [...at, ...named]
  if (fine.length > 0) return fine
  const district = address.district ?? null
  return district
    ? [{ level: 'district', name: district, key: fold(`${address.city ?? ''}${district}`) }]
    : []
}

/** Whether two divisions can hold one place: one of them is unknown, or they agree as far as both are known. Pure. */
export function divisionsAgree(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return true
  const known = Math.min(finest(a), finest(b))
  return a.slice(0, known) === b.slice(0, known)
}

/** Digits of a division code that say something: 330000 is a province, 330100 a city. */
function finest(adcode: string): number {
  if (adcode.endsWith('0000')) return 2
  return adcode.endsWith('00') ? 4 : 6
}
