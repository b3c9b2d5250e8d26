import { type Capabilities, DeliveryError, type ProviderCall, type Receipt } from '../contract/channel.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { defineHandler, type Job, type JobHandler, type StepContext } from '../queue/index.ts'
import { type Tx, unread } from '../store/index.ts'
import { superseded } from './card.ts'
import { decide, type Failure, type Verdict } from './decide.ts'
import { headOf, lockLane, sendJob } from './lane.ts'
import type { SendingAccount, SendPorts } from './ports.ts'
import { accountPauseMs } from './render.ts'
import { outboxSettings } from './settings.ts'
import { dropUnsent, hasEnded, type OutboxRow, partFailed, partSent } from './settle.ts'
import { spend } from './window.ts'

type SendJob = Job<'outbox.send'>

/** A part that is marked as being sent. */
interface Sending {
  readonly message: OutboxRow
  readonly partId: string
  readonly attempts: number
  readonly unknownRetries: number
  readonly firstTriedAtMs: number
  readonly call: ProviderCall
  readonly idempotencyKey: string
  readonly account: SendingAccount
}

type Begun =
  | { readonly do: 'nothing' }
  | { readonly do: 'wait'; readonly lane: string }
  /** Another process has the connection over which it is sent. */
  | { readonly do: 'hand over'; readonly lane: string; readonly lease: string }
  /** A later version of its card waits behind it, and nobody has seen this one. */
  | { readonly do: 'drop'; readonly message: OutboxRow }
  | { readonly do: 'send'; readonly sending: Sending }
  /** Known before anything left the hub: the window is closed, or an earlier try has no known outcome and may not be repeated. */
  | { readonly do: 'end'; readonly sending: Sending; readonly failure: Failed }

interface Failed {
  readonly code: string
  readonly text: string
  readonly verdict: Verdict
}

type Prepared =
  | Exclude<Begun, { do: 'send' }>
  | { readonly do: 'sent'; readonly sending: Sending; readonly receipt: Receipt }

/**
 * Sends one part. `begin` marks it as `sending` and takes it out of the reply window before anything leaves the hub, so that a
 * crash is always seen: a part that is found `sending` has an unknown outcome, and `decide` says whether it may be repeated.
 */
export function makeSendHandler(ports: SendPorts): JobHandler {
  return defineHandler({
    kind: 'outbox.send',
    begin: (tx, job, ctx) => begin(tx, ports, job, ctx),
    prepare: (_job, ctx, begun) =>
      begun.do === 'send' ? deliver(ports, begun.sending, ctx) : Promise.resolve(begun),
    commit: (tx, prepared, job, ctx) => commit(tx, prepared, job, ctx),
  })
}

async function begin(tx: Tx, ports: SendPorts, job: SendJob, ctx: StepContext): Promise<Begun> {
  const row = await readPart(tx, job.payload.partId)
  if (!row || hasEnded(row.state)) return { do: 'nothing' }
  const ended = hasEnded(row.messageState)
  if (ended && row.state === 'queued') return { do: 'nothing' }
  if (!ended && (await headOf(tx, row.lane))?.partId !== row.partId) return { do: 'nothing' }
  const account = ports.account(row.accountId)
  if (!account?.enabled) return { do: 'wait', lane: row.lane }
  const lease = ports.sender(account)
  if (lease !== null) return { do: 'hand over', lane: row.lane, lease }
  if (row.ordinal === 0 && row.attempts === 0 && (await superseded(tx, { ...row, id: row.outboxId }))) {
    return { do: 'drop', message: { ...row, id: row.outboxId } }
  }
  const sending: Sending = {
    message: { ...row, id: row.outboxId },
    partId: row.partId,
    attempts: row.attempts + 1,
    unknownRetries: row.unknownRetries,
    firstTriedAtMs: row.firstTriedAt?.getTime() ?? ctx.nowMs,
    call: row.call as unknown as ProviderCall,
    idempotencyKey: row.idempotencyKey,
    account,
  }
  if (row.state === 'queued') return await mark(tx, sending, row, ctx.nowMs)
  const verdict = verdictOf({ ...sending, attempts: row.attempts }, { retry: 'unknown' }, ctx.nowMs)
  const failure = { code: 'interrupted', text: 'the hub stopped while this was being sent', verdict }
  if (verdict.state !== 'queued' || ended) return { do: 'end', sending, failure }
  ctx.log.warn({ partId: row.partId }, 'a part with an unknown outcome is sent again')
  return await mark(tx, { ...sending, unknownRetries: verdict.unknownRetries }, row, ctx.nowMs)
}

