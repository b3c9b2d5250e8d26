import { systemActor } from '../contract/actor.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { Placer, RoutingDecision } from '../contract/routing.ts'
import { derivedId } from '../kernel/ids.ts'
import { defineHandler, type Job, type JobHandler, type StepContext, stale } from '../queue/index.ts'
import { json, keptWithConfig, type Tx } from '../store/index.ts'
import {
  lockTicket,
  placeTicket,
  type RoutingReason,
  readPlacement,
  routerActor,
  type Ticket,
} from '../tickets/index.ts'
import { engineerOf, lastDecision, reasonFor } from './again.ts'
import { decide } from './decide.ts'
import { type Directory, knownSnapshots, readDirectory } from './directory.ts'
import type { OfferPorts } from './offers/card.ts'
import { makeOfferHandlers } from './offers/handlers.ts'
import { makeOffers, whomToAsk } from './offers/make.ts'
import { tellDispatchers } from './offers/tell.ts'
import { packDecision } from './packed.ts'
import { holdRoom } from './room.ts'
import {
  foldLoads,
  inputOf,
  limitedLoads,
  type RoutableTicket,
  readLoads,
  readRoutable,
  type Situation,
} from './situation.ts'

interface Prepared {
  readonly ticket: RoutableTicket
  readonly directory: Directory
  /** The snapshot is there already, as it is for all but the first decision after a change of the configuration. */
  readonly isSnapshotStored: boolean
  readonly situation: Situation
  readonly decision: RoutingDecision
  readonly reason: RoutingReason
  readonly placer: Placer
  /** The loads are the sum of so many rows that it is time to fold them. */
  readonly isLong: boolean
}

/** Rows of the loads' sum that are still quick to add up. */
const longSum = 300

/** Statuses in which somebody has the ticket or may get it. A held one is asked for again when its hold ends, and at once for a danger. */
const routable = ['open', 'assigned', 'in_progress', 'on_hold']
/** Statuses in which a ticket may be given to somebody else. */
const movable = ['open', 'assigned', 'on_hold']

/**
 * Routes a ticket: `ticket.route`. Reads the directory and the situation, decides, and places the ticket with its record. A
 * ticket that was routed before is routed again when a fact changed that the decision rested on, or when it came back.
 */
export function makeRouterHandlers(ports: OfferPorts): JobHandler[] {
  const directoryNow = keptWithConfig(readDirectory)
  const isStored = knownSnapshots()
  return [
    defineHandler<'ticket.route', undefined, Prepared | null>({
      kind: 'ticket.route',
      async prepare(job, ctx) {
        const { ticketId } = job.payload
        // The ticket first: whatever changes after it was read changes its version, and then nothing of this is kept.
        const read = await readRoutable(ctx.db, ticketId)
        if (!read || !routable.includes(read.ticket.status)) return null
        const { ticket, facts } = read
        const [last, { placer, reopenedAtMs }, loads, directory] = await Promise.all([
          ticket.wasRouted ? lastDecision(ctx.db, ticketId) : null,
          readPlacement(ctx.db, ticketId),
          readLoads(ctx.db, ticketId),
          directoryNow(ctx.db),
        ])
        const reason = reasonFor(last, facts, reopenedAtMs)
        if (!reason) return null
        const { engineerLoads } = loads
        const groupLoads = limitedLoads(directory.body, loads.groupLoads)
        const { groupId, assigneeId: engineerId } = ticket
        const present = { by: placer, groupId, engineerId, changed: reason.changed }
        const situation: Situation = {
          ...{ ticket: facts, groupLoads, engineerLoads, nowMs: ctx.nowMs },
          ...(last ? { present } : {}),
        }
        const decision = decide(inputOf(directory.body, situation))
        if (ticket.status === 'on_hold' && !decision.present?.danger) return null
        const isSnapshotStored = await isStored(ctx.db, directory.hash)
        const isLong = loads.rows > longSum
        return { ticket, directory, isSnapshotStored, situation, decision, reason, placer, isLong }
      },
      commit: async (tx, prepared, job, ctx) =>
        prepared ? await commit(tx, prepared, job, ctx, ports) : noEffects,
    }),
    ...makeOfferHandlers(ports),
  ]
}

