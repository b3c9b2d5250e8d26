import type { TicketStatus } from '../contract/ticket.ts'
import type { JsonObject } from '../kernel/json.ts'
import { type Reader, sql } from '../store/index.ts'
import { emptyForm, missing } from './form.ts'
import type { TicketState } from './lifecycle.ts'
import type { Ticket } from './row.ts'
import { ticketType } from './type.ts'

const ended: readonly TicketStatus[] = ['resolved', 'closed', 'cancelled', 'merged']

/** The status that the present hold interrupted, from the newest transition. */
async function heldFrom(db: Reader, ticket: Ticket): Promise<TicketStatus | null> {
  if (ticket.status !== 'on_hold') return null
  const row = await db
    .selectFrom('ticket_event')
    .select('payload')
    .where('ticketId', '=', ticket.id)
    .where('type', '=', 'transition')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (row?.payload as { from?: TicketStatus } | null)?.from ?? null
}

/** Values of the form that count as filled in: a doubtful one waits for a person. */
function sure(ticket: Ticket): JsonObject {
  const accepted = Object.entries(ticket.custom).filter(([, field]) => field.verdict === 'accepted')
  return Object.fromEntries(accepted.map(([name, field]) => [name, field.value])) as JsonObject
}

/** Which part of a ticket's place was taken out of dispatch: that is refused while somebody works on the ticket, and not later. */
export async function goneFrom(
  db: Reader,
  { status, groupId, assigneeId }: Ticket,
): Promise<TicketState['gone']> {
  if (!ended.includes(status)) return { group: false, assignee: false }
  const { rows } = await sql<TicketState['gone']>`
    select exists (select from skill_group where "id" = ${groupId}::uuid and not "active") as "group",
      exists (select from staff where "id" = ${assigneeId}::uuid and not "active") as "assignee"`.execute(db)
  return rows[0]!
}

/** What the lifecycle's guards ask of a ticket. */
export async function stateOf(db: Reader, ticket: Ticket): Promise<TicketState> {
  const children = await db
    .selectFrom('ticket')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('parentId', '=', ticket.id)
    .where('status', 'not in', ended)
    .executeTakeFirstOrThrow()
  const type = await ticketType(db, { id: ticket.typeId })
  const endedAt = ticket.closedAt ?? ticket.resolvedAt
  return {
    id: ticket.id,
    status: ticket.status,
    groupId: ticket.groupId,
    assigneeId: ticket.assigneeId,
    gone: await goneFrom(db, ticket),
    heldFrom: await heldFrom(db, ticket),
    endedAtMs: endedAt?.getTime() ?? null,
    openChildren: Number(children.n),
    missing: missing(type.ok ? type.value.form : emptyForm, sure(ticket)),
  }
}
