import type { Turn } from '../../contract/extraction.ts'
import { type Mark, quoteOf } from '../span.ts'
import { markOf, type Utterance } from './scene.ts'

/** Of one message so much is looked at: patterns must not be slow on what nobody writes. */
const mostRead = 2_000

/** 取消, with a word of time or of others behind it that makes it no wish. */
const cancelling =
  /取消(?!(?:了|过)(?!吧|呗|哈)|(?:不(?:了|掉)|失败)|的话|(?:订阅|关注|静音|童锁|定时|预约(?:功能|模式|键|洗|煮)|报警|警报|告警|提示|提醒|通知|闹钟|发票|延保|会员|自动|续费|绑定|授权|收藏|勾选|设置|密码|消毒|脱水|功能|模式|按钮|键|合同))|(?<=(?:帮|麻烦|请|给我|想|要|直接)[^,，]{0,8})取消了(?=$)|撤(?:单|销(?:工单|报修|预约|申请|这)|掉?(?:工单|报修|预约))|退单(?!了)/
/** 不用来了, 别修了: nobody is to come. */
const noNeed =
  /(?:不用|不要|不需要|用不着|无需|不必|甭|别)(?:再|麻烦|你们?|您|师傅|工程师|派人|派|人|叫|安排|让|帮我|帮|给我|过来|专门|特地|上门|来人?){0,4}(?:来|修理?|上门|过来|维修|安装|装|处理|弄|跑|安排|保养|清洗|派人|派)(?:人|师傅|一?趟|看|修|装)?(?:了|啦|咯|喽)(?=[吧哈呀啊呢哦谢~\s]|$)|先(?:不用|别)来(?=[哈啊哦~\s]|$)/
/** 不修了, 不想装了. */
const giveUp =
  /(?<![修装约])不(?:想|打算|准备|要)?(?:修|装|维修|安装|约|预约|上门)了(?=[吧哈呀啊呢哦谢~\s]|$)/
/** Where it works again nothing is needed. */
const worksAgain =
  /(?:不用|不需要)了[,，\s][^。!?\n]{0,8}(?:修好|弄好|好了|恢复|解决)了?|(?:修好|弄好|好|恢复|解决)了[^。!?\n]{0,6}不(?:用|需要)了(?![^,，。!?\n])/

