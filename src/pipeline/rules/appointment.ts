import type { Appointment } from '../../contract/ticket.ts'
import { interpret, type ReadTime, readAppointment } from '../read/appointment.ts'
import { type TimeToken, timeTokens } from '../read/time-tokens.ts'
import { type Day, dayAt, daysBetween } from '../read/zone.ts'
import { type Mark, quoteOf } from '../span.ts'
import { affirms, denies, markOf, type Scene, type Utterance } from './scene.ts'

/** The appointment that a conversation ends with. */
export interface AppointmentFinding {
  readonly value: Appointment
  readonly marks: readonly Mark[]
  readonly score: number
}

interface Mention {
  readonly u: Utterance
  readonly mark: Mark
  readonly start: number
  readonly end: number
  readonly hasDay: boolean
  /** The day that was named, when one was. */
  readonly day: Day | null
  /** It is a later day than the one on which it was said. */
  readonly ahead: boolean
  readonly hasClock: boolean
  readonly hasPart: boolean
  /** Where the next time is mentioned; what is said there is about that one. */
  readonly until: number
}

const between =
  /^(?:[\s,，、()（）的在是那就或和吧啊嗯呃:：·~]|或者|还是|时段|时间段?|也就是|左右|大概|差不多|就是|and|or|,|at|in the|on|the|between|from|\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\))*$/i

/** Finds the time that both sides end with: the customer's last wish, or the agent's proposal that the customer took. */
export function findAppointment(scene: Scene, taken: readonly Mark[]): AppointmentFinding | null {
  let current: readonly Mention[] = []
  let proposal: Mention | null = null
  let offered: Mention | null = null
  for (const [i, u] of scene.utterances.entries()) {
    const mentions = mentionsOf(u, scene.input.timeZone, taken)
    if (u.customer) {
      const wished = mentions.filter((m) => wanted(m, proposal))
      if (wished.length > 0) current = onDay(combine(wished, current, proposal), offered)
      else if (proposal && mentions.length === 0 && affirms(u.plain.text))
        current = onDay(accept(proposal, current), offered)
      else if (proposal && current.includes(proposal) && denies(u.plain.text)) current = []
      if (wished.length === 0 && putOff.test(u.plain.text)) current = []
      proposal = null
    } else {
      const said = mentions.filter((m) => !unsure.test(m.u.spoken.text) && !ruledOut(m))
      proposal = said.at(-1) ?? proposal
      offered = said.findLast((m) => m.hasDay) ?? offered
      const settled = said.find((m) => settles(m))
      if (settled && !denies(scene.utterances[i + 1]?.plain.text ?? ''))
        current = onDay(accept(settled, current), offered)
    }
  }
  if (current.length === 0) return null
  const marks = current.map((m) => m.mark)
  const value = readAppointment(
    marks.map((mark) => ({ text: quoteOf(mark), atMs: mark.turn.atMs })),
    scene.input.timeZone,
  )
  return value && { value, marks, score: current.some((m) => m.hasClock) ? 3 : 2 }
}

/** 我再想想 先别安排. */
const putOff = /先(?:别|不)(?:安排|约|来|派|上门)|再想想|以后再(?:说|约)|改天再(?:说|约)/

/** A time without a day is on the day that the agent has offered before (今晚七点? 再早点. 那六点). */
function onDay(chosen: readonly Mention[], offered: Mention | null): readonly Mention[] {
  const lacks = offered !== null && chosen.length > 0 && !chosen.some((m) => m.hasDay)
  return lacks ? [offered, ...chosen] : chosen
}

function mentionsOf(u: Utterance, timeZone: string, taken: readonly Mark[]): Mention[] {
  const { text } = u.spoken
  const tokens = timeTokens(text, u.turn.atMs, timeZone)
  const groups: TimeToken[][] = []
  for (const token of tokens) {
    const last = groups.at(-1)
    const gap = last ? text.slice(last.at(-1)!.end, token.start) : ''
    // 明天吧 今天家里没人: what was agreed to is over before another day is named
    const full = last?.some(({ kind }) => kind === 'period' || kind === 'time')
    const over = /^days?$/.test(token.kind) && (gap.includes('吧') || (full && /或|要么|or/.test(gap)))
    if (last && gap.length <= 10 && between.test(gap) && !over) last.push(token)
    else groups.push([token])
  }
  let until = text.length
  const mentions: Mention[] = []
  for (const group of groups.toReversed()) {
    const mention = toMention(u, timeZone, group, until, taken)
    if (mention) mentions.push(mention)
    until = group.find(standsAlone)?.start ?? until
  }
  return mentions.toReversed()
}

