import type { Intent, Sentiment, Urgency } from '../../contract/ticket.ts'
import type { Mark } from '../span.ts'
import type { CategoryFinding } from './category.ts'
import { type Classifier, features, gramsOf } from './classifier.ts'
import type { CueHit } from './cues.ts'
import type { Feature, LinearModel } from './linear.ts'
import { markOf } from './scene.ts'
import { type Signs, sum } from './signs.ts'

/** A class and the words that decided it; no words when it is the default. */
export interface Classified<C> {
  readonly value: C
  readonly marks: readonly Mark[]
  /** 0 to 1. */
  readonly confidence: number
}

/** How a conversation is classified. */
export interface Classes {
  readonly intent: Classified<Intent>
  readonly urgency: Classified<Urgency>
  readonly sentiment: Classified<Sentiment>
  readonly repeat: Classified<boolean>
}

/** A class that the classifier alone may call danger must be as likely as this. */
const sureOfDanger = 0.55

/**
 * Classifies a conversation. The rules of safety decide first and are never overridden; the rest is the classifier's, which
 * sees the words and what the rules make of them. `taken` are names, places and numbers, which say nothing about a class.
 */
export function classify(signs: Signs, classifier: Classifier, taken: readonly Mark[]): Classes {
  const intent = intentOf(signs, classifier.intent, features(signs, taken, 'intent'), taken)
  const told = [...features(signs, taken, 'manner'), { name: `intent:${intent.value}`, value: 1 }]
  return {
    intent,
    urgency: urgencyOf(signs, intent.value, classifier.urgency, told, taken),
    sentiment: sentimentOf(signs, classifier.sentiment, told, taken),
    repeat: {
      value: signs.repeat.length > 0,
      marks: signs.repeat.map((h) => h.mark),
      confidence: signs.repeat.length > 0 ? 0.8 : 0.85,
    },
  }
}

function intentOf(
  signs: Signs,
  model: LinearModel<Intent>,
  seen: readonly Feature[],
  taken: readonly Mark[],
): Classified<Intent> {
  const { dangers } = signs
  if (dangers.length > 0)
    return { value: 'urgent_safety', marks: dangers.map((h) => h.mark), confidence: 0.95 }
  const chance = chances(model, seen)
  // whoever says that a thing goes back wants that, however much is said about what is wrong with it
  const goesBack = (signs.intent.points.get('return_refund') ?? 0) >= 4
  if (goesBack)
    return {
      value: 'return_refund',
      marks: signs.intent.found.filter((h) => h.cue.of === 'return_refund').map((h) => h.mark),
      confidence: 0.85,
    }
  if (signs.intent.over || (chance.get('urgent_safety') ?? 0) < sureOfDanger) chance.delete('urgent_safety')
  for (const intent of foreignTo(signs.around.category, signs)) chance.delete(intent)
  const [value, confidence] = top(chance)
  const cues = signs.intent.found.filter((h) => h.cue.of === value).map((h) => h.mark)
  const faults = signs.around.clauses.filter((c) => c.kind === 'fault').slice(0, 2)
  const broken = value === 'repair' || value === 'bug_report' ? faults.map((c) => c.mark) : []
  const marks = cues.length > 0 ? cues : broken.length > 0 ? broken : telling(signs, model, value, taken)
  return { value, marks, confidence: bounded(confidence) }
}

/** What cannot be wanted of a trade: nobody repairs software or a parcel, and only software has bugs. */
function foreignTo(category: CategoryFinding | null, { said }: Signs): readonly Intent[] {
  if (category === null && !said.some((u) => digital.test(u.plain.text))) return ['bug_report']
  // a word such as 打卡 or 系统 is said of machines too
  if (category === null || category.score < clearlyNamed) return []
  if (category.value === '软件') return ['repair', 'installation', 'maintenance']
  if (category.value === '物流') return ['repair', 'maintenance', 'bug_report']
  return ['bug_report']
}
/** Something without hands to hold it by is talked of. */
const digital =
  /系统|软件|程序|小?程序|APP|页|登[录陆]|网[站络址]|接口|账号|帐号|数据|报表|导[出入]|版本|浏览器|后台|前台|闪退|白屏|同步|验证码|上传|下载|加载|链接|云|[a-z]{3,}/i
/** A category that only a weak word names stays below. */
const clearlyNamed = 2.6

