import { randomBytes } from 'node:crypto'
import { audit } from '../audit/index.ts'
import { type Actor, type Role, systemActor } from '../contract/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { type Database, type Reader, sql, type Tx } from '../store/index.ts'
import { makeAttempts } from './attempts.ts'
import { maxPasswordLength, passwordMatches } from './password.ts'

/** Failures in a row after which a name is locked. */
export const maxFailures = 5
/** How long a name or an address stays locked, ms. */
export const lockMs = 15 * 60_000
/** Failures from one address, over all names. */
const maxFailuresPerAddress = 30
/** A session ends this long after it was last used … */
const idleMs = 12 * 3600_000
/** … and this long after it began, whatever happens. */
const longestMs = 7 * 24 * 3600_000
/** Use is written down at most this often. */
const touchMs = 60_000

export type UserActor = Extract<Actor, { kind: 'user' }>

/** A session that holds. */
export interface Session {
  readonly user: UserActor
  readonly login: string
  readonly lang: 'zh' | 'en'
  /** Every change must carry it (`x-csrf-token`). */
  readonly csrf: string
  readonly expiresAtMs: number
}

/** Signing in and out of the console. */
export interface Sessions {
  /** Opens a session. `cookie` is the secret; only its hash is stored. */
  signIn(attempt: {
    readonly login: string
    readonly password: string
    readonly address: string
    readonly userAgent: string
  }): Promise<Result<{ readonly cookie: string; readonly session: Session }>>
  /** Opens a session without a password, for somebody who has just proved who he is. */
  open(userId: string, userAgent: string): Promise<{ readonly cookie: string; readonly session: Session }>
  /** The session of a cookie, extended by its use; null when there is none, or the user was switched off. */
  resume(cookie: string): Promise<Session | null>
  signOut(cookie: string): Promise<void>
  /** Ends all sessions of a user. */
  signOutEverywhere(userId: string): Promise<void>
  /**
   * Does something that the person's password must be given for: refusals with `access.bad_credentials` are counted and noted, and
   * after a few in a row nothing is looked at for a while, so that an open session is no place to guess at.
   */
  proving<T>(userId: string, work: () => Promise<Result<T>>): Promise<Result<T>>
}

interface UserRow {
  readonly id: string
  readonly login: string
  readonly displayName: string
  readonly passwordHash: string
  readonly roles: string[]
  readonly staffId: string | null
  readonly lang: string
}

const userColumns = ['id', 'login', 'displayName', 'passwordHash', 'roles', 'staffId', 'lang'] as const

// Of the same parameters as real ones, so that an unknown name takes as long as a wrong password.
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$3KbxIOEIhLbCOnyLqMx2oQ$Ufogu6UekR7KVM8AekXfXA/5nn4JlvATmrCIsFB28iU'

/** A login as it is stored and compared. */
export const loginKey = (login: string): string => login.trim().toLowerCase()

/** Makes the session service. Locks stand in the database: all nodes share them. */
export function makeSessions(options: { readonly database: Database; readonly clock: Clock }): Sessions {
  const { database, clock } = options
  const { db } = database
  const addresses = makeAttempts(db, { kind: 'address', limit: maxFailuresPerAddress, lockMs })
  const proofs = makeAttempts(db, { kind: 'proof', limit: maxFailures, lockMs })
  const strangers = makeAttempts(db, { kind: 'login', limit: maxFailures, lockMs })
  return {
    async signIn({ login: given, password, address, userAgent }) {
      const login = loginKey(given)
      const nowMs = clock.now()
      const waits = await Promise.all([addresses.waitMs(address, nowMs), strangers.waitMs(login, nowMs)])
      const waitMs = Math.max(...waits)
      if (waitMs > 0) return locked(waitMs)
      const reserved = await reserveAttempt(database.db, login, nowMs)
      if (reserved === 'locked') return locked(lockMs)
      const matches =
        password.length <= maxPasswordLength &&
        (await passwordMatches(reserved?.passwordHash ?? nobodysHash, password))
      if (!reserved || !matches) {
        await addresses.fail(address, nowMs)
        if (!reserved) await strangers.fail(login, nowMs)
        await noteFailure(database, reserved?.id ?? null, nowMs)
        return refuse('access.bad_credentials')
      }
      await addresses.forget(address)
      return ok(await database.transaction((tx) => openSession(tx, reserved, userAgent, clock.now())))
    },
    open: (userId, userAgent) =>
      database.transaction(async (tx) => {
        const row = await tx
          .selectFrom('app_user')
          .select(userColumns)
          .where('id', '=', userId)
          .where('disabledAt', 'is', null)
          .executeTakeFirstOrThrow()
        return await openSession(tx, row, userAgent, clock.now())
      }),
    resume: (cookie) => resume(database.db, cookie, clock.now()),
    async signOut(cookie) {
      await database.db.deleteFrom('session').where('id', '=', sha256(cookie)).execute()
    },
    signOutEverywhere: (userId) => endSessions(database.db, userId),
    async proving(userId, work) {
      const waitMs = await proofs.waitMs(userId, clock.now())
      if (waitMs > 0) return locked(waitMs)
      // Counted before the password is looked at: a hundred guesses at once are a hundred guesses.
      await proofs.fail(userId, clock.now())
      const done = await work()
      if (!done.ok && done.refusal.code === 'access.bad_credentials')
        await noteFailure(database, userId, clock.now())
      else await proofs.forget(userId)
      return done
    },
  }
}

