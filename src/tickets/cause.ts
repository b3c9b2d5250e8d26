import type { TicketFieldMap } from '../contract/extraction.ts'
import type { Intent } from '../contract/ticket.ts'

/** Where two tickets with one cause must meet, from the narrowest place to the widest. */
export const areaLevels = ['site', 'building', 'compound', 'street', 'district'] as const
export type AreaLevel = (typeof areaLevels)[number]

/** A kind of fault that comes to many customers of a place at once. */
interface SharedCause {
  /** Says it on its own. */
  readonly says: RegExp
  /** Says it unless the same words are about one household's own thing. */
  readonly hints?: RegExp
  readonly own?: RegExp
  /** Categories whose every fault is of this kind. */
  readonly categories?: readonly string[]
  /** How far one such fault reaches. A district counts only between tickets that name nothing finer. */
  readonly reach: readonly AreaLevel[]
}

/** A household's things that run dry, lose power or drop off the net by themselves. */
const ownThing =
  /遥控|电池|电瓶|充电|手机|门锁|智能锁|热水器|净水|洗衣机|洗碗机|马桶|饮水机|咖啡|制冰|冰箱|空调|电视|打印|摄像|扫地|路由器|插座|灯泡|油烟机|燃气灶|remote|battery|charger|phone|washer|dishwasher|printer|camera|vacuum|heater|coffee|purifier/i

const block: readonly AreaLevel[] = ['site', 'compound', 'street']
const network: readonly AreaLevel[] = [...block, 'district']

/** Faults that an area shares, in the order in which they are looked for. One household's remote control is none of them. */
export const sharedCauses = {
  elevator: {
    categories: ['电梯', '扶梯'],
    says: /(?:电梯|扶梯|升降梯)[^。！？!?\n]{0,16}(?:停|坏|困|卡|故障|不动|不走|不运行|没反应|不开门|异响|抖|报警|黑|掉|冲)|(?:困|卡)在?[^。！？!?\n]{0,4}电梯|\b(?:elevator|lift)s?\b[^.!?\n]{0,24}(?:stuck|stop|broken|out of (?:order|service)|not work|dead|down)|(?:stuck|trapped) in (?:the|an?) (?:elevator|lift)/i,
    // Each lift has its building.
    reach: ['site', 'building'],
  },
  cooling: {
    categories: ['中央空调'],
    says: /(?:中央空调|大楼空调|集中供冷|冷水机组)[^。！？!?\n]{0,16}(?:不|没|坏|停|故障|漏|异响)|\b(?:central|building) (?:air.?condition\w*|a\/?c)\b/i,
    reach: ['site', 'building', 'compound'],
  },
  heating: {
    says: /停暖|集中供暖|(?:供暖|暖气片?)[^。！？!?\n]{0,8}(?:不热|冰凉|凉|没热|停|没来|不暖)|(?:没有?|不)(?:来|通)?(?:暖气|供暖)|\b(?:central|district) heating\b|radiators?[^.!?\n]{0,16}\bcold\b/i,
    own: /壁挂炉|锅炉|电暖|暖风机|取暖器|boiler|space heater/i,
    reach: network,
  },
  power: {
    says: /停电|(?:整栋|整个?小区|全楼|整条街|全村|一片)[^。！？!?\n]{0,8}没有?电(?![话视梯脑])|\bpower (?:cut|outage|failure)\b|\bblackout\b|\b(?:power|electricity) (?:is|went|has gone) (?:out|off)\b/i,
    hints: /断电|没有?电了?(?![话视梯脑池])|\bno (?:power|electricity)\b/i,
    own: ownThing,
    reach: network,
  },
  water: {
    says: /停水|水管爆|爆管|(?:自来水|水龙头|小区|整栋|全楼|楼里)[^。！？!?\n]{0,8}(?:没有?水|不出水|没水|不来水|水压)|\bwater (?:cut|outage|supply)\b|\bno (?:running|tap) water\b|burst (?:water )?(?:pipe|main)/i,
    hints: /断水|没有?水(?![平准壶垢])|\bno water\b/i,
    own: ownThing,
    reach: network,
  },
  gas: {
    says: /停气|(?:没有?|不通|断)(?:天然|燃|煤)气|(?:楼道|小区|楼里)[^。！？!?\n]{0,8}(?:煤|燃|天然)气味?|\bno gas\b|\bgas (?:cut|outage|supply)\b/i,
    own: /燃气灶|热水器|灶具|stove|boiler/i,
    reach: network,
  },
  internet: {
    says: /断网|(?:宽带|光纤|光猫)[^。！？!?\n]{0,8}(?:断|不通|故障|瘫痪|中断|没信号|红灯|连不上|用不了)|\binternet (?:is |went )?(?:down|out|outage)\b|\bno internet\b|\bbroadband\b/i,
    hints: /没有?网(?:了|络)?|上不了网|网络(?:断|不通|故障|瘫痪|中断|用不了)/,
    own: ownThing,
    reach: network,
  },
  sewer: {
    says: /(?:下水|污水|排污|主管)(?:道|管)?[^。！？!?\n]{0,8}(?:堵|倒灌|反水|冒水|溢)|化粪池|\bsew(?:er|age)\b/i,
    reach: ['site', 'building', 'compound'],
  },
  access: {
    says: /(?:门禁|单元门|道闸|车库门|楼道灯|消防(?:报警|警报))[^。！？!?\n]{0,10}(?:坏|打不开|开不了|刷不|不亮|失灵|故障|一直|响)|\b(?:entrance|garage) (?:gate|door)\b[^.!?\n]{0,20}(?:broken|stuck|not)/i,
    reach: ['site', 'building', 'compound'],
  },
} as const satisfies Readonly<Record<string, SharedCause>>

