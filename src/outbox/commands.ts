import { z } from 'zod'
import { type Command, defineCommand } from '../access/index.ts'
import type { Effects } from '../contract/jobs.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Tx } from '../store/index.ts'
import { jobsIfHead, lockLane, renderJob } from './lane.ts'
import { makeReplyCommand, type ReplyPorts } from './reply.ts'
import { endMessage, type OutboxRow } from './settle.ts'

const manage = { roles: ['agent', 'supervisor', 'dispatcher'] } as const
const one = z.object({ id: z.uuid() })

type Held = OutboxRow & { readonly state: string }

/** The message, with its lane held so that nobody sends from it meanwhile. */
async function hold(tx: Tx, id: string): Promise<Held | null> {
  const found = await tx.selectFrom('outbox_message').select('lane').where('id', '=', id).executeTakeFirst()
  if (!found) return null
  await lockLane(tx, found.lane)
  return await tx
    .selectFrom('outbox_message')
    .select(['id', 'lane', 'messageId', 'conversationId', 'ticketId', 'state'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

const retryCommand = defineCommand(
  {
    name: 'outbox.retry',
    title: 'Sends a message again that failed or whose fate is unknown',
    permission: manage,
    input: one,
    output: z.object({}),
  },
  async (ctx, { id }) => {
    const message = await hold(ctx.tx, id)
    if (!message) return refuse('not_found', { what: 'outgoing message' })
    if (!['failed', 'unknown', 'queued'].includes(message.state)) {
      return refuse('outbox.not_waiting', { state: message.state })
    }
    return ok({ value: {}, ...(await again(ctx.tx, message)) })
  },
)

async function again(tx: Tx, message: Held): Promise<Effects> {
  await tx
    .updateTable('outbox_part')
    .set({ state: 'queued', attempts: 0 })
    .where('outboxId', '=', message.id)
    .where('state', 'in', ['failed', 'unknown'])
    .execute()
  await tx
    .updateTable('outbox_message')
    .set({ state: 'queued', doneAt: null })
    .where('id', '=', message.id)
    .execute()
  if (message.messageId) {
    await tx.updateTable('message').set({ delivery: 'queued' }).where('id', '=', message.messageId).execute()
  }
  const parts = await tx
    .selectFrom('outbox_part')
    .select('id')
    .where('outboxId', '=', message.id)
    .executeTakeFirst()
  // Without parts it was never drawn: that job is what died.
  const jobs = parts ? await jobsIfHead(tx, message.lane, message.id) : [renderJob(message.id, message.lane)]
  return { events: [], jobs }
}

const cancelCommand = defineCommand(
  {
    name: 'outbox.cancel',
    title: 'Gives up a message that is not sent yet; also clears a failed one from the list',
    permission: manage,
    input: one,
    output: z.object({}),
  },
  async (ctx, { id }): Promise<Result<{ value: object } & Effects>> => {
    const message = await hold(ctx.tx, id)
    if (!message) return refuse('not_found', { what: 'outgoing message' })
    if (!['failed', 'unknown', 'queued'].includes(message.state)) {
      return refuse('outbox.not_waiting', { state: message.state })
    }
    await ctx.tx
      .updateTable('outbox_part')
      .set({ state: 'cancelled' })
      .where('outboxId', '=', id)
      .where('state', 'in', ['queued', 'failed', 'unknown'])
      .execute()
    return ok({ value: {}, ...(await endMessage(ctx.tx, message, 'cancelled', null, ctx.nowMs)) })
  },
)

/** What people can tell the outbox. */
export function makeOutboxCommands(ports: ReplyPorts): Command[] {
  return [makeReplyCommand(ports), retryCommand, cancelCommand]
}
