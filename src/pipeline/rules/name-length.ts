import { readName, surnameParts } from '../read/name.ts'
import { roleWord } from './name-patterns.ts'
import { doubleSurnames, nameStops, rareSurnames, surnames } from './surnames.ts'

/** What stands behind a surname to address somebody. */
export const title =
  '先生|女士|小姐|太太|老师|阿姨|大爷|大姐|大哥|师傅|经理|店长|主管|主任|班长|老板|总监|总|工|姐|哥|叔|医生|护士|院长|校长|队长|厂长|科长|同学|会计|馆长'
/** One Chinese character. */
export const han = '[\\u4e00-\\u9fa5]'
/** One to three words of a name in Latin letters. */
export const latin =
  "[A-ZÀ-Þ](?:[a-zß-ÿ]|['’](?!s\\b)[A-Za-z])+(?:[ -](?:(?:de|van|von|der|den|la|bin) ){0,2}[A-ZÀ-Þ](?:[a-zß-ÿ]|['’][A-Za-z])+|-[a-z]{2,6}){0,2}"

/** 官方的官, 姓官官方的官: whatever is explained like this is a surname. */
const ownExplanation =
  /^([\u4e00-\u9fa5])[\s,，]*(?:\1[\u4e00-\u9fa5]{1,2}|[\u4e00-\u9fa5]{2,3})(?:的|那个)\1(?![\u4e00-\u9fa5])/

/** Names that are written by their sound, alone in their place: 哈斯巴根, 罗布顿珠, 阿依古丽. */
const transcribed =
  /^[阿艾巴白布别才措达旦德登丹顿多尔扎西次仁卓玛拉姆央金嘎贡格日勒图根哈斯那乌云其木娜萨苏和音朝鲁特古力丽帕尼孜热迪麦买提江吐逊依克库班玉合曼努比亚米娅肉罗珠旺桑吉洛珍琼瓦平坚赞索南加让毛敖查干托塔高娃毕琴迈伊敏夏央普琼卡热孜帕塔买]{4,7}(?=$|[\s,，。;；()（）\d零幺一]|电话|手机|号码|女士|先生)/

/** 居工, 和师傅: a title makes a name of a rare surname where a name is announced. */
const rareTitled = /^.(?:先生|女士|小姐|老师|师傅|经理|工)(?=$|[\s,，。;；()（）\d])/

/** Four and more characters alone in a box for the name: 祖丽胡马尔. */
const foreignName =
  /^(?!.{0,6}(?:电话|手机|地址|公司|先生|女士|小姐|经理|师傅|老师|主任|班长|店长|[在是的店厂部]))[\u4e00-\u9fa5·]{4,8}(?=\s*(?:\n|$))/

/** How long a name is, and what stands before it that does not belong to it. */
export interface Length {
  readonly skip: number
  readonly size: number
}

/** The length of the name that begins here; `skip` leaves out a surname said twice (姓裘裘文杰). */
export function nameLength(
  text: string,
  start: number,
  written: boolean,
  sure = false,
  depth = 0,
): Length | null {
  // a surname is said twice or explained once; more than that is no name
  if (depth > 3) return null
  const rest = text.slice(start, start + 24)
  const sounded = (sure || written) && transcribed.exec(rest)
  if (sounded && rest[0] !== rest[1]) return { skip: 0, size: sounded[0].length }
  const parts = surnameParts.find((p) => rest.startsWith(p))
  if (parts) {
    const whole = nameLength(text, start + parts.length, written, false, depth + 1)
    if (whole && readName([rest.slice(0, parts.length)]) === rest[parts.length])
      return { skip: parts.length + whole.skip, size: whole.size }
    return { skip: 0, size: parts.length + tailLength(rest.slice(parts.length), written) }
  }
  if (written && courtesyTitle.test(rest)) return latinLength(text, start)
  const western = new RegExp(`^${latin}`).exec(rest)
  if (western && written)
    return { skip: 0, size: western[0].length + familyAfter(rest.slice(western[0].length)) }
  if (/^[小老阿]/.test(rest)) return nickname(rest)
  const known = ownExplanation.exec(rest)
  if (known && !surnames.has(known[1]!)) return { skip: 0, size: 1 }
  const ordinal = sure && /^第五[\u4e00-\u9fa5]{1,2}(?![\u4e00-\u9fa5])/.test(rest)
  const two = ordinal || doubleSurnames.has(rest.slice(0, 2)) ? 2 : 0
  const rare = rareSurnames.has(rest[0] ?? '') && (sure || rareTitled.test(rest))
  const whole = sure && written ? foreignName.exec(rest)?.[0] : undefined
  if (whole && !roleWord.test(whole)) return { skip: 0, size: whole.length }
  const family = two || (surnames.has(rest[0] ?? '') || rare ? 1 : 0)
  if (!family) return sure ? free(rest) : null
  return behindSurname({ text, start, written, sure, depth }, rest, family)
}

