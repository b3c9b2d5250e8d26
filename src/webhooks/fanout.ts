import { type Effects, type NewJob, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
import { payloadOf } from './payload.ts'
import { wants } from './subscribe.ts'

const consumer = 'webhooks'
const batch = 500

/** The job that turns new events into deliveries; to be written whenever events got their positions and `anybodyListens`. */
export const fanoutJob: NewJob = {
  kind: 'webhook.fanout',
  payload: {},
  uniqueKey: consumer,
  serialKey: 'webhook.fanout',
}

/** Whether there is an endpoint to tell anything to. */
export async function anybodyListens(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('webhook_endpoint')
    .select('id')
    .where('enabled', '=', true)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Moves the reader to the newest event: the first endpoint is told what happens from now on, not the hub's whole past. */
export async function skipToNow(tx: Tx): Promise<void> {
  await sql`
    insert into event_consumer ("name", "position")
      select ${consumer}, coalesce(max("position"), 0) from event
    on conflict ("name") do update set "position" = greatest(event_consumer."position", excluded."position")`.execute(
    tx,
  )
}

/** Handler of `webhook.fanout`. */
export const fanoutHandler: JobHandler = defineHandler({
  kind: 'webhook.fanout',
  prepare: async () => null,
  commit: (tx, _prepared, _job, ctx) => fanOut(tx, ctx.nowMs),
})

/** Writes a delivery for each new event and each endpoint that asked for it; the cursor moves in the same transaction. */
async function fanOut(tx: Tx, nowMs: number): Promise<Effects> {
  const cursor = await tx
    .selectFrom('event_consumer')
    .select('position')
    .where('name', '=', consumer)
    .forUpdate()
    .executeTakeFirst()
  if (!cursor) return noEffects
  const events = await tx
    .selectFrom('event')
    .selectAll()
    .where('position', '>', cursor.position)
    .orderBy('position')
    .limit(batch)
    .execute()
  const last = events.at(-1)
  if (!last) return noEffects
  const endpoints = await tx.selectFrom('webhook_endpoint').selectAll().where('enabled', '=', true).execute()
  const told = endpoints.flatMap((endpoint) =>
    events
      .filter((event) => event.at >= endpoint.createdAt && wants(endpoint.events, event.type))
      .map((event) => ({
        id: derivedId('webhook', endpoint.id, event.id),
        endpointId: endpoint.id,
        eventId: event.id,
        body: JSON.stringify(payloadOf(event)),
      })),
  )
  if (told.length > 0) await write(tx, told, nowMs)
  await tx
    .updateTable('event_consumer')
    .set({ position: last.position! })
    .where('name', '=', consumer)
    .execute()
  const jobs = told.map((delivery) => deliverJob(delivery.id, delivery.endpointId))
  return { events: [], jobs: events.length === batch ? [...jobs, fanoutJob] : jobs }
}

interface Told {
  readonly id: string
  readonly endpointId: string
  readonly eventId: number
  readonly body: string
}

/** By arrays: a statement takes 65,535 parameters, and many endpoints with many events are more. */
async function write(tx: Tx, told: readonly Told[], nowMs: number): Promise<void> {
  await sql`
    insert into webhook_delivery ("id", "endpointId", "eventId", "state", "body", "createdAt")
    select t."id", t."endpointId", t."eventId", 'queued', t."body", ${new Date(nowMs)}
    from unnest(${told.map((t) => t.id)}::uuid[], ${told.map((t) => t.endpointId)}::uuid[],
      ${told.map((t) => t.eventId)}::bigint[], ${told.map((t) => t.body)}::jsonb[])
      as t("id", "endpointId", "eventId", "body")
    on conflict ("endpointId", "eventId") do nothing`.execute(tx)
}

/** The job of one delivery. An endpoint is called by one worker at a time, so that a slow one cannot take them all. */
export function deliverJob(deliveryId: string, endpointId: string, dueAtMs?: number): NewJob {
  return {
    kind: 'webhook.deliver',
    payload: { deliveryId },
    uniqueKey: deliveryId,
    serialKey: `webhook:${endpointId}`,
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
  }
}
