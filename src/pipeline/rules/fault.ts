import type { Mark } from '../span.ts'
import { markOf, type Scene, type Utterance } from './scene.ts'

/** A clause of what the customer says, with what it tells. */
export interface Clause {
  readonly mark: Mark
  readonly kind: 'fault' | 'request'
  readonly score: number
  /** Only weak signs tell of a fault. */
  readonly weak: boolean
}

const complaint =
  /不(?:制[冷热]|冷|热|凉|进水|排水|下水|上水|出水|出|转|动|通电|启动|工作|运转|亮|响|加热|脱水|甩干|走|灵|化霜|吸|打|能用|开|关|显示|充电|行|了|准|稳|够|停|下来|工|喷|洗|起|上|下|平|匀|干净|锁|识别|联网|回充|打火|点火|着火?)|[没无](?:反应|声音|信号|图像|画面|电|水|热水|冷气|风|显示|吸力|压力|蒸汽|动静|网)|坏|漏(?!斗)|滴水|渗水|异响|异音|响声|嗡嗡|咯噔|吱|噪[音声]|声音(?:很|太|特别|一会)?大|堵|断(?!网络)|裂|碎|破|划痕|掉(?!线)|掉线|松|卡(?!的|号|片)|报(?:错|警|E|F|H|P|\d)|显示(?:E|F|H|P|C|L|\d|999)|显示.{0,8}(?:故障|异常|错误)|报.{0,6}(?:故障|异常|错误)|故障|失灵|失效|打不(?:开|着|出|上)|开不了|关不(?:上|掉|了)|停[机线产工]|停了|跳闸|跳电|跳.{0,3}保护|鼓包|鼓|发[烫热紫黄黑白蓝红绿]|异味|味道|怪味|臭|结[冰霜]|偏色|变[色成]|花屏|黑屏|白屏|闪[屏退烁]?|死机|重启|乱码|升不|拔不|降不|拉不|推不|转不|充不|连不|登不|进不|出不|搅不|摇不|吹风|风(?:量)?[很太]?小|水(?:压|流)[很太]?小|[很太越]慢|一会.{1,4}一会|忽.忽.|时[好有].{0,2}时|反复|粉块|冒烟|冒火|火星|漏电|凹|瘪|磕(?:坏|掉|了)|[咣哐咔嗡吱嘎咯轰哒嘎啪]{2}|走位|焦|糊味|烧[黑坏糊焦断化]|头.{0,2}晕|[煤燃]气味|过载|急停|冻坏|滋滋|扭曲|触电|困|夹|少送|少了|还没到|没收到|未收到|送错|发错|破损|提示|失败|重复|超时|丢失|不一致|卡在|won['’]?t|doesn['’]?t|does not|isn['’]?t|not (?:working|heating|cooling|turning|starting|responding)|can['’]?t|cannot|broken|broke|leak|nois|error|offline|stuck|stop(?:s|ped)|fail|shows? |flash|blink|crack|burn|smok|spark|trip|jam|dead|freez|crash|missing|damaged|no (?:power|water|heat|response|signal|sound)|不了|爆[了管裂]|毛刺|黑边|重影|模糊|漫了?一地|淹|泡了|熄火|不进纸|条纹|竖线|横线|续航|封条|封不|冰都|关不严|不严|charge/i
/** Weaker signs of a fault; in a question they are none. */
const weakly =
  /[\u4e00-\u9fa5]不[了上下出进去来起到着住开动]|不(?!用|要|好意思|客气|知道|着?急|是|在|想|会(?!动|转)|能不能|方便|需要|一定|过|错|同|仅|管|论|然|如|敢|约|见|变|支持|包|送|收|含|限|多|少|久|止|断|满|太?(?:清楚|确定|懂|会|想|方便)|确定|可以|行|好)[\u4e00-\u9fa5]|[没无](?!人|拆|用过|开封|问题|事|关系|空|时间|变|别|什么|找|关|法|意|说|收到|有[人问事别什说]|错|通知)[\u4e00-\u9fa5]|报(?!修|价|名|告|销|一下|个|下|给|备)[\u4e00-\u9fa5A-Z]|又[高低大小停]|变[短长大小慢重硬软形]|偏[高低大小移]|太[吵慢烫]|[过异]热|过[高低]|撞刀|平层|绊|抖|振动|晃|卡顿|缺水|老是|总是|时不时|突然|keeps?\b|forever|slow|wrong|incorrect|nothing happens|buzz|rattl|vibrat|smell/i
const question =
  /[?？]|吗|是不是|有没有|能不能|怎么(?:办|弄|用|设置|操作|收费)|如何|多少|什么时候|几[天年个点号]|哪[里个]|请问|咨询|想问|how |what |where |when |could |can |is there/i
const denied = /(?:没有?|未|不是|并非|无)(?:什么)?(?:其他)?(?:漏水|异响|冒烟|漏电|故障|问题|异味|坏)/
const labelled =
  /^[\s*•·-]*(?:\d+[.、]\s*)?(?:问题(?:描述)?|故障(?:描述|现象)?|内容|现象|描述|报修内容|情况|issue|problem|fault|description|details?)\s*[:：]\s*/i