const locked = (waitMs: number) => refuse('access.locked', { minutes: Math.ceil(waitMs / 60_000) })

/** Ends all sessions of a user. */
export async function endSessions(tx: Reader, userId: string): Promise<void> {
  await tx.deleteFrom('session').where('userId', '=', userId).execute()
}

/**
 * Counts the attempt before the password is looked at: a hundred guesses at once are a hundred attempts. Null when nobody has
 * that name. A right password sets the count back.
 */
async function reserveAttempt(db: Reader, login: string, nowMs: number): Promise<UserRow | 'locked' | null> {
  const now = new Date(nowMs)
  const counted = sql<number>`case when "lockedUntil" is not null then 1 else "failedAttempts" + 1 end`
  const row = await db
    .updateTable('app_user')
    .set({
      failedAttempts: counted,
      lockedUntil: sql<Date | null>`case when ${counted} >= ${maxFailures}::int
        then ${new Date(nowMs + lockMs)}::timestamptz end`,
    })
    .where('login', '=', login)
    .where('disabledAt', 'is', null)
    .where((e) => e.or([e('lockedUntil', 'is', null), e('lockedUntil', '<=', now)]))
    .returning(userColumns)
    .executeTakeFirst()
  if (row) return row
  const known = await db
    .selectFrom('app_user')
    .select('id')
    .where('login', '=', login)
    .where('disabledAt', 'is', null)
    .executeTakeFirst()
  return known ? 'locked' : null
}

async function noteFailure(database: Database, userId: string | null, atMs: number): Promise<void> {
  await database.transaction((tx) =>
    audit(tx, {
      atMs,
      actor: systemActor('sign-in'),
      action: 'session.refused',
      resource: userId ? `user:${userId}` : 'user:unknown',
    }),
  )
}

async function openSession(tx: Tx, row: UserRow, userAgent: string, nowMs: number) {
  const cookie = randomBytes(32).toString('base64url')
  const csrf = randomBytes(32).toString('base64url')
  const expiresAtMs = nowMs + idleMs
  await tx
    .updateTable('app_user')
    .set({ failedAttempts: 0, lockedUntil: null })
    .where('id', '=', row.id)
    .execute()
  await tx.deleteFrom('session').where('expiresAt', '<', new Date(nowMs)).execute()
  await tx
    .insertInto('session')
    .values({
      id: sha256(cookie),
      userId: row.id,
      csrf,
      userAgent: userAgent.slice(0, 300),
      createdAt: new Date(nowMs),
      lastSeenAt: new Date(nowMs),
      expiresAt: new Date(expiresAtMs),
    })
    .execute()
  const session = sessionOf(row, csrf, expiresAtMs)
  await audit(tx, { atMs: nowMs, actor: session.user, action: 'session.open', resource: `user:${row.id}` })
  return { cookie, session }
}

function sessionOf(row: Omit<UserRow, 'passwordHash'>, csrf: string, expiresAtMs: number): Session {
  return {
    user: {
      kind: 'user',
      id: row.id,
      name: row.displayName,
      roles: row.roles as Role[],
      staffId: row.staffId,
    },
    login: row.login,
    lang: row.lang === 'en' ? 'en' : 'zh',
    csrf,
    expiresAtMs,
  }
}

async function resume(db: Reader, cookie: string, nowMs: number): Promise<Session | null> {
  const id = sha256(cookie)
  const row = await db
    .selectFrom('session')
    .innerJoin('app_user', 'app_user.id', 'session.userId')
    .select(['session.csrf', 'session.createdAt', 'session.lastSeenAt', 'session.expiresAt'])
    .select(['app_user.id', 'login', 'displayName', 'roles', 'staffId', 'lang'])
    .where('session.id', '=', id)
    .where('session.expiresAt', '>', new Date(nowMs))
    .where('app_user.disabledAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  let expiresAtMs = row.expiresAt.getTime()
  if (nowMs - row.lastSeenAt.getTime() >= touchMs) {
    expiresAtMs = Math.min(nowMs + idleMs, row.createdAt.getTime() + longestMs)
    await db
      .updateTable('session')
      .set({ lastSeenAt: new Date(nowMs), expiresAt: new Date(expiresAtMs) })
      .where('id', '=', id)
      .execute()
  }
  return sessionOf(row, row.csrf, expiresAtMs)
}
