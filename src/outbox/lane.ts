import type { NewJob } from '../contract/jobs.ts'
import { sql, type Tx } from '../store/index.ts'

/** Messages of one lane are sent one after the other, in the order they were written. */
export function laneOf(message: {
  readonly conversationId: string | null
  readonly accountId: string
  readonly to: string
}): string {
  return message.conversationId ?? `${message.accountId}:${message.to}`
}

/** Everybody who changes what is next in a lane holds this until the end of the transaction. */
export async function lockLane(tx: Tx, lane: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${`.outbox.${lane}`}, 0))`.execute(
    tx,
  )
}

/** The job that sends a part; by the holder of `lease` where one is named. */
export function sendJob(partId: string, lane: string, dueAtMs?: number, lease?: string): NewJob {
  return {
    kind: 'outbox.send',
    payload: { partId },
    uniqueKey: partId,
    serialKey: `outbox:${lane}`,
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
    ...(lease === undefined ? {} : { lease }),
  }
}

/** The job that draws a message. */
export function renderJob(outboxId: string, lane: string): NewJob {
  return { kind: 'outbox.render', payload: { outboxId }, uniqueKey: outboxId, serialKey: `outbox:${lane}` }
}

/** Whose turn it is in a lane: the first unfinished message and its first unsent part, which is null when it is not drawn yet. */
export async function headOf(
  tx: Tx,
  lane: string,
): Promise<{ readonly partId: string | null; readonly outboxId: string } | null> {
  const message = await tx
    .selectFrom('outbox_message')
    .select('id')
    .where('lane', '=', lane)
    .where('state', 'in', ['queued', 'sending'])
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  if (!message) return null
  const part = await tx
    .selectFrom('outbox_part')
    .select('id')
    .where('outboxId', '=', message.id)
    .where('state', 'in', ['queued', 'sending'])
    .orderBy('ordinal')
    .limit(1)
    .executeTakeFirst()
  return { partId: part?.id ?? null, outboxId: message.id }
}

/** The job for whose turn it is, after somebody's turn ended. */
export async function nextJobs(tx: Tx, lane: string): Promise<NewJob[]> {
  const head = await headOf(tx, lane)
  if (!head) return []
  // One that is not drawn may have waited for the end of the one before.
  return [head.partId === null ? renderJob(head.outboxId, lane) : sendJob(head.partId, lane)]
}

/** The job for a message that became ready, if it is its turn. Otherwise the one before it hands on; asking now would cut short its pause. */
export async function jobsIfHead(tx: Tx, lane: string, outboxId: string): Promise<NewJob[]> {
  const head = await headOf(tx, lane)
  return head?.outboxId === outboxId && head.partId !== null ? [sendJob(head.partId, lane)] : []
}