/** In English the word before an hour tells that it is one. */
const english = /\b(?:between|from|at) $/i
const standsAlone = ({ kind }: TimeToken) =>
  kind === 'day' || kind === 'days' || kind === 'period' || kind === 'time'

function toMention(
  u: Utterance,
  timeZone: string,
  raw: readonly TimeToken[],
  until: number,
  taken: readonly Mark[],
): Mention | null {
  const tokens = trim(raw, u.spoken.text)
  const has = (kind: TimeToken['kind']) => tokens.some((t) => t.kind === kind)
  if (!tokens.some(standsAlone) || greets(u.spoken.text, tokens)) return null
  const lead =
    english.exec(u.spoken.text.slice(Math.max(0, tokens[0]!.start - 10), tokens[0]!.start))?.[0].length ?? 0
  const start = tokens[0]!.start - lead
  const end = tokens.at(-1)!.end
  const mark = markOf(u, u.spoken, start, end)
  if (!mark || taken.some((t) => t.turn === mark.turn && t.start < mark.end && mark.start < t.end))
    return null
  const time = interpret([tokens])
  const today = dayAt(u.turn.atMs, timeZone)
  if (time?.day && daysBetween(today, time.day) < 0) return null
  if (time?.day && daysBetween(today, time.day) > 120) return null
  if (time?.day && time.exact && !time.open && isOver(time, today)) return null
  return {
    u,
    mark,
    start,
    end,
    hasDay: has('day') || has('days'),
    day: time?.day ?? null,
    ahead: time?.day != null && daysBetween(today, time.day) > 0,
    hasClock: has('time'),
    hasPart: has('period'),
    until,
  }
}

/** Good morning, 早上好. */
function greets(text: string, tokens: readonly TimeToken[]): boolean {
  const [only, ...more] = tokens
  return (
    more.length === 0 &&
    only?.kind === 'period' &&
    (/\bgood $/i.test(text.slice(0, only.start)) || /^好(?![^,，。\s])/.test(text.slice(only.end)))
  )
}

/** An hour of today that is over is when something happened: 今早5点10分突然急停. */
function isOver(time: ReadTime, today: Day & { readonly minute: number }): boolean {
  const until = time.to ?? time.from
  return daysBetween(today, time.day!) === 0 && until !== null && until < today.minute - 10
}

/** Joining words at the ends belong to the sentence, not to the time. */
function trim(tokens: readonly TimeToken[], text: string): readonly TimeToken[] {
  let from = 0
  let to = tokens.length
  while (
    from < to &&
    (tokens[from]!.kind === 'to' || isEdge(tokens[from]!)) &&
    !isEnglishEdge(tokens, from, text)
  )
    from++
  while (to > from && tokens[to - 1]!.kind === 'to') to--
  return tokens.slice(from, to)
}
const isEdge = (t: TimeToken) => t.kind === 'after' || t.kind === 'before'
/** "after 7" has its edge in front. */
const isEnglishEdge = (tokens: readonly TimeToken[], at: number, text: string) =>
  isEdge(tokens[at]!) && /[a-z]/i.test(text[tokens[at]!.start]!) && tokens[at + 1] !== undefined

const past =
  /(?:昨天|昨晚|昨日|前天|前晚|大前天|上周[一二三四五六日末]?|上个?月|去年|今年|刚才|刚刚|上次|上回|当时|自从|从|购(?:买|机)|买(?:于|的)?|安装于|原预约|原约|原来约|装的|签收|(?<!预约|上门|安装|期望|希望|服务|约定)日期|保修期?|到期|过期|出厂|下单|生产|开票|截止|since|bought|purchased|last|yesterday|installed on|dated|发生|发现|开始|本来|原定|已经(?:是)?|(?:告警|报警|发生|触发|记录|发送|提交|创建|上报|发件|来信)时间[:：]?)[^,，。;；\n]{0,6}$/i
