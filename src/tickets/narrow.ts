import type { Actor } from '../contract/actor.ts'
import { type RawBuilder, sql } from '../store/index.ts'
import type { TicketFilter } from './filter.ts'
import { sightOf } from './row.ts'
import { searchQuery } from './search.ts'

type Condition = RawBuilder<boolean>

const hourMs = 3_600_000
const nobody = '00000000-0000-0000-0000-000000000000'

/** Members of a list that are ids, and whether the list also names nobody. */
function among(column: 'groupId' | 'assigneeId', names: readonly string[], me: string | null): Condition {
  const ids = names.filter((name) => name !== 'none').map((name) => (name === 'me' ? (me ?? nobody) : name))
  const empty = names.includes('none') ? sql`t.${sql.ref(column)} is null` : sql`false`
  return sql`(t.${sql.ref(column)} = any(${ids}::uuid[]) or ${empty})`
}

function oneOf(column: string, values: readonly string[] | undefined): Condition[] {
  return values ? [sql`t.${sql.ref(column)} = any(${[...values]}::text[])`] : []
}

function anyOf(column: string, values: readonly string[] | undefined): Condition[] {
  return values ? [sql`t.${sql.ref(column)} && ${[...values]}::text[]`] : []
}

function same(column: string, id: string | undefined): Condition[] {
  return id ? [sql`t.${sql.ref(column)} = ${id}::uuid`] : []
}

function promises(sla: TicketFilter['sla'], nowMs: number): Condition[] {
  if (!sla) return []
  const now = new Date(nowMs)
  const which =
    sla === 'late'
      ? sql`(c."state" = 'breached' and c."metAt" is null) or (c."state" = 'running' and c."dueAt" < ${now})`
      : sql`c."state" = 'running' and c."dueAt" between ${now} and ${new Date(nowMs + hourMs)}`
  return [
    sql`t."status" in ('open', 'assigned', 'in_progress', 'on_hold')`,
    sql`t."id" in (select c."ticketId" from sla_clock c where ${which})`,
  ]
}

function search(q: string | undefined): Condition[] {
  if (!q || q.trim() === '') return []
  const query = searchQuery(q)
  return [query === null ? sql`false` : sql`t."search" @@ ${query}::tsquery`]
}

/** The condition of a filter's statuses; a single one is compared alone, because then an index gives its tickets in order. */
export function hasStatus(statuses: readonly string[] | undefined): Condition {
  if (statuses?.length === 1) return sql`t."status" = ${statuses[0]}`
  const [condition = sql<boolean>`true`] = oneOf('status', statuses)
  return condition
}

/** The conditions on `ticket t` of a filter and of what the actor may see. */
export function narrow(filter: TicketFilter, actor: Actor, nowMs: number): Condition {
  const me = actor.kind === 'user' || actor.kind === 'card' ? actor.staffId : null
  const sight = sightOf(actor)
  const { conversationId, createdFromMs, createdToMs } = filter
  const conditions: Condition[] = [
    ...(sight ? [sql<boolean>`t."assigneeId" = ${sight.staffId ?? nobody}::uuid`] : []),
    ...oneOf('status', filter.status),
    ...oneOf('urgency', filter.urgency),
    ...oneOf('channel', filter.channel),
    ...oneOf('intent', filter.intent),
    ...anyOf('tags', filter.tag),
    ...anyOf('risks', filter.risk),
    ...(filter.group ? [among('groupId', filter.group, null)] : []),
    ...(filter.assignee ? [among('assigneeId', filter.assignee, me)] : []),
    ...same('contactId', filter.contactId),
    ...same('deviceId', filter.deviceId),
    ...same('parentId', filter.parentId),
    ...(conversationId
      ? [
          sql<boolean>`t."id" in (select l."ticketId" from conversation_ticket l
            where l."conversationId" = ${conversationId}::uuid)`,
        ]
      : []),
    ...(createdFromMs === undefined ? [] : [sql<boolean>`t."createdAt" >= ${new Date(createdFromMs)}`]),
    ...(createdToMs === undefined ? [] : [sql<boolean>`t."createdAt" < ${new Date(createdToMs)}`]),
    ...(filter.expedited === undefined
      ? []
      : [filter.expedited ? sql<boolean>`t."expedited" > 0` : sql<boolean>`t."expedited" = 0`]),
    ...(filter.cancelAsked === undefined
      ? []
      : [sql<boolean>`(t."cancelAskedAt" is not null) = ${filter.cancelAsked}`]),
    ...promises(filter.sla, nowMs),
    ...search(filter.q),
  ]
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`
}
