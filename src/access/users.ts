import { z } from 'zod'
import { audit } from '../audit/index.ts'
import { roles } from '../contract/actor.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import { type Command, type CommandContext, defineCommand, defineQuery, type Query } from './command.ts'
import { hashPassword, maxPasswordLength, passwordMatches } from './password.ts'
import { endSessions, loginKey } from './sessions.ts'

const admins = { roles: ['admin'] } as const

/** A sign-in name: small letters, digits and `. _ - @`. */
export const loginSchema = z
  .string()
  .transform(loginKey)
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,63}$/))
const password = z.string().max(maxPasswordLength)
const displayName = z.string().trim().min(1).max(80)
const roleList = z.array(z.enum(roles)).min(1)
const lang = z.enum(['zh', 'en'])

function note(ctx: CommandContext, action: string, id: string, detail = {}): Promise<void> {
  const { tx, actor, nowMs } = ctx
  return audit(tx, { atMs: nowMs, actor, action, resource: `user:${id}`, detail })
}

const create = defineCommand(
  {
    name: 'user.create',
    title: 'Adds a person who may sign in',
    permission: admins,
    input: z.object({
      login: loginSchema,
      displayName,
      password,
      roles: roleList,
      staffId: z.uuid().nullable().default(null),
      lang: lang.default('zh'),
    }),
    output: z.object({ id: z.uuid() }),
    secret: ['password'],
  },
  async (ctx, input) => {
    const { password: plain, ...member } = input
    const hashed = await hashPassword(plain, input.login)
    if (!hashed.ok) return hashed
    const taken = await ctx.tx
      .selectFrom('app_user')
      .select('id')
      .where('login', '=', input.login)
      .executeTakeFirst()
    if (taken) return refuse('conflict.duplicate', { what: 'login' })
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('app_user')
      .values({ id, ...member, passwordHash: hashed.value, createdAt: new Date(ctx.nowMs) })
      .execute()
    await note(ctx, 'user.create', id, { roles: input.roles })
    return ok({ value: { id } })
  },
)

/** True when somebody else could still administer this hub without the given user. */
async function anotherAdmin(tx: Tx, id: string): Promise<boolean> {
  // Locked, so that two admins cannot remove each other at the same time.
  const others = await tx
    .selectFrom('app_user')
    .select('id')
    .where('disabledAt', 'is', null)
    .where((e) => e(e.val('admin'), '=', e.fn.any('roles')))
    .forUpdate()
    .execute()
  return others.some((other) => other.id !== id)
}

async function findUser(tx: Tx, id: string) {
  return await tx
    .selectFrom('app_user')
    .select(['id', 'login', 'roles', 'version', 'passwordHash', 'disabledAt'])
    .where('id', '=', id)
    .executeTakeFirst()
}

const update = defineCommand(
  {
    name: 'user.update',
    title: "Changes a person's name, roles, staff entry or language",
    permission: admins,
    input: z.object({
      id: z.uuid(),
      /** The version that was read. */
      version: z.number().int(),
      displayName: displayName.optional(),
      roles: roleList.optional(),
      staffId: z.uuid().nullable().optional(),
      lang: lang.optional(),
    }),
    output: z.object({ version: z.number().int() }),
  },
  async (ctx, { id, version, ...change }) => {
    const user = await findUser(ctx.tx, id)
    if (!user) return refuse('not_found', { what: 'user' })
    if (user.version !== version) return refuse('conflict.version')
    const keepsAdmin = !change.roles || change.roles.includes('admin')
    if (
      user.roles.includes('admin') &&
      !user.disabledAt &&
      !keepsAdmin &&
      !(await anotherAdmin(ctx.tx, id))
    ) {
      return refuse('access.last_admin')
    }
    const changed = await ctx.tx
      .updateTable('app_user')
      .set({ ...change, version: version + 1 })
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('version')
      .executeTakeFirst()
    if (!changed) return refuse('conflict.version')
    await note(ctx, 'user.update', id, {
      changed: Object.keys(change),
      ...(change.roles && { roles: change.roles }),
    })
    return ok({ value: { version: changed.version } })
  },
)