/** What was agreed on before is past unless it lies ahead: 按约好的明天上午十点来. */
const agreedBefore = /(?:约了|定的|说好|答应|约好|承诺|说是)[^,，。;；\n]{0,6}$/
const pastAfter =
  /^[^,，。;；\n\d]{0,4}(?:到期|过期|截止|过保|来(?:装|修|送|弄|换|洗|看|搞|清)[\u4e00-\u9fa5]{1,8}(?:师傅|小伙|小哥|的人|姑娘)|到现在|都没|也没|没人|没来|没到|买的|装的|修的|报的|打的|打过|来过(?!了\d)|修过|约的|开始|就(?:坏|不|开始|报|没|打)|坏的|发现|的时候(?:坏|还|就)|出现|升级|弄的|弄坏|已(?!约)|还好好|跳|停|突然|又|特别|一直|老是|总是|卡|用不了|报错|打不开)|^[^,，。;；\n]{0,10}(?:连不上|登不[上进]|用不了|打不开|瘫|没反应|不能用|收不到)/
const notThen =
  /^[^,，。;；\n]{0,4}要去(?!拿|接)|^[都也还]?(?:去(?![看修您你]|可以|行|方便|吧)|出差|在外)|^[^,，。;；\n]{0,3}[俺咱]们?(?:要|得|去|不|没|还|出)|^还在|^[没冇无](?:得|有)?(?:人|空|时间)|^[^,，。\n]{0,3}(?:上门)?(?:费|价)|^(?:之?前|以前)?(?:能不能|能否|到底能不能)到|^就?(?:是|到)?(?:除夕|过年|春节|元旦|中秋|国庆|放假)|^[^,，。\n]{0,3}(?:[零0]下|降温)|^我?们?开[^,，。\n]{0,3}会|^\d+(?:个|名|位|桌|人)|^(?:就|才)?(?:关账|封账|结账|交付|交货|验收|开学)|^[^,，。;；\n]{0,8}取消|^(?:还有|(?:我?就)?(?:要|得(?=[上去送接开]))(?![不是把能有你求派]|[^,，。;；\n]{0,6}(?:来|修|约|装|到|换|弄|看|处理|安排|求|师傅|上门))|几点(?:去|走|下班|开会|吃|打))|^[^,，。;；\n]{0,3}我们?(?:要(?![^,，。\n]{0,3}(?:来|修|约|装|求))|得|有(?!空|时间)|在(?!家|店|公司|厂|的?(?:$|[\s,，。!！]))|不|没|还|上班|出|去|回|值)|^[^,，。;；\n]{0,5}(?:(?<!行)不行|(?<!好)不好|不太行|不巧|有事|开会|值班|加班|我?要送|我?要接|有客[户人]|没空|不在|(?<!方)不方便|没时间|要上班(?!之?以?后)|(?<!平时|平日)上班(?!之?以?后|就|的?时|[^,，。\n]{0,2}来)|(?<!可)不可以|出差|没人|不用|不要|别来|是几号|几号|星期几|来不及|doesn't work|not available|won't work|not possible)|^(?:'s)?[ ,]*(?:I(?:'m| am|'ll be| will be)|we(?:'re| are)|is|are)? ?(?:at work|away|abroad|out of|busy|travell?ing|not |no good|I can't|we can't|can't|won't|doesn't|don't)/i
const exceptFor = /(?:等到?(?=\s*$)|除了|除|不要|别|except(?: for)?|not on|but not)[\s]*$/i
const hours = /(?:营业|工作时间|业务时间|open(?:ing)?)[^,，。;；\n下]{0,5}$/i
/** 九点上班, 八点开门: hours of the house, unless it is a day that is named. */
const shift = /(?<![没不])(?:上班|下班(?!之?以?后)|开门(?!前)|关门|打烊|闭店)[^,，。;；\n下]{0,5}$/
const hoursAfter = /^(?:才|就|开始)?(?:营业|开门|上班(?!就)|下班|关门|打烊|闭店|开店)(?!之?以?[前后])/
/** 十点开门前来: the clock time is that of the opening, whatever is said about it. */
const openAfter =
  /^(?:才|就|开始)?(?:营业|开门|开店)|^(?:才|就|开始)?(?:上班|下班|关门|打烊|闭店|锁[楼门]|清场|大巴)(?!之?以?[前后])/
