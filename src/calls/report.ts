import { type Effects, noEffects } from '../contract/jobs.ts'
import type { CallFacts } from '../contract/message.ts'
import { json, type Tx } from '../store/index.ts'

/** What a report says of the call that a message stands for. */
export interface CallReport {
  readonly messageId: string
  readonly conversationId: string
  readonly call: CallFacts
  readonly nowMs: number
}

/** A call without words becomes a ticket this long after it ended, ms; its transcript adds to the ticket when it comes. */
export const longestWithoutWordsMs = 10 * 60_000

/** Puts a report together with what was reported before; the first end of the call starts the time that its words may take. */
export async function reportCall(tx: Tx, report: CallReport): Promise<Effects> {
  const { messageId, conversationId, call, nowMs } = report
  const before = await tx
    .selectFrom('call')
    .selectAll()
    .where('messageId', '=', messageId)
    .forUpdate()
    .executeTakeFirst()
  const moment = (ms: number | null) => (ms === null ? null : new Date(ms))
  const facts = {
    direction: call.direction ?? before?.direction ?? null,
    customerNumber: call.customerNumber ?? before?.customerNumber ?? null,
    hotline: call.hotline ?? before?.hotline ?? null,
    agent: call.agent ?? before?.agent ?? null,
    startedAt: earlier(before?.startedAt ?? null, moment(call.startedAtMs)),
    answeredAt: moment(call.answeredAtMs) ?? before?.answeredAt ?? null,
    endedAt: moment(call.endedAtMs) ?? before?.endedAt ?? null,
    hangupCause: call.hangupCause ?? before?.hangupCause ?? null,
    tracks: json(call.tracks),
  }
  await tx
    .insertInto('call')
    .values({ messageId, conversationId, callId: call.callId, ...facts })
    .onConflict((c) => c.column('messageId').doUpdateSet({ ...facts, version: (before?.version ?? 0) + 1 }))
    .execute()
  const data = { conversationId, ended: facts.endedAt !== null }
  const event = { type: 'call.reported' as const, subject: 'call', subjectId: messageId, data }
  const ends = facts.endedAt !== null && !before?.endedAt
  if (!ends) return { ...noEffects, events: [event] }
  // Whoever was not answered left no words; all others get their time.
  const wait = facts.answeredAt === null ? 0 : longestWithoutWordsMs
  return {
    events: [event],
    jobs: [
      {
        kind: 'call.settle',
        payload: { messageId },
        dueAtMs: nowMs + wait,
        serialKey: `conversation:${conversationId}`,
      },
    ],
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}
