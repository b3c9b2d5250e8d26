import type { Intent } from '../../contract/ticket.ts'
import type { CategoryFinding } from './category.ts'
import { agentCues, type CueHit, hits, intentCues, once } from './cues.ts'
import type { Clause } from './fault.ts'
import type { Scene, Utterance } from './scene.ts'

/** What the words of the tables say about the intent. */
export interface IntentPoints {
  readonly points: ReadonlyMap<Intent, number>
  readonly found: readonly CueHit<Intent>[]
  /** The customer says that the matter is over: 换了 没有了. */
  readonly over: boolean
}

/** What else is known when the intent is judged. */
export interface Surroundings {
  readonly category: CategoryFinding | null
  readonly clauses: readonly Clause[]
  /** A phone number or an address was left. */
  readonly reachable: boolean
  /** A time was agreed on. */
  readonly booked: boolean
}

const notFault =
  /不是(?:故障|问题|坏)|没(?:有)?(?:坏|故障)|使用正常|一切正常|设备正常|恢复(?:正常)?了|^(?:好了|可以了|解决了|正常了)/m
const question = /[?？]|吗|请问|咨询|是否|怎么|如何|多少|建议|希望/
const closing =
  /^(?:好了|可以了|解决了|正常了|弄好了|好使了)|^[换试弄关开重拔插][^,，。\n]{0,4}了[\s,，]*(?:没有|好|可以|正常|不[\u4e00-\u9fa5])了|(?:不用|没事|不麻烦|不必)[^\n]{0,8}打扰了|虚惊一场/
const content =
  /(?:^|那|哦|好的?)[,，\s]*我(?:先|自己|去|再)?(?:试试|试一下|看看|买点|弄|问问)|知道了|明白了|懂了/m

/** Points for each intent by the cues in what was said. */
export function intentPoints(
  scene: Scene,
  said: readonly Utterance[],
  { category, clauses, reachable }: Surroundings,
): IntentPoints {
  const replies = scene.utterances.filter((u) => !u.customer)
  const found = [...once(hits(intentCues, said)), ...once(hits(agentCues, replies))]
  const scores = new Map<Intent, number>()
  const add = (intent: Intent, by: number) => scores.set(intent, (scores.get(intent) ?? 0) + by)
  for (const { cue } of found) add(cue.of, cue.weight)
  const text = said.map((u) => u.plain.text).join('\n')
  const faults = clauses.filter((c) => c.kind === 'fault')
  const software = category?.value === '软件'
  const parcel = category?.value === '物流'
  const plain = faults.some((c) => !c.weak)
  if (faults.length > 0 && !software && !parcel && !notFault.test(text))
    add('repair', (plain ? 3 : 2) + Math.min(1, (faults.length - 1) * 0.3))
  // somebody who leaves a device and a way to be reached, and asks nothing, wants it repaired
  const decided = [...scores.values()].some((weight) => weight >= 2)
  if (reachable && !decided && !software && !parcel && !question.test(text)) add('repair', 1.2)
  if (parcel && scores.has('complaint')) add('complaint', 1)
  if (software && faults.length > 0 && !question.test(text)) add('bug_report', 2)
  if (!software) scores.delete('bug_report')
  if (notFault.test(text)) add('inquiry', 3)
  if (!reachable && content.test(text)) add('inquiry', 2.5)
  const over = said.some((u) => closing.test(u.plain.text))
  if (over) add('inquiry', 4)
  adjust(scores, text, faults.length > 0)
  return { points: scores, found, over }
}

/** Words that mean another thing beside certain others. */
function adjust(scores: Map<Intent, number>, text: string, fault: boolean): void {
  const lower = (intent: Intent, by: number) => {
    if (scores.has(intent)) scores.set(intent, scores.get(intent)! - by)
  }
  if (/(?:否则|不然|再.{0,4}不|要不).{0,12}(?:退货|退款|退)|(?:退货|退款).{0,4}(?:也|都)不/.test(text))
    lower('return_refund', 5)
  if (
    /(?:退款|退的?钱|押金|退货|换货|换新|换的|新机|更换).{0,10}(?:什么时候|几天|多久|到账|到没到|进度|到哪|走到|环节|审核|通过|寄出?来?了?没|寄了|批了?没|结果|收到没)|(?:replacement|refund) (?:been )?(?:shipped|sent|arrived|processed|status)/i.test(
      text,
    )
  )
    lower('return_refund', 5)
  if (scores.has('billing') && /扣|charged|账单|invoice|多收/i.test(text)) lower('return_refund', 3)
  if (/约(?:个|一个|一下|到店|上门)|预约/.test(text)) lower('inquiry', 1.6)
  if (/(?:投诉|complain)/i.test(text)) scores.set('complaint', (scores.get('complaint') ?? 0) + 1)
  if (/(?:刚|才|上个?月|去年|你们|师傅)(?:[^,，。\n]{0,8})(?:安装|装)(?:好|完|的|了)/.test(text) && fault)
    lower('installation', 2.6)
  if (/装完|安装完|装好|(?:来|给我)装.{1,8}的(?:师傅|人)|表扬|先不约/.test(text)) lower('installation', 2.6)
  if (/能装|可以装|装在.{0,6}吗|先不约|安装(?:费|要|多少)/.test(text)) lower('installation', 1.6)
  if (/(?:滤芯|备件|配件|耗材).{0,14}(?:报价|多少钱|报.{0,4}价|价格)|报.{0,3}(?:含税)?价/.test(text))
    lower('maintenance', 2)
  if (/(?:维修|修).{0,4}(?:费|多少钱|价)/.test(text)) lower('repair', 1)
  // how often something is done is asked by who wants to know, not by who wants it done
  if (/(?:多久|几年|几个月|多少(?:小时|公里|天))[^,，。\n]{0,3}(?:换|洗|清|保养|除垢|做|加)/.test(text)) {
    lower('maintenance', 3)
    scores.set('inquiry', (scores.get('inquiry') ?? 0) + 2)
  }
  if (
    /(?:几月|几号|哪天|什么时候|多久)[^,，。\n]{0,6}到期|到期[^,，。\n]{0,4}(?:几月|几号|哪天|什么时候|没有?|来着|吗)/.test(
      text,
    )
  ) {
    lower('maintenance', 3)
    scores.set('inquiry', (scores.get('inquiry') ?? 0) + 1.5)
  }
  if (fault && scores.has('maintenance') && !/预约|定期|到期/.test(text)) lower('maintenance', 0.8)
  if (fault && /吗|怎么/.test(text)) lower('inquiry', 0.8)
  // who asks the price and then has somebody come wants it repaired
  if (fault && /那(?:就|你们?)?(?:来|派)[^,，。\n]{0,3}(?:看|修|弄|一趟|人|个?师傅)/.test(text)) {
    lower('inquiry', 2)
    scores.set('repair', (scores.get('repair') ?? 0) + 1)
  }
  if (/(?:预约|约(?:个|一下)?|安排)[^,，。\n]{0,6}(?:保养|清洗|维保|年检|巡检|校准)/.test(text)) {
    lower('repair', 1)
    scores.set('maintenance', (scores.get('maintenance') ?? 0) + 1.5)
  }
}
