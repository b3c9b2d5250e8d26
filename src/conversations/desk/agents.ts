import type { Reader } from '../../store/index.ts'
import type { DeskAgent } from './choose.ts'

/** Pages renew a session at least this often while they are open; who is silent for longer has left, ms. */
const silentMs = 10 * 60_000

/** What an agent says of themselves. */
export const presences = ['online', 'away', 'offline'] as const
export type Presence = (typeof presences)[number]

/** Everybody who ever said that they take chats, with what they have. */
export async function readAgents(db: Reader, nowMs: number) {
  const rows = await db
    .selectFrom('agent_presence as p')
    .innerJoin('app_user as u', 'u.id', 'p.userId')
    .select(['p.userId', 'u.displayName', 'p.status', 'p.maxChats', 'p.since', 'p.assignedAt'])
    .select((e) => [
      e
        .selectFrom('conversation as c')
        .select((f) => f.fn.countAll<number>().as('n'))
        .whereRef('c.agentId', '=', 'p.userId')
        .where('c.state', '=', 'open')
        .as('chats'),
      e
        .selectFrom('session as s')
        .select((f) => f.fn.max('s.lastSeenAt').as('at'))
        .whereRef('s.userId', '=', 'p.userId')
        .as('seenAt'),
    ])
    .where('u.disabledAt', 'is', null)
    .orderBy('u.displayName')
    .execute()
  return rows.map((row) => {
    const here = row.seenAt !== null && nowMs - row.seenAt.getTime() < silentMs
    return {
      userId: row.userId,
      name: row.displayName,
      status: here ? (row.status as Presence) : ('offline' as const),
      since: row.since,
      available: here && row.status === 'online',
      maxChats: row.maxChats,
      chats: Number(row.chats ?? 0),
      assignedAtMs: row.assignedAt?.getTime() ?? null,
    } satisfies DeskAgent & { name: string; status: Presence; since: Date }
  })
}
