import { canonicalJson } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { type Database, type RawBuilder, sql } from '../../store/index.ts'
import { ticketBegan } from './inputs.ts'

/** One difference between the live hub and the replay. */
export interface Difference {
  readonly table: string
  readonly key: string
  /** What people know the row by: a ticket's number, a conversation's channel. */
  readonly label: string
  /** `erased`: a person's data were erased, so it cannot be rebuilt and is not compared. */
  readonly kind: 'missing' | 'added' | 'changed' | 'erased'
  /** Members that differ, with both values. */
  readonly members: readonly {
    readonly name: string
    readonly live: JsonValue
    readonly replayed: JsonValue
  }[]
}

/** The projections that are compared; `ignore` is what the outside, search or the moment of the run decides. */
const projections: readonly {
  readonly table: string
  readonly key: readonly string[]
  readonly label: string
  readonly ignore: readonly string[]
}[] = [
  {
    table: 'conversation',
    key: ['id'],
    label: 'threadKey',
    // Which agent talked depends on who was there, and which message was the last, when one came in while another went out, on the moment.
    ignore: [
      ...['windowLeft', 'windowUntil', 'waitingSince', 'state', 'closedAt', 'extractedSeq', 'lastMessageAt'],
      ...['agentId', 'agentSince', 'takenAt', 'queuedAt', 'erasedAt'],
    ],
  },
  // The hub's own words have the moment of a job that may have given way to another one.
  { table: 'message', key: ['id'], label: 'id', ignore: ['seq', 'at', 'delivery', 'providerMessageId'] },
  { table: 'call', key: ['messageId'], label: 'callId', ignore: ['reason'] },
  { table: 'utterance', key: ['id'], label: 'messageId', ignore: [] },
  {
    table: 'conversation_ticket',
    key: ['conversationId', 'ticketId'],
    label: 'ticketId',
    ignore: ['linkedAt'],
  },
  { table: 'extraction', key: ['id'], label: 'conversationId', ignore: [] },
  // Why there is none is the model's, and the hashes of questions name the model that was configured.
  {
    table: 'translation',
    key: ['id'],
    label: 'messageId',
    ignore: ['refusal', 'calls'],
  },
  { table: 'question', key: ['id'], label: 'field', ignore: ['sinceSeq'] },
  { table: 'ticket', key: ['id'], label: 'number', ignore: ['search', 'timelineDigest'] },
  {
    table: 'ticket_event',
    key: ['ticketId', 'seq'],
    label: 'type',
    ignore: ['salt', 'payloadDigest', 'digest'],
  },
  // The input's hash speaks for the situation, where nothing to do may be written as 0 or left out.
  { table: 'routing_decision', key: ['id'], label: 'ticketId', ignore: ['situation'] },
  { table: 'offer', key: ['id'], label: 'ticketId', ignore: [] },
  // Numbers count from the hub's first incident, which may be older than what is kept.
  { table: 'incident', key: ['id'], label: 'cause', ignore: ['number'] },
  { table: 'incident_ticket', key: ['incidentId', 'ticketId'], label: 'ticketId', ignore: [] },
  { table: 'incident_event', key: ['incidentId', 'seq'], label: 'type', ignore: [] },
  { table: 'ticket_likeness', key: ['subjectId', 'ofId'], label: 'subject', ignore: [] },
  { table: 'sla_clock', key: ['ticketId', 'kind'], label: 'kind', ignore: [] },
]

type Row = { readonly [name: string]: JsonValue }

/** What is compared: what began between two moments, as far as it could be rebuilt. */
export interface Compared {
  readonly fromMs: number
  readonly toMs: number
  /** What began earlier was not rebuilt. */
  readonly keptSinceMs: number
}

async function rowsOf(database: Database, table: string, compared: Compared): Promise<Row[]> {
  const rows = await sql<{ row: Row }>`
    select to_jsonb(t) as row from ${sql.table(table)} t ${scope(table, compared)}`.execute(database.db)
  return rows.rows.map((r) => r.row)
}

/** Only what belongs to conversations that began in the range, or to tickets that were made in it. */
function scope(table: string, { fromMs, toMs, keptSinceMs }: Compared) {
  const [from, to, kept] = [new Date(Math.max(fromMs, keptSinceMs)), new Date(toMs), new Date(keptSinceMs)]
  const conversations = sql`select "id" from conversation where "openedAt" >= ${from} and "openedAt" <= ${to}`
  const tickets = sql`select k."id" from ticket k
    where k."createdAt" >= ${from} and k."createdAt" <= ${to} and not ${ticketBegan('k', kept)}`
  switch (table) {
    case 'conversation':
      return sql`where t."id" in (${conversations})`
    case 'utterance':
      return sql`where t."messageId" in (select "messageId" from call where "conversationId" in (${conversations}))`
    // What agents leave each other when they hand a chat over goes with who had it.
    case 'message':
      return sql`where t."conversationId" in (${conversations}) and t."direction" <> 'note'`
    case 'call':
    case 'conversation_ticket':
    case 'extraction':
    case 'question':
    case 'translation':
      return sql`where t."conversationId" in (${conversations})`
    case 'ticket':
      return sql`where t."id" in (${tickets})`
    case 'incident':
      return sql`where ${isWhole(sql`t."id"`, tickets)}`
    case 'incident_event':
      return sql`where ${isWhole(sql`t."incidentId"`, tickets)}`
    case 'ticket_likeness':
      return sql`where t."ofId" in (${tickets})
        and (t."subjectId" in (${tickets}) or t."subjectId" in (${conversations}))`
    default:
      return sql`where t."ticketId" in (${tickets})`
  }
}