async function commit(
  tx: Tx,
  prepared: Prepared,
  job: Pick<Job, 'id'>,
  ctx: StepContext,
  ports: OfferPorts,
): Promise<Effects | typeof stale> {
  const { ticket, decision, reason } = prepared
  const decisionId = derivedId('decision', job.id)
  if (prepared.isLong) await foldLoads(tx)
  await record(tx, prepared, { id: decisionId, causeId: job.id, at: new Date(ctx.nowMs) })
  const cause = { actor: systemActor(routerActor), nowMs: ctx.nowMs, causeId: job.id }
  const locked = await lockTicket(tx, ticket.id, cause.actor)
  if (!locked.ok) return noEffects
  if (locked.value.version !== ticket.version) return stale
  const { groupId, dispatcher, present } = decision
  const asked = mayBeAsked(prepared, locked.value) ? await whomToAsk(tx, decision, ports) : []
  // Whoever is asked first gets the ticket by accepting; until then it waits in the pool of the group.
  const engineerId = asked.length > 0 ? null : engineerOf(decision, locked.value)
  const burdened = [...asked.map(({ staffId }) => staffId), engineerId]
  if (!(await holdRoom(tx, prepared, locked.value, burdened))) return stale
  const told = dispatcher?.reason ?? null
  const placement = { decisionId, groupId, engineerId, dispatcher: told, reason, present }
  const placed = await placeTicket(tx, locked.value, placement, cause)
  if (!placed.ok) return noEffects
  const offers = await makeOffers(tx, placed.value.ticket, asked, decisionId, cause, ports)
  const now = placed.value.ticket
  const waits = now.status === 'open' && now.assigneeId === null
  // A decision that says what was known already is no news.
  const news = placed.value.effects.events.length > 0
  const stays = present?.danger === true && (present.kept !== null || now.status === 'on_hold')
  if (!news || !(stays || (told !== null && waits))) return joinEffects(placed.value.effects, offers)
  const declined = told === 'no_engineer' && reason.changed.includes('offer')
  const need = stays || told === null ? 'danger_stays' : declined ? 'declined' : told
  const said = await tellDispatchers(tx, { ticket: now, need, decisionId }, ports, ctx.nowMs)
  return joinEffects(placed.value.effects, offers, said)
}

/**
 * Whether engineers are asked before the ticket is theirs: one that waits for somebody, and one that a danger takes from whoever has
 * it. Nobody who is not asked would know of it.
 */
function mayBeAsked({ decision, placer }: Prepared, ticket: Ticket): boolean {
  const { status, assigneeId } = ticket
  if (assigneeId === null) return placer === 'router' && status === 'open'
  const { present } = decision
  const leaves = engineerOf(decision, ticket) !== assigneeId
  return leaves && present?.danger === true && present.kept === null && movable.includes(status)
}

async function record(
  tx: Tx,
  { ticket, directory, isSnapshotStored, situation, decision }: Prepared,
  row: { readonly id: string; readonly causeId: string; readonly at: Date },
): Promise<void> {
  if (!isSnapshotStored)
    await tx
      .insertInto('routing_snapshot')
      .values({ hash: directory.hash, body: json(directory.body), at: row.at })
      .onConflict((c) => c.column('hash').doNothing())
      .execute()
  const { inputHash, groupId, engineerId, version } = decision
  await tx
    .insertInto('routing_decision')
    .values({
      ...row,
      ticketId: ticket.id,
      inputHash,
      snapshotHash: directory.hash,
      situation: json(situation),
      decision: json(packDecision(decision)),
      ...{ groupId, engineerId, version },
    })
    .execute()
}
