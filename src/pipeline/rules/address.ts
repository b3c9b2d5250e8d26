import type { Evidence, Turn } from '../../contract/extraction.ts'
import type { Address } from '../../contract/ticket.ts'
import { readAddress, type SaidAddress } from '../read/address.ts'
import { derivedFrom, type Mark, quoteOf } from '../span.ts'
import { type Chain, type Range, readChain } from './address-chain.ts'
import { type Detail, readDetailAt } from './address-detail.ts'
import { withReadBack, withRegion } from './address-elsewhere.ts'
import { findEnglishAddresses } from './address-english.ts'
import type { Divisions } from './divisions.ts'
import type { PhoneFinding } from './phone.ts'
import { affirms, markOf, type Scene, type Utterance } from './scene.ts'

/** The words of an address, part by part. */
export interface AddressMarks {
  readonly province?: Mark | undefined
  readonly city?: Mark | undefined
  readonly district?: Mark | undefined
  readonly detail?: readonly Mark[] | undefined
}

/** An address that somebody said, with how likely the work is there. */
export interface AddressFinding {
  readonly marks: AddressMarks
  readonly score: number
  /** Position of the utterance. */
  readonly at: number
  readonly units: number
}

/** Nobody lives in more places than this; what works on all of them stays linear in the text. */
const mostFindings = 100

/** Every address in the conversation, best first. */
export function findAddresses(
  scene: Scene,
  divisions: Divisions,
  phones: readonly PhoneFinding[],
): AddressFinding[] {
  const stops = stopsOf(scene, phones)
  const found: AddressFinding[] = []
  for (const u of scene.utterances) {
    if (!u.customer && !confirmed(scene, u)) continue
    const here = inUtterance(u, divisions, stops)
    found.push(...here.map((f) => (u.customer ? goOn(f, u, scene, stops) : { ...f, score: f.score - 1 })))
    if (u.customer && /[A-Za-z]{3}/.test(u.plain.text)) found.push(...findEnglishAddresses(u))
  }
  const ranked = found
    .filter((f) => f.score > 0)
    .sort((a, b) => b.score - a.score || b.at - a.at)
    .slice(0, mostFindings)
  return ranked.length > 0
    ? [
        withRegion(withReadBack(withAddenda(ranked, scene), found, scene), found, divisions),
        ...ranked.slice(1),
      ]
    : ranked
}

/** An address that goes on in the customer's next messages: 小寨东路 / 126号 / 百隆小区3号楼. */
function goOn(finding: AddressFinding, from: Utterance, scene: Scene, stops: Stops): AddressFinding {
  const { province, city, district, detail = [] } = finding.marks
  let last = detail.at(-1) ?? district ?? city ?? province
  let u = from
  const more: Mark[] = []
  while (last && /^[\s,，、。.]*$/.test(u.turn.text.slice(last.end))) {
    const next = scene.utterances[scene.utterances.indexOf(u) + 1]
    const start = next ? /^[\s,，、]*/.exec(next.plain.text)![0].length : 0
    const added = next?.customer ? readDetailAt(next.plain.text, start, stopAfter(next, start, stops)) : null
    if (!next || !added || added.pieces[0]!.start > start + 1 || added.numbered === 0) break
    more.push(...added.pieces.map((p) => markOf(next, next.plain, p.start, p.end)!))
    last = more.at(-1)
    u = next
  }
  if (more.length === 0) return finding
  return {
    ...finding,
    marks: { ...finding.marks, detail: [...detail, ...more] },
    score: finding.score + more.length,
    units: finding.units + more.length,
  }
}

function confirmed(scene: Scene, u: Utterance): boolean {
  const next = scene.utterances[scene.utterances.indexOf(u) + 1]
  const agrees = (said: string) => affirms(said) || /^\s*[嗯啊哦对].{0,4}$/.test(said)
  return next?.customer === true && /吗|吧|么|\?|对不对|是不是/.test(u.plain.text) && agrees(next.plain.text)
}

const label =
  /(?:地址|地点|位置|住址|家住|我住|住在|住|门店地址|地区|所在地|送到|寄到|上门|我家在|我在|我们在|店在|公司在|现场|address)[^\n]{0,6}$/i
const fresh =
  /(?:搬(?:家|到|去|了)|新(?:地址|家|房|店|办公)|现在(?:住|在|的)?|改到|换到|改成|改为|换成|更正|应该是|实际(?:地址)?|正确|我这个是|是在|而是)[^\n]{0,10}$/
