import type { NewJob } from '../contract/jobs.ts'
import { defineHandler } from '../queue/index.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
import { type ChainedFacts, chainStart, dayOf, rowDigest } from './digest.ts'

/** Rows that one step chains. */
const batch = 1000
/** Pause of the writer when nothing waits, ms. */
const idleMs = 15_000

/** The job of the one writer; it plans itself again. `app` enqueues it when it starts. */
export function chainJob(dueAtMs: number): NewJob {
  return { kind: 'audit.chain', payload: {}, uniqueKey: 'audit.chain', serialKey: 'audit.chain', dueAtMs }
}

interface Link {
  readonly day: string
  readonly seq: number
  readonly digest: string
}

async function lastLink(tx: Reader): Promise<Link | null> {
  const { rows } =
    await sql<Link>`select to_char("day", 'YYYY-MM-DD') as "day", "seq", "digest" from audit_log
    where "seq" is not null order by audit_log."day" desc, "seq" desc limit 1`.execute(tx)
  return rows[0] ?? null
}

/**
 * Appends waiting rows to the chain: one chain per day (UTC, the day of chaining, so that a closed day never grows), each day
 * starting from the digest that the day before ended with. Returns how many it chained. Callers hold the writer's lock.
 */
export async function chainWaiting(tx: Tx, nowMs: number): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext(current_schema() || '.audit.chain'))`.execute(tx)
  const waiting = await tx
    .selectFrom('audit_log')
    .select(['id', 'at', 'actor', 'action', 'resource', 'detail'])
    .where('digest', 'is', null)
    .orderBy('id')
    .limit(batch)
    .execute()
  if (waiting.length === 0) return 0
  const last = await lastLink(tx)
  // A clock that was set back must not open a day that is closed already.
  const day = last && last.day > dayOf(nowMs) ? last.day : dayOf(nowMs)
  let seq = last?.day === day ? last.seq : 0
  let digest = last?.digest ?? chainStart
  const links: { id: number; seq: number; digest: string }[] = []
  for (const row of waiting) {
    seq += 1
    digest = rowDigest(digest, day, seq, row)
    links.push({ id: row.id, seq, digest })
  }
  await sql`update audit_log set "day" = ${day}::date, "seq" = link.seq, "digest" = link.digest
    from unnest(${links.map((l) => l.id)}::bigint[], ${links.map((l) => l.seq)}::int[],
      ${links.map((l) => l.digest)}::text[]) as link(id, seq, digest)
    where audit_log."id" = link.id`.execute(tx)
  return links.length
}

/** The writer. */
export const chainHandler = defineHandler({
  kind: 'audit.chain',
  prepare: async () => null,
  commit: async (tx, _prepared, _job, ctx) => {
    const chained = await chainWaiting(tx, ctx.nowMs)
    return { events: [], jobs: [chainJob(ctx.nowMs + (chained === batch ? 0 : idleMs))] }
  },
})

/** What a verification of the whole log found. */
export interface AuditVerification {
  readonly rows: number
  readonly days: number
  /** Rows that the writer has not reached yet. */
  readonly waiting: number
  /** Digest of the newest row; noted elsewhere, it proves later that nothing was cut off. */
  readonly head: string
  /** The first place where the chain does not hold. */
  readonly broken: { readonly day: string; readonly seq: number; readonly id: number } | null
}

type StoredRow = ChainedFacts & Link

/** Computes the chain again from the first row on. */
export async function verifyAudit(db: Reader): Promise<AuditVerification> {
  let [rows, days, head, day, seq] = [0, 0, chainStart, '', 0]
  let broken: AuditVerification['broken'] = null
  for (;;) {
    const page: StoredRow[] = (
      await sql<StoredRow>`select "id", "at", "actor", "action", "resource", "detail", "seq", "digest",
        to_char("day", 'YYYY-MM-DD') as "day" from audit_log
        where "seq" is not null and (to_char("day", 'YYYY-MM-DD'), "seq") > (${day}, ${seq})
        order by audit_log."day", "seq" limit ${batch}`.execute(db)
    ).rows
    for (const row of page) {
      const place = row.day === day ? seq + 1 : 1
      if (row.day !== day) days += 1
      const expected = rowDigest(head, row.day, place, row)
      if (!broken && (row.seq !== place || row.digest !== expected)) {
        broken = { day: row.day, seq: row.seq, id: row.id }
      }
      ;({ day, seq, digest: head } = row)
      rows += 1
    }
    if (page.length < batch) break
  }
  const { count } = await db
    .selectFrom('audit_log')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('digest', 'is', null)
    .executeTakeFirstOrThrow()
  return { rows, days, waiting: Number(count), head, broken }
}
