import type { FastifyInstance } from 'fastify'
import type { Log } from '../kernel/log.ts'
import { refusedWith } from './refusal.ts'

/** Pages ask who is signed in before anybody is. */
const expected = 'access.unauthenticated'

/** Writes down every refusal of a scope with its request's id and code. The address is personal; inputs are not written at all. */
export function logRefusals(scope: FastifyInstance, log: Log): void {
  scope.addHook('onResponse', async (request, reply) => {
    const code = refusedWith(request)
    if (!code) return
    const { actor } = request
    const fields = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? '',
      status: reply.statusCode,
      code,
      ...(actor ? { actor: actor.kind === 'link' ? 'link' : `${actor.kind}:${actor.id}` } : {}),
      pii: { address: request.ip },
    }
    if (code === expected) log.debug(fields, 'a request was refused')
    else log.info(fields, 'a request was refused')
  })
}