const stale =
  /(?:以前|原来|之前|老(?:地址|家|房)|旧(?:地址|房|的)?|原(?:地址|先)|上次|曾经|不是(?!\S*\s)|别(?:去|送|来)|不要(?:去|送|来)|别到|发票|寄票|开票|注册地|公司注册|购买(?:地|于)?|户籍)[^\n]{0,8}$/
const staleAfter =
  /^[^\n]{0,4}(?:是(?:以前|之前|原来|老|旧)的?(?:地址|家)?|(?:以前|之前|原来|老|旧)的(?:地址|家)|不住了|搬走了|退租|已经搬|那个不要|不用去|不要去|别去|不对|错了|不是(?:这|那)个)/

/** What follows what was said wrongly. */
const wrongAfter = /^[^\n]{0,4}(?:不对|错了)/

function inUtterance(u: Utterance, divisions: Divisions, stops: Stops): AddressFinding[] {
  const { text } = u.plain
  const found: AddressFinding[] = []
  const covered: Range[] = []
  const keep = (finding: AddressFinding | null, start: number, end: number) => {
    if (finding) found.push(finding)
    if (finding) covered.push({ start, end })
  }
  const chains = chainsOf(text, divisions)
  for (const [i, chain] of chains.entries()) {
    if (covered.some((r) => r.start <= chain.start && chain.start < r.end)) continue
    // a second address begins where another city is named in full
    const next =
      chains.slice(i + 1).find((c) => c.full > 0 && c.city && c.start >= chain.end)?.start ?? text.length
    const labelled = skipLabel(text, chain.end)
    const town = townBehind(text, labelled, chain, divisions)
    const from = labelled + town.gap
    const detail = withLabelled(
      text,
      readDetailAt(text, from, Math.max(from, Math.min(next, stopAfter(u, chain.end, stops))), town.size),
    )
    keep(toFinding(u, chain, detail), chain.start, detail?.end ?? chain.end)
  }
  for (let at = 0; at < text.length - 1; at++) {
    const inside = covered.find((r) => r.start <= at && at < r.end)
    if (inside) at = inside.end - 1
    else if (startsBare(text, at)) {
      const next = covered.reduce((min, r) => (r.start > at ? Math.min(min, r.start) : min), text.length)
      const detail = readDetailAt(text, at, Math.min(next, stopAfter(u, at, stops)))
      if (!detail) continue
      keep(toFinding(u, null, detail), at, detail.end)
      at = detail.end - 1
    }
  }
  return found
}

/** A town named without its kind behind its region, in a word of its own: 东莞 长安 乌沙, 大兴黄村的. */
function townBehind(
  text: string,
  at: number,
  chain: Chain,
  divisions: Divisions,
): { gap: number; size: number } {
  const gap = /^[\s,，、]*/.exec(text.slice(at, at + 4))![0].length
  const size = divisions.townAt(text, at + gap, chain.codes)
  const ended = size > 0 && /^(?:[\s,，、的]|$)/.test(text.slice(at + gap + size))
  return ended ? { gap, size } : { gap: 0, size: 0 }
}

function chainsOf(text: string, divisions: Divisions): Chain[] {
  const chains: Chain[] = []
  for (let at = 0; at < text.length - 1; at++) {
    const chain = /[\u4e00-\u9fa5]/.test(text[at]!) ? readChain(divisions, text, at) : null
    if (!chain) continue
    // 苏州的苏: a character is explained
    const explains = /^的([\u4e00-\u9fa5])/.exec(text.slice(chain.end, chain.end + 2))?.[1]
    if (explains && text.slice(chain.start, chain.end).includes(explains)) continue
    chains.push(chain)
    at = chain.end - 1
  }
  return chains
}

/** 石岐街道 in the field of the region, the road and the house on the next line under its own label. */
function withLabelled(text: string, detail: Detail | null): Detail | null {
  const from = detail ? skipLabel(text, detail.end) : 0
  if (!detail || from === detail.end) return detail
  const line = text.indexOf('\n', from)
  const more = readDetailAt(text, from, line < 0 ? text.length : line)
  if (!more) return detail
  return {
    ...more,
    pieces: [...detail.pieces, ...more.pieces],
    units: detail.units + more.units,
    numbered: detail.numbered + more.numbered,
  }
}

