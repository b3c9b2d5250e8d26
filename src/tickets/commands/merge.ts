import { z } from 'zod'
import { defineCommand } from '../../access/command.ts'
import { joinEffects } from '../../contract/jobs.ts'
import type { TicketStatus } from '../../contract/ticket.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { sql, type Tx } from '../../store/index.ts'
import { announce, causeOf, changedTicket, done, target } from '../access.ts'
import { restartClocks } from '../clocks.ts'
import { permissions } from '../lifecycle.ts'
import { moveTicket } from '../move.ts'
import { appendTimeline } from '../record.ts'
import { lockSurvivor, lockTicket, saveTicket, type Ticket } from '../row.ts'
import { goneFrom } from '../state.ts'

async function join(tx: Tx, ids: readonly string[], ticketId: string, nowMs: number): Promise<void> {
  if (ids.length === 0) return
  await tx
    .insertInto('conversation_ticket')
    .values(ids.map((conversationId) => ({ conversationId, ticketId, linkedAt: new Date(nowMs) })))
    .onConflict((c) => c.doNothing())
    .execute()
}

async function leave(tx: Tx, ticketId: string, only?: readonly string[]): Promise<string[]> {
  const left = await tx
    .deleteFrom('conversation_ticket')
    .where('ticketId', '=', ticketId)
    .$if(only !== undefined, (q) =>
      q.where(sql<boolean>`"conversationId" = any(${[...(only ?? [])]}::uuid[])`),
    )
    .returning('conversationId')
    .execute()
  return left.map((link) => link.conversationId).sort()
}

/**
 * The conversations of a ticket and of those that were merged into it, one after the other. Each timeline names its own, and a person's
 * word that one is about a ticket counts also where a merge had brought it there before.
 */
async function conversationsOf(tx: Tx, ticketId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive whole as (
      select ${ticketId}::uuid as id
      union select t."id" from ticket t join whole on t."mergedIntoId" = whole.id)
    select e."payload"->>'conversationId' as id from ticket_event e join whole on whole.id = e."ticketId"
      where e."type" = 'conversation'
    union select l."subjectId"::text from ticket_likeness l join whole on whole.id = l."ofId"
      where l."subject" = 'conversation' and l."state" = 'yes'
    order by id`.execute(tx)
  return rows.map(({ id }) => id)
}

const merge = defineCommand(
  {
    name: 'ticket.merge',
    title: 'Merges a ticket into another one, which gets its conversations; can be undone',
    permission: permissions.merge,
    input: z.object({ ...target, intoId: z.uuid() }),
    output: changedTicket,
  },
  async (ctx, input) => {
    const { tx, actor } = ctx
    // Always locked in the same order, so that two merges of one pair do not wait for each other.
    const first = await lockTicket(tx, [input.ticketId, input.intoId].sort()[0]!, actor)
    if (!first.ok) return first
    const ticket = await lockTicket(tx, input.ticketId, actor, input.version)
    if (!ticket.ok) return ticket
    const into = await lockTicket(tx, input.intoId, actor)
    if (!into.ok) return into
    const cause = causeOf(ctx)
    const { id, number, status } = into.value
    const moved = await moveTicket(tx, ticket.value, { name: 'merge', into: { id, status } }, cause)
    if (!moved.ok) return moved
    const conversationIds = await leave(tx, input.ticketId)
    await join(tx, conversationIds, id, ctx.nowMs)
    const from = ticket.value.status
    const gone = { intoId: id, intoNumber: number, from, conversationIds }
    await appendTimeline(tx, input.ticketId, [{ type: 'merged', payload: gone }], cause)
    const came = { ticketId: input.ticketId, number: ticket.value.number, conversationIds }
    await appendTimeline(tx, id, [{ type: 'absorbed', payload: came }], cause)
    const effects = joinEffects(
      moved.value.effects,
      announce('ticket.merged', ticket.value, { intoId: id }),
      announce('ticket.changed', into.value, { changed: ['conversations'], suggested: [] }),
    )
    return done({ ticket: moved.value.ticket, effects })
  },
)

/** What a merged ticket was before, and into which one it went. */
interface Merger {
  readonly from: TicketStatus
  readonly intoId: string
}

async function lastMerger(tx: Tx, ticket: Ticket): Promise<Result<Merger>> {
  const entry = await tx
    .selectFrom('ticket_event')
    .select('payload')
    .where('ticketId', '=', ticket.id)
    .where('type', '=', 'merged')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (ticket.status !== 'merged' || !entry || !ticket.mergedIntoId) return refuse('ticket.not_merged')
  return ok({ from: (entry.payload as unknown as Merger).from, intoId: ticket.mergedIntoId })
}

/** A hold is not taken up again: its end may have passed. Without an engineer it is nobody's, whatever it was before. */
function statusAfter(assigneeId: string | null, from: TicketStatus): TicketStatus {
  if (assigneeId === null) return 'open'
  return from === 'on_hold' ? 'assigned' : from
}

const unmerge = defineCommand(
  {
    name: 'ticket.unmerge',
    title: 'Undoes a merge: the ticket lives again and gets its conversations back',
    permission: permissions.merge,
    input: z.object(target),
    output: changedTicket,
  },
  async (ctx, input) => {
    const { tx, nowMs } = ctx
    const locked = await lockTicket(tx, input.ticketId, ctx.actor, input.version)
    if (!locked.ok) return locked
    const merger = await lastMerger(tx, locked.value)
    if (!merger.ok) return merger
    const { intoId, from } = merger.value
    const survivor = await lockSurvivor(tx, locked.value, ctx.actor)
    if (!survivor.ok) return survivor
    const cause = causeOf(ctx)
    const gone = await goneFrom(tx, locked.value)
    const groupId = gone.group ? null : locked.value.groupId
    const assigneeId = gone.assignee ? null : locked.value.assigneeId
    const status = statusAfter(assigneeId, from)
    const change = { status, groupId, assigneeId, mergedIntoId: null, closedAt: null }
    const ticket = await saveTicket(tx, locked.value, change, nowMs)
    // The other ticket may have been merged on: its conversations are where the last one is, which keeps those that are its own.
    const [conversationIds, kept] = [
      await conversationsOf(tx, ticket.id),
      await conversationsOf(tx, survivor.value.id),
    ]
    const leaving = conversationIds.filter((conversationId) => !kept.includes(conversationId))
    await leave(tx, survivor.value.id, leaving)
    await join(tx, conversationIds, ticket.id, nowMs)
    const payload = { intoId, to: status, conversationIds }
    await appendTimeline(tx, ticket.id, [{ type: 'unmerged', payload }], cause)
    const left = { ticketId: ticket.id, number: ticket.number, conversationIds }
    for (const id of new Set([intoId, survivor.value.id]))
      await appendTimeline(tx, id, [{ type: 'unmerged', payload: left }], cause)
    const clocks = await restartClocks(tx, ticket)
    const effects = joinEffects(announce('ticket.unmerged', ticket, { fromId: intoId, to: status }), clocks)
    return done({ ticket, effects })
  },
)

export const mergeCommands = [merge, unmerge]
