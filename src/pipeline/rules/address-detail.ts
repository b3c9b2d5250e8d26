import type { Range } from './address-chain.ts'

/** One unit of a street address: a road, a house number, a compound, a room. */
interface Segment extends Range {
  /** What it ends with, to find the unit that a correction replaces. */
  readonly suffix: string
  /** A numbered unit, not only a name. */
  readonly numbered: boolean
}

/** The part of an address below its district. */
export interface Detail {
  /** Pieces in order; corrected words are left out. */
  readonly pieces: readonly Range[]
  readonly end: number
  readonly units: number
  readonly numbered: number
  readonly corrected: boolean
}

const number = '(?:[0-9]+|[零〇一二两三四五六七八九十百千幺拐洞]+)'
const joint = '(?:[-之~杠附]|横杠)'
const numbered = `(?:(?:${number}|[A-Za-z]{1,2}\\d{0,4}|[甲乙丙丁东西南北]|负一?)(?:${joint}(?:${number}|[A-Za-z]\\d*)){0,3})(?:\\s?(?:(?<![A-Za-z]{2})#|号[楼搂]|号商?铺|号档|号院|号库|号厂房|号门|号|弄|栋楼?|幢楼?|座楼?|单元|层|楼|室)|房|户|区|期|组|社(?![区会保交团])|团(?![购队长结])|连(?![锁接续载])|段|大?队|村|排|门面|门|铺|档口?|馆|塔|仓|车间|厂房|教(?:学楼)?(?![\\u4e00-\\u9fa5]))(?![镇乡村路街巷]|梯|客梯|货梯|电梯|(?:自动)?扶梯|自动人行道|观光梯|冷水机|机组|机|线|炉|泵|设备|车间)(?:[甲乙丙丁](?!单元|座|栋|幢|楼|区)|附\\d+号?)?`
const road =
  '大街|大道|公路|街道|胡同|支路|环路|东路|西路|南路|北路|中路|[东西南北中][一二三四五六七八九]路|路|街|巷|弄|道|里|条|社区|居委会|嘎查|镇|乡|村|屯|苏木|农场|林场'
const place =
  '小镇|新区|片区|高新区|经开区|住宅小区|小区|花园|家园|公寓|大厦|广场(?:[东西南北](?=[\\s,，]))?|中心|国际|大院|新村|商城|市场|小学|中学|大学|学院|学校|幼儿园|医院|卫生院|酒店|宾馆|饭店|门店|旗舰店|专卖店|店|工厂|厂区|厂|公司|仓库|大楼|写字楼|别墅|山庄|新城|名城|城|苑|府|园区|工业园|科技园|产业园|创业园|物流园|高新园|工业区|开发区|软件园|园|庭|湾|居|邸|墅|院|银泰|万达|万象城|天地|商圈|广厦|车站|机场|码头|基地|大桥|桥|路口|交叉口|交汇处|斜?对面|旁边|门口|边上|出站口|[东西南北]边|后门|隔壁|附近|[东西南北中]段|楼上|楼下|东侧|西侧|南侧|北侧|里面|那边|那块|这边|地下室|地下|停车场|停车库|车库|地库|首府|名邸|名苑|豪庭|华庭|轩|阁|郡|坊|岛|都会|都市|坞|塘|寨|庄|堡|岭|岗|屯|馆|前台|大堂|吾悦|印象城|宜家|世茂|龙湖|保利'
const segmentFrom = (least: number) =>
  new RegExp(
    `^[\\s,，、/·()-]{0,2}(?:就?在|的\\s?|是|那个|就是|(?:的?[,，]?那个)?小区名?[叫是])?(?<filler>(?:[\\u4e00-\\u9fa5A-Za-z0-9·&']|(?<=[A-Za-z0-9]) ){${least},12}?)(?<suffix>${numbered}|(?:${road}|${place})(?![\\u4e00-\\u9fa5]{0,2}(?:坏|漏|不)))`,
  )
