import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { Command, Query } from '../access/index.ts'
import type { Actor } from '../contract/actor.ts'
import { faultsOf } from '../contract/faults.ts'
import type { Log } from '../kernel/log.ts'
import { RefusedError, type Result, refuse } from '../kernel/result.ts'
import { mustBeSomebody } from './authenticate.ts'
import { decodeQuery } from './query-string.ts'
import { sendRefusal } from './refusal.ts'

/** How commands and queries are run: `app/execute.ts`. Both read the input by its schema. */
export interface Runner {
  execute(command: Command, actor: Actor, input: unknown): Promise<Result<unknown>>
  ask(query: Query, actor: Actor, input: unknown): Promise<Result<unknown>>
}

export interface Operations {
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
}

/** Run by the route of the session alone, where wrong guesses are counted and the session goes on. */
export const ownPassword = 'user.changePassword'

/** `ticket.list` → `/api/ticket/list`. */
export const pathOf = (name: string): string => `/api/${name.replace('.', '/')}`

/** Mounts every command as POST and every query as GET. */
export function registerOperations(
  scope: FastifyInstance,
  { commands, queries }: Operations,
  { runner, log }: { readonly runner: Runner; readonly log: Log },
): void {
  for (const command of commands.filter(({ name }) => name !== ownPassword)) {
    scope.post(pathOf(command.name), async (request, reply) => {
      const actor = mustBeSomebody(request)
      const result = await runner.execute(command, actor, request.body ?? {})
      if (!result.ok) return sendRefusal(request, reply, result.refusal)
      reply.header('cache-control', 'no-store')
      return encode(command, result.value, request.id, log)
    })
  }
  for (const query of queries) {
    scope.get(pathOf(query.name), async (request, reply) => {
      const actor = mustBeSomebody(request)
      const input = decodeQuery(query.input, request.query as Record<string, string | string[]>)
      const result = await runner.ask(query, actor, input)
      if (!result.ok) return sendRefusal(request, reply, result.refusal)
      reply.header('cache-control', 'no-store')
      return encode(query, result.value, request.id, log)
    })
  }
}

/** What leaves is what the schema promises, and nothing besides; anything else is our bug. */
function encode(
  operation: { readonly name: string; readonly output: z.ZodType },
  value: unknown,
  requestId: string,
  log: Log,
): unknown {
  const checked = operation.output.safeParse(value)
  if (checked.success) return checked.data ?? null
  const issues = faultsOf(checked.error)
  log.error({ requestId, operation: operation.name, issues }, 'an answer does not fit its schema')
  throw new RefusedError(refuse('internal', { id: requestId }).refusal)
}
