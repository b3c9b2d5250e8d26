import type { Appointment } from '../contract/ticket.ts'
import { offsetMs } from '../directory/index.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'

const dayMs = 86_400_000
// Two years cover every yearly service; what is later is a slip of the pen, and business time is counted day by day up to it.
const farthestDays = 731

/** Refuses an appointment that begins or ends too far from now with `ticket.appointment_too_far`; none at all is fine. */
export function withinReach(appointment: Appointment | null | undefined, nowMs: number): Result<null> {
  const farthestMs = nowMs + farthestDays * dayMs
  const late = (at: string | null | undefined) => Boolean(at) && Date.parse(at as string) > farthestMs
  if (!late(appointment?.start) && !late(appointment?.end)) return ok(null)
  return refuse('ticket.appointment_too_far', { days: farthestDays })
}

/**
 * Refuses an appointment that a person set to before the day on which the ticket was made: `ticket.appointment_past`. Earlier on that day
 * is fine; who writes down afterwards what was agreed on the telephone is late by hours, not by days. Pure.
 */
export function checkAppointment(
  { start, end }: Appointment,
  createdAtMs: number,
  timeZone: string,
): Result<null> {
  const localMs = createdAtMs + offsetMs(timeZone, createdAtMs)
  const earliestMs = createdAtMs - (localMs % dayMs)
  const day = new Date(localMs).toISOString().slice(0, 10)
  const first = start ?? end
  return first !== null && Date.parse(first) < earliestMs
    ? refuse('ticket.appointment_past', { day })
    : ok(null)
}
