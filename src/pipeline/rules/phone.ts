import { readPhone } from '../read/phone.ts'
import { type Mark, quoteOf } from '../span.ts'
import { affirms, denies, markOf, type Scene, type Utterance } from './scene.ts'

/** A phone number that somebody said, with how likely it is the one to call back. */
export interface PhoneFinding {
  readonly value: string
  readonly marks: readonly Mark[]
  readonly score: number
}

interface Group {
  readonly utterance: Utterance
  readonly start: number
  readonly end: number
  readonly digits: string
}

const joining = /^(?:[\s,，、.·()（）-]|嗯|呃|额|啊|那个|然后是?|再|后面是?|接着|and then)*$/i
/** What may stand before or after a piece of a number that goes on in the next turn. */
const loneFiller =
  /^(?:[\s,，、.。·:：-]|嗯|呃|额|啊|好|哦|我?的?(?:手机|电话)号?码?是?|是|你?记一下|那个|然后是?)*$/

/** Nobody has more numbers than this; what works on all of them stays linear in the text. */
const mostFindings = 100

/** Every phone number in the conversation, best first. */
export function findPhones(scene: Scene): PhoneFinding[] {
  const said = scene.customer.flatMap((_, i) => windows(groupsOf(scene.customer, i), scene))
  const found = [...said, ...(said.length > 0 ? [] : confirmedByCustomer(scene))]
  const repeated = readBack(scene)
  return found
    .filter((f) => f.score > -3)
    .map((f) => (repeated.has(f.value.replace(/\D/g, '')) ? { ...f, score: f.score + 2 } : f))
    .sort((a, b) => b.score - a.score)
    .slice(0, mostFindings)
}

/** The numbers that somebody of the house repeats without being contradicted. */
function readBack(scene: Scene): ReadonlySet<string> {
  const repeated = new Set<string>()
  for (const [i, u] of scene.utterances.entries()) {
    if (u.customer || denies(scene.utterances[i + 1]?.plain.text ?? '')) continue
    for (const [digits] of u.spoken.text.replace(/(?<=\d)[\s,，-](?=\d)/g, '').matchAll(/\d{7,}/g))
      repeated.add(digits)
  }
  return repeated
}

/** The digit groups of a turn, and of the next turns as far as a number goes on in them. */
function groupsOf(customer: readonly Utterance[], position: number): Group[] {
  const groups = digitGroups(customer[position]!)
  if (position > 0 && goesOn(customer[position - 1]!, customer[position]!))
    return groups.filter((g) => g.digits.length >= 11)
  for (let i = position; i < Math.min(position + 3, customer.length - 1); i++) {
    if (!goesOn(customer[i]!, customer[i + 1]!)) break
    groups.push(...digitGroups(customer[i + 1]!))
  }
  return groups
}

/** Whether a number that one turn ends with goes on at the beginning of the next. */
function goesOn(turn: Utterance, next: Utterance): boolean {
  const last = digitGroups(turn).at(-1)
  const following = digitGroups(next)[0]
  if (!last || !following || last.digits.length >= 11 || following.digits.length >= 11) return false
  if (afterUnit.test(turn.spoken.text.slice(Math.max(0, last.start - 2), last.start))) return false
  return (
    loneFiller.test(turn.spoken.text.slice(last.end)) &&
    loneFiller.test(next.spoken.text.slice(0, following.start))
  )
}

function digitGroups(utterance: Utterance): Group[] {
  const { text } = utterance.spoken
  return Array.from(text.matchAll(/\d+/g)).flatMap((m) => {
    const end = m.index + m[0].length
    const room =
      glued.test(m[0]) && afterUnit.test(text.slice(Math.max(0, m.index - 2), m.index)) ? end - 11 : m.index
    const whole = { utterance, start: room, end, digits: m[0].slice(room - m.index) }
    return room === m.index
      ? [whole]
      : [{ utterance, start: m.index, end: room, digits: m[0].slice(0, room - m.index) }, whole]
  })
}

