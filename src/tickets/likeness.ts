import { type Effects, noEffects } from '../contract/jobs.ts'
import type { Address, Intent } from '../contract/ticket.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { json, type Reader, sql, type Tx } from '../store/index.ts'
import type { About, OpenTicket } from './about.ts'
import { type Comparable, type Likeness, likenessOf } from './alike.ts'
import { parseTicketNumber } from './number.ts'

/** Tickets that one lookup compares with, the newest of each kind of likeness. */
const mostCompared = 20

interface Row {
  readonly id: string
  readonly number: string
  readonly intent: Intent
  readonly createdAt: Date
  readonly contactId: string | null
  readonly phone: string | null
  readonly serialNumber: string | null
  readonly deviceId: string | null
  readonly model: string | null
  readonly category: string | null
  readonly address: Address | null
  readonly fault: string
}

const columns = sql`t."id", t."number", t."intent", t."createdAt", t."contactId", t."phone", t."serialNumber", t."deviceId",
  t."deviceModel" as model, t."productCategory" as category, t."fields" #> '{address,value}' as address,
  coalesce(nullif(t."fields" #>> '{fault_description,value}', ''), t."summary") as fault`
// Written out, so that the partial indexes over open tickets serve.
const isWaiting = sql`t."status" in ('open', 'assigned', 'in_progress', 'on_hold')`

/** Open tickets that share something with what is looked for, each by an index, the newest first. */
async function openTickets(
  db: Reader,
  by: {
    readonly contactId: string | null
    readonly phone?: string | null
    readonly serialNumber: string | null
    readonly deviceId: string | null
    readonly numbers?: readonly string[]
  },
): Promise<Row[]> {
  const numbers = by.numbers ?? []
  const ways = [
    ...(by.contactId ? [sql`t."contactId" = ${by.contactId}::uuid`] : []),
    ...(by.phone ? [sql`t."phone" = ${by.phone}`] : []),
    ...(by.serialNumber ? [sql`t."serialNumber" = ${by.serialNumber}`] : []),
    ...(by.deviceId ? [sql`t."deviceId" = ${by.deviceId}::uuid`] : []),
    ...(numbers.length > 0 ? [sql`t."number" = any(${[...numbers]}::text[])`] : []),
  ]
  if (ways.length === 0) return []
  const each = ways.map(
    (way) =>
      sql`(select ${columns} from ticket t where ${way} and ${isWaiting} order by t."createdAt" desc limit ${mostCompared})`,
  )
  const found = await sql<Row>`${sql.join(each, sql` union all `)}`.execute(db)
  const byId = new Map(found.rows.map((row) => [row.id, row]))
  return [...byId.values()].sort(newestFirst)
}

const newestFirst = (a: Row, b: Row) =>
  b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)

/**
 * The ticket that a conversation's words go to, and its other live ones: the `named` one first, live ones before an ended one, the
 * newest first. Empty when it has none.
 */
export async function fedTickets(
  db: Reader,
  conversationId: string,
  named: string | null,
): Promise<OpenTicket[]> {
  const { rows } = await sql<Row & { ended: boolean }>`
    select ${columns}, t."status" in ('closed', 'cancelled') as ended from ticket t
    where t."id" in (select "ticketId" from conversation_ticket where "conversationId" = ${conversationId}
        union all select ${named}::uuid) and t."status" <> 'merged'
    order by (t."id" = ${named}::uuid) is true desc, ended, t."createdAt" desc, t."id" limit ${mostCompared}`.execute(
    db,
  )
  return rows.filter(({ ended }, i) => i === 0 || !ended)
}

/** Tickets that stand in a text by their numbers; at most five. */
function numbersIn(text: string): string[] {
  const words =
    text
      .slice(0, 2_000)
      .toUpperCase()
      .match(/(?<![A-Z0-9])T\d{2,16}(?![A-Z0-9])/g) ?? []
  return [...new Set(words)].flatMap((word) => parseTicketNumber(word) ?? []).slice(0, 5)
}

/** Open tickets that a conversation could be about: the customer's own, and those that share a number with what was said. */
export async function candidatesFor(
  db: Reader,
  heard: Pick<Comparable, 'contactId' | 'phone' | 'serialNumber' | 'deviceId'> & { readonly text: string },
): Promise<OpenTicket[]> {
  return await openTickets(db, { ...heard, numbers: numbersIn(heard.text) })
}

interface Pair {
  readonly newer: Row
  readonly older: Row
  readonly likeness: Likeness
}

