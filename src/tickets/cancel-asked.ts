import type { Evidence } from '../contract/extraction.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import type { Tx } from '../store/index.ts'
import { announce } from './access.ts'
import { appendTimeline, type Cause } from './record.ts'
import { saveTicket, type Ticket } from './row.ts'

/**
 * Marks a locked ticket: its customer asks to cancel it, in words that the timeline keeps. A person of the house cancels it or goes on
 * with it; until then the same wish again is the same mark.
 */
export async function askCancel(
  tx: Tx,
  ticket: Ticket,
  asked: { readonly said: string; readonly evidence: Extract<Evidence, { kind: 'span' }> },
  cause: Cause,
): Promise<{ readonly ticket: Ticket; readonly effects: Effects }> {
  if (ticket.cancelAskedAt !== null) return { ticket, effects: noEffects }
  const payload = { reason: asked.said, evidence: { ...asked.evidence } }
  await appendTimeline(tx, ticket.id, [{ type: 'cancel_asked', payload }], cause)
  const saved = await saveTicket(tx, ticket, { cancelAskedAt: new Date(cause.nowMs) }, cause.nowMs)
  const { groupId, assigneeId } = saved
  return { ticket: saved, effects: announce('ticket.cancel_asked', saved, { groupId, assigneeId }) }
}

/** Goes on with a locked ticket whose customer asked to cancel it: they changed their mind, or did not mean it. */
export async function keepTicket(
  tx: Tx,
  ticket: Ticket,
  cause: Cause,
): Promise<{ readonly ticket: Ticket; readonly effects: Effects }> {
  if (ticket.cancelAskedAt === null) return { ticket, effects: noEffects }
  await appendTimeline(tx, ticket.id, [{ type: 'cancel_kept', payload: {} }], cause)
  const saved = await saveTicket(tx, ticket, { cancelAskedAt: null }, cause.nowMs)
  return { ticket: saved, effects: announce('ticket.cancel_kept', saved) }
}
