import { z } from 'zod'
import type { Command, Query } from '../../src/access/command.ts'
import { storeEffects } from '../../src/app/effects.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { type Actor, systemActor } from '../../src/contract/actor.ts'
import type { Capabilities, Channel, Outbound, ProviderCall, Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { appendMessage } from '../../src/conversations/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId, derivedIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import type { Result } from '../../src/kernel/result.ts'
import {
  enqueueMessage,
  makeOutboxHandlers,
  type NewMessage,
  type SendingAccount,
} from '../../src/outbox/index.ts'
import { release } from '../../src/queue/index.ts'
import { type Database, json } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')

const agent: Actor = {
  kind: 'user',
  id: '0b0e5fd0-0000-4000-8000-000000000001',
  name: '李坐席',
  roles: ['agent'],
  staffId: null,
}

const plain: Capabilities = {
  maxTextLength: 10,
  cards: 'text',
  attachments: false,
  ackBudgetMs: null,
  redeliveryHorizonMs: 0,
  replyWindow: null,
  idempotentSend: 'key',
  settleMs: 0,
}

/** One call as the vendor saw it. */
interface Seen {
  readonly text: string
  readonly key: string
  readonly reference: string
}

/** Outbox, queue and conversations on a real database; only the vendor behind the channel is played by `answer`. */
export async function openDesk(capabilities: Partial<Capabilities> = {}) {
  const fresh: FreshDatabase = await freshDatabase()
  const { database } = fresh
  const clock = manualClock(startMs)
  const seen: Seen[] = []
  const desk = {
    database,
    clock,
    seen,
    answer: async (_call: ProviderCall, _key: string): Promise<Receipt> => ({
      providerMessageId: `v${seen.length}`,
    }),
    enabled: true,
    drop: () => fresh.drop(),
  }
  const channel = playedChannel({ ...plain, ...capabilities }, seen, (call, key) => desk.answer(call, key))
  const accountId = derivedId('account', 'desk')
  await database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: 'played', name: '测试渠道', config: json({}) })
    .execute()
  const account = (id: string): SendingAccount | undefined =>
    id === accountId ? { id, kind: 'played', enabled: desk.enabled, channel, config: {} } : undefined
  const handlers = makeOutboxHandlers({
    account,
    io: (_account, signal) => ({ signal }) as ChannelIo<unknown>,
    sender: () => null,
    takesReplies: () => true,
    progressLink: (ticketId) => `https://hub.example/p/${ticketId}`,
  })
  return {
    ...actions(database, clock, channel, accountId),
    desk,
    accountId,
    handlers,
    ...runners(database, clock, handlers),
  }
}

/** An opened desk. */
export type Desk = Awaited<ReturnType<typeof openDesk>>

function playedChannel(
  capabilities: Capabilities,
  seen: Seen[],
  answer: (call: ProviderCall, key: string) => Promise<Receipt>,
): Channel {
  return {
    kind: 'played',
    capabilities,
    configSchema: z.object({}),
    verify: () => {
      throw new Error('nothing comes in by this channel')
    },
    parse: () => [],
    ack: () => ({ status: 200 }),
    render: (out: Outbound) => {
      if (out.text === 'cannot be drawn') throw new Error('no such picture')
      const points = [...out.text]
      const calls: ProviderCall[] = []
      for (let i = 0; i < Math.max(1, points.length); i += capabilities.maxTextLength) {
        const text = points.slice(i, i + capabilities.maxTextLength).join('')
        calls.push({
          name: 'say',
          body: { text, reference: out.reference },
          label: `piece ${calls.length + 1}`,
        })
      }
      return calls
    },
    deliver: async (call, key) => {
      seen.push({ text: String(call.body.text), key, reference: String(call.body.reference) })
      return await answer(call, key)
    },
  }
}

function runners(
  database: Database,
  clock: ReturnType<typeof manualClock>,
  handlers: ReturnType<typeof makeOutboxHandlers>,
) {
  const make = (worker: string) =>
    makeRunner({ database, handlers, worker, concurrency: 4, clock, log: silentLog, wrote: () => {} })
  return {
    make,
    /** Works off what is due now. */
    run: () => make('w1').drain(),
    /** Lets time pass until nothing is left to do, or `forMs` are over. */
    async runFor(forMs: number, stepMs = 1000) {
      const end = clock.now() + forMs
      for (;;) {
        await make('w1').drain()
        if (clock.now() >= end) return
        clock.advance(stepMs)
      }
    },
    /** The job that is due next; null when none is. */
    async next(): Promise<string | null> {
      const job = await database.db
        .selectFrom('job')
        .select('id')
        .where('state', '=', 'ready')
        .where('dueAt', '<=', new Date(clock.now()))
        .orderBy('dueAt')
        .limit(1)
        .executeTakeFirst()
      return job?.id ?? null
    },
    /** What the next process finds after this one was killed. */
    takeBack: () => release(database, clock.now(), true),
  }
}

