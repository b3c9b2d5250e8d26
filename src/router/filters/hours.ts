import type { Hours } from '../../contract/routing.ts'
import { isOpen } from '../../directory/index.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { clockText, type EngineerFilter, type GroupFilter } from '../context.ts'

function shown(hours: Hours): JsonValue {
  return hours === '24x7'
    ? hours
    : hours.spans.map((s) => ({ days: [...s.days], open: s.open, close: s.close }))
}

/** The group is open at the moment that the policy names. */
export const hours: GroupFilter = (group, { openAt }) => ({
  ok: isOpen(group.hours, openAt),
  needed: clockText(openAt),
  found: shown(group.hours),
})

/** The engineer's shift covers the appointment, or else the moment; nobody without a shift is left out for it. */
export const shift: EngineerFilter = (engineer, { workAt }) => ({
  ok: engineer.shift === null || isOpen(engineer.shift, workAt),
  needed: clockText(workAt),
  found: engineer.shift === null ? null : shown(engineer.shift),
})
