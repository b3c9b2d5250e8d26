import type { NewJob } from '../contract/jobs.ts'
import { defineHandler } from '../queue/index.ts'
import { sql, type Tx } from '../store/index.ts'
import { nextJobs } from './lane.ts'

/** How long a lane whose turn nobody has stands still at most, ms. */
const sweepMs = 5 * 60_000
/** Lanes in one sweep. */
const batch = 500

/** The job that looks for lanes that stand still; it plans itself again. `app` enqueues it when it starts. */
export function sweepJob(dueAtMs: number): NewJob {
  return { kind: 'outbox.sweep', payload: {}, uniqueKey: 'outbox.sweep', dueAtMs }
}

/**
 * Lanes whose first unfinished message has no job. Whoever ends a message hands on its lane in the same transaction, so that there
 * should be none; one that was forgotten would stand still for ever. A dead job is a person's to run again.
 */
async function stillLanes(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ lane: string }>`
    with heads as (
      select distinct on ("lane") "id", "lane" from outbox_message
      where "state" in ('queued', 'sending') order by "lane", "seq"
    ), turns as (
      select h."id", h."lane", p."id" as "partId" from heads h left join lateral (
        select "id" from outbox_part where "outboxId" = h."id" and "state" in ('queued', 'sending')
        order by "ordinal" limit 1) p on true
    )
    select t."lane" from turns t
    where not exists (select 1 from job j where j."state" = 'running' and j."serialKey" = 'outbox:' || t."lane")
      and not exists (select 1 from job j where j."state" = 'ready'
        and j."kind" = 'outbox.render' and j."uniqueKey" = t."id"::text)
      and not exists (select 1 from job j where j."state" = 'ready'
        and j."kind" = 'outbox.send' and j."uniqueKey" = t."partId"::text)
      and not exists (select 1 from job j where j."state" = 'dead'
        and j."uniqueKey" in (t."id"::text, t."partId"::text))
    limit ${batch}`.execute(tx)
  return rows.map((row) => row.lane)
}

/** Handler of `outbox.sweep`. */
export const sweepHandler = defineHandler({
  kind: 'outbox.sweep',
  prepare: async () => null,
  async commit(tx, _prepared, _job, ctx) {
    const lanes = await stillLanes(tx)
    if (lanes.length > 0) ctx.log.warn({ lanes: lanes.length }, 'outgoing messages stood still; they go on')
    const jobs: NewJob[] = []
    for (const lane of lanes) jobs.push(...(await nextJobs(tx, lane)))
    return { events: [], jobs: [...jobs, sweepJob(ctx.nowMs + sweepMs)] }
  },
})