const disable = defineCommand(
  {
    name: 'user.disable',
    title: 'Locks a person out at once, or lets them in again',
    permission: admins,
    input: z.object({ id: z.uuid(), disabled: z.boolean().default(true) }),
    output: z.object({ id: z.uuid(), disabled: z.boolean() }),
  },
  async (ctx, { id, disabled }) => {
    const user = await findUser(ctx.tx, id)
    if (!user) return refuse('not_found', { what: 'user' })
    if (disabled && user.roles.includes('admin') && !(await anotherAdmin(ctx.tx, id))) {
      return refuse('access.last_admin')
    }
    await ctx.tx
      .updateTable('app_user')
      .set((e) => ({ disabledAt: disabled ? new Date(ctx.nowMs) : null, version: e('version', '+', 1) }))
      .where('id', '=', id)
      .execute()
    if (disabled) await endSessions(ctx.tx, id)
    await note(ctx, disabled ? 'user.disable' : 'user.enable', id)
    return ok({ value: { id, disabled } })
  },
)

/** Sets a password, unlocks the name and ends the person's sessions. */
export async function setPassword(
  tx: Tx,
  user: { readonly id: string; readonly login: string },
  plain: string,
): Promise<Result<null>> {
  const hashed = await hashPassword(plain, user.login)
  if (!hashed.ok) return hashed
  await tx
    .updateTable('app_user')
    .set({ passwordHash: hashed.value, failedAttempts: 0, lockedUntil: null })
    .where('id', '=', user.id)
    .execute()
  await endSessions(tx, user.id)
  return ok(null)
}

const resetPassword = defineCommand(
  {
    name: 'user.resetPassword',
    title: 'Gives a person a new password and ends their sessions',
    permission: admins,
    input: z.object({ id: z.uuid(), password }),
    output: z.object({ id: z.uuid() }),
    secret: ['password'],
  },
  async (ctx, input) => {
    const user = await findUser(ctx.tx, input.id)
    if (!user) return refuse('not_found', { what: 'user' })
    const set = await setPassword(ctx.tx, user, input.password)
    if (!set.ok) return set
    await note(ctx, 'user.resetPassword', user.id)
    return ok({ value: { id: user.id } })
  },
)

const changePassword = defineCommand(
  {
    name: 'user.changePassword',
    title: 'Changes the own password and ends all own sessions',
    permission: { roles },
    input: z.object({ current: password, password }),
    output: z.object({ id: z.uuid() }),
    secret: ['current', 'password'],
  },
  async (ctx, input) => {
    if (ctx.actor.kind !== 'user') return refuse('access.unauthenticated')
    const user = await findUser(ctx.tx, ctx.actor.id)
    if (!user) return refuse('not_found', { what: 'user' })
    if (!(await passwordMatches(user.passwordHash, input.current))) return refuse('access.bad_credentials')
    const set = await setPassword(ctx.tx, user, input.password)
    if (!set.ok) return set
    await note(ctx, 'user.changePassword', user.id)
    return ok({ value: { id: user.id } })
  },
)

const list = defineQuery(
  {
    name: 'user.list',
    title: 'The people who may sign in',
    permission: { roles: ['admin', 'supervisor', 'auditor'] },
    input: z.object({}),
    output: z.array(
      z.object({
        id: z.uuid(),
        login: z.string(),
        displayName: z.string(),
        roles: z.array(z.enum(roles)),
        staffId: z.uuid().nullable(),
        lang: z.string(),
        locked: z.boolean(),
        disabledAt: z.string().nullable(),
        createdAt: z.string(),
        lastSeenAt: z.string().nullable(),
        version: z.number().int(),
      }),
    ),
  },
  async ({ db, nowMs }) => {
    const rows = await db
      .selectFrom('app_user')
      .select(['id', 'login', 'displayName', 'roles', 'staffId', 'lang', 'lockedUntil', 'disabledAt'])
      .select(['createdAt', 'version'])
      .select((e) =>
        e
          .selectFrom('session')
          .select((s) => s.fn.max('lastSeenAt').as('seen'))
          .whereRef('session.userId', '=', 'app_user.id')
          .as('lastSeenAt'),
      )
      .orderBy('login')
      .execute()
    return ok(
      rows.map(({ lockedUntil, ...row }) => ({
        ...row,
        roles: row.roles as (typeof roles)[number][],
        locked: lockedUntil !== null && lockedUntil.getTime() > nowMs,
        disabledAt: row.disabledAt?.toISOString() ?? null,
        createdAt: row.createdAt.toISOString(),
        lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
      })),
    )
  },
)

/** Commands on users. */
export const userCommands: readonly Command[] = [create, update, disable, resetPassword, changePassword]
/** Queries on users. */
export const userQueries: readonly Query[] = [list]