/** A room number and a phone number said without a pause: 二栋五零三幺三九…. */
const glued = /^\d{1,5}1[3-9]\d{9}$/
const afterUnit = /[栋幢座元号楼层室区]$/

function windows(groups: readonly Group[], scene: Scene): PhoneFinding[] {
  const found: PhoneFinding[] = []
  for (let i = 0; i < groups.length; i++) {
    let digits = ''
    for (let j = i; j < Math.min(groups.length, i + 14); j++) {
      if (j > i && !joins(groups[j - 1]!, groups[j]!)) break
      digits += groups[j]!.digits
      if (digits.length > 16) break
      const shape = shapeOf(digits, groups[i]!, groups[j]!)
      if (!shape) continue
      // abroad nothing tells how long a number is: it goes on as long as groups follow
      const next = groups[j + 1]
      const more = shape === 'foreign' && next !== undefined && joins(groups[j]!, next)
      if (more && digits.length + next.digits.length <= 15) continue
      const finding = toFinding(groups.slice(i, j + 1), shape, scene)
      if (!finding) continue
      found.push(finding)
      i = j
      break
    }
  }
  return found
}

function joins(a: Group, b: Group): boolean {
  if (a.utterance !== b.utterance) return true
  const gap = a.utterance.spoken.text.slice(a.end, b.start)
  return gap.length > 0 && gap.length <= 8 && joining.test(gap) && !/\n/.test(gap)
}

