import { z } from 'zod'
import { defineQuery } from '../../access/command.ts'
import { both } from '../../contract/faults.ts'
import { intents, ticketStatuses } from '../../contract/ticket.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { sql } from '../../store/index.ts'
import { readers } from '../access.ts'
import { readTicket, sightOf } from '../row.ts'

const likeness = z.object({
  /** The other ticket. */
  ticketId: z.uuid(),
  number: z.string(),
  status: z.enum(ticketStatuses),
  version: z.int(),
  intent: z.enum(intents),
  summary: z.string(),
  contactName: z.string().nullable(),
  createdAtMs: z.int(),
  /** Whether the ticket that was asked about is the newer one, which would be merged into the other. */
  isNewer: z.boolean(),
  /** Both belong to one customer. */
  sameCustomer: z.boolean(),
  /** Why: `kind`, with the words or the number that show it; `unsure` says what a person has to judge. */
  reason: z.record(z.string(), z.json()),
  atMs: z.int(),
})
type Found = z.infer<typeof likeness>

/** What is said of a ticket, or of a conversation without one: open tickets that it is probably about, until a person decides. */
export const ticketLikeness = defineQuery(
  {
    name: 'ticket.likeness',
    title: 'Open tickets that a ticket or a conversation is probably about, with the reasons',
    permission: readers,
    input: z
      .object({ ticketId: z.uuid().optional(), conversationId: z.uuid().optional() })
      .refine((i) => (i.ticketId === undefined) !== (i.conversationId === undefined), {
        message: both('工单和会话要给其中一个', 'one of ticketId and conversationId'),
        path: ['ticketId'],
      }),
    output: z.object({ likeness: z.array(likeness) }),
  },
  async ({ db, actor }, input) => {
    // An engineer sees their own tickets; whether others are alike is the desk's to judge.
    if (sightOf(actor))
      return input.ticketId ? ok({ likeness: [] }) : refuse('not_found', { what: 'conversation' })
    const subjectId = input.ticketId ?? input.conversationId!
    if (input.ticketId) {
      const read = await readTicket(db, input.ticketId, actor)
      if (!read.ok) return read
    }
    const waiting = sql`in ('open', 'assigned', 'in_progress', 'on_hold')`
    const found = await sql<Found>`
      select o."id" as "ticketId", o."number", o."status", o."version", o."intent", left(o."summary", 160) as "summary",
        o."contactName", (extract(epoch from o."createdAt") * 1000)::bigint as "createdAtMs",
        l."subjectId" = ${subjectId}::uuid as "isNewer", l."reason", (extract(epoch from l."at") * 1000)::bigint as "atMs",
        coalesce(o."contactId" = coalesce(s."contactId", i."contactId"), false) as "sameCustomer"
      from ticket_likeness l
      join ticket o on o."id" = case when l."subjectId" = ${subjectId}::uuid then l."ofId" else l."subjectId" end
      left join ticket s on s."id" = ${subjectId}::uuid
      left join conversation c on c."id" = ${subjectId}::uuid
      left join channel_identity i on i."id" = c."identityId"
      where l."state" = 'asked' and (l."subjectId" = ${subjectId}::uuid or l."ofId" = ${subjectId}::uuid)
        and o."status" ${waiting} and (s."id" is null or s."status" ${waiting})
      order by o."createdAt" desc, o."id" limit 20`.execute(db)
    return ok({ likeness: found.rows })
  },
)
