import type { Appointment } from '../../contract/ticket.ts'
import { readClauses } from './clauses.ts'

const weekdays = '日一二三四五六'

/** "11月20日(周五)9:00-11:00", "11月21日(周六)21:30后", "11月30日(周一)18:00前". */
export function sayAppointment({ start, end }: Appointment): string {
  const weekday = (iso: string) => weekdays[new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDay()]
  const day = (iso: string) => `${Number(iso.slice(5, 7))}月${Number(iso.slice(8, 10))}日(周${weekday(iso)})`
  const time = (iso: string) => `${Number(iso.slice(11, 13))}:${iso.slice(14, 16)}`
  if (start && end)
    return start.slice(0, 10) === end.slice(0, 10)
      ? `${day(start)}${time(start)}-${time(end)}`
      : `${day(start)}${time(start)}-${day(end)}${time(end)}`
  if (start) return `${day(start)}${time(start)}`
  return end ? `${day(end)}${time(end)}前` : ''
}

/** A summary of nothing but quoted clauses and the appointment. Null when there is neither. */
export function composeSummary(quotes: readonly string[], appointment: Appointment | null): string | null {
  const parts = [readClauses(quotes), appointment ? sayAppointment(appointment) : null].filter(Boolean)
  return parts.length > 0 ? parts.join('；') : null
}
