import type { Actor } from '../contract/actor.ts'
import type { Placer } from '../contract/routing.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Reader } from '../store/index.ts'

/** The name under which the router acts; what it chose it may choose again. */
export const routerActor = 'router'

/** One transition or offer of a timeline, newest first. */
export interface Move {
  readonly type: 'transition' | 'offer'
  readonly actor: Actor
  /** Null after erasure. */
  readonly payload: {
    readonly command?: JsonValue
    readonly status?: JsonValue
    readonly gone?: JsonValue
  } | null
}

const isAccepted = (move: Move | undefined) => move?.type === 'offer' && move.payload?.status === 'accepted'
const isRouter = (actor: Actor) => actor.kind === 'system' && actor.id === routerActor

/** Whose choice the present place is. A move whose words were erased counts as a person's when a person made it. */
export function placerOf(moves: readonly Move[]): Placer {
  for (const [i, { type, actor, payload }] of moves.entries()) {
    if (type === 'offer') continue
    if (payload === null) {
      if (!isRouter(actor)) return 'person'
      continue
    }
    // It was reopened when the place that was chosen for it was gone.
    if (payload.gone) return 'router'
    if (payload.command === 'start') return 'started'
    // Saying yes to an offer is written down right before the ticket is given.
    if (payload.command === 'assign' && isAccepted(moves[i + 1])) return 'accepted'
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
    .select(['type', 'actor', 'payload', 'at'])
    .where('ticketId', '=', ticketId)
    .where('type', 'in', ['transition', 'offer'])
    .orderBy('seq', 'desc')
    .execute()
  const moves = rows as unknown as readonly (Move & { readonly at: Date })[]
  const reopened = moves.find((move) => move.payload?.command === 'reopen')
  return { placer: placerOf(moves), reopenedAtMs: reopened?.at.getTime() ?? null }
}
