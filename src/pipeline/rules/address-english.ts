import type { AddressFinding } from './address.ts'
import type { Range } from './address-chain.ts'
import { markOf, type Utterance } from './scene.ts'

/** Cities as they are written in English; municipalities stand for their province. */
const municipality = 'Shanghai|Beijing|Tianjin|Chongqing|Hong Kong|Macau|Macao'
const cities =
  "Guangzhou|Shenzhen|Hangzhou|Suzhou|Nanjing|Wuhan|Chengdu|Xi'?an|Ningbo|Wuxi|Qingdao|Dalian|Xiamen|Fuzhou|Changsha|Zhengzhou|Jinan|Hefei|Kunming|Dongguan|Foshan|Zhuhai|Shenyang|Harbin|Changchun|Tianjin|Nanchang|Nanning|Guiyang|Haikou|Sanya|Shijiazhuang|Taiyuan|Wenzhou|Jiaxing|Shaoxing|Kunshan|Changzhou|Nantong|Yantai|Zhongshan|Huizhou|Quanzhou"
const districts =
  "Pudong(?: New Area)?|Jing'?an|Xuhui|Huangpu|Changning|Putuo|Hongkou|Yangpu|Minhang|Baoshan|Jiading|Songjiang|Chaoyang|Haidian|Dongcheng|Xicheng|Fengtai|Tianhe|Yuexiu|Nanshan|Futian|Luohu|Bao'?an|Longgang|Xihu|Binjiang|Gongshu|Shangcheng|Yuhang|Xiaoshan|[A-Z][a-z']+(?: [A-Z][a-z]+)? (?:District|New Area|County)"
const provinces =
  '[A-Z][a-z]+ Province|Guangdong|Jiangsu|Zhejiang|Sichuan|Hubei|Hunan|Fujian|Shandong|Henan|Hebei|Anhui|Jiangxi|Liaoning|Shaanxi|Shanxi|Yunnan|Hainan'