const english =
  /\bcancel (?:it|this|that|my|the (?:ticket|visit|appointment|repair|request|order|booking|service|job|installation)|our (?:visit|appointment|repair)|(?:today|tomorrow)'s)\b|^\W{0,4}(?:please )?cancel(?: please)?\W{0,4}$|\bcall (?:it|the (?:visit|repair|appointment)) off\b|\b(?:no (?:longer )?need|(?:do(?:n't| not)) need|not necessary)\b[^.!?\n]{0,24}\b(?:any ?more|any longer|to come\b(?! (?:before|after|until|so|in|on|at))|to send (?:anyone|anybody|someone))(?: any ?more)?|\bno need to (?:come|send (?:anyone|anybody|someone))\b(?! (?:before|after|until|so|in|on|at))|\b(?:do(?:n't| not)) send (?:anyone|anybody|someone)\b(?! (?:before|after|until))|\bnever ?mind\b[^.!?\n]{0,24}\b(?:works?|fixed|working|sorted|solved)\b/i

/** Before 取消 in its clause: it is denied, done, somebody else's doing, or a function of the device. */
const denied =
  /(?:(?<![能可要])不|别|没有?|未|勿|莫)(?:是|要|用|想|能|会|许|准|得|必|需|打算|准备|同意|允许|说|让|叫|申请|要求|给|帮|把|我|们|你|您|人|随便|乱|擅自|直接|再|先|被|这|那|个|的|单|子|工|预约|上门|维修)*$|(?:已经?|被|刚刚?|昨天|上次|之前|(?:静音|童锁|定时|报警|提示|提醒|模式|功能|显示|写着|点[了击]?|按了?|选了?)[^,，]{0,4})$/
const deniedEnglish =
  /\b(?:do(?:n't| not)|did(?:n't| not)|never|not|no one|without|who|why|how)\b[^.!?\n]{0,24}$/i
/** Others did not come to a decision of the customer's: 你们不修了. */
const others = /(?:你们|师傅|他们?|她|工程师|客服|人家)[^,，]{0,2}$/
/** What somebody else said. */
const reported =
  /(?<![跟和给让叫诉])(?:师傅|工程师|客服|客服说|他们?|她|人家|对方|你们|上次|短信|电话里|系统)[^,，]{0,6}(?:说|讲|告诉|通知|提示|显示|写)/
const conditional =
  /如果|要是|假如|万一|再不|否则|不然|的话|\b(?:if|unless|otherwise|or (?:i|we)(?:'ll| will))\b/i
const asks = /怎么|为什么|为啥|凭什么|咋|谁|是不是|是否|有没有|什么时候|多少|收费|费用|扣[钱费]|违约金?/
/** It is to be another time. */
const another =
  /改(?:到|成|在|为|约|期|时间|天再?(?:来|约|上门|过来|修|装))|(?:换|挪|移|推迟|延迟|延后|延期|提前)(?:到|至|成)|推迟|延期|重新?(?:约|预约|安排|下)|另(?:外)?约|(?:明|后|改|隔|下周|周|星期|礼拜|号)[天一二三四五六日]?(?:上午|下午|晚上)?再?(?:来|上门|过来)(?!了)|\bre-?schedul|\bre-?book|\b(?:move|change|push|postpone)[^.!?\n]{0,20}\b(?:to|until)\b|\binstead\b/i
/** It is taken back: the visit stands. */
const keeps =
  /(?:不|别|不要|先别)取消|还是(?:来|修|装|上门)|照常|照旧|\b(?:do(?:n't| not)) cancel\b|\bkeep (?:it|the|my)\b/i

/** Words around a wish to cancel that tell nothing more. */
const around =
  /算了|好吧?|还是|麻烦|不好意思|对不起|抱歉|[请帮给替叫让把将]|[我您你他她]们?|师傅|工程师|客服|[这那]个?|个|工?单子?|预约|报修|上门|维修|先|再|暂时|直接|[想要]|可以|能不能|可不可以|谢谢|多谢|感谢|你好|您好|一下|[掉了吧啊呀哈哦呢啦哎唉嗯就]|T\d{4,12}|\b(?:please|pls|thanks?|thank you|sorry|hi|hello|ok(?:ay)?|the|my|our|this|that|it|i|we|you|would|like|want|need|can|could|to|for|me|just|ticket|visit|appointment|repair|request|booking|any ?more|any longer)\b/gi

const quoted = /“[^”\n]{0,200}”|「[^」\n]{0,200}」|《[^》\n]{0,200}》|"[^"\n]{0,200}"/g

interface Range {
  readonly start: number
  readonly end: number
}

/** Pieces of a text between marks, each with the mark that ends it. */
function pieces(text: string, marks: RegExp): readonly (Range & { readonly words: string })[] {
  const found: (Range & { words: string })[] = []
  let start = 0
  for (const { index } of text.matchAll(marks)) {
    found.push({ start, end: index + 1, words: text.slice(start, index + 1) })
    start = index + 1
  }
  return [...found, { start, end: text.length, words: text.slice(start) }]
}

/** The words of a sentence that ask to cancel; null where it asks nothing of the kind. */
function wishIn(sentence: string): Range | null {
  const found = inClauses(sentence) ?? inWhole(sentence)
  if (!found) return null
  const before = sentence.slice(0, found.start)
  return conditional.test(before) || reported.test(before) ? null : found
}

function inClauses(sentence: string): Range | null {
  const question = /[?？]$|[吗么]/.test(sentence)
  for (const { start, words } of pieces(sentence, /[,，、]/g)) {
    const clause = words.replace(/[,，、。.!！?？;；~\s]+$/, '')
    if (asks.test(clause)) continue
    const at = (match: RegExpExecArray): Range => {
      const from = start + match.index
      return { start: from, end: from + match[0].length }
    }
    const before = (match: RegExpExecArray) => clause.slice(Math.max(0, match.index - 16), match.index)
    const cancel = cancelling.exec(clause)
    if (cancel && !/了[吗么没]/.test(clause) && !denied.test(before(cancel))) return at(cancel)
    const spared = question ? null : noNeed.exec(clause)
    if (spared) return at(spared)
    const gave = question ? null : giveUp.exec(clause)
    if (gave && !others.test(before(gave))) return at(gave)
  }
  return null
}

function inWhole(sentence: string): Range | null {
  const found = worksAgain.exec(sentence) ?? english.exec(sentence)
  if (!found) return null
  const { index } = found
  if (deniedEnglish.test(sentence.slice(Math.max(0, index - 40), index))) return null
  return { start: index, end: index + found[0].length }
}

const sentenceEnds = /[。.!！?？;；\n]/g

const ownWords = ({ plain }: Utterance) =>
  plain.text.slice(0, mostRead).replace(quoted, (words) => ' '.repeat(words.length))

const tellsNothing = (words: string) => !/[\p{L}\p{N}]/u.test(words.replace(around, ' '))

/** Words of which something is not to be told, by their turns. */
export type Aside = ReadonlyMap<Turn, readonly Mark[]>

/** Clauses that say nothing but the wish to cancel, where it stands: they tell nothing of what is wrong. Pure. */
export function onlyCancelling(customer: readonly Utterance[]): Aside {
  if (!askedToCancel(customer)) return new Map()
  return Map.groupBy(customer.flatMap(cancellingClauses), ({ turn }) => turn)
}

function cancellingClauses(utterance: Utterance): Mark[] {
  return pieces(ownWords(utterance), sentenceEnds).flatMap(({ start, words }) => {
    const wishes = wishIn(words) !== null
    return pieces(words, /[,，、]/g).flatMap((clause) => {
      const wish = wishes ? wishIn(clause.words) : null
      const { words: said } = clause
      const rest = wish ? `${said.slice(0, wish.start)} ${said.slice(wish.end)}` : said
      if (!tellsNothing(rest)) return []
      return markOf(utterance, utterance.plain, start + clause.start, start + clause.end) ?? []
    })
  })
}

/** Whether words say anything besides what stands aside. Pure. */
export function saysMore(mark: Mark, aside: Aside): boolean {
  if (aside.size === 0) return true
  let rest = quoteOf(mark)
  for (const { start, end } of aside.get(mark.turn) ?? []) {
    const from = Math.max(0, start - mark.start)
    const to = Math.min(rest.length, end - mark.start)
    if (from < to) rest = rest.slice(0, from) + ' '.repeat(to - from) + rest.slice(to)
  }
  return /[\p{L}\p{N}]/u.test(rest)
}

/**
 * The customer's words that ask to cancel what is open: 取消吧, 不用来了, "please cancel my appointment". The last word counts: who
 * takes it back wants no cancellation. What is denied, asked about, quoted of others, threatened with, or wanted at another time is
 * none. Pure.
 */
export function askedToCancel(customer: readonly Utterance[]): Mark | null {
  let wish: Mark | null = null
  for (const utterance of customer) {
    const own = ownWords(utterance)
    const moved = another.test(own)
    for (const { start, words } of pieces(own, sentenceEnds)) {
      const found = moved ? null : wishIn(words)
      if (found) wish = markOf(utterance, utterance.plain, start + found.start, start + found.end)
      else if (keeps.test(words)) wish = null
    }
    if (moved) wish = null
  }
  return wish
}