/** Pairs of which a person has said already how they belong together. */
async function settledWith(db: Reader, ticketId: string): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select case when "aId" = ${ticketId} then "bId" else "aId" end as id from ticket_link where ${ticketId} in ("aId", "bId")
    union select "parentId" from ticket where "id" = ${ticketId} and "parentId" is not null
    union select "id" from ticket where "parentId" = ${ticketId}
    union select case when "subjectId" = ${ticketId} then "ofId" else "subjectId" end from ticket_likeness
      where "state" <> 'asked' and ("subjectId" = ${ticketId} or "ofId" = ${ticketId})`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/**
 * Notes that a ticket is probably the same as an open one, or no more: the newer of two is the probable duplicate. Nothing is merged,
 * and what a person refused is not brought up again. Doing it twice changes nothing.
 */
async function compareTicket(tx: Tx, ticketId: string): Promise<Effects> {
  const self =
    await sql<Row>`select ${columns} from ticket t where t."id" = ${ticketId} and ${isWaiting}`.execute(tx)
  const mine = self.rows[0]
  if (!mine) return noEffects
  const settled = await settledWith(tx, ticketId)
  const near = (await openTickets(tx, { ...mine, phone: null })).filter(
    ({ id }) => id !== ticketId && !settled.has(id),
  )
  const pairs = near.flatMap((other): Pair[] => {
    const [newer, older] = [mine, other].sort(newestFirst) as [Row, Row]
    const likeness = likenessOf(newer, older)
    return likeness ? [{ newer, older, likeness }] : []
  })
  const kept = pairs.map(({ newer, older }) => `${newer.id} ${older.id}`)
  await sql`
    delete from ticket_likeness where "subject" = 'ticket' and "state" = 'asked'
      and ("subjectId" = ${ticketId} or "ofId" = ${ticketId}) and not ("subjectId" || ' ' || "ofId" = any(${kept}::text[]))`.execute(
    tx,
  )
  const fresh: Pair[] = []
  for (const pair of pairs) if (await note(tx, 'ticket', pair.newer.id, pair)) fresh.push(pair)
  return {
    events: fresh.map(({ newer, older }) => ({
      type: 'ticket.alike' as const,
      subject: 'ticket',
      subjectId: newer.id,
      data: { number: newer.number, ofId: older.id, ofNumber: older.number },
    })),
    jobs: [],
  }
}

/** Writes a question once. It is as old as what it is about, whoever came upon it first. */
async function note(
  tx: Tx,
  subject: 'ticket' | 'conversation',
  subjectId: string,
  of: {
    readonly newer: { readonly createdAt: Date }
    readonly older: { readonly id: string }
    readonly likeness: unknown
  },
): Promise<boolean> {
  const written = await tx
    .insertInto('ticket_likeness')
    .values({
      ...{ subject, subjectId, ofId: of.older.id, state: 'asked' },
      reason: json(of.likeness),
      at: of.newer.createdAt,
    })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  return written.numInsertedOrUpdatedRows === 1n
}

/** Asks the people of the house whether a conversation, or the ticket that it opened, is about an open ticket. */
export async function askAbout(
  tx: Tx,
  of: { readonly conversationId: string; readonly ticketId: string | null; readonly about: About },
  nowMs: number,
): Promise<Effects> {
  const { about, ticketId, conversationId } = of
  if (ticketId === about.ticketId) return noEffects
  const [subject, subjectId] = ticketId
    ? (['ticket', ticketId] as const)
    : (['conversation', conversationId] as const)
  const likeness = { ...about.reason, unsure: about.unsure }
  const pair = { newer: { createdAt: new Date(nowMs) }, older: { id: about.ticketId }, likeness }
  if (!(await note(tx, subject, subjectId, pair))) return noEffects
  const data = { ofId: about.ticketId, ofNumber: about.number }
  return { events: [{ type: 'ticket.alike', subject, subjectId, data }], jobs: [] }
}

/** Removes what was noted of a ticket and its conversations; quotes and numbers are somebody's. */
export async function forgetLikeness(tx: Tx, ticketId: string): Promise<void> {
  await sql`
    delete from ticket_likeness where "subjectId" = ${ticketId} or "ofId" = ${ticketId} or "subjectId" in (
      select "conversationId" from conversation_ticket where "ticketId" = ${ticketId})`.execute(tx)
}

/** `ticket.compare`: looks for open tickets that a new or changed one probably doubles. */
export const compareHandler: JobHandler = defineHandler<'ticket.compare', undefined, null>({
  kind: 'ticket.compare',
  prepare: async () => null,
  commit: (tx, _prepared, job) => compareTicket(tx, job.payload.ticketId),
})
