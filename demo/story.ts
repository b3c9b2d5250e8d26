import type { Console } from '../bench/hub-process.ts'
import { type ChatWindow, type SeenCard, wordsOf } from './windows/window.ts'

type Json = Record<string, unknown>

/** One customer's request: on which window, in which words; the phone number in them finds its ticket. */
export interface Scene {
  readonly vendor: string
  readonly phone: string
  readonly says: readonly string[]
  /** Sends a picture after the words. */
  readonly picture?: boolean
  /** The hub's answer to the first message is lost on the way: the vendor delivers it again. */
  readonly lostAnswer?: boolean
  /** A chat, which an agent at the desk gets. */
  readonly chat?: boolean
  /** Two engineers are asked, and tap at the same moment. */
  readonly rivals?: boolean
  /** The customer sees what the hub says on this channel. */
  readonly told: boolean
}

/** The requests of the story, in its order. Invented people; the numbers belong to nobody. */
export const scenes: readonly Scene[] = [
  {
    vendor: 'phone',
    phone: '13605710011',
    says: [],
    told: false,
  },
  {
    vendor: 'wechat-oa',
    phone: '13605710012',
    says: ['你好', '家里空调不制冷了', '杭州市西湖区文三路90号东部软件园1幢302,我姓李,电话13605710012'],
    picture: true,
    lostAnswer: true,
    chat: true,
    told: true,
  },
  {
    vendor: 'wecom-kf',
    phone: '13605710013',
    says: ['热水器打不着火,杭州市拱墅区莫干山路501号2单元601,周先生13605710013,明天上午在家'],
    chat: true,
    told: true,
  },
  {
    vendor: 'dingtalk',
    phone: '13605710014',
    says: ['冰箱不制冷,杭州市上城区解放路26号,联系人陈店长,电话13605710014'],
    chat: true,
    told: true,
  },
  {
    vendor: 'feishu',
    phone: '13605710015',
    says: ['洗衣机脱水时异响很大,杭州市滨江区江南大道3688号,吴经理13605710015'],
    chat: true,
    rivals: true,
    told: true,
  },
  {
    vendor: 'email',
    phone: '13605710016',
    says: [
      '油烟机不吸烟\n您好,家里的油烟机昨天开始不吸烟了。\n地址:杭州市西湖区古墩路656号3幢1单元1201\n联系人:王芳\n电话:13605710016',
    ],
    told: true,
  },
  {
    vendor: 'qr',
    phone: '13605710017',
    says: ['空调开机十分钟后停机,显示E4,外机有异响,请联系13605710017'],
    told: true,
  },
]

/** What happened to one request, and when, ms after it was sent. */
export interface Outcome {
  readonly channel: string
  readonly ticket: string | null
  readonly group: string | null
  readonly engineer: string | null
  /** The agent who has the chat. */
  readonly agent: string | null
  /** Vendor in whose app the engineer got the card. */
  readonly card: string | null
  /** What the customer sent, as the ticket's conversation has it, oldest first. */
  readonly messages: readonly Received[]
  readonly steps: Readonly<Record<string, number>>
  /** Steps that did not happen in time. */
  readonly missing: readonly string[]
}

interface Received {
  readonly at: string
  readonly kind: string
  readonly text: string
  readonly conversation: string
}

/** The result of the whole story. */
export interface Summary {
  /** Every step of every request happened, and there was at least one. */
  readonly complete: boolean
  readonly requests: readonly Outcome[]
  /** A row for each message, with what became of the request that it belongs to. */
  readonly messages: readonly (Received &
    Pick<Outcome, 'channel' | 'ticket' | 'group' | 'engineer' | 'steps'>)[]
}

export function summaryOf(requests: readonly Outcome[]): Summary {
  return {
    complete: requests.length > 0 && requests.every(({ missing }) => missing.length === 0),
    requests,
    messages: requests.flatMap(({ channel, ticket, group, engineer, steps, messages }) =>
      messages.map((message) => ({ channel, ...message, ticket, group, engineer, steps })),
    ),
  }
}