interface Reading {
  readonly text: string
  readonly start: number
  readonly written: boolean
  readonly sure: boolean
  readonly depth: number
}

/** How the name goes on behind a surname: said again, explained, polite, or simply the given name. */
function behindSurname(at: Reading, rest: string, family: number): Length | null {
  const { text, start, written, sure } = at
  const depth = at.depth + 1
  const surname = rest.slice(0, family)
  const apart = spelled(rest, surname)
  // 谌言字旁一个甚, 谌洪: what it is written with is said before it is said again
  const written2 = new RegExp(
    `^${surname}[\\u4e00-\\u9fa5]字[旁头底边][^,，。]{0,10}?(?=${surname}${han})`,
  ).exec(rest)
  if (written2) {
    const named = nameLength(text, start + written2[0].length, written, sure, depth)
    if (named) return { skip: written2[0].length + named.skip, size: named.size }
  }
  const polite = new RegExp(`^${surname}(?:生|工|总|先生|女士|小姐)(?=${surname}[\\u4e00-\\u9fa5])`).exec(
    rest,
  )
  if (polite) {
    const named = nameLength(text, start + polite[0].length, written, sure, depth)
    if (named) return { skip: polite[0].length + named.skip, size: named.size }
  }
  if (apart) return apart
  const explained = new RegExp(`^(?:${surname})?[\\u4e00-\\u9fa5]{1,4}?(?:的|那个)(?=${surname})`).exec(rest)
  if (explained) {
    const again = new RegExp(`^${surname}(?:[\\s,，]|我?叫|全名)+(?=${surname}${han})`).exec(
      rest.slice(explained[0].length),
    )
    const lead = explained[0].length + (again ? again[0].length : 0)
    const named = nameLength(text, start + lead, written, sure, depth)
    if (named) return { skip: lead + named.skip, size: named.size }
  }
  const twice = new RegExp(`^${surname}[\\s,，]*(?=${surname})`).exec(rest)
  if (twice) {
    const again = nameLength(text, start + twice[0].length, written, sure, depth)
    if (again && again.skip === 0 && again.size > family) return { skip: twice[0].length, size: again.size }
  }
  const mixed = new RegExp(`^${han}{1,2}[A-Z][a-z]+`).exec(rest)
  if (mixed && written) return { skip: 0, size: mixed[0].length }
  if (nameStops.test(rest) && !new RegExp(`^.(?:${title})`).test(rest)) return null
  return { skip: 0, size: family + tailLength(rest.slice(family), written) }
}

/** 章立早章, 李木子李: the surname taken apart right after it, and perhaps the given name. */
function spelled(rest: string, surname: string): Length | null {
  const parts = surnameParts.find((p) => rest.startsWith(p, 1) && readName([p]) === surname)
  if (!parts) return null
  const after = rest.slice(1 + parts.length)
  if (!after.startsWith(surname)) return { skip: 0, size: 1 }
  const given = tailLength(after.slice(1), false)
  return given > 0 && !/^的/.test(after.slice(1))
    ? { skip: 1 + parts.length, size: 1 + given }
    : { skip: 0, size: 1 }
}

function nickname(rest: string): Length | null {
  const mixed = /^[小老阿][A-Z][a-z]+/.exec(rest)
  if (mixed) return { skip: 0, size: mixed[0].length }
  if (
    !surnames.has(rest[1] ?? '') &&
    !/^阿[\u4e00-\u9fa5]/.test(rest) &&
    !/^小[\u4e00-\u9fa5](?![\u4e00-\u9fa5])/.test(rest)
  )
    return null
  if (
    nameStops.test(rest.slice(1)) ||
    /^(?:小区|小时|小孩|小心|小米|小票|小程|小的|老板|老是|老人|老家|老师|老婆|老公|阿姨|老小|小卖|小店|小哥|小姐)/.test(
      rest,
    )
  )
    return null
  const more = new RegExp(`^(?:${title})`).exec(rest.slice(2))
  return { skip: 0, size: 2 + (more ? more[0].length : 0) }
}

