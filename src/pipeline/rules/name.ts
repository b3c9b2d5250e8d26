import { readName, surnameParts } from '../read/name.ts'
import { type Mark, quoteOf } from '../span.ts'
import { han, latin, latinLength, nameLength, title } from './name-length.ts'
import { patterns, roles } from './name-patterns.ts'
import type { PhoneFinding } from './phone.ts'
import { affirms, markOf, type Scene, type Utterance } from './scene.ts'
import { doubleSurnames, nameStops, rareSurnames, surnames } from './surnames.ts'

/** A person's name, with how likely it is the contact on site. */
export interface NameFinding {
  readonly value: string
  readonly marks: readonly Mark[]
  readonly score: number
}

/** Names in the conversation, best first. */
export function findNames(
  scene: Scene,
  phones: readonly PhoneFinding[],
  taken: readonly Mark[],
): NameFinding[] {
  const found: NameFinding[] = []
  found.push(...readBackNames(scene))
  for (const u of scene.customer) {
    found.push(...byCue(u), ...answers(u), ...titled(u), ...signatures(u), ...spaced(u))
    found.push(...besidePhone(u, phones), ...besidePlace(u, taken))
  }
  const free = (f: NameFinding) =>
    f.marks.every((m) => !taken.some((t) => t.turn === m.turn && t.start < m.end && m.start < t.end))
  // 姓母 and 母晓燕 are one person
  const whole = (f: NameFinding) =>
    f.value.length > 1 ||
    !found.some((o) => o.score > 0 && o.value.length > 1 && o.value.length < 4 && o.value[0] === f.value)
  return found
    .filter((f) => f.score > 0 && free(f) && whole(f))
    .sort((a, b) => b.score - a.score || b.value.length - a.value.length)
}

/** The name on record that the agent reads and the customer confirms: 您是郑女士对吗 -- 对. */
function readBackNames(scene: Scene): NameFinding[] {
  return scene.utterances.flatMap((u, i) => {
    const answer = scene.utterances[i + 1]
    const asks = /[您你]是[\u4e00-\u9fa5]{2,4}\s*$|(?:对吗|对吧|是吗|是吧|是不是|吗)[?？。]?\s*$/.test(
      u.plain.text,
    )
    if (u.customer || !asks || !answer?.customer || !affirms(answer.plain.text)) return []
    return titled(u).map((f) => ({ ...f, score: f.score - 1 }))
  })
}

function finding(u: Utterance, start: number, end: number, score: number, onSite = false): NameFinding[] {
  const mark = markOf(u, u.plain, start, end)
  const value = mark && readName([quoteOf(mark)])
  if (!mark || !value) return []
  return [{ value, marks: [mark], score: score + judge(u, start, end, onSite) }]
}

const third =
  /(?:上次|上回|之前)[^,，。\s]{1,8}是$|(?:上次|上回|之前|昨天|前天|你们|贵司|我司|安装|维修|送货|售后|公司的?|我们老板|老板|房东|业务员?|销售|客服|经手|司机|快递员?|工程师|收件人是|转给|抄送|cc|同事|邻居|师傅|导购|技术员?|回访|(?:服务|维修|安装|上门|售后)(?:人员|师傅|工程师)[:：])(?:的|那个|一个|是|姓|找的?|叫)?\s*$/i
const thirdAfter =
  /^(?:的?(?:那个)?(?:师傅|小哥|工程师|客服)|来的|来过|装的|修的|上次|说的?(?:要|是|可以|没)|送的|卖的|安装的|昨天|前天|跟我说|告诉我|答应|负责|给我装|没修好|修了)/

