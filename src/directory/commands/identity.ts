import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import type { Role } from '../../contract/actor.ts'
import { text } from '../../contract/text.ts'
import { sha256 } from '../../kernel/hash.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { codeLength, codeLetters, codeLifeMs, linkIdentity } from '../identities.ts'
import { planners } from './permissions.ts'

const linkers: readonly Role[] = planners

async function activeStaff(ctx: CommandContext, id: string): Promise<Result<{ number: string }>> {
  const row = await ctx.tx
    .selectFrom('staff')
    .select('number')
    .where('id', '=', id)
    .where('active', '=', true)
    .executeTakeFirst()
  return row ? ok(row) : refuse('not_found', { what: 'staff' })
}

const link = defineCommand(
  {
    name: 'staff.link',
    title: "Links a channel's user to a person of the staff, so that cards reach them and taps are theirs",
    permission: { roles: linkers },
    input: z.object({ staffId: z.uuid(), accountId: z.uuid(), externalId: text(200) }),
    output: z.object({ id: z.string() }),
  },
  async (ctx, input) => {
    const person = await activeStaff(ctx, input.staffId)
    if (!person.ok) return person
    const account = await ctx.tx
      .selectFrom('channel_account')
      .select('id')
      .where('id', '=', input.accountId)
      .executeTakeFirst()
    if (!account) return refuse('not_found', { what: 'channel account' })
    const taken = await ctx.tx
      .selectFrom('staff_identity')
      .select('staffId')
      .where('accountId', '=', input.accountId)
      .where('externalId', '=', input.externalId)
      .executeTakeFirst()
    // Somebody else's is unlinked first, so that nobody takes over a colleague's cards by a slip.
    if (taken && taken.staffId !== input.staffId)
      return refuse('conflict.duplicate', { what: 'staff identity' })
    const { id, events } = await linkIdentity(ctx.tx, input, ctx.actor, ctx.nowMs)
    return ok({ value: { id }, events })
  },
)

const unlink = defineCommand(
  {
    name: 'staff.unlink',
    title: "Takes a channel's user away from a person of the staff",
    permission: { roles: linkers },
    input: z.object({ id: z.uuid() }),
    output: z.object({}),
  },
  async (ctx, { id }) => {
    const gone = await ctx.tx
      .deleteFrom('staff_identity')
      .where('id', '=', id)
      .returning('staffId')
      .executeTakeFirst()
    if (!gone) return refuse('not_found', { what: 'staff identity' })
    const change = { action: 'staff.unlink', event: 'directory.changed', subject: 'staff' } as const
    return ok({ value: {}, events: await recordChange(ctx, { ...change, id: gone.staffId }) })
  },
)

const linkCode = defineCommand(
  {
    name: 'staff.linkCode',
    title:
      'Makes a code that a person writes to a WeCom, DingTalk or Feishu account to link themselves: once, within 15 minutes',
    permission: { roles: [...linkers, 'agent', 'engineer'] },
    input: z.object({ staffId: z.uuid() }),
    output: z.object({
      /** What to write, letter by letter. */
      text: z.string(),
      expiresAt: z.string(),
    }),
  },
  async (ctx, { staffId }) => {
    const { actor } = ctx
    const plans =
      actor.kind !== 'user' || actor.roles.some((role) => role === 'admin' || linkers.includes(role))
    if (!plans && actor.staffId !== staffId) return refuse('access.forbidden', { action: 'staff.linkCode' })
    const person = await activeStaff(ctx, staffId)
    if (!person.ok) return person
    const code = Array.from({ length: codeLength }, () => codeLetters[randomInt(codeLetters.length)]).join('')
    const expiresAt = new Date(ctx.nowMs + codeLifeMs)
    const row = { hash: sha256(code), expiresAt }
    await ctx.tx
      .insertInto('staff_link_code')
      .values({ staffId, ...row })
      .onConflict((c) => c.column('staffId').doUpdateSet(row))
      .execute()
    const change = { action: 'staff.linkCode', event: 'directory.changed', subject: 'staff' } as const
    return ok({
      value: { text: `绑定 ${person.value.number}-${code}`, expiresAt: expiresAt.toISOString() },
      events: await recordChange(ctx, { ...change, id: staffId }),
    })
  },
)

const identities = defineQuery(
  {
    name: 'staff.identities',
    title: "The channels' users that are linked to people of the staff",
    permission: { roles: ['supervisor', 'dispatcher', 'agent', 'auditor'], scopes: ['directory:read'] },
    input: z.object({ staffId: z.uuid().optional() }),
    output: z.object({
      identities: z.array(
        z.object({
          id: z.string(),
          staffId: z.string(),
          accountId: z.string(),
          /** Null when the account was removed. */
          accountName: z.string().nullable(),
          channel: z.string().nullable(),
          externalId: z.string(),
          linkedAt: z.string(),
        }),
      ),
    }),
  },
  async ({ db }, { staffId }) => {
    const rows = await db
      .selectFrom('staff_identity as i')
      .leftJoin('channel_account as a', 'a.id', 'i.accountId')
      .select(['i.id', 'i.staffId', 'i.accountId', 'i.externalId', 'i.linkedAt'])
      .select(['a.name as accountName', 'a.kind as channel'])
      .$if(staffId !== undefined, (q) => q.where('i.staffId', '=', staffId!))
      .orderBy('i.linkedAt')
      .orderBy('i.id')
      .execute()
    return ok({
      identities: rows.map(({ linkedAt, ...row }) => ({ ...row, linkedAt: linkedAt.toISOString() })),
    })
  },
)

export const identityCommands = [link, unlink, linkCode]
export const identityQueries = [identities]
