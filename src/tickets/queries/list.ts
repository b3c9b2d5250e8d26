import { z } from 'zod'
import { defineQuery } from '../../access/command.ts'
import { type Risk, risks } from '../../contract/labels.ts'
import { intents, sentiments, type TicketStatus, ticketStatuses, urgencies } from '../../contract/ticket.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { type RawBuilder, type Reader, sql } from '../../store/index.ts'
import { readers } from '../access.ts'
import { waitingStatuses } from '../expedite.ts'
import { filterSchema, type TicketSort, ticketSorts } from '../filter.ts'
import { finest } from '../labels.ts'
import { hasStatus, narrow } from '../narrow.ts'
import { clockKinds } from '../sla.ts'
import { isAccepted } from './offers.ts'

const moment = z.int().nullable()
const name = z.string().nullable()

/** A line of the ticket list. Times are ms since the epoch. */
const line = z.object({
  id: z.uuid(),
  number: z.string(),
  status: z.enum(ticketStatuses),
  /** Assigned, and its engineer took the offer. */
  accepted: z.boolean(),
  version: z.int(),
  intent: z.enum(intents),
  urgency: z.enum(urgencies),
  sentiment: z.enum(sentiments),
  summary: z.string(),
  contactName: name,
  phone: name,
  productCategory: name,
  deviceModel: name,
  province: name,
  city: name,
  district: name,
  channel: z.string(),
  tier: name,
  groupId: z.uuid().nullable(),
  groupName: name,
  assigneeId: z.uuid().nullable(),
  assigneeName: name,
  /** Paths of the tags, the finest of each branch. */
  tags: z.array(z.string()),
  risks: z.array(z.enum(risks)),
  expedited: z.int(),
  /** Since when its customer waits to hear that it is cancelled. */
  cancelAskedAtMs: moment,
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  appointmentStartMs: moment,
  appointmentEndMs: moment,
  holdUntilMs: moment,
  /** The promise that runs out next. */
  nextDue: z.object({ kind: z.enum(clockKinds), dueAtMs: z.int() }).nullable(),
  /** Promises that are broken and not kept yet. */
  late: z.array(z.enum(clockKinds)),
  /** Critical, and nobody has it or is being asked. */
  unserved: z.boolean(),
})
type Line = z.infer<typeof line>

const keyTypes = {
  timestamptz: z.iso.datetime({ offset: true }),
  uuid: z.uuid(),
  int: z.int(),
  bigint: z.int(),
}
type KeyType = keyof typeof keyTypes

interface Order {
  /** Values of the order, ascending or descending as a whole, ending with the id. */
  readonly keys: readonly RawBuilder<unknown>[]
  readonly types: readonly KeyType[]
  readonly direction: RawBuilder<unknown>
  readonly beyond: RawBuilder<unknown>
}

const newestFirst = { direction: sql`desc`, beyond: sql`<` }
const smallestFirst = { direction: sql`asc`, beyond: sql`>` }
const ms = (column: string) => sql`(extract(epoch from t.${sql.ref(column)}) * 1000)::bigint`

const orders: Readonly<Record<TicketSort, Order>> = {
  created: { keys: [sql`t."createdAt"`, sql`t."id"`], types: ['timestamptz', 'uuid'], ...newestFirst },
  updated: { keys: [sql`t."updatedAt"`, sql`t."id"`], types: ['timestamptz', 'uuid'], ...newestFirst },
  urgency: {
    keys: [
      sql`array_position(${sql.lit('{critical,high,normal,low}')}::text[], t."urgency")`,
      sql`t."createdAt"`,
      sql`t."id"`,
    ],
    types: ['int', 'timestamptz', 'uuid'],
    ...smallestFirst,
  },
  due: {
    keys: [
      sql`coalesce((select (extract(epoch from min(c."dueAt")) * 1000)::bigint from sla_clock c
        where c."ticketId" = t."id" and c."state" = 'running'), 9007199254740991)`,
      sql`t."id"`,
    ],
    types: ['bigint', 'uuid'],
    ...smallestFirst,
  },
}

function readCursor(text: string, sort: TicketSort): Result<(string | number)[]> {
  const [first, ...rest] = orders[sort].types
  const shape = z.tuple([z.literal(sort), keyTypes[first!], ...rest.map((type) => keyTypes[type])])
  try {
    const parsed = shape.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (parsed.success) return ok(parsed.data.slice(1))
  } catch {
    // Not ours: refused below.
  }
  return refuse('request.invalid', {}, [
    { path: 'cursor', message: 'not a cursor of this list', messageZh: '不是这个列表的翻页标记' },
  ])
}

