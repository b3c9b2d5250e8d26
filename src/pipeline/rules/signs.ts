import type { Sentiment, Urgency } from '../../contract/ticket.ts'
import { type CueHit, danger, hits, once, repeatCues, sentimentCues, urgencyCues } from './cues.ts'
import { type IntentPoints, intentPoints, type Surroundings } from './intent.ts'
import type { Scene, Utterance } from './scene.ts'

/** What the tables of cues find in a conversation; rules decide by it and the classifier learns from it. */
export interface Signs {
  readonly scene: Scene
  readonly around: Surroundings
  /** The customer's utterances without what looks like an instruction to the machine. */
  readonly said: readonly Utterance[]
  readonly dangers: readonly CueHit<'grave' | 'hazard'>[]
  readonly intent: IntentPoints
  readonly urgency: readonly CueHit<Urgency>[]
  readonly sentiment: readonly CueHit<Sentiment>[]
  readonly repeat: readonly CueHit<'repeat'>[]
  /** Something that was promised is late. */
  readonly delayed: boolean
}

const instruction =
  /(?:忽略|无视|忘记)(?:之前|以上|前面|上面|所有|你的).{0,12}(?:提示|指令|规则|设定|要求)|ignore (?:all |the )?(?:previous|above|prior)|system prompt|你(?:现在)?是.{0,6}(?:助手|模型|AI)|标记为(?:紧急|最高)|set (?:the )?(?:priority|urgency)|把(?:这单|优先级|工单).{0,8}(?:标|设|改)/i
const late = /还没到|没收到|没有收到|还是没|都快|一直没|催|怎么还/
const spam =
  /合作邀请|全网曝光|代理加盟|招商加盟|(?:收购|求购).{0,12}(?:名单|通讯录|邮箱)|兼职|刷单|理财产品|中奖|贷款|代开发票|推广服务|优惠活动|退订|unsubscribe|seo service|\[SPAM/i
/** Whether a message advertises, or a machine answers, instead of somebody asking for service. */
export function advertises(scene: Scene): boolean {
  const text = scene.customer.map((u) => u.plain.text).join('\n')
  if (/^\s*(?:主题|subject)\s*[:：]\s*(?:自动回复|automatic reply|auto[- ]?reply|out of office)/i.test(text))
    return true
  return spam.test(text) && !/我家|我们的?(?:设备|机器|店)|报修|故障|坏/.test(text)
}

/** Reads the signs of a conversation. What looks like an instruction to the machine is not read. */
export function readSigns(scene: Scene, around: Surroundings): Signs {
  const said = scene.customer.filter((u) => !instruction.test(u.plain.text))
  return {
    scene,
    around,
    said,
    dangers: hits(danger, said).filter((hit) => !harmless(hit, scene)),
    intent: intentPoints(scene, said, around),
    urgency: once(hits(urgencyCues, said)),
    sentiment: once(hits(sentimentCues, said)),
    repeat: hits(repeatCues, said),
    delayed: said.some((u) => late.test(u.plain.text)),
  }
}

function harmless(hit: CueHit<'grave' | 'hazard'>, scene: Scene): boolean {
  const { turn, start } = hit.mark
  const around = turn.text.slice(Math.max(0, start - 20), start + 24)
  if (scene.customer.some((u) => /表扬|特此感谢|感谢信|锦旗/.test(u.plain.text))) return true
  if (
    /抽烟|吸烟|烧烤|油烟|烟味.{0,8}(?:抽|邻居)|不是故障|误报|演练|以前|去年|听说|新闻|(?:technician|engineer|guy|driver) (?:was )?smok/.test(
      around,
    )
  )
    return true
  // 暖风出不来: nobody is shut in
  if (/(?:[风水气汽字图票纸冰码币糖料杯茶奶饭]|声音|画面)(?:都|也|就|又|还)?[出下]不[来去]/.test(around))
    return true
  // 群里都炸了: nothing has exploded
  if (/(?:群|锅|气|脑|心态|朋友圈)里?(?:都|要|快|全)*炸/.test(around)) return true
  return (
    /卡在|出不来(?:水|风|汽|字|图|票|纸)/.test(around) &&
    !scene.utterances.some((u) => /人/.test(u.plain.text) && u.turn === turn)
  )
}

/** The weights of the cues that speak for a class together. */
export function sum<C extends string>(found: readonly CueHit<C>[], of: C): number {
  return found.filter((h) => h.cue.of === of).reduce((total, h) => total + h.cue.weight, 0)
}
