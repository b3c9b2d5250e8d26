import type { JsonValue } from '../kernel/json.ts'
import type { Reader } from '../store/index.ts'
import { type BrokenLink, type ChainedEvent, emptyChain, verifyChain } from './timeline.ts'

/** What a check of the timelines found. */
export interface TimelineCheck {
  readonly tickets: number
  readonly events: number
  /** The first chain that does not hold. */
  readonly broken: (BrokenLink & { readonly number: string; readonly ticketId: string }) | null
}

const batch = 200

interface Head {
  readonly id: string
  readonly number: string
  readonly timelineSeq: number
  readonly timelineDigest: string
}

async function headsAfter(db: Reader, id: string): Promise<Head[]> {
  return await db
    .selectFrom('ticket')
    .select(['id', 'number', 'timelineSeq', 'timelineDigest'])
    .where('id', '>', id)
    .orderBy('id')
    .limit(batch)
    .execute()
}

async function timelinesOf(db: Reader, ids: readonly string[]): Promise<Map<string, ChainedEvent[]>> {
  const rows = await db
    .selectFrom('ticket_event')
    .select(['ticketId', 'seq', 'type', 'at', 'actor', 'payload', 'salt', 'payloadDigest', 'digest'])
    .where('ticketId', 'in', [...ids])
    .orderBy('ticketId')
    .orderBy('seq')
    .execute()
  const timelines = new Map(ids.map((id): [string, ChainedEvent[]] => [id, []]))
  for (const { at, ...row } of rows) {
    const event = {
      ...row,
      atMs: at.getTime(),
      actor: row.actor as JsonValue,
      payload: row.payload as JsonValue,
    }
    timelines.get(row.ticketId)!.push(event)
  }
  return timelines
}

/**
 * Checks the timeline of every ticket against its chain and its noted end, tickets in order of their ids; stops at the first
 * that does not hold. Run it in one repeatable-read transaction where tickets may change meanwhile.
 */
export async function verifyTimelines(db: Reader): Promise<TimelineCheck> {
  let [tickets, events] = [0, 0]
  let heads = await headsAfter(db, '00000000-0000-0000-0000-000000000000')
  while (heads.length > 0) {
    const timelines = await timelinesOf(
      db,
      heads.map((head) => head.id),
    )
    for (const { id, number, timelineSeq, timelineDigest } of heads) {
      const timeline = timelines.get(id)!
      tickets++
      events += timeline.length
      const head = timelineSeq === 0 ? emptyChain : { seq: timelineSeq, digest: timelineDigest }
      const checked = verifyChain(timeline, head)
      if (!checked.ok) return { tickets, events, broken: { ...checked.refusal, number, ticketId: id } }
    }
    heads = await headsAfter(db, heads.at(-1)!.id)
  }
  return { tickets, events, broken: null }
}
