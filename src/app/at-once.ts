import type { ActionAnswer } from '../contract/channel.ts'
import type { ReceiveItem, ReceivePort } from '../contract/ports.ts'
import { letGo } from '../inbox/index.ts'
import type { Log } from '../kernel/log.ts'
import type { Database } from '../store/index.ts'
import type { Registry } from './channels.ts'

/** What the acknowledgement itself needs of the vendor's limit, ms. */
const ackMs = 500
/** Time for an action where the vendor names no limit, ms. */
const usualMs = 2500
/** An action must be committed this long before its time is over, ms: then its answer really goes out with the acknowledgement. */
const commitMs = 100

export interface AtOnceOptions {
  readonly database: Database
  readonly registry: Pick<Registry, 'byId'>
  /** Works off one stored action; undefined when it could not be done in that time. */
  readonly act: (envelopeId: string, limitMs: number) => Promise<ActionAnswer | undefined>
  /** Called when actions are done or given back: what their senders sent later may go on. */
  readonly released: () => void
  readonly log: Log
}

/** How long an action may take, ms: until then it belongs to whoever received it, afterwards to the appender's turn. */
export function actionLimitMs(registry: Pick<Registry, 'byId'>, accountId: string): number {
  const budgetMs = registry.byId(accountId)?.channel.capabilities.ackBudgetMs
  return budgetMs ? Math.max(0, budgetMs - ackMs) : usualMs
}

/**
 * Receiving that runs actions: after everything is stored, each action is worked off at once, and its outcome carries the answer
 * if it was there in time. Repeats are answered as the first one was. What fails or takes too long is left to the appender.
 */
export function answerActions(receive: ReceivePort, options: AtOnceOptions): ReceivePort {
  const { registry, log } = options

  async function answer(item: ReceiveItem, envelopeId: string): Promise<ActionAnswer | undefined> {
    const limitMs = actionLimitMs(registry, item.accountId)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs)
    })
    const acted = options
      .act(envelopeId, Math.max(1, limitMs - commitMs))
      .catch((error: unknown) => {
        log.warn({ err: error, envelopeId }, 'an action was not done at once; it is done later')
        return undefined
      })
      .then(async (given) => {
        if (!given) await letGo(options.database, envelopeId)
        options.released()
        return given
      })
      .catch((error: unknown) => {
        log.warn({ err: error, envelopeId }, 'an action waits until its time at the door is over')
        return undefined
      })
    const given = await Promise.race([acted, late])
    clearTimeout(timer)
    return given
  }

  return async (items, cursor) => {
    const outcomes = await receive(items, cursor)
    if (!items.some(({ kind }) => kind === 'action')) return outcomes
    return await Promise.all(
      outcomes.map(async (outcome, i) => {
        const item = items[i]!
        if (item.kind !== 'action') return outcome
        const given = await answer(item, outcome.envelopeId)
        return given ? { ...outcome, answer: given } : outcome
      }),
    )
  }
}
