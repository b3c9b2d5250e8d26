import { z } from 'zod'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import type { Role } from '../../contract/actor.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import type { Tx } from '../../store/index.ts'
import { presences } from './agents.ts'
import { assigned, assignJob, giveTo, noteTaken } from './assign.ts'
import { deskSettings } from './settings.ts'

const desk: readonly Role[] = ['supervisor', 'agent', 'dispatcher']
const atDesk = { roles: desk }

/** The person at the desk; programs and the hub itself have no chats. */
function userOf(ctx: CommandContext): Result<string> {
  return ctx.actor.kind === 'user' ? ok(ctx.actor.id) : refuse('access.forbidden', { action: 'desk' })
}

async function lockOpen(tx: Tx, id: string) {
  const row = await tx
    .selectFrom('conversation')
    .select(['id', 'accountId', 'channel', 'agentId', 'state'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return refuse('not_found', { what: 'conversation' })
  return row.state === 'open' ? ok(row) : refuse('conversation.closed')
}

const presence = defineCommand(
  {
    name: 'desk.presence',
    title: 'Says whether the person takes chats, and how many at a time',
    permission: atDesk,
    input: z.object({
      status: z.enum(presences),
      /** 1 to 50; as before when left out. */
      maxChats: z.int().min(1).max(50).optional(),
    }),
    output: z.object({ status: z.enum(presences), maxChats: z.int() }),
  },
  async (ctx, { status, maxChats }) => {
    const user = userOf(ctx)
    if (!user.ok) return user
    const most = maxChats ?? (await deskSettings(ctx.tx)).maxChats
    const since = new Date(ctx.nowMs)
    const row = await ctx.tx
      .insertInto('agent_presence')
      .values({ userId: user.value, status, maxChats: most, since })
      .onConflict((c) => c.column('userId').doUpdateSet({ status, since, ...(maxChats ? { maxChats } : {}) }))
      .returning(['maxChats'])
      .executeTakeFirstOrThrow()
    const data = { userId: user.value, status }
    const event = { type: 'desk.presence' as const, subject: 'desk', subjectId: user.value, data }
    return ok({ value: { status, maxChats: row.maxChats }, events: [event], jobs: [assignJob] })
  },
)

const take = defineCommand(
  {
    name: 'conversation.take',
    title: 'Takes a conversation from the queue, or over from somebody else',
    permission: atDesk,
    input: z.object({
      id: z.uuid(),
      /** Who has it as far as the page knows; refused when somebody else was faster. Null: nobody. */
      from: z.uuid().nullable(),
    }),
    output: z.object({}),
  },
  async (ctx, { id, from }) => {
    const user = userOf(ctx)
    if (!user.ok) return user
    const found = await lockOpen(ctx.tx, id)
    if (!found.ok) return found
    const { agentId, channel } = found.value
    if (agentId === user.value) return ok({ value: {} })
    if (agentId !== from) return refuse('conversation.taken', { by: (await nameOf(ctx.tx, agentId)) ?? '' })
    await giveTo(ctx.tx, id, user.value, ctx.nowMs)
    await noteTaken(ctx.tx, id, ctx.nowMs)
    const event = assigned(id, channel, user.value, agentId, 'hand')
    return ok({ value: {}, events: [event], jobs: [assignJob] })
  },
)

const handOver = defineCommand(
  {
    name: 'conversation.handOver',
    title: 'Hands a conversation to another agent, or back to the queue',
    permission: atDesk,
    input: z.object({
      id: z.uuid(),
      to: z.uuid().nullable(),
      /** What the next one should know; stands between the messages, and the customer never sees it. */
      note: z.string().trim().max(2000).default(''),
    }),
    output: z.object({}),
  },
  async (ctx, { id, to, note }) => {
    const found = await lockOpen(ctx.tx, id)
    if (!found.ok) return found
    const { agentId, channel } = found.value
    if (to !== null && !(await nameOf(ctx.tx, to))) return refuse('not_found', { what: 'user' })
    if (note !== '') await writeNote(ctx, found.value, note)
    if (agentId === to) return ok({ value: {} })
    await giveTo(ctx.tx, id, to, ctx.nowMs)
    await noteTaken(ctx.tx, id, to === null ? null : ctx.nowMs)
    return ok({ value: {}, events: [assigned(id, channel, to, agentId, 'hand')], jobs: [assignJob] })
  },
)

async function writeNote(
  { tx, ids, actor, nowMs }: CommandContext,
  conversation: { readonly id: string; readonly accountId: string },
  text: string,
): Promise<void> {
  await tx
    .insertInto('message')
    .values({
      id: ids.next(),
      conversationId: conversation.id,
      accountId: conversation.accountId,
      direction: 'note',
      author: 'agent',
      authorId: actor.id,
      authorName: actor.kind === 'user' ? actor.name : null,
      kind: 'text',
      text,
      at: new Date(nowMs),
    })
    .execute()
}

async function nameOf(tx: Tx, userId: string | null): Promise<string | null> {
  if (userId === null) return null
  const row = await tx
    .selectFrom('app_user')
    .select('displayName')
    .where('id', '=', userId)
    .where('disabledAt', 'is', null)
    .executeTakeFirst()
  return row?.displayName ?? null
}

export const deskCommands = [presence, take, handOver]