function behind({ keys, types, beyond }: Order, values: readonly (string | number)[]): RawBuilder<unknown> {
  const given = values.map((value, i) => sql`${value}::${sql.raw(types[i]!)}`)
  return sql`(${sql.join(keys)}) ${beyond} (${sql.join(given)})`
}

type Condition = RawBuilder<unknown>
type Found = Omit<Line, 'nextDue' | 'late'> & { readonly keys: (string | number)[] }

/** How many of the first tickets of an order are looked through before the search index is asked. */
const nearest = 2_000

/** Whether an index gives the tickets of these statuses in this order. */
function isIndexed(sort: TicketSort, statuses: readonly TicketStatus[] | undefined): boolean {
  if (sort === 'urgency') return statuses?.every((each) => waits.has(each)) ?? false
  return sort !== 'due'
}
const waits = new Set<TicketStatus>(waitingStatuses)

/**
 * A page of lines. What is searched for is mostly common (空调), recent or urgent: the first tickets of the order are read first, at a
 * known cost, and only when they do not fill the page the search index, which is quick for rare words and slow for common ones.
 */
async function findPage(
  db: Reader,
  {
    wanted,
    after,
    sort,
    statuses,
  }: { wanted: Condition; after: Condition; sort: TicketSort; statuses: readonly TicketStatus[] | undefined },
  searching: boolean,
  limit: number,
): Promise<Found[]> {
  const order = orders[sort]
  if (searching && isIndexed(sort, statuses)) {
    const near = sql`(select * from ticket t where ${hasStatus(statuses)} and ${after}
      order by ${sorting(order)} limit ${nearest})`
    const found = await find(db, near, wanted, order, limit)
    if (found.length === limit) return found
  }
  const all = sql`${wanted} and ${after}`
  if (!searching) return await find(db, sql`ticket`, all, order, limit)
  // `offset 0` hides the limit from the planner, which would read tickets in order until the page is full: here it never is soon.
  return await find(db, sql`(select * from ticket t where ${all} offset 0)`, sql`true`, order, limit)
}

function sorting({ keys, direction }: Order): Condition {
  return sql.join(keys.map((key) => sql`${key} ${direction}`))
}

async function find(
  db: Reader,
  from: RawBuilder<unknown>,
  condition: Condition,
  order: Order,
  limit: number,
): Promise<Found[]> {
  const sorted = sorting(order)
  const found = await sql<Found>`
    select t."id", t."number", t."status", ${isAccepted('t')} as "accepted", t."version", t."intent", t."urgency", t."sentiment",
      left(t."summary", 200) as "summary", t."contactName", t."phone", t."productCategory", t."deviceModel",
      t."province", t."city", t."district", t."channel", t."tier", t."groupId", g."name" as "groupName",
      t."assigneeId", s."name" as "assigneeName", t."expedited", t."tags", t."risks",
      ${ms('cancelAskedAt')} as "cancelAskedAtMs",
      ${ms('createdAt')} as "createdAtMs", ${ms('updatedAt')} as "updatedAtMs",
      ${ms('appointmentStart')} as "appointmentStartMs", ${ms('appointmentEnd')} as "appointmentEndMs",
      ${ms('holdUntil')} as "holdUntilMs", t."keys",
      t."urgency" = 'critical' and t."status" = 'open' and t."assigneeId" is null and not exists (
        select from offer o where o."ticketId" = t."id" and o."status" = 'pending') as "unserved"
    from (
      select t.*, jsonb_build_array(${sql.join(order.keys)}) as "keys" from ${from} t
      where ${condition} order by ${sorted} limit ${limit}
    ) t
    left join skill_group g on g."id" = t."groupId"
    left join staff s on s."id" = t."assigneeId"
    order by ${sorted}`.execute(db)
  return found.rows
}

type Promises = Pick<Line, 'nextDue' | 'late'>

