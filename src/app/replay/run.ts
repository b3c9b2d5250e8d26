import type { Actor } from '../../contract/actor.ts'
import type { JobKind } from '../../contract/jobs.ts'
import type { FetchedFile } from '../../conversations/index.ts'
import { manualClock } from '../../kernel/clock.ts'
import type { ErrorCode } from '../../kernel/errors.ts'
import { ok } from '../../kernel/result.ts'
import { type Database, sql } from '../../store/index.ts'
import { composeHub, type Hub, type HubOptions } from '../compose.ts'
import { recordedModel } from '../model.ts'
import { recordedRecogniser } from '../recogniser.ts'
import { compare, type Difference } from './compare.ts'
import { type CommandRow, type Input, keptSince, outsideJobs, readInputs } from './inputs.ts'
import { withLoadsOf } from './loads.ts'
import { causeOf, jobsByCause } from './order.ts'
import { applyConfig, configAt, configChanges, makeScratch } from './scratch.ts'
import { giveWayMs, givingWay } from './twins.ts'

export interface ReplayReport {
  readonly envelopes: number
  readonly commands: number
  readonly steps: number
  /** What began earlier cannot be rebuilt, ms: its raw messages are not kept any more. 0 when everything is kept. */
  readonly keptSinceMs: number
  readonly differences: readonly Difference[]
  /** What could not be done again, in words; empty for unchanged code. */
  readonly problems: readonly string[]
}

/**
 * Rebuilds the hub in a scratch schema, in the order of what was done then (`inOrder`), with the clock, the configuration and the loads of
 * then, and compares what began between two moments with what is stored. It always starts at the beginning of what is kept: a person
 * is who their earlier messages made them. The live tables are only read.
 */
export async function replay(
  options: Omit<HubOptions, 'clock' | 'without'>,
  range: { readonly fromMs: number; readonly toMs: number; readonly keep?: boolean },
): Promise<ReplayReport> {
  const live = options.database
  const changes = await configChanges(live, Number.MAX_SAFE_INTEGER / 4)
  const keptSinceMs = await keptSince(live)
  const inputs = await readInputs(live, { fromMs: keptSinceMs, toMs: range.toMs }, changes)
  const scratch = await makeScratch(live, `replay_${range.fromMs}_${process.pid}`)
  const clock = manualClock(keptSinceMs)
  try {
    await scratch.database.transaction(async (tx) => {
      for (const change of configAt(changes, keptSinceMs)) await applyConfig(tx, change)
    })
    const llm = await recordedModel(live)
    const recogniser = recordedRecogniser(live, options.config, options.recogniser)
    const hub = await composeHub({
      ...options,
      config: { ...options.config, redisUrl: null },
      database: scratch.database,
      clock,
      without: outsideJobs as JobKind[],
      ...(llm ? { llm } : {}),
      ...(recogniser ? { recogniser } : {}),
      recordedFile: (id) => recordedFile(live, id),
    })
    await hub.registry.refresh()
    const problems = await follow(hub, live, inputs, clock)
    const differences = await compare(live, scratch.database, { ...range, keptSinceMs })
    await hub.stop()
    const count = (kind: Input['kind']) => inputs.filter((input) => input.kind === kind).length
    return {
      envelopes: count('envelope'),
      commands: count('command'),
      steps: count('step'),
      keptSinceMs,
      differences,
      problems,
    }
  } finally {
    if (!range.keep) await scratch.drop()
  }
}

/** Does everything again in its order. Jobs that never ran before (changed rules make new ones) run when they are due. */
async function follow(
  hub: Hub,
  live: Database,
  inputs: readonly Input[],
  clock: ReturnType<typeof manualClock>,
): Promise<string[]> {
  const problems: string[] = []
  const numbers = await numbersByCause(live)
  const recorded = new Set(inputs.flatMap((input) => (input.kind === 'step' ? [input.jobId] : [])))
  const enqueued = jobsByCause(inputs)
  for (const input of inputs) {
    await runNewJobs(hub, recorded, input.atMs, clock, giveWayMs)
    clock.set(input.atMs)
    const number = numbers.get(causeOf(input))
    if (number !== undefined) await hub.database.query("select setval('ticket_number', $1, false)", [number])
    const kinds = (enqueued.get(causeOf(input)) ?? []).map(({ jobKind }) => jobKind)
    const problem = await givingWay(hub.database, kinds, recorded, () => again(hub, live, input))
    if (problem) problems.push(problem)
  }
  await runNewJobs(hub, recorded, clock.now() + 1, clock, 0)
  return problems
}

