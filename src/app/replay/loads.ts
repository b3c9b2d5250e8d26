import { readLoads, type Situation } from '../../router/situation.ts'
import type { Database } from '../../store/index.ts'

type Loads = Pick<Situation, 'groupLoads' | 'engineerLoads'>

/**
 * Runs the job that made a routing decision while groups and engineers have the loads on which the live hub decided. It read them
 * before its commit, while other workers placed tickets: no order of commits gives the same ones.
 */
export async function withLoadsOf(
  live: Database,
  scratch: Database,
  decisionId: string | null,
  run: () => Promise<unknown>,
): Promise<void> {
  if (decisionId === null) return void (await run())
  const { ticketId, situation } = await live.db
    .selectFrom('routing_decision')
    .select(['ticketId', 'situation'])
    .where('id', '=', decisionId)
    .executeTakeFirstOrThrow()
  const then = situation as unknown as Loads
  const now = await readLoads(scratch.db, ticketId)
  const groups = lacking(then.groupLoads, now.groupLoads)
  const engineers = lacking(then.engineerLoads, now.engineerLoads)
  await weigh(scratch, groups, engineers, 1)
  await run()
  await weigh(scratch, groups, engineers, -1)
}

/** How much each of them had more then. */
function lacking(then: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>) {
  const ids = [...new Set([...Object.keys(then), ...Object.keys(now)])]
  return ids.map((id) => [id, (then[id] ?? 0) - (now[id] ?? 0)] as const).filter(([, n]) => n !== 0)
}

/** Adds to the running sum of loads, or takes what was added away again: the router may have folded the rows meanwhile. */
async function weigh(
  scratch: Database,
  groups: readonly (readonly [string, number])[],
  engineers: readonly (readonly [string, number])[],
  sign: 1 | -1,
): Promise<void> {
  const rows = [
    ...groups.map(([groupId, n]) => ({ groupId, assigneeId: null, n: sign * n })),
    ...engineers.map(([assigneeId, n]) => ({ groupId: null, assigneeId, n: sign * n })),
  ]
  if (rows.length > 0) await scratch.db.insertInto('ticket_load').values(rows).execute()
}
