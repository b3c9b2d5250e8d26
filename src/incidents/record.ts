import type { NewEvent } from '../contract/events.ts'
import type { Effects } from '../contract/jobs.ts'
import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { type DB, json, type Selectable, sql, type Tx } from '../store/index.ts'
import { appendTimeline, type Cause } from '../tickets/index.ts'
import type { IncidentArea } from './area.ts'
import type { JoinReason } from './trait.ts'

/** What an incident's own timeline can say. */
export type IncidentEventType =
  | 'opened'
  | 'joined'
  | 'left'
  | 'renamed'
  | 'closed'
  | 'reopened'
  | 'answered'
  | 'erased'

type Row = Selectable<DB['incident']>

/** An incident as it is stored. */
export interface Incident extends Omit<Row, 'state' | 'area'> {
  readonly state: 'open' | 'closed'
  readonly area: IncidentArea
}

/** What people say: I0001. */
export function incidentNumber(number: number): string {
  return `I${String(number).padStart(4, '0')}`
}

/** Reads a number as people write it; null when it is none. */
export function parseIncidentNumber(text: string): number | null {
  const digits = /^I?0{0,8}(\d{1,9})$/i.exec(text.trim())?.[1]
  return digits ? Number(digits) : null
}

/** Locks an incident until the transaction ends. */
export async function lockIncident(tx: Tx, id: string, version?: number): Promise<Result<Incident>> {
  const row = await tx.selectFrom('incident').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) return refuse('not_found', { what: 'incident' })
  if (version !== undefined && version !== row.version) return refuse('conflict.version')
  return ok(row as unknown as Incident)
}

/** Writes into the timeline of a locked incident. */
export async function note(
  tx: Tx,
  incidentId: string,
  type: IncidentEventType,
  payload: JsonObject,
  cause: Cause,
): Promise<void> {
  await sql`
    insert into incident_event ("incidentId", "seq", "type", "at", "actor", "payload")
    select ${incidentId}, coalesce(max("seq"), 0) + 1, ${type}, ${new Date(cause.nowMs)}, ${json(cause.actor)}, ${json(payload)}
    from incident_event where "incidentId" = ${incidentId}`.execute(tx)
}

/** What of an incident changes. */
export type IncidentChange = Partial<
  Pick<Incident, 'title' | 'state' | 'firstAt' | 'lastAt' | 'closedAt'> & { closedBy: unknown }
>

/** Writes a change to a locked incident and raises its version. */
export async function saveIncident(tx: Tx, incident: Incident, change: IncidentChange): Promise<Incident> {
  const { closedBy, ...columns } = change
  const row = await tx
    .updateTable('incident')
    .set({
      ...columns,
      ...(closedBy === undefined ? {} : { closedBy: closedBy === null ? null : json(closedBy) }),
      version: incident.version + 1,
    })
    .where('id', '=', incident.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as unknown as Incident
}

/** One event about an incident. */
export function announceIncident(
  type: Extract<NewEvent['type'], `incident.${string}`>,
  incident: Pick<Incident, 'id' | 'number' | 'cause'>,
  data: JsonObject = {},
): Effects {
  const { id, cause } = incident
  const number = incidentNumber(incident.number)
  return {
    events: [{ type, subject: 'incident', subjectId: id, data: { number, cause, ...data } }],
    jobs: [],
  }
}

/** A ticket that comes to an incident. */
export interface Member {
  readonly ticketId: string
  readonly atMs: number
  readonly reason: JoinReason
}

/**
 * Puts a ticket into a locked incident, with the reason on both timelines. A ticket that was taken out comes back only by hand. False
 * when it is in already.
 */
export async function addMember(tx: Tx, incident: Incident, member: Member, cause: Cause): Promise<boolean> {
  const { ticketId, reason } = member
  const joined = { joinedAt: new Date(cause.nowMs), joinedBy: json(cause.actor), reason: json(reason) }
  const written = await tx
    .insertInto('incident_ticket')
    .values({ incidentId: incident.id, ticketId, ...joined })
    .onConflict((c) =>
      c
        .columns(['incidentId', 'ticketId'])
        .doUpdateSet({ ...joined, leftAt: null, leftBy: null })
        .where('incident_ticket.leftAt', 'is not', null),
    )
    .executeTakeFirst()
  if (written.numInsertedOrUpdatedRows !== 1n) return false
  const why = reason as unknown as JsonObject
  await note(tx, incident.id, 'joined', { ticketId, reason: bare(why) }, cause)
  await tell(tx, incident, ticketId, { what: 'joined', reason: bare(why) }, cause)
  return true
}

/** The customer's own words stay with the membership, from which erasure takes them. */
function bare({ quote: _quote, ...reason }: JsonObject): JsonObject {
  return reason
}

/** Says on a ticket's timeline what became of it in an incident. */
export async function tell(
  tx: Tx,
  incident: Pick<Incident, 'id' | 'number'>,
  ticketId: string,
  payload: JsonObject,
  cause: Cause,
): Promise<void> {
  const about = { incidentId: incident.id, number: incidentNumber(incident.number) }
  await appendTimeline(tx, ticketId, [{ type: 'incident', payload: { ...about, ...payload } }], cause)
}
