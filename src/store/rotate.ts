import { randomBytes } from 'node:crypto'
import { StoreError } from './connection.ts'
import type { Database } from './database.ts'
import { refuseHubs } from './hubs.ts'
import { keyFile, openSecretBox, readKeyFile, type SecretBox, secretBox, writeKeyFile } from './secrets.ts'

/** Columns that hold sealed texts. */
const sealedColumns = [
  { table: 'channel_account', column: 'secrets' },
  { table: 'webhook_endpoint', column: 'secrets' },
  { table: 'channel_token', column: 'sealed' },
] as const

/** The identity under which the secret of a row is sealed. */
export function sealIdentity(table: (typeof sealedColumns)[number]['table'], id: string): string {
  return `${table}:${id}`
}

/** Seals every secret again that another key than the box's own sealed, in one transaction. Returns how many. */
async function resealAll(database: Database, box: SecretBox): Promise<number> {
  return database.session(async (session) => {
    let count = 0
    await session.query('begin')
    for (const { table, column } of sealedColumns) {
      const { rows } = await session.query<{ id: string; sealed: string }>(
        `select id, ${column} as sealed from ${table} where ${column} is not null for update`,
      )
      for (const { id, sealed } of rows.filter((row) => box.isStale(row.sealed))) {
        const identity = sealIdentity(table, id)
        await session.query(`update ${table} set ${column} = $2 where id = $1`, [
          id,
          box.seal(box.open(sealed, identity), identity),
        ])
        count++
      }
    }
    await session.query('commit')
    return count
  })
}

/** The rows whose secret the box does not open, as identities. */
export async function unopenable(database: Database, box: SecretBox): Promise<string[]> {
  const failed: string[] = []
  for (const { table, column } of sealedColumns) {
    const rows = await database.query<{ id: string; sealed: string }>(
      `select id, ${column} as sealed from ${table} where ${column} is not null order by id`,
    )
    for (const { id, sealed } of rows) {
      const identity = sealIdentity(table, id)
      try {
        box.open(sealed, identity)
      } catch {
        failed.push(identity)
      }
    }
  }
  return failed
}

/**
 * Changes the key. With a key file: a new key is written before the old ones, everything is sealed with it, then all but the last
 * old one are removed. That one stays until the next rotation, because a hub may just be storing what it sealed with it; running
 * hubs read the file again. Interrupted anywhere, all keys are there and another run ends it. With SECRET_KEY (`new,old`):
 * everything is sealed with the first key, after which the others may be taken away; a hub cannot learn of that key, so none may
 * be connected.
 */
export async function rotateKey(
  database: Database,
  settings: { dataDir: string; secretKey: string | null },
): Promise<{ keyId: string; resealed: number }> {
  if (settings.secretKey) {
    const box = await openSecretBox(settings)
    await database.session((session) =>
      refuseHubs(
        session,
        'It would go on with the keys that it was started with. Stop it, run this again, and start it with the new SECRET_KEY.',
      ),
    )
    return { keyId: box.keyId, resealed: await resealAll(database, box) }
  }
  return await database.session(async (session) => {
    // Of two rotations at a time one would take away the other's key. The lock of one that was killed ends with its connection.
    const key = `hashtext(current_schema() || '.store.rotate')`
    await session.query(`select pg_advisory_lock(${key})`)
    try {
      return await rotateKeyFile(database, settings.dataDir)
    } finally {
      await session.query(`select pg_advisory_unlock(${key})`)
    }
  })
}

async function rotateKeyFile(
  database: Database,
  dataDir: string,
): Promise<{ keyId: string; resealed: number }> {
  const keys = [randomBytes(32), ...((await readKeyFile(dataDir)) ?? [])]
  const box = secretBox(keys)
  const lost = await unopenable(database, box)
  // A vendor's token that is gone is fetched anew.
  const needed = lost.filter((identity) => !identity.startsWith('channel_token:'))
  if (needed.length > 0) {
    throw new StoreError(
      `No key in ${keyFile(dataDir)} opens the secret of ${needed.join(', ')}. Put the missing key back, or enter these secrets again; then run this again.`,
    )
  }
  for (const identity of lost)
    await database.query('delete from channel_token where id = $1', [identity.slice('channel_token:'.length)])
  await writeKeyFile(dataDir, keys)
  const resealed = await resealAll(database, box)
  await writeKeyFile(dataDir, keys.slice(0, 2))
  return { keyId: box.keyId, resealed }
}
