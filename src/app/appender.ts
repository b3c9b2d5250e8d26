import { systemActor } from '../contract/actor.ts'
import type { ActionAnswer } from '../contract/channel.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type {
  ActionEnvelope,
  CallFacts,
  Envelope,
  MessageEnvelope,
  ReceiptEnvelope,
} from '../contract/message.ts'
import type { MediaStore } from '../contract/ports.ts'
import { appendMessage, isStray } from '../conversations/index.ts'
import {
  type Appended,
  answerOf,
  lockWaiting,
  markDone,
  markFailed,
  type StoredEnvelope,
  waitingEnvelopes,
  waitingUpTo,
} from '../inbox/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { derivedId } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Caused, Wake } from '../queue/index.ts'
import { type Database, isUnavailable, sql, type Tx } from '../store/index.ts'
import type { Account, Registry } from './channels.ts'
import { storeAll, storeEffects } from './effects.ts'
import { type Landed, type Landing, land, landUpTo } from './landing.ts'
import { pullJob } from './pulls.ts'
import type { RecordOf } from './record-links.ts'

/** Envelopes in one transaction at most … */
const batchSize = 100
/** … and bytes of bodies: what was read of them is held until the end of the transaction. */
const batchBytes = 4 * 1024 * 1024
/** Envelopes of one sender that an action worked off at once takes along at most. */
const takenAlong = 20

/** An envelope in the hands of whoever handles its kind. */
export interface Handled<E extends Envelope> {
  readonly account: Account
  readonly envelope: E
  readonly envelopeId: string
  readonly nowMs: number
}

/** Runs a stored tap or link command; registered by name. Everything it does is in the transaction. */
export type ActionRunner = (
  tx: Tx,
  action: Handled<ActionEnvelope>,
) => Promise<{ readonly effects: Effects; readonly answer?: ActionAnswer }>

export interface AppenderOptions {
  readonly database: Database
  readonly registry: Pick<Registry, 'byId'>
  readonly media: MediaStore
  readonly clock: Clock
  readonly log: Log
  /** Danger in a customer's words: the ticket must not wait for the settle window. */
  readonly isUrgent: (text: string) => boolean
  readonly actions: Readonly<Record<string, ActionRunner>>
  /** Says the answer to an action whose request was answered without it. */
  readonly followUp: (tx: Tx, action: Handled<ActionEnvelope>, answer: ActionAnswer) => Promise<Effects>
  /** What follows from a message that is not a customer's; null for a customer's. */
  readonly staffMessage: (tx: Tx, message: Handled<MessageEnvelope>) => Promise<Effects | null>
  /** The device or site of a code that came along (`InboundMessage.recordLink`). */
  readonly recordOf: RecordOf
  /** Notes what a report says of a call, once its message is there. */
  readonly reportCall: (
    tx: Tx,
    report: {
      readonly messageId: string
      readonly conversationId: string
      readonly call: CallFacts
      readonly nowMs: number
    },
  ) => Promise<Effects>
  readonly applyReceipt: (
    tx: Tx,
    accountId: string,
    receipt: ReceiptEnvelope,
    nowMs: number,
  ) => Promise<Effects>
  readonly wrote: (wakes: readonly Wake[], events: number) => void
}

/** It took too long to be answered at once: nothing is kept, and the normal turn does it. */
class TooLate extends Error {
  override readonly name = 'TooLate'
}

