import { z } from 'zod'
import type { Permission } from '../../access/can.ts'
import { defineQuery, type Query } from '../../access/command.ts'
import type { Actor } from '../../contract/actor.ts'
import type { Evidence, TicketFieldMap } from '../../contract/extraction.ts'
import { ticketStatuses, urgencies } from '../../contract/ticket.ts'
import { type Point, toGcj02 } from '../../kernel/geo.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { type Reader, sql } from '../../store/index.ts'
import { explainVerdict } from '../explain.ts'
import { type PackedDecision, unpackDecision } from '../packed.ts'
import { words as phraseWords } from '../phrases.ts'
import { maskedPhone, stateOf } from './card.ts'
import { type NamedOffer, readOffer } from './offer.ts'

const text = z.string().nullable()
const both = z.object({ zh: z.string(), en: z.string() })

/** A job as the engineer sees it to whom it was offered. Times are ISO 8601. */
export const jobSchema = z.object({
  offerId: z.uuid(),
  ticketId: z.uuid(),
  /** `asked`: it may be accepted or turned down; `mine`: it is the engineer's. */
  phase: z.enum(['asked', 'mine']),
  /** Until when it may be answered; null once it is the engineer's. */
  answerBy: text,
  number: z.string(),
  status: z.enum(ticketStatuses),
  urgency: z.enum(urgencies),
  category: text,
  summary: z.string(),
  address: text,
  /** Where it is, for maps, in GCJ-02; from the customer's own place or the device's. */
  point: z.object({ lat: z.number(), lng: z.number() }).nullable(),
  appointment: z.object({ start: text, end: text }).nullable(),
  /** The whole number only once the job is the engineer's. */
  customer: z.object({ name: text, phone: text, phoneMasked: text }),
  device: z.object({
    model: text,
    serialNumber: text,
    warranty: z.enum(['in', 'out', 'unknown']),
    warrantyUntil: text,
  }),
  fault: text,
  /** The words from which fault and summary were read. */
  quotes: z.array(z.string()),
  /** Why this engineer was asked, in a few lines. */
  why: z.array(both),
})

/** A job as the engineer sees it. */
export type Job = z.infer<typeof jobSchema>

interface JobRow {
  readonly number: string
  readonly status: Job['status']
  readonly urgency: Job['urgency']
  readonly category: string | null
  readonly model: string | null
  readonly serialNumber: string | null
  readonly warrantyUntil: string | null
  readonly inWarranty: boolean | null
  readonly summary: string
  readonly address: string | null
  readonly appointmentStart: Date | null
  readonly appointmentEnd: Date | null
  readonly customer: string | null
  readonly phone: string | null
  readonly fields: TicketFieldMap
  readonly groupId: string | null
  readonly assigneeId: string | null
  readonly assignee: string | null
  readonly place: Point | null
  readonly lat: number | null
  readonly lng: number | null
}

async function readRow(db: Reader, ticketId: string, nowMs: number): Promise<JobRow> {
  const rows = await sql<JobRow>`
    select t."number", t."status", t."urgency", t."summary", t."fields", t."groupId", t."assigneeId", s."name" as assignee,
      coalesce(t."productCategory", d."category") as category, coalesce(t."deviceModel", d."model") as model,
      coalesce(t."serialNumber", d."serialNumber") as "serialNumber", t."contactName" as customer, t."phone",
      to_char(d."warrantyUntil", 'YYYY-MM-DD') as "warrantyUntil",
      d."warrantyUntil" >= (${new Date(nowMs)}::timestamptz at time zone coalesce(
        (select "timeZone" from calendar where "isDefault" limit 1), 'Asia/Shanghai'))::date as "inWarranty",
      nullif(concat(t."province", nullif(t."city", t."province"), t."district", t."addressDetail"), '') as address,
      t."appointmentStart", t."appointmentEnd", d."lat", d."lng",
      (select m."location" from message m join conversation_ticket c on c."conversationId" = m."conversationId"
        where c."ticketId" = t."id" and m."location" is not null order by m."seq" desc limit 1) as place
    from ticket t left join staff s on s."id" = t."assigneeId" left join device d on d."id" = t."deviceId"
    where t."id" = ${ticketId}`.execute(db)
  return rows.rows[0]!
}

const over = ['closed', 'cancelled', 'merged']

/** Whether the job is the engineer's, or may be; otherwise what became of it, in words. Pure. */
export function standingOf(
  offer: Pick<NamedOffer, 'status' | 'reason' | 'staffId' | 'expiresAt' | 'groupId'>,
  ticket: Pick<JobRow, 'status' | 'groupId' | 'assigneeId' | 'assignee'>,
  nowMs: number,
): { readonly phase: Job['phase'] } | { readonly zh: string; readonly en: string } {
  if (over.includes(ticket.status)) return { zh: '工单已结束', en: 'the ticket has ended' }
  if (ticket.assigneeId === offer.staffId) return { phase: 'mine' }
  if (offer.status === 'accepted') {
    return ticket.assignee === null
      ? { zh: '工单已转走，正在重新安排', en: 'the ticket was taken back and is being arranged anew' }
      : { zh: `已转给${ticket.assignee}`, en: `it was handed to ${ticket.assignee}` }
  }
  const free = ticket.status === 'open' && ticket.assigneeId === null && ticket.groupId === offer.groupId
  const inTime = offer.expiresAt.getTime() > nowMs
  if (offer.status === 'pending' && inTime && free) return { phase: 'asked' }
  // A pending offer whose ticket moved has not been taken back yet, but will be.
  const status = offer.status === 'pending' && inTime ? 'rescinded' : offer.status
  const state = (lang: 'zh' | 'en') => stateOf({ ...offer, status }, ticket.assignee, lang, nowMs)!.text
  return { zh: state('zh'), en: state('en') }
}

