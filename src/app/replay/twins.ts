import { type Database, sql } from '../../store/index.ts'

/**
 * How long a job that the live hub never ended may have been at work until it gave way to one for the same work, ms. Of jobs that gave
 * way nothing is left; the replay runs those that it has beyond the recorded ones only when no other came for so long.
 */
export const giveWayMs = 5000

/**
 * Runs an input that enqueued jobs of some kinds. Where the replay still has an unrecorded job for the same work, the live hub had one
 * that was running: it gave way to the new one, which must not be taken for it.
 */
export async function givingWay(
  scratch: Database,
  kinds: readonly string[],
  recorded: ReadonlySet<string>,
  run: () => Promise<string | null>,
): Promise<string | null> {
  if (kinds.length === 0) return await run()
  const waiting = await scratch.db
    .selectFrom('job')
    .select(['id', 'kind', 'uniqueKey'])
    .where('state', '=', 'ready')
    .where('kind', 'in', [...kinds])
    .where('uniqueKey', 'is not', null)
    .execute()
  const aside = waiting.filter(({ id }) => !recorded.has(id))
  if (aside.length === 0) return await run()
  const ids = aside.map(({ id }) => id)
  await scratch.db.updateTable('job').set({ uniqueKey: null }).where('id', 'in', ids).execute()
  const problem = await run()
  for (const { id, kind, uniqueKey } of aside)
    await sql`
      with twin as (select from job where "kind" = ${kind} and "uniqueKey" = ${uniqueKey} and "state" = 'ready'),
      gone as (delete from job where "id" = ${id} and exists (select from twin))
      update job set "uniqueKey" = ${uniqueKey} where "id" = ${id} and not exists (select from twin)`.execute(
      scratch.db,
    )
  return problem
}
