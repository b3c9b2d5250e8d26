import { z } from 'zod'
import { defineCommand } from '../../access/command.ts'
import { audit } from '../../audit/index.ts'
import type { TicketField, TicketFieldMap } from '../../contract/extraction.ts'
import type { FieldName } from '../../contract/ticket.ts'
import { ok } from '../../kernel/result.ts'
import type { Tx } from '../../store/index.ts'
import { announce, changedTicket, onTicket, target } from '../access.ts'
import { labelsWithoutPerson, readLabels } from '../labels.ts'
import { forgetLikeness } from '../likeness.ts'
import { appendTimeline, personalTypes } from '../record.ts'
import { saveTicket } from '../row.ts'

/** Fields that say something about the work and nothing about the person. */
const impersonal: readonly FieldName[] = [
  'product_category',
  'device_model',
  'intent',
  'sentiment',
  'urgency',
  'is_repeat_contact',
]

/** What is left of a ticket's fields: values that name nobody, without the words that they were read from. */
function withoutPerson(fields: TicketFieldMap, commandId: string): TicketFieldMap {
  const kept: [string, TicketField][] = impersonal.flatMap((name) => {
    const field = fields[name]
    return field ? [[name, bare(field.value, field, commandId)] as [string, TicketField]] : []
  })
  const address = fields.address
  if (address?.value) kept.push(['address', bare({ ...address.value, detail: null }, address, commandId)])
  return Object.fromEntries(kept) as TicketFieldMap
}

function bare(value: unknown, { method, confidence, verdict }: TicketField, commandId: string): TicketField {
  return { value, evidence: [{ kind: 'human', commandId }], method, confidence, verdict }
}

/** Empties what the timeline says about the person; tells whether anything was there, or this is the first time. */
async function eraseTimeline(tx: Tx, ticketId: string): Promise<boolean> {
  const emptied = await tx
    .updateTable('ticket_event')
    .set({ payload: null, salt: null })
    .where('ticketId', '=', ticketId)
    .where('type', 'in', [...personalTypes])
    .where('payload', 'is not', null)
    .executeTakeFirst()
  const before = await tx
    .selectFrom('ticket_event')
    .select('seq')
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'erased')
    .executeTakeFirst()
  return emptied.numUpdatedRows > 0n || before === undefined
}

/**
 * Erases what a ticket says about a person: fields, form, contact and device, and the payloads of its timeline. The chain
 * stays valid. The event lets `ticket.forget` follow the person through conversations, envelopes and stored commands. Doing
 * it again changes nothing more, and starts that job again.
 */
export const eraseTicket = defineCommand(
  {
    name: 'ticket.erase',
    title:
      'Erases the personal data of a ticket and of its conversations for good; the timeline stays provable',
    permission: { roles: ['admin'] },
    input: z.object(target),
    output: changedTicket,
  },
  async (ctx, input) =>
    await onTicket(ctx, input, async (ticket, cause) => {
      const entry = { atMs: ctx.nowMs, actor: ctx.actor, action: 'ticket.erase' }
      await audit(ctx.tx, { ...entry, resource: `ticket:${ticket.id}` })
      await forgetLikeness(ctx.tx, ticket.id)
      const effects = announce('ticket.erased', ticket)
      if (!(await eraseTimeline(ctx.tx, ticket.id))) return ok({ ticket, effects })
      const fields = withoutPerson(ticket.fields, ctx.commandId)
      const labels = labelsWithoutPerson(readLabels(ticket.labels), ctx.commandId)
      const change = { fields, custom: {}, labels, contactId: null, deviceId: null }
      const saved = await saveTicket(ctx.tx, ticket, change, ctx.nowMs)
      await appendTimeline(ctx.tx, ticket.id, [{ type: 'erased', payload: {} }], cause)
      return ok({ ticket: saved, effects })
    }),
)
