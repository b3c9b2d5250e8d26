import type { NewJob } from '../contract/jobs.ts'
import { defineHandler } from '../queue/index.ts'
import { sql } from '../store/index.ts'

const dayMs = 24 * 3_600_000
/** Raw bodies and the notes of steps: how far back a replay can go. */
const rawDays = 90
/** Events that pages and webhooks may still ask for. */
const eventDays = 30
/** Rows in one statement, so that no sweep holds locks for long. */
const batch = 5000

/** The job that forgets what is too old; it plans itself again once a day. */
export function retentionJob(dueAtMs: number): NewJob {
  return { kind: 'retention.sweep', payload: {}, uniqueKey: 'retention.sweep', dueAtMs }
}

/**
 * Handler of `retention.sweep`: empties the raw bodies of envelopes that are done and older than 90 days (their dedupe keys
 * stay), removes steps of that age, and events that everybody has read and webhooks that were delivered more than 30 days ago.
 * A reader without an enabled endpoint reads nothing more: the next endpoint begins with what happens then.
 */
export const retentionHandler = defineHandler({
  kind: 'retention.sweep',
  prepare: async () => null,
  async commit(tx, _prepared, _job, ctx) {
    const rawBefore = new Date(ctx.nowMs - rawDays * dayMs)
    const eventsBefore = new Date(ctx.nowMs - eventDays * dayMs)
    const emptied = await sql`
      update envelope set "body" = null, "bodyMedia" = null, "headers" = '{}', "claims" = '{}' where "id" in (
        select "id" from envelope where "receivedAt" < ${rawBefore} and "state" = 'done'
          and ("body" is not null or "bodyMedia" is not null) limit ${batch})`.execute(tx)
    const steps = await sql`
      delete from step where "seq" in (select "seq" from step where "at" < ${rawBefore} limit ${batch})`.execute(
      tx,
    )
    const events = await sql`
      delete from event where "id" in (select "id" from event where "at" < ${eventsBefore}
        and "position" < (select coalesce(min("position"), 9223372036854775807) from event_consumer
          where exists (select from webhook_endpoint where "enabled")) limit ${batch})`.execute(tx)
    const told = await sql`
      delete from webhook_delivery where "id" in (
        select "id" from webhook_delivery where "createdAt" < ${eventsBefore} and "state" = 'sent' limit ${batch})`.execute(
      tx,
    )
    const more = [emptied, steps, events, told].some((done) => done.numAffectedRows === BigInt(batch))
    return { events: [], jobs: [retentionJob(ctx.nowMs + (more ? 0 : dayMs))] }
  },
})