/** "地区:四川省/绵阳市/涪城区\n详细地址:临园路…": the detail is on the next line under its own label. */
function skipLabel(text: string, end: number): number {
  return (
    end +
    (/^\s*\n?\s*(?:(?:详细|具体|街道)?地址|(?:街道)?门牌号?|详址)\s*[:：]\s*/.exec(
      text.slice(end, end + 24),
    )?.[0].length ?? 0)
  )
}

function startsBare(text: string, at: number): boolean {
  if (!/[\u4e00-\u9fa5A-Za-z0-9]/.test(text[at]!)) return false
  return (
    at === 0 ||
    !/[\u4e00-\u9fa5A-Za-z0-9]/.test(text[at - 1]!) ||
    /(?:地址是?|住在?|我们?在|我家在|[家店厂]在|公司在|我家|位置在?|就在|就是|地点是?|[搬寄送改换][到去]|搬了|[这那]边是|应该是|而是|去)$/.test(
      text.slice(Math.max(0, at - 5), at),
    )
  )
}

function stopAfter(u: Utterance, from: number, stops: Stops): number {
  const { text } = u.plain
  const hard = /[。;；!！?？|\n]/.exec(text.slice(from, from + 120))
  const newline =
    text[from] === '\n' ||
    /^\s*\n?\s*(?:(?:详细|具体|街道)?地址|(?:街道)?门牌号?|详址)/.test(text.slice(from, from + 12))
  let stop = hard && !newline ? from + hard.index : Math.min(text.length, from + 120)
  if (newline) {
    const label = skipLabel(text, from)
    const line = text.indexOf('\n', label)
    stop = line < 0 ? text.length : line
  }
  const phone = (stops.get(u.turn) ?? []).find((at) => at >= from)
  return phone !== undefined && phone < stop ? phone : stop
}

/** Per turn, where its phone numbers begin in its plain reading, ascending. */
type Stops = ReadonlyMap<Turn, readonly number[]>

function stopsOf(scene: Scene, phones: readonly PhoneFinding[]): Stops {
  const sources = new Map<Turn, number[]>()
  for (const mark of phones.flatMap((phone) => phone.marks)) {
    const known = sources.get(mark.turn)
    if (known) known.push(mark.start)
    else sources.set(mark.turn, [mark.start])
  }
  const stops = new Map<Turn, readonly number[]>()
  for (const u of scene.utterances) {
    const starts = new Set(sources.get(u.turn))
    if (starts.size === 0) continue
    const places: number[] = []
    for (const [at, source] of u.plain.starts.entries()) if (starts.has(source)) places.push(at)
    stops.set(u.turn, places)
  }
  return stops
}

/** Where there is no number people say what is near: 老汽车站对面. */
const landmark = /对面|旁边|隔壁|附近|楼[上下]|[东南西北][侧边]|路口|交叉口|交汇处|门口|边上|后面|前面|后门/

function toFinding(u: Utterance, chain: Chain | null, detail: Detail | null): AddressFinding | null {
  const { text } = u.plain
  const start = chain?.start ?? detail!.pieces[0]!.start
  const end = detail?.end ?? chain!.end
  const before = text.slice(Math.max(0, start - 16), start)
  const after = text.slice(end, end + 16)
  // What an agent reads of an address is one, once the customer agrees to it.
  const wanted = label.test(before) || u.asked.has('address') || (!u.customer && chain !== null)
  const levels = chain ? [chain.province, chain.city, chain.district].filter(Boolean).length : 0
  const units = detail?.units ?? 0
  const strong = (detail?.numbered ?? 0) >= 1
  if (!strong && !wanted && /(?:公司|集团)$/.test(text.slice(start, end))) return null
  const byLandmark = wanted && landmark.test(text.slice(start, end))
  if (!chain && !byLandmark && !(strong && (units >= 2 || wanted))) return null
  if (chain && units === 0 && !wanted && levels < 2) return null
  if (chain && !wanted && chain.full === 0 && !strong && units < 2) return null
  if (chain && !strong && !wanted && chain.full === 0 && /店$/.test(text.slice(start, end))) return null
  let score = levels * 1.5 + Math.min(units, 5) + (strong ? 1 : 0)
  if (label.test(before)) score += 3
  if (u.asked.has('address')) score += 2
  if (fresh.test(before)) score += 5
  if (stale.test(before) && !/搬[了到去]\s*$/.test(before)) score -= 8
  if (staleAfter.test(after)) score -= wrongAfter.test(after) ? 20 : 8
  const mark = (range: Range | undefined) =>
    range ? (markOf(u, u.plain, range.start, range.end) ?? undefined) : undefined
  return {
    marks: {
      province: mark(chain?.province),
      city: mark(chain?.city),
      district: mark(chain?.district),
      detail: detail?.pieces.map((piece) => mark(piece)!),
    },
    score,
    at: u.at,
    units,
  }
}

