import { z } from 'zod'
import { defineCommand, defineQuery } from '../access/command.ts'
import { ok } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import { backlog, rerunEnvelopes } from './waiting.ts'

const watch = { roles: ['admin', 'supervisor', 'auditor'] } as const
const mend = { roles: ['admin', 'supervisor'] } as const
const limit = z.coerce.number().int().min(1).max(200).default(50)

const deadEnvelope = z.object({
  id: z.string(),
  accountId: z.string(),
  kind: z.string(),
  receivedAt: z.string(),
  attempts: z.int(),
  error: z.string().nullable(),
  /** The first 2,000 characters of the raw body, unreadable bytes replaced. */
  preview: z.string(),
  bytes: z.int(),
})

const deadJob = z.object({
  id: z.string(),
  kind: z.string(),
  payload: z.unknown(),
  createdAt: z.string(),
  attempts: z.int(),
  error: z.string().nullable(),
})

export const healthQueries = [
  defineQuery(
    {
      name: 'inbox.health',
      title: 'What waits, what is dead, and since when',
      permission: watch,
      input: z.object({}),
      output: z.object({
        waiting: z.int(),
        oldestWaitingAt: z.string().nullable(),
        deadEnvelopes: z.int(),
        readyJobs: z.int(),
        runningJobs: z.int(),
        deadJobs: z.int(),
      }),
    },
    async ({ db, nowMs }) => {
      const envelopes = await backlog(db)
      const jobs = await sql<{ ready: number; running: number; dead: number }>`
        select count(*) filter (where "state" = 'ready' and "dueAt" <= ${new Date(nowMs)})::int as ready,
          count(*) filter (where "state" = 'running')::int as running,
          count(*) filter (where "state" = 'dead')::int as dead from job`.execute(db)
      const { ready, running, dead } = jobs.rows[0]!
      return ok({
        waiting: envelopes.waiting,
        oldestWaitingAt: envelopes.oldest?.toISOString() ?? null,
        deadEnvelopes: envelopes.dead,
        readyJobs: ready,
        runningJobs: running,
        deadJobs: dead,
      })
    },
  ),
  defineQuery(
    {
      name: 'inbox.dead',
      title: 'Envelopes and jobs that need a person',
      permission: watch,
      input: z.object({ limit }),
      output: z.object({ envelopes: z.array(deadEnvelope), jobs: z.array(deadJob) }),
      audit: () => 'dead letters',
    },
    async ({ db }, input) => {
      const envelopes = await db
        .selectFrom('envelope')
        .select(['id', 'accountId', 'kind', 'receivedAt', 'attempts', 'lastError', 'body'])
        .where('state', '=', 'dead')
        .orderBy('seq', 'desc')
        .limit(input.limit)
        .execute()
      const jobs = await db
        .selectFrom('job')
        .selectAll()
        .where('state', '=', 'dead')
        .orderBy('createdAt', 'desc')
        .limit(input.limit)
        .execute()
      return ok({
        envelopes: envelopes.map((e) => ({
          id: e.id,
          accountId: e.accountId,
          kind: e.kind,
          receivedAt: e.receivedAt.toISOString(),
          attempts: e.attempts,
          error: e.lastError,
          preview: e.body?.toString('utf8', 0, 8000).slice(0, 2000) ?? '',
          bytes: e.body?.length ?? 0,
        })),
        jobs: jobs.map((j) => ({
          id: j.id,
          kind: j.kind,
          payload: j.payload,
          createdAt: j.createdAt.toISOString(),
          attempts: j.attempts,
          error: j.lastError,
        })),
      })
    },
  ),
]

export const healthCommands = [
  defineCommand(
    {
      name: 'inbox.rerun',
      title: 'Puts dead envelopes back to work',
      permission: mend,
      input: z.object({ ids: z.array(z.uuid()).min(1).max(500) }),
      output: z.object({ rerun: z.int() }),
    },
    async (ctx, { ids }) => ok({ value: { rerun: await rerunEnvelopes(ctx.tx, ids) } }),
  ),
  defineCommand(
    {
      name: 'inbox.rerunJobs',
      title: 'Puts dead jobs back to work',
      permission: mend,
      input: z.object({ ids: z.array(z.uuid()).min(1).max(500) }),
      output: z.object({ rerun: z.int() }),
    },
    async (ctx, { ids }) => {
      const rows = await ctx.tx
        .selectFrom('job')
        .select(['id', 'kind', 'uniqueKey'])
        .where('id', 'in', ids)
        .where('state', '=', 'dead')
        .forUpdate()
        .execute()
      for (const row of rows) {
        // The same work asked for again meanwhile stands in for it.
        const again = await sql`
          update job set "state" = 'ready', "attempts" = 0, "dueAt" = ${new Date(ctx.nowMs)} where "id" = ${row.id}
            and not exists (select 1 from job j where j."state" = 'ready' and j."kind" = ${row.kind}
              and j."uniqueKey" = ${row.uniqueKey})`.execute(ctx.tx)
        if (!again.numAffectedRows) await ctx.tx.deleteFrom('job').where('id', '=', row.id).execute()
      }
      return ok({ value: { rerun: rows.length } })
    },
  ),
]
