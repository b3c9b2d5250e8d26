import { type Effects, noEffects } from '../contract/jobs.ts'
import { calledBy } from '../directory/index.ts'
import type { Refusal } from '../kernel/result.ts'
import { houseLanguage } from '../languages/index.ts'
import { defineHandler, GiveUp, type Job, type JobHandler, type StepContext } from '../queue/index.ts'
import { sql, type Tx } from '../store/index.ts'
import { enqueueMessage } from './enqueue.ts'
import { listeningConversation } from './listening.ts'
import { outboxSettings } from './settings.ts'
import { isNotice, type NoticeName, type NoticeVariables, noticeText, pageOffers } from './templates.ts'

/** What notices need from app. */
export interface NoticePorts {
  /** The customer's signed progress page; null when the hub has no public address. */
  progressLink(ticketId: string): string | null
  /** Whether a customer can answer on this account's channel. */
  takesReplies(accountId: string): boolean
  /** Whether nothing can be said on this account's channel: it reports calls. */
  isMute?(accountId: string): boolean
}

/** Handlers of the jobs that tell a customer something: `ticket.acknowledge` and `ticket.inform`. */
export function makeNoticeHandlers(ports: NoticePorts): JobHandler[] {
  return [
    defineHandler({
      kind: 'ticket.acknowledge',
      prepare: async () => null,
      async commit(tx, _prepared, { payload }, ctx) {
        if (await heardToCancel(tx, payload.ticketId)) return noEffects
        return await say(tx, ports, ctx, {
          name: 'ticket.acknowledge',
          ticketId: payload.ticketId,
          conversationId: payload.conversationId,
          // One acknowledgement of a ticket in a conversation, however often it is asked for.
          idempotencyKey: `ticket.acknowledge:${payload.ticketId}:${payload.conversationId}`,
        })
      },
    }),
    defineHandler({
      kind: 'ticket.inform',
      prepare: async () => null,
      commit: (tx, _prepared, job, ctx) => inform(tx, ports, job, ctx),
    }),
  ]
}

/** Whether the customer was told that their wish to cancel was heard, and it stands: that tells of the ticket as well. */
async function heardToCancel(tx: Tx, ticketId: string): Promise<boolean> {
  const { rows } = await sql`
    select from ticket t where t."id" = ${ticketId} and t."cancelAskedAt" is not null and exists (
      select from ticket_event e
      where e."ticketId" = t."id" and e."type" = 'answered' and e."payload"->>'kind' = 'cancel')`.execute(tx)
  return rows.length > 0
}

async function inform(
  tx: Tx,
  ports: NoticePorts,
  job: Job<'ticket.inform'>,
  ctx: StepContext,
): Promise<Effects> {
  const { ticketId, template } = job.payload
  if (!isNotice(template)) throw new GiveUp(`there is no notice ${template}`)
  const conversationId = await conversationOf(tx, ticketId)
  // A ticket that somebody made by hand after a call has nobody to write to.
  if (conversationId === null) return noEffects
  const idempotencyKey = `ticket.inform:${ticketId}:${template}:${job.id}`
  return await say(tx, ports, ctx, { name: template, ticketId, conversationId, idempotencyKey })
}

/** Where the customer was last heard about this ticket. */
async function conversationOf(tx: Tx, ticketId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('conversation_ticket as ct')
    .innerJoin('conversation as c', 'c.id', 'ct.conversationId')
    .select('c.id')
    .where('ct.ticketId', '=', ticketId)
    .orderBy('c.lastMessageAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}

async function say(tx: Tx, ports: NoticePorts, ctx: StepContext, notice: TicketNotice): Promise<Effects> {
  const { effects, refusal } = await tellOfTicket(tx, ports, notice, ctx.nowMs)
  if (refusal)
    ctx.log.info({ ticketId: notice.ticketId, notice: notice.name, ...refusal }, 'the hub stayed silent')
  return effects
}

/** Something to be said about a ticket. */
export interface TicketNotice {
  readonly name: NoticeName
  readonly ticketId: string
  readonly conversationId: string
  readonly idempotencyKey: string
}

/** What came of it; `said` is false where nobody listens, or the hub may not speak: then `refusal` says why. */
export interface Told {
  readonly said: boolean
  readonly effects: Effects
  readonly refusal?: Refusal
}

/** Says what a notice says about a ticket as it is now, where its customer listens. */
export async function tellOfTicket(
  tx: Tx,
  ports: NoticePorts,
  notice: TicketNotice,
  nowMs: number,
): Promise<Told> {
  const silent: Told = { said: false, effects: noEffects }
  const [ticket, listening, settings] = await Promise.all([
    readTicket(tx, notice.ticketId),
    listeningConversation(tx, (id) => ports.isMute?.(id) ?? false, notice, nowMs),
    outboxSettings(tx),
  ])
  if (!ticket || !listening) return silent
  const lang = houseLanguage(ticket.lang)
  const variables: NoticeVariables = {
    number: ticket.number,
    link: ports.progressLink(notice.ticketId),
    page: pageOffers[ticket.writable ? 'writable' : 'readable'][lang],
    engineer: ticket.engineer && calledBy(ticket.engineer),
    reply: ports.takesReplies(listening.accountId) ? { zh: '直接回复', en: 'Reply' }[lang] : null,
    appointment: ticket.appointment,
  }
  const said = await enqueueMessage(
    tx,
    {
      idempotencyKey: notice.idempotencyKey,
      conversationId: listening.id,
      ticketId: notice.ticketId,
      text: noticeText(notice.name, lang, variables, settings),
      reference: ticket.number,
      automatic: true,
      author: { kind: 'system', id: notice.name },
      lang,
    },
    nowMs,
  )
  return said.ok ? { said: true, effects: said.value.effects } : { ...silent, refusal: said.refusal }
}

/** Times are told as the customer reads a clock: in the zone of the hub's default calendar. */
async function readTicket(tx: Tx, ticketId: string) {
  const rows = await sql<{
    number: string
    lang: string
    engineer: string | null
    appointment: string | null
    writable: boolean
  }>`
    select t."number", t."lang", s."name" as engineer,
      to_char(t."appointmentStart" at time zone coalesce(
        (select "timeZone" from calendar where "isDefault" limit 1), 'Asia/Shanghai'), 'YYYY-MM-DD HH24:MI') as appointment,
      exists (select from conversation_ticket ct join conversation c on c."id" = ct."conversationId"
        where ct."ticketId" = t."id" and c."channel" = 'qr' and c."erasedAt" is null) as writable
    from ticket t left join staff s on s."id" = t."assigneeId" where t."id" = ${ticketId}`.execute(tx)
  return rows.rows[0] ?? null
}
