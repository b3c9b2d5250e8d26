import { derivedId } from '../../kernel/ids.ts'
import { type Database, sql } from '../../store/index.ts'
import type { Input } from './inputs.ts'

/** At the same millisecond: configuration first, then what came in, then people, then the steps that followed. */
const rank = { config: 0, envelope: 1, command: 2, step: 3 } as const

/** What one input enqueues at most, as far as the order looks: what is beyond keeps the order of its moments. */
const jobsOfOne = 32

/** The id under which an input is the cause of what follows from it; a change of the configuration is none. */
export function causeOf(input: Input): string {
  switch (input.kind) {
    case 'step':
      return input.jobId
    case 'command':
      return input.row.id
    case 'envelope':
      return input.id
    case 'config':
      return ''
  }
}

/**
 * Puts inputs in the order of their beginnings, which is when they read what they went by. That is not the order in which they were
 * committed when several workers ran at once or nodes had different clocks; where that order was recorded, an input waits for those
 * that went before it: a job for what enqueued it, whatever touched a ticket for what is before it in the timeline, and a message for
 * those before it in its conversation and for the reading that had begun without it.
 */
export async function inOrder(live: Database, inputs: readonly Input[]): Promise<Input[]> {
  const sorted = inputs.toSorted(
    (a, b) => a.atMs - b.atMs || rank[a.kind] - rank[b.kind] || a.order - b.order,
  )
  const known = new Map(sorted.map((input) => [causeOf(input), input]))
  const before = new Map<string, string[]>()
  const waits = (id: string, earlier: string) => {
    const all = before.get(id)
    if (all) all.push(earlier)
    else before.set(id, [earlier])
  }
  /** Of whom came a reading of a conversation. */
  const readings = new Map<string, string>()
  for (const cause of known.keys()) {
    for (let i = 0; i < jobsOfOne; i++) {
      const job = known.get(derivedId('job', cause, i))
      if (job?.kind !== 'step') continue
      waits(job.jobId, cause)
      if (job.jobKind === 'conversation.extract') readings.set(cause, job.jobId)
    }
  }
  for (const [earlier, later] of pairs(await timelines(live), known)) waits(later, earlier)
  const found = await extractions(live)
  for (const [earlier, later] of pairs(await arrivals(live), known)) {
    waits(later, earlier)
    const begun = readings.get(earlier)
    if (begun === undefined) continue
    const own = readings.get(later)
    // One that was read by a reading of its own came after the other had read.
    if (own !== undefined && found.has(derivedId('extraction', own))) waits(later, begun)
    else {
      // A message is taken along by a reading that waits, or that was only about to read: its own one finds nothing new then.
      if (own !== undefined) waits(begun, later)
      readings.set(later, begun)
    }
  }
  return eachAfter(sorted, before)
}

/** Neighbours of one chain, as far as they are repeated. */
function* pairs(
  chain: readonly { readonly of: string; readonly id: string }[],
  known: ReadonlyMap<string, Input>,
): Generator<readonly [string, string]> {
  let last: (typeof chain)[number] | null = null
  for (const link of chain) {
    if (!known.has(link.id)) continue
    if (last?.of === link.of && last.id !== link.id) yield [last.id, link.id]
    last = link
  }
}

function eachAfter(sorted: readonly Input[], before: ReadonlyMap<string, readonly string[]>): Input[] {
  const placed = new Set<string>()
  const held = new Map<string, Input[]>()
  const ordered: Input[] = []
  for (const next of sorted) {
    const free = [next]
    for (let input = free.pop(); input; input = free.pop()) {
      const id = causeOf(input)
      const missing = before.get(id)?.find((earlier) => !placed.has(earlier))
      if (missing !== undefined) {
        held.set(missing, [...(held.get(missing) ?? []), input])
        continue
      }
      ordered.push(input)
      placed.add(id)
      free.push(...(held.get(id)?.reverse() ?? []))
      held.delete(id)
    }
  }
  // Nothing waits in a circle; if it did, it would still have to be done.
  return [...ordered, ...[...held.values()].flat()]
}

/** What wrote the timelines of tickets, ticket by ticket in order. */
async function timelines(live: Database) {
  const { rows } = await sql<{ of: string; id: string }>`
    select "ticketId" as of, "causeId" as id from ticket_event where "causeId" is not null
    order by "ticketId", "seq"`.execute(live.db)
  return rows
}

/** What messages came with, conversation by conversation in order. */
async function arrivals(live: Database) {
  const { rows } = await sql<{ of: string; id: string }>`
    select "conversationId" as of, "envelopeId" as id from message where "envelopeId" is not null
    order by "conversationId", "seq"`.execute(live.db)
  return rows
}

/** Readings that found something new. */
async function extractions(live: Database): Promise<ReadonlySet<string>> {
  const rows = await live.db.selectFrom('extraction').select('id').execute()
  return new Set(rows.map(({ id }) => id))
}