/** An incident is rebuilt when all tickets that were ever in it are. */
const isWhole = (incidentId: RawBuilder<unknown>, tickets: RawBuilder<unknown>) => sql`not exists (
  select from incident_ticket m where m."incidentId" = ${incidentId} and m."ticketId" not in (${tickets}))`

interface Erased {
  readonly id: string
  readonly label: string
}

/** Conversations and tickets whose inputs were erased with a person's data, in the live hub. */
async function erasedIn(
  live: Database,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
) {
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  const conversations = await sql<Erased>`
    select c."id", c."channel" as label from conversation c
    where c."openedAt" between ${from} and ${to} and (c."erasedAt" is not null or exists (
      select 1 from message m join envelope e on e."id" = m."envelopeId"
      where m."conversationId" = c."id" and e."erasedAt" is not null))
    order by c."id"`.execute(live.db)
  const ids = conversations.rows.map((row) => row.id)
  const tickets = await sql<Erased>`
    select t."id", t."number" as label from ticket t
    where t."createdAt" between ${from} and ${to} and (
      exists (select 1 from ticket_event e where e."ticketId" = t."id" and e."type" = 'erased')
      or exists (select 1 from conversation_ticket ct
        where ct."ticketId" = t."id" and ct."conversationId" = any(${ids}::uuid[])))
    order by t."number"`.execute(live.db)
  const differences = (table: string, rows: readonly Erased[]): Difference[] =>
    rows.map(({ id, label }) => ({ table, key: id, label, kind: 'erased', members: [] }))
  // An incident that lost somebody cannot come to be in the same way again.
  const incidents = await sql<{ id: string }>`
    select distinct "incidentId" as id from incident_event where "type" = 'erased'`.execute(live.db)
  return {
    ids: new Set([...ids, ...[...tickets.rows, ...incidents.rows].map((row) => row.id)]),
    differences: [...differences('conversation', conversations.rows), ...differences('ticket', tickets.rows)],
  }
}

/** Members of a projection that name what it belongs to. */
const owners = ['id', 'conversationId', 'ticketId', 'incidentId', 'subjectId', 'ofId']

/** Compares the projections row by row and member by member; what was erased is named instead. */
export async function compare(live: Database, replayed: Database, range: Compared): Promise<Difference[]> {
  const erased = await erasedIn(live, range)
  const differences: Difference[] = [...erased.differences]
  const gone = (row: Row | undefined) => owners.some((name) => erased.ids.has(String(row?.[name])))
  for (const { table, key, label, ignore } of projections) {
    const keyOf = (row: Row) => key.map((name) => String(row[name])).join('/')
    const before = new Map((await rowsOf(live, table, range)).map((row) => [keyOf(row), row]))
    const after = new Map((await rowsOf(replayed, table, range)).map((row) => [keyOf(row), row]))
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(id), after.get(id)]
      if (gone(was) || gone(is)) continue
      const members = changedMembers(was ?? {}, is ?? {}, ignore)
      const kind = !is ? 'missing' : !was ? 'added' : 'changed'
      if (kind === 'changed' && members.length === 0) continue
      differences.push({
        table,
        key: id,
        label: String((was ?? is)![label]),
        kind,
        members: kind === 'changed' ? members : [],
      })
    }
  }
  return differences
}

function changedMembers(was: Row, is: Row, ignore: readonly string[]): Difference['members'] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...names]
    .filter(
      (name) =>
        !ignore.includes(name) && canonicalJson(was[name] ?? null) !== canonicalJson(is[name] ?? null),
    )
    .map((name) => ({ name, live: was[name] ?? null, replayed: is[name] ?? null }))
}

/** The differences as lines that a person reads. */
export function describe(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'No difference: the replay rebuilt exactly what is stored.'
  const lines = differences.flatMap((d) => {
    if (d.kind === 'erased')
      return [`${d.table} ${d.label} (${d.key}): personal data were erased, so it is not rebuilt or compared`]
    const head = `${d.table} ${d.label} (${d.key}): ${d.kind === 'missing' ? 'not rebuilt' : d.kind}`
    return [head, ...d.members.map((m) => `    ${m.name}: ${short(m.live)} → ${short(m.replayed)}`)]
  })
  return [...lines, `${differences.length} differences`].join('\n')
}

function short(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 157)}…` : text
}
