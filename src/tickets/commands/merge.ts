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
import { lockTicket, saveTicket, type Ticket } from '../row.ts'

async function join(tx: Tx, ids: readonly string[], ticketId: string, nowMs: number): Promise<string[]> {
  if (ids.length === 0) return []
  const joined = await tx
    .insertInto('conversation_ticket')
    .values(ids.map((conversationId) => ({ conversationId, ticketId, linkedAt: new Date(nowMs) })))
    .onConflict((c) => c.doNothing())
    .returning('conversationId')
    .execute()
  return joined.map((link) => link.conversationId).sort()
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
    // What the other ticket had already stays with it when the merge is undone.
    const joinedIds = await join(tx, conversationIds, id, ctx.nowMs)
    const from = ticket.value.status
    const gone = { intoId: id, intoNumber: number, from, conversationIds, joinedIds }
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

interface Merger {
  readonly from: TicketStatus
  readonly conversationIds: readonly string[]
  readonly joinedIds: readonly string[]
}

async function lastMerger(tx: Tx, ticket: Ticket): Promise<Result<Merger & { readonly intoId: string }>> {
  const entry = await tx
    .selectFrom('ticket_event')
    .select('payload')
    .where('ticketId', '=', ticket.id)
    .where('type', '=', 'merged')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (ticket.status !== 'merged' || !entry || !ticket.mergedIntoId) return refuse('ticket.not_merged')
  return ok({ ...(entry.payload as unknown as Merger), intoId: ticket.mergedIntoId })
}

/** A hold is not taken up again: its end may have passed. */
function statusAfter(ticket: Ticket, from: TicketStatus): TicketStatus {
  if (from !== 'on_hold') return from
  return ticket.assigneeId === null ? 'open' : 'assigned'
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
    const { intoId, from, conversationIds, joinedIds } = merger.value
    const cause = causeOf(ctx)
    const status = statusAfter(locked.value, from)
    const change = { status, mergedIntoId: null, closedAt: null }
    const ticket = await saveTicket(tx, locked.value, change, nowMs)
    await leave(tx, intoId, joinedIds)
    await join(tx, conversationIds, ticket.id, nowMs)
    const payload = { intoId, to: status, conversationIds: [...conversationIds] }
    await appendTimeline(tx, ticket.id, [{ type: 'unmerged', payload }], cause)
    const left = { ticketId: ticket.id, number: ticket.number, conversationIds: [...conversationIds] }
    await appendTimeline(tx, intoId, [{ type: 'unmerged', payload: left }], cause)
    const clocks = await restartClocks(tx, ticket)
    const effects = joinEffects(announce('ticket.unmerged', ticket, { fromId: intoId, to: status }), clocks)
    return done({ ticket, effects })
  },
)

export const mergeCommands = [merge, unmerge]
