import type { Card } from '../../contract/channel.ts'
import type { Effects } from '../../contract/jobs.ts'
import { langOf } from '../../directory/index.ts'
import { enqueueToPerson } from '../../outbox/index.ts'
import { type Reader, sql, type Tx } from '../../store/index.ts'
import type { NamedOffer, Offer } from './offer.ts'

/** What offers need from app. */
export interface OfferPorts {
  /** Whether cards that can be pressed reach people on this account. */
  takesCards(accountId: string): boolean
  /** The page of the job for the engineer to whom it is offered, by a signed link; null when the hub has no public address. */
  jobPage(offer: Pick<Offer, 'id' | 'createdAt'>): string | null
  /** Where a signed-in person reads the whole ticket; null when the hub has no public address. */
  ticketPage(number: string): string | null
}

/** How long the link of a job card works at most, ms: longer than a job takes, shorter than a phone is kept. */
export const jobLinkLifeMs = 30 * 24 * 3_600_000

/** What a card about a ticket shows. */
export interface CardTicket {
  readonly number: string
  readonly summary: string
  readonly category: string | null
  readonly urgency: 'low' | 'normal' | 'high' | 'critical'
  readonly address: string | null
  readonly customer: string | null
  readonly phone: string | null
  /** On the wall clock of the default calendar. */
  readonly appointment: string | null
  /** Who has it now. */
  readonly assignee: string | null
}

const words = {
  zh: {
    title: '派单',
    fault: '故障',
    address: '地址',
    appointment: '预约',
    customer: '客户',
    answerBy: '请在 {time} 前答复',
    accept: '接单',
    reject: '拒绝',
    detail: '详情',
    accepted: '已接单',
    taken: '已被{name}接单',
    rejected: '已拒绝',
    timed_out: '已超时',
    rescinded: '已撤回',
    cancelled: '工单已结束',
  },
  en: {
    title: 'Job',
    fault: 'Fault',
    address: 'Address',
    appointment: 'Appointment',
    customer: 'Customer',
    answerBy: 'Please answer before {time}',
    accept: 'Accept',
    reject: 'Reject',
    detail: 'Details',
    accepted: 'Accepted',
    taken: 'Taken by {name}',
    rejected: 'Rejected',
    timed_out: 'Time is over',
    rescinded: 'Taken back',
    cancelled: 'The ticket has ended',
  },
} as const

const tones = {
  accepted: 'success',
  rejected: 'info',
  timed_out: 'warning',
  rescinded: 'warning',
  cancelled: 'warning',
} as const

/** The state of an offer as its card says it; null while it may be answered. */
export function stateOf(
  offer: Pick<NamedOffer, 'status' | 'reason' | 'staffId' | 'expiresAt'>,
  assignee: string | null,
  lang: 'zh' | 'en',
  nowMs: number,
): NonNullable<Card['state']> | null {
  const w = words[lang]
  const { status } = offer
  if (status === 'pending') {
    return offer.expiresAt.getTime() > nowMs ? null : { text: w.timed_out, tone: tones.timed_out }
  }
  const gone = status === 'rescinded' || status === 'timed_out'
  const text = gone && assignee !== null ? w.taken.replace('{name}', assignee) : w[status]
  return { text, tone: tones[status] }
}

/** Of a phone number what is enough to recognise it. */
export function maskedPhone(phone: string): string {
  return phone.length < 7 ? '***' : `${phone.slice(0, 3)}****${phone.slice(-4)}`
}

/** The card of an offer: buttons while it may be answered, its state afterwards. Pure. */
export function offerCard(
  offer: NamedOffer,
  ticket: CardTicket,
  ports: Pick<OfferPorts, 'jobPage'>,
  lang: 'zh' | 'en',
  nowMs: number,
): Card {
  const w = words[lang]
  const state = stateOf(offer, ticket.assignee, lang, nowMs)
  const who = [ticket.customer, ticket.phone && maskedPhone(ticket.phone)].filter(Boolean).join(' ')
  const lines = [
    [w.fault, ticket.summary],
    [w.address, ticket.address],
    [w.appointment, ticket.appointment],
    [w.customer, who],
  ].flatMap(([label, value]) => (value ? [{ label: label!, value }] : []))
  const page = ports.jobPage(offer)
  return {
    id: offer.id,
    title: `${w.title} ${ticket.number}${ticket.category ? ` · ${ticket.category}` : ''}`,
    urgency: ticket.urgency,
    ...(state ? { state } : {}),
    lines,
    buttons: [
      ...(state
        ? []
        : [
            { key: 'offer.accept', text: w.accept, style: 'primary' as const },
            { key: 'offer.reject', text: w.reject, style: 'danger' as const },
          ]),
      ...(page ? [{ key: 'offer.detail', text: w.detail, url: page }] : []),
    ],
  }
}

/** Reads what the card of a ticket shows. */
export async function readCardTicket(db: Reader, ticketId: string): Promise<CardTicket> {
  const rows = await sql<CardTicket>`
    select t."number", t."summary", t."productCategory" as category, t."urgency", t."contactName" as customer, t."phone",
      nullif(concat(t."province", nullif(t."city", t."province"), t."district", t."addressDetail"), '') as address,
      s."name" as assignee,
      to_char(t."appointmentStart" at time zone coalesce(
        (select "timeZone" from calendar where "isDefault" limit 1), 'Asia/Shanghai'), 'YYYY-MM-DD HH24:MI') as appointment
    from ticket t left join staff s on s."id" = t."assigneeId" where t."id" = ${ticketId}`.execute(db)
  return rows.rows[0]!
}

/** Sends the card of each offer as it is now; a later version takes the place of what its engineer has. */
export async function sendCards(
  tx: Tx,
  offers: readonly NamedOffer[],
  ports: OfferPorts,
  nowMs: number,
): Promise<Effects> {
  const first = offers[0]
  if (!first) return { events: [], jobs: [] }
  const ticket = await readCardTicket(tx, first.ticketId)
  const langs = await tx
    .selectFrom('staff')
    .select(['id', 'languages'])
    .where('id', 'in', [...new Set(offers.map(({ staffId }) => staffId))])
    .execute()
  const effects: Effects[] = []
  for (const offer of offers) {
    const lang = langOf(langs.find(({ id }) => id === offer.staffId)?.languages ?? [])
    const card = offerCard(offer, ticket, ports, lang, nowMs)
    const { accountId, externalId, ticketId, status, version } = offer
    const said = await enqueueToPerson(
      tx,
      {
        idempotencyKey: `offer:${offer.id}:${version}`,
        ...{ accountId, externalId, ticketId, lang, card },
        text: card.state ? card.state.text : card.title,
        reference: ticket.number,
        ...(status === 'pending' ? {} : { unseen: 'drop' as const }),
      },
      nowMs,
    )
    effects.push(said.effects)
  }
  return { events: effects.flatMap((e) => e.events), jobs: effects.flatMap((e) => e.jobs) }
}
