import type { Risk } from '../../contract/labels.ts'
import type { Mark } from '../span.ts'
import { danger, standing } from './cues.ts'
import { markOf, type Utterance } from './scene.ts'

/** Patterns that threaten, each with the verb that makes a threat of a name: who works in a court only has a broken machine there. */
const legal: readonly RegExp[] = [
  /(?:找|请|咨询|委托|联系|让|叫|问|带|跟|和|派|聘)(?:了|过|到|个|一个|一位|位|我们?的?|公司的?|专业的?|你们的?){0,3}律师(?!楼|事务所|所|行|证|协会|大厦|那|家)|(?<!印|描|真)律师[函信](?![^,，。;；\n]{0,4}(?:打|印|扫|传真))|律师(?:会|将|马上|已经?|要)(?:联系|找|跟|给|介入|发|去)|(?:我们?的?|我方|公司)律师(?!楼|事务所|所|证)[^,，。;；\n]{0,3}(?:说|建议|会|联系|介入)/,
  /(?<!被|公司)起诉(?!书|状|材料|案|意见)|打官司|(?<![警广报通转相奉预])告(?:你们?(?!的是|知)|贵公司|到底|上法[院庭])|(?:上|去|到|找|向|走|见)法院(?!的|[^,，。;；\n]{0,3}(?:修|装|食堂|楼|办公|门口|那|附近|上门))|法[院庭]上?见|(?:等|收)[^,，。;；\n]{0,4}(?:法院)?(?:的)?传票|(?:提起|走|打|进入|准备|小额)诉讼(?!服务)|(?:申请|提请|提起|走|去)仲裁(?!委员会的|委的|院|庭的)|仲裁解决|(?:走|动用|拿起|寻求|通过|诉诸|采取)(?:司法|法律)(?!文书|图书|咨询公司)|法律(?:途径|程序|手段|武器)|追究[^,，。;；\n]{0,8}责任/,
  /(?<![\d-])(?:12315|12345|12358)(?![\d-])|(?:去|到|找|向|打|给|跟|告|上|报|联系|投诉|举报|反映)[^,，。;；\n去到找向打给告报诉]{0,6}(?:工商(?!银行|大学|注册|登记|执照|年检|户|联)(?:局|所|部门)?|市场监[管督](?:管理)?(?:总?局|所|部门)?|市监局|质监局|物价局|消协|消保委|消费者(?:协会|委员会|权益)|监管部门|主管部门|工信部|住建[委局]|信访)(?!的(?!人|电话|投诉)|银行|食堂|大楼|办公|[一二三四五六七八九十\d]{1,5}楼|门口|附近|旁边|那边|来修|上门|修|装)|(?:消协|工商局?|市场监管局?|仲裁委)见/,
  /\b(?:contact|call|hire|get|consult|speak to|talk to|hear from|instruct)(?:ed|ing)? (?:my|a|our|an) (?:lawyer|attorney|solicitor)s?\b|\b(?:my|our) (?:lawyer|attorney|solicitor)s? (?:will|is|are|has|have|says?)\b|\blegal action\b|\b(?:sue|suing) (?:you|your|the company)\b|\b(?:take|see) (?:you|this|it|the company) (?:to|in) court\b|small claims|trading standards|\bombudsman\b|consumer (?:protection|council|rights)/i,
]

const places =
  '(?:抖音|微博|小红书|朋友圈|快手|[bB]站|知乎|视频号|贴吧|头条|论坛|豆瓣|大众点评|业主群|热搜|自媒体|网络?上(?!商城|商店|下单|买|订|报修|预约|申请|提交|银行|卖|营业厅))'

