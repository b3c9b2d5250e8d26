import { type Mark, quoteOf } from '../span.ts'
import { type Aside, saysMore } from './cancelling.ts'
import { between, type Clause } from './fault.ts'
import { markOf, type Scene, type Utterance } from './scene.ts'

/** What a clause of a summary tells. */
type Telling = 'fault' | 'since' | 'tried' | 'wish' | 'condition' | 'time' | 'outcome' | 'promise' | 'finding'

/** How many clauses of a kind a summary holds at most, most important kind first. */
const room: Readonly<Record<Telling, number>> = {
  ...{ fault: 4, wish: 3, time: 1, promise: 1, tried: 2, outcome: 1, finding: 1, since: 1, condition: 2 },
}
/** A summary is read at a glance: clauses and characters that it holds at most. */
const mostClauses = 9
const mostUnits = 220

const since =
  /(?:昨|前|今)(?:天|晚|早|日)|刚(?:才|刚)?|上(?:周|个?月|个?礼拜|个?星期|次|回)|去年|从.{1,10}(?:开始|起)|(?:天|年|个月|周|星期|礼拜|小时|分钟)了|(?:才|刚)(?:用|买|装|修|换)|(?:买|装|修|用)了?.{0,4}(?:天|年|个月|周)|一直|又|since |yesterday|last (?:week|night|month)|this morning|\d+ (?:days|weeks|months|hours)/i
const tried =
  /(?:试|重启|断电|断|拔|换|清洗|洗|关|开|充|查|重装|恢复|复位|按|停|修|打|问|找|联系|催|报修?)(?:过|了|好几?次|几次)|已经?(?!付|收|购).{0,8}(?:关|开|断|换|拔|停|试|停用|停机)|(?:还|也|仍|依然)是?(?:不|没|老样子)|没用|already|tried|restart|reboot|power-cycled|reinstalled|replaced|still/i
const wish =
  /要求|希望|最好|想(?:要|问|约|换|退)?|要(?:退|换|赔|来|你)|给我|退(?:货|款|钱|掉)|赔|尽快|尽早|赶紧|快点|能不能|可不可以|可以.{0,12}吗|麻烦|帮我|改(?:到|成|约)|取消|预约|报价|开票|please|want|would like|need|could you|can you|refund|replace|asap/i
const condition =
  /(?:不要|别|先).{0,8}(?:打|联系|电话|敲门|来)|来之?前|提前|到了?(?:打|找)|(?:有|养).{0,2}(?:狗|门禁|老人|小孩|孩子|孕妇|宝宝)|[没无]电梯|停车|(?:才|不|没|都|有人|全天|白天|晚上)在家|在家|[没有]人|上班|下班|听不到|打烊|营业|开门前|领路|保安|登记|暂停使用|围起来|通风|开窗|关阀|急|weekend|evening|only after|before you come|doorman|gate/i
const promise =
  /(?:\d|[一二两三四五六七八九十半])+个?(?:分钟|小时|天|个工作日)(?:内|左右|之内|以内)?.{0,4}(?:到|回|联系|派|处理|送)|(?:分钟|小时)内|(?:会|马上|立即|立刻|尽快|已经?|给您|为您|帮您|安排)(?:安排|登记|联系|回|派|处理|上门|到|送|补|退|换|转|改|催|通知)|预计.{0,10}(?:到|送|派|好|完)|师傅.{0,12}(?:到|过去|上门|联系)|工程师.{0,12}(?:到|过去|上门|联系)|will (?:arrive|call|come|send|be there)|on (?:his|her|their|the) way/i
/** How it stands now, in the customer's words. */
const outcome =
  /恢复|正常|好了|可以了|解决|修好|不用(?:来|修|换|管)|算了|暂时?(?:不|先)|改天|自己(?:来|弄|修|换)|怀疑|可能是|back to normal|works (?:now|again)|never ?mind|no longer/i
/** What an agent found out or answered. */
const finding =
  /查到|原因|是因为|中转|派送|派件|缺货|缺件|配件|到货|在途|已(?:经)?(?:发|到|处理|恢复|记录|签收|揽收)|保修期?(?:内|外)|过保|质保|收费|免费|元|the (?:reason|part)|out of stock|shipped|under warranty/i
const digits = /(?:[\d〇零一二三四五六七八九幺拐两]\s?){7}/
const question =
  /[?？]|吗|吧$|呢$|几点|什么时候|哪|多少|贵姓|可以吗|方便|请(?:说|讲|提供|报|发|问)|what |when |which |may i |could you /i
const smallTalk =
  /^(?:在吗?|你好|您好|喂|hi|hello|hey|好的?|嗯+|谢谢.{0,3}|thanks?.{0,8}|ok|是的?|对的?|行|可以|没事|好吧|再见|不客气|抱歉|收到|\[[^\]]*\])[\s。.!！~?？]*$/i

/** A line of a form that a field of its own says, or a heading. */
const heading =
  /^(?:姓名|联系人?|联系方式|电话|手机|地址|地点|地区|型号|编号|序列号|单号|订单|识别码|用户|name|phone|address)[^\n:：]{0,6}[:：]|^【[^】]*】$/i

interface Piece {
  readonly mark: Mark
  readonly telling: Telling
  /** How well it tells, for the choice among pieces of a kind. */
  readonly score: number
  readonly at: number
}

