import { type Database, sql } from '../store/index.ts'

/** The channel on which every node hears that events got their positions; the payload names their types. */
const placedChannel = (database: Database) => `yitong_event_${database.schema}`

/**
 * Gives committed events their positions, in order, under a lock that is held until the positions are committed: a reader
 * who has seen position n will never find a new one below n. Returns how many; all nodes hear of it with the commit.
 */
export async function place(database: Database): Promise<number> {
  return await database.transaction(async (tx) => {
    const lock = await sql<{ got: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(current_schema() || '.event.place')) as got`.execute(tx)
    if (!lock.rows[0]?.got) return 0
    const placed = await sql<{ n: number }>`
      with placed as (
        update event set "position" = numbered.p from (
          select "id", nextval('event_position') as p
          from (select "id" from event where "position" is null order by "id" limit ${placedAtOnce}) waiting
        ) numbered
        where event."id" = numbered."id" returning "type"
      ), told as (
        select pg_notify(${placedChannel(database)}, string_agg(distinct "type", ' ')) from placed having count(*) > 0
      ) select (select count(*) from placed)::int as n, (select count(*) from told) as told`.execute(tx)
    return placed.rows[0]!.n
  })
}

/** Events that one `place` gives positions to; when it says so many, there may be more. */
export const placedAtOnce = 2000

/**
 * Hears on any node of events that got their positions: the types among them, or null after the connection was lost and something
 * may have been missed. Returns the way to stop.
 */
export async function onPlaced(
  database: Database,
  heard: (types: ReadonlySet<string> | null) => void,
): Promise<() => void> {
  return await database.listen(placedChannel(database), (payload) =>
    heard(payload === null ? null : new Set(payload.split(' '))),
  )
}

/** A placed event as readers get it. */
export interface PlacedEvent {
  readonly position: number
  readonly at: Date
  readonly type: string
  readonly subject: string
  readonly subjectId: string
  readonly data: unknown
  readonly actor: unknown
}

/** Events after a position, in order. */
export async function eventsAfter(
  database: Database,
  position: number,
  limit: number,
): Promise<PlacedEvent[]> {
  const rows = await database.db
    .selectFrom('event')
    .select(['position', 'at', 'type', 'subject', 'subjectId', 'data', 'actor'])
    .where('position', '>', position)
    .orderBy('position')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, position: row.position as number }))
}

/**
 * Between which positions a reader's cursor is good: `oldest` is the first that can still follow it (null when no event is kept),
 * `newest` the last that was given away. A cursor below `oldest - 1` may have missed something, one above `newest` is not ours.
 */
export async function eventBounds(database: Database): Promise<{ oldest: number | null; newest: number }> {
  const rows = await database.query<{ oldest: number | null; newest: number }>(
    `select (select min("position") from event) as oldest,
      (select case when is_called then last_value else 0 end from event_position) as newest`,
    [],
    'event-bounds',
  )
  return rows[0]!
}

/** The newest position that is committed; 0 before the first. */
export async function newestPosition(database: Database): Promise<number> {
  const row = await database.db
    .selectFrom('event')
    .select((e) => e.fn.max('position').as('newest'))
    .executeTakeFirst()
  return row?.newest ?? 0
}