const media: readonly RegExp[] = [
  /(?<!被[^,，。;；\n]{0,8})(?:(?:去|要|找|上|给你们?|网上|全网|媒体|公开|就|一定|必须|帮我|向[^,，。;；\n]{1,6})曝光(?!度|机|灯|时间|量|补偿|不足|过度|率|参数|值|台|不|[\d一二三四五六七八九十]{1,3}秒)|[曝爆]光(?:你们?|他们|贵公司|你家|这家|这种|出来|出去|给大家))/,
  new RegExp(
    `(?:发(?!货|票|现|热|烫|生|给)|传|放|挂|贴|捅|晒|公布)(?:到|在|上|去|个|条|一个|一条|出去|你们){0,2}[^,，。;；\\n]{0,2}${places}(?![^,，。;；\\n]{0,3}(?:卖|买|店))|(?:上|去|到|在|就)${places}上?[^,，。;；\\n]{0,4}(?:曝光|投诉|说道|吐槽|维权|爆料|避雷|发帖|发视频|见)|上热搜`,
  ),
  /(?:找|联系|让|叫|请|告诉|通知|打给|认识|约)[^,，。;；\n找叫让请]{0,6}记者(?!站|证|部|协会)|记者[^,，。;；\n]{0,4}(?:采访|曝光|报道|来拍|介入)|(?:找|联系|认识|上|给|打给?|叫|让|去|通知|(?<![不得收搜])到)[^,，。;；\n不]{0,5}电视台(?!的(?!人|记者)|[^,，。;；\n]{0,4}(?:修|装|收|搜|信号|机房|大楼|节目|食堂))/,
  /(?:找|打|去|给|向|上(?![次回个月周])|投诉到?|举报到?|曝光到?)[^,，。;；\n]{0,3}(?<![\d-])(?:3[.·・]?15|三[.·・]?一五)(?![\d-]|室|房|号|栋|单元|楼|活动|那天|当天|大促|促销|买|的时候)|(?:3[.·・]?15|三一五)晚会(?:上?见|曝光)|央视(?:见|曝光)|焦点访谈|新闻(?:热线|频道|记者)|(?:找|联系|通知|告诉|请|让|向|发给|捅给)[^,，。;；\n多流]{0,4}(?<![多流富自])媒体(?!播放|文件|库|中心)|(?<![多流富])媒体(?:曝光|介入|报道|监督)/,
  /黑猫(?:投诉|平台|消费者)|(?:上|去|到|在|找)黑猫(?!警长|[^,，。;；\n]{0,3}(?:咬|抓|跑|掉|睡|身))|黑猫上(?:投诉|发|曝光|见)/,
  /\b(?:post|posting|put|share)\b[^.\n]{0,24}\b(?:on|to) (?:social media|twitter|facebook|tiktok|youtube|reddit|instagram|weibo|the internet)|\b(?:go|going) (?:viral|public|to the press)\b|\b(?:call|contact|tell|speak to|talk to|get) (?:a |the |some )?(?:journalist|reporter|newspaper|press|media|tv station)s?\b(?! (?:machine|brake|player|room))/i,
]

/** Whoever says that it will not come to that does not threaten; "别逼我起诉" does. */
const renounced =
  /(?:不会|没有?|未曾?|不打算|不至于|不是|不用|不必|别|无需|不需要|从没|\bnot|n't|never|\bno need to)\s?(?:说|想|要|打算|到|真|非|再|需要|必要|want|going|to| )*(?:去|找|要|过|打给?|向|发|投诉|举报|反映|给)*\s*$/i
/** Whether somebody says before these words that it will not come to that. */
export function isRenounced(text: string, at: number): boolean {
  return renounced.test(text.slice(Math.max(0, at - 12), at))
}

/** Praise, and asking others for likes, is posted as well. */
const friendly = /表扬|好评|夸|推荐|感谢|点赞|集赞|返现|晒单|锦旗|praise|recommend/i

const tables: readonly (readonly [Exclude<Risk, 'safety'>, readonly RegExp[]])[] = [
  ['legal', legal],
  ['media', media],
]

/** Where an utterance threatens with a lawsuit or an authority, or with the public. */
export function threats(of: Risk, u: Utterance): Mark[] {
  const patterns = tables.find(([risk]) => risk === of)?.[1] ?? []
  const { text } = u.plain
  if (of === 'media' && friendly.test(text)) return []
  const marks: Mark[] = []
  for (const pattern of patterns) {
    for (const match of standing(pattern, text)) {
      if (isRenounced(text, match.index)) continue
      const mark = markOf(u, u.plain, match.index, match.index + match[0].length)
      if (mark) marks.push(mark)
    }
  }
  return marks
}

/** Whether words speak of danger to people. */
export function speaksOfDanger(text: string): boolean {
  return danger.some((cue) => cue.words.test(text))
}

/** A risk and the words that show it. */
export interface RiskFinding {
  readonly risk: Risk
  readonly marks: readonly Mark[]
}

const mostMarks = 3

/** The risks of what was said; safety is what the rules of danger saw. */
export function findRisks(said: readonly Utterance[], dangers: readonly Mark[]): RiskFinding[] {
  const found = [
    { risk: 'legal' as const, marks: said.flatMap((u) => threats('legal', u)) },
    { risk: 'media' as const, marks: said.flatMap((u) => threats('media', u)) },
    { risk: 'safety' as const, marks: dangers },
  ]
  return found
    .filter(({ marks }) => marks.length > 0)
    .map(({ risk, marks }) => ({ risk, marks: marks.slice(0, mostMarks) }))
}
