import { z } from 'zod'
import { can } from '../../access/can.ts'
import { defineQuery } from '../../access/command.ts'
import { intents, type TicketStatus, ticketStatuses } from '../../contract/ticket.ts'
import { ok } from '../../kernel/result.ts'
import type { Reader } from '../../store/index.ts'
import { readers } from '../access.ts'
import { expediteAfter } from '../expedite.ts'
import { commandsFor, permissions } from '../lifecycle.ts'
import { progressOf, progressSteps, type StatusChange } from '../progress.ts'
import { readTicket } from '../row.ts'
import { stateOf } from '../state.ts'

async function statusChanges(db: Reader, ticketId: string): Promise<StatusChange[]> {
  const rows = await db
    .selectFrom('ticket_event')
    .select(['at', 'payload'])
    .where('ticketId', '=', ticketId)
    .where('type', 'in', ['transition', 'unmerged'])
    .orderBy('seq')
    .execute()
  return rows.flatMap(({ at, payload }) => {
    const to = (payload as { to?: TicketStatus } | null)?.to
    return to ? [{ to, atMs: at.getTime() }] : []
  })
}

const moment = z.int().nullable()

const view = z.object({
  number: z.string(),
  status: z.enum(ticketStatuses),
  intent: z.enum(intents),
  productCategory: z.string().nullable(),
  steps: z.array(
    z.object({
      step: z.enum(progressSteps),
      state: z.enum(['done', 'current', 'waiting']),
      atMs: moment,
    }),
  ),
  createdAtMs: z.int(),
  appointmentStartMs: moment,
  appointmentEndMs: moment,
  expedited: z.int(),
  mayExpedite: z.boolean(),
  /** What the customer may do now: cancel, close, reopen. */
  commands: z.array(z.enum(['cancel', 'close', 'reopen'])),
})
/** What `ticket.progress` answers. */
export type ProgressView = z.infer<typeof view>

export const ticketProgress = defineQuery(
  {
    name: 'ticket.progress',
    title: 'How far a ticket is, without personal data: for the customer who holds its link',
    permission: { ...readers, also: ['link'] },
    input: z.object({ ticketId: z.uuid() }),
    output: view,
  },
  async ({ db, actor, nowMs }, { ticketId }) => {
    const read = await readTicket(db, ticketId, actor)
    if (!read.ok) return read
    const { number, status, intent, productCategory, expedited, createdAt } = read.value
    const allowed = commandsFor(await stateOf(db, read.value), actor, (p) => can(actor, p))
    const createdAtMs = createdAt.getTime()
    return ok({
      ...{ number, status, intent, productCategory, expedited, createdAtMs },
      steps: progressOf(createdAtMs, await statusChanges(db, ticketId)),
      appointmentStartMs: read.value.appointmentStart?.getTime() ?? null,
      appointmentEndMs: read.value.appointmentEnd?.getTime() ?? null,
      mayExpedite: ['open', 'assigned', 'in_progress', 'on_hold'].includes(status),
      expediteAfterMs: await expediteAfter(db, ticketId, nowMs),
      commands: (['cancel', 'close', 'reopen'] as const).filter(
        (name) => allowed.includes(name) && permissions[name].also?.includes('link'),
      ),
    })
  },
)
