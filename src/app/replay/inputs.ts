import { type Database, sql } from '../../store/index.ts'
import { inOrder } from './order.ts'
import type { ConfigChange } from './scratch.ts'

/** Commands that rebuild conversations and tickets; configuration comes from its history, access is not replayed. */
const replayedRooms = [
  'ticket',
  'incident',
  'conversation',
  'contact',
  'outbox',
  'offer',
  'call',
  'translation',
]

/** Who talks with a customer depends on who was there, and the people of the console are not replayed. */
const notReplayed = ['conversation.take', 'conversation.handOver']

/** Customers that came as a list are contacts, and contacts have no history of their own: their imports are done again. */
const replayedImports = sql<boolean>`
  c."name" = 'import.apply' and c."payload"->>'kind' = 'customers'
  or c."name" = 'import.undo' and exists (
    select 1 from import_batch b where b."id"::text = c."payload"->>'batchId' and b."kind" = 'customers')`

/** Jobs that speak to the outside; they stay off. */
export const outsideJobs: string[] = [
  'channel.pull',
  'identity.name',
  'outbox.render',
  'outbox.send',
  'outbox.sweep',
  'webhook.fanout',
  'webhook.deliver',
  'audit.chain',
  'retention.sweep',
  // What was erased stays erased; files belong to the live hub.
  'ticket.forget',
  'media.forget',
  'media.sweep',
]

/** Something that moved the hub at a moment. */
export type Input =
  | { readonly kind: 'envelope'; readonly atMs: number; readonly order: number; readonly id: string }
  | { readonly kind: 'command'; readonly atMs: number; readonly order: number; readonly row: CommandRow }
  | {
      readonly kind: 'step'
      readonly atMs: number
      readonly order: number
      readonly jobId: string
      readonly jobKind: string
      /** The routing decision that it made. */
      readonly decisionId: string | null
    }
  | { readonly kind: 'config'; readonly atMs: number; readonly order: number; readonly change: ConfigChange }

export interface CommandRow {
  readonly id: string
  readonly at: Date
  readonly name: string
  readonly actor: unknown
  readonly payload: unknown
}

/** From when on every raw message is kept, ms: retention empties the oldest. 0 when nothing was emptied. */
export async function keptSince(live: Database): Promise<number> {
  const { rows } = await sql<{ at: Date | null }>`
    select max("receivedAt") as at from envelope
    where "state" = 'done' and "erasedAt" is null and "body" is null and "bodyMedia" is null`.execute(live.db)
  return rows[0]?.at ? rows[0].at.getTime() + 1 : 0
}

/** Whether a ticket, or a conversation that feeds it, began before a moment. */
export const ticketBegan = (ticket: string, before: Date) => sql<boolean>`(
  ${sql.ref(`${ticket}.createdAt`)} < ${before} or exists (
    select from conversation_ticket ct join conversation o on o."id" = ct."conversationId"
    where ct."ticketId" = ${sql.ref(`${ticket}.id`)} and o."openedAt" < ${before}))`

/** Whether a stored command names a ticket, conversation or contact that began before a moment. */
const isAbout = (before: Date) => sql<boolean>`exists (
  select from jsonb_path_query(c."payload", 'strict $.** ? (@.type() == "string")') v
  where exists (select from ticket t where t."id"::text = v #>> '{}' and ${ticketBegan('t', before)})
    or exists (select from conversation o where o."id"::text = v #>> '{}' and o."openedAt" < ${before})
    or exists (select from contact p where p."id"::text = v #>> '{}' and p."createdAt" < ${before})
    or exists (select from incident_ticket m join ticket t on t."id" = m."ticketId"
      where m."incidentId"::text = v #>> '{}' and ${ticketBegan('t', before)})
    or exists (select from offer f join ticket t on t."id" = f."ticketId"
      where f."id"::text = v #>> '{}' and ${ticketBegan('t', before)}))`

/**
 * Everything between two moments that moved conversations and tickets, in order. What people did with things that began before
 * `fromMs` is left out: those are not rebuilt.
 */
export async function readInputs(
  live: Database,
  range: { readonly fromMs: number; readonly toMs: number },
  changes: readonly ConfigChange[],
): Promise<Input[]> {
  const [from, to] = [new Date(range.fromMs), new Date(range.toMs)]
  const envelopes = await sql<{ id: string; doneAt: Date; seq: number }>`
    select e."id", e."doneAt", e."seq" from envelope e
    left join conversation c on c."id" = e."conversationId"
    where e."state" = 'done' and e."erasedAt" is null and e."receivedAt" >= ${from} and e."receivedAt" <= ${to}
      and (c."id" is null or c."openedAt" >= ${from})`.execute(live.db)
  const commands = await live.db
    .selectFrom('command as c')
    .select(['c.id', 'c.seq', 'c.at', 'c.name', 'c.actor', 'c.payload'])
    .where('c.at', '>=', from)
    .where('c.at', '<=', to)
    .where('c.outcome', '=', 'ok')
    .where('c.erasedAt', 'is', null)
    .where('c.name', 'not in', notReplayed)
    .$if(range.fromMs > 0, (query) => query.where((e) => e.not(isAbout(from))))
    .where((e) => e.or([sql<boolean>`split_part(c."name", '.', 1) = any(${replayedRooms})`, replayedImports]))
    .execute()
  const steps = await live.db
    .selectFrom('step as s')
    .leftJoin('routing_decision as d', 'd.causeId', 's.jobId')
    .select(['s.seq', 's.jobId', 's.kind', 's.at', 'd.id as decisionId'])
    .where('s.at', '>=', from)
    .where('s.kind', 'not in', outsideJobs)
    .execute()
  const inputs: Input[] = [
    ...changes
      .filter((change) => change.at.getTime() > range.fromMs)
      .map((change) => ({ kind: 'config' as const, atMs: change.at.getTime(), order: change.id, change })),
    ...envelopes.rows.map((e) => ({
      kind: 'envelope' as const,
      atMs: e.doneAt.getTime(),
      order: e.seq,
      id: e.id,
    })),
    ...commands.map((row) => ({ kind: 'command' as const, atMs: row.at.getTime(), order: row.seq, row })),
    ...steps.map(({ seq, jobId, kind, at, decisionId }) => ({
      ...{ kind: 'step' as const, atMs: at.getTime(), order: seq },
      ...{ jobId, jobKind: kind, decisionId },
    })),
  ]
  return await inOrder(live, inputs)
}