async function promisesOf(db: Reader, ids: readonly string[], nowMs: number): Promise<Map<string, Promises>> {
  const byTicket = new Map(ids.map((id): [string, Promises] => [id, { nextDue: null, late: [] }]))
  if (ids.length === 0) return byTicket
  const clocks = await db
    .selectFrom('sla_clock')
    .select(['ticketId', 'kind', 'state', 'dueAt', 'metAt'])
    .where('ticketId', 'in', [...ids])
    .where('state', 'in', ['running', 'breached'])
    .where('metAt', 'is', null)
    .orderBy('dueAt')
    .execute()
  for (const { ticketId, kind: text, state, dueAt } of clocks) {
    const kind = text as Promises['late'][number]
    const { nextDue, late } = byTicket.get(ticketId)!
    const dueAtMs = dueAt?.getTime() ?? null
    if (state === 'breached' || (dueAtMs !== null && dueAtMs < nowMs)) {
      byTicket.set(ticketId, { nextDue, late: [...late, kind] })
    } else if (nextDue === null && dueAtMs !== null) {
      byTicket.set(ticketId, { nextDue: { kind, dueAtMs }, late })
    }
  }
  return byTicket
}

const page = z.object({ tickets: z.array(line), next: z.string().nullable() })
/** What `ticket.list` answers. */
export type TicketPage = z.infer<typeof page>

export const listTickets = defineQuery(
  {
    name: 'ticket.list',
    title: 'Lists tickets by filter and search, a page at a time',
    permission: readers,
    input: filterSchema.extend({
      sort: z.enum(ticketSorts).default('created'),
      limit: z.int().min(1).max(200).default(50),
      /** `next` of the page before. */
      cursor: z.string().max(300).optional(),
    }),
    output: page,
  },
  async ({ db, actor, nowMs }, { sort, limit, cursor, ...filter }) => {
    const read = cursor === undefined ? null : readCursor(cursor, sort)
    if (read && !read.ok) return read
    const after = read ? behind(orders[sort], read.value) : sql`true`
    const wanted = narrow(filter, actor, nowMs)
    const searching = filter.q !== undefined && filter.q.trim() !== ''
    const found = await findPage(db, { wanted, after, sort, statuses: filter.status }, searching, limit + 1)
    const rows = found.slice(0, limit)
    const promises = await promisesOf(
      db,
      rows.map((row) => row.id),
      nowMs,
    )
    const tickets = rows.map(({ keys: _keys, ...row }) => ({
      ...row,
      ...promises.get(row.id)!,
      tags: finest(row.tags),
    }))
    const last = found.length > limit ? rows.at(-1) : undefined
    const next = last ? Buffer.from(JSON.stringify([sort, ...last.keys])).toString('base64url') : null
    return ok({ tickets, next })
  },
)

export const countTickets = defineQuery(
  {
    name: 'ticket.counts',
    title: 'Counts the tickets of a filter by status',
    permission: readers,
    input: filterSchema.omit({ status: true }),
    output: z.object({ counts: z.record(z.enum(ticketStatuses), z.int()), total: z.int() }),
  },
  async ({ db, actor, nowMs }, filter) => {
    const rows = await sql<{ status: TicketStatus; n: number }>`
      select t."status", count(*) as n from ticket t where ${narrow(filter, actor, nowMs)} group by t."status"`.execute(
      db,
    )
    const counts = Object.fromEntries(ticketStatuses.map((status) => [status, 0])) as Record<
      TicketStatus,
      number
    >
    for (const { status, n } of rows.rows) counts[status] = n
    return ok({ counts, total: rows.rows.reduce((sum, { n }) => sum + n, 0) })
  },
)

export const countTags = defineQuery(
  {
    name: 'ticket.tagCounts',
    title:
      'Counts the tickets of a filter by tag, those of finer tags with the branches they grow from, and by risk',
    permission: readers,
    input: filterSchema,
    output: z.object({
      tags: z.array(z.object({ path: z.string(), n: z.int() })),
      risks: z.array(z.object({ risk: z.enum(risks), n: z.int() })),
    }),
  },
  async ({ db, actor, nowMs }, filter) => {
    const wanted = narrow(filter, actor, nowMs)
    const by = async <T>(column: 'tags' | 'risks', name: 'path' | 'risk') =>
      (
        await sql<T>`
          select v as ${sql.ref(name)}, count(*)::int as n from ticket t, unnest(t.${sql.ref(column)}) v
          where ${wanted} group by v order by v`.execute(db)
      ).rows
    const tags = await by<{ path: string; n: number }>('tags', 'path')
    return ok({ tags, risks: await by<{ risk: Risk; n: number }>('risks', 'risk') })
  },
)
