import type { Risk } from '../contract/labels.ts'
import type { PresentPlace, RoutingInput, RoutingTicket } from '../contract/routing.ts'
import type { Intent, Urgency } from '../contract/ticket.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
import type { DirectoryBody } from './directory.ts'
import { declinedBy } from './offers/offer.ts'

/** What changes from decision to decision. With the directory's body it is the whole input. */
export interface Situation {
  readonly ticket: RoutingTicket
  /** Open tickets by group with a limit, and by engineer with those held out to them; who has none is left out. */
  readonly groupLoads: Readonly<Record<string, number>>
  readonly engineerLoads: Readonly<Record<string, number>>
  readonly nowMs: number
  /** Absent when the ticket was never routed. */
  readonly present?: PresentPlace
}

/** Statuses that weigh on somebody. */
const live = ['open', 'assigned', 'in_progress', 'on_hold']

/** The ticket row that the router reads. */
export interface RoutableTicket {
  readonly id: string
  readonly version: number
  readonly status: string
  readonly groupId: string | null
  readonly assigneeId: string | null
  readonly wasRouted: boolean
}

/** Reads a ticket's facts; null when there is no such ticket. */
export async function readRoutable(
  db: Reader,
  ticketId: string,
): Promise<{ readonly ticket: RoutableTicket; readonly facts: RoutingTicket } | null> {
  const ticket = await db
    .selectFrom('ticket')
    .leftJoin('device', 'device.id', 'ticket.deviceId')
    .select([
      'ticket.id',
      'ticket.version',
      'ticket.status',
      'ticket.groupId',
      'ticket.assigneeId',
      'ticket.intent',
      'ticket.urgency',
      'ticket.province',
      'ticket.city',
      'ticket.district',
      'ticket.adcode',
      'ticket.productCategory',
      'ticket.lang',
      'ticket.tier',
      'ticket.channel',
      'ticket.createdAt',
      'ticket.appointmentStart',
      'ticket.risks',
      'device.lat',
      'device.lng',
      declinedBy('ticket.id').as('declinedBy'),
      sql<boolean>`exists (select from routing_decision d where d."ticketId" = ticket."id")`.as('wasRouted'),
    ])
    .where('ticket.id', '=', ticketId)
    .executeTakeFirst()
  if (!ticket) return null
  const facts: RoutingTicket = {
    id: ticket.id,
    intent: ticket.intent as Intent,
    urgency: ticket.urgency as Urgency,
    region: {
      province: ticket.province,
      city: ticket.city,
      district: ticket.district,
      adcode: ticket.adcode,
    },
    productCategory: ticket.productCategory,
    language: ticket.lang.split('-')[0]!.toLowerCase(),
    customerTier: ticket.tier,
    channel: ticket.channel,
    site: ticket.lat !== null && ticket.lng !== null ? { lat: ticket.lat, lng: ticket.lng } : null,
    createdAtMs: ticket.createdAt.getTime(),
    appointmentStartMs: ticket.appointmentStart?.getTime() ?? null,
    requiredCerts: [],
  }
  const { declinedBy: declined, risks } = ticket
  const more = {
    ...(declined.length > 0 ? { declinedBy: declined } : {}),
    ...(risks.length > 0 ? { risks: risks as Risk[] } : {}),
  }
  return { ticket, facts: { ...facts, ...more } }
}

/** The loads of the moment, and of how many rows they are the sum. */
interface Loads extends Pick<Situation, 'groupLoads' | 'engineerLoads'> {
  readonly rows: number
}

/**
 * Reads the loads of the moment, without the ticket that is being decided on. An engineer who is asked for a ticket has it on their
 * list until they answer: otherwise all that come meanwhile would be held out to them as well.
 */
export async function readLoads(db: Reader, exceptTicketId: string): Promise<Loads> {
  const { rows } = await sql<{ groupId: string | null; assigneeId: string | null; n: number; rows: number }>`
    select "groupId", "assigneeId", sum("n")::int as n, count(*)::int as rows from (
      select "groupId", "assigneeId", "n" from ticket_load
      union all
      select "groupId", "assigneeId", -1 from ticket where "id" = ${exceptTicketId} and "status" = any(${live})
      union all
      select null, o."staffId", -1 from offer o join ticket t on t."id" = o."ticketId"
      where t."id" = ${exceptTicketId} and t."status" = 'open' and t."assigneeId" is null and o."status" = 'pending'
    ) l where "groupId" is not null or "assigneeId" is not null
    group by "groupId", "assigneeId"`.execute(db)
  const groupLoads: Record<string, number> = {}
  const engineerLoads: Record<string, number> = {}
  for (const { groupId, assigneeId, n } of rows.filter((row) => row.n !== 0)) {
    if (groupId) groupLoads[groupId] = (groupLoads[groupId] ?? 0) + n
    if (assigneeId) engineerLoads[assigneeId] = (engineerLoads[assigneeId] ?? 0) + n
  }
  return { groupLoads, engineerLoads, rows: rows.reduce((all, row) => all + row.rows, 0) }
}

/** The loads of groups with a limit. A decision rests on no others, so none are recorded with it. */
export function limitedLoads(
  { groups }: DirectoryBody,
  groupLoads: Situation['groupLoads'],
): Situation['groupLoads'] {
  const limited = groups.filter(({ id, capacity }) => capacity !== null && groupLoads[id] !== undefined)
  return Object.fromEntries(limited.map(({ id }) => [id, groupLoads[id]!]))
}

/** Folds the rows of the sum into one for each pair. Passes over what another transaction folds; the sum stays the same throughout. */
export async function foldLoads(tx: Tx): Promise<void> {
  await sql`
    with gone as (
      delete from ticket_load where "id" in (select "id" from ticket_load order by "id" for update skip locked)
      returning "groupId", "assigneeId", "n"
    )
    insert into ticket_load ("groupId", "assigneeId", "n")
    select "groupId", "assigneeId", sum("n") from gone group by "groupId", "assigneeId" having sum("n") <> 0`.execute(
    tx,
  )
}

/** Puts the directory and the situation together: the whole input of a decision. */
export function inputOf(body: DirectoryBody, situation: Situation): RoutingInput {
  return {
    ticket: situation.ticket,
    groups: body.groups.map(({ capacity, ...group }) => ({
      ...group,
      capacityLeft: capacity === null ? null : Math.max(0, capacity - (situation.groupLoads[group.id] ?? 0)),
    })),
    engineers: body.engineers.map((engineer) => ({
      ...engineer,
      load: situation.engineerLoads[engineer.id] ?? 0,
    })),
    rules: body.rules,
    policy: body.policy,
    nowMs: situation.nowMs,
    ...(situation.present ? { present: situation.present } : {}),
  }
}