/** A written name of people whose surname is not in the list. */
function free(rest: string): Length | null {
  const match =
    /^(?![我你您他她在有是就店家])[\u4e00-\u9fa5·]{2,8}?(?=[\s,，;；。()（\n\d]|$|[幺零][\d零一二三四五六七八九拐]|[\u4e00-\u9fa5]{2,3}[部科室]的)/.exec(
      rest,
    )
  return match &&
    !nameStops.test(rest) &&
    !roleWord.test(match[0]) &&
    !/^(.)\1+$/.test(match[0]) &&
    !/^(?:匿名|保密|未填|不详|不填|无名|测试)/.test(match[0]) &&
    !/(?:[店厂司部组号路街科室队处办站班]|主管|经理|主任|总监|负责人|管理员|技术员|工程师|客服)$/.test(
      match[0],
    )
    ? { skip: 0, size: match[0].length }
    : null
}

const notGiven =
  /^(?:办公|退|换|修|装|病房|座机|值班|电话|手机|号码|地址|联系|住在|住|在|是的?|的|叫|我|你|您|他|她|这|那|幺|零|一[三三五七八九]|一[0-9]|号|就|家|吧|呢|啊|嗯|哦|和|跟|了|请|麻烦|对|然后|后面|电|手|明天|今[天年晚]|昨天|[前后]天|上午|下午|早上|晚上|现在|岁|打的|想|要|不|没|有|说|可以|方便|预约|报修|打|两|二|三|四|五|六|七|八|九|[0-9A-Za-z])/

/** Characters of the given name, or of the title, after a surname. */
function tailLength(rest: string, written: boolean): number {
  const titled = new RegExp(`^(?:${title})(?!作|程|厂|地|人|具|位|业|商|共|是|部|司)`).exec(rest)
  if (titled) return titled[0].length
  const run = /^[\u4e00-\u9fa5]*/.exec(rest)![0]
  if (written) {
    const whole =
      /^[\u4e00-\u9fa5]{1,2}(?=(?:先生|女士|小姐|老师|经理|师傅)?(?:[^\u4e00-\u9fa5]|$|电话|手机|地址))/.exec(
        rest,
      )
    if (whole) return withTitle(rest, whole[0].length)
  }
  if (run === '' || notGiven.test(run)) return 0
  const second = run.slice(1)
  // 谌洪洪水的洪: the given name is explained
  if (run[0] === run[1] && new RegExp(`^${run[0]}[\\u4e00-\\u9fa5]{1,2}的${run[0]}`).test(second))
    return withTitle(rest, 1)
  const apart = surnameParts.some((parts) => second.startsWith(parts))
  if (second === '' || apart || notGiven.test(second) || /^(?:先生|女士|小姐)/.test(second))
    return withTitle(rest, 1)
  return withTitle(rest, 2)
}

function withTitle(rest: string, given: number): number {
  const match = /^(?:先生|女士|小姐|老师|经理|店长|主任)/.exec(rest.slice(given))
  return given + (match ? match[0].length : 0)
}

/** Lucy王, Linda 陈: a Chinese surname behind the given name. */
function familyAfter(rest: string): number {
  const match = /^ ?([\u4e00-\u9fa5])(?=$|[^\u4e00-\u9fa5])/.exec(rest)
  return match && surnames.has(match[1]!) ? match[0].length : 0
}

const courtesyTitle = /^(?:Mr|Mrs|Ms|Miss|Dr)\b\.? ?/

/** The length of the name in Latin letters that begins here; `skip` leaves out Mr or Ms. */
export function latinLength(text: string, start: number): Length | null {
  const courtesy = courtesyTitle.exec(text.slice(start, start + 6))
  if (courtesy) {
    const named = latinLength(text, start + courtesy[0].length)
    return named && { skip: courtesy[0].length + named.skip, size: named.size }
  }
  const match = new RegExp(`^${latin}`).exec(text.slice(start, start + 40))
  if (
    !match ||
    /^(?:Call|Tel|Phone|Mobile|Mob|Email|Fax|Thanks|Thank|Regards|Best|Dear|Kind|Subject|Note|Please|Address|Order|Serial|No|Unit|Floor|Tomorrow|Today|The|We|You|It|Is|My|Our|Not|Also|Very|Yes|Ok|Room|Building|Model|China|Shanghai|Beijing|Just|Calling|Having|Looking|From|At|In|On|Sorry|Happy|Sure|Hi|Hello|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b/.test(
      match[0],
    )
  )
    return null
  const family = familyAfter(text.slice(start + match[0].length))
  if (family > 0) return { skip: 0, size: match[0].length + family }
  return { skip: 0, size: match[0].replace(/ (?:From|In|At|And|The|Here|Phone|Room|Speaking)$/i, '').length }
}
