import type { RoutingDecision, RoutingTicket } from '../contract/routing.ts'
import { canonicalJson } from '../kernel/hash.ts'
import type { Reader } from '../store/index.ts'
import type { RoutingReason } from '../tickets/index.ts'
import type { Situation } from './situation.ts'

/** Facts of a ticket by the name that people know them by. */
const factNames: Partial<Record<keyof RoutingTicket, string>> = {
  region: 'address',
  productCategory: 'product_category',
  appointmentStartMs: 'appointment',
  customerTier: 'tier',
  declinedBy: 'offer',
}

/** The last decision about a ticket. */
export interface LastDecision {
  readonly atMs: number
  readonly facts: RoutingTicket
}

/** The last decision about a ticket, or null. */
export async function lastDecision(db: Reader, ticketId: string): Promise<LastDecision | null> {
  const row = await db
    .selectFrom('routing_decision')
    .select(['at', 'situation'])
    .where('ticketId', '=', ticketId)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { atMs: row.at.getTime(), facts: (row.situation as unknown as Situation).ticket } : null
}

/** Why a ticket is to be routed now; null when nothing that a decision rests on changed since the last one. */
export function reasonFor(
  last: LastDecision | null,
  facts: RoutingTicket,
  reopenedAtMs: number | null,
): RoutingReason | null {
  if (!last) return { kind: 'opened', changed: [] }
  const keys = Object.keys(facts) as (keyof RoutingTicket)[]
  const changed = keys
    .filter((key) => canonicalJson(facts[key]) !== canonicalJson(last.facts[key]))
    .map((key) => factNames[key] ?? key)
  if (reopenedAtMs !== null && reopenedAtMs >= last.atMs) return { kind: 'reopened', changed }
  return changed.length > 0 ? { kind: 'changed', changed } : null
}

/** The engineer that a decision sends: the present one where he still fits, so that a small change sends nobody else. */
export function engineerOf(
  { groupId, engineerId, engineers }: RoutingDecision,
  present: { readonly groupId: string | null; readonly assigneeId: string | null },
): string | null {
  const fits = engineers.some(({ id, eligible }) => eligible && id === present.assigneeId)
  return fits && groupId === present.groupId ? present.assigneeId : engineerId
}
