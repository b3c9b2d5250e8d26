import { z } from 'zod'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import { noEffects } from '../../contract/jobs.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { json } from '../../store/index.ts'
import { announce, causeOf, changedTicket, desk, done, onTicket } from '../access.ts'
import { linkConversation } from '../open.ts'
import { appendTimeline } from '../record.ts'
import { lockTicket, readTicket } from '../row.ts'

/** Keeps what a person said of a pair; the newer ticket, or the conversation, stands first. */
async function decide(
  ctx: CommandContext,
  pair: { readonly subject: 'ticket' | 'conversation'; readonly subjectId: string; readonly ofId: string },
  state: 'yes' | 'no',
): Promise<void> {
  const at = new Date(ctx.nowMs)
  const decided = { state, decidedAt: at, decidedBy: json(ctx.actor) }
  await ctx.tx
    .insertInto('ticket_likeness')
    .values({ ...pair, ...decided, reason: json({ kind: 'by_hand' }), at })
    .onConflict((c) => c.columns(['subjectId', 'ofId']).doUpdateSet(decided))
    .execute()
}

const unlike = defineCommand(
  {
    name: 'ticket.unlike',
    title: 'Says that two tickets are not the same; it is not suggested again',
    permission: desk,
    input: z.object({ ticketId: z.uuid(), otherId: z.uuid() }),
    output: changedTicket,
  },
  async (ctx, { ticketId, otherId }) =>
    await onTicket(ctx, { ticketId }, async (ticket, cause) => {
      const other = await readTicket(ctx.tx, otherId, ctx.actor)
      if (!other.ok || otherId === ticketId) return refuse('not_found', { what: 'ticket' })
      const apart = ticket.createdAt.getTime() - other.value.createdAt.getTime()
      const isNewer = apart > 0 || (apart === 0 && ticket.id > otherId)
      const [subjectId, ofId] = isNewer ? [ticketId, otherId] : [otherId, ticketId]
      await decide(ctx, { subject: 'ticket', subjectId, ofId }, 'no')
      const payload = { ticketId: otherId, number: other.value.number }
      await appendTimeline(ctx.tx, ticketId, [{ type: 'unlike', payload }], cause)
      return ok({ ticket, effects: announce('ticket.alike', ticket, { ofId: otherId, state: 'no' }) })
    }),
)

const about = defineCommand(
  {
    name: 'ticket.about',
    title: 'Says whether a conversation is about a ticket; if it is, it belongs to it from now on',
    permission: desk,
    input: z.object({ conversationId: z.uuid(), ticketId: z.uuid(), isAbout: z.boolean() }),
    output: changedTicket,
  },
  async (ctx, { conversationId, ticketId, isAbout }) => {
    const locked = await lockTicket(ctx.tx, ticketId, ctx.actor)
    if (!locked.ok) return locked
    const conversation = await ctx.tx
      .selectFrom('conversation')
      .select('id')
      .where('id', '=', conversationId)
      .executeTakeFirst()
    if (!conversation) return refuse('not_found', { what: 'conversation' })
    const ticket = locked.value
    const pair = { subject: 'conversation', subjectId: conversationId, ofId: ticketId } as const
    await decide(ctx, pair, isAbout ? 'yes' : 'no')
    const fresh = isAbout && (await linkConversation(ctx.tx, conversationId, ticketId, ctx.nowMs))
    const entry = { type: 'conversation' as const, payload: { conversationId, why: 'by_hand' } }
    if (fresh) await appendTimeline(ctx.tx, ticketId, [entry], causeOf(ctx))
    const changed = announce('ticket.changed', ticket, { changed: ['conversations'], suggested: [] })
    const told = {
      type: 'ticket.alike' as const,
      subject: 'conversation',
      subjectId: conversationId,
      data: { ofId: ticketId, state: isAbout ? 'yes' : 'no' },
    }
    const { events, jobs } = fresh ? changed : noEffects
    return done({ ticket, effects: { events: [...events, told], jobs } })
  },
)

export const aboutCommands = [unlike, about]
