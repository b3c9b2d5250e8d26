import type { NewJob } from '../contract/jobs.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { type Reader, sql } from '../store/index.ts'
import { type ErasurePorts, unused } from './erase.ts'

const dayMs = 24 * 3_600_000

/** What the sweep needs from app. */
export interface SweepPorts extends ErasurePorts {
  /** The files that are old at a moment, some at a time. */
  oldFiles(nowMs: number): AsyncIterable<readonly string[]>
}

/** The job that removes files which nothing names; it plans itself again once a day. */
export function sweepJob(dueAtMs: number): NewJob {
  return { kind: 'media.sweep', payload: {}, uniqueKey: 'media.sweep', dueAtMs }
}

/**
 * The moment as of which files are old. A request that waits or failed names its files only within its signed body, until it is
 * worked off: nothing that was young when the oldest of them came may go.
 */
async function asOf(db: Reader, nowMs: number): Promise<number> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(e."receivedAt") as at from envelope e join channel_account a on a."id" = e."accountId"
    where a."kind" = 'qr' and e."state" in ('received', 'dead')`.execute(db)
  return Math.min(nowMs, rows[0]?.at?.getTime() ?? nowMs)
}

/** Most files are of messages, which the index tells at once. */
async function unattached(db: Reader, hashes: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ hash: string }>`
    select h as hash from unnest(${[...hashes]}::text[]) h
    where not exists (select 1 from attachment a where a."hash" = h)`.execute(db)
  return rows.map((row) => row.hash)
}

/**
 * Handler of `media.sweep`: files are stored before a row names them, and what was uploaded for a form that was never sent, or
 * for an answer that nobody gave, would stay for ever.
 */
export function makeSweepHandler({ oldFiles, removeFile }: SweepPorts): JobHandler {
  return defineHandler<'media.sweep', undefined, null>({
    kind: 'media.sweep',
    async prepare(_job, ctx) {
      const atMs = await asOf(ctx.db, ctx.nowMs)
      const candidates: string[] = []
      for await (const hashes of oldFiles(atMs)) candidates.push(...(await unattached(ctx.db, hashes)))
      const gone = candidates.length > 0 ? await unused(ctx.db, candidates) : []
      for (const hash of gone) await removeFile(hash, atMs)
      if (gone.length > 0) ctx.log.info({ files: gone.length }, 'files that nothing names were removed')
      return null
    },
    commit: async (_tx, _nothing, _job, ctx) => ({ events: [], jobs: [sweepJob(ctx.nowMs + dayMs)] }),
  })
}