const street =
  /(?:\b(?:No\.? ?)?\d{1,5}(?:-\d+)? (?:(?:[A-Z][A-Za-z'.]*|\d(?:st|nd|rd|th)) ){1,4}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Highway|Boulevard|Blvd|Drive|Dr|Way)\b\.?(?: (?:East|West|North|South|Central)\b)?)|(?:\b(?:No\.? ?\d{1,5},? )?(?:Lane|No\.?) ?\d{1,5},? (?:(?:[A-Z][A-Za-z'.]*|\d(?:st|nd|rd|th)) ){1,4}(?:Road|Rd|Street|St|Avenue|Ave)\b\.?)|(?:\b(?:(?:[A-Z][A-Za-z'.]*|\d(?:st|nd|rd|th)) ){1,4}(?:Road|Rd|Street|St|Avenue|Ave) (?:No\.? ?)?\d{1,5}\b)/
const unit =
  /^(?:(?:Room|Rm|Building|Bldg|Block|Unit|Floor|Suite|Flat|Apt|Apartment|Tower|Shop|Level|No)\.? ?#?[A-Z]?\d{0,4}[A-Z]?|\d{1,3}F(?:-\d{1,4})?|\d{1,3}(?:st|nd|rd|th) [Ff]loor|[A-Z]?\d{1,5}[A-Z]?(?:-\d{1,4}){0,2}|(?:[A-Z][A-Za-z']+ ){1,3}(?:Building|Tower|Plaza|Mansion|Center|Centre|Garden|Gardens|Mall|Park|Court|Residence))$/

const isMunicipality = (name: string) => new RegExp(`^(?:${municipality})$`).test(name)

/** A part of a town that no list knows; the name of a district or city must follow it. */
const quarter = /^[A-Z][A-Za-z']+(?: [A-Z][A-Za-z']+){0,3}$/

/** A house of a compound without a street: Tower 8, Seasons Park, Chaoyang District. */
const estate =
  /\b(?:Tower|Building|Bldg|Block|Villa) ?[A-Z]?\d{0,3}, ?(?:[A-Z][A-Za-z']+ ){0,3}[A-Z][A-Za-z']+(?=, )/g

const officeIn = new RegExp(
  `\\b(${municipality}|${cities}) (?:office|site|plant|store|shop|warehouse|factory|branch|hotel|campus|lab)$`,
)

/** Addresses written the English way, smallest part first, between commas. */
export function findEnglishAddresses(u: Utterance): AddressFinding[] {
  const { text } = u.plain
  const found: AddressFinding[] = []
  const anchors = [...text.matchAll(new RegExp(street, 'g')), ...text.matchAll(estate)]
  const segments = anchors.length > 0 ? split(text) : []
  for (const match of anchors) {
    const at = segments.findIndex(
      (s) => s.start < match.index + match[0].length && match.index + match[0].length <= s.end + 1,
    )
    if (at < 0) continue
    const anchor = { start: match.index, end: match.index + match[0].length }
    const finding = around(u, text, segments, at, anchor)
    const named = finding && (finding.marks.province ?? finding.marks.city ?? finding.marks.district)
    if (finding && (match[0].search(street) >= 0 || (named && found.length === 0))) found.push(finding)
  }
  return found
}

function split(text: string): Range[] {
  const ranges: Range[] = []
  for (const match of text.matchAll(/[^,;\n]+/g)) {
    const lead = match[0].length - match[0].trimStart().length
    const word = match[0].trim().replace(/[.!?]+$/, '')
    if (word !== '') ranges.push({ start: match.index + lead, end: match.index + lead + word.length })
  }
  return ranges
}

function around(
  u: Utterance,
  text: string,
  segments: readonly Range[],
  at: number,
  anchor: Range,
): AddressFinding | null {
  let start = anchor.start
  const named: { province?: Range; city?: Range; district?: Range } = {}
  for (let i = at - 1; i >= 0; i--) {
    // the anchor itself may reach over two parts: No. 12, Lane 358 Xianxia Road
    if (segments[i]!.end > start) continue
    const word = text.slice(segments[i]!.start, segments[i]!.end)
    const tail =
      /(?:\b(?:is|at|in|to|address)[ :]+)?((?:Room|Rm|Building|Unit|Floor|Suite|Flat|Apt|Apartment|Block|Tower|Villa|Shop|Level)\.? ?\S+|\d{1,3}F)$/i.exec(
        word,
      )
    const bare = /^\d{1,5}[A-Z]?$/.test(word)
    if (unit.test(word) || bare) start = segments[i]!.start
    else if (tail) {
      start = segments[i]!.end - tail[1]!.length
      break
    } else {
      // Suzhou office, 3F, 218 Xinghu Street
      const [site, city] = officeIn.exec(word) ?? []
      const level = city && levelOf(city)
      const from = segments[i]!.end - (site?.length ?? 0)
      if (level) named[level.level] = { start: from, end: from + level.size }
      break
    }
  }
  let end = anchor.end
  // 6 Haitang North Road Haitang District Sanya: without commas
  if (segments[at]!.end > end + 1) Object.assign(named, regionsIn(text, end, segments[at]!.end))
  const followed = (i: number) => {
    const next = segments[at + 2 + i]
    return next !== undefined && levelOf(text.slice(next.start, next.end)) !== null
  }
  for (const [i, s] of segments.slice(at + 1).entries()) {
    const word = text.slice(s.start, s.end)
    const level = levelOf(word)
    if (level && !named[level.level]) named[level.level] = { start: s.start, end: s.start + level.size }
    else if (unit.test(word) && Object.keys(named).length === 0) end = s.end
    else if (quarter.test(word) && Object.keys(named).length === 0 && followed(i)) end = s.end
    else break
    if (level && level.size < word.length) break
  }
  // a municipality is its own city
  if (named.province && !named.city && isMunicipality(text.slice(named.province.start, named.province.end)))
    named.city = named.province
  const mark = (range: Range | undefined) =>
    range ? (markOf(u, u.plain, range.start, range.end) ?? undefined) : undefined
  return {
    marks: {
      province: mark(named.province),
      city: mark(named.city),
      district: mark(named.district),
      detail: [mark({ start, end })!],
    },
    score: 5 + Object.keys(named).length,
    at: u.at,
    units: 2,
  }
}

/** Divisions that stand in a row, between blanks. */
function regionsIn(text: string, from: number, to: number): Record<string, Range> {
  const named: Record<string, Range> = {}
  let at = from
  for (;;) {
    at += /^[ ,]*/.exec(text.slice(at, to))![0].length
    const level = levelOf(text.slice(at, to))
    if (!level || named[level.level]) return named
    named[level.level] = { start: at, end: at + level.size }
    at += level.size
  }
}

function levelOf(word: string): { level: 'province' | 'city' | 'district'; size: number } | null {
  const plain = (source: string) =>
    new RegExp(`^(?:${source})(?: (?:City|Municipality|District|New Area))?(?=$|[ .]|\\d)`).exec(word)
  const tests = [
    ['province', municipality],
    ['district', districts],
    ['city', cities],
    ['province', provinces],
  ] as const
  for (const [level, source] of tests) {
    const match = plain(source)
    if (match) return { level, size: match[0].length }
  }
  return null
}
