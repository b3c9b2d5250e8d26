import { z } from 'zod'
import { type Command, defineCommand } from '../access/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { Outbound } from '../contract/channel.ts'
import { both } from '../contract/faults.ts'
import type { MediaStore } from '../contract/ports.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import { enqueueMessage, type PartsOf } from './enqueue.ts'
import { windowOpen } from './window.ts'

const attachment = z.object({
  /** As the upload answered. What is sent has the size and the type of the stored file, whatever is named here. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.string().max(200),
  size: z.int().min(0),
  name: z.string().min(1).max(255),
})

const input = z
  .object({
    conversationId: z.uuid(),
    text: z.string().max(20_000).default(''),
    attachments: z.array(attachment).max(10).default([]),
    subject: z.string().max(500).optional(),
    /** Chosen by the page when the agent presses send: pressing twice sends once. */
    key: z.string().min(8).max(100).optional(),
    /** The translation that `text` comes from: what the agent wrote is kept beside what is sent. */
    translationId: z.uuid().optional(),
  })
  .refine((i) => i.text.trim() !== '' || i.attachments.length > 0, {
    message: both('不能为空', 'is empty'),
    path: ['text'],
  })

/** What replying needs from app. */
export interface ReplyPorts {
  readonly media: Pick<MediaStore, 'look'>
  /** So that nobody's reply is sent by half: vendors count each part of it. */
  readonly partsOf: PartsOf
}

const definition = {
  name: 'outbox.reply',
  title: 'Answers in a conversation',
  permission: { roles: ['agent', 'supervisor', 'dispatcher'], scopes: ['conversations:write'] },
  input,
  output: z.object({ outboxId: z.string(), messageId: z.string() }),
} as const

/** `outbox.reply`: a person answers in a conversation. */
export function makeReplyCommand({ media, partsOf }: ReplyPorts): Command {
  return defineCommand(definition, async (ctx, given) => {
    const entered = await enter(ctx.tx, given.conversationId)
    if (!entered.ok) return entered
    if (!(await windowOpen(ctx.tx, given.conversationId, ctx.nowMs))) return refuse('outbox.window_closed')
    const attachments: NonNullable<Outbound['attachments']>[number][] = []
    for (const { name, hash, contentType } of given.attachments) {
      const stored = await media.look(hash, contentType)
      if (!stored) return refuse('not_found', { what: 'file', name })
      attachments.push({ name, ...stored })
    }
    if (given.translationId && !(await translated(ctx.tx, given.translationId, given.conversationId)))
      return refuse('not_found', { what: 'translation' })
    const said = await enqueueMessage(
      ctx.tx,
      {
        idempotencyKey: `reply:${given.conversationId}:${given.key ?? ctx.commandId}`,
        conversationId: given.conversationId,
        text: given.text,
        ...(given.subject ? { subject: given.subject } : {}),
        attachments,
        automatic: false,
        author: authorOf(ctx.actor),
      },
      ctx.nowMs,
      partsOf,
    )
    if (!said.ok) return said
    // Nobody waits any longer; another answer to the same question must not be counted as late. And the hub keeps quiet for a while.
    await ctx.tx
      .updateTable('conversation')
      .set({ waitingSince: null, queuedAt: null, takenAt: new Date(ctx.nowMs) })
      .where('id', '=', given.conversationId)
      .execute()
    if (given.translationId) {
      const { messageId } = said.value
      await ctx.tx
        .updateTable('translation')
        .set({ messageId })
        .where('id', '=', given.translationId)
        .execute()
    }
    if (ctx.actor.kind === 'user') await becomeAgent(ctx.tx, given.conversationId, ctx.actor.id, ctx.nowMs)
    const { outboxId, messageId, effects } = said.value
    return ok({ value: { outboxId, messageId }, ...effects })
  })
}

/** Whether a reply of this conversation was translated under an id, so that it can be sent. */
async function translated(tx: Tx, id: string, conversationId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('translation')
    .select('id')
    .where('id', '=', id)
    .where('conversationId', '=', conversationId)
    .where('kind', '=', 'reply')
    .where('state', '=', 'done')
    .executeTakeFirst()
  return row !== undefined
}

/** Who answers a conversation that nobody has, has it from now on. */
async function becomeAgent(tx: Tx, conversationId: string, userId: string, nowMs: number): Promise<void> {
  await tx
    .updateTable('conversation')
    .set({ agentId: userId, agentSince: new Date(nowMs) })
    .where('id', '=', conversationId)
    .where('agentId', 'is', null)
    .execute()
}

/** A closed conversation opens again, unless its thread goes on in a newer one. */
async function enter(tx: Tx, conversationId: string): Promise<Result<null>> {
  const conversation = await tx
    .selectFrom('conversation')
    .select(['state', 'accountId', 'threadKey'])
    .where('id', '=', conversationId)
    .forUpdate()
    .executeTakeFirst()
  if (!conversation) return refuse('not_found', { what: 'conversation' })
  if (conversation.state === 'open') return ok(null)
  const newer = await tx
    .selectFrom('conversation')
    .select('id')
    .where('accountId', '=', conversation.accountId)
    .where('threadKey', '=', conversation.threadKey)
    .where('state', '=', 'open')
    .executeTakeFirst()
  if (newer) return refuse('conversation.closed')
  await tx
    .updateTable('conversation')
    .set({ state: 'open', closedAt: null })
    .where('id', '=', conversationId)
    .execute()
  return ok(null)
}

function authorOf(actor: Actor): { kind: 'agent'; id: string; name?: string } {
  return { kind: 'agent', id: actor.id, ...('name' in actor ? { name: actor.name } : {}) }
}