/** The first unit has a name or a number before its kind; later ones may follow at once. */
const firstSegment = segmentFrom(1)
const laterSegment = segmentFrom(0)
const numberedSegment = new RegExp(
  `^[\\s,，、/·()-]{0,2}(?:就?在|的\\s?|是|那个|就是)?(?<filler>)(?<suffix>${numbered})`,
)
const room = new RegExp(
  `^[\\s,，-]{0,2}(?:\\d{1,2}F(?![A-Za-z])|[一二三四五六七八九十]{1,3}[A-Za-z](?![A-Za-z\\d])|\\d{1,4}[A-Za-z](?![A-Za-z\\d])|${number}|[A-Za-z]\\d{1,2}(?=-\\d)|[A-Za-z][零一二三四五六七八九幺拐洞]{1,2}(?=横?杠)|[A-Za-z]-?(?:\\d{2,4}|[零一二三四五六七八九幺拐洞]{2,4})|\\d{1,4}[A-Za-z]?)(?:(?:-|横?杠)(?:\\d{1,4}[A-Za-z]?|[A-Za-z]\\d{0,4}|${number})){0,3}(?![0-9点月年块元个台天次分件箱度层号栋幢座弄期路街线岁人口寸斤位])`,
)
/** A room as English writes it, in an address that is Chinese otherwise. */
const englishRoom = /^[\s,，]{1,3}((?:Room|Rm\.?|Unit|Flat|Suite|Apt\.?) ?[A-Za-z]?\d{1,5}[A-Za-z]?)\b/i
/** After a house number a name of any kind, when the number of a room follows: 168号 西北国金 1205. */
const namedRoom =
  /^[\s,，]{0,2}([\u4e00-\u9fa5·]{2,10})[\s,，]?(?:[A-Z][座栋]?\s?-?\d{2,5}|\d{3,4}|\d{1,3}(?:-\d{1,4}){1,2})(?![\d\u4e00-\u9fa5A-Za-z./:-])/
/** Words that cannot stand in an address: there it is over. */
const over =
  /[我你您他她咱吗吧呢了]|从$|[地住]址|搬[到去来家走]|寄[到给往]|发票|的话|修的|出来|出去|右转|左转|来着|几号|货梯|客梯|扶梯|停[在到]|卡[在到]|[啊哦呃诶]不|尾号|分机|先生|女士|\d月\d|安排在|电话|手机|号码|姓[\u4e00-\u9fa5]|联系|请[^\u4e00-\u9fa5]?|麻烦|谢谢|明天|今天|后天|上午|下午|晚上|周[一二三四五六日末]|星期|坏|[来维报要想能]修|装(?:的|修好|一|空|热|在)|漏[水电气]|没[有人来电反]|有[人点个没时]|[想要]?要[约来换修报]|想[要约问换]|能[来不修]|可以|什么|怎么|这个|那个(?!$)|这台|那台|空调|冰箱|洗衣机|热水器|电视|净水|洗碗|电梯|打印|设备|型号|师傅|收件|收货|对吧|对的|订单|客户|[刚都]?问题|故障|报[错警修]|然后|但是|因为|所以|如果|一直|现在|家里|家的|发[给到货]|买[的了]|送[到来货]|时候|不[对是用行能]|已经|还是|或者|找[\u4e00-\u9fa5]|叫[\u4e00-\u9fa5]{2}/
const mend =
  /^[\s,，。、]{0,2}(?:嗯|呃|啊|哦|诶)*[\s,，]{0,2}(?:不是|不对|错了|说错了?|记错了?|不不|更正|(?<=[啊哦呃诶])不(?=[零一二三四五六七八九十\d]))(?:[\s,，啊了]|[\u4e00-\u9fa5]{2,6}我们(?:现在)?是|不是|不对|不|我?说错了|应该|是|写错|改成|改为|这个|嗯)*(?:之(?:[一二三四五六七八九十]|\d{1,2})号?(?:应该)?是)?/

/**
 * Reads the units that follow `at`, at most `stop`. After the name of a region, its town may stand without its kind: `town` is how long
 * its name is.
 */