const otherLabel =
  /^[\s【[]*(?:姓名|联系人?|电话|手机|地址|地区|详细地址|地点|型号|设备|产品|门店|识别码|期望时间|时间|预约|订单|序列号|编号|name|phone|model|address|time|用户|发件人|日期|收件人)[^\n:：]{0,6}[:：]/i
const subject =
  /^(?:主题|subject)\s*[:：]\s*(?:(?:re|fw|fwd|回复|转发|答复)\s*[:：]\s*)*(?:\[[^\]]*\]\s*)?(?:求助[:：])?/i
const request =
  /请|咨询|想|要|希望|麻烦|有没有|卖|能|可以|怎么|如何|多少|是否|吗|预约|安排|更换|换|退|查|催|需要|建议|投诉|报价|开票|发票|安装|保养|清洗|取消|please|how|what|would|could|can|need|want|request|where|when|help|打错/i
/** About a number or a flat, not about a thing that is wrong. */
const elsewhere =
  /(?:接不了?|打不通|没人接|不方便接)|(?:电话|手机|座机|号码|号)(?:[^,，]{0,6})(?:停机|停用|不用|换了|坏)|那套|卖(?:掉|了)|打我的|别打/
/** A code that a display shows. */
const codeShown = /(?<![A-Za-z0-9-])[A-Z]{1,2}-?\d{1,4}(?![A-Za-z0-9-])/
const smallTalk =
  /^(?:在吗?|你好|您好|喂|hi|hello|hey|好的?|嗯+|谢谢.{0,3}|ok|是的?|对|行|可以|没事|好吧|再见|\[[^\]]*\])[\s。.!！~?？]*$/i

/** The clauses that tell what is wrong or what is wanted, in the customer's words. */
export function findClauses(scene: Scene, taken: readonly Mark[]): Clause[] {
  return scene.customer.flatMap((u) => clausesOf(u, taken))
}

function clausesOf(u: Utterance, taken: readonly Mark[]): Clause[] {
  const { text } = u.plain
  const clauses: Clause[] = []
  for (const match of text.matchAll(/[^\n。;；!！?？]+[?？]?/g)) {
    for (const piece of pieces(match[0], match.index)) {
      const clause = judge(u, text, piece.start, piece.end, taken)
      if (clause) clauses.push(clause)
    }
  }
  return clauses
}

/** Who writes a long line in Chinese without commas puts blanks where they would stand. */
export function between(sentence: string): RegExp {
  const blanks =
    sentence.length > 24 && !/[,，]/.test(sentence) && /[\u4e00-\u9fa5]\s+\S*[\u4e00-\u9fa5]/.test(sentence)
  return blanks ? /\S+/g : /[^,，]+/g
}

/** A sentence in clauses; short neighbours stay together. */
function pieces(sentence: string, base: number): { start: number; end: number }[] {
  const out: { start: number; end: number }[] = []
  for (const match of sentence.matchAll(between(sentence))) {
    const last = out.at(-1)
    const start = base + match.index
    const end = start + match[0].length
    const latin = /[a-z]{3}/i.test(match[0]) && !/[\u4e00-\u9fa5]/.test(match[0])
    if (last && (end - last.start <= 14 || (latin && end - last.start <= 160)))
      out[out.length - 1] = { start: last.start, end }
    else out.push({ start, end })
  }
  return out
}

function judge(u: Utterance, text: string, from: number, to: number, taken: readonly Mark[]): Clause | null {
  const raw = text.slice(from, to)
  const label = labelled.exec(raw) ?? subject.exec(raw)
  const skip = label?.[0].length ?? /^[\s@]*/.exec(raw)![0].length
  const words = raw.slice(skip)
  if (
    words.trim().length < 2 ||
    smallTalk.test(words.trim()) ||
    (!label && otherLabel.test(raw) && !complaint.test(words.replace(otherLabel, '')))
  )
    return null
  const mark = markOf(u, u.plain, from + skip, from + raw.trimEnd().length)
  if (!mark || mark.end <= mark.start) return null
  const covered = taken.filter((t) => t.turn === mark.turn && t.start < mark.end && mark.start < t.end)
  const share =
    covered.reduce((sum, t) => sum + Math.min(t.end, mark.end) - Math.max(t.start, mark.start), 0) /
    (mark.end - mark.start)
  if (share > (complaint.test(words) ? 0.8 : 0.45)) return null
  const strong = complaint.test(words)
  const sign = strong || (weakly.test(words) && !question.test(words))
  const wrong = sign && !(denied.test(words) && words.length < 14) && !elsewhere.test(words)
  if (label && labelled.test(raw))
    return { mark, kind: wrong || words.length > 3 ? 'fault' : 'request', score: 5, weak: false }
  const shown = strong && codeShown.test(words) ? 0.5 : 0
  if (wrong)
    return { mark, kind: 'fault', score: (strong ? 2 : 1) + (u.at < 4 ? 1 : 0) + shown, weak: !strong }
  return request.test(words) || subject.test(raw)
    ? { mark, kind: 'request', score: subject.test(raw) ? 2 : 1, weak: true }
    : null
}
