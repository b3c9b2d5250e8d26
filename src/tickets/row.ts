import type { Actor } from '../contract/actor.ts'
import type { TicketFieldMap, TicketLabels } from '../contract/extraction.ts'
import type { Intent, Sentiment, TicketStatus, Urgency } from '../contract/ticket.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import {
  type DB,
  json,
  type RawBuilder,
  type Reader,
  type Selectable,
  sql,
  type Tx,
  type Updateable,
} from '../store/index.ts'
import { type FieldsByName, flatColumns } from './fields.ts'
import { labelColumns } from './labels.ts'
import { type Searchable, searchTokens } from './search.ts'

type Row = Selectable<DB['ticket']>

/** A ticket as it is stored, with its JSON columns typed. */
export interface Ticket extends Omit<Row, 'fields' | 'custom' | 'createdBy'> {
  readonly status: TicketStatus
  readonly intent: Intent
  readonly urgency: Urgency
  readonly sentiment: Sentiment
  readonly fields: TicketFieldMap
  readonly custom: FieldsByName
  readonly createdBy: Actor
}

/** Roles that see every ticket; an engineer sees those assigned to them. */
const seeingRoles = ['admin', 'supervisor', 'agent', 'dispatcher', 'auditor']

/** The staff id to which somebody's sight is limited, or null for everything. */
export function sightOf(actor: Actor): { readonly staffId: string | null } | null {
  if (actor.kind === 'card') return { staffId: actor.staffId }
  if (actor.kind === 'user' && !actor.roles.some((role) => seeingRoles.includes(role))) {
    return { staffId: actor.staffId }
  }
  return null
}

/** Whether somebody may know of a ticket. */
function sees(actor: Actor, ticket: { readonly id: string; readonly assigneeId: string | null }): boolean {
  if (actor.kind === 'link') return actor.ticketId === ticket.id
  const sight = sightOf(actor)
  return sight === null || (sight.staffId !== null && sight.staffId === ticket.assigneeId)
}

const missing = () => refuse('not_found', { what: 'ticket' })

/** Reads a ticket that the actor may see; `not_found` otherwise. */
export async function readTicket(db: Reader, id: string, actor: Actor): Promise<Result<Ticket>> {
  const row = await db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirst()
  return row && sees(actor, row) ? ok(row as unknown as Ticket) : missing()
}

/**
 * Locks a ticket until the transaction ends. Refuses with `not_found` when the actor may not see it and with
 * `conflict.version` when the caller read another version.
 */
export async function lockTicket(
  tx: Tx,
  id: string,
  actor: Actor,
  version?: number,
): Promise<Result<Ticket>> {
  const row = await tx.selectFrom('ticket').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row || !sees(actor, row)) return missing()
  if (version !== undefined && version !== row.version) return refuse('conflict.version')
  return ok(row as unknown as Ticket)
}

/** Locks the ticket in which the work on a locked one goes on: the end of the merges that it went through, itself when it was not merged. */
export async function lockSurvivor(tx: Tx, ticket: Ticket, actor: Actor): Promise<Result<Ticket>> {
  if (ticket.mergedIntoId === null) return ok(ticket)
  const into = await lockTicket(tx, ticket.mergedIntoId, actor)
  return into.ok ? await lockSurvivor(tx, into.value, actor) : into
}

/** The ticket in which the work on one goes on: the end of the merges that it went through, itself when it was not merged. */
export async function survivorOf(db: Reader, id: string): Promise<string> {
  const row = await db.selectFrom('ticket').select('mergedIntoId').where('id', '=', id).executeTakeFirst()
  return row?.mergedIntoId ? await survivorOf(db, row.mergedIntoId) : id
}

function searchable(
  ticket: Pick<Ticket, 'number' | 'fields' | 'custom'> & ReturnType<typeof flatColumns>,
): Searchable {
  const custom = Object.values(ticket.custom).flatMap(({ value }) =>
    typeof value === 'string' ? [value] : [],
  )
  return {
    codes: [ticket.number, ticket.phone, ticket.serialNumber, ticket.orderNumber, ticket.deviceModel],
    texts: [
      ticket.contactName,
      ticket.productCategory,
      [ticket.province, ticket.city, ticket.district, ticket.addressDetail].join(' '),
      ticket.fields.fault_description?.value ?? null,
      ticket.summary,
      ...custom,
    ],
  }
}

/**
 * The columns that hold and follow from a ticket's fields: flat ones and the search vector. The vector's type is not known to
 * the table types, so it rides along untyped.
 */
export function fieldColumns(number: string, fields: TicketFieldMap, custom: FieldsByName) {
  const flat = flatColumns(fields)
  const tokens = searchTokens(searchable({ number, fields, custom, ...flat }))
  const search: RawBuilder<unknown> = sql`array_to_tsvector(${tokens}::text[])`
  return { ...flat, fields: json(fields), custom: json(custom), search }
}

/** What a change writes: columns, and fields as a whole. */
export interface TicketChange
  extends Omit<
    Updateable<DB['ticket']>,
    'id' | 'fields' | 'custom' | 'labels' | 'tags' | 'risks' | 'version' | 'updatedAt'
  > {
  readonly fields?: TicketFieldMap
  readonly custom?: FieldsByName
  readonly labels?: TicketLabels
}

/** Writes a change to a locked ticket and raises its version; what follows from the fields is written with them. */
export async function saveTicket(
  tx: Tx,
  ticket: Ticket,
  change: TicketChange,
  nowMs: number,
): Promise<Ticket> {
  const { fields, custom, labels, ...columns } = change
  const derived =
    fields || custom ? fieldColumns(ticket.number, fields ?? ticket.fields, custom ?? ticket.custom) : {}
  const labelled = labels ? { labels: json(labels), ...labelColumns(labels) } : {}
  const row = await tx
    .updateTable('ticket')
    .set({ ...columns, ...derived, ...labelled, version: ticket.version + 1, updatedAt: new Date(nowMs) })
    .where('id', '=', ticket.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as unknown as Ticket
}