export function readDetailAt(text: string, at: number, stop: number, town?: number): Detail | null {
  const segments: Segment[] = town ? [{ start: at, end: at + town, suffix: '', numbered: false }] : []
  let end = at + (town ?? 0)
  let corrected = false
  let replaceFrom: number | null = null
  for (let guard = 0; guard < 40; guard++) {
    const rest = text.slice(end, Math.min(stop, end + 60))
    const found = nextSegment(rest, end, segments.at(-1))
    if (found) {
      if (replaceFrom !== null) {
        dropReplaced(segments, found, replaceFrom)
        replaceFrom = null
        corrected = true
      }
      segments.push(found)
      end = found.end
      continue
    }
    const aside = segments.length > 0 ? asideOf(rest, end, segments.at(-1)!) : 0
    if (aside > 0) {
      end += aside
      continue
    }
    const name = replaceFrom === null ? nameBetween(rest, end, segments.at(-1)) : null
    if (name) {
      segments.push(...name)
      end = name[1].end
      continue
    }
    const contrast =
      /^[\s,，]{0,2}不是/.test(rest) &&
      /(?:应该|正确的?(?:地址)?|改成|实际)是?[^。;；\n]{0,40}$/.test(text.slice(0, end))
    const cue = segments.length > 0 && replaceFrom === null && !contrast ? mend.exec(rest) : null
    if (!cue || !nextSegment(rest.slice(cue[0].length), end + cue[0].length, segments.at(-1))) break
    replaceFrom = segments.length
    end += cue[0].length
  }
  if (segments.length === 0) return null
  return {
    pieces: merged(segments),
    end: segments.at(-1)!.end,
    units: segments.length,
    numbered: segments.filter((s) => s.numbered).length,
    corrected,
  }
}

/** What people say while they think of how an address goes on: 凤凰城啊我新房八栋, 那个小区叫啥来着哦兴达新寓36幢, 一百零几号来着哦108号. */
const thinking =
  /^[\s,，]*(?:(?:的?那个)?小区名?(?:叫|是)(?:啥|什么)?(?:来着)?|[零一二三四五六七八九十百千\d]{1,5}几号?(?:来着)?|来着|[啊嘛呢哈哦嗯呃额]|我们?(?:家|的)?|新房|家里|是|老?小区(?=[\d一二三四五六七八九十])|[\s,，])+/

/** The length of what is said in between, when a numbered unit follows it; else 0. */
function asideOf(rest: string, base: number, previous: Segment): number {
  const said = thinking.exec(rest)?.[0].length ?? 0
  if (said === 0) return 0
  const next = nextSegment(rest.slice(said), base + said, previous)
  return next?.numbered && next.start === base + said ? said : 0
}

/**
 * 北城片 府佑大厦: a name of no known kind between blanks, when an address goes on behind it with a number, or with anything when it
 * stands right behind the region: 福田 车公庙 天安数码城.
 */
function nameBetween(
  rest: string,
  base: number,
  previous: Segment | undefined,
): readonly [Segment, Segment] | null {
  const match = /^[\s,，]{1,2}([\u4e00-\u9fa5]{2,8})[\s,，]{1,2}(?=[\u4e00-\u9fa5A-Za-z\d])/.exec(rest)
  if (!match || over.test(match[1]!)) return null
  const at = match[0].length
  const start = base + match[0].indexOf(match[1]!)
  // What a room may follow, like the name of any compound.
  const named = { start, end: start + match[1]!.length, suffix: '小区', numbered: false }
  const next = nextSegment(rest.slice(at), base + at, named)
  if (!next || (!next.numbered && previous?.suffix)) return null
  return [named, next]
}

/** One character of a kind on its own (路 after 学府) belongs to the name before it; else it begins a longer name. */
function matchSegment(rest: string, previous: Segment | undefined): RegExpExecArray | null {
  if (!previous) return numberedSegment.exec(rest) ?? firstSegment.exec(rest)
  const match = laterSegment.exec(rest)
  const suffix = match?.groups?.suffix ?? ''
  const alone = match?.groups?.filler === '' && suffix.length === 1 && !/\d/.test(suffix)
  return alone && (previous.numbered || match[0].length > 1) ? firstSegment.exec(rest) : match
}