/** How likely the person is the one on site rather than somebody that is talked about. */
function judge(u: Utterance, start: number, end: number, onSite: boolean): number {
  const { text } = u.plain
  const before = text.slice(Math.max(0, start - 10), start)
  const after = text.slice(end, end + 8)
  let score = 0
  if (
    start <= 1 &&
    /^\s*(?:你好|您好|在吗|早上?好?[\s,，]|[,，]\s*(?:你好|您好|麻烦|请))/.test(after) &&
    !u.asked.has('name')
  )
    score -= 6
  const own = /物业客服\s*$|(?:老板|店长|同事)姓$/.test(before) || (onSite && /同事$/.test(before))
  if (third.test(before) && !own) score -= 8
  if (thirdAfter.test(after)) score -= 8
  if (
    /师傅$/.test(text.slice(start, end)) &&
    !/我是$|我姓$|[室部台处科办]找$|(?:值班|现场|对接|联系)\s*$|找[\u4e00-\u9fa5]{0,3}$|[\u4e00-\u9fa5]场$|[:：]\s*$/.test(
      before,
    ) &&
    !u.asked.has('name')
  )
    score -= 4
  const calls =
    start <= 1 && /^\s+[\u4e00-\u9fa5\w#]{3}/.test(after) && !/^\s*(?:1[3-9]\d|0\d{2})/.test(after)
  if (calls && /[工总]$|经理$/.test(text.slice(start, end)) && !u.asked.has('name')) score -= 4
  if (/^\s*[(（]?\s*(?:电话|手机)?[:：]?\s*1[3-9]\d/.test(after)) score += 1
  if (/^[你您他她]|^(.)\1\1/.test(text.slice(start, end))) score -= 9
  // 店长芳姐180…坐月子呢别打她
  if (
    /^\s*[\d\s-]{7,16}[^\d,，。\n]{0,4}(?:别打|不要打|不用打|别找|坐月子|休息|请假|出差)/.test(
      text.slice(end, end + 28),
    )
  )
    score -= 7
  // 老廖手机快没电了 打我的
  if (/^的?(?:手机|电话)[^,，。\n]{0,4}(?:没电|打不通|关机|停机|坏)/.test(text.slice(end, end + 12)))
    score -= 4
  // 工程部刘工 136… 不过明后两天他休息
  if (
    /^[^\n]{0,26}?(?:他|她|这两天|明天|今天)[^,，。\n]{0,4}(?:休息|请假|出差)/.test(text.slice(end, end + 32))
  )
    score -= 4
  return score
}

function byCue(u: Utterance): NameFinding[] {
  const { text } = u.plain
  const found: NameFinding[] = []
  for (const { cue, score, shape, sure } of patterns) {
    for (const match of text.matchAll(cue)) {
      const start = match.index + match[0].length
      if (
        /(?:百家|同|(?<!免)贵|不|老百|改|也|[这那]个)姓$/.test(match[0]) ||
        (/[百同改]$|[这那]个$|(?<!免)贵$/.test(text.slice(0, match.index)) && /^姓/.test(match[0]))
      )
        continue
      const single =
        /姓\s*$/.test(match[0]) && /^(?![名氏什啥])[\u4e00-\u9fa5](?=[\s,，。.\d]|$)/.test(text.slice(start))
      if (single) found.push(...finding(u, start, start + 1, score))
      const at = start + (shape === 'latin' ? 0 : roleBefore(text.slice(start, start + 12)))
      const length =
        shape === 'latin' ? latinLength(text, at) : nameLength(text, at, shape === 'written', sure)
      if (length) found.push(...finding(u, at + length.skip, at + length.skip + length.size, score))
    }
  }
  return found
}

/** What somebody is, said before the name: 保安 昝师傅. */
function roleBefore(rest: string): number {
  const match = new RegExp(`^${roles}[\\s,，:：-]*(?=[\\u4e00-\\u9fa5A-Z])`).exec(rest)
  if (!match) return 0
  const next = rest[match[0].length]!
  return /[A-Z小老阿]/.test(next) || surnames.has(next) || rareSurnames.has(next) ? match[0].length : 0
}

/** Names that are written by their sound, as an answer of their own: 古力娜扎, 阿不都. */
const transcribed =
  /^[古力丽娜扎艾买提江阿不都热合曼吐尔逊尼亚孜依拉木克帕夏米合巴特格日勒图斯琴其其乌云娅叶肯]{3,7}(?=[\s,，。]*$|[\u4e00-\u9fa5]{2,3}[部科室]的)/

const oneWord =
  /^(?![不没随稍等好就这那什啥可行对嗯算直先都还也谢麻你我他她您怎干问哪咋要给])[\u4e00-\u9fa5·]{2,4}?(?:[\s,，。!！]*$|[幺\d][\d零〇幺一二三四五六七八九拐洞勾两]{5})/

/** The answer to 贵姓, 怎么称呼. */
function answers(u: Utterance): NameFinding[] {
  const { text } = u.plain
  if (!u.asked.has('name')) return alone(u, text)
  const lead =
    /^(?:[\s,，.。]|对|嗯[呐哪]?|我[\s,，]|我(?=[\u4e00-\u9fa5]{2,3}(?:[幺\d\s]|$))|啊|哦|呃|我?姓|免贵姓?|叫我?|我叫|我是|是|联系人|就写|就|写)*/.exec(
      text,
    )![0].length
  const at = lead + roleBefore(text.slice(lead, lead + 12))
  const foreign = transcribed.exec(text.slice(at))
  // asked for nothing else, whoever answers with one word says their name, of whatever people: 热西提
  const nothingElse = u.asked.size === 1 && oneWord.test(text.slice(at))
  const length = foreign
    ? { skip: 0, size: foreign[0].length }
    : (nameLength(text, at, false, nothingElse) ?? latinLength(text, at))
  return length ? finding(u, at + length.skip, at + length.skip + length.size, 4) : []
}

/** A message of nothing but a name. */
function alone(u: Utterance, text: string): NameFinding[] {
  const word = text.trim()
  if (!/^[\u4e00-\u9fa5]{2,3}$/.test(word) || u.at === 0) return []
  const start = text.indexOf(word)
  const length = nameLength(text, start, true)
  return length && length.skip === 0 && length.size === word.length
    ? finding(u, start, start + word.length, 1.2)
    : []
}

/** 客户 缑先生: a title makes a name of a rare surname where a name may stand. */
const announced =
  /(?:^|[\s,，.。;；:：]|客户|用户|业主|车主|户主|姓|是|找|联系|叫|我)([\u4e00-\u9fa5](?:先生|女士|小姐|师傅|经理|阿姨))(?![\u4e00-\u9fa5]{0,2}(?:来|修|装)过)/g
/** 晏殊的晏 晏明: the surname is explained before the name is said. */
const explainedFirst = /[\u4e00-\u9fa5]{1,3}的([\u4e00-\u9fa5])[\s,，]*(?=\1[\u4e00-\u9fa5])\1/g
/** 小单, 老卓: a nickname between spaces. */
const lone = /(?:^|[\s,，;；])([小老][\u4e00-\u9fa5])(?=$|[\s,，;；])/g

/** 曾先生, 郑工 and the like, anywhere. */
function titled(u: Utterance): NameFinding[] {
  const pattern = new RegExp(`(${han}{1,3}?)(?:${title})(?![作程厂地人具位业商共部司资序具艺单])`, 'g')
  const found: NameFinding[] = []
  for (const match of u.plain.text.matchAll(announced)) {
    const start = match.index + match[0].length - match[1]!.length
    if (rareSurnames.has(match[1]![0]!)) found.push(...finding(u, start, start + match[1]!.length, 2))
  }
  for (const match of u.plain.text.matchAll(explainedFirst)) {
    const length = nameLength(u.plain.text, match.index + match[0].length - 1, false, true)
    const at = match.index + match[0].length - 1
    if (length && length.skip + length.size > 1)
      found.push(...finding(u, at + length.skip, at + length.skip + length.size, 4))
  }
  for (const match of u.plain.text.matchAll(lone)) {
    const start = match.index + match[0].length - match[1]!.length
    if (surnames.has(match[1]![1]!)) found.push(...finding(u, start, start + 2, 1.5))
  }
  for (const match of u.plain.text.matchAll(pattern)) {
    const text = match[0]
    for (let cut = 0; cut < text.length - 1; cut++) {
      const name = text.slice(cut)
      const isName =
        !(name.startsWith('安') && text[cut - 1] === '保') &&
        !isLabel(u.plain.text, match.index, match.index + text.length) &&
        surnames.has(name[0]!) &&
        !nameStops.test(name) &&
        (name.length <= 3 || /(?:先生|女士|小姐|老师|经理|师傅|店长)$/.test(name))
      if (!isName) continue
      found.push(...finding(u, match.index + cut, match.index + text.length, 2))
      break
    }
  }
  return found
}

/** 报修老师: a title that is announced is a label, no name. */
function isLabel(text: string, start: number, end: number): boolean {
  return /^\s?[:：]/.test(text.slice(end, end + 2)) && /[\u4e00-\u9fa5]$/.test(text.slice(start - 1, end))
}

/** The surnames of most people: alone between blanks beside a number they are one. */
const everyday = /^[王李张刘陈杨赵吴周徐孙朱胡郭林罗梁宋郑谢韩唐冯]$/

/** A name written beside a phone number: "涂佳 18679112280", "13856039954 曾先生". */
function besidePhone(u: Utterance, phones: readonly PhoneFinding[]): NameFinding[] {
  const found: NameFinding[] = []
  const { text } = u.plain
  for (const phone of phones) {
    const mark = phone.marks[0]
    if (!mark || mark.turn !== u.turn) continue
    const start = u.plain.starts.indexOf(mark.start)
    const end =
      u.plain.ends.indexOf(phone.marks.at(-1)!.turn === u.turn ? phone.marks.at(-1)!.end : mark.end) + 1
    const boost = phone.score === phones[0]!.score ? 1 : 0
    const head = text.slice(Math.max(0, start - 24), start)
    const mine = /打我的?[\s:：]*$/.test(head) ? 1 : 0
    // 打我们工程部韦师傅的136… 到了也找他
    const theirs =
      /打(?:给)?[^\d,，。\n]{2,12}的?[\s:：]*$/.test(head) ||
      /^[^,，。\n]{0,4}到了?也?找[他她]/.test(text.slice(end, end + 10))
        ? 2
        : 0
    const before = new RegExp(
      `(?:^|[\\s,，:：;；。、/(（]|店长|物业|现场)((?:${han}{2,4}(?:先生|女士|小姐|老师|经理)?|${han}(?=\\s)|${latin}|${han}{1,2}[A-Z][a-z]+))[\\s,，:：/(（-]*(?:电话|手机|tel|phone|mobile)?[是:：\\s]*$`,
      'i',
    ).exec(head)
    const glued =
      before ??
      new RegExp(`(${han}{2,4}?)\\s?(?:的?(?:联系)?(?:电话|手机号?|号码)是?|的|收)?[\\s:：]?$`).exec(head)
    if (glued)
      found.push(
        ...nameAt(
          u,
          text,
          start - head.length + glued.index + glued[0].indexOf(glued[1]!),
          glued[1]!,
          3 + boost + theirs,
          before !== null,
        ),
      )
    const after = new RegExp(
      `^[\\s,，:：;；。、/()（）-]{0,3}(?:我?是|联系人|找|姓|我姓|我叫|店长|经理|物业|老板|业主|用户|客户)?\\s?(${han}{1,2}[A-Z][a-z]+|${han}{1,4}(?![\\u4e00-\\u9fa5]|\\s*[:：])|${latin})`,
    ).exec(text.slice(end, end + 24))
    if (after)
      found.push(
        ...nameAt(u, text, end + after[0].length - after[1]!.length, after[1]!, 3 + boost + mine, true),
      )
  }
  return found
}

/** A name written before or behind an address in one block: "张丽 世纪大道100号", "环球金融中心45楼 张丽". */
function besidePlace(u: Utterance, places: readonly Mark[]): NameFinding[] {
  const known = (word: string) => surnames.has(word[0]!) || doubleSurnames.has(word.slice(0, 2))
  const own = places.filter((mark) => mark.turn === u.turn)
  if (own.length === 0) return []
  const { text, starts, ends } = u.plain
  const start = starts.indexOf(Math.min(...own.map((mark) => mark.start)))
  const end = ends.indexOf(Math.max(...own.map((mark) => mark.end))) + 1
  const found: NameFinding[] = []
  const after = new RegExp(`^[\\s,，]+(${han}{2,4})(?=[\\s,，。]*$|[\\s,，:：]+\\d{3})`).exec(
    text.slice(end, end + 24),
  )
  if (after && known(after[1]!))
    found.push(...nameAt(u, text, end + after[0].length - after[1]!.length, after[1]!, 2.5, true))
  const before = new RegExp(`(${han}{2,4})[\\s,，]+$`).exec(text.slice(Math.max(0, start - 8), start))
  const at = before ? start - before[0].length : -1
  if (before && known(before[1]!) && (at === 0 || text[at - 1] === '\n'))
    found.push(...nameAt(u, text, at, before[1]!, 2.5, true))
  return found
}

function nameAt(
  u: Utterance,
  text: string,
  at: number,
  word: string,
  score: number,
  bounded: boolean,
): NameFinding[] {
  if (/^[A-ZÀ-Þ]/i.test(word)) {
    const length = /^[A-ZÀ-Þ]/.test(word) ? latinLength(text, at) : null
    return length ? finding(u, at + length.skip, at + length.skip + length.size, score) : []
  }
  const role = bounded ? roleBefore(text.slice(at, at + 12)) : 0
  if (role > 0 && role < word.length) return nameAt(u, text, at + role, word.slice(role), score, bounded)
  for (let cut = bounded ? 0 : Math.max(0, word.length - 3); cut < (bounded ? 1 : word.length); cut++) {
    const name = word.slice(cut)
    const length = nameLength(text, at + cut, true, bounded && rareSurnames.has(name[0]!))
    const fits = length !== null && length.skip + length.size === name.length
    const lone =
      name.length === 1 &&
      bounded &&
      (surnames.has(name) || (rareSurnames.has(name) && /^[\s,，。]*$/.test(text.slice(at + word.length)))) &&
      (!/^[\s,，]*[\u4e00-\u9fa5]/.test(text.slice(at + word.length)) ||
        (everyday.test(name) && /^\s/.test(text.slice(at + word.length))) ||
        surnameParts.some((p) =>
          text
            .slice(at + word.length)
            .trimStart()
            .startsWith(p),
        ))
    if (fits && (name.length >= 2 || lone) && !/[室部处科办台厅]$/.test(name))
      return finding(u, at + cut + length.skip, at + word.length, score - cut, true)
  }
  return []
}

/** 贺 铭, 白 文 涛: a name that is set apart with blanks, on a line of its own or before a number. */
function spaced(u: Utterance): NameFinding[] {
  const pattern = new RegExp(
    `(?<=^|\\n)[ \\t]*(${han}(?: {1,2}${han}){1,2})(?=[ \\t]*(?:\\n|$|1[3-9]\\d|电话|手机))`,
    'g',
  )
  return Array.from(u.plain.text.matchAll(pattern)).flatMap((match) => {
    const end = match.index + match[0].length
    return surnames.has(match[1]![0]!) ? finding(u, end - match[1]!.length, end, 3) : []
  })
}

const courtesy =
  /^(?:此致|敬礼|谢谢[!！。]?|祝好|顺祝商祺|多谢|best(?: regards)?|regards|thanks(?: a lot)?|thank you|kind regards|cheers|sincerely|祝.{1,6})[,，.。!！]*$/i

/** A line that says where somebody works. */
const house = /公司|集团|[工电]厂|医院|学校|大学|酒店|宾馆|咖啡|物业|采购|行政|[店部室科]$/

/** What stands under many mails and is nobody's. */
const notice = /confidential|保密|免责|intended recipient|addressee|^sent from|发自/i

/** The name under a mail: among the last lines that are not empty, never the first. */
function signatures(u: Utterance): NameFinding[] {
  const { text } = u.plain
  const lines: { start: number; word: string }[] = []
  let end = text.length
  while (end > 0 && lines.length < 8) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const word = text.slice(start, end).trim()
    if (word !== '' && !notice.test(word)) lines.unshift({ start: text.indexOf(word, start), word })
    end = start - 1
  }
  if (end <= 0) lines.shift()
  return lines.slice(-6).flatMap(({ start, word }, i, last) => {
    const before = last[i - 1] ?? lines[lines.length - last.length - 1]
    const closing = before !== undefined && courtesy.test(before.word)
    const rare = /^[\u4e00-\u9fa5]{2,3}$/.test(word) && rareSurnames.has(word[0]!) && !nameStops.test(word)
    // 卓玛, with their house on the next line
    if (rare && (closing || house.test(last[i + 1]?.word ?? '')))
      return finding(u, start, start + word.length, 2)
    return signature(u, text, start, word, closing)
  })
}

function signature(u: Utterance, text: string, start: number, word: string, closing: boolean): NameFinding[] {
  const score = closing ? 3.5 : 2.5
  const dashes = /^-+\s*/.exec(word)?.[0].length ?? 0
  if (dashes > 0 && dashes < word.length)
    return signature(u, text, start + dashes, word.slice(dashes), closing)
  const western = new RegExp(`^(${latin})(?:, ?[A-Z][a-z]+)?$`).exec(word)
  if (western) return latinLength(text, start) ? finding(u, start, start + western[1]!.length, score) : []
  for (const part of new Set([word.split(/[\s|｜,，/]/)[0]!, word.split(/[\s|｜,，/]/).at(-1)!])) {
    const at = start + (part === word.split(/[\s|｜,，/]/)[0] ? 0 : word.length - part.length)
    const length = nameLength(text, at, true)
    const known =
      length !== null && length.size + length.skip === part.length && part.length <= 6 && part.length >= 2
    if (known && (surnames.has(part[0]!) || doubleSurnames.has(part.slice(0, 2))))
      return finding(u, at, at + part.length, score)
  }
  return []
}