/** Turns stored envelopes into messages, receipts and actions: in order for each sender, each exactly once. */
export function makeAppender(options: AppenderOptions) {
  const { database, clock, log } = options
  let behind = false

  /** Works off one batch; true when there may be more. */
  async function turn(): Promise<{ more: boolean }> {
    const waiting = await waitingEnvelopes(database, clock.now(), batchSize)
    if (waiting.length > 0) return await work(waiting)
    behind = false
    return { more: false }
  }

  async function work(waiting: readonly StoredEnvelope[]): Promise<{ more: boolean }> {
    const landings = await landUpTo(batchBytes, waiting, options)
    behind = waiting.length === batchSize || landings.length < waiting.length
    const good = landings.filter((l) => 'envelope' in l)
    if (good.length === landings.length && (await commitTogether(good))) return { more: true }
    await commitOneByOne(landings)
    return { more: true }
  }

  /** All in one transaction; false when one of them failed and nothing was kept. */
  async function commitTogether(batch: readonly Landed[]): Promise<boolean> {
    try {
      const done = await database.transaction((tx) => applyBatch(tx, batch))
      options.wrote(done.wakes, done.events)
      return true
    } catch (error) {
      if (isUnavailable(error)) throw error
      return false
    }
  }

  /** `answering`: the request of the last one is answered with what comes of it. */
  async function applyBatch(tx: Tx, batch: readonly Landed[], answering = false) {
    const still = await lockWaiting(
      tx,
      batch.map((l) => l.stored.id),
    )
    const caused: Caused[] = []
    const done: Appended[] = []
    for (const landed of batch) {
      if (!still.has(landed.stored.id)) continue
      const nowMs = clock.now()
      const { effects, ...became } = await apply(tx, landed, nowMs)
      done.push({ id: landed.stored.id, ...became, atMs: nowMs })
      const cause = { id: landed.stored.id, nowMs, actor: systemActor('inbox') }
      caused.push({ effects, cause })
      const answered = answering && landed === batch.at(-1)
      if (became.answer && !answered) {
        const action = handledOf<ActionEnvelope>(landed, nowMs)
        // A cause of its own: whether somebody waited for the answer must not change the ids of what follows from the action.
        const told = { ...cause, id: derivedId('follow-up', landed.stored.id) }
        caused.push({ effects: await options.followUp(tx, action, became.answer), cause: told })
      }
    }
    await markDone(tx, done)
    const events = caused.reduce((sum, { effects }) => sum + effects.events.length, 0)
    return { wakes: await storeAll(tx, caused), events, done }
  }

  async function apply(
    tx: Tx,
    landed: Landed,
    nowMs: number,
  ): Promise<{ effects: Effects } & Omit<Appended, 'id' | 'atMs'>> {
    const { stored, account, envelope, attachments } = landed
    switch (envelope.kind) {
      case 'message': {
        const staff = await options.staffMessage(tx, handledOf<MessageEnvelope>(landed, nowMs))
        if (staff) return { effects: staff }
        if (await isStray(tx, account.id, envelope)) return { effects: noEffects }
        const { recordLink } = envelope.message
        const record = recordLink ? await options.recordOf(tx, recordLink) : null
        const appended = await appendMessage(tx, {
          envelopeId: stored.id,
          account: { id: account.id, kind: account.kind, capabilities: account.channel.capabilities },
          envelope: record ? { ...envelope, message: { ...envelope.message, record } } : envelope,
          attachments,
          urgent: options.isUrgent(envelope.message.text),
          receivedAtMs: stored.receivedAt.getTime(),
          nowMs,
        })
        const { call } = envelope.message
        if (!call) return appended
        const { messageId, conversationId } = appended
        const noted = await options.reportCall(tx, { messageId, conversationId, call, nowMs })
        return { ...appended, effects: joinEffects(appended.effects, noted) }
      }
      case 'receipt':
        return { effects: await options.applyReceipt(tx, account.id, envelope, nowMs) }
      case 'action': {
        const run = options.actions[envelope.action.name]
        if (!run) throw new Error(`nobody handles the action ${envelope.action.name}`)
        return await run(tx, handledOf<ActionEnvelope>(landed, nowMs))
      }
      case 'pull-hint':
        if (!account.channel.pull) throw new Error(`the channel ${account.kind} sends hints but has no pull`)
        return { effects: { events: [], jobs: [pullJob(account.id, envelope)] } }
    }
  }

  /**
   * Works off one action in the moment, behind what its sender sent before, and gives its answer; of one that was worked off
   * already, the answer of then. Undefined when it could not be done within `limitMs`: nothing of it is kept then, and the normal
   * turn does it. Rejects when the action's own work fails.
   */
  async function actAtOnce(envelopeId: string, limitMs: number): Promise<ActionAnswer | undefined> {
    const endsAt = performance.now() + limitMs
    const waiting = await waitingUpTo(database, envelopeId, takenAlong)
    if (waiting.at(-1)?.id !== envelopeId) return await answerOf(database.db, envelopeId)
    // One that failed before has its pause, and what its sender sent later waits for it.
    if (waiting.some(({ attempts }) => attempts > 0)) return undefined
    const landings: Landing[] = []
    for (const stored of waiting) landings.push(await land(stored, options))
    const batch = landings.filter((l) => 'envelope' in l)
    if (batch.length < landings.length) return undefined
    const done = await database.transaction(async (tx) => {
      const left = Math.max(1, Math.floor(endsAt - performance.now()))
      await sql.raw(`set local statement_timeout = ${left}`).execute(tx)
      const applied = await applyBatch(tx, batch, true)
      if (performance.now() > endsAt) throw new TooLate()
      return applied
    })
    options.wrote(done.wakes, done.events)
    const own = done.done.find(({ id }) => id === envelopeId)
    return own ? own.answer : await answerOf(database.db, envelopeId)
  }

  /** The slow way after a failure: a failed envelope waits or is parked, and until then its sender's later ones wait too. */
  async function commitOneByOne(landings: readonly Landing[]): Promise<void> {
    const held = new Set<string>()
    for (const landing of landings) {
      const sender = `${landing.stored.accountId} ${landing.stored.senderKey}`
      if (held.has(sender)) continue
      const failure = 'error' in landing ? landing : await commitAlone(landing)
      if (!failure) continue
      const state = await park(landing.stored, failure.error, failure.final)
      if (state === 'received') held.add(sender)
    }
  }

  async function commitAlone(landed: Landed): Promise<{ error: Error; final: boolean } | null> {
    try {
      const done = await database.transaction((tx) => applyBatch(tx, [landed]))
      options.wrote(done.wakes, done.events)
      return null
    } catch (error) {
      if (isUnavailable(error)) throw error
      return { error: error instanceof Error ? error : new Error(String(error)), final: false }
    }
  }

  async function park(stored: StoredEnvelope, error: Error, final: boolean): Promise<'received' | 'dead'> {
    const nowMs = clock.now()
    log.warn(
      { err: error, envelopeId: stored.id, attempts: stored.attempts + 1 },
      'an envelope could not be worked on',
    )
    const done = await database.transaction(async (tx) => {
      const state = await markFailed(tx, stored, `${error.name}: ${error.message}`, nowMs, final)
      if (state !== 'dead') return { state, wakes: [] }
      const dead = { type: 'envelope.dead' as const, subject: 'envelope', subjectId: stored.id }
      const effects = { events: [{ ...dead, data: { accountId: stored.accountId } }], jobs: [] }
      const cause = { id: stored.id, nowMs, actor: systemActor('inbox') }
      return { state, wakes: await storeEffects(tx, effects, cause) }
    })
    options.wrote(done.wakes, done.state === 'dead' ? 1 : 0)
    return done.state
  }

  return {
    turn,
    actAtOnce,
    /** More waits than one batch. */
    behind: () => behind,
  }
}

function handledOf<E extends Envelope>(landed: Landed, nowMs: number): Handled<E> {
  return {
    account: landed.account,
    envelope: landed.envelope as E,
    envelopeId: landed.stored.id,
    nowMs,
  }
}
