import { systemActor } from '../contract/actor.ts'
import type { Extraction } from '../contract/extraction.ts'
import { type Effects, joinEffects, type NewJob, noEffects } from '../contract/jobs.ts'
import type { RecordRef } from '../contract/message.ts'
import type { TicketStatus } from '../contract/ticket.ts'
import { derivedId } from '../kernel/ids.ts'
import type { Tx } from '../store/index.ts'
import { changeFields } from './change.ts'
import { mergeFields } from './fields.ts'
import { mergeLabels, readLabels } from './labels.ts'
import { commandsFrom, reopenWindowMs } from './lifecycle.ts'
import { moveTicket } from './move.ts'
import { linkConversation, openTicket } from './open.ts'
import { appendTimeline, type Cause } from './record.ts'
import { lockSurvivor, lockTicket, type Ticket } from './row.ts'

/** What the pipeline read out of a conversation's new turns. */
export interface Intake {
  readonly conversationId: string
  /** Names the ticket that it may open: the same extraction never opens two. */
  readonly extractionId: string
  readonly extraction: Extraction
  /** Whether the new turns ask for work; greetings, thanks and answered questions do not. */
  readonly carriesRequest: boolean
  /** What the customer said in the new turns; looked at, not kept. */
  readonly words?: string
  /** What a signed link named. */
  readonly record: RecordRef | null
  /** The new turns begin after this message. */
  readonly sinceSeq?: number
}

/** What became of it. */
export interface Taken {
  readonly outcome: 'opened' | 'updated' | 'reopened' | 'followed' | 'none'
  readonly ticketId: string | null
  readonly effects: Effects
}

const nothing: Taken = { outcome: 'none', ticketId: null, effects: noEffects }

/** Still worked on, or only just done and not closed yet. */
const isLive = (status: TicketStatus) => commandsFrom(status).includes('cancel') || status === 'resolved'

const pipeline = systemActor('pipeline')

/** The ticket of a conversation that a new message belongs to: a live one before an ended one, the newest first; merged ones lead to where they went. */
async function linkedTicket(tx: Tx, conversationId: string): Promise<string | null> {
  const rows = await tx
    .selectFrom('conversation_ticket as link')
    .innerJoin('ticket as t', 't.id', 'link.ticketId')
    .select(['t.id', 't.status'])
    .where('link.conversationId', '=', conversationId)
    .where('t.status', '!=', 'merged')
    .orderBy('t.createdAt', 'desc')
    .orderBy('t.id')
    .execute()
  const live = rows.find((t) => isLive(t.status as TicketStatus))
  return (live ?? rows[0])?.id ?? null
}

/**
 * Locks the ticket that a new message belongs to. Whoever ends or merges it at this moment is waited for, and then it may be another
 * one: it is looked for again until the one that is found is the one that is locked.
 */
async function lockLinked(tx: Tx, conversationId: string): Promise<Ticket | null> {
  let ticket: Ticket | null = null
  for (;;) {
    const id = await linkedTicket(tx, conversationId)
    if (id === null) return null
    if (id === ticket?.id) return ticket
    const locked = await lockTicket(tx, id, pipeline)
    if (!locked.ok) return null
    ticket = locked.value
  }
}

/**
 * Reads an extraction into a ticket's fields. What a person set or confirmed stays; values that may not win become
 * suggestions. Reading the same extraction twice changes nothing.
 */
async function applyExtraction(
  tx: Tx,
  ticket: Ticket,
  extraction: Pick<Extraction, 'fields' | 'custom' | 'labels'>,
  cause: Cause,
) {
  const standard = mergeFields(ticket.fields, extraction.fields)
  const custom = mergeFields(ticket.custom, extraction.custom)
  const change = {
    fields: standard.fields,
    custom: custom.fields,
    changed: [...standard.changed, ...custom.changed],
    suggested: [...standard.suggested, ...custom.suggested],
    labelled: mergeLabels(readLabels(ticket.labels), extraction.labels),
  }
  return await changeFields(tx, ticket, change, cause)
}

/**
 * Puts what was read into the right ticket: one of its own, where it is apart; the one that the customer means, when it is theirs; otherwise a live one of the
 * conversation is updated (and reopened when it was resolved and the message asks for work); one that was closed within 72 hours is reopened by a request; later a linked follow-up opens;
 * without any, a request opens one.
 */