export type CauseKey = keyof typeof sharedCauses
export const causeKeys = Object.keys(sharedCauses) as CauseKey[]

/** How far a cause reaches, from the narrowest place to the widest. */
export function reachOf(cause: CauseKey): readonly AreaLevel[] {
  return sharedCauses[cause].reach
}

/** Requests that tell of no fault. */
const noFault: readonly Intent[] = ['installation', 'billing', 'feature_request', 'return_refund']

/** What is said not to be so, or to come: 没有停电, 会停水吗. */
const denied =
  /(?:没有?|不是|并未|未|会不会|会|要|计划|预计|何时|什么时候|几点)(?:再|又)?停[水电气暖]|\b(?:not|no|never) (?:an? )?(?:power|water|gas) (?:cut|outage)\b/g

/** The longest text that is looked at, characters; a fault is said in fewer. */
const longest = 600

/** A shared cause that a ticket tells of, and the words that say so. */
export interface FoundCause {
  readonly cause: CauseKey
  /** As the ticket's fault, summary or category says it. */
  readonly quote: string
}

/** The shared cause in a text, and its words; `category` is what the ticket is about. Pure. */
export function causeIn(text: string, category: string | null): FoundCause | null {
  const said = text.slice(0, longest).replace(denied, '')
  if (said.trim() === '') return null
  for (const cause of causeKeys) {
    const { says, hints, own, categories }: SharedCause = sharedCauses[cause]
    if (category !== null && categories?.includes(category))
      return { cause, quote: [...said.trim()].slice(0, 40).join('') }
    const about = own !== undefined && category !== null && own.test(category)
    const strong = says.exec(said)
    if (strong && !(about && ownOnly.has(cause))) return { cause, quote: strong[0].trim() }
    const weak = strong ? null : hints?.exec(said)
    if (weak && !about && !own?.test(said)) return { cause, quote: weak[0].trim() }
  }
  return null
}

/** Causes whose plainest words are one thing's fault when the ticket is about that thing: 断网 of a vacuum cleaner. */
const ownOnly: ReadonlySet<CauseKey> = new Set(['heating', 'gas', 'internet'])

/**
 * The shared cause that a ticket tells of: in its fault or summary, or else in what the customer said (`words`). Null for a fault of one
 * household, and for requests that tell of none. Pure.
 */
export function causeOf(fields: TicketFieldMap, words = ''): FoundCause | null {
  const intent = fields.intent?.value
  if (intent && noFault.includes(intent)) return null
  const category = fields.product_category?.value ?? null
  const told = fields.fault_description?.value || fields.summary?.value || ''
  return causeIn(told, category) ?? causeIn(words, category)
}
