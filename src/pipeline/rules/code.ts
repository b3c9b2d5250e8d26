import { readCode } from '../read/code.ts'
import { type Mark, quoteOf } from '../span.ts'
import { affirms, markOf, type Scene, type Utterance } from './scene.ts'

/** The three kinds of numbers that a device or a case has. */
export type CodeKind = 'device_model' | 'serial_number' | 'order_number'

/** A code that somebody said, with how likely it is of each kind. */
export interface CodeFinding {
  readonly value: string
  /** One, or two when the end of the code was corrected in a later turn. */
  readonly marks: readonly Mark[]
  readonly scores: Readonly<Record<CodeKind, number>>
}

const token = /[A-Za-z0-9](?:[A-Za-z0-9/_]|-(?=[A-Za-z0-9]))*/g
const shapes = {
  error: /^(?:[A-Z]|Er|Err|ERR|er|err|E-)[-]?\d{1,3}$/,
  everyday:
    /^(?:\d+(?:st|nd|rd|th|am|pm|h|kg|cm|mm|m|L|W|kW|V|A|Hz|GB|TB|G|M|P|F|K|s|min|x\d+|°?C)?|[A-Z]?\d{1,2}[A-Z]?|Win(?:dows)?\d+|iOS\d*|Android\d*|H5|A[3-6]|USB\S*|WiFi\S*|Wi-Fi|[2-6]\.?4?G|MP[34]|v\d\S*|IPv\d|B2[BC]|B[12]|iPad\d?|iPhone\S*|Mate\d+\S*|PM2|TDS|PH\d|COVID\S*|T\+\d|GB\/T\S*)$/i,
  /** The number of a firm in the register, 18 characters. */
  credit: /^[159A-Y][1-39]\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/,
  /** So much of something, never the name of a device. */
  quantity: /^\d+(?:kg|g|cm|mm|m|L|ml|W|kW|V|A|Hz|GB|TB|mAh|rpm|bar|MPa|min|h)$/i,
  date: /^(?:19|20)\d\d[/-]\d{1,2}[/-]\d{1,2}$|^\d{1,2}\/\d{1,2}$/,
} as const

