import { type Result, refuse } from '../../kernel/result.ts'
import { json, sql, type Tx } from '../../store/index.ts'
import { settingOf, type VersionKind } from './published.ts'

/** A version's row under its lock; a refusal when there is none. */
export async function lockVersion(tx: Tx, id: string) {
  return await tx
    .selectFrom('extraction_version')
    .select(['id', 'kind', 'number', 'state', 'body', 'replacesId', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Changes to versions and published runs happen one after the other. */
export async function lockVersions(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('extraction_version'))`.execute(tx)
}

/** The next number of a kind; under `lockVersions`. */
export async function nextNumber(tx: Tx, kind: VersionKind): Promise<number> {
  const row = await tx
    .selectFrom('extraction_version')
    .select((e) => e.fn.max('number').as('last'))
    .where('kind', '=', kind)
    .executeTakeFirst()
  return (row?.last ?? 0) + 1
}

/** What is published of a kind, if anything is. */
export async function publishedOf(tx: Tx, kind: string) {
  return await tx
    .selectFrom('extraction_version')
    .select(['id', 'number'])
    .where('kind', '=', kind)
    .where('state', '=', 'published')
    .executeTakeFirst()
}

/** Gives the pipeline a version to read with; null gives it what the release ships. */
export async function serve(tx: Tx, kind: VersionKind, id: string | null, nowMs: number): Promise<void> {
  const name = settingOf(kind)
  if (id === null) {
    await tx.deleteFrom('setting').where('name', '=', name).execute()
    return
  }
  const row = await tx
    .selectFrom('extraction_version')
    .select(['number', 'body'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const value = { ...(row.body as object), id, number: row.number }
  const stored = { value: json(value), updatedAt: new Date(nowMs) }
  await tx
    .insertInto('setting')
    .values({ name, ...stored })
    .onConflict((c) => c.column('name').doUpdateSet(stored))
    .execute()
}

/** A refusal that says which state is in the way. */
export function notNow<T>(reason: string): Result<T> {
  return refuse('evaluation.state', { reason })
}