const building = /[栋幢座]|号楼|单元|室|层|\d{3,}$|小区|花园|苑|大厦|广场|公寓/

/** 翡翠城三期七栋 -- 哪条路? -- 通盈街一百九十九号: the road stands before the compound. */
function withRoad(ranked: readonly AddressFinding[], scene: Scene): AddressFinding {
  const best = ranked[0]!
  if (/[路街巷道]/.test((best.marks.detail ?? []).map(quoteOf).join(''))) return best
  const road = ranked.slice(1).find((f) => {
    const asked = scene.utterances[scene.utterances.findIndex(({ at }) => at === f.at) - 1]
    return (
      asked?.customer === false &&
      /哪条[路街]|什么路|路名|几号|门牌/.test(asked.plain.text) &&
      /[路街巷道]/.test((f.marks.detail ?? []).map(quoteOf).join(''))
    )
  })
  if (!road) return best
  return { ...best, marks: { ...best.marks, detail: [...road.marks.detail!, ...(best.marks.detail ?? [])] } }
}

/** A compound or a room that was named in another message belongs to the address as well. */
function withAddenda(ranked: readonly AddressFinding[], scene: Scene): AddressFinding {
  const best = withRoad(ranked, scene)
  const own = (best.marks.detail ?? []).map(quoteOf).join('')
  if (own === '') return best
  const rest = own.replace(/^.*?(?:路|街|巷|道)/, '')
  if (building.test(rest)) {
    const room = /层|室|单元|楼|\d{3,}[A-Z]?$/.test(rest) ? null : laterReply(best, scene)
    return room
      ? { ...best, marks: { ...best.marks, detail: [...(best.marks.detail ?? []), ...room] } }
      : best
  }
  const more = ranked.slice(1).find((f) => {
    const m = f.marks
    const words = (m.detail ?? []).map(quoteOf).join('')
    return (
      !m.province &&
      !m.city &&
      !m.district &&
      building.test(words) &&
      !/路|街道|大道|镇/.test(words) &&
      !own.includes(words)
    )
  })
  const reply = more ? more.marks.detail : laterReply(best, scene)
  return reply
    ? { ...best, marks: { ...best.marks, detail: [...(best.marks.detail ?? []), ...reply] } }
    : best
}

/** 几栋几单元? -- 三栋二单元五零一. */
function laterReply(best: AddressFinding, scene: Scene): readonly Mark[] | null {
  for (const [i, u] of scene.utterances.entries()) {
    const question = scene.utterances[i - 1]
    if (!u.customer || u.at <= best.at || !question || question.customer) continue
    if (!/几[号栋幢座楼层单]|哪[栋幢座层]|门牌|具体|详细|房号|房间号|室/.test(question.plain.text)) continue
    const detail = readDetailAt(
      u.plain.text,
      /^[\s嗯啊是在,，]*/.exec(u.plain.text)![0].length,
      u.plain.text.length,
    )
    if (detail && detail.numbered > 0)
      return detail.pieces.map((p) => markOf(u, u.plain, p.start, p.end)!).filter(Boolean)
  }
  return null
}

/** The value of an address and the evidence of each of its parts. */
export function toAddress(
  marks: AddressMarks,
  divisions: Divisions,
): { value: Address; evidence: Evidence[] } {
  const said: SaidAddress = {
    province: marks.province && quoteOf(marks.province),
    city: marks.city && quoteOf(marks.city),
    district: marks.district && quoteOf(marks.district),
    detail: marks.detail?.map(quoteOf),
  }
  const value = readAddress(said, divisions)
  const evidence: Evidence[] = []
  for (const part of ['province', 'city', 'district'] as const) {
    const mark = marks[part]
    if (mark) evidence.push(derivedFrom(`address.${part}@1`, [mark]))
  }
  if (marks.detail && marks.detail.length > 0) evidence.push(derivedFrom('address.detail@1', marks.detail))
  const named = [marks.province, marks.city, marks.district].filter((m) => m !== undefined)
  if (named.length > 0) evidence.push(derivedFrom('address.complete@1', named))
  return { value, evidence }
}
