import { type Division, type Divisions, heard, type Level, unofficialDistrict } from './divisions.ts'

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
  /** What the codes of its towns may begin with. */
  readonly codes: readonly string[]
  readonly start: number
  readonly end: number
}

/** Digits of a division's code that its towns share. */
const codeDigits: Readonly<Record<Level, number>> = { province: 2, city: 4, district: 6 }

const townCodes = (options: readonly Division[]) => options.map((d) => d.code.slice(0, codeDigits[d.level]))

interface Step extends Range {
  readonly level: Level
  readonly options: readonly Division[]
  readonly full: boolean
}

const separators = /^[\s,，、/>|·-]{0,3}/
/** A short name before one of these is part of a road's or an institution's name: 北京东路, 中山公园. */
const notDivision =
  /^(?:[东西南北中]?[一二三四五六七八九]?[东西南北中]?(?:路|大街|街(?!道)|大道|巷|道|公路|高速)|公园|银行|大学|牌|话|菜|人(?!民)|火车站|啤酒|电器|空调|集团|分公司|科技|湾)/
/** A zone that is called by the name of its district: 芜湖 鸠江开发区. */
const zone = /^(?:经济|高新|工业|产业)?(?:技术)?(?:(?:开发|高新|经开|工业园|产业园|保税)区)/
/** Short names that are everyday words too; they count only below a higher level or before a town of theirs. */
const everyday = new Set(
  `东方 大同 保定 吉安 长治 三明 日照 通化 平凉 海口 文山 和平 新华 解放 朝阳 长安 青山 友谊 公安 城区 东区
   郊区 矿区 新区 南山 向阳 永定 安定 太平 大安 安居 通道 新城 江北 城关 兴安 宝山 高明 三水 大东 东洲 乐业
   平安 团结 吉利 安宁 红旗 前进 东风 建设 爱民 阳光 西湖`.split(/\s+/),
)
/** Short names of districts that many streets and compounds are called by; the same holds for them. */
const streetNames = new Set(
  `西区 南区 北区 河东 河西 滨海 海港 清河 南湖 东湖 太湖 湖滨 滨江 泰山 庐山 天桥 中原 平原 平房 双城 大关
   古城 名山 宝塔 灯塔 温泉 合作 互助 共和 同心 振兴 兴业 金山 金水 白云 天河 光明 莲花 凤凰 牡丹 芙蓉 雨花
   石门 桃源 花溪 锦江 铁山 站前 港口 市中 城中 市南 市北 城北 中站 路南 路北 桥东 桥西 道里 道外 老城 小店
   富民 富源 天柱 黄龙 青龙 云龙 九龙 龙华 龙泉 龙湖 天元 中方 南部 无为 合山 大方 上思 比如 惠民 民乐 康乐
   平和 同安 永安 永和 太和 万安 万年 新安 新市 新民 新兴 新建 新田 建安 华安 响水 清水 白水 黑水 长岭 长寿
   延寿 大田 大洼 大足 大化 大英 大通 大余 大新 大名 方正 博爱 武功 和顺 和静 海门 海林 海丰 林口 洞口 湖口
   江口 河口 龙口 交口 界首 石楼 白塔 双塔 文峰 双桥 红桥 卫东 建华 阳明 嘉禾 丰满 富裕 繁昌 兴隆 复兴 宏伟
   友好 高台 高坪 台前 城口 江岸 南岸 江南 上街 西市 银海 蓝山 蓝田 天台 仙居 城东 城西 元宝 玉泉 三元 二道
   九台 三台 三门 三河 五台 五河 五华 四会 任城 古田 东安 东海 南海 江海 明光 明山 明水 昌平 乐安 乐平 高平
   高安 万全 永康 永新 永兴 永顺 永福 金牛 金沙 金州 金湖 金川 金安 安乡 安福 民丰 裕华 裕民 通海 通州 全州
   田东 凤山 钟山 象山 霍山 花山 东山 西山 北山 南关 北关 东兴 定边 正定 安化 开化 奉化 隆化 兴化 建始 增城
   进贤 登封 海安 海盐 石林 石柱 石鼓 石泉 双柏 双流 云阳 景东 会同 中山 太康 江城 鹿城 凤城 谷城 山城 水城
   榕城 宽城 丰城 长兴 长乐 中心 新和 新源 新平 阳春 东丰 东城 西城 南城 汇川 资源 望城 西平 南平 北安`.split(
    /\s+/,
  ),
)
/** Words behind which a place is named. */
const locating = /(?:[在住是到去来往]|地址|位置|地点|我们?|俺|咱|家|店|厂|公司|寄|送|[：:])\s?$/