function nextSegment(rest: string, base: number, previous: Segment | undefined): Segment | null {
  const match = matchSegment(rest, previous)
  const filler = match?.groups?.filler ?? ''
  const branch =
    previous && /[号之]$/.test(previous.suffix) ? /^之(?:[一二三四五六七八九十]|\d{1,2})/.exec(rest) : null
  if (branch) return { start: base, end: base + branch[0].length, suffix: '之', numbered: true }
  const suffix = match?.groups?.suffix ?? ''
  const abroad = previous ? englishRoom.exec(rest) : null
  if (abroad) {
    const end = base + abroad[0].length
    return { start: end - abroad[1]!.length, end, suffix: 'room', numbered: true }
  }
  const direct = previous && (previous.numbered || roomy.test(previous.suffix)) ? room.exec(rest) : null
  if (
    direct &&
    (!match || filler.length > 0 || !/^[\d零〇一二两三四五六七八九十百千幺拐洞A-Za-z]/.test(suffix))
  ) {
    const size = direct[0].replace(/^[\s,，-]+/, '')
    const long =
      /^\d{1,5}|^[A-Za-z]|^\d{1,2}F|^[一二三四五六七八九十]{1,3}(?:-|横?杠)|^[零〇一二两三四五六七八九十百千幺拐洞]{2,5}/.test(
        size,
      ) && !/^[一二三四五六七八九]$/.test(size)
    const afterRoad = /号$/.test(previous!.suffix) && /^\s/.test(direct[0]) === false
    const clear =
      previous!.numbered ||
      /^\d{3,4}(?!\d)|^[A-Z][\d零一二三四五六七八九幺拐洞]{2}|^\d{1,2}[A-Z]$|^\d{1,2}F|-|杠/.test(size)
    if (long && clear && (!afterRoad || /-|\d{3}/.test(size) || size.length >= 3) && !/\d{6}/.test(size)) {
      return {
        start: base + direct[0].length - size.length,
        end: base + direct[0].length,
        suffix: 'room',
        numbered: true,
      }
    }
  }
  const named = previous && /号$/.test(previous.suffix) ? namedRoom.exec(rest) : null
  if (named && !over.test(named[1]!) && !(match && match[0].length >= named[0].length)) {
    const end = base + named[0].length
    return {
      start: end - named[0].trimStart().replace(/^[,，]\s*/, '').length,
      end,
      suffix: 'room',
      numbered: true,
    }
  }
  if (!match || over.test(filler) || tooFar(filler, suffix)) return null
  const isNumber = new RegExp(`^${numbered}$`).test(suffix)
  // 99号就是五马街口那个店, 6号楼楼下: said of the place, no part of it
  if (
    previous &&
    !isNumber &&
    (previous.numbered || /对面|旁边|隔壁|附近/.test(previous.suffix)) &&
    /^[\s,，]*(?:那个|就是)/.test(rest)
  )
    return null
  if (filler === '' && (previous?.numbered || !previous) && /^(?:楼[上下]|[这那]边|里面|那块)/.test(suffix))
    return null
  if (/^[这那]边$/.test(filler)) return null
  const start = base + match[0].length - filler.length - suffix.length
  return {
    start,
    end: base + match[0].length,
    suffix: suffix.replace(/^.*?(?=[^\dA-Za-z零〇一二两三四五六七八九十百千幺拐洞-]+$)/, ''),
    numbered: isNumber,
  }
}

/** After the name of a compound or a house a room number may follow at once. */
const roomy = new RegExp(`(?:${place}|楼|村|里)$`)

function tooFar(filler: string, suffix: string): boolean {
  return (
    /\d{7,}/.test(filler) ||
    (/^(?:里|道|条|台|居)$/.test(suffix) &&
      (filler.replace(/^.*[区县镇]/, '').length > 4 || /[家店这那哪]$/.test(filler)))
  )
}

/** A corrected unit takes the place of the last one of its kind, and of all after it. */
function dropReplaced(segments: Segment[], found: Segment, count: number): void {
  let from = count - 1
  for (let i = count - 1; i >= 0; i--) {
    if (segments[i]!.suffix === found.suffix) {
      from = i
      break
    }
  }
  segments.splice(from)
}

function merged(segments: readonly Segment[]): Range[] {
  const pieces: Range[] = []
  for (const { start, end } of segments) {
    const last = pieces.at(-1)
    if (last && start - last.end <= 3 && start >= last.end)
      pieces[pieces.length - 1] = { start: last.start, end }
    else pieces.push({ start, end })
  }
  return pieces
}
