import type { Actor } from '../contract/actor.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Reader } from '../store/index.ts'

/** The name under which the router acts; what it chose it may choose again. */
export const routerActor = 'router'

/**
 * Whose choice the place of a ticket is: `router` (or nobody's yet) may be changed by the router; `person` was chosen by
 * somebody; `started` means that the engineer began to work. Neither of the last two is the router's to change.
 */
export type Placer = 'router' | 'person' | 'started'

/** One transition of a timeline, newest first. */
export interface Move {
  readonly actor: Actor
  /** Null after erasure. */
  readonly payload: { readonly command?: JsonValue } | null
}

const isRouter = (actor: Actor) => actor.kind === 'system' && actor.id === routerActor

/** Whose choice the present place is. A move whose words were erased counts as a person's when a person made it. */
export function placerOf(moves: readonly Move[]): Placer {
  for (const { actor, payload } of moves) {
    if (payload === null) {
      if (!isRouter(actor)) return 'person'
      continue
    }
    if (payload.command === 'start') return 'started'
    if (payload.command === 'assign' || payload.command === 'transfer')
      return isRouter(actor) ? 'router' : 'person'
  }
  return 'router'
}

/** Reads whose choice the place of a ticket is, and when it was last reopened. */
export async function readPlacement(
  db: Reader,
  ticketId: string,
): Promise<{ readonly placer: Placer; readonly reopenedAtMs: number | null }> {
  const rows = await db
    .selectFrom('ticket_event')
    .select(['actor', 'payload', 'at'])
    .where('ticketId', '=', ticketId)
    .where('type', '=', 'transition')
    .orderBy('seq', 'desc')
    .execute()
  const moves = rows as unknown as readonly (Move & { readonly at: Date })[]
  const reopened = moves.find((move) => move.payload?.command === 'reopen')
  return { placer: placerOf(moves), reopenedAtMs: reopened?.at.getTime() ?? null }
}
