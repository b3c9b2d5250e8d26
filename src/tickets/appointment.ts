import type { Appointment } from '../contract/ticket.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'

// Two years cover every yearly service; what is later is a slip of the pen, and business time is counted day by day up to it.
const farthestDays = 731

/** Refuses an appointment that begins or ends too far from now with `ticket.appointment_too_far`; none at all is fine. */
export function withinReach(appointment: Appointment | null | undefined, nowMs: number): Result<null> {
  const farthestMs = nowMs + farthestDays * 86_400_000
  const late = (at: string | null | undefined) => Boolean(at) && Date.parse(at as string) > farthestMs
  if (!late(appointment?.start) && !late(appointment?.end)) return ok(null)
  return refuse('ticket.appointment_too_far', { days: farthestDays })
}
