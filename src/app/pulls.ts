import { DeliveryError } from '../contract/channel.ts'
import { type NewJob, noEffects } from '../contract/jobs.ts'
import type { PullHintEnvelope } from '../contract/message.ts'
import { FetchError, type ReceivePort, type SafeAgent } from '../contract/ports.ts'
import { defineHandler, GiveUp, type JobHandler, RetryLater } from '../queue/index.ts'
import type { Database } from '../store/index.ts'
import type { Registry } from './channels.ts'
import { connectIo, type SharedIo } from './connections.ts'

/** How long a pull waits before it looks again whether its account was switched on, ms. */
const accountPauseMs = 60_000

/** The job that fetches what a hint announced. */
export function pullJob(accountId: string, { pullKey, pull }: PullHintEnvelope): NewJob {
  const key = `${accountId}:${pullKey}`
  return {
    kind: 'channel.pull',
    payload: { accountId, pullKey, hint: { ...pull } },
    uniqueKey: key,
    serialKey: `pull:${key}`,
  }
}

/** Runs a channel's `pull`: again after what may pass, and put aside as dead, where people see it, after what may not. */
export function makePullHandler(options: {
  readonly database: Database
  readonly registry: Pick<Registry, 'byId'>
  readonly io: SharedIo
  readonly agentFor: SafeAgent
  readonly receive: ReceivePort
}): JobHandler {
  return defineHandler({
    kind: 'channel.pull',
    async prepare(job, ctx) {
      const { accountId, hint } = job.payload
      const account = options.registry.byId(accountId)
      if (!account?.enabled) throw new RetryLater('the account is switched off or not usable', accountPauseMs)
      if (!account.channel.pull) throw new GiveUp(`the channel ${account.kind} has no pull`)
      const io = connectIo(account, options, ctx.signal, () => {})
      try {
        await account.channel.pull(hint, io)
      } catch (error) {
        throw failureOf(error)
      }
      return null
    },
    commit: async () => noEffects,
  })
}

/** As the queue understands it; anything unknown backs off like any job. */
function failureOf(error: unknown): unknown {
  if (error instanceof DeliveryError) {
    const text = `${error.code}: ${error.message}`
    if (error.retry === 'never') return new GiveUp(text)
    if (error.waitMs !== undefined) return new RetryLater(text, error.waitMs)
  }
  if (error instanceof FetchError) {
    const { waitMs } = error.refusal.params
    if (typeof waitMs === 'number') return new RetryLater(error.message, waitMs)
  }
  return error
}
