import type { CancelWish, Choice, Dialogue, ExtractionAction } from '../../contract/extraction.ts'
import { readChoice } from '../read/choice.ts'
import { spanOf } from '../span.ts'
import { askedToCancel } from './cancelling.ts'
import type { Scene, Utterance } from './scene.ts'

const forPerson =
  /转人工|人工客服|人工服务|找(?:个)?真人|换(?:个)?人工|找(?:个)?人工|^\s*人工\s*$|speak to (?:a|an) (?:human|person|agent)|real person|human agent/i

const unsolved =
  /没(?:有)?解决|没(?:有)?用|不管用|不好使|还是不行|还是(?:不|没)|不对|答非所问|不是(?:我)?(?:问|想)的|看不懂|没(?:有)?帮助|not? (?:help|solve|work)|did(?:n't| not) (?:help|work|solve)|does(?:n't| not) (?:help|work)|not what i/i

const progress =
  /到哪(?:儿|里)?了?(?:[?？!！。,，\s呀啊呢]|$)|到哪(?:一)?步|进度|进展|(?:师傅|工程师|维修(?:员|工)|安装(?:员|工)|人员?|你们|他)[^,，。?？!！\n]{0,6}(?:什么时候|啥时候|几点|多久|何时)[^,，。?？!！\n]{0,5}(?:来|到|上门)|(?:什么时候|啥时候|几点|多久|何时)(?:能|会|可以|才)?(?:来|到|上门|派人|过来)|(?:安排|派人?|派单|处理|受理)(?:好|了|上)*(?:吗|没有?)(?:[?？。\s]|$)|处理(?:得|的)?(?:怎么样|如何)|有(?:消息|结果)了?(?:吗|没)|工单[^,，。\n]{0,8}(?:状态|怎么样|情况)|where(?:'s| is) (?:the |my |your )?(?:engineer|technician|repair ?man|guy|order|ticket)|when (?:is|will|does|can) (?:the |my |your |an? )?(?:engineer|technician|repair ?man|someone|somebody|he|she|they|you)\b.{0,24}(?:com|arriv|here|show)|(?:status|progress) of (?:my|the)|any (?:update|news|progress)/i

const pressing =
  /快(?:一)?点(?:儿)?|催(?:一?下|一催|单|促)|(?<![不没别勿])催(?:[!！。,，\s]|$)|抓紧|赶紧|加急|怎么还(?:没|不)|还没(?:有)?人?(?:来|到|联系|上门|处理)|等(?:了)?(?:很久|好久|半天|太久|一(?:上午|下午|整天|天)|[两几三二\d]+(?:个)?(?:小时|天))|hurry|as soon as possible|\basap\b|still (?:waiting|nobody|no one)|(?:nobody|no one) (?:has )?(?:came|come|shown|called)|taking so long|how much longer/i

const calm =
  /不用催|不催|别催|不(?:着)?急|慢慢来|都(?:行|可以|方便)|(?:修|装|安装|处理)(?:好|完)了|no hurry|no rush|any ?time/i

/** Of a long text so much is looked at, and a longer line is no greeting: patterns must not be slow on what nobody writes. */
const mostRead = 2_000
const longestGreeting = 60

const greeting =
  /^\s*(?:你好|您好|hi|hello|喂|亲)?[\s,，.。!！~]*(?:请问)?(?:在(?:不在|的)?|有人)(?:吗|么|嘛)?[\s?？!！.。]*$/i
const question =
  /[?？]|吗|请问|咨询|是否|怎么|咋|如何|多少|多久|多大|多长|哪(?:里|个|种|些)|什么|为啥|能不能|可不可以|\b(?:how|what|when|where|which|why|who|can|could|does|do|is|are|should)\b/i

/** Whether somebody asks a question that an article could answer; not whether anybody is there. Pure. */
export function asksSomething(text: string): boolean {
  const lines = text.slice(0, mostRead).split('\n')
  return lines.some((line) => question.test(line) && (line.length > longestGreeting || !greeting.test(line)))
}

const says = (words: RegExp, utterances: readonly Utterance[]) =>
  utterances.find((u) => words.test(u.plain.text))

/** Whether the customer wants a person: asked for one, or was not helped by what the hub quoted. */
export function wantsPerson(scene: Scene, dialogue: Dialogue | undefined): boolean {
  const last = scene.customer.at(-1)
  if (!last) return false
  return forPerson.test(last.plain.text) || (dialogue?.answered === true && unsolved.test(last.plain.text))
}

/** The customer's wish to cancel; null where there is none. */
export function wishToCancel(scene: Scene): CancelWish | null {
  const wish = askedToCancel(scene.customer)
  return wish && { said: wish.turn.text, evidence: spanOf(wish) }
}

/** What the customer says about a ticket that is waited for, and which one: the one whose number they name, or the first. */
export function aboutTicket(scene: Scene, dialogue: Dialogue | undefined): ExtractionAction | null {
  const tickets = dialogue?.tickets ?? []
  if (tickets.length === 0) return null
  const text = scene.customer.map((u) => u.plain.text.toUpperCase()).join('\n')
  const named = tickets.find(({ number }) => text.includes(number))
  const ticket = named ?? tickets[0]!
  const cancel = wishToCancel(scene)
  if (cancel) return { kind: 'cancel', ticketId: ticket.id, ...cancel }
  const open = scene.customer.filter((u) => !calm.test(u.plain.text))
  const pressed = says(pressing, open)
  if (pressed) return { kind: 'expedite', ticketId: ticket.id, said: pressed.turn.text }
  const asked = says(progress, open)
  if (asked) return { kind: 'progress', ticketId: ticket.id }
  return named && !named.here ? { kind: 'join', ticketId: named.id } : null
}

/** The quick reply that the customer chose after the hub's question; the newest when there are several. */
export function chosenReply(scene: Scene, dialogue: Dialogue | undefined): Choice | null {
  const asked = dialogue?.asked
  if (!asked) return null
  const since = scene.input.turns.findIndex((turn) => turn.id === asked.turn)
  const after = new Set(scene.input.turns.slice(since + 1).map((turn) => turn.id))
  for (const { turn } of scene.customer.toReversed()) {
    const reply = after.has(turn.id) ? readChoice(turn.text, asked.quickReplies) : null
    const start = turn.text.search(/\S/)
    if (reply !== null)
      return {
        field: asked.field,
        reply,
        evidence: spanOf({ turn, start, end: turn.text.trimEnd().length }),
      }
  }
  return null
}
