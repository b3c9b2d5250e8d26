import type { ExtractionAction } from '../contract/extraction.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import { type NoticePorts, tellOfTicket } from '../outbox/index.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
import {
  appendTimeline,
  askCancel,
  type Cause,
  countExpedite,
  expediteAfter,
  lockTicket,
  type Ticket,
  ticketSettings,
  waitingStatuses,
} from '../tickets/index.ts'
import { type Answered, mayTell, stateKey } from './turn.ts'

/** What a customer says about a ticket. */
export type AboutTicket = Extract<ExtractionAction, { kind: 'progress' | 'expedite' | 'cancel' }>

/** Longest words of a customer that a timeline repeats, code points. */
const mostSaid = 500

const shortened = (said: string) => [...said.trim()].slice(0, mostSaid).join('')

function noticeOf(kind: AboutTicket['kind'], status: (typeof waitingStatuses)[number]) {
  if (kind === 'expedite') return 'ticket.expedited'
  return kind === 'cancel' ? 'ticket.cancel_asked' : (`ticket.state.${status}` as const)
}

/**
 * Does what follows when a customer asks how far their ticket is, presses for it or asks to cancel it: pressing is counted in any case,
 * as often in an hour as on the progress page, and the wish to cancel marked; the answer is said where `speaks`, once for each state.
 */
export async function answerAboutTicket(
  tx: Tx,
  ports: NoticePorts,
  asked: {
    readonly action: AboutTicket
    readonly conversationId: string
    readonly extractionId: string
    readonly speaks: boolean
  },
  cause: Cause,
): Promise<Effects> {
  const { action } = asked
  const locked = await lockTicket(tx, action.ticketId, cause.actor)
  if (!locked.ok || !waitingStatuses.some((status) => status === locked.value.status)) return noEffects
  if (action.kind === 'progress')
    return asked.speaks ? await tell(tx, ports, asked, locked.value, cause) : noEffects
  if (action.kind === 'cancel') {
    const { evidence } = action
    const marked = await askCancel(tx, locked.value, { said: shortened(action.said), evidence }, cause)
    // The mark that stands was acknowledged when it was made.
    const isNew = marked.ticket !== locked.value
    const told = isNew && asked.speaks ? await tell(tx, ports, asked, marked.ticket, cause) : noEffects
    return joinEffects(marked.effects, told)
  }
  if ((await expediteAfter(tx, action.ticketId, cause.nowMs)) !== null) return noEffects
  const pressed = await countExpedite(tx, locked.value, shortened(action.said) || null, cause)
  const told = asked.speaks ? await tell(tx, ports, asked, pressed.ticket, cause) : noEffects
  return joinEffects(pressed.effects, told)
}

async function tell(
  tx: Tx,
  ports: NoticePorts,
  asked: { readonly action: AboutTicket; readonly conversationId: string; readonly extractionId: string },
  ticket: Ticket,
  cause: Cause,
): Promise<Effects> {
  const { kind } = asked.action
  const state = stateKey(ticket)
  const { answerEveryMs: everyMs } = await ticketSettings(tx)
  const before = await answersOf(tx, ticket.id)
  if (!mayTell({ kind, state }, before, { nowMs: cause.nowMs, everyMs })) return noEffects
  const status = waitingStatuses.find((each) => each === ticket.status)!
  const told = await tellOfTicket(
    tx,
    ports,
    {
      name: noticeOf(kind, status),
      ticketId: ticket.id,
      conversationId: asked.conversationId,
      idempotencyKey: `ticket.${kind}:${ticket.id}:${asked.extractionId}`,
    },
    cause.nowMs,
  )
  if (!told.said) return noEffects
  await appendTimeline(tx, ticket.id, [{ type: 'answered', payload: { kind, state } }], cause)
  return told.effects
}

async function answersOf(db: Reader, ticketId: string): Promise<Answered[]> {
  const rows = await db
    .selectFrom('ticket_event')
    .select(['payload', 'at'])
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'answered')
    .execute()
  return rows.map(({ payload, at }) => {
    const { kind = '', state = '' } = (payload ?? {}) as { kind?: string; state?: string }
    return { kind, state, atMs: at.getTime() }
  })
}

/** A person is wanted: the conversation waits for one, and pages hear of it. */
export async function callPerson(
  tx: Tx,
  conversationId: string,
  { isChat, nowMs }: { readonly isChat: boolean; readonly nowMs: number },
): Promise<Effects> {
  const at = new Date(nowMs)
  await tx
    .updateTable('conversation')
    .set({
      waitingSince: sql<Date>`coalesce("waitingSince", ${at})`,
      ...(isChat
        ? { queuedAt: sql<Date | null>`case when "agentId" is null then coalesce("queuedAt", ${at}) end` }
        : {}),
    })
    .where('id', '=', conversationId)
    .execute()
  const data = { handover: true }
  return {
    events: [{ type: 'conversation.changed', subject: 'conversation', subjectId: conversationId, data }],
    jobs: [],
  }
}
