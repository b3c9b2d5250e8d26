import type { Labels, TicketFieldMap } from '../contract/extraction.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import { json, sql, type Tx } from '../store/index.ts'
import { startTicketClocks } from './clocks.ts'
import { waitingStatuses } from './expedite.ts'
import { type FieldsByName, flatColumns } from './fields.ts'
import { type Grouping, grouping } from './grouping.ts'
import { labelColumns, mergeLabels, readLabels } from './labels.ts'
import { ticketNumber } from './number.ts'
import { beginTimeline, type Cause } from './record.ts'
import { fieldColumns, type Ticket } from './row.ts'
import { defaultTicketType, type TicketType, typeFor } from './type.ts'

/** Where a new ticket comes from. */
export interface Origin {
  /** Kind of the channel on which it came: phone, email … `manual` when a person typed it in. */
  readonly channel: string
  readonly accountId: string | null
  readonly lang: string
  readonly contactId: string | null
  readonly tier: string | null
  readonly conversationId: string | null
}

/** What a new ticket is made of. */
export interface OpenInput extends Origin {
  /** Derived from what caused it, so that doing it twice opens one ticket. */
  readonly id: string
  /** Absent: the type that is made for such a request, or the installation's default one. */
  readonly type?: TicketType | undefined
  /** A person chose the type: it stays when the request turns out to be another. */
  readonly typeChosen?: boolean
  readonly fields: TicketFieldMap
  readonly custom?: FieldsByName
  /** Tags and risks that were read. */
  readonly labels?: Labels | undefined
  readonly deviceId: string | null
  readonly parentId?: string | null
  /** The closed ticket that this one follows. */
  readonly followsId?: string | null
  /** The conversation is about it only after this message. */
  readonly sinceSeq?: number | undefined
  /** What the customer said, to see whether others can have the same cause; not kept. */
  readonly words?: string
  /** What an agent noted down while opening it; evidence with the turn `said` points into it. */
  readonly said?: string
}

/** A ticket that was opened, or was there already. */
export interface Opened {
  readonly ticketId: string
  readonly number: string
  /** False when the same cause had opened it before; then nothing was changed. */
  readonly isNew: boolean
  readonly effects: Effects
}

/** The number of the ticket if it was opened before, and the next free one otherwise; and whether its customer waits for another one. */
async function numberFor(
  tx: Tx,
  id: string,
  contactId: string | null,
): Promise<{ readonly number: string; readonly isNew: boolean; readonly waits: boolean }> {
  const found = await sql<{ number: string | null; next: number; waits: boolean }>`
    select (select "number" from ticket where "id" = ${id}) as number, nextval('ticket_number') as next,
      exists (select from ticket where "contactId" = ${contactId}::uuid
        and "status" = any(${[...waitingStatuses]}::text[])) as waits`.execute(tx)
  const { number, next, waits } = found.rows[0]!
  return number === null
    ? { number: ticketNumber(next), isNew: true, waits }
    : { number, isNew: false, waits }
}

/**
 * Links a conversation to a ticket, whose row is locked first; again is nothing. A row that only refers to it would hold a share of its
 * key, and two conversations that join it at one moment would each wait for the other's.
 */
export async function linkConversation(
  tx: Tx,
  conversationId: string,
  ticketId: string,
  nowMs: number,
): Promise<boolean> {
  await tx.selectFrom('ticket').select('id').where('id', '=', ticketId).forUpdate().execute()
  const linked = await tx
    .insertInto('conversation_ticket')
    .values({ conversationId, ticketId, linkedAt: new Date(nowMs) })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  return (linked.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Links two tickets; the pair is stored once, smaller id first, except that a follow-up names the new ticket first. */
export async function linkTickets(
  tx: Tx,
  [a, b]: readonly [string, string],
  kind: 'related' | 'duplicate' | 'follow-up',
  nowMs: number,
): Promise<void> {
  const [aId, bId] = kind === 'follow-up' || a < b ? [a, b] : [b, a]
  await tx
    .insertInto('ticket_link')
    .values({ aId, bId, kind, createdAt: new Date(nowMs) })
    .onConflict((c) => c.doNothing())
    .execute()
}

/** Opens a ticket: its row, timeline, promises and links, in the caller's transaction. */
export async function openTicket(tx: Tx, input: OpenInput, cause: Cause): Promise<Opened> {
  const { number, isNew, waits } = await numberFor(tx, input.id, input.contactId)
  if (!isNew) return { ticketId: input.id, number, isNew, effects: noEffects }
  const type = input.type ?? (await typeFor(tx, flatColumns(input.fields))) ?? (await defaultTicketType(tx))
  const custom = input.custom ?? {}
  const said = input.said === undefined ? {} : { said: input.said }
  const labelled = mergeLabels(readLabels({}), input.labels)
  const payload = {
    number,
    typeKey: type.key,
    ...(input.typeChosen ? { typeChosen: true } : {}),
    fields: input.fields,
    custom,
    ...said,
    ...(labelled ? { labels: labelled.added } : {}),
  } as unknown as JsonObject
  const timeline = beginTimeline(
    input.id,
    [
      { type: 'opened', payload },
      ...(input.conversationId
        ? [{ type: 'conversation' as const, payload: conversationPayload(input) }]
        : []),
      ...(input.followsId
        ? [{ type: 'linked' as const, payload: { ticketId: input.followsId, kind: 'follow-up' } }]
        : []),
    ],
    cause,
  )
  const row = {
    ...rowOf(input, type, number, custom, cause),
    ...(labelled ? { labels: json(labelled.labels), ...labelColumns(labelled.labels) } : {}),
  }
  await tx
    .insertInto('ticket')
    .values({ ...row, ...timeline.head })
    .execute()
  await timeline.write(tx)
  if (input.conversationId) await linkConversation(tx, input.conversationId, input.id, cause.nowMs)
  if (input.followsId) await linkTickets(tx, [input.id, input.followsId], 'follow-up', cause.nowMs)
  const jobs = await startTicketClocks(tx, input.id, type, row.urgency, cause.nowMs)
  const effects = joinEffects(
    openedEvent(input, row, number, grouping(input.fields, row, { waits, words: input.words ?? '' })),
    { events: [], jobs },
  )
  return { ticketId: input.id, number, isNew, effects }
}

function conversationPayload({ conversationId, sinceSeq }: OpenInput): JsonObject {
  return { conversationId, ...(sinceSeq === undefined ? {} : { sinceSeq }) }
}

function rowOf(input: OpenInput, type: TicketType, number: string, custom: FieldsByName, cause: Cause) {
  const at = new Date(cause.nowMs)
  const status: Ticket['status'] = 'open'
  const { channel, accountId, lang, contactId, tier, deviceId } = input
  return {
    ...{ channel, accountId, lang, contactId, tier, deviceId },
    ...fieldColumns(number, input.fields, custom),
    id: input.id,
    number,
    typeId: type.id,
    formVersion: type.formVersion,
    status,
    parentId: input.parentId ?? null,
    createdBy: json(cause.actor),
    createdAt: at,
    updatedAt: at,
  }
}

function openedEvent(
  input: OpenInput,
  { intent, urgency, channel }: ReturnType<typeof flatColumns> & { channel: string },
  number: string,
  alike: Grouping,
): Effects {
  const data = { number, intent, urgency, channel, conversationId: input.conversationId, ...alike }
  return { events: [{ type: 'ticket.opened', subject: 'ticket', subjectId: input.id, data }], jobs: [] }
}