export async function takeExtraction(tx: Tx, intake: Intake, cause: Cause): Promise<Taken> {
  const { action } = intake.extraction
  if (action.kind === 'create' && action.apart) return await open(tx, intake, null, cause)
  const known = await lockLinked(tx, intake.conversationId)
  const named = 'ticketId' in action && action.ticketId !== known?.id ? action.ticketId : null
  if (named) {
    const taken = await join(tx, named, intake, cause)
    if (taken) return taken
  }
  if (known && isLive(known.status)) return await update(tx, known, intake, cause)
  if (!intake.carriesRequest) return nothing
  const recent =
    known?.status === 'closed' && cause.nowMs - (known.closedAt?.getTime() ?? 0) <= reopenWindowMs
  if (known && recent) return await update(tx, known, intake, cause)
  return await open(tx, intake, known?.id ?? null, cause)
}

/** Puts what was read into a locked ticket. */
async function update(tx: Tx, ticket: Ticket, intake: Intake, cause: Cause): Promise<Taken> {
  const ticketId = ticket.id
  const changed = await applyExtraction(tx, ticket, intake.extraction, cause)
  const ended = ['resolved', 'closed'].includes(ticket.status)
  if (!ended || !intake.carriesRequest) return { outcome: 'updated', ticketId, effects: changed.effects }
  const moved = await moveTicket(tx, changed.ticket, { name: 'reopen', reason: 'customer_message' }, cause)
  if (!moved.ok) return { outcome: 'updated', ticketId, effects: changed.effects }
  return { outcome: 'reopened', ticketId, effects: joinEffects(changed.effects, moved.value.effects) }
}

/** Who writes, as the conversation knows. */
async function senderOf(tx: Tx, conversationId: string) {
  return await tx
    .selectFrom('conversation as c')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .innerJoin('contact as p', 'p.id', 'i.contactId')
    .select(['c.channel', 'c.accountId', 'c.lang', 'i.contactId', 'p.tier'])
    .where('c.id', '=', conversationId)
    .executeTakeFirstOrThrow()
}

/**
 * Joins the ticket that the customer named, or the one that it was merged into, if it is theirs: who merely knows a number does not get
 * in.
 */
async function join(tx: Tx, namedId: string, intake: Intake, cause: Cause): Promise<Taken | null> {
  const { conversationId } = intake
  const { contactId } = await senderOf(tx, conversationId)
  const named = await lockTicket(tx, namedId, pipeline)
  if (!named.ok || named.value.contactId !== contactId) return null
  const survivor = await lockSurvivor(tx, named.value, pipeline)
  if (!survivor.ok || !isLive(survivor.value.status)) return null
  const ticketId = survivor.value.id
  const fresh = await linkConversation(tx, conversationId, ticketId, cause.nowMs)
  const { action } = intake.extraction
  const why = action.kind === 'join' ? action.reason?.kind : undefined
  const payload = { conversationId, ...(why ? { why } : {}) }
  if (fresh) await appendTimeline(tx, ticketId, [{ type: 'conversation', payload }], cause)
  const taken = await update(tx, survivor.value, intake, cause)
  if (!fresh || action.kind !== 'join') return taken
  // Whoever wrote in a new place hears there as well which ticket it is.
  const told: NewJob = {
    kind: 'ticket.acknowledge',
    payload: { ticketId, conversationId },
    uniqueKey: `${ticketId}:${conversationId}`,
  }
  return { ...taken, effects: joinEffects(taken.effects, { events: [], jobs: [told] }) }
}

async function open(tx: Tx, intake: Intake, followsId: string | null, cause: Cause): Promise<Taken> {
  const { conversationId, extraction } = intake
  const from = await senderOf(tx, conversationId)
  const opened = await openTicket(
    tx,
    {
      ...from,
      id: derivedId('ticket', intake.extractionId),
      fields: extraction.fields,
      custom: extraction.custom,
      labels: extraction.labels,
      lang: extraction.lang || from.lang || 'zh',
      deviceId: intake.record?.kind === 'device' ? intake.record.id : null,
      conversationId,
      followsId,
      ...(extraction.action.kind === 'create' && extraction.action.apart
        ? { sinceSeq: intake.sinceSeq }
        : {}),
      words: intake.words ?? '',
    },
    cause,
  )
  return { outcome: followsId ? 'followed' : 'opened', ticketId: opened.ticketId, effects: opened.effects }
}