/** What an engineer wants to know about having been chosen. */
const tellingChecks = ['skill', 'region', 'certificate', 'distance', 'load']

async function whyOf(db: Reader, offer: NamedOffer): Promise<Job['why']> {
  const row = await db
    .selectFrom('routing_decision')
    .select('decision')
    .where('id', '=', offer.decisionId)
    .executeTakeFirst()
  if (!row) return []
  const decision = unpackDecision(row.decision as unknown as PackedDecision)
  const verdicts = decision.engineers.find(({ id }) => id === offer.staffId)?.verdicts ?? []
  const telling = verdicts.filter(
    ({ check, ok: holds, waived }) => holds && !waived && tellingChecks.includes(check),
  )
  const group = decision.groups.find(({ id }) => id === decision.groupId)?.name ?? ''
  const rule = decision.via.kind === 'rule' ? decision.via.ruleId : ''
  const ruleName = decision.rules.find(({ id }) => id === rule)?.name ?? rule
  const via = (lang: 'zh' | 'en') =>
    phraseWords[lang].via[decision.via.kind].replace('{group}', group).replace('{rule}', ruleName)
  return [
    { zh: via('zh'), en: via('en') },
    ...telling.map((verdict) => ({ zh: explainVerdict(verdict, 'zh'), en: explainVerdict(verdict, 'en') })),
  ]
}

/** The words that evidence points at, in the order of the evidence. */
function quoted(evidence: readonly Evidence[]): string[] {
  return evidence.flatMap((each) => {
    if (each.kind === 'span') return [each.quote]
    return each.kind === 'derived' ? quoted(each.from) : []
  })
}

function jobOf(offer: NamedOffer, row: JobRow, phase: Job['phase'], why: Job['why']): Job {
  const { number, status, urgency, category, summary, address, fields, model, serialNumber } = row
  const [start, end] = [row.appointmentStart, row.appointmentEnd].map((at) => at?.toISOString() ?? null)
  const device: Point | null =
    row.lat !== null && row.lng !== null ? { lat: row.lat, lng: row.lng, crs: 'gcj02' } : null
  const place = row.place ?? device
  const point = place && toGcj02(place)
  const { fault_description: fault, summary: said } = fields
  return {
    ...{
      offerId: offer.id,
      ticketId: offer.ticketId,
      phase,
      number,
      status,
      urgency,
      category,
      summary,
      address,
      why,
    },
    answerBy: phase === 'asked' ? offer.expiresAt.toISOString() : null,
    point: point && { lat: point.lat, lng: point.lng },
    appointment: start || end ? { start: start ?? null, end: end ?? null } : null,
    customer: {
      name: row.customer,
      phone: phase === 'mine' ? row.phone : null,
      phoneMasked: row.phone && maskedPhone(row.phone),
    },
    device: {
      ...{ model, serialNumber, warrantyUntil: row.warrantyUntil },
      warranty: row.inWarranty === null ? 'unknown' : row.inWarranty ? 'in' : 'out',
    },
    fault: fault?.value ?? null,
    quotes: [...new Set(quoted([...(fault?.evidence ?? []), ...(said?.evidence ?? [])]))].slice(0, 10),
  }
}

/** Whose offer it is, as an engineer: by card or link, or signed in. Nobody else has a job page. */
const isTheirs = (actor: Actor, offer: NamedOffer) => 'staffId' in actor && actor.staffId === offer.staffId

/** The job of an offer, as far as its engineer may see it now. Refuses with `not_found` and `job.gone`. */
async function readJob(db: Reader, actor: Actor, offerId: string, nowMs: number): Promise<Result<Job>> {
  const offer = await readOffer(db, offerId)
  if (!offer || !isTheirs(actor, offer)) return refuse('not_found', { what: 'offer' })
  const row = await readRow(db, offer.ticketId, nowMs)
  const standing = standingOf(offer, row, nowMs)
  if (!('phase' in standing)) return refuse('job.gone', { stateZh: standing.zh, stateEn: standing.en })
  return ok(jobOf(offer, row, standing.phase, await whyOf(db, offer)))
}

/** Who may read the job of an offer: the engineer to whom it was made. */
export const jobPermission: Permission = { roles: ['engineer'], also: ['card'] }

export const jobQuery: Query = defineQuery(
  {
    name: 'offer.job',
    title:
      'The job of an offer, for the engineer to whom it was made: while they are asked, and once it is theirs',
    permission: jobPermission,
    input: z.object({ offerId: z.uuid() }),
    output: jobSchema,
    audit: ({ offerId }) => `offer:${offerId}`,
  },
  async ({ db, actor, nowMs }, { offerId }) => await readJob(db, actor, offerId, nowMs),
)