async function readPart(tx: Tx, partId: string) {
  const lane = await tx
    .selectFrom('outbox_part as p')
    .innerJoin('outbox_message as m', 'm.id', 'p.outboxId')
    .select('m.lane')
    .where('p.id', '=', partId)
    .executeTakeFirst()
  if (!lane) return null
  await lockLane(tx, lane.lane)
  return await tx
    .selectFrom('outbox_part as p')
    .innerJoin('outbox_message as m', 'm.id', 'p.outboxId')
    .select([
      'p.id as partId',
      'p.outboxId',
      'p.state',
      'p.attempts',
      'p.unknownRetries',
      'p.firstTriedAt',
      'p.call',
    ])
    .select(['p.idempotencyKey', 'p.windowCost', 'm.lane', 'm.accountId', 'm.messageId', 'm.conversationId'])
    .select([
      'm.ticketId',
      'm.automatic',
      'm.state as messageState',
      'p.ordinal',
      'm.seq',
      'm.toExternalId',
      'm.cardId',
      'm.unseen',
    ])
    .where('p.id', '=', partId)
    .executeTakeFirst()
}

type PartRow = NonNullable<Awaited<ReturnType<typeof readPart>>>

/** Pays for the part, once for all its tries, and marks it. */
async function mark(tx: Tx, sending: Sending, row: PartRow, nowMs: number): Promise<Begun> {
  const window = sending.account.channel.capabilities.replyWindow
  if (row.windowCost === 0 && window !== null && row.conversationId !== null) {
    const reserved = row.automatic ? (await outboxSettings(tx)).reservedForPeople : 0
    // Before the first one: half of a message is worse than none, and nobody is told of it.
    const behind = row.ordinal === 0 ? await partsBehind(tx, row.outboxId) : 0
    if (!(await spend(tx, row.conversationId, window, nowMs, reserved + behind))) {
      const text = 'the reply window of the channel is closed or used up'
      return {
        do: 'end',
        sending,
        failure: { code: 'outbox.window_closed', text, verdict: { state: 'failed' } },
      }
    }
  }
  await tx
    .updateTable('outbox_part')
    .set({
      state: 'sending',
      attempts: sending.attempts,
      unknownRetries: sending.unknownRetries,
      firstTriedAt: new Date(sending.firstTriedAtMs),
      windowCost: window === null ? 0 : 1,
    })
    .where('id', '=', sending.partId)
    .modifyEnd(unread)
    .execute()
  await tx
    .updateTable('outbox_message')
    .set({ state: 'sending' })
    .where('id', '=', row.outboxId)
    .modifyEnd(unread)
    .execute()
  return { do: 'send', sending }
}

/** How many parts of a message are to follow its first one. */
async function partsBehind(tx: Tx, outboxId: string): Promise<number> {
  const { n } = await tx
    .selectFrom('outbox_part')
    .select((e) => e.fn.countAll<string>().as('n'))
    .where('outboxId', '=', outboxId)
    .where('ordinal', '>', 0)
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  return Number(n)
}

async function deliver(ports: SendPorts, sending: Sending, ctx: StepContext): Promise<Prepared> {
  const io = ports.io(sending.account, ctx.signal)
  try {
    const receipt = await sending.account.channel.deliver(sending.call, sending.idempotencyKey, io)
    return { do: 'sent', sending, receipt }
  } catch (error) {
    const known = error instanceof DeliveryError
    if (!known) ctx.log.error({ err: error, partId: sending.partId }, 'a channel failed in a way of its own')
    const failure: Failure & { code: string } = known ? error : { retry: 'unknown', code: 'unexpected' }
    const text = error instanceof Error ? error.message : String(error)
    const verdict = verdictOf(sending, failure, ctx.nowMs)
    return { do: 'end', sending, failure: { code: failure.code, text, verdict } }
  }
}

function verdictOf(sending: Sending, failure: Failure, nowMs: number): Verdict {
  const capabilities: Capabilities = sending.account.channel.capabilities
  const { partId: id, attempts, unknownRetries, firstTriedAtMs } = sending
  return decide({ id, attempts, unknownRetries, firstTriedAtMs }, failure, capabilities, nowMs)
}

async function commit(tx: Tx, prepared: Prepared, job: SendJob, ctx: StepContext): Promise<Effects> {
  if (prepared.do === 'nothing') return noEffects
  if (prepared.do === 'wait') {
    return { events: [], jobs: [sendJob(job.payload.partId, prepared.lane, ctx.nowMs + accountPauseMs)] }
  }
  if (prepared.do === 'hand over') {
    return { events: [], jobs: [sendJob(job.payload.partId, prepared.lane, ctx.nowMs, prepared.lease)] }
  }
  if (prepared.do === 'drop') {
    await lockLane(tx, prepared.message.lane)
    return await dropUnsent(tx, prepared.message, ctx.nowMs)
  }
  const { sending } = prepared
  const { message, partId } = sending
  await lockLane(tx, message.lane)
  const part = await tx
    .selectFrom('outbox_part')
    .select('state')
    .where('id', '=', partId)
    .where('state', 'in', ['queued', 'sending'])
    .forUpdate()
    .executeTakeFirst()
  if (!part) return noEffects
  if (prepared.do === 'sent') return await partSent(tx, message, partId, prepared.receipt, ctx.nowMs)
  return await partFailed(tx, message, partId, prepared.failure, ctx.nowMs)
}