export interface Stage {
  readonly desk: Console
  readonly windows: readonly ChatWindow[]
  readonly tell: (line: string) => void
  readonly picture: Buffer
  /** Sets how many engineers are asked about a ticket at the same time. */
  readonly askAtOnce: (count: number) => Promise<void>
  /** How long one step may take, ms. */
  readonly patienceMs: number
}

const words = {
  retried: '答复丢失,厂商重推 answer lost, delivered again',
  ticket: '工单生成 ticket',
  read: '字段有依据 fields with evidence',
  picture: '图片已存 picture stored',
  transcript: '通话已转写 transcribed (scripted)',
  agent: '会话分给坐席 chat assigned',
  routed: '已派单 routed',
  card: '卡片送达工程师 card',
  accepted: '工程师接单 accepted',
  taken: '另一位看到已被接单 the other reads who has it',
  changed: '卡片已更新 card changed',
  told: '已通知客户 customer told',
} as const
type StepName = keyof typeof words

/** Steps that a request goes through, in the order in which they are looked for. */
function stepsOf(scene: Scene): readonly StepName[] {
  const only: Partial<Record<StepName, boolean | undefined>> = {
    retried: scene.lostAnswer,
    picture: scene.picture,
    transcript: scene.vendor === 'phone',
    agent: scene.chat,
    taken: scene.rivals,
    told: scene.told,
  }
  return (Object.keys(words) as StepName[]).filter((step) => !(step in only) || only[step])
}

/** What one play has seen so far. */
class Play {
  readonly steps: Record<string, number> = {}
  readonly wanted: readonly StepName[]
  readonly scene: Scene
  readonly stage: Stage
  private readonly startMs = Date.now()

  constructor(scene: Scene, stage: Stage) {
    this.scene = scene
    this.stage = stage
    this.wanted = stepsOf(scene)
  }

  /** Waits for what a step shows and notes its time; null when it does not come, or is no step of this request. */
  async step<T>(
    name: StepName,
    look: () => Promise<T | null> | T | null,
    more: (found: T) => string,
  ): Promise<T | null> {
    if (!this.wanted.includes(name)) return null
    const found = await seenWithin(look, this.stage.patienceMs)
    if (found === null) return null
    const afterMs = Date.now() - this.startMs
    this.steps[name] = afterMs
    this.stage.tell(`  ${String(afterMs).padStart(6)} ms  ${words[name]}  ${more(found)}`)
    return found
  }
}

/** Plays one request from the customer's words to the engineer's tap, and notes the time of each step. */
export async function play(scene: Scene, stage: Stage): Promise<Outcome> {
  const { desk, windows } = stage
  const window = windows.find((each) => each.vendor === scene.vendor)!
  if (scene.rivals) await stage.askAtOnce(2)
  const told = new Play(scene, stage)
  stage.tell(`${window.zh} ${window.en}: ${scene.says[0]?.split('\n')[0] ?? '通话结束 a call ended'}`)
  const tries = await speak(scene, stage, window)
  await told.step('retried', () => (tries > 1 ? tries : null), String)
  const opened = await told.step(
    'ticket',
    () => ticketOf(desk, scene.phone),
    ({ number }) => number,
  )
  const agent = opened && (await reading(told, opened))
  const routed =
    opened &&
    (await told.step(
      'routed',
      () => ticketOf(desk, scene.phone, 'groupName'),
      (ticket) => ticket.groupName!,
    ))
  const cards =
    opened &&
    (await told.step(
      'card',
      () => cardsOf(windows, opened.number, scene.rivals ? 2 : 1),
      (found) => found.map(({ window: app, person }) => `${app.zh} ${person.name}`).join(', '),
    ))
  const accepted = cards && (await accepting(told, cards))
  if (accepted)
    await told.step(
      'told',
      () => wasTold(window, accepted),
      (read) => read,
    )
  if (scene.rivals) await stage.askAtOnce(1)
  return {
    channel: scene.vendor,
    ticket: opened?.number ?? null,
    group: (routed ?? opened)?.groupName ?? null,
    engineer: accepted?.assigneeName ?? null,
    agent: agent ?? null,
    card: cards?.[0]?.window.vendor ?? null,
    messages: opened ? receivedIn(await threadOf(desk, opened)) : [],
    steps: told.steps,
    missing: told.wanted.filter((step) => told.steps[step] === undefined),
  }
}

