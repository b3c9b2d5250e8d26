import type { NewEvent } from '../../contract/events.ts'
import { type Effects, type NewJob, noEffects } from '../../contract/jobs.ts'
import { defineHandler } from '../../queue/index.ts'
import type { Tx } from '../../store/index.ts'
import { readAgents } from './agents.ts'
import { chooseAgent } from './choose.ts'
import { deskSettings } from './settings.ts'

/** Looks at the queue: after every chat message, and whenever somebody has room. */
export const assignJob: NewJob = {
  kind: 'desk.assign',
  payload: {},
  uniqueKey: 'desk',
  serialKey: 'desk',
}

/** While chats wait, how often the queue is looked at though nothing calls for it, ms: nothing tells of an agent's return. */
const againMs = 30_000

/** Most chats that are given out in one transaction; more follow in the next one. */
const batch = 50

/** Gives chats that wait to agents who have room, who waits longest first. */
export const assignHandler = defineHandler({
  kind: 'desk.assign',
  prepare: async () => null,
  commit: (tx, _nothing, _job, ctx) => assignWaiting(tx, ctx.nowMs),
})

async function assignWaiting(tx: Tx, nowMs: number): Promise<Effects> {
  if (!(await deskSettings(tx)).assignByItself) return noEffects
  const waiting = await tx
    .selectFrom('conversation')
    .select(['id', 'channel'])
    .where('queuedAt', 'is not', null)
    .where('state', '=', 'open')
    .orderBy('queuedAt')
    .orderBy('id')
    .limit(batch)
    // One that another step holds is waited for: passed over, it would wait until something else calls for the queue.
    .forUpdate()
    .execute()
  if (waiting.length === 0) return noEffects
  const agents = await readAgents(tx, nowMs)
  const events: NewEvent[] = []
  for (const { id, channel } of waiting) {
    const agent = chooseAgent(agents)
    if (!agent) break
    await giveTo(tx, id, agent.userId, nowMs)
    const given = { ...agent, chats: agent.chats + 1, assignedAtMs: nowMs }
    agents.splice(
      agents.findIndex((each) => each.userId === agent.userId),
      1,
      given as (typeof agents)[number],
    )
    events.push(assigned(id, channel, agent.userId, null))
  }
  if (events.length === batch) return { events, jobs: [assignJob] }
  const later: NewJob = { ...assignJob, uniqueKey: 'desk.later', dueAtMs: nowMs + againMs }
  return { events, jobs: events.length < waiting.length ? [later] : [] }
}

/** Gives a conversation to a person, or with null back to the queue. */
export async function giveTo(tx: Tx, id: string, userId: string | null, nowMs: number): Promise<void> {
  const at = new Date(nowMs)
  await tx
    .updateTable('conversation')
    .set(
      userId === null
        ? { agentId: null, agentSince: null, queuedAt: at }
        : { agentId: userId, agentSince: at, queuedAt: null },
    )
    .where('id', '=', id)
    .execute()
  if (userId === null) return
  await tx.updateTable('agent_presence').set({ assignedAt: at }).where('userId', '=', userId).execute()
}

/** Notes that a person took a conversation by hand, so that the hub keeps quiet there; null when they gave it back. */
export async function noteTaken(tx: Tx, id: string, nowMs: number | null): Promise<void> {
  const takenAt = nowMs === null ? null : new Date(nowMs)
  await tx.updateTable('conversation').set({ takenAt }).where('id', '=', id).execute()
}

/** The event that a conversation has another agent; `by` a person's hand, or the queue. */
export function assigned(
  id: string,
  channel: string,
  agentId: string | null,
  fromAgentId: string | null,
  by: 'hand' | 'queue' = 'queue',
): NewEvent {
  const data = { conversationId: id, channel, agentId, fromAgentId, by }
  return { type: 'conversation.assigned', subject: 'conversation', subjectId: id, data }
}