function shapeOf(
  digits: string,
  first: Group,
  last: Group,
): 'mobile' | 'landline' | 'foreign' | 'local' | null {
  const before = first.utterance.spoken.text.slice(Math.max(0, first.start - 12), first.start)
  const after = last.utterance.spoken.text.slice(last.end, last.end + 2)
  if (/[A-Za-z]$|[A-Za-z]-$|[_#]$|[A-Z]\d*-$/.test(before) || /^(?:[A-Za-z_]|-?[A-Z])/.test(after))
    return null
  if (/\+ ?$/.test(before) && !digits.startsWith('86'))
    return digits.length >= 9 && /^\D/.test(`${after} `) ? 'foreign' : null
  const bare = digits.replace(/^(?:0086|86)(?=1[3-9]\d{9}$)/, '')
  if (/^1[3-9]\d{9}$/.test(bare)) return 'mobile'
  if (/\+ ?$/.test(before) && /^86(?:10|2[0-5789]|[3-9]\d\d)[2-9]\d{6,7}$/.test(digits)) return 'landline'
  if (/^0(?:10|2[0-5789])[2-9]\d{7}$/.test(digits) || /^0[3-9]\d\d[2-9]\d{6,7}$/.test(digits)) {
    return digits.length >= 11 || !/^\d/.test(after) ? 'landline' : null
  }
  if (/^85[23][2-9]\d{7}$/.test(digits) && /\($/.test(before)) return 'landline'
  if (/^[2-9]\d{6,7}$/.test(digits) && isLocal(digits, before, after, first, last)) return 'local'
  return null
}

/** A number without an area code: it is labelled or asked for, or written as in Hong Kong and Macao (6688 3012). */
function isLocal(digits: string, before: string, after: string, first: Group, last: Group): boolean {
  if (/^[号年月日点元]|^\d/.test(after)) return false
  if (/(?:座机|固话|固定电话|电话是?|内线|\b(?:tel|phone|mobile|call)\.?)[是:：\s]*$/i.test(before))
    return true
  if (digits.length !== 8 || /^20[2-3]\d[01]\d[0-3]\d$/.test(digits)) return false
  const said = last.utterance.spoken.text.slice(first.start, last.end)
  return (
    first.utterance.asked.has('phone') || (first.utterance === last.utterance && /^\d{4} \d{4}$/.test(said))
  )
}

function toFinding(groups: readonly Group[], shape: string, scene: Scene): PhoneFinding | null {
  const first = groups[0]!
  const last = groups.at(-1)!
  const end = last.end + extensionAfter(last.utterance.spoken.text.slice(last.end), shape)
  const begin =
    shape === 'foreign'
      ? first.start - (/\+ $/.test(first.utterance.spoken.text.slice(0, first.start)) ? 2 : 1)
      : first.start
  const marks = marksOver([
    { ...first, start: begin },
    ...groups.slice(1),
    { ...last, start: last.start, end },
  ])
  const corrected = shape === 'mobile' || shape === 'landline' ? correctedMarks(scene, groups, marks) : marks
  const value = readPhone(corrected.map(quoteOf)) ?? readPhone(marks.map(quoteOf))
  if (value === null || isHotline(value, scene)) return null
  const used = readPhone(corrected.map(quoteOf)) === value ? corrected : marks
  const score = scoreOf(first, last, shape, used !== marks) - (takenBack(scene, last) ? 6 : 0)
  return { value, marks: used, score }
}

const takesBack =
  /^\s*[*＊]\s*1[3-9]\d{9}|^\s*(?:啊|哦|噢|呃)?(?:不对|错了|不是|等等)?[,，\s]*(?:这|那|刚才|上面)(?:那|这)?个?(?:号码?|的)?(?:是|的)[^\d\n]{0,3}(?:老|旧|以前|原来|错|不用)/

/** The customer's next words take the number back: 打135… -- 不对这是老号183…. */
function takenBack({ customer }: Scene, { utterance }: Group): boolean {
  const next = customer[customer.indexOf(utterance) + 1]
  return next !== undefined && takesBack.test(next.spoken.text) && /\d{7}/.test(next.spoken.text)
}

/** One mark per turn, from its first place to its last. */
function marksOver(places: readonly { utterance: Utterance; start: number; end: number }[]): Mark[] {
  const marks: Mark[] = []
  for (let i = 0; i < places.length; ) {
    const { utterance, start } = places[i]!
    let end = places[i]!.end
    for (i++; i < places.length && places[i]!.utterance === utterance; i++) end = places[i]!.end
    const mark = markOf(utterance, utterance.spoken, start, end)
    if (mark) marks.push(mark)
  }
  return marks
}

function extensionAfter(rest: string, shape: string): number {
  if (shape !== 'landline') return 0
  return /^\s*(?:转|-|分机号?|ext\.? ?)\s*\d{1,5}(?!\d)/i.exec(rest)?.[0].length ?? 0
}

function isHotline(value: string, scene: Scene): boolean {
  const digits = value.replace(/\D/g, '')
  return scene.input.catalogue.hotlines.some((hotline) => hotline.replace(/\D/g, '') === digits)
}

/** A turn that corrects the number of the turn before. */
const mending =
  /^[\s,，。.]*(?:嗯|啊|哦|诶|呃)*[,，\s]*(?:不对|不是|错了|说错|更正|应该是|哦不|最后|尾号|后[1-8]位|末|no\b|sorry|the last)/i

/** 最后四位是二八四五: the corrected digits take the place of the last ones, or of those that were wrong. */
function correctedMarks(scene: Scene, groups: readonly Group[], marks: readonly Mark[]): readonly Mark[] {
  const last = groups.at(-1)!
  const places = groups.flatMap((g) =>
    Array.from(g.digits, (_, k) => ({ utterance: g.utterance, at: g.start + k })),
  )
  if (places.length < 10 || places.length > 12) return marks
  const position = scene.customer.indexOf(last.utterance)
  const following = scene.customer[position + 1]
  const options = [
    { utterance: last.utterance, from: last.end },
    ...(following ? [{ utterance: following, from: 0 }] : []),
  ]
  for (const { utterance, from } of options) {
    const text = utterance.spoken.text.slice(from, from + 40)
    if (!mending.test(text)) continue
    const swapped = swap(places, groups, utterance, from, text) ?? tail(places, utterance, from, text)
    if (swapped) return swapped
  }
  return marks
}

type Place = { readonly utterance: Utterance; readonly at: number }

function piece(places: readonly Place[]): Mark[] {
  return marksOver(places.map(({ utterance, at }) => ({ utterance, start: at, end: at + 1 })))
}

/** 是五不是六, 不是六是五. */
function swap(
  places: readonly Place[],
  groups: readonly Group[],
  utterance: Utterance,
  from: number,
  text: string,
): Mark[] | null {
  const a = /是(\d{1,4})[,，\s]*不是(\d{1,4})(?!\d)/.exec(text)
  const b = /不是(\d{1,4})[,，\s]*(?:而?是|应该是)(\d{1,4})(?!\d)/.exec(text)
  const [right, wrong] = a ? [a[1]!, a[2]!] : b ? [b[2]!, b[1]!] : ['', '']
  const digits = groups.map((g) => g.digits).join('')
  const at = right.length === wrong.length && wrong !== '' ? digits.lastIndexOf(wrong) : -1
  if (at < 0) return null
  const match = (a ?? b)!
  const within = a ? match.index + match[0].indexOf(right) : match.index + match[0].lastIndexOf(right)
  const mark = markOf(utterance, utterance.spoken, from + within, from + within + right.length)
  return mark ? [...piece(places.slice(0, at)), mark, ...piece(places.slice(at + wrong.length))] : null
}

function tail(places: readonly Place[], utterance: Utterance, from: number, text: string): Mark[] | null {
  const match =
    /(?:最后|末尾|尾号)(?:一位|一个)?是(\d{1,4})(?!\d|[号栋楼点年月室单])/.exec(text) ??
    /(?:最后|后面|尾号|末尾|后[1-8]位|last|sorry|\bno\b|不对|错了|更正|应该是|不是)[^\d]{0,12}(?:[1-8]位[^\d]{0,4})?(\d{2,8}|(?<=1位[^\d]{0,4})\d)(?!\d|[号栋楼点年月室单])/i.exec(
      text,
    )
  if (!match) return null
  const at = from + match.index + match[0].length - match[1]!.length
  const mark = markOf(utterance, utterance.spoken, at, at + match[1]!.length)
  return mark ? [...piece(places.slice(0, places.length - match[1]!.length)), mark] : null
}

const labelled =
  /(?:电话|手机号?码?|联系方式|号码|联系人?|回拨|回电|phone|mobile|tel|cell|call|reach me (?:at|on))[^\d]{0,12}$/i
const notPhone =
  /(?:税号|工号|单号|编号|账号|卡号|身份证号?|传真|fax|qq|序列号|识别码|合同号?|发票号?|纳税人识别号)[^\d\n电手]{0,4}$/i
const houseLine =
  /(?:热线|咨询电话|客服电话|客服|官方电话|你们(?:的)?(?:电话|号码)|(?<!优先|请|直接)拨打|打你们|打过?你们|投诉电话|销售电话|报警|hotline)[^\d\n]{0,6}$/i
const other =
  /(?:导购|店家|卖家|商家|网店|同事|业务员|业务|销售|快递员?|司机|经销商|代理商)[^\d\n]{0,8}$|(?:你们|安装|维修|上门|上次)[^\d\n]{0,4}(?:师傅|工程师)[^\d\n]{0,8}$|(?:师傅|工程师|技术员)的?(?:电话|手机|号码)[^\d\n]{0,4}$/
const old =
  /(?<!(?:这|那|刚才|上面)个?(?:是|的是)(?:我|我的)?)(?:旧|老|以前|原来|原先)的?(?:那个|号码?|电话|手机号?|联系方式)[^\d\n]{0,5}$|(?:旧|老|以前|原来|原先)的[^\d\n]{0,3}$|(?:之前|上次|登记)的?(?:那个)?(?:号码?|电话|手机号?)[^\d\n]{0,3}(?<!电话是|号码是)$/
const oldAfter =
  /^[^\d\n]{0,14}(?:休息|请假|出差)|^[^\d\n]{0,8}(?:不用了|停机|停用|打不通|换了|注销|作废|别打(?!我)|不要打(?!我)|空号|丢了|打了?不接|没人接|跟我说|说(?:能|要|可以)|已经不用|是旧|是以前)/
const wanted =
  /(?:打(?:这个|我|他|她|给)|回(?:电|拨)|联系(?:我|他|她)|换成|改成|改为|新号码?|新电话|现在用|(?:请|优先|直接)(?:打|联系|拨)|打(?:到|给)?[\u4e00-\u9fa5]{2,4}[室部台处科办]|以这个为准|please call|call me)[^\d\n]{0,12}$|打\s*$|现场(?:请?(?:找|联系)|联系人|负责人|对接)[^\d\n]{0,16}$|(?:on-?site|site|local) contact(?: person)?[^\d\n]{0,32}$/i
const wantedAfter =
  /^[^\d\n]{0,6}(?:打我(?:手机|电话|这)|打这个|为准|这个能打通|联系这个|找我|随时打|联系(?:他|她|我)|打(?:他|她)|找(?:他|她))|^[^\d\n]{0,20}联系(?:他|她)/

const ownNumber = /(?:^|[;；,，。\s])我(?:的|是)?[\s:：]*[\u4e00-\u9fa5]{0,4}\s*$/

/** 打不通就打她儿子 138…: only when the first number is of no use. */
const otherwise =
  /(?:打不通|没人接|不接|联系不上|找不到(?:人|他|她)?|不行)[^\d\n]{0,4}(?:就|再|可以?)[^\d\n]{0,12}$|也(?:可以|能|行)?打我?[^\d\n]{0,6}$/

/** 不是138…,是139…: the number behind 不是 is the wrong one, unless somebody asks whether it is (是不是…, …吗). */
const refuted = /(?<!是)不是\s*$/
/** 不是138…,是 */
const rightInstead = /不是[\d\s-]{7,15}[,，\s]{0,2}(?:而是|应该是|是)\s*$/
const asksAfter = /^\s*(?:吗|么|吧|[?？])/

function scoreOf(first: Group, last: Group, shape: string, corrected: boolean): number {
  const before = first.utterance.spoken.text.slice(Math.max(0, first.start - 40), first.start)
  const after = last.utterance.spoken.text.slice(last.end, last.end + 24)
  let score = shape === 'mobile' ? 1 : shape === 'local' ? -0.5 : 0.5
  if (labelled.test(before)) score += 2
  if (first.utterance.asked.has('phone')) score += 2
  // 我 岑晓 158… (打他的): the number of somebody else is meant
  const notMine = /^[^\d\n]{0,4}(?:打|联系|找)(?:他|她)/.test(after) && ownNumber.test(before)
  if (notMine) score -= 3
  else if (wanted.test(before) || wantedAfter.test(after)) score += 4
  if (notPhone.test(before)) score -= 10
  if (houseLine.test(before)) score -= 10
  if (other.test(before)) score -= 4
  if (old.test(before) || oldAfter.test(after)) score -= 8
  if (otherwise.test(before)) score -= 6
  if (corrected) score += 1
  if (rightInstead.test(before)) score += 6
  if (refuted.test(before) && !asksAfter.test(after)) score -= 9
  if (/(?:不对|错了|不是|应该是|更正|改成|等[一等]?下|等等)[^\d]{0,10}$/.test(before)) score += 3
  return score
}

/** The number on record that the agent reads and the customer confirms. */
function confirmedByCustomer(scene: Scene): PhoneFinding[] {
  const found: PhoneFinding[] = []
  for (const [i, u] of scene.utterances.entries()) {
    const answer = scene.utterances[i + 1]
    if (u.customer || !answer?.customer || !affirms(answer.plain.text)) continue
    if (
      !/吗|么|吧|是不是|对不对|\?|right|correct|还是/.test(u.plain.text) ||
      /热线|拨打|客服/.test(u.plain.text)
    )
      continue
    found.push(...windows(digitGroups(u), scene).map((f) => ({ ...f, score: f.score + 1 })))
  }
  return found
}