/** Reads the division names that begin at `at`; null when none does. */
export function readChain(divisions: Divisions, text: string, at: number): Chain | null {
  const steps: Step[] = []
  let end = at
  for (;;) {
    const from = end + separators.exec(text.slice(end, end + 4))![0].length
    const step = nextStep(divisions, text, from, steps) ?? heardStep(divisions, text, from, steps.at(-1))
    if (!step) break
    steps.push(step)
    end = step.end
    if (step.level === 'district') break
  }
  const first = steps[0]
  if (!first || (steps.length === 1 && isWord(divisions, text, first))) return null
  return withUnofficial(text, steps, first)
}

/** Whether a name is more likely the everyday word; a town of the place right behind it says that it is not: 中山小榄镇. */
function isWord(divisions: Divisions, text: string, { start, end, full, options }: Step): boolean {
  if (full || !everyday.has(text.slice(start, end))) return false
  const gap = /^[\s,，、]*/.exec(text.slice(end, end + 4))![0].length
  return divisions.townAt(text, end + gap, townCodes(options)) === 0
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
    const behind = text.slice(at + size, at + size + 8)
    if (!full && (notDivision.test(behind) || (above && zone.test(behind)))) continue
    const usable = full
      ? options.filter((d) => d.name === name)
      : options.filter(
          (d) => allowedShort(d, steps.length > 0) || standsAlone(divisions, d, text, at, at + size),
        )
    const level = levelOf(usable, above)
    if (level)
      return {
        level,
        options: usable.filter((d) => d.level === level),
        full,
        start: at,
        end: endOf(text, at, size, full, usable),
      }
  }
  return null
}

/** A division that a recogniser wrote by its sound, below the one that stands before it: 杭州市玉杭区. */
function heardStep(divisions: Divisions, text: string, at: number, above: Step | undefined): Step | null {
  const word = above && /^[\u4e00-\u9fa5]{2,3}?[市区县]/.exec(text.slice(at, at + 4))?.[0]
  const [only, ...others] = above?.options ?? []
  const division = word && only && others.length === 0 ? heard(divisions, word, only) : undefined
  return division && word
    ? { level: division.level, options: [division], full: true, start: at, end: at + word.length }
    : null
}

/** 江苏无锡市 may be said 无锡 with its suffix elsewhere; a suffix right after the short name belongs to it. */
function endOf(text: string, at: number, size: number, full: boolean, options: readonly Division[]): number {
  // 延边州 is 延边朝鲜族自治州
  const kind = options.some(({ name }) => name.endsWith('自治州')) ? /^[市州]/ : /^[省市]/
  return !full && kind.test(text.slice(at + size, at + size + 1)) ? at + size + 1 : at + size
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

/**
 * A district by its short name with nothing above it: where a place may be named, and a town of that district or, unless the name is a
 * word of every day, more of an address follows. 顺德 勒流 富裕工业区; 住武昌水果湖东一路9号.
 */
function standsAlone(
  divisions: Divisions,
  district: Division,
  text: string,
  at: number,
  end: number,
): boolean {
  const before = text.slice(Math.max(0, at - 5), at)
  if (/[\u4e00-\u9fa5A-Za-z0-9]$/.test(before) && !locating.test(before)) return false
  const gap = /^[\s,，、]*/.exec(text.slice(end, end + 4))![0].length
  if (divisions.townAt(text, end + gap, [district.code]) > 0) return true
  const name = text.slice(at, end)
  if (everyday.has(name) || streetNames.has(name)) return false
  return gap > 0 ? /^[\u4e00-\u9fa5\d]/.test(text.slice(end + gap)) : locating.test(before)
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
    codes: townCodes(last.options),
    start: first.start,
    end: district ? district.end : last.end,
  }
}
