import { can, forbid } from '../access/can.ts'
import { type Command, type Query, readInput } from '../access/command.ts'
import type { Actor } from '../contract/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { entityOfTable } from '../kernel/entities.ts'
import { derivedIds, type Ids } from '../kernel/ids.ts'
import { ok, type Refusal, RefusedError, type Result, refuse } from '../kernel/result.ts'
import type { Wake } from '../queue/index.ts'
import { type Database, failureCode, isUniqueViolation, json, storeRefusal } from '../store/index.ts'
import { storeEffects } from './effects.ts'

export interface ExecutorOptions {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly wrote: (wakes: readonly Wake[], events: number) => void
  /** Called after a command that changed channel accounts, before it answers: whoever added one may use it at once. */
  readonly accountsChanged: () => Promise<void>
}

/** Runs commands and queries for whoever asks: pages, programs, cards, links, replay. */
export interface Executor {
  /** Reads the input, opens the one transaction, runs the command, stores it with its events and jobs. */
  execute(command: Command, actor: Actor, input: unknown): Promise<Result<unknown>>
  /** Runs a stored command again under its own id; for replay. */
  repeat(command: Command, actor: Actor, input: unknown, commandId: string): Promise<Result<unknown>>
  ask(query: Query, actor: Actor, input: unknown): Promise<Result<unknown>>
}

export function makeExecutor(options: ExecutorOptions): Executor {
  const { database, clock, ids } = options

  const execute = (command: Command, actor: Actor, raw: unknown) => repeat(command, actor, raw, ids.next())

  async function repeat(
    command: Command,
    actor: Actor,
    raw: unknown,
    commandId: string,
  ): Promise<Result<unknown>> {
    // Before anything slow is done for somebody who may not; the command checks again inside.
    if (!can(actor, command.permission)) return forbid(command.name, actor, command.permission)
    const read = readInput(command.input, raw)
    if (!read.ok) return read
    try {
      const input = command.prepare ? await command.prepare(read.value) : read.value
      const done = await database.transaction(async (tx) => {
        const nowMs = clock.now()
        const result = await command.execute(
          { tx, actor, nowMs, ids: derivedIds(commandId), commandId },
          input,
        )
        if (!result.ok) throw new RefusedError(result.refusal)
        const { value, events = [], jobs = [] } = result.value
        await tx
          .insertInto('command')
          .values(commandRow(command, actor, input, commandId, nowMs))
          .execute()
        const wakes = await storeEffects(tx, { events, jobs }, { id: commandId, nowMs, actor })
        return { value, wakes, events }
      })
      options.wrote(done.wakes, done.events.length)
      if (done.events.some((event) => event.type === 'channel.changed')) await options.accountsChanged()
      return ok(done.value)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return { ok: false, refusal }
      throw error
    }
  }

  async function ask(query: Query, actor: Actor, raw: unknown): Promise<Result<unknown>> {
    const read = readInput(query.input, raw)
    if (!read.ok) return read
    try {
      const result = await query.execute({ db: database.db, actor, nowMs: clock.now() }, read.value)
      if (result.ok && query.audit) {
        const entry = { at: new Date(clock.now()), actor: json(actor), action: query.name, detail: json({}) }
        await database.db
          .insertInto('audit_log')
          .values({ ...entry, resource: query.audit(read.value) })
          .execute()
      }
      return result
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return { ok: false, refusal }
      throw error
    }
  }

  return { execute, repeat, ask }
}

function commandRow(command: Command, actor: Actor, input: unknown, id: string, nowMs: number) {
  const payload = { ...(input as Record<string, unknown>) }
  for (const name of command.secret) delete payload[name]
  return {
    id,
    at: new Date(nowMs),
    actor: json(actor),
    name: command.name,
    payload: json(payload),
    outcome: 'ok',
  }
}

/** The refusal behind an error of the store, or null when the error is a bug. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof RefusedError) return error.refusal
  if (isUniqueViolation(error)) return named('conflict.duplicate', error)
  if (failureCode(error) === '23503') return named('conflict.in_use', error)
  return storeRefusal(error)
}

function named(code: 'conflict.duplicate' | 'conflict.in_use', error: unknown): Refusal {
  const table = String((error as { table?: unknown }).table ?? '')
  return refuse(code, { what: entityOfTable(table) }).refusal
}
