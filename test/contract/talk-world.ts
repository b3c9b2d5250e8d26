import type { Capabilities } from '../../src/contract/channel.ts'
import type { KnowledgePort } from '../../src/contract/knowledge.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { sendToApi } from '../api.ts'
import { testHub } from '../hub.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const hour = 3_600_000

/** What a chat of a vendor can do, over the open API's protocol. */
const chat: Partial<Capabilities> = { settleMs: 8_000, replyWindow: { windowMs: 48 * hour, messages: 5 } }

/** A hub with one chat account and a clock that stands still; it works only when told. */
export async function openTalk(
  options: {
    automatic?: object
    capabilities?: Partial<Capabilities>
    env?: Record<string, string>
    knowledge?: KnowledgePort
    startMs?: number
  } = {},
) {
  const clock = manualClock(options.startMs ?? startMs)
  const channels = {
    api: async () => {
      const { apiChannel: channel } = await import('../../channels/api/index.ts')
      const capabilities = { ...channel.capabilities, ...chat, ...options.capabilities }
      return { ...channel, capabilities } as never
    },
  }
  // Nodes of one database share its key.
  const env = { SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), ...options.env }
  const test = await testHub({
    ...{ clock, channels, env },
    ...(options.knowledge ? { knowledge: options.knowledge } : {}),
  })
  const { id } = await test.run('channel.create', {
    ...{ kind: 'api', name: '聊天', config: {}, automatic: options.automatic ?? {} },
  })
  const accountId = id as string
  const { db } = test.fresh.database
  let count = 0

  /** A customer writes, and everything that is due after the settle time is done. */
  async function say(user: string, text: string, more: object = {}): Promise<void> {
    // Not in the millisecond in which the step before ended: a replay could not tell which came first.
    clock.advance(1_000)
    await hear(user, text, more)
    clock.advance(8_000)
    await test.hub.settle()
  }

  const threads = new Map<string, string>()
  async function hear(user: string, text: string, more: object = {}): Promise<void> {
    const key = `k${++count}`
    const thread = threads.get(user)
    if (!thread) threads.set(user, `token:test:${key}`)
    const body = { sender: { id: user, name: '张三' }, text, ...(thread ? { thread } : {}), ...more }
    await sendToApi(test, accountId, { key, ...body }, clock.now())
    await test.hub.settle()
  }

  return {
    test,
    clock,
    accountId,
    made: { env, channels },
    say,
    hear,
    async pass(ms: number) {
      clock.advance(ms)
      await test.hub.settle()
    },
    /** What the hub said, oldest first: who wrote it and the words. */
    said: async () =>
      (
        await db
          .selectFrom('message')
          .select(['authorId', 'text'])
          .where('direction', '=', 'out')
          .where('author', '=', 'system')
          .orderBy('seq')
          .execute()
      ).map(({ authorId, text }) => ({ rule: authorId!, text })),
    tickets: () => db.selectFrom('ticket').selectAll().orderBy('createdAt').execute(),
    questions: () => db.selectFrom('question').selectAll().orderBy('askedAt').execute(),
    conversation: () => db.selectFrom('conversation').selectAll().executeTakeFirstOrThrow(),
    timeline: async (type: string) =>
      (
        await db
          .selectFrom('ticket_event')
          .select(['payload'])
          .where('type', '=', type)
          .orderBy('at')
          .orderBy('seq')
          .execute()
      ).map((row) => row.payload),
  }
}

/** An opened chat. */
export type TalkWorld = Awaited<ReturnType<typeof openTalk>>
