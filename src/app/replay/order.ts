import { derivedId } from '../../kernel/ids.ts'
import { type Database, sql } from '../../store/index.ts'
import type { Input } from './inputs.ts'

/** At the same millisecond: configuration first, then what came in, then people, then the steps that followed. */
const rank = { config: 0, envelope: 1, command: 2, step: 3 } as const

/** What one input enqueues at most, as far as the order looks: what is beyond keeps the order of its moments. */
const jobsOfOne = 32

/** A reading that began so long ago, ms, has not waited for a message. */
const longestReadingMs = 60_000

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
 * that went before it: a job for what enqueued it, whatever touched a ticket for what is before it in the timeline, a message for those
 * before it in its conversation and for the reading that had begun without it, and a reading for the message that it took along.
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
  const found = await foundSomething(live)
  /** The reading that took a message up, by what the message came with; that of `idle` found it read already. */
  const readings = new Map<string, string>()
  const idle = new Set<string>()
  for (const [cause, jobs] of jobsByCause(sorted)) {
    for (const { jobId, jobKind } of jobs) {
      waits(jobId, cause)
      if (jobKind !== 'conversation.extract') continue
      if (found(jobId)) readings.set(cause, jobId)
      else idle.add(cause)
    }
  }
  for (const [earlier, later] of pairs(await timelines(live), known)) waits(later, earlier)
  for (const [earlier, later] of pairs(await arrivals(live), known)) {
    waits(later, earlier)
    // A message is taken along by a reading that waits. One that needed a reading of its own came after the other had begun.
    const begun = readings.get(earlier)
    if (begun === undefined) continue
    if (readings.has(later)) waits(later, begun)
    else readings.set(later, begun)
    if (idle.has(later) && known.get(later)!.atMs - known.get(begun)!.atMs < longestReadingMs)
      waits(begun, later)
  }
  return eachAfter(sorted, before)
}

/** The recorded jobs that each input enqueued: their ids follow from it. */
export function jobsByCause(
  inputs: readonly Input[],
): Map<string, readonly Extract<Input, { kind: 'step' }>[]> {
  const steps = new Map(inputs.flatMap((input) => (input.kind === 'step' ? [[input.jobId, input]] : [])))
  const ordinals = Array.from({ length: jobsOfOne }, (_, i) => i)
  return new Map(
    inputs
      .map(causeOf)
      .map((cause) => [cause, ordinals.flatMap((i) => steps.get(derivedId('job', cause, i)) ?? [])] as const)
      .filter(([, jobs]) => jobs.length > 0),
  )
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

/** Which readings found something new in their conversation: only those leave an extraction, named after their job. */
async function foundSomething(live: Database): Promise<(jobId: string) => boolean> {
  const { rows } = await sql<{ id: string }>`select "id" from extraction`.execute(live.db)
  const ids = new Set(rows.map(({ id }) => id))
  return (jobId) => ids.has(derivedId('extraction', jobId))
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
