import { audit } from '../audit/index.ts'
import { systemActor } from '../contract/actor.ts'
import type { Ids } from '../kernel/ids.ts'
import { sql, type Tx } from '../store/index.ts'
import { hashPassword, randomPassword } from './password.ts'

/** The sign-in name that the first run makes. */
export const firstLogin = 'admin'

/**
 * Makes the first administrator when nobody can sign in yet. Returns its password, to be printed once, or null when there are
 * users already. Two processes that start at once make one.
 */
export async function ensureFirstAdmin(
  tx: Tx,
  { ids, nowMs }: { readonly ids: Ids; readonly nowMs: number },
): Promise<string | null> {
  await sql`select pg_advisory_xact_lock(hashtext(current_schema() || '.access.first'))`.execute(tx)
  if (await tx.selectFrom('app_user').select('id').limit(1).executeTakeFirst()) return null
  const password = randomPassword()
  const hashed = await hashPassword(password, firstLogin)
  if (!hashed.ok) throw new Error('a random password was refused as weak')
  const id = ids.next()
  await tx
    .insertInto('app_user')
    .values({
      id,
      login: firstLogin,
      displayName: '管理员',
      passwordHash: hashed.value,
      roles: ['admin'],
      createdAt: new Date(nowMs),
    })
    .execute()
  await audit(tx, {
    atMs: nowMs,
    actor: systemActor('first-run'),
    action: 'user.create',
    resource: `user:${id}`,
  })
  return password
}