const labels: Readonly<Record<CodeKind, RegExp>> = {
  serial_number:
    /(?:序列号|出厂(?:编)?号|设备(?:编号|代?码|号)|(?<!分)[桩柜梯车机库站]体?(?:编?号|编码)|\bstation(?: no\.?| id)?|\b(?:lift|unit|asset|machine|reg)\.? ?(?:no|id|number)\.?|机身(?:编)?[码号]|机身编号|编号|\bS\/?N码?|serial(?: number| no\.?| #)?|条形?码|识别码|电池[码号]|车架号|整机编码|资产编?号|机器[码号]|产品编[码号]|注册代?码|主机号|电梯号|铭牌号)(?:是|为|:|：|#|\s|就是|\bis\b|上写的|写着|后面是|呢){0,4}$/i,
  order_number:
    /(?:订单编?号?|(?:返修|退货|退换货?|换货|维修|服务|报修|安装|送货|售后|物流|采购|工)单(?:编?号)?|运单号?|快递单?号?|物流单?号?|工单号?|(?<!回)单号|合同编?号?|发票(?:号码?)?|审批单号?|(?<!回单)流水号|发票[^。\n]{0,8}号码|报修单号?|维修单号?|服务单号?|安装单号?|申请单号?|采购单号?|受理号|提货单号?|\border(?: number| no\.?| #| id)?|waybill|tracking(?: number| no\.?)?|ticket(?: number| no\.?| #)?|\bPO|invoice(?: number| no\.?)?|case(?: number| no\.?| #)?|contract(?: number| no\.?)?|quot(?:e|ation)(?: number| no\.?| #| ref\.?)|报价(?:单|编)号|shipment)(?:是|为|:|：|#|\s|就是|is|呢){0,4}$/i,
  device_model:
    /(?:型号|机型|车型|款式|这款|那款|产品型号|model(?: number| no\.?| is)?|买的|用的|我家的|家里的|我们的|我的|这台)(?:是|为|:|：|#|\s|就是|is|的|应该是|好像是){0,4}$/i,
}
const notCode =
  /(?:租户号?|错误码?|故障码|故障代码|报错|代码|版本号?|房号|工号|车牌号?|税号|QQ|微信号?|邮编|密码|验证码|纳税人识别号|账号|卡号|身份证号?|error(?: code)?|code|fault|alarm|tenant|version|站点|分机号?|网址)(?:是|为|:|：|#|\s|了|个){0,3}$/i

/** Every code in the conversation. `taken` are source ranges that belong to something else (phones, addresses). */
export function findCodes(scene: Scene, taken: readonly Mark[]): CodeFinding[] {
  const found: CodeFinding[] = []
  for (const [i, u] of scene.utterances.entries()) {
    const mended = u.customer ? mendedCode(u, found, scene, i) : null
    if (mended) found.push(mended)
    if (u.customer) found.push(...codesOf(u, scene, i, taken))
    else if (affirms(scene.utterances[i + 1]?.plain.text ?? '')) {
      const known = new Set(found.map((f) => plain(f.value)))
      const asks = /吗|对吧|是吧|\?/.test(u.plain.text)
      // what is read back and agreed to stands above what was said on the way to it
      for (const code of codesOf(u, scene, i, taken))
        if (!known.has(plain(code.value)) && (asks || u.plain.text.trim().length <= code.value.length + 8))
          found.push(found.length === 0 ? code : { ...code, scores: raised(code.scores) })
    }
  }
  return found
}

const mending =
  /^[\s,，。.]*(?:嗯|啊|哦|诶|呃)*[\s,，]*(?:不对|不是|错了|说错了?|no\b|sorry)[^A-Za-z0-9]{0,10}?(?:最后|后面|后边|末尾|结尾|尾巴|the (?:end|last))[^A-Za-z0-9]{0,6}([A-Za-z]?\d{1,5}[A-Za-z]?)(?![A-Za-z0-9-])/i

/** 不是 后面是V160: the end of the code that the agent has just read back is another one. */
function mendedCode(
  u: Utterance,
  found: readonly CodeFinding[],
  scene: Scene,
  position: number,
): CodeFinding | null {
  const match = mending.exec(u.spoken.text)
  const readBack = plain(scene.utterances[position - 1]?.spoken.text ?? '')
  const wrong = match && found.findLast((f) => f.marks.length === 1 && readBack.includes(plain(f.value)))
  if (!match || !wrong) return null
  const end = match[1]!
  const kept = wrong.value.slice(0, -end.length)
  if (kept.length < 2 || shapeOf(wrong.value.slice(-end.length)) !== shapeOf(end)) return null
  const source = scene.utterances.find((one) => one.turn === wrong.marks[0]!.turn)!
  const start = source.spoken.starts.indexOf(wrong.marks[0]!.start)
  const head = start < 0 ? null : markOf(source, source.spoken, start, start + kept.length)
  const at = match.index + match[0].length - end.length
  const tail = markOf(u, u.spoken, at, at + end.length)
  if (!head || !tail || readCode([quoteOf(head), quoteOf(tail)]) !== kept + end) return null
  return { value: kept + end, marks: [head, tail], scores: raised(wrong.scores) }
}

const shapeOf = (text: string) => text.replace(/\d/g, '0').replace(/[A-Za-z]/g, 'A')

function codesOf(u: Utterance, scene: Scene, position: number, taken: readonly Mark[]): CodeFinding[] {
  const { text } = u.spoken
  const found: CodeFinding[] = []
  for (const match of text.matchAll(token)) {
    const start = match.index
    // HM-630spindle: a word said right behind a code
    const word = /^[A-Z][A-Z0-9-]*\d(?=(?!plus|mini|lite|ultra)[a-z]{4,}$)/.exec(match[0])?.[0] ?? match[0]
    // 订单号：3187 2046 5512
    const more = ordered.test(text.slice(Math.max(0, start - 8), start))
      ? (spacedDigits.exec(text.slice(start))?.[0] ?? '')
      : ''
    const said = more.length > word.length ? more : word
    const end = start + said.length
    if (
      /[@.]$/.test(text.slice(Math.max(0, start - 1), start)) ||
      /^(?:@|\.[a-z]{2,}|:\/\/)/.test(text.slice(end, end + 5))
    )
      continue
    if (
      /^[A-Z](?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})$/.test(match[0]) ||
      shapes.date.test(match[0]) ||
      !/\d/.test(match[0])
    )
      continue
    const mark = markOf(u, u.spoken, start, end)
    if (!mark || taken.some((t) => t.turn === mark.turn && t.start < mark.end && mark.start < t.end)) continue
    const value = readCode([quoteOf(mark)])
    if (value !== said.replace(/\s/g, '')) continue
    const scores = scoresOf(u, scene, position, value, start, end)
    if (Object.values(scores).some((s) => s > 0)) found.push({ value, marks: [mark], scores })
  }
  return found
}

const ordered = /(?:订单|运单|单|合同|发票)(?:编?号码?)\s*[:：]?\s*$/
const spacedDigits = /^\d{3,6}(?: \d{3,6}){1,4}(?!\d)/

function labelBefore(text: string, start: number): CodeKind | 'none' | null {
  const before = text.slice(Math.max(0, start - 24), start)
  // 合同编号 is a label of its own, though 编号 is one as well
  const said = (['serial_number', 'order_number', 'device_model'] as const)
    .map((kind) => ({ kind, size: labels[kind].exec(before)?.[0].length ?? 0 }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
  return said[0]?.kind ?? (notCode.test(before) ? 'none' : null)
}

function scoresOf(
  u: Utterance,
  scene: Scene,
  position: number,
  value: string,
  start: number,
  end: number,
): Record<CodeKind, number> {
  const { text } = u.spoken
  const label = labelBefore(text, start)
  const scores = shapeScores(value, scene)
  if (
    label === 'none' ||
    shapes.quantity.test(value) ||
    /^(?:号?(?:产?线|车间|楼|栋))/.test(text.slice(end, end + 3))
  )
    return { device_model: -9, serial_number: -9, order_number: -9 }
  // What works on every code looks only at what is near it: texts may hold thousands of them.
  const before = text.slice(Math.max(0, start - 40), start)
  if (/回单号?[:：\s]*$/.test(before)) return { device_model: -9, serial_number: -9, order_number: -9 }
  // V-855 looks like a code that a display shows, but not where the model was asked for
  const named = u.asked.has('model') && /^(?![EFHP])[A-Z]-\d{3}$/.test(value)
  const strong = value.length >= 4 && (named || !shapes.error.test(value))
  if (label && (strong || value.length >= 3)) scores[label] = Math.max(scores[label], 0) + 5
  if (label) for (const kind of Object.keys(scores) as CodeKind[]) if (kind !== label) scores[kind] -= 6
  const asked = { device_model: 'model', serial_number: 'serial', order_number: 'order' } as const
  // who asks about an order and then sends nothing but a number sends that of the order
  const previous = scene.utterances[position - 1]
  // what is read back was asked of the customer before
  const topics = u.customer ? u.asked : (previous?.asked ?? u.asked)
  const own =
    u.customer &&
    previous?.customer &&
    text.trim() === value &&
    /订单|单号|快递|运单/.test(previous.plain.text)
  if (!label && own && value.length >= 10) scores.order_number = Math.max(scores.order_number, 0) + 3
  if (!label && topics.has('serial') && !topics.has('model')) scores.device_model -= 2
  if (!label && topics.has('order') && !topics.has('serial')) scores.serial_number -= 3
  if (!label) {
    for (const kind of Object.keys(asked) as CodeKind[]) {
      const fits =
        kind === 'device_model'
          ? (strong && /[A-Za-z]/.test(value) && digitsIn(value) < 9) || branded(text, value, start)
          : value.length >= 6 && digitsIn(value) >= 4
      if (topics.has(asked[kind]) && fits) scores[kind] = Math.max(scores[kind], 0) + 3
    }
  }
  const reply = scene.utterances[position + 1]
  if (reply && !reply.customer && reply.spoken.text.replace(/\s/g, '').includes(value)) {
    const kind = labelBefore(reply.spoken.text, reply.spoken.text.indexOf(value))
    if (kind && kind !== 'none') scores[kind] += 3
  }
  if (/^.{0,3}(?:不对|错了|不是|说错)/.test(text.slice(end)))
    for (const kind of Object.keys(scores) as CodeKind[]) scores[kind] -= 6
  // 你们系统查不到: another number is meant
  if (/^[^。\n]{0,8}查不到/.test(text.slice(end)))
    for (const kind of Object.keys(scores) as CodeKind[]) scores[kind] -= 4
  if (
    /^\s?(?:号)?(?:这[个份])?(?:合同|订单|工单|单子)|^\s{0,2}到哪/.test(text.slice(end)) &&
    value.length >= 6
  )
    scores.order_number = Math.max(scores.order_number, 0) + 4
  if (takenBack(scene, position, value) || doubted.test(text.slice(end)))
    for (const kind of Object.keys(scores) as CodeKind[]) scores[kind] -= 4
  // 遥控器上 YL-K1: of what belongs to it
  if (
    /(?:遥控器|说明书|包装箱?|充电器|适配器|电池)(?:上|上面)?(?:写|印|标)?的?(?:是|着)?[^A-Za-z0-9]{0,4}$/.test(
      before,
    )
  )
    scores.device_model -= 4
  if (/(?:不对|错了|不是|应该是|更正|纠正)[^A-Za-z0-9]{0,12}$/.test(before))
    for (const kind of Object.keys(scores) as CodeKind[]) if (scores[kind] > 0) scores[kind] += 1
  return scores
}

/** 风雀F3: a name and a short number, where the model was asked for. */
function branded(text: string, value: string, start: number): boolean {
  return (
    /^[A-Z]\d{1,3}$/.test(value) &&
    /[\u4e00-\u9fa5]{2}$/.test(text.slice(Math.max(0, start - 2), start)) &&
    !/[报码示警障楼栋层座区室门号路第]$/.test(text.slice(Math.max(0, start - 1), start))
  )
}

const doubted = /^[\s,，(（]{0,2}(?:也?不知道(?:是不是|对不对)|不(?:太)?确定|not sure)/i
/** What begins with this takes back what was said before it. */
const takesBack =
  /^\s*(?:oh |no |sorry |哦|噢|啊)?[,，\s]*(?:wait|no\b|sorry|actually|不对|错了|说错|看错|打错|发错|不是|更正|纠正)|^[^\n]{0,8}(?:更正|纠正)/i

/** The next words of the same side take the code back and tell another one: oh wait thats the dryer, washer is WN-F92. */
function takenBack(scene: Scene, position: number, value: string): boolean {
  const next = scene.utterances[position + 1]
  if (!next?.customer || !takesBack.test(next.plain.text)) return false
  const said = next.spoken.text
  const others = Array.from(said.matchAll(token), ([code]) => code)
  return others.some((code) => /\d/.test(code) && /[A-Za-z]/.test(code) && plain(code) !== plain(value))
}

function raised(scores: Readonly<Record<CodeKind, number>>): Record<CodeKind, number> {
  const by = (score: number) => (score > 0 ? score + 3 : score)
  return {
    device_model: by(scores.device_model),
    serial_number: by(scores.serial_number),
    order_number: by(scores.order_number),
  }
}

const digitsIn = (value: string) => value.replace(/\D/g, '').length

/** What the look of a code says about its kind. */
function shapeScores(value: string, scene: Scene): Record<CodeKind, number> {
  const scores = { device_model: -1, serial_number: -1, order_number: -1 }
  const known = scene.input.catalogue.models.some(
    (m) => plain(m.model) === plain(value) || m.aliases.some((a) => plain(a) === plain(value)),
  )
  if (known) return { ...scores, device_model: 8 }
  if (shapes.error.test(value) || shapes.everyday.test(value) || shapes.credit.test(value)) return scores
  const digits = digitsIn(value)
  const letters = value.replace(/[^A-Za-z]/g, '').length
  const longRun = /\d{6,}/.test(value)
  if (letters === 0) return scores
  if (
    /^(?:WO|GD|DD|PO|SO|TK|INV|ORD|CASE|HT|FP|SP|BX|AZ)-?\d{5,}|^[A-Z]{1,3}20[2-3]\d[01]\d|^[A-Z]{1,3}-20[2-3]\d-\d{3,}$/.test(
      value,
    )
  )
    scores.order_number = 2
  else if (/^(?:SF|YT|ZTO|STO|JD|JT|EMS|YD|DBL?|FY|SJD|JDVA?)\d{8,}[A-Z]{0,2}$/.test(value))
    scores.order_number = 2
  else if (longRun || digits >= 8) scores.serial_number = 1
  const model =
    /^[A-Za-z]{1,6}[A-Za-z0-9]*(?:[-/][A-Za-z0-9]+){0,4}$/.test(value) &&
    !longRun &&
    digits < 8 &&
    value.length <= 20
  if (model && letters >= 2 && (digits >= 2 || /-/.test(value)) && /[A-Z]/.test(value))
    scores.device_model = 1.5
  else if (model && digits >= 3 && (/^[A-Z]/.test(value) || letters >= 3)) scores.device_model = 0.5
  return scores
}

const plain = (code: string) => code.toUpperCase().replace(/[^A-Z0-9]/g, '')

/** Whether a code was broken off and then said whole: C J五五P几来着 … C J五五P三. */
function goesFurther(whole: CodeFinding, part: CodeFinding, kind: CodeKind): boolean {
  const more = plain(whole.value).length - plain(part.value).length
  return (
    more > 0 &&
    more <= 4 &&
    part.value.length >= 4 &&
    whole.scores[kind] > 0 &&
    plain(whole.value).startsWith(plain(part.value))
  )
}

/** What is sent has a waybill, no serial number, unless somebody says which it is. */
function ofParcel(finding: CodeFinding): CodeFinding {
  const { serial_number: serial, order_number: order, device_model: model } = finding.scores
  return serial > 0 && serial < 5 && order < serial
    ? { ...finding, scores: { device_model: model, serial_number: -1, order_number: serial } }
    : finding
}

/** The best code of each kind; one code is only one thing. Software has no models unless somebody says so. */
export function chooseCodes(
  found: readonly CodeFinding[],
  category: string | undefined,
): Partial<Record<CodeKind, CodeFinding>> {
  const chosen: Partial<Record<CodeKind, CodeFinding>> = {}
  const software = category === '软件'
  const ranked = (category === '物流' ? found.map(ofParcel) : found)
    .flatMap((finding, i) =>
      (Object.keys(finding.scores) as CodeKind[]).map((kind) => ({
        finding,
        kind,
        score: finding.scores[kind],
        i,
      })),
    )
    .filter((entry) => entry.score > (software && entry.kind === 'device_model' ? 3 : 0))
    .sort((a, b) => b.score - a.score || a.i - b.i)
  const used = new Set<string>()
  for (const { finding, kind } of ranked) {
    if (chosen[kind] || used.has(plain(finding.value))) continue
    if (found.some((other) => goesFurther(other, finding, kind))) continue
    chosen[kind] = finding
    used.add(plain(finding.value))
  }
  return chosen
}
