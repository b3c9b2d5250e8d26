import type { ExtractionInput, Turn } from '../../contract/extraction.ts'
import { fold, type Reading, sourceRange } from '../reading.ts'
import type { Mark } from '../span.ts'
import { spoken } from '../spoken.ts'
import { ownWords } from './mail-parts.ts'

/** What an agent asks for. */
export type Topic = 'phone' | 'address' | 'name' | 'model' | 'serial' | 'order' | 'time'

/** One turn, read in the ways that the extractors need. */
export interface Utterance {
  readonly turn: Turn
  readonly at: number
  readonly customer: boolean
  /** Folded, with what is not the speaker's own words blanked out. */
  readonly plain: Reading
  /** With spoken digits and letters written. */
  readonly spoken: Reading
  /** What the agent asked for just before. */
  readonly asked: ReadonlySet<Topic>
}

/** A conversation ready for extraction. */
export interface Scene {
  readonly input: ExtractionInput
  readonly utterances: readonly Utterance[]
  /** The customer's. */
  readonly customer: readonly Utterance[]
  /** Code units that were beyond the limits and not read. */
  readonly unread: number
}

/** Bounds of one extraction: what lies beyond is not read, and the extraction says so. */
export const limits = { turnUnits: 20_000, totalUnits: 120_000, turns: 2_000 } as const

const topics: readonly (readonly [Topic, RegExp])[] = [
  ['phone', /电话|手机|号码|联系方式|怎么联系|phone|mobile|contact number|reach you|call you/i],
  [
    'address',
    /地址|位置|哪里|在哪|哪个?(?:城市|市|省|区|县)|门店|门牌|小区|哪个店|什么地方|住哪|address|where|location|store/i,
  ],
  [
    'name',
    /贵姓|[您你]姓|姓名|称呼|名字|联系人|收件人|收货人|找谁|哪位|尊姓|姓什么|叫什么|姓.{1,2}(?:吗|么|对吗|是吧|对吧)|\bname\b|who am i|who should|contact person|may i have your/i,
  ],
  ['model', /(?<!手机)型号|车型|机型|哪一?款|什么牌子|model/i],
  [
    'serial',
    /序列号|编号|机身[码号]|(?<!手)机号|条码|识别码|车架号|电池码|设备码|注册代?码|铭牌|SN码?|serial|出厂号/i,
  ],
  ['order', /单号|订单|运单|合同号|发票号|order|tracking|waybill|invoice number/i],
  ['time', /什么时候|几点|时间|哪天|什么时候方便|何时|预约|上门.{0,8}吗|可以吗|方便吗|行吗|when|what time/i],
]

function topicsOf(text: string): ReadonlySet<Topic> {
  return new Set(topics.filter(([, cue]) => cue.test(text)).map(([topic]) => topic))
}

const none: ReadonlySet<Topic> = new Set()

/** Reads a conversation. Work is bounded by `limits`; the newest turns win over the oldest when there are too many. */
export function readScene(input: ExtractionInput): Scene {
  const { kept, unread } = withinLimits(input.turns)
  const utterances: Utterance[] = []
  let asked = none
  let open = none
  for (const [at, turn] of kept.entries()) {
    if (turn.speaker === 'system') {
      // What the hub asked is answered like what an agent asks; its notices ask nothing.
      if (turn.id === input.dialogue?.asked?.turn) asked = topicsOf(turn.text)
      continue
    }
    const customer = turn.speaker === 'customer'
    const own = ownText(turn)
    const utterance = {
      turn,
      at,
      customer,
      plain: fold(own),
      spoken: spoken(own),
      asked: customer ? asked : none,
    }
    utterances.push(utterance)
    const text = utterance.plain.text
    if (customer) open = isFiller(text) || isLooking(text) ? asked : none
    const topics = customer ? open : topicsOf(text)
    // 最好全部, 嗯: an agent's word in between leaves the question open
    asked = !customer && topics.size === 0 && text.length <= 8 ? open : topics
  }
  return { input, utterances, customer: utterances.filter((u) => u.customer), unread }
}

/** The speaker's own words: what a customer quotes of others is blanked out, length unchanged. */
function ownText(turn: Turn): string {
  const read = turn.text.slice(0, limits.turnUnits)
  return turn.speaker === 'customer' ? ownWords(read) : read
}

/** One turn of the customer read by itself; null when somebody else spoke. */
export function utteranceOf(turn: Turn): Utterance | null {
  if (turn.speaker !== 'customer') return null
  const plain = fold(ownText(turn))
  return { turn, at: 0, customer: true, plain, spoken: plain, asked: none }
}

/** Somebody looks for what they were asked: 有我翻一下. */
function isLooking(text: string): boolean {
  return (
    text.length <= 24 &&
    !/[\d零一二三四五六七八九幺拐]{3}/.test(text) &&
    /翻|找(?:一|下|找)|看(?:一?下|看)|查(?:一?下|查)|等(?:一?下|等|会)|要不要?|全部/.test(text)
  )
}

function isFiller(text: string): boolean {
  return text.length <= 8 && /^[\s嗯啊哦好的是对稍等一下我看你行,。.]*$/.test(text)
}

function withinLimits(turns: readonly Turn[]): { kept: readonly Turn[]; unread: number } {
  const newest = turns.slice(-limits.turns)
  let unread = 0
  for (const turn of turns.slice(0, Math.max(0, turns.length - limits.turns))) unread += turn.text.length
  let total = 0
  let first = newest.length
  while (first > 0 && total < limits.totalUnits) {
    first--
    total += Math.min(newest[first]!.text.length, limits.turnUnits)
  }
  for (const turn of newest.slice(0, first)) unread += turn.text.length
  const kept = newest.slice(first)
  for (const turn of kept) unread += Math.max(0, turn.text.length - limits.turnUnits)
  return { kept, unread }
}

/** The source words behind [start, end) of one of an utterance's readings. */
export function markOf(utterance: Utterance, reading: Reading, start: number, end: number): Mark | null {
  const range = sourceRange(reading, start, end)
  return range === null ? null : { turn: utterance.turn, start: range[0], end: range[1] }
}

/** Whether a turn agrees with what was just said: 对, 可以, OK. */
export function affirms(text: string): boolean {
  return /^\s*(?:嗯+[呐哪](?=$|[\s,，。])|(?:嗯+|啊|哦|呃)?[,，\s]*(?:对+|是(?!不是|吗)|好|可以|阔以|得行|(?:可|得)(?=[\s,，。!！~]*$)|莫得问题|冇问题|行(?!不行)|没错|没问题|正确|[没不]变|一样|就这样|就那样|就这个|妥了?|中|成(?!本|都)|要得|得嘞|欧了|ok|okay|yes|yeah|yep|correct|right|sure|that's right|that works|fine|perfect))/i.test(
    text,
  )
}

/** Whether a turn refuses or corrects: 不对, 不行. */
export function denies(text: string): boolean {
  return /^\s*(?:嗯+|啊|哦|呃)?[,，\s]*(?:不(?!用|急|着急|过|好意思|客气)|错|没空|换|no\b|not |wrong|that's wrong)/i.test(
    text,
  )
}
