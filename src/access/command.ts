import type { z } from 'zod'
import type { Actor } from '../contract/actor.ts'
import { faultsOf } from '../contract/faults.ts'
import type { Effects } from '../contract/jobs.ts'
import type { Ids } from '../kernel/ids.ts'
import { type Result, refuse } from '../kernel/result.ts'
import type { Reader, Tx } from '../store/index.ts'
import { can, forbid, type Permission } from './can.ts'

/** What a command may use: one transaction, the moment, ids that follow from the command's own. */
export interface CommandContext {
  readonly tx: Tx
  readonly actor: Actor
  readonly nowMs: number
  readonly ids: Ids
  /** Evidence of kind `human` names it. */
  readonly commandId: string
}

/** What a command did: a value for the caller, and what follows. */
export interface Done<T> extends Partial<Effects> {
  readonly value: T
}

/** Something a person, card, link or program can tell the hub to do. The only way to change a room from outside. */
export interface Command<I = unknown, T = unknown> {
  /** `room.verb`; also its address: POST /api/room/verb. */
  readonly name: string
  readonly title: string
  readonly permission: Permission
  readonly input: z.ZodType<I>
  readonly output: z.ZodType<T>
  /** Members of the input that are never stored with the command (passwords, secrets). */
  readonly secret: readonly string[]
  /** Slow work on the input before the transaction opens: hashing, encrypting. */
  readonly prepare: ((input: I) => Promise<I>) | undefined
  /** Checks the actor, then runs; a refusal rolls everything back. */
  execute(ctx: CommandContext, input: I): Promise<Result<Done<T>>>
}

/** Defines a command. The permission is checked inside, so no caller can forget it. */
export function defineCommand<I, T>(
  definition: {
    readonly name: string
    /** One line for the API's readers. */
    readonly title: string
    readonly permission: Permission
    readonly input: z.ZodType<I>
    readonly output: z.ZodType<T>
    readonly secret?: readonly (keyof I & string)[]
    readonly prepare?: (input: I) => Promise<I>
  },
  run: (ctx: CommandContext, input: I) => Promise<Result<Done<T>>>,
): Command {
  const command: Command<I, T> = {
    ...definition,
    secret: definition.secret ?? [],
    prepare: definition.prepare,
    execute: async (ctx, input) => {
      if (!can(ctx.actor, definition.permission))
        return forbid(definition.name, ctx.actor, definition.permission)
      return run(ctx, input)
    },
  }
  return command as unknown as Command
}

/** What a query may use: reads only. */
export interface QueryContext {
  readonly db: Reader
  readonly actor: Actor
  readonly nowMs: number
}

/** Something that can be asked. GET /api/room/name. */
export interface Query<I = unknown, T = unknown> {
  readonly name: string
  readonly title: string
  readonly permission: Permission
  readonly input: z.ZodType<I>
  readonly output: z.ZodType<T>
  /** Set for reads of personal data that the audit log keeps: what was looked at. */
  readonly audit: ((input: I) => string) | undefined
  execute(ctx: QueryContext, input: I): Promise<Result<T>>
}

/** Defines a query. The permission is checked inside. */
export function defineQuery<I, T>(
  definition: {
    readonly name: string
    readonly title: string
    readonly permission: Permission
    readonly input: z.ZodType<I>
    readonly output: z.ZodType<T>
    readonly audit?: (input: I) => string
  },
  run: (ctx: QueryContext, input: I) => Promise<Result<T>>,
): Query {
  const query: Query<I, T> = {
    ...definition,
    audit: definition.audit,
    execute: async (ctx, input) => {
      if (!can(ctx.actor, definition.permission))
        return forbid(definition.name, ctx.actor, definition.permission)
      return run(ctx, input)
    },
  }
  return query as unknown as Query
}

/** Reads an input by its schema; the refusal lists each wrong member. */
export function readInput<I>(schema: z.ZodType<I>, raw: unknown): Result<I> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return { ok: true, value: parsed.data }
  return refuse('request.invalid', {}, faultsOf(parsed.error))
}
