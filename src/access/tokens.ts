import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { audit } from '../audit/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { NewEvent } from '../contract/events.ts'
import { sha256 } from '../kernel/hash.ts'
import { ok, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import { type Command, defineCommand, defineQuery, type Query } from './command.ts'
import { scopeNames } from './scopes.ts'

/** Use is written down at most this often. */
const touchMs = 60_000
const admins = { roles: ['admin'] } as const

export type TokenActor = Extract<Actor, { kind: 'token' }>

/** The program behind a token; null when the token is unknown or revoked. Found by its hash, so no comparison leaks it. */
export async function tokenActor(db: Reader, token: string, nowMs: number): Promise<TokenActor | null> {
  const row = await db
    .selectFrom('api_token')
    .select(['id', 'name', 'scopes', 'accountId', 'lastUsedAt'])
    .where('hash', '=', sha256(token))
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  if (!row.lastUsedAt || nowMs - row.lastUsedAt.getTime() >= touchMs) {
    await db
      .updateTable('api_token')
      .set({ lastUsedAt: new Date(nowMs) })
      .where('id', '=', row.id)
      .execute()
  }
  return { kind: 'token', id: row.id, name: row.name, scopes: row.scopes, accountId: row.accountId }
}

/** Tokens of an account are part of what its channel verifies with. */
const accountChanged = (accountId: string | null): NewEvent[] =>
  accountId ? [{ type: 'channel.changed', subject: 'channel', subjectId: accountId, data: {} }] : []

const create = defineCommand(
  {
    name: 'token.create',
    title: 'Makes a token of the open API; it is shown once',
    permission: admins,
    input: z.object({
      name: z.string().trim().min(1).max(100),
      scopes: z.array(z.enum(scopeNames)).min(1),
      /** The channel account that an `intake` token writes to. */
      accountId: z.uuid().nullable().default(null),
    }),
    output: z.object({ id: z.uuid(), token: z.string() }),
  },
  async ({ tx, actor, ids, nowMs }, input) => {
    if (input.scopes.includes('intake') && !input.accountId) {
      return refuse('request.invalid', {}, [
        {
          path: 'accountId',
          message: 'an intake token needs an account',
          messageZh: '收件令牌要选一个渠道账号',
        },
      ])
    }
    if (input.accountId) {
      const account = await tx
        .selectFrom('channel_account')
        .select('id')
        .where('id', '=', input.accountId)
        .executeTakeFirst()
      if (!account) return refuse('not_found', { what: 'channel account' })
    }
    const id = ids.next()
    const token = `yt_${randomBytes(32).toString('base64url')}`
    const { name, scopes, accountId } = input
    await tx
      .insertInto('api_token')
      .values({ id, name, scopes, accountId, hash: sha256(token), createdAt: new Date(nowMs) })
      .execute()
    const detail = { scopes, accountId }
    await audit(tx, { atMs: nowMs, actor, action: 'token.create', resource: `token:${id}`, detail })
    return ok({ value: { id, token }, events: accountChanged(accountId) })
  },
)

const revoke = defineCommand(
  {
    name: 'token.revoke',
    title: 'Makes a token invalid at once',
    permission: admins,
    input: z.object({ id: z.uuid() }),
    output: z.object({ id: z.uuid() }),
  },
  async ({ tx, actor, nowMs }, { id }) => {
    const row = await tx
      .updateTable('api_token')
      .set({ revokedAt: new Date(nowMs) })
      .where('id', '=', id)
      .where('revokedAt', 'is', null)
      .returning('accountId')
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'token' })
    await audit(tx, { atMs: nowMs, actor, action: 'token.revoke', resource: `token:${id}` })
    return ok({ value: { id }, events: accountChanged(row.accountId) })
  },
)

const list = defineQuery(
  {
    name: 'token.list',
    title: 'The tokens of the open API, without their secrets',
    permission: admins,
    input: z.object({}),
    output: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        scopes: z.array(z.string()),
        accountId: z.uuid().nullable(),
        createdAt: z.string(),
        lastUsedAt: z.string().nullable(),
        revokedAt: z.string().nullable(),
      }),
    ),
  },
  async ({ db }) => {
    const rows = await db
      .selectFrom('api_token')
      .select(['id', 'name', 'scopes', 'accountId', 'createdAt', 'lastUsedAt', 'revokedAt'])
      .orderBy('createdAt', 'desc')
      .execute()
    return ok(
      rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
        revokedAt: row.revokedAt?.toISOString() ?? null,
      })),
    )
  },
)

/** Commands on tokens. */
export const tokenCommands: readonly Command[] = [create, revoke]
/** Queries on tokens. */
export const tokenQueries: readonly Query[] = [list]
