import { sha256 } from '../kernel/hash.ts'
import { type Reader, sql } from '../store/index.ts'

/**
 * Failures by key within a window, for what no user's row can count: addresses, and names that nobody has. They stand in the
 * database, so that all nodes count together; only hashes of the keys are stored.
 */
export interface Attempts {
  /** Ms until the key may try again; 0 when it may now. */
  waitMs(key: string, nowMs: number): Promise<number>
  fail(key: string, nowMs: number): Promise<void>
  forget(key: string): Promise<void>
}

/** Blocks a key for `lockMs` after `limit` failures that are no more than `lockMs` apart. `kind` keeps sorts of keys apart. */
export function makeAttempts(
  db: Reader,
  { kind, limit, lockMs }: { readonly kind: string; readonly limit: number; readonly lockMs: number },
): Attempts {
  const idOf = (key: string) => sha256(`${kind} ${key}`)
  return {
    async waitMs(key, nowMs) {
      const seen = await db
        .selectFrom('sign_in_attempt')
        .select(['count', 'lastAt'])
        .where('key', '=', idOf(key))
        .executeTakeFirst()
      return seen && seen.count >= limit ? Math.max(0, seen.lastAt.getTime() + lockMs - nowMs) : 0
    },
    async fail(key, nowMs) {
      const [now, over] = [new Date(nowMs), new Date(nowMs - lockMs)]
      await sql`
        insert into sign_in_attempt ("key", "count", "lastAt") values (${idOf(key)}, 1, ${now})
        on conflict ("key") do update set "lastAt" = excluded."lastAt",
          "count" = case when sign_in_attempt."lastAt" <= ${over} then 1 else sign_in_attempt."count" + 1 end`.execute(
        db,
      )
      await db.deleteFrom('sign_in_attempt').where('lastAt', '<=', over).execute()
    },
    async forget(key) {
      await db.deleteFrom('sign_in_attempt').where('key', '=', idOf(key)).execute()
    },
  }
}
