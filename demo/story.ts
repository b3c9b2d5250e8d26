import type { Console } from '../bench/hub-process.ts'
import type { ChatWindow, SeenCard } from './windows/window.ts'

type Json = Record<string, unknown>

/** One customer's request: on which window, in which words; the phone number in them finds its ticket. */
export interface Scene {
  readonly vendor: string
  readonly phone: string
  readonly says: readonly string[]
  /** Sends a picture after the words. */
  readonly picture?: boolean
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
    told: true,
  },
  {
    vendor: 'wecom-kf',
    phone: '13605710013',
    says: ['热水器打不着火,杭州市拱墅区莫干山路501号2单元601,周先生13605710013,明天上午在家'],
    told: true,
  },
  {
    vendor: 'dingtalk',
    phone: '13605710014',
    says: ['冰箱不制冷,杭州市上城区解放路26号,联系人陈店长,电话13605710014'],
    told: true,
  },
  {
    vendor: 'feishu',
    phone: '13605710015',
    says: ['洗衣机脱水时异响很大,杭州市滨江区江南大道3688号,吴经理13605710015'],
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
    told: false,
  },
]

/** What happened to one request, and when, ms after it was sent. */
export interface Outcome {
  readonly channel: string
  readonly ticket: string | null
  readonly group: string | null
  readonly engineer: string | null
  /** Vendor in whose app the engineer got the card. */
  readonly card: string | null
  readonly steps: Readonly<Record<string, number>>
  /** Steps that did not happen in time. */
  readonly missing: readonly string[]
}

export interface Stage {
  readonly desk: Console
  readonly windows: readonly ChatWindow[]
  /** Plays the call of the phone scene. */
  readonly call: (phone: string) => Promise<unknown>
  readonly tell: (line: string) => void
  readonly picture: Buffer
  /** How long one step may take, ms. */
  readonly patienceMs: number
}

/** Steps that every request goes through, in order. */
const stepNames = ['ticket', 'routed', 'card', 'accepted', 'changed', 'told'] as const
type StepName = (typeof stepNames)[number]

const words: Readonly<Record<StepName, string>> = {
  ticket: '工单生成 ticket',
  routed: '已派单 routed',
  card: '卡片送达工程师 card',
  accepted: '工程师接单 accepted',
  changed: '卡片已更新 card changed',
  told: '已通知客户 customer told',
}

/** Plays one request from the customer's words to the engineer's tap, and notes the time of each step. */
export async function play(scene: Scene, stage: Stage): Promise<Outcome> {
  const window = stage.windows.find((each) => each.vendor === scene.vendor)
  const startMs = Date.now()
  const steps: Record<string, number> = {}
  const note = (step: StepName, more: string) => {
    steps[step] = Date.now() - startMs
    stage.tell(`  ${String(steps[step]).padStart(6)} ms  ${words[step]}  ${more}`)
  }
  stage.tell(
    `${window ? `${window.zh} ${window.en}` : '电话 phone'}: ${scene.says[0]?.split('\n')[0] ?? '通话结束 a call ended'}`,
  )
  await speak(scene, stage, window)
  const seen: { ticket?: Ticket; card?: FoundCard } = {}
  const until = <T>(look: () => Promise<T | null> | T | null) => seenWithin(look, stage.patienceMs)
  seen.ticket = (await until(() => ticketOf(stage.desk, scene.phone))) ?? undefined
  if (seen.ticket) {
    note('ticket', seen.ticket.number)
    const routed = await until(async () => {
      const ticket = await ticketOf(stage.desk, scene.phone)
      return ticket?.groupName ? ticket : null
    })
    if (routed) note('routed', routed.groupName!)
    seen.ticket = routed ?? seen.ticket
    const { number } = seen.ticket
    seen.card = (await until(() => cardOf(stage.windows, number))) ?? undefined
  }
  const { card } = seen
  if (card) {
    note('card', `${card.window.zh} ${card.person.name}`)
    const shown = await card.window.press!(card.person.id, card.card.id, card.accept)
    const accepted = await until(async () => {
      const ticket = await ticketOf(stage.desk, scene.phone)
      return ticket?.assigneeName ? ticket : null
    })
    if (accepted) note('accepted', `${accepted.assigneeName} (${shown})`)
    seen.ticket = accepted ?? seen.ticket
    if (await until(() => (stillOffers(card) ? null : true))) note('changed', '')
  }
  const told =
    seen.ticket?.assigneeName && scene.told ? await until(() => wasTold(window!, seen.ticket!)) : null
  if (told) note('told', told)
  const wanted = stepNames.filter((step) => step !== 'told' || scene.told)
  return {
    channel: scene.vendor,
    ticket: seen.ticket?.number ?? null,
    group: seen.ticket?.groupName ?? null,
    engineer: seen.ticket?.assigneeName ?? null,
    card: card?.window.vendor ?? null,
    steps,
    missing: wanted.filter((step) => steps[step] === undefined),
  }
}

async function speak(scene: Scene, stage: Stage, window: ChatWindow | undefined): Promise<void> {
  if (!window) {
    await stage.call(scene.phone)
    return
  }
  const person = window.people.find((each) => each.role === 'customer')!
  for (const text of scene.says) await window.say(person.id, text)
  if (scene.picture) await window.sendImage?.(person.id, stage.picture)
}

interface Ticket {
  readonly number: string
  readonly groupName: string | null
  readonly assigneeName: string | null
}

async function ticketOf(desk: Console, phone: string): Promise<Ticket | null> {
  const { tickets } = (await desk.get(`/api/ticket/list?q=${phone}`)) as { tickets: (Ticket & Json)[] }
  return tickets[0] ?? null
}

interface FoundCard {
  readonly window: ChatWindow
  readonly person: { readonly id: string; readonly name: string }
  readonly card: SeenCard
  readonly accept: string
}

/** The card of a ticket on an engineer's screen, with the button that accepts it. */
function cardOf(windows: readonly ChatWindow[], number: string): FoundCard | null {
  for (const window of windows) {
    if (!window.press) continue
    for (const person of window.people.filter((each) => each.role === 'engineer')) {
      for (const { card } of window.screen(person.id)) {
        const accept = card?.buttons.find((button) => button.text.includes('接单'))
        if (card && accept && [card.title, ...card.lines].join(' ').includes(number))
          return { window, person, card, accept: accept.key }
      }
    }
  }
  return null
}

/** Whether the card still shows the button that was tapped. */
function stillOffers({ window, person, card, accept }: FoundCard): boolean {
  return window
    .screen(person.id)
    .some((line) => line.card?.id === card.id && line.card.buttons.some((button) => button.key === accept))
}

/** What the customer read about who comes. */
function wasTold(window: ChatWindow, ticket: Ticket): string | null {
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
