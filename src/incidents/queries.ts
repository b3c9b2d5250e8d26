import { z } from 'zod'
import { defineQuery, type Query } from '../access/command.ts'
import type { Role } from '../contract/actor.ts'
import { intents, ticketStatuses, urgencies } from '../contract/ticket.ts'
import type { JsonValue } from '../kernel/json.ts'
import { ok, refuse } from '../kernel/result.ts'
import { type RawBuilder, type Reader, sql } from '../store/index.ts'
import { areaLevels, type CauseKey, causeKeys, isAccepted, readers, readTicket } from '../tickets/index.ts'
import { type AnswerPorts, listenersOf, silences } from './answer.ts'
import type { IncidentArea } from './area.ts'
import { incidentNumber, parseIncidentNumber } from './record.ts'

/** Who sees what tickets of different customers have in common; engineers see their own tickets only. */
const overview = {
  roles: ['supervisor', 'dispatcher', 'agent', 'auditor'] as readonly Role[],
  scopes: ['tickets:read'],
} as const

const line = z.object({
  id: z.uuid(),
  number: z.string(),
  cause: z.enum(causeKeys as [CauseKey, ...CauseKey[]]),
  /** What people call it; null for its cause and place. */
  title: z.string().nullable(),
  area: z.object({
    level: z.enum(areaLevels),
    name: z.string(),
    city: z.string().nullable(),
    district: z.string().nullable(),
  }),
  state: z.enum(['open', 'closed']),
  version: z.int(),
  /** When its first and last tickets were opened, ms. */
  firstAtMs: z.int(),
  lastAtMs: z.int(),
  openedAtMs: z.int(),
  closedAtMs: z.int().nullable(),
  tickets: z.int(),
  /** Tickets that somebody still waits for. */
  atWork: z.int(),
})
type Line = z.infer<typeof line>

interface Row extends Omit<Line, 'number' | 'area'> {
  readonly number: number
  readonly area: IncidentArea
}

const ms = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