/** What was read out of the words, the picture and the call; resolves to the name of the agent who has the chat. */
async function reading(told: Play, ticket: Ticket): Promise<string | null> {
  const { desk } = told.stage
  await told.step(
    'read',
    () => evidenceOf(desk, ticket),
    (fields) => fields.join(', '),
  )
  const sent = told.scene.says.length + 1
  await told.step(
    'picture',
    async () => {
      const thread = await threadOf(desk, ticket)
      const stored = thread.messages.some(({ attachments }) =>
        attachments.some(({ state }) => state === 'stored'),
      )
      return stored && receivedIn(thread).length === sent ? sent : null
    },
    (count) => `${count} 条消息一张工单`,
  )
  await told.step(
    'transcript',
    () => transcriptOf(desk, ticket),
    (count) => `${count} 句 utterances`,
  )
  return await told.step(
    'agent',
    () => agentOf(desk, ticket),
    (name) => name,
  )
}

/** The tap: of the first engineer, or of all who were asked in the same moment, of whom one gets the ticket. */
async function accepting(told: Play, cards: readonly FoundCard[]): Promise<Ticket | null> {
  const { stage, scene } = told
  const tap = ({ window, person, card, accept }: FoundCard) =>
    window.press!(person.id, card.id, accept).catch(() => '—')
  const shown = await Promise.all(cards.map(tap))
  const accepted = await told.step(
    'accepted',
    () => ticketOf(stage.desk, scene.phone, 'assigneeName'),
    ({ assigneeName }) => `${assigneeName} (${shown.join(', ')})`,
  )
  const late = cards.find(({ person }) => person.name !== accepted?.assigneeName)
  if (accepted && late) {
    const said = `已被${accepted.assigneeName}接单`
    await told.step(
      'taken',
      () => (nowShows(late, said) ? said : null),
      () => `${late.window.zh} ${late.person.name}: ${said}`,
    )
  }
  await told.step(
    'changed',
    () => (cards.some(stillOffers) ? null : true),
    () => '',
  )
  return accepted
}

/** Says everything; resolves to the most tries that a delivery took. */
async function speak(scene: Scene, { picture }: Stage, window: ChatWindow): Promise<number> {
  const person = window.people.find((each) => each.role === 'customer')!
  if (scene.lostAnswer) window.loseAnswer?.()
  let most = 1
  for (const text of scene.says) {
    const tries = await window.say!(person.id, text)
    if (typeof tries === 'number') most = Math.max(most, tries)
  }
  if (scene.says.length === 0) await window.call!(person.id)
  if (scene.picture) await window.sendImage?.(person.id, picture)
  return most
}

interface Ticket {
  readonly id: string
  readonly number: string
  readonly groupName: string | null
  readonly assigneeName: string | null
}

/** The ticket of a phone number, once it has that column. */
async function ticketOf(
  desk: Console,
  phone: string,
  has: 'number' | 'groupName' | 'assigneeName' = 'number',
): Promise<Ticket | null> {
  const { tickets } = (await desk.get(`/api/ticket/list?q=${phone}`)) as { tickets: (Ticket & Json)[] }
  return tickets[0]?.[has] ? tickets[0] : null
}

/** Names of the ticket's fields that say from where in the messages they come; null when there is none. */
async function evidenceOf(desk: Console, { id }: Ticket): Promise<string[] | null> {
  const { fields } = (await desk.get(`/api/ticket/get?ticketId=${id}`)) as {
    fields: Record<string, { evidence?: readonly unknown[] } | null>
  }
  const names = Object.keys(fields).filter((name) => (fields[name]?.evidence?.length ?? 0) > 0)
  return names.length > 0 ? names : null
}

