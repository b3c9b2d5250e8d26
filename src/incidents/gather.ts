import { systemActor } from '../contract/actor.ts'
import type { TicketFieldMap } from '../contract/extraction.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { json, sql, type Tx } from '../store/index.ts'
import type { Cause } from '../tickets/index.ts'
import { type Arrival, decideGathering, type Gathering, type Neighbour } from './decide.ts'
import { addMember, announceIncident, type Incident, lockIncident, saveIncident } from './record.ts'
import { incidentSettings } from './settings.ts'
import { type Traits, traitsOf } from './trait.ts'

/** Neighbours that are looked at for each way of naming a place, the newest. */
const mostNeighbours = 50

/** Messages of a customer that are looked at for the cause, the first. */
const mostMessages = 6

interface Looked extends Arrival {
  readonly traits: Traits | null
}

/** The ticket that arrived; null when it needs no grouping: it ended, or a person or the hub has placed it before. */
async function look(tx: Tx, ticketId: string): Promise<Looked | null> {
  const { rows } = await sql<{
    number: string
    createdAt: Date
    contactId: string | null
    phone: string | null
    fields: TicketFieldMap
    words: string
  }>`
    select t."number", t."createdAt", t."contactId", t."phone", t."fields",
      coalesce((select string_agg(m."text", E'\n' order by m."seq") from (
        select m."text", m."seq" from conversation_ticket ct join message m on m."conversationId" = ct."conversationId"
        where ct."ticketId" = t."id" and m."direction" = 'in' order by m."seq" limit ${mostMessages}) m), '') as words
    from ticket t
    where t."id" = ${ticketId} and t."status" not in ('closed', 'cancelled', 'merged')
      and not exists (select from incident_ticket m where m."ticketId" = t."id")`.execute(tx)
  const row = rows[0]
  if (!row) return null
  const { createdAt, fields, words, ...rest } = row
  return { ticketId, atMs: createdAt.getTime(), ...rest, traits: traitsOf(fields, words) }
}

/** Notes by what a ticket can be found; what it was found by before its fields changed goes. */
async function writeTraits(tx: Tx, ticketId: string, atMs: number, traits: Traits | null): Promise<void> {
  await tx.deleteFrom('incident_trait').where('ticketId', '=', ticketId).execute()
  if (!traits) return
  const { adcode } = traits
  const keys = [...new Set(traits.traits.map(({ key }) => key))]
  await tx
    .insertInto('incident_trait')
    .values(keys.map((key) => ({ ticketId, key, adcode, at: new Date(atMs) })))
    .execute()
}

/** Other tickets with one of the keys, opened within the window; by an index, never over all open tickets. */
async function neighboursOf(
  tx: Tx,
  ticketId: string,
  keys: readonly string[],
  { atMs, windowMs }: { readonly atMs: number; readonly windowMs: number },
): Promise<Neighbour[]> {
  const { rows } = await sql<Omit<Neighbour, 'atMs'> & { at: Date }>`
    select n."ticketId", n."key", n."adcode", n."at", t."number", t."contactId", t."phone",
      (select m."incidentId" from incident_ticket m join incident i on i."id" = m."incidentId"
        where m."ticketId" = t."id" and m."leftAt" is null and i."state" = 'open') as "incidentId",
      exists (select from incident_ticket m where m."ticketId" = t."id") as spoken
    from unnest(${[...keys]}::text[]) as k("key"), lateral (
      select * from incident_trait r where r."key" = k."key" and r."ticketId" <> ${ticketId}
        and r."at" between ${new Date(atMs - windowMs)} and ${new Date(atMs + windowMs)}
      order by r."at" desc, r."ticketId" limit ${mostNeighbours}) n
    join ticket t on t."id" = n."ticketId" and t."status" not in ('cancelled', 'merged')
    order by n."at", n."ticketId"`.execute(tx)
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at.getTime() }))
}

async function gather(tx: Tx, ticketId: string, cause: Cause): Promise<Effects> {
  const looked = await look(tx, ticketId)
  if (!looked) return noEffects
  const { traits, atMs } = looked
  await writeTraits(tx, ticketId, atMs, traits)
  if (!traits) return noEffects
  const { windowMs } = await incidentSettings(tx)
  const keys = traits.traits.map(({ key }) => key)
  const neighbours = await neighboursOf(tx, ticketId, keys, { atMs, windowMs })
  const became = decideGathering(looked, traits, neighbours, windowMs)
  switch (became.kind) {
    case 'none':
      return noEffects
    case 'join':
      return await join(tx, became, looked, cause)
    case 'open':
      return await open(tx, became, traits, cause)
  }
}

async function join(
  tx: Tx,
  { incidentId, reason }: Extract<Gathering, { kind: 'join' }>,
  arrival: Arrival,
  cause: Cause,
): Promise<Effects> {
  const locked = await lockIncident(tx, incidentId)
  if (!locked.ok || locked.value.state !== 'open') return noEffects
  const incident = await saveIncident(tx, locked.value, span(locked.value, arrival.atMs))
  const { ticketId, atMs } = arrival
  if (!(await addMember(tx, incident, { ticketId, atMs, reason }, cause))) return noEffects
  return announceIncident('incident.changed', incident, { ticketId })
}

/** From the first ticket of an incident to its last. */
export function span({ firstAt, lastAt }: Pick<Incident, 'firstAt' | 'lastAt'>, atMs: number) {
  return {
    firstAt: new Date(Math.min(firstAt.getTime(), atMs)),
    lastAt: new Date(Math.max(lastAt.getTime(), atMs)),
  }
}

async function open(
  tx: Tx,
  { area, members }: Extract<Gathering, { kind: 'open' }>,
  { cause: key }: Traits,
  cause: Cause,
): Promise<Effects> {
  const first = members[0]!
  const row = {
    // Whoever finds it first and however often, these tickets open one incident.
    id: derivedId('incident', first.ticketId, key),
    cause: key,
    area: json(area),
    state: 'open',
    firstAt: new Date(first.atMs),
    lastAt: new Date(members.at(-1)!.atMs),
    openedAt: new Date(cause.nowMs),
  }
  const written = await tx
    .insertInto('incident')
    .values({ ...row, number: sql<number>`(select coalesce(max("number"), 0) + 1 from incident)` })
    .onConflict((c) => c.column('id').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!written) return noEffects
  const incident = written as unknown as Incident
  for (const member of members) await addMember(tx, incident, member, cause)
  return announceIncident('incident.opened', incident, { tickets: members.length })
}

/**
 * `incident.gather`: finds others with the cause of a ticket at its place and time. These jobs run one after the other (their serial
 * key), and each sees only tickets whose own job ran before: two that arrive together are one incident, and a replay comes to the same.
 */
export const gatherHandler: JobHandler = defineHandler<'incident.gather', undefined, null>({
  kind: 'incident.gather',
  prepare: async () => null,
  commit: (tx, _prepared, job, ctx) =>
    gather(tx, job.payload.ticketId, {
      actor: systemActor('incident.gather'),
      nowMs: ctx.nowMs,
      causeId: job.id,
    }),
})