async function lines(db: Reader, where: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<Line[]> {
  const { rows } = await sql<Row>`
    select i."id", i."number", i."cause", i."title", i."area", i."state", i."version", ${ms('i.firstAt')} as "firstAtMs",
      ${ms('i.lastAt')} as "lastAtMs", ${ms('i.openedAt')} as "openedAtMs", ${ms('i.closedAt')} as "closedAtMs",
      m."tickets", m."atWork"
    from incident i, lateral (
      select count(*)::int as "tickets",
        (count(*) filter (where t."status" in ('open', 'assigned', 'in_progress', 'on_hold')))::int as "atWork"
      from incident_ticket m join ticket t on t."id" = m."ticketId"
      where m."incidentId" = i."id" and m."leftAt" is null) m
    where ${where} ${tail}`.execute(db)
  return rows.map((row) => ({ ...row, number: incidentNumber(row.number) }))
}

const list = defineQuery(
  {
    name: 'incident.list',
    title: 'Incidents, those with the newest tickets first',
    permission: overview,
    input: z.object({
      state: z.enum(['open', 'closed']).optional(),
      limit: z.int().min(1).max(200).default(50),
      offset: z.int().min(0).max(100_000).default(0),
    }),
    output: z.object({ incidents: z.array(line), total: z.int(), open: z.int() }),
  },
  async ({ db }, { state, limit, offset }) => {
    const where = state ? sql`i."state" = ${state}` : sql`true`
    const page = sql`order by i."state" desc, i."lastAt" desc, i."number" desc limit ${limit} offset ${offset}`
    const counts = await sql<{ total: number; open: number }>`
      select count(*) filter (where ${where})::int as total, count(*) filter (where i."state" = 'open')::int as open
      from incident i`.execute(db)
    return ok({ incidents: await lines(db, where, page), ...counts.rows[0]! })
  },
)

const member = z.object({
  ticketId: z.uuid(),
  number: z.string(),
  status: z.enum(ticketStatuses),
  /** Assigned, and its engineer took the offer. */
  accepted: z.boolean(),
  intent: z.enum(intents),
  urgency: z.enum(urgencies),
  summary: z.string(),
  contactName: z.string().nullable(),
  place: z.string(),
  createdAtMs: z.int(),
  /** Why it joined; `by_hand` by a person. */
  reason: z.record(z.string(), z.json()),
  joinedAtMs: z.int(),
  joinedBy: z.json(),
  /** When a person took it out. */
  leftAtMs: z.int().nullable(),
})

const whole = line.extend({
  members: z.array(member),
  timeline: z.array(
    z.object({
      seq: z.int(),
      type: z.string(),
      atMs: z.int(),
      actor: z.json(),
      payload: z.record(z.string(), z.json()),
      /** The ticket that it is about, where it is still in. */
      number: z.string().nullable(),
    }),
  ),
})

async function membersOf(db: Reader, incidentId: string): Promise<z.infer<typeof member>[]> {
  const { rows } = await sql<z.infer<typeof member>>`
    select t."id" as "ticketId", t."number", t."status", ${isAccepted('t')} as "accepted", t."intent", t."urgency",
      left(t."summary", 160) as "summary", t."contactName", concat_ws(' ', t."city", t."district", t."addressDetail") as place,
      ${ms('t.createdAt')} as "createdAtMs", m."reason", ${ms('m.joinedAt')} as "joinedAtMs", m."joinedBy",
      ${ms('m.leftAt')} as "leftAtMs"
    from incident_ticket m join ticket t on t."id" = m."ticketId"
    where m."incidentId" = ${incidentId} order by t."createdAt", t."number"`.execute(db)
  return rows
}

async function timelineOf(db: Reader, incidentId: string): Promise<z.infer<typeof whole>['timeline']> {
  const { rows } = await sql<z.infer<typeof whole>['timeline'][number]>`
    select e."seq", e."type", ${ms('e.at')} as "atMs", e."actor", e."payload", t."number"
    from incident_event e left join ticket t on t."id"::text = e."payload" ->> 'ticketId'
    where e."incidentId" = ${incidentId} order by e."seq"`.execute(db)
  return rows
}

const get = defineQuery(
  {
    name: 'incident.get',
    title: 'One incident by id or number: its tickets, why each joined, and what happened',
    permission: overview,
    input: z.object({ incidentId: z.string().min(1).max(40) }),
    output: whole,
    audit: (input) => `incident:${input.incidentId}`,
  },
  async ({ db }, { incidentId: asked }) => {
    const number = parseIncidentNumber(asked)
    const isId = z.uuid().safeParse(asked).success
    if (!isId && number === null) return refuse('not_found', { what: 'incident' })
    const where = isId ? sql`i."id" = ${asked}::uuid` : sql`i."number" = ${number}`
    const [found] = await lines(db, where, sql``)
    if (!found) return refuse('not_found', { what: 'incident' })
    return ok({
      ...found,
      members: await membersOf(db, found.id),
      timeline: await timelineOf(db, found.id),
    })
  },
)

const ofTicket = defineQuery(
  {
    name: 'incident.ofTicket',
    title: 'The incident that a ticket is in, and how many others have the same cause',
    permission: readers,
    input: z.object({ ticketId: z.uuid() }),
    output: z.object({
      incident: line.extend({ others: z.int(), reason: z.record(z.string(), z.json()) }).nullable(),
    }),
  },
  async ({ db, actor }, { ticketId }) => {
    const read = await readTicket(db, ticketId, actor)
    if (!read.ok) return read
    const mine = await db
      .selectFrom('incident_ticket')
      .select(['incidentId', 'reason'])
      .where('ticketId', '=', ticketId)
      .where('leftAt', 'is', null)
      .executeTakeFirst()
    if (!mine) return ok({ incident: null })
    const [incident] = await lines(db, sql`i."id" = ${mine.incidentId}`, sql``)
    const reason = mine.reason as Record<string, JsonValue>
    return ok({ incident: incident ? { ...incident, others: incident.tickets - 1, reason } : null })
  },
)

function makeAudience(ports: AnswerPorts): Query {
  return defineQuery(
    {
      name: 'incident.audience',
      title: 'How many customers of an incident one sentence reaches, and who cannot be told',
      permission: overview,
      input: z.object({ incidentId: z.uuid() }),
      output: z.object({
        /** Each customer's conversation, once. */
        conversationIds: z.array(z.uuid()),
        silent: z.array(z.object({ ticketId: z.uuid(), number: z.string(), silence: z.enum(silences) })),
      }),
    },
    async ({ db, nowMs }, { incidentId }) => {
      const listeners = await listenersOf(db, incidentId, ports, nowMs)
      const reached = new Set(listeners.flatMap(({ conversationId }) => conversationId ?? []))
      const silent = listeners.flatMap(({ ticketId, number, silence }) =>
        silence ? [{ ticketId, number, silence }] : [],
      )
      return ok({ conversationIds: [...reached], silent })
    },
  )
}

/** Everything that can be asked about incidents. */
export function makeIncidentQueries(ports: AnswerPorts): readonly Query[] {
  return [list, get, ofTicket, makeAudience(ports)]
}