async function again(hub: Hub, live: Database, input: Input): Promise<string | null> {
  switch (input.kind) {
    case 'config':
      await hub.database.transaction((tx) => applyConfig(tx, input.change))
      if (input.change.table === 'channel_account') await hub.registry.refresh()
      return null
    case 'envelope':
      await copyEnvelope(live, hub.database, input.id)
      await hub.append()
      return null
    case 'command':
      return await repeatCommand(hub, input.row)
    case 'step':
      await withLoadsOf(live, hub.database, input.decisionId, () => hub.runJob(input.jobId))
      return null
  }
}

async function repeatCommand(hub: Hub, row: CommandRow): Promise<string | null> {
  const command = hub.commands.find((c) => c.name === row.name)
  if (!command) return `${row.name} (${row.id}): there is no such command any more`
  const result = await hub.executor.repeat(command, row.actor as Actor, row.payload, row.id)
  return result.ok ? null : `${row.name} (${row.id}): refused now: ${result.refusal.code}`
}

/** Jobs of the replay that the live hub never ran, in the order in which they are due. */
async function runNewJobs(
  hub: Hub,
  recorded: ReadonlySet<string>,
  beforeMs: number,
  clock: ReturnType<typeof manualClock>,
  patienceMs: number,
): Promise<void> {
  for (;;) {
    const ready = await hub.database.db
      .selectFrom('job')
      .select(['id', 'dueAt', 'uniqueKey'])
      .where('state', '=', 'ready')
      .where('dueAt', '<', new Date(beforeMs))
      .where('kind', 'not in', outsideJobs)
      .orderBy('dueAt')
      .execute()
    const patience = (job: { uniqueKey: string | null }) => (job.uniqueKey === null ? 0 : patienceMs)
    const next = ready.find((job) => !recorded.has(job.id) && job.dueAt.getTime() < beforeMs - patience(job))
    if (!next) return
    clock.set(Math.max(clock.now(), next.dueAt.getTime()))
    await hub.runJob(next.id)
  }
}

/** What became of a file; null when it is still waited for. */
async function recordedFile(live: Database, attachmentId: string): Promise<FetchedFile | null> {
  const row = await live.db
    .selectFrom('attachment')
    .select(['state', 'reason', 'hash', 'size', 'contentType'])
    .where('id', '=', attachmentId)
    .executeTakeFirst()
  if (!row || row.state === 'pending') return null
  const { hash, size, contentType, reason } = row
  // A refused file keeps the code of the catalogue.
  if (row.state === 'refused') return { ok: false, refusal: { code: reason as ErrorCode, params: {} } }
  return ok({ hash: hash!, size: size!, contentType: contentType! })
}

async function copyEnvelope(live: Database, scratch: Database, id: string): Promise<void> {
  await sql`
    insert into ${sql.table(`${scratch.schema}.envelope`)}
    select (jsonb_populate_record(null::${sql.table(`${scratch.schema}.envelope`)},
      to_jsonb(e) || '{"state": "received", "attempts": 0, "retryAt": null, "doneAt": null}'::jsonb)).*
    from envelope e where e."id" = ${id}`.execute(live.db)
}

/**
 * The place in the sequence of each ticket's number, by what opened the ticket. Numbers that were drawn and thrown away leave
 * gaps; the replay draws the same ones again.
 */
async function numbersByCause(live: Database): Promise<Map<string, number>> {
  const rows = await sql<{ causeId: string; number: string }>`
    select e."causeId", t."number" from ticket_event e join ticket t on t."id" = e."ticketId"
    where e."seq" = 1 and e."causeId" is not null order by t."number" desc`.execute(live.db)
  return new Map(rows.rows.map((row) => [row.causeId, Number(row.number.slice(1, -1))]))
}