/** Clauses of an utterance with their words, small talk left out. */
function piecesOf(u: Utterance): { readonly mark: Mark; readonly text: string }[] {
  const sentences = [...u.plain.text.matchAll(/[^\n。;；!！?？]+[?？]?/g)]
  const matches = sentences.flatMap(({ 0: sentence, index }) =>
    [...sentence.matchAll(between(sentence))].map((match) => ({ words: match[0], at: index + match.index })),
  )
  return matches.flatMap(({ words, at }) => {
    const text = words.trim()
    const from = at + words.indexOf(text)
    const mark = text.length < 2 ? null : markOf(u, u.plain, from, from + text.length)
    return mark && !smallTalk.test(text) && !heading.test(text) ? [{ mark, text }] : []
  })
}

const lengthOf = ({ start, end }: Mark) => end - start
const overlap = (a: Mark, b: Mark) =>
  a.turn === b.turn ? Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) : 0

/** Whether most of a clause is a phone number, an address or a name, which have their own fields. */
const isTaken = (mark: Mark, taken: readonly Mark[]) =>
  taken.reduce((sum, t) => sum + overlap(mark, t), 0) > lengthOf(mark) * 0.45

/** Words of these kinds tell more the shorter they are said. */
const told = (u: Utterance, mark: Mark, telling: Telling, score: number): Piece => ({
  ...{ mark, telling, at: u.at },
  score: score - lengthOf(mark) / 200,
})

function customersPieces(u: Utterance, taken: readonly Mark[]): Piece[] {
  return piecesOf(u).flatMap(({ mark, text }) => {
    if (isTaken(mark, taken)) return []
    const kinds: Telling[] = []
    if (tried.test(text) && !question.test(text)) kinds.push('tried')
    if (wish.test(text)) kinds.push('wish')
    if (since.test(text)) kinds.push('since')
    if (condition.test(text)) kinds.push('condition')
    if (outcome.test(text) && !question.test(text)) kinds.push('outcome')
    return kinds.map((telling) => told(u, mark, telling, 1))
  })
}

/** What an agent said would be done, and what they found out; the last word counts. Numbers that are read back are neither. */
function agentsPieces(u: Utterance): Piece[] {
  return piecesOf(u).flatMap(({ mark, text }) => {
    if (question.test(text) || digits.test(text) || text.length > 60) return []
    const kinds: Telling[] = []
    if (promise.test(text)) kinds.push('promise')
    if (finding.test(text)) kinds.push('finding')
    return kinds.map((telling) => told(u, mark, telling, 1 + u.at / 1000))
  })
}

/** The customer's clauses that the agreed time stands in; the agent's words only where the customer said none. */
function timesOf(scene: Scene, times: readonly Mark[]): Piece[] {
  const last = times.findLast((mark) => scene.customer.some(({ turn }) => turn === mark.turn)) ?? times.at(-1)
  const u = last && scene.utterances.find(({ turn }) => turn === last.turn)
  if (!u || !last) return []
  const whole = piecesOf(u).find(({ mark }) => overlap(mark, last) > 0)
  const mark = whole && lengthOf(whole.mark) <= 40 ? whole.mark : last
  return [told(u, mark, 'time', 1)]
}

/** What the customer begins with, where nothing is known to be a fault: mostly it says what it is about. */
function beginningOf(scene: Scene, taken: readonly Mark[]): Piece[] {
  for (const u of scene.customer) {
    const first = piecesOf(u).find(({ mark, text }) => text.length >= 4 && !isTaken(mark, taken))
    if (first) return [told(u, first.mark, 'fault', 1)]
  }
  return []
}

/**
 * The words that a summary quotes, in the order in which they were said: what is wrong, since when, what was tried, what the customer
 * wants and when, what is to be minded, and what an agent promised. Words that stand `aside` tell nothing. Pure.
 */
export function gistOf(
  scene: Scene,
  clauses: readonly Clause[],
  times: readonly Mark[],
  taken: readonly Mark[],
  aside: Aside,
): Mark[] {
  const known = clauses.flatMap(({ mark, kind, score }): Piece[] => {
    const u = scene.customer.find(({ turn }) => turn === mark.turn)
    return u && !heading.test(quoteOf(mark).trim())
      ? [{ mark, telling: kind === 'fault' ? 'fault' : 'wish', score: score + 1, at: u.at }]
      : []
  })
  const all = [
    ...known,
    ...(known.some(({ telling }) => telling === 'fault') ? [] : beginningOf(scene, taken)),
    ...timesOf(scene, times),
    ...scene.customer.flatMap((u) => customersPieces(u, taken)),
    ...scene.utterances.filter(({ customer }) => !customer).flatMap(agentsPieces),
  ].filter(({ mark }) => saysMore(mark, aside))
  const kept: Mark[] = []
  for (const telling of Object.keys(room) as Telling[]) {
    const best = all.filter((piece) => piece.telling === telling).sort((a, b) => b.score - a.score)
    let left = room[telling]
    for (const { mark } of best) {
      const units = kept.reduce((sum, each) => sum + lengthOf(each), 0)
      if (left === 0 || kept.length >= mostClauses) break
      if (kept.some((each) => overlap(each, mark) > 0)) continue
      if (kept.length > 0 && units + lengthOf(mark) > mostUnits) continue
      kept.push(mark)
      left--
    }
  }
  const order = new Map(scene.utterances.map(({ turn }, i) => [turn, i]))
  return kept.sort((a, b) => order.get(a.turn)! - order.get(b.turn)! || a.start - b.start)
}