function urgencyOf(
  signs: Signs,
  intent: Intent,
  model: LinearModel<Urgency>,
  seen: readonly Feature[],
  taken: readonly Mark[],
): Classified<Urgency> {
  const grave = signs.dangers.filter((h) => h.cue.of === 'grave')
  if (grave.length > 0) return { value: 'critical', marks: grave.map((h) => h.mark), confidence: 0.95 }
  const standstill = signs.urgency.filter((h) => h.cue.of === 'critical').map((h) => h.mark)
  if (standstill.length > 0) return { value: 'critical', marks: standstill, confidence: 0.9 }
  if (signs.dangers.length > 0)
    return { value: 'high', marks: signs.dangers.map((h) => h.mark), confidence: 0.85 }
  // a danger that only the classifier sees is no accident any more once the thing is switched off or carried out
  const off =
    intent === 'urgent_safety' &&
    signs.said.some((u) => isolated.test(u.plain.text)) &&
    !signs.said.some((u) => goesOn.test(u.plain.text))
  if (off) return chosen(signs, model, new Map([['high', 0.7]]), signs.urgency, taken)
  const unhurried = signs.urgency.filter((h) => h.cue.of === 'low').map((h) => h.mark)
  if (unhurried.length > 0 && sum(signs.urgency, 'high') < 4)
    return { value: 'low', marks: unhurried, confidence: 0.9 }
  // who cannot do without the device matters where it must work, not where money or a wish is talked about
  const must = intent === 'billing' || intent === 'return_refund' ? 2 : 0
  const pressing = signs.urgency.filter((h) => h.cue.of === 'high' && h.cue.weight > must).map((h) => h.mark)
  if (pressing.length > 0 && intent !== 'inquiry' && intent !== 'feature_request')
    return { value: 'high', marks: pressing, confidence: 0.85 }
  // who asks where their own thing is waits for somebody; who only wants to know something does not
  const waiting = signs.intent.found.filter((h) => h.cue.waits).map((h) => h.mark)
  if (intent === 'inquiry' && waiting.length > 0) return { value: 'normal', marks: waiting, confidence: 0.8 }
  return chosen(signs, model, chances(model, seen), signs.urgency, taken)
}

const goesOn = /还在|还有|仍|伤|血|晕|困|夹|卷|压|烧|火|烟|烫|电了|still|hurt|injur|fire|smok|burn/i
const isolated =
  /(?:阀门?|总阀|气|电源|电闸|总闸|火)(?:也|都|已经?|先)?(?:关|断|拉|拔)(?:了|掉)|(?:关|断|拔|拉|停)(?:了|掉|下来?了?)(?:总)?(?:阀|电|插头|闸|用|梯|机|炉)|把[^,，。\n]{0,6}(?:关|拔|断)(?:了|掉)|(?:已|先)?停用|(?:没|不)敢?再?(?:用|开|插|骑|通电)|围起来|封(?:起来|条)|(?:放|扔|搬|拿|搁|移)(?:到|在|去)?(?:了)?(?:院子?|阳台|室外|外面|楼下|空地|露天)|unplugged|switched (?:it )?off|stopped using|outside/i

function sentimentOf(
  signs: Signs,
  model: LinearModel<Sentiment>,
  seen: readonly Feature[],
  taken: readonly Mark[],
): Classified<Sentiment> {
  return chosen(signs, model, chances(model, seen), signs.sentiment, taken)
}

function chosen<C extends string>(
  signs: Signs,
  model: LinearModel<C>,
  chance: ReadonlyMap<C, number>,
  found: readonly CueHit<C>[],
  taken: readonly Mark[],
): Classified<C> {
  const [value, confidence] = top(chance)
  const cues = found.filter((h) => h.cue.of === value).map((h) => h.mark)
  const marks = cues.length > 0 ? cues : telling(signs, model, value, taken)
  return { value, marks, confidence: bounded(confidence) }
}

const bounded = (chance: number) => Math.round(Math.min(0.95, Math.max(0.4, chance)) * 100) / 100

function chances<C extends string>(model: LinearModel<C>, seen: readonly Feature[]): Map<C, number> {
  const all = model.predict(seen)
  return new Map(model.classes.map((of, i) => [of, all[i]!]))
}

function top<C extends string>(chance: ReadonlyMap<C, number>): [C, number] {
  const total = [...chance.values()].reduce((a, b) => a + b, 0)
  const [value, share] = [...chance].reduce((a, b) => (b[1] > a[1] ? b : a))
  return [value, share / total]
}

/** The words that weigh most for a class: the evidence where no cue of the tables speaks for it. */
function telling<C extends string>(
  signs: Signs,
  model: LinearModel<C>,
  of: C,
  taken: readonly Mark[],
): Mark[] {
  const words = signs.said.flatMap((u) =>
    gramsOf(u, taken)
      // one character is no evidence that a person could follow
      .filter((gram) => gram.end - gram.start > 1)
      .map((gram) => ({ u, gram, weight: model.weight(gram.name, of) })),
  )
  const best = words.filter((w) => w.weight > 0.3).sort((a, b) => b.weight - a.weight)
  const marks = best.slice(0, 3).map(({ u, gram }) => markOf(u, u.plain, gram.start, gram.end))
  return marks.filter((mark) => mark !== null)
}
