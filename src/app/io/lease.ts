import type { Lease, LeasePort } from '../../contract/ports.ts'
import { type Database, sql, type Tx } from '../../store/index.ts'

/**
 * Leases in the table `lease`. Time is the database's, so that nodes whose clocks differ agree; the row stays when a lease
 * is released, so that its token only grows.
 */
export function makeLeases(database: Database, holder: string): LeasePort {
  async function renew(name: string, token: bigint, ttlMs: number): Promise<boolean> {
    const rows = await database.query(
      `update lease set "expiresAt" = clock_timestamp() + $3 * interval '1 millisecond'
       where name = $1 and token = $2 and "expiresAt" > clock_timestamp() returning name`,
      [name, token, ttlMs],
    )
    return rows.length === 1
  }
  return {
    async acquire(name, ttlMs): Promise<Lease | null> {
      const [row] = await database.query<{ token: number }>(
        `insert into lease (name, holder, token, "expiresAt")
         values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
         on conflict (name) do update
         set holder = excluded.holder, token = lease.token + 1, "expiresAt" = excluded."expiresAt"
         where lease."expiresAt" <= clock_timestamp()
         returning token`,
        [name, holder, ttlMs],
      )
      if (!row) return null
      const token = BigInt(row.token)
      return {
        name,
        token,
        renew: (nextMs) => renew(name, token, nextMs),
        async release() {
          await database.query(
            `update lease set "expiresAt" = clock_timestamp() - interval '1 second' where name = $1 and token = $2`,
            [name, token],
          )
        },
      }
    },
  }
}

/**
 * True when the lease is still this holder's, and stays so until the transaction ends. A writer that must be the only
 * one asks this in the transaction that writes: a holder that was paused for long would else write after its successor.
 */
export async function fence(tx: Tx, name: string, token: bigint): Promise<boolean> {
  const { rows } = await sql`select name from lease
    where name = ${name} and token = ${token} and "expiresAt" > clock_timestamp() for share`.execute(tx)
  return rows.length === 1
}
