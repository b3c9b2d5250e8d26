import { z } from 'zod'
import { defineQuery } from '../../access/command.ts'
import type { Role } from '../../contract/actor.ts'
import { type Sentiment, sentiments } from '../../contract/ticket.ts'
import { ok } from '../../kernel/result.ts'
import { type Reader, sql } from '../../store/index.ts'
import { conversationSchema, readConversations } from '../views.ts'
import { presences, readAgents } from './agents.ts'

const desk: readonly Role[] = ['supervisor', 'agent', 'dispatcher']

const chat = conversationSchema.extend({
  agentId: z.uuid().nullable(),
  queuedAt: z.string().nullable(),
  /** The newest message, shortened. */
  last: z.string(),
  lastDirection: z.enum(['in', 'out', 'note']).nullable(),
  ticketIds: z.array(z.uuid()),
  /** How the customer felt in the last turn that was read; null before one was. */
  mood: z.enum(sentiments).nullable(),
})

const agent = z.object({
  userId: z.uuid(),
  name: z.string(),
  status: z.enum(presences),
  chats: z.int(),
  maxChats: z.int(),
})

/** Most conversations of one list. */
const most = 200

/** What the workbench shows: the person's chats, the queue, everybody's chats for supervisors, and who is there. */
export const deskQuery = defineQuery(
  {
    name: 'desk.chats',
    title: 'The chats of the person, those that wait for an agent, and who takes chats at the moment',
    permission: { roles: desk },
    input: z.object({
      /** `mine`, the queue, or all open chats that somebody has. */
      list: z.enum(['mine', 'queue', 'all']).default('mine'),
    }),
    output: z.object({
      chats: z.array(chat),
      counts: z.object({ mine: z.int(), queue: z.int(), all: z.int() }),
      agents: z.array(agent),
      me: agent.nullable(),
    }),
  },
  async ({ db, actor, nowMs }, { list }) => {
    const userId = actor.kind === 'user' ? actor.id : null
    const ids = await idsOf(db, list, userId)
    const agents = (await readAgents(db, nowMs)).map(({ userId: id, name, status, chats, maxChats }) => ({
      userId: id,
      name,
      status,
      chats,
      maxChats,
    }))
    return ok({
      chats: await chatsOf(db, ids, nowMs),
      counts: await countsOf(db, userId),
      agents: agents.filter((each) => each.status !== 'offline'),
      me: agents.find((each) => each.userId === userId) ?? null,
    })
  },
)

async function idsOf(db: Reader, list: 'mine' | 'queue' | 'all', userId: string | null): Promise<string[]> {
  let query = db.selectFrom('conversation').select('id').where('state', '=', 'open').limit(most)
  if (list === 'queue') query = query.where('queuedAt', 'is not', null).orderBy('queuedAt')
  else {
    query = list === 'mine' ? query.where('agentId', '=', userId) : query.where('agentId', 'is not', null)
    // Who waits for an answer comes first, who waits longest at the top; then what was spoken last.
    query = query.orderBy('waitingSince', (order) => order.asc().nullsLast()).orderBy('lastMessageAt', 'desc')
  }
  return (await query.orderBy('id').execute()).map(({ id }) => id)
}

async function countsOf(db: Reader, userId: string | null) {
  const row = await db
    .selectFrom('conversation')
    .select([
      sql<number>`count(*) filter (where "agentId" = ${userId})::int`.as('mine'),
      sql<number>`count(*) filter (where "queuedAt" is not null)::int`.as('queue'),
      sql<number>`count(*) filter (where "agentId" is not null)::int`.as('all'),
    ])
    .where('state', '=', 'open')
    .where((e) => e.or([e('agentId', 'is not', null), e('queuedAt', 'is not', null)]))
    .executeTakeFirstOrThrow()
  return row
}

async function chatsOf(db: Reader, ids: readonly string[], nowMs: number): Promise<z.infer<typeof chat>[]> {
  if (ids.length === 0) return []
  const [views, rows, last, tickets, moods] = await Promise.all([
    readConversations(db, ids, nowMs),
    db.selectFrom('conversation').select(['id', 'agentId', 'queuedAt']).where('id', 'in', ids).execute(),
    db
      .selectFrom('message')
      .distinctOn('conversationId')
      .select(['conversationId', 'text', 'kind', 'direction'])
      .where('conversationId', 'in', ids)
      .orderBy('conversationId')
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .execute(),
    db
      .selectFrom('conversation_ticket')
      .select(['conversationId', 'ticketId'])
      .where('conversationId', 'in', ids)
      .orderBy('linkedAt', 'desc')
      .execute(),
    moodsOf(db, ids),
  ])
  const byId = new Map(views.map((view) => [view.id, view]))
  return ids.flatMap((id) => {
    const view = byId.get(id)
    const row = rows.find((each) => each.id === id)
    if (!view || !row) return []
    const message = last.find((each) => each.conversationId === id)
    return [
      {
        ...view,
        agentId: row.agentId,
        queuedAt: row.queuedAt?.toISOString() ?? null,
        last: (message?.text || message?.kind || '').slice(0, 120),
        mood: moods.get(id) ?? null,
        lastDirection: (message?.direction ?? null) as 'in' | 'out' | 'note' | null,
        ticketIds: tickets.filter((each) => each.conversationId === id).map((each) => each.ticketId),
      },
    ]
  })
}

/** The mood of the customer's last turn that was read, by conversation. */
async function moodsOf(db: Reader, ids: readonly string[]): Promise<Map<string, Sentiment>> {
  const { rows } = await sql<{ id: string; mood: Sentiment | null }>`
    select distinct on ("conversationId") "conversationId" as id, "labels" -> 'moods' -> -1 ->> 'sentiment' as mood
    from extraction where "conversationId" = any(${[...ids]}::uuid[]) and "labels" is not null
    order by "conversationId", "at" desc`.execute(db)
  return new Map(rows.flatMap(({ id, mood }) => (mood ? [[id, mood] as const] : [])))
}
