import type { Candidate, RoutingDecision, Verdict } from '../contract/routing.ts'
import { holdNames, type Tx } from '../store/index.ts'
import type { Ticket } from '../tickets/index.ts'
import type { Directory } from './directory.ts'
import { inputOf, readLoads, type Situation } from './situation.ts'

/** Fewer tickets than these are decided on at one moment: where more room is left, nobody needs to wait for anybody. */
const manyAtOnce = 100

/**
 * Whether those whom a decision burdens with its ticket still have the room that it saw. Until the transaction ends, every other
 * decision that burdens one of them waits here and then counts this ticket as well.
 */
export async function holdRoom(
  tx: Tx,
  made: { readonly directory: Directory; readonly situation: Situation; readonly decision: RoutingDecision },
  ticket: Ticket,
  staffIds: readonly (string | null)[],
): Promise<boolean> {
  const { directory, situation, decision } = made
  const newStaff = staffIds.filter((id) => id !== ticket.assigneeId)
  const newGroup = decision.groupId === ticket.groupId ? [] : [decision.groupId]
  const engineers = nearLimit(decision.engineers, newStaff, 'load')
  const groups = nearLimit(decision.groups, newGroup, 'capacity')
  if (engineers.size + groups.size === 0) return true
  await holdNames(
    tx,
    [...engineers, ...groups].map((id) => `room.${id}`),
  )
  const now = inputOf(directory.body, { ...situation, ...(await readLoads(tx, ticket.id)) })
  return (
    now.engineers.every(({ id, load, maxLoad }) => !engineers.has(id) || load < maxLoad) &&
    now.groups.every(({ id, capacityLeft }) => !groups.has(id) || capacityLeft !== 0)
  )
}

/** Those of the chosen whose limit may be reached at this moment: not where the check was waived, and not a group without a limit. */
function nearLimit(
  candidates: readonly Candidate[],
  chosen: readonly (string | null)[],
  check: 'load' | 'capacity',
): ReadonlySet<string> {
  // Of a group the verdict tells the room that is left, of an engineer the limit and what they have.
  const left = ({ needed, found }: Verdict) =>
    check === 'load' ? Number(needed) - Number(found) : Number(found)
  const isNear = (v: Verdict) => v.check === check && !v.waived && v.found !== null && left(v) <= manyAtOnce
  return new Set(
    candidates.filter((c) => chosen.includes(c.id) && c.verdicts.some(isNear)).map(({ id }) => id),
  )
}