function actions(
  database: Database,
  clock: ReturnType<typeof manualClock>,
  channel: Channel,
  accountId: string,
) {
  let envelopes = 0
  const cause = () => ({
    id: derivedId('cause', envelopes++),
    nowMs: clock.now(),
    actor: systemActor('test'),
  })
  return {
    /** A customer writes, or does something that opens a window of its own; returns the conversation. */
    async hear(
      sender: string,
      text: string,
      automatic?: 'auto-reply',
      replyWindow?: Capabilities['replyWindow'],
    ): Promise<string> {
      const { id } = cause()
      return await database.transaction(async (tx) => {
        const { conversationId } = await appendMessage(tx, {
          envelopeId: id,
          account: { id: accountId, kind: 'played', capabilities: channel.capabilities },
          envelope: {
            kind: 'message',
            dedupeKey: id,
            senderKey: sender,
            threadKey: sender,
            identity: { externalId: sender },
            message: {
              kind: 'text',
              providerMessageId: id,
              sentAtMs: null,
              text,
              attachments: [],
              ...(automatic ? { automatic } : {}),
              ...(replyWindow === undefined ? {} : { replyWindow }),
            },
          },
          attachments: [],
          urgent: false,
          receivedAtMs: clock.now(),
          nowMs: clock.now(),
        })
        return conversationId
      })
    },
    /** Enqueues a message and stores what follows, as a command would. */
    async say(message: Partial<NewMessage> & Pick<NewMessage, 'conversationId' | 'text'>) {
      const by = cause()
      return await database.transaction(async (tx) => {
        const said = await enqueueMessage(
          tx,
          { idempotencyKey: by.id, automatic: false, author: { kind: 'agent' }, ...message },
          clock.now(),
        )
        if (said.ok) await storeEffects(tx, said.value.effects, by)
        return said
      })
    },
    async command(command: Command | undefined, input: unknown, actor = agent): Promise<Result<unknown>> {
      const by = cause()
      return await database.transaction(async (tx) => {
        const context = { tx, actor, nowMs: clock.now(), ids: derivedIds(by.id), commandId: by.id }
        const done = await command!.execute(context, command!.input.parse(input))
        if (!done.ok) return done
        await storeEffects(tx, { events: done.value.events ?? [], jobs: done.value.jobs ?? [] }, by)
        return { ok: true, value: done.value.value }
      })
    },
    async ask(query: Query | undefined, input: unknown, actor = agent) {
      const answer = await query!.execute(
        { db: database.db, actor, nowMs: clock.now() },
        query!.input.parse(input),
      )
      if (!answer.ok) throw new Error(answer.refusal.code)
      return query!.output.parse(answer.value) as never
    },
    /** States of all messages in order, each with its parts'. */
    async states(): Promise<string[]> {
      const messages = await database.db.selectFrom('outbox_message').selectAll().orderBy('seq').execute()
      const parts = await database.db.selectFrom('outbox_part').selectAll().orderBy('ordinal').execute()
      return messages.map((m) => {
        const own = parts.filter((p) => p.outboxId === m.id).map((p) => p.state)
        return `${m.state}(${own.join(' ')})`
      })
    },
    async deliveries(): Promise<(string | null)[]> {
      const rows = await database.db
        .selectFrom('message')
        .select('delivery')
        .where('direction', '=', 'out')
        .orderBy('seq')
        .execute()
      return rows.map((row) => row.delivery)
    },
    async events(type: string) {
      return await database.db
        .selectFrom('event')
        .selectAll()
        .where('type', '=', type)
        .orderBy('id')
        .execute()
    },
    async jobs(): Promise<string[]> {
      const rows = await database.db
        .selectFrom('job')
        .select('kind')
        .where('kind', 'like', 'outbox.%')
        .execute()
      return rows.map((row) => row.kind)
    },
  }
}
