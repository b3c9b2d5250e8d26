import type { Outbound, ProviderCall } from '../contract/channel.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { defineHandler, type JobHandler, type StepContext } from '../queue/index.ts'
import { json, type Tx, unread } from '../store/index.ts'
import { cardTurn } from './card.ts'
import { headOf, lockLane, renderJob, sendJob } from './lane.ts'
import type { SendPorts } from './ports.ts'
import { endMessage, goOn, type OutboxRow } from './settle.ts'

/** How long a message waits before it looks again whether its account was switched on, ms. */
export const accountPauseMs = 60_000

type Drawn = { readonly outboxId: string; readonly lane: string } & (
  | { readonly calls: readonly ProviderCall[] }
  | { readonly failed: string }
  | { readonly wait: true }
  | { readonly drop: true }
)

/** Draws a message as the calls of its channel; each becomes a part with an idempotency key of its own. */
export function makeRenderHandler(ports: SendPorts): JobHandler {
  return defineHandler({
    kind: 'outbox.render',
    prepare: (job, ctx) => draw(ports, job.payload.outboxId, ctx),
    commit: (tx, drawn, _job, ctx) => (drawn ? store(tx, drawn, ctx) : Promise.resolve(noEffects)),
  })
}

async function draw(ports: SendPorts, outboxId: string, ctx: StepContext): Promise<Drawn | null> {
  const row = await ctx.db
    .selectFrom('outbox_message')
    .select(['id', 'seq', 'lane', 'accountId', 'toExternalId', 'cardId', 'unseen', 'content', 'state'])
    .where('id', '=', outboxId)
    .executeTakeFirst()
  if (row?.state !== 'queued') return null
  const named = { outboxId, lane: row.lane }
  const account = ports.account(row.accountId)
  if (!account?.enabled) return { ...named, wait: true }
  const turn = await cardTurn(ctx.db, row)
  if (turn.do === 'wait') return null
  if (turn.do === 'drop') return { ...named, drop: true }
  const replaces = turn.replaces ? { replaces: turn.replaces } : {}
  try {
    const out = { ...(row.content as unknown as Outbound), ...replaces }
    const calls = account.channel.render(out, account.config)
    return calls.length > 0 ? { ...named, calls } : { ...named, failed: 'the channel drew nothing' }
  } catch (error) {
    // Drawing is pure: it would fail the same way again, and hold up everything behind it.
    ctx.log.error({ err: error, outboxId }, 'a message could not be drawn')
    return { ...named, failed: error instanceof Error ? error.message : String(error) }
  }
}

async function store(tx: Tx, drawn: Drawn, ctx: StepContext): Promise<Effects> {
  await lockLane(tx, drawn.lane)
  const message = await tx
    .selectFrom('outbox_message')
    .select(['id', 'lane', 'state', 'messageId', 'conversationId', 'ticketId', 'content'])
    .where('id', '=', drawn.outboxId)
    .forUpdate()
    .executeTakeFirst()
  if (message?.state !== 'queued') return noEffects
  if ('wait' in drawn) {
    const later = { ...renderJob(drawn.outboxId, drawn.lane), dueAtMs: ctx.nowMs + accountPauseMs }
    return { events: [], jobs: [later] }
  }
  if ('drop' in drawn) return await endMessage(tx, message, 'cancelled', 'superseded', ctx.nowMs)
  if ('failed' in drawn) return await endMessage(tx, message, 'failed', 'render_failed', ctx.nowMs)
  await tx
    .insertInto('outbox_part')
    .values(
      drawn.calls.map((call, ordinal) => ({
        id: derivedId('part', drawn.outboxId, ordinal),
        outboxId: drawn.outboxId,
        ordinal,
        call: json(call),
        idempotencyKey: derivedId('send', drawn.outboxId, ordinal),
      })),
    )
    .onConflict((c) => c.columns(['outboxId', 'ordinal']).doNothing())
    .modifyEnd(unread)
    .execute()
  const head = await headOf(tx, drawn.lane)
  if (head?.outboxId !== drawn.outboxId) return noEffects
  if (head.partId !== null) return { events: [], jobs: [sendJob(head.partId, drawn.lane)] }
  return await nothingLeft(tx, message, ctx.nowMs)
}

/** It was drawn before and nothing of it is left to send: it must not hold up what waits behind it. */
async function nothingLeft(tx: Tx, message: OutboxRow, nowMs: number): Promise<Effects> {
  const parts = await tx
    .selectFrom('outbox_part')
    .select('state')
    .where('outboxId', '=', message.id)
    .execute()
  return await goOn(
    tx,
    message,
    parts.map(({ state }) => state),
    nowMs,
  )
}