interface Thread extends Json {
  readonly messages: readonly {
    readonly conversationId: string
    readonly direction: string
    readonly kind: string
    readonly text: string
    readonly at: string
    readonly attachments: readonly { readonly state: string }[]
  }[]
  readonly conversations: readonly { readonly id: string }[]
}

async function threadOf(desk: Console, { id }: Ticket): Promise<Thread> {
  return (await desk.get(`/api/conversation/ofTicket?ticketId=${id}`)) as Thread
}

const receivedIn = ({ messages }: Thread): Received[] =>
  messages
    .filter(({ direction }) => direction === 'in')
    .map(({ at, kind, text, conversationId }) => ({ at, kind, text, conversation: conversationId }))

/** How many utterances the call of a ticket has; null while there is no transcript. */
async function transcriptOf(desk: Console, ticket: Ticket): Promise<number | null> {
  for (const { id } of (await threadOf(desk, ticket)).conversations) {
    const { calls } = (await desk.get(`/api/call/ofConversation?conversationId=${id}`)) as {
      calls: { stage: string; utterances: unknown[] }[]
    }
    const call = calls.find(({ stage }) => stage === 'transcribed')
    if (call) return call.utterances.length
  }
  return null
}

/** The agent at the desk who has the chat of a ticket. */
async function agentOf(desk: Console, { id }: Ticket): Promise<string | null> {
  const { chats, agents } = (await desk.get('/api/desk/chats?list=all')) as {
    chats: { ticketIds: string[]; agentId: string | null }[]
    agents: { userId: string; name: string }[]
  }
  const chat = chats.find(({ ticketIds, agentId }) => agentId !== null && ticketIds.includes(id))
  return chat ? (agents.find(({ userId }) => userId === chat.agentId)?.name ?? chat.agentId) : null
}

interface FoundCard {
  readonly window: ChatWindow
  readonly person: { readonly id: string; readonly name: string }
  readonly card: SeenCard
  readonly accept: string
}

/** The cards of a ticket on engineers' screens, with the button that accepts it; null while there are fewer. */
function cardsOf(windows: readonly ChatWindow[], number: string, count: number): FoundCard[] | null {
  const found: FoundCard[] = []
  for (const window of windows) {
    if (!window.press) continue
    for (const person of window.people.filter((each) => each.role === 'engineer')) {
      for (const { card } of window.screen(person.id)) {
        const accept = card?.buttons.find((button) => button.text.includes('接单') && !button.dead)
        if (card && accept && wordsOf(card).includes(number))
          found.push({ window, person, card, accept: accept.key })
      }
    }
  }
  return found.length >= count ? found : null
}

/** A card as it looks now: by its title, because without buttons some vendors' cards say their id no more. */
const cardNow = ({ window, person, card }: FoundCard) =>
  window.screen(person.id).findLast((line) => line.card?.title === card.title)?.card

const nowShows = (found: FoundCard, said: string) => {
  const card = cardNow(found)
  return card !== undefined && wordsOf(card).includes(said)
}

/** Whether the card still shows the button that was tapped. */
const stillOffers = (found: FoundCard) =>
  cardNow(found)?.buttons.some((button) => button.key === found.accept) ?? false

/** What the customer read about who comes. */
async function wasTold(window: ChatWindow, ticket: Ticket): Promise<string | null> {
  await window.refresh?.()
  const surname = ticket.assigneeName!.slice(0, 1)
  const customer = window.people.find((each) => each.role === 'customer')!
  const line = window
    .screen(customer.id)
    .find((each) => each.by === 'hub' && each.text.includes(ticket.number) && each.text.includes(surname))
  return line ? line.text.replace(/\s+/g, ' ').slice(0, 60) : null
}

async function seenWithin<T>(
  look: () => Promise<T | null> | T | null,
  patienceMs: number,
): Promise<T | null> {
  const end = Date.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > end) return null
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}
