import { systemActor } from '../contract/actor.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { sql, type Tx } from '../store/index.ts'
import type { Cause } from '../tickets/index.ts'
import { announceIncident, type Incident, lockIncident, note, saveIncident } from './record.ts'

/** The incident that a ticket is in, locked; null when it is in none. */
async function incidentOf(tx: Tx, ticketId: string): Promise<Incident | null> {
  const row = await tx
    .selectFrom('incident_ticket')
    .select('incidentId')
    .where('ticketId', '=', ticketId)
    .where('leftAt', 'is', null)
    .executeTakeFirst()
  const locked = row ? await lockIncident(tx, row.incidentId) : null
  return locked?.ok ? locked.value : null
}

/** Closes a locked incident. */
export async function closeIncident(
  tx: Tx,
  incident: Incident,
  by: 'tickets' | 'person',
  cause: Cause,
): Promise<{ readonly incident: Incident; readonly effects: Effects }> {
  const closedAt = new Date(cause.nowMs)
  const saved = await saveIncident(tx, incident, { state: 'closed', closedAt, closedBy: cause.actor })
  await note(tx, incident.id, 'closed', { by }, cause)
  return { incident: saved, effects: announceIncident('incident.closed', saved, { by }) }
}

/** Tickets of an incident that somebody still works on. */
export async function atWork(tx: Tx, incidentId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from incident_ticket m join ticket t on t."id" = m."ticketId"
    where m."incidentId" = ${incidentId} and m."leftAt" is null
      and t."status" in ('open', 'assigned', 'in_progress', 'on_hold')`.execute(tx)
  return rows[0]!.n
}

async function settle(tx: Tx, ticketId: string, cause: Cause): Promise<Effects> {
  const incident = await incidentOf(tx, ticketId)
  if (!incident) return noEffects
  if (incident.state !== 'open' || (await atWork(tx, incident.id)) > 0)
    // Pages show how many are done.
    return announceIncident('incident.changed', incident, { ticketId })
  return (await closeIncident(tx, incident, 'tickets', cause)).effects
}

/** Takes the erased ticket out as if it had never been in: the incident keeps its number, cause and place. */
async function forget(tx: Tx, ticketId: string, cause: Cause): Promise<Effects> {
  await tx.deleteFrom('incident_trait').where('ticketId', '=', ticketId).execute()
  const incident = await incidentOf(tx, ticketId)
  const gone = await tx
    .deleteFrom('incident_ticket')
    .where('ticketId', '=', ticketId)
    .returning('incidentId')
    .execute()
  if (gone.length === 0) return noEffects
  await sql`
    update incident_event set "payload" = "payload" - 'ticketId' - 'reason'
    where "payload" ->> 'ticketId' = ${ticketId} and "incidentId" = any(${gone.map((row) => row.incidentId)}::uuid[])`.execute(
    tx,
  )
  if (!incident) return noEffects
  await note(tx, incident.id, 'erased', {}, cause)
  const left = await atWork(tx, incident.id)
  if (incident.state === 'open' && left === 0)
    return (await closeIncident(tx, incident, 'tickets', cause)).effects
  return announceIncident('incident.changed', await saveIncident(tx, incident, {}), {})
}

function onTicket(
  kind: 'incident.settle' | 'incident.forget',
  run: (tx: Tx, ticketId: string, cause: Cause) => Promise<Effects>,
): JobHandler {
  return defineHandler<typeof kind, undefined, null>({
    kind,
    prepare: async () => null,
    commit: (tx, _prepared, job, ctx) =>
      run(tx, job.payload.ticketId, { actor: systemActor(kind), nowMs: ctx.nowMs, causeId: job.id }),
  })
}

/** `incident.settle` closes an incident whose tickets are done; `incident.forget` takes an erased ticket out. */
export const settleHandlers: readonly JobHandler[] = [
  onTicket('incident.settle', settle),
  onTicket('incident.forget', forget),
]