const unsure =
  /预计|配件|派送|到货|发货|中转|补货|系统显示|物流|工作时间|营业|上班时间|服务时间|24小时|内联系|内回电/
const cue =
  /\btime\b|上门|来|过来|务必到|必须到|赶到|到店|到家|到厂|约|预约|方便|可以|在家|有空|有时间|安排|时间|期望|希望|之前|以前|送|取|收|装|修|换|登记|定[在于到]|行|吧|都行|随时|能|派|看看|处理|点|弄|见|come|visit|available|schedule|appointment|free|any ?time|book|works|send|please|prefer|best|home|fix|technician|engineer|someone|look|pick|I'd say|would do|collect|somebody|有人|in the (?:morning|afternoon)/i

/** A day alone is an appointment only beside words of coming and arranging. */
const dayCue =
  /上门|过来|到店|到家|到厂|来(?!电|着)|约|预约|定[在于到]|方便|可以|在家|有空|有时间|有人|安排|时间|期望|希望|之前|以前|行吗|行不|吧|都行|能|派|看看|处理|come|visit|available|schedule|appointment|free|any ?time|book|works|send|please|prefer|someone|look|fix/i

function ruledOut(m: Mention): boolean {
  const { text } = m.u.spoken
  const before = text.slice(Math.max(0, m.start - 12), m.start)
  const after = text.slice(m.end, Math.min(m.end + 12, Math.max(m.until, m.end + 1)))
  const offWork = text.startsWith('下班', m.start)
  return (
    past.test(before) ||
    (!m.ahead && agreedBefore.test(before)) ||
    pastAfter.test(after) ||
    notThen.test(after) ||
    exceptFor.test(before) ||
    (!m.hasDay && !m.hasClock && /只有\s*$/.test(before)) ||
    (hours.test(before) && !offWork) ||
    (!m.hasDay && shift.test(before) && !offWork) ||
    (m.hasClock ? openAfter : hoursAfter).test(after)
  )
}

function wanted(m: Mention, proposal: Mention | null): boolean {
  if (ruledOut(m)) return false
  const { text } = m.u.spoken
  const around = text.slice(Math.max(0, m.start - 16), m.end + 16)
  if (proposal || m.u.asked.has('time')) return true
  const bare = text.replace(/\s/g, '').length - (m.end - m.start) <= 4
  const rest = around.replace(text.slice(m.start, m.end), '\u0001')
  // 月底前修好就行
  const due =
    /(?:前|前夕|后)$/.test(words(m)) &&
    /^[^,，。;；\n]{0,4}(?:[修装弄搞换洗]好|完成|[再就]?来[装修换拿取看])/.test(text.slice(m.end, m.end + 12))
  return bare || due || (m.hasClock || m.hasPart ? cue : dayCue).test(rest)
}

/** What the customer wishes, completed by what was already said: a clock time keeps the day that was proposed. */
function combine(
  wished: readonly Mention[],
  current: readonly Mention[],
  proposal: Mention | null,
): readonly Mention[] {
  const dayOnes = wished.filter((m) => m.hasDay)
  const day = dayOnes[0]
  const timed = wished.filter((m) => !m.hasDay && (m.hasClock || m.hasPart))
  const context = proposal ?? current.find((m) => m.hasDay || m.hasPart) ?? null
  if (day) {
    const corrected = agreed(dayOnes)
    // 下周三下午行吗 -- 下周三二号: the day is said again, and its part stands
    if (
      proposal?.hasDay &&
      !corrected.hasClock &&
      !corrected.hasPart &&
      timed.length === 0 &&
      sameDay(corrected, proposal)
    )
      return [proposal]
    const later = timed.find(
      (m) => (m.u !== corrected.u || m.start > corrected.start) && (m.hasClock || !corrected.hasPart),
    )
    if (corrected.hasClock || (corrected.hasPart && !later)) return [corrected]
    if (later) return [corrected, later]
    const before = timed.findLast((m) => m.u === corrected.u && m.hasClock && m.start < corrected.start)
    if (before && !corrected.hasPart) return [corrected, before]
    const kept = [...current, proposal].find((m) => m?.hasClock)
    if (
      kept &&
      sameTime.test(words(corrected) + corrected.u.spoken.text.slice(corrected.end, corrected.end + 12))
    )
      return [corrected, kept]
    const offered = context && !context.hasDay && (context.hasClock || context.hasPart) ? [context] : []
    return [corrected, ...offered]
  }
  const time = timed.at(-1)
  if (!time) return current
  if (context && context.u !== time.u && (context.hasDay || (!time.hasPart && context.hasPart))) {
    const dayMention = context.hasDay ? context : (current.find((m) => m.hasDay) ?? null)
    return [...new Set([...(dayMention ? [dayMention] : []), context, time])]
  }
  return [time]
}

