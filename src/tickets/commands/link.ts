import { z } from 'zod'
import { defineCommand } from '../../access/command.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import type { Reader } from '../../store/index.ts'
import { announce, changedTicket, desk, onTicket, target } from '../access.ts'
import { linkTickets } from '../open.ts'
import { appendTimeline } from '../record.ts'
import { readTicket, saveTicket } from '../row.ts'

const pair = z.object({
  ticketId: z.uuid(),
  otherId: z.uuid(),
  kind: z.enum(['related', 'duplicate']).default('related'),
})

const link = defineCommand(
  {
    name: 'ticket.link',
    title: 'Links two tickets that belong together',
    permission: desk,
    input: pair,
    output: changedTicket,
  },
  async (ctx, { ticketId, otherId, kind }) =>
    await onTicket(ctx, { ticketId }, async (ticket, cause) => {
      const other = await readTicket(ctx.tx, otherId, ctx.actor)
      if (!other.ok || otherId === ticketId) return refuse('not_found', { what: 'ticket' })
      await linkTickets(ctx.tx, [ticketId, otherId], kind, ctx.nowMs)
      const payload = { ticketId: otherId, number: other.value.number, kind }
      await appendTimeline(ctx.tx, ticketId, [{ type: 'linked', payload }], cause)
      return ok({ ticket, effects: announce('ticket.linked', ticket, { otherId, kind }) })
    }),
)

const unlink = defineCommand(
  {
    name: 'ticket.unlink',
    title: 'Takes the link between two tickets away',
    permission: desk,
    input: pair,
    output: changedTicket,
  },
  async (ctx, { ticketId, otherId, kind }) =>
    await onTicket(ctx, { ticketId }, async (ticket, cause) => {
      const [aId, bId] = [ticketId, otherId].sort() as [string, string]
      const gone = await ctx.tx
        .deleteFrom('ticket_link')
        .where('aId', '=', aId)
        .where('bId', '=', bId)
        .where('kind', '=', kind)
        .executeTakeFirst()
      if (gone.numDeletedRows === 0n) return refuse('not_found', { what: 'link' })
      await appendTimeline(
        ctx.tx,
        ticketId,
        [{ type: 'unlinked', payload: { ticketId: otherId, kind } }],
        cause,
      )
      return ok({ ticket, effects: announce('ticket.linked', ticket, { otherId, kind: 'none' }) })
    }),
)

const deepest = 5

/** Whether a ticket may stand below another: not below itself or its own children, and not too deep. */
async function fitsBelow(db: Reader, ticketId: string, parentId: string): Promise<Result<null>> {
  let at: string | null = parentId
  for (let depth = 0; at !== null; depth++) {
    if (at === ticketId || depth === deepest) return refuse('ticket.parent_invalid')
    const row: { parentId: string | null } | undefined = await db
      .selectFrom('ticket')
      .select('parentId')
      .where('id', '=', at)
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'ticket' })
    at = row.parentId
  }
  return ok(null)
}

const setParent = defineCommand(
  {
    name: 'ticket.setParent',
    title: 'Puts a ticket below another one, or takes it out; a parent is resolved after its children',
    permission: desk,
    input: z.object({ ...target, parentId: z.uuid().nullable() }),
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const { parentId } = input
      if (parentId !== null) {
        const fits = await fitsBelow(ctx.tx, ticket.id, parentId)
        if (!fits.ok) return fits
      }
      const payload = { from: ticket.parentId, to: parentId }
      await appendTimeline(ctx.tx, ticket.id, [{ type: 'parent', payload }], cause)
      const saved = await saveTicket(ctx.tx, ticket, { parentId }, ctx.nowMs)
      const effects = announce('ticket.changed', saved, { changed: ['parentId'], suggested: [] })
      return ok({ ticket: saved, effects })
    }),
)

export const linkCommands = [link, unlink, setParent]
