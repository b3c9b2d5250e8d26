import { z } from 'zod'
import { defineCommand } from '../../access/command.ts'
import { noEffects } from '../../contract/jobs.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { sql, type Tx } from '../../store/index.ts'
import { announce, causeOf, changedTicket, desk, done, onTicket, target, workers } from '../access.ts'
import { keepTicket } from '../cancel-asked.ts'
import { countExpedite, expediteAfter, waitingStatuses } from '../expedite.ts'
import { appendTimeline } from '../record.ts'
import { lockTicket } from '../row.ts'
import { text } from '../values.ts'

const note = defineCommand(
  {
    name: 'ticket.note',
    title: 'Writes a note into the timeline, seen by staff only',
    permission: { ...workers, also: ['card'] },
    input: z.object({
      ticketId: z.uuid(),
      text: text(4_000),
      /** The same key on the same ticket is the same note; a page that got no answer tries again with it. */
      key: z.string().min(8).max(100).optional(),
    }),
    output: changedTicket,
  },
  async (ctx, { key, ...input }) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      if (key && (await isNoted(ctx.tx, ticket.id, key))) return ok({ ticket, effects: noEffects })
      const payload = { text: input.text, ...(key ? { key } : {}) }
      await appendTimeline(ctx.tx, ticket.id, [{ type: 'noted', payload }], cause)
      return ok({ ticket, effects: announce('ticket.noted', ticket) })
    }),
)

async function isNoted(tx: Tx, ticketId: string, key: string): Promise<boolean> {
  const found = await tx
    .selectFrom('ticket_event')
    .select('seq')
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'noted')
    .where(sql<boolean>`"payload"->>'key' = ${key}`)
    .executeTakeFirst()
  return found !== undefined
}

const expedite = defineCommand(
  {
    name: 'ticket.expedite',
    title: 'Says that the customer presses for a ticket; a customer may a few times an hour',
    permission: { ...desk, also: ['link'] },
    input: z.object({ ticketId: z.uuid(), reason: text(500).optional() }),
    output: changedTicket.extend({ expedited: z.int() }),
  },
  async (ctx, input) => {
    const locked = await lockTicket(ctx.tx, input.ticketId, ctx.actor)
    if (!locked.ok) return locked
    const ticket = locked.value
    if (!waitingStatuses.some((status) => status === ticket.status)) return refuse('ticket.not_waiting')
    if (ctx.actor.kind === 'link') {
      const after = await expediteAfter(ctx.tx, ticket.id, ctx.nowMs)
      if (after !== null) return refuse('request.rate_limited', { waitMs: after - ctx.nowMs })
    }
    const pressed = await countExpedite(ctx.tx, ticket, input.reason ?? null, causeOf(ctx))
    const answer = done(pressed)
    const expedited = pressed.count
    return answer.ok ? ok({ ...answer.value, value: { ...answer.value.value, expedited } }) : answer
  },
)

const keep = defineCommand(
  {
    name: 'ticket.keep',
    title: 'Goes on with a ticket whose customer asked to cancel it',
    permission: desk,
    input: z.object(target),
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => ok(await keepTicket(ctx.tx, ticket, cause))),
)

export const talkCommands = [note, expedite, keep]
