import { type Division, type Divisions, type Level, unofficialDistrict } from './divisions.ts'

/** A range of a text. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The division names that begin an address. */
export interface Chain {
  readonly province?: Range
  readonly city?: Range
  readonly district?: Range
  /** How many levels were said with their full names. */
  readonly full: number
  readonly start: number
  readonly end: number
}

interface Step extends Range {
  readonly level: Level
  readonly options: readonly Division[]
  readonly full: boolean
}

const separators = /^[\s,，、/>|·-]{0,3}/
/** A short name before one of these is part of a road's or an institution's name: 北京东路, 中山公园. */
const notDivision =
  /^(?:[东西南北中]?[一二三四五六七八九]?[东西南北中]?(?:路|大街|街(?!道)|大道|巷|道|公路|高速)|公园|银行|大学|牌|话|菜|人(?!民)|火车站|啤酒|电器|空调|集团|分公司|科技|湾)/
/** Short names that are everyday words too; they count only after a higher level. */
const everyday = new Set(
  [
    '东方',
    '大同',
    '保定',
    '吉安',
    '长治',
    '三明',
    '日照',
    '通化',
    '平凉',
    '海口',
    '文山',
    '和平',
    '新华',
    '解放',
    '朝阳',
    '长安',
    '青山',
    '友谊',
    '公安',
    '城区',
    '东区',
    '郊区',
    '矿区',
    '新区',
    '南山',
    '向阳',
    '永定',
    '安定',
    '太平',
    '大安',
    '安居',
    '通道',
    '新城',
    '江北',
    '城关',
    '兴安',
    '宝山',
    '高明',
    '三水',
    '大东',
    '东洲',
    '乐业',
    '平安',
    '团结',
    '吉利',
    '安宁',
    '红旗',
    '前进',
    '东风',
    '建设',
    '爱民',
    '阳光',
    '西湖',
    '大连',
  ].filter((name) => name !== '大连'),
)

/** Reads the division names that begin at `at`; null when none does. */
export function readChain(divisions: Divisions, text: string, at: number): Chain | null {
  const steps: Step[] = []
  let end = at
  for (;;) {
    const from = end + separators.exec(text.slice(end, end + 4))![0].length
    const step = nextStep(divisions, text, from, steps)
    if (!step) break
    steps.push(step)
    end = step.end
    if (step.level === 'district') break
  }
  const first = steps[0]
  if (!first || (steps.length === 1 && !first.full && everyday.has(text.slice(first.start, first.end))))
    return null
  return withUnofficial(text, steps, first)
}

const order: Readonly<Record<Level, number>> = { province: 0, city: 1, district: 2 }

function nextStep(divisions: Divisions, text: string, at: number, steps: readonly Step[]): Step | null {
  if (!divisions.mayBegin(text.slice(at, at + 2))) return null
  const above = steps.at(-1)
  for (let size = Math.min(divisions.longest, text.length - at); size >= 2; size--) {
    const name = text.slice(at, at + size)
    const options = divisions.named(name).filter((d) => fits(d, above))
    if (
      options.length === 0 ||
      (size === 2 && !above && options.every((d) => d.level === 'district' && d.name === name))
    )
      continue
    const full = options.some((d) => d.name === name)
    if (!full && notDivision.test(text.slice(at + size, at + size + 6))) continue
    const usable = full
      ? options.filter((d) => d.name === name)
      : options.filter((d) => allowedShort(d, steps.length > 0))
    const level = levelOf(usable, above)
    if (level)
      return {
        level,
        options: usable.filter((d) => d.level === level),
        full,
        start: at,
        end: endOf(text, at, size, full),
      }
  }
  return null
}

/** 江苏无锡市 may be said 无锡 with its suffix elsewhere; a suffix right after the short name belongs to it. */
function endOf(text: string, at: number, size: number, full: boolean): number {
  return !full && /^(?:省|市)/.test(text.slice(at + size, at + size + 1)) ? at + size + 1 : at + size
}

function fits(division: Division, above: Step | undefined): boolean {
  if (!above) return true
  if (order[division.level] <= order[above.level]) return false
  const length = above.level === 'province' ? 2 : 4
  return above.options.some((a) => {
    const municipality = ['11', '12', '31', '50'].includes(a.code.slice(0, 2))
    return division.code.slice(0, municipality ? 2 : length) === a.code.slice(0, municipality ? 2 : length)
  })
}

/** Counties and districts by their short name count only below their city, or when they are cities themselves. */
function allowedShort(division: Division, below: boolean): boolean {
  if (below || division.level !== 'district') return true
  return division.name.endsWith('市') || division.name === '浦东新区'
}

function levelOf(options: readonly Division[], above: Step | undefined): Level | null {
  for (const level of ['province', 'city', 'district'] as const) {
    if (options.some((d) => d.level === level) && (!above || order[level] > order[above.level])) return level
  }
  return null
}

function withUnofficial(text: string, steps: readonly Step[], first: Step): Chain {
  const last = steps.at(-1)!
  const at = (level: Level) => steps.find((s) => s.level === level)
  const full = steps.filter((s) => s.full).length
  const range = (step: Step | undefined) => (step ? { start: step.start, end: step.end } : undefined)
  const chain = { province: range(at('province')), city: range(at('city')), district: range(at('district')) }
  const rest = /^[\s,，/]{0,2}([\u4e00-\u9fa5]{2,8}?区)/.exec(text.slice(last.end, last.end + 12))
  const sign =
    rest &&
    !chain.district &&
    last.level === 'city' &&
    unofficialDistrict.test(rest[1]!) &&
    !/小区$/.test(rest[1]!)
  const district = sign
    ? { start: last.end + rest[0].length - rest[1]!.length, end: last.end + rest[0].length }
    : chain.district
  return {
    ...(chain.province ? { province: chain.province } : {}),
    ...(chain.city ? { city: chain.city } : {}),
    ...(district ? { district } : {}),
    full: full + (sign ? 1 : 0),
    start: first.start,
    end: district ? district.end : last.end,
  }
}