/** Of several days in one message the one that is agreed to (后天我们盘点大后天吧), or the first of alternatives. */
function agreed(days: readonly Mention[]): Mention {
  const first = days[0]!
  const again = days.find((d) => d !== first && d.u === first.u && words(d).startsWith(words(first)))
  if (again && !first.hasClock && !first.hasPart) return again
  const closer = days.find(
    (d) => d !== first && d.u === first.u && (d.hasClock || d.hasPart) && sameDay(d, first),
  )
  if (closer && !first.hasClock && !first.hasPart) return closer
  for (const day of days.slice(1).toReversed()) {
    const { text } = day.u.spoken
    if (
      /(?:最好|尽量|优先|ideally|preferably|better)[是在约,，\s]*$/i.test(
        text.slice(Math.max(0, day.start - 6), day.start),
      )
    )
      return day
    if (/^(?:最好|优先|最合适|最方便|更好| is best| works best| is better)/.test(text.slice(day.end)))
      return day
    const gap = first.u === day.u ? text.slice(first.end, day.start) : ''
    if (/(?:不对|不行|改|还是|算了|要不|or rather|actually)/.test(gap)) return day
    if (/^(?:吧|可以|行|好|方便|没问题|有空|都行)/.test(text.slice(day.end)) && !/或|和|、|都/.test(gap))
      return day
  }
  return first
}

const sameDay = (a: Mention, b: Mention) =>
  a.day !== null && b.day !== null && daysBetween(a.day, b.day) === 0

const sameTime = /同一?(?:个)?时间|同样(?:的)?时间|还是那个点|same time/i

const words = (m: Mention) => m.u.spoken.text.slice(m.start, m.end)

const settling =
  /登记|安排|预约|约|处理|维修|检修|到厂|上门|到(?:您|店|家|现场|达|$|[,，。!！])|过去|过来|给您|为您|师傅.{0,12}(?:到|来)|工程师.{0,12}(?:到|来)|come|schedul|arriv|book|visit|there|^\s*(?:ok|okay|sure|好的?|行)[,，\s]+[\d:：点半]+(?: ?[ap]m)?(?: then|吧?$)/i

/** 明天8点半师傅到，电话？: what is asked after it is another thing. */
const otherQuestion =
  /[,，。;；!！]\s*[^,，。;；!！]{0,12}(?:电话|手机|号码|地址|位置|定位|门牌|姓|称呼|联系人|型号|单号|订单|序列号)[^,，。;；!！]{0,8}$/

const repeating =
  /^\s*(?:(?:好+的?|行|可以|没问题|明白|嗯|ok|okay|sure|noted)[,，。\s]*)?(?:那(?:就)?|就)?(?:给您)?(?:约|定|改到?)?(?:这|是)?[,，\s]*$/i

/** Whether an agent's sentence states when somebody comes, rather than asking. */
function settles(m: Mention): boolean {
  const { text } = m.u.spoken
  const rest = text.slice(m.end).replace(otherQuestion, '')
  if (/吗|么|呢|\?|？|吧/.test(rest)) return false
  // 好，周五下午三点到五点: what was agreed on is said again
  if (m.hasClock && repeating.test(text.slice(0, m.start)) && m.until === text.length) return true
  const sentence = text.slice(Math.max(0, m.start - 20), m.end + 20)
  return (m.hasClock || m.hasPart) && settling.test(sentence)
}

function accept(m: Mention, current: readonly Mention[]): readonly Mention[] {
  const clock = current.some((c) => c.hasClock)
  if (clock && !m.hasClock) return current
  if (m.hasDay) return m.hasClock || m.hasPart || current.length === 0 ? [m] : current
  // 下午三点到四点半打给我 -- 好的三点到四点半: the same again, with less
  if (current.some((c) => words(c).includes(words(m)))) return current
  const day = current.find((c) => c.hasDay)
  return day ? [day, m] : [m]
}
